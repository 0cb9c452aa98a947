-- Bodies that are not JSON: multipart forms and files streamed from disk, as
-- a server sees them; texts; and what is refused before anything is sent.

local child = require "spec.support.child"
local clinone = require "clinone"
local drawer = require "spec.support.drawer"
local peer = require "spec.support.peer"
local process = require "spec.support.process"
local sandbox = require "spec.support.sandbox"

local server, files

-- What a process may grow by; AddressSanitizer counts freed memory, too.
local MOST_KB = (os.getenv "CLINONE_BUILD" or ""):find "%-asan$" and 65536 or 4096

local function body_param(type_name, more)
  local param = { ["in"] = "body", type = type_name }
  for key, value in pairs(more or {}) do param[key] = value end
  return param
end

local catalog = {
  catalog = 1, inferred = true,
  resources = { documents = { operations = {
    upload = {
      method = "POST", path = "/well", content = "multipart",
      params = {
        document = body_param "file", title = body_param "string", pages = body_param "integer",
        final = body_param "boolean", odd = body_param("string", { name = 'a"b\r\nc' }),
      },
    },
    replace = { method = "PUT", path = "/status", content = "multipart",
      params = {
        document = body_param "file", status = { ["in"] = "query" }, times = { ["in"] = "query" },
        key = { ["in"] = "query" },
      } },
    raw = { method = "PUT", path = "/well", content = "file", params = {} },
    pdf = { method = "PUT", path = "/well", content = "file", content_type = "application/pdf", params = {} },
    note = { method = "POST", path = "/well", content = "text", params = {} },
    xml = { method = "POST", path = "/well", content = "text", content_type = "application/xml", params = {} },
    form = { method = "POST", path = "/well", content = "form", params = { a = body_param "string" } },
    record = { method = "POST", path = "/well", params = { document = body_param "file" } },
  } } },
}

local function client(changes)
  local given = { catalog = catalog }
  for name, value in pairs(changes or {}) do given[name] = value end
  return server:client(given)
end

--- Makes a call that must succeed; gives what arrived.
local function arrived(operation, params, options, changes)
  server:forget()
  clinone.check(client(changes):call("documents." .. operation, params, options))
  local list = server:await(1)
  assert.equal(1, #list)
  return list[1]
end

--- Makes a call that must be refused; gives the error.
local function refused(operation, params)
  server:forget()
  local value, err = client():call("documents." .. operation, params)
  assert.is_nil(value)
  assert.equal("validation", err.kind)
  assert.equal(0, #server:requests())
  return err.message
end

--- The parts of a multipart body: { name = header lines and content }, and
-- the boundary.
local function parts_of(request)
  local boundary = request.headers["content-type"]:match "^multipart/form%-data; boundary=(%S+)$"
  local body, parts = "\r\n" .. request.body, {}
  local delimiter = "\r\n--" .. boundary
  local from = #delimiter + 1
  assert.equal(delimiter, body:sub(1, #delimiter))
  while body:sub(from) ~= "--\r\n" do
    local stop = assert(body:find(delimiter, from, true))
    parts[#parts + 1] = body:sub(from + 2, stop - 1)
    from = stop + #delimiter
  end
  assert.equal(#request.body, tonumber(request.headers["content-length"]))
  assert.is_nil(request.headers["transfer-encoding"])
  assert.is_nil(request.headers.expect)
  return parts, boundary
end

local function plain_part(name, text)
  return ('Content-Disposition: form-data; name="%s"\r\n\r\n%s'):format(name, text)
end

local function file_part(name, filename, media, text)
  return ('Content-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: %s\r\n\r\n%s'):format(
    name, filename, media, text)
end

local function open_files()
  local pipe = assert(io.popen("ls -l /proc/" .. require "clinone.core".system.process_id() .. "/fd", "r"))
  local _, count = pipe:read("*a"):gsub(files.path:gsub("%p", "%%%0"), "")
  pipe:close()
  return count
end

local binary = {}
for i = 0, 255 do binary[i + 1] = string.char(i) end
binary = table.concat(binary) .. "\r\n--\r\n"

describe("a body", function()
  setup(function() server, files = peer.start(), drawer.new() end)
  teardown(function()
    files:remove()
    server:stop()
  end)
  after_each(function() server:close_clients() end)

  describe("of a multipart form", function()
    it("has fields as text, and files with their names and types, byte for byte", function()
      local path = files:file("report.pdf", "%PDF " .. binary)
      local parts, boundary = parts_of(arrived("upload", {
        document = clinone.file(path, { type = "application/pdf" }), title = "Größe", pages = 12, final = true,
      }))
      assert.same({
        file_part("document", "report.pdf", "application/pdf", "%PDF " .. binary),
        plain_part("final", "true"), plain_part("pages", "12"), plain_part("title", "Größe"),
      }, parts)
      assert.truthy(#boundary <= 70 and boundary:find(("%x"):rep(32) .. "$"), boundary)
      local _, other = parts_of(arrived("upload", { title = "x" }))
      assert.not_equal(boundary, other)
    end)

    it("escapes names as browsers do", function()
      local path = files:file("odd\".txt", "")
      assert.same({
        file_part("document", "odd%22.txt", "application/octet-stream", ""),
        plain_part("a%22b%0D%0Ac", "x\r\ny"),
      }, parts_of(arrived("upload", { document = clinone.file(path), odd = "x\r\ny" })))
      assert.same({ file_part("document", "a%0D%0AX-Evil: 1%22", "text/plain", "") },
        parts_of(arrived("upload", {
          document = clinone.file(path, { type = "text/plain", name = 'a\r\nX-Evil: 1"' }),
        })))
    end)

    it("repeats the field of a list", function()
      local one, two = files:file("one", "1"), files:file("two", "")
      assert.same({
        file_part("document", "one", "application/octet-stream", "1"),
        file_part("document", "two", "application/octet-stream", ""),
        plain_part("title", "a"), plain_part("title", "7"),
      }, parts_of(arrived("upload", { document = { clinone.file(one), clinone.file(two) }, title = { "a", 7 } })))
    end)

    it("can be given whole, and takes what the catalog's example lacks", function()
      local path = files:file("one", "1")
      assert.same({ plain_part("Extra", "1"), file_part("scan", "one", "application/octet-stream", "1") },
        parts_of(arrived("upload", { body = { scan = clinone.file(path), Extra = 1 } })))
      assert.same({
        plain_part("title", "t"), plain_part("b", "2"), file_part("c", "one", "application/octet-stream", "1"),
      }, parts_of(arrived("upload", { title = "t", c = clinone.file(path), b = 2 })))
      local _, response = client():call("documents.upload", { title = "t", b = 2 })
      assert.same({ "b: is not in the catalog's example; sent in the body" }, response.warnings)
    end)

    it("without a field is no body", function()
      local request = arrived("upload", {})
      assert.is_nil(request.headers["content-type"])
      assert.equal("0", request.headers["content-length"])
    end)

    it("refuses what has no text, and a path in the place of its file", function()
      local path = files:file("one", "1")
      for _, title in ipairs { { a = 1 }, {}, { "a", x = 1 }, { { "a" } } } do
        assert.truthy(refused("upload", { title = title }):find("body.title: it must be a string, a number", 1, true))
      end
      assert.equal("body.document: it must be a file (clinone.file(path)), not a string",
        refused("upload", { document = path }))
      assert.equal("body: it must be a table of form fields, not a string", refused("upload", { body = "a=1" }))
      assert.equal("body: it must be a table of form fields, not a file",
        refused("upload", { body = clinone.file(path) }))
      -- In a list it went out as text, in the place of the file's bytes.
      for _, list in ipairs { { path }, { clinone.file(path), path }, { clinone.file(path), {} } } do
        assert.equal("body.document: it must be a file (clinone.file(path)), not a table",
          refused("upload", { document = list }))
      end
      assert.truthy(refused("upload", { title = "t", headers = { ["content-type"] = "text/plain" } })
        :find("leave out the header Content-Type", 1, true))
    end)

    it("beats the client's own Content-Type", function()
      assert.truthy(arrived("upload", { title = "t" }, nil, { headers = { ["Content-Type"] = "text/x" } })
        .headers["content-type"]:find "^multipart/")
    end)
  end)

  describe("that is a file", function()
    it("goes out as it is, under its type", function()
      local path = files:file("raw.bin", binary)
      for _, case in ipairs {
        { "raw", nil, "application/octet-stream" }, { "raw", "image/png", "image/png" },
        { "pdf", nil, "application/pdf" }, { "pdf", "image/png", "image/png" },
        { "note", nil, "text/plain" }, { "record", "application/json", "application/json" },
      } do
        local file = clinone.file(path, { type = case[2] })
        local request = arrived(case[1], { body = file })
        if case[1] == "note" then case[3] = "application/octet-stream" end -- nobody said that the file is a text
        assert.equal(case[3], request.headers["content-type"])
        assert.equal(binary, request.body)
        assert.equal(tostring(#binary), request.headers["content-length"])
      end
    end)

    it("can be a string, and go to any route", function()
      assert.equal("bytes", arrived("raw", { body = "bytes" }).body)
      local path = files:file("raw.bin", binary)
      server:forget()
      assert(client():request { method = "POST", path = "/well", body = clinone.file(path, { type = "text/csv" }) })
      local request = server:await(1)[1]
      assert.equal(binary, request.body)
      assert.equal("text/csv", request.headers["content-type"])
    end)

    it("is large, over HTTP/1.1 and HTTP/2", function()
      local text = ("0123456789abcdef"):rep(512 * 1024 + 1)
      local path = files:file("large", text)
      for _, http2 in ipairs { false, true } do
        local value = assert(client { http2 = http2 }:request {
          method = "POST", path = "/swallow", body = clinone.file(path),
        })
        assert.equal(#text, value.bytes)
      end
      files:file("large", "")
    end)

    it("does not go through the script's memory", function()
      os.execute(("head -c %d /dev/zero >%s"):format(24 * 1024 * 1024, process.quote(files:file "large")))
      local said = child.run(([[
        local clinone = require "clinone"
        local function peak()
          for line in io.lines "/proc/self/status" do
            local kb = line:match "^VmHWM:%%s+(%%d+)"
            if kb then return tonumber(kb) end
          end
        end
        local api = clinone.check(clinone.new { base_url = %q, ca_file = %q, auth = clinone.auth.bearer "made-up" })
        clinone.check(api:request { path = "/well" })
        local before = peak()
        local value = clinone.check(api:request { method = "POST", path = "/swallow", body = clinone.file(%q) })
        assert(value.bytes == 24 * 1024 * 1024)
        print("grown", peak() - before)
      ]]):format(server.urls.tls, server.files.ca, files:file "large"))
      local grown = tonumber(said:match "grown%s+(%d+)")
      assert.truthy(grown and grown < MOST_KB, said)
      files:file("large", "")
    end)

    it("refuses a table", function()
      assert.equal("body: it must be a clinone.file, or a string, which is sent as it is",
        refused("raw", { body = {} }))
      assert.truthy(refused("raw", { document = "x" }):find("^unknown key document"))
    end)
  end)

  describe("of text", function()
    it("goes out as it is, under the catalog's type", function()
      local request = arrived("note", { body = "Größe\r\n" })
      assert.equal("Größe\r\n", request.body)
      assert.equal("text/plain", request.headers["content-type"])
      assert.equal("application/xml", arrived("xml", { body = "<a/>" }).headers["content-type"])
      assert.equal("text/x", arrived("xml", { body = "<a/>", headers = { ["Content-Type"] = "text/x" } })
        .headers["content-type"])
    end)

    it("refuses a table", function()
      assert.equal("body: it must be a string, which is sent as it is, or a clinone.file",
        refused("xml", { body = { a = 1 } }))
    end)
  end)

  describe("of a urlencoded form", function()
    it("takes named fields, lists, and a whole table", function()
      local request = arrived("form", { a = "x y", extra = { "1", "2" } })
      assert.equal("a=x%20y&extra=1&extra=2", request.body)
      assert.equal("application/x-www-form-urlencoded", request.headers["content-type"])
      assert.equal("a=%26&b=true", arrived("form", { body = { b = true, a = "&" } }).body)
      assert.equal("a=1", arrived("form", { body = "a=1" }).body)
    end)

    -- A null that a record remembers was left out without a word.
    it("refuses a null, also one that a record remembers", function()
      local record = clinone.check(client():request { path = "/body", query = {
        body = '{"a":null,"b":"1"}', type = "application/json",
      } })
      assert.is_nil(record.a)
      for _, operation in ipairs { "form", "upload" } do
        local said = refused(operation, { body = record })
        assert.truthy(said:find("body.a: it must be a string, a number", 1, true), said)
      end
      record.a = "x"
      assert.equal("a=x&b=1", arrived("form", { body = record }).body)
    end)

    it("refuses a file", function()
      local file = clinone.file(files:file("one", "1"))
      assert.equal("body.a: a file cannot stand in a urlencoded form", refused("form", { a = file }))
      assert.equal("body: it must be a table of form fields, not a file", refused("form", { body = file }))
    end)
  end)

  it("of JSON holds no file", function()
    local file = clinone.file(files:file("one", "1"))
    assert.equal("body.document: a file cannot stand inside JSON", refused("record", { document = file }))
    assert.equal("body.a[1]: a file cannot stand inside JSON", refused("record", { body = { a = { file } } }))
  end)
end)

describe("a file", function()
  setup(function() server, files = peer.start(), drawer.new() end)
  teardown(function()
    files:remove()
    server:stop()
  end)
  after_each(function() server:close_clients() end)

  it("that cannot be read is refused; its path, which may name a patient, is not repeated", function()
    os.execute("mkfifo " .. process.quote(files:file "pipe-of-jane-doe"))
    for name, message in pairs {
      ["jane-doe.pdf"] = "the file cannot be read: No such file or directory",
      [""] = "it names a directory, not a file",
      ["pipe-of-jane-doe"] = "it names no regular file, whose size is known",
    } do
      local file = clinone.file(files:file(name))
      assert.equal("body.document: " .. message, refused("upload", { document = file }))
      assert.equal("body: " .. message, refused("raw", { body = file }))
    end
  end)

  it("is named rightly, or not at all", function()
    for message, call in pairs {
      ["takes the path of a file, not a nil"] = function() clinone.file() end,
      ["stands in a table"] = function() clinone.file("a", "text/plain") end,
      ["mime is neither `type` nor `name`"] = function() clinone.file("a", { mime = "text/plain" }) end,
      ["type must be a string"] = function() clinone.file("a", { type = 1 }) end,
      ["it is empty, or holds a NUL"] = function() clinone.file "a\0b" end,
      ["it is no media type"] = function() clinone.file("a", { type = "text/plain\r\nX-Evil: 1" }) end,
    } do
      local ok, said = pcall(call)
      assert.is_false(ok)
      assert.truthy(said:find(message, 1, true), said)
      assert.truthy(said:find("file_spec.lua", 1, true), said)
    end
    assert.equal("clinone.file", tostring(clinone.file "/home/jane-doe.pdf"))
    assert.is_false(pcall(function() clinone.file("a").path = "b" end))
  end)

  it("is read again for every attempt", function()
    local path = files:file("again", binary)
    for _, body in ipairs { clinone.file(path), false } do
      server:forget()
      local api = client { http2 = false }
      local key = body and "whole" or "part"
      if body then
        assert(api:request { method = "PUT", path = "/drop_first", query = { key = key, times = "2" }, body = body })
      else
        clinone.check(api:call("documents.replace",
          { document = clinone.file(path), status = "503", times = "2", key = key }))
      end
      local list = server:await(3)
      assert.equal(3, #list)
      for _, request in ipairs(list) do
        assert.equal(list[1].body, request.body)
        assert.truthy(request.body:find(binary, 1, true))
      end
    end
  end)

  it("is read again with a new token", function()
    local asked = 0
    local api = client { auth = clinone.auth.bearer(function()
      asked = asked + 1
      return "made-up-" .. asked
    end) }
    server:forget()
    local body = clinone.file(files:file("again", binary))
    assert(api:request { method = "POST", path = "/members", query = { from = "2" }, body = body })
    local list = server:await(2)
    assert.same({ binary, binary }, { list[1].body, list[2].body })
  end)

  it("is never sent twice by a POST whose answer is lost, on a kept connection or a new one", function()
    for _, path in ipairs { "/drop_first", "/drop_kept" } do
      local api = client { http2 = false }
      if path == "/drop_kept" then assert(api:request { path = "/well" }) end
      server:forget()
      local value, err = api:request {
        method = "POST", path = path, query = { key = "post" }, body = clinone.file(files:file("again", binary)),
      }
      assert.is_nil(value)
      assert.equal("unknown", err.outcome)
      sandbox.sleep(0.1)
      assert.equal(1, #server:await(1))
    end
  end)

  -- Ways to change it between its opening and its sending.
  for name, change in pairs {
    ["is cut short"] = function() files:file("moving", "short") end,
    ["grows"] = function() files:file("moving", ("x"):rep(100001)) end,
    ["is written anew"] = function() files:file("moving", ("y"):rep(100000)) end,
  } do
    it(("that %s while it is sent ends the call, and is not taken for the whole"):format(name), function()
      for _, http2 in ipairs { false, true } do
        local path = files:file("moving", ("x"):rep(100000))
        sandbox.sleep(0.02) -- longer than a file's time is coarse
        server:forget()
        local attempts = 0
        local api = client { http2 = http2, on_event = function(event)
          if event.type == "attempt" then
            attempts = attempts + 1
            change()
          end
        end }
        local value, err = api:request { method = "PUT", path = "/well", body = clinone.file(path) }
        assert.is_nil(value)
        assert.equal("validation", err.kind)
        assert.equal("the file was changed while it was being sent", err.message)
        assert.equal("unknown", err.outcome)
        assert.is_false(err.retryable)
        assert.equal(1, attempts)
        assert(api:request { path = "/well", query = { n = "after" } })
        local list = server:await(1)
        assert.equal("after", list[#list].args.n)
        assert.equal(1, #list)
      end
    end)
  end

  it("is closed when its call is over, and not inherited by a child meanwhile", function()
    collectgarbage() collectgarbage()
    collectgarbage "stop"
    local file = clinone.file(files:file("open", "x"))
    local meanwhile, inherited
    local api = client { on_event = function(event)
      if event.type ~= "attempt" then return end
      meanwhile = open_files()
      local pipe = assert(io.popen("ls -l /proc/self/fd", "r"))
      inherited = pipe:read("*a"):find(files.path, 1, true)
      pipe:close()
    end }
    assert(api:request { method = "PUT", path = "/well", body = file })
    assert.equal(1, meanwhile)
    assert.is_nil(inherited)
    assert.equal(0, open_files())
    assert(api:explain("documents.raw", { body = file }))
    assert.is_nil(api:call("documents.upload", { document = file, title = {} }))
    assert.is_nil(client { dry_run = true }:call("documents.raw", { body = file }))
    collectgarbage "restart"
    assert.equal(0, open_files())
  end)

  it("is signed by its digest", function()
    local path = files:file("signed", binary:rep(100))
    local pipe = assert(io.popen("sha256sum " .. process.quote(path), "r"))
    local digest = pipe:read("*a"):match "^%x+"
    pipe:close()
    local function hmac(canonical)
      return { auth = clinone.auth.hmac {
        key = "k", secret = "made-up", format = "{body_sha256} {signature}", canonical = canonical,
      } }
    end
    local request = arrived("raw", { body = clinone.file(path) }, nil, hmac "{body_sha256}")
    assert.equal(digest, request.headers.authorization:match "^%x+")
    local value, err = client(hmac "{body}"):call("documents.raw", { body = clinone.file(path) })
    assert.is_nil(value)
    assert.equal("validation", err.kind)
    assert.equal("not_sent", err.outcome)
    assert.truthy(err.message:find("use {body_sha256}", 1, true), err.message)
  end)

  --- What arrives when a shell runs the curl command of an explanation.
  local function sent_by_curl(explained)
    server:forget()
    os.execute("TOKEN=x " .. explained.curl:gsub("^curl ", "curl -sS --noproxy '*' -o /dev/null "))
    return server:await(1)[1]
  end

  -- curl read a body that begins with "@" from the file of that name, "@-" from
  -- its standard input, took a name's "%41" for an "A", and lost a multipart
  -- body that stood in a file.
  it("is sent the same by explain's curl command, however odd its names are", function()
    local api = client { base_url = server.urls.plain }
    assert.equal("@/etc/hostname",
      sent_by_curl(clinone.check(api:explain("documents.note", { body = "@/etc/hostname" }))).body)

    local named = clinone.file(files:file("odd", "1"), { name = "100%41%00.pdf" })
    assert.same({ file_part("document", "100%41%00.pdf", "application/octet-stream", "1") },
      parts_of(sent_by_curl(clinone.check(api:explain("documents.upload", { document = named })))))

    local whole = clinone.file(files:file("form", "--b\r\n\r\n--b--"), { type = "multipart/form-data; boundary=b" })
    local told = sent_by_curl(clinone.check(api:explain("documents.raw", { body = whole })))
    assert.same({ "--b\r\n\r\n--b--", "multipart/form-data; boundary=b" }, { told.body, told.headers["content-type"] })

    assert.equal("./-", require "clinone.upload".curl_path { path = "-" })
  end)

  it("is described by explain, with a curl command that sends the same", function()
    local path = files:file("it's \"odd\".pdf", binary)
    local file = clinone.file(path, { type = "application/pdf", name = 'a "b".pdf' })
    local api = client { base_url = server.urls.plain }
    local told = clinone.check(api:explain("documents.raw", { body = file }))
    assert.equal(("(file it's \"odd\".pdf, %d bytes)"):format(#binary), told.body)
    local form = clinone.check(api:explain("documents.upload",
      { document = file, title = "@it's", pages = 2, final = false }))
    assert.truthy(form.body:find(file_part("document", "a %22b%22.pdf", "application/pdf", told.body), 1, true))
    for i, explained in ipairs { told, form } do
      local request = sent_by_curl(explained)
      if i == 1 then
        assert.equal(binary, request.body)
        assert.equal("application/pdf", request.headers["content-type"])
      else
        assert.same({
          file_part("document", "a %22b%22.pdf", "application/pdf", binary),
          plain_part("final", "false"), plain_part("pages", "2"), plain_part("title", "@it's"),
        }, parts_of(request))
      end
    end
  end)
end)
