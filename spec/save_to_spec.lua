-- save_to: the answer of a call goes to a file, whole or not at all.

local child = require "spec.support.child"
local drawer = require "spec.support.drawer"
local peer = require "spec.support.peer"
local process = require "spec.support.process"

local server, files

-- What a process may grow by; AddressSanitizer counts freed memory, too.
local MOST_KB = (os.getenv "CLINONE_BUILD" or ""):find "%-asan$" and 65536 or 4096

--- Makes a call whose answer goes to "answer".
local function save(spec, changes, more)
  local options = { save_to = files:file "answer" }
  for name, value in pairs(more or {}) do options[name] = value end
  return server:client(changes):request(spec, options)
end

--- It failed, and all is as before.
local function check_untouched(value, err, kind)
  assert.is_nil(value)
  assert.equal(kind, err.kind, tostring(err))
  assert.same({ "answer" }, files:list())
  assert.equal("former", files:read "answer")
end

local function mode_of(path)
  local pipe = assert(io.popen("stat -c %a " .. process.quote(path), "r"))
  local mode = pipe:read("*l")
  pipe:close()
  return mode
end

describe("save_to", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)
  before_each(function() files = drawer.new() end)
  after_each(function()
    server:close_clients()
    files:remove()
  end)

  it("saves an answer, readable by its owner alone", function()
    for _, http2 in ipairs { false, true } do
      local value, response = save({ path = "/big", query = { bytes = "3000000" } }, { http2 = http2 })
      assert.is_true(value)
      assert.equal(200, response.status)
      assert.equal(files:file "answer", response.saved_to)
      assert.is_nil(response.body)
      assert.equal("application/json", response.headers["content-type"])
      assert.equal("clinone.response: HTTP 200, saved to a file", tostring(response))
      assert.same({ "answer" }, files:list())
      assert.equal('"' .. ("x"):rep(3000000) .. '"', files:read "answer")
      assert.equal("600", mode_of(files:file "answer"))
    end
  end)

  it("takes the place of a file that is there", function()
    files:file("answer", "former")
    assert(save { path = "/body", query = { body = "latter", type = "text/plain" } })
    assert.equal("latter", files:read "answer")
  end)

  it("saves what was unpacked, what came in pieces, what is empty, what is no JSON", function()
    local packed = { path = "/packed/x", query = { bytes = "100000" } }
    assert(save(packed, nil, { headers = { ["Accept-Encoding"] = "gzip" } }))
    assert.equal('"' .. ("x"):rep(100000) .. '"', files:read "answer")
    assert(save { path = "/pieces", query = { n = "one" } })
    assert.equal('["one", 2]', files:read "answer")
    assert(save { path = "/body" })
    assert.equal("", files:read "answer")
    assert(save { path = "/body", query = { hex = "00ff0d0a7b" } })
    assert.equal("\0\255\r\n{", files:read "answer")
    assert(save { method = "POST", path = "/status", query = { status = "201", body = "made" } })
    assert.equal("made", files:read "answer")
  end)

  -- Half of a packed answer, in a message that was whole, was saved as the
  -- whole: libcurl unpacks what it gets and does not miss the rest.
  it("asks for answers that are not packed, whose length can be checked", function()
    for _, changes in ipairs { {}, { headers = { ["Accept-Encoding"] = "gzip" } } } do
      server:forget()
      local _, response = assert(save({ path = "/packed/x", query = { bytes = "100000" } }, changes))
      assert.equal("identity", server:await(1)[1].headers["accept-encoding"])
      assert.is_nil(response.headers["content-encoding"])
      assert.equal(100002, #files:read "answer")
    end
    server:forget()
    assert(server:client():request { path = "/packed/x", query = { bytes = "10" } })
    assert.truthy(server:await(1)[1].headers["accept-encoding"]:find "gzip")
  end)

  it("makes no file of an answer that never has a body", function()
    for _, spec in ipairs { { path = "/empty" }, { method = "HEAD", path = "/well" } } do
      local value, response = save(spec)
      assert.is_true(value)
      assert.is_nil(response.saved_to)
      assert.same({}, files:list())
    end
  end)

  it("is not limited by max_body_bytes, which is about memory", function()
    assert(save({ path = "/big", query = { bytes = "100000" } }, { max_body_bytes = 1000 }))
    assert.equal(100002, #files:read "answer")
    local value, err = save({ path = "/status", query = { status = "404", body = ("x"):rep(2000) } },
      { max_body_bytes = 1000 })
    assert.is_nil(value)
    assert.equal("too_large", err.kind)
  end)

  it("does not hold the answer in the script's memory", function()
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
      clinone.check(api:request({ path = "/big", query = { bytes = "30000000" } }, { save_to = %q }))
      print("grown", peak() - before)
    ]]):format(server.urls.tls, server.files.ca, files:file "answer"))
    local grown = tonumber(said:match "grown%s+(%d+)")
    assert.truthy(grown and grown < MOST_KB, said)
    assert.equal(30000002, #files:read "answer")
  end)

  it("leaves a former file alone, and nothing behind, when the call fails", function()
    files:file("answer", "former")
    local value, err = save { path = "/status", query = { status = "404", body = '{"code":"NO_SUCH"}' } }
    check_untouched(value, err, "http")
    assert.equal("NO_SUCH", err.code)
    assert.equal('{"code":"NO_SUCH"}', err:response().body)
    for _, text in ipairs { "short", "cut_chunk" } do
      value, err = save({ path = "/raw", query = { text = text } }, { http2 = false, retry = false })
      check_untouched(value, err, "network")
      assert.equal("unknown", err.outcome)
    end
    value, err = save({ path = "/stall", query = { seconds = "2" } }, nil, { timeout = 0.3 })
    check_untouched(value, err, "timeout")
    value, err = save({ path = "/well" }, { base_url = "https://127.0.0.1:1", retry = false })
    check_untouched(value, err, "connect")
  end)

  -- A connection that was cut, with or without TLS's goodbye, ended such an
  -- answer like any other: half of it was saved as the whole.
  it("saves no answer that ends with its connection, and may have been cut", function()
    files:file("answer", "former")
    for _, method in ipairs { "GET", "POST" } do
      local value, err = save({ method = method, path = "/raw", query = { text = "http_1_0" } }, { http2 = false })
      check_untouched(value, err, "network")
      assert.equal("the server answered 200, but the answer cannot be saved: "
        .. "it came without its length, and may have been cut", err.message)
      assert.same({ "unknown", method == "GET", 1 }, { err.outcome, err.retryable, err.attempts })
    end
    assert.same({ 1, 2 }, server:client { http2 = false }:request { path = "/raw", query = { text = "http_1_0" } })
  end)

  it("begins anew with every attempt", function()
    local value, response = save({ path = "/raw_first", query = { text = "short", key = "cut", n = "whole" } },
      { http2 = false })
    assert.is_true(value)
    assert.equal(2, response.attempts)
    assert.equal("whole", files:read("answer"):match '"nonce":"(%w+)"')
    assert.equal("{", files:read("answer"):sub(1, 1))
    assert(save { path = "/status", query = { status = "503", times = "2", key = "down", n = "up" } })
    assert.equal("up", files:read("answer"):match '"nonce":"(%w+)"')
    assert.same({ "answer" }, files:list())
  end)

  it("refuses what cannot be written before anything is sent", function()
    os.execute(("cd %s; mkdir directory; ln -s answer link; mkfifo pipe"):format(process.quote(files.path)))
    local before = files:list()
    for name, reason in pairs {
      ["none/answer"] = "No such file or directory",
      directory = "the path names a directory", ["directory/"] = "the path names a directory",
      link = "what stands there is no regular file, and is not replaced",
      pipe = "what stands there is no regular file, and is not replaced",
      [("n"):rep(256)] = "File name too long",
    } do
      server:forget()
      local value, err = server:client():request({ method = "POST", path = "/well" }, { save_to = files:file(name) })
      assert.is_nil(value)
      assert.equal("config", err.kind)
      assert.equal("save_to: " .. reason, err.message)
      assert.equal("not_sent", err.outcome)
      assert.equal(0, #server:requests())
      assert.same(before, files:list())
    end
    local name = ("n"):rep(255)
    assert(server:client():request({ path = "/well" }, { save_to = files:file(name) }))
    assert.is_true(#files:read(name) > 0)
  end)

  it("may be a path in the current directory, even if the script leaves it", function()
    local said = child.run(([[
      local clinone = require "clinone"
      local api = clinone.check(clinone.new { base_url = %q, ca_file = %q, auth = clinone.auth.bearer "made-up" })
      local spec = { path = "/body", query = { body = "here" } }
      local _, response = clinone.check(api:request(spec, { save_to = "answer" }))
      print(response.saved_to)
    ]]):format(server.urls.tls, server.files.ca),
      { LUA_PATH = ("%s/lua/?.lua;%s/lua/?/init.lua;%s"):format(os.getenv "PWD", os.getenv "PWD", package.path) },
      "cd " .. process.quote(files.path))
    assert.equal("answer\n", said)
    assert.equal("here", files:read "answer")
  end)

  it("says what the server had answered when the disk is full", function()
    for _, method in ipairs { "GET", "POST" } do
      files:file("answer", "former")
      -- A file may not grow beyond 16 blocks; the signal about it is ignored.
      local said = child.run(([[
        local clinone = require "clinone"
        local api = clinone.check(clinone.new { base_url = %q, ca_file = %q, auth = clinone.auth.bearer "made-up" })
        local spec = { method = %q, path = "/big", query = { bytes = "1000000" } }
        local value, err = api:request(spec, { save_to = %q })
        io.stdout:write(table.concat({ tostring(value), err.kind, err.message, err.outcome, tostring(err.retryable),
          err.status, err.attempts }, "|"))
        api:close()
      ]]):format(server.urls.tls, server.files.ca, method, files:file "answer"), nil,
        "trap '' XFSZ; ulimit -f 16")
      assert.equal("nil|config|the server answered 200, but the answer cannot be saved: File too large|unknown|"
        .. "false|200|1", said)
      assert.same({ "answer" }, files:list())
      assert.equal("former", files:read "answer")
    end
  end)

  it("leaves nothing behind when the script is interrupted", function()
    local running = child.start(([[
      io.stdout:setvbuf "no"
      print(require "clinone.core".system.process_id())
      local clinone = require "clinone"
      local api = clinone.check(clinone.new { base_url = %q, ca_file = %q, auth = clinone.auth.bearer "made-up" })
      api:request({ path = "/drip", query = { count = "100", every = "0.1" } }, { save_to = %q })
    ]]):format(server.urls.tls, server.files.ca, files:file "answer"))
    assert(peer.wait_for(5, function() return #files:list() == 1 end))
    assert.truthy(files:list()[1]:find "^answer%.%x+%.part$")
    assert.equal("600", mode_of(files:file(files:list()[1])))
    os.execute("kill -INT " .. running:said():match "^%d+")
    assert(peer.wait_for(5, function() return running:exit_code() end))
    running:forget()
    assert.same({}, files:list())
  end)

  it("touches no file for what is only described", function()
    local options = { save_to = files:file "answer" }
    local value, err = server:client { dry_run = true }:request({ method = "POST", path = "/well" }, options)
    assert.is_nil(value)
    assert.equal("dry_run", err.kind)
    assert.same({}, files:list())
  end)

  it("is the path of a file, for one answer", function()
    local api = server:client()
    for wrong, message in pairs {
      [""] = "save_to is the path of a file", ["a\0b"] = "save_to is the path of a file", [7] = "must be a string",
    } do
      local ok, said = pcall(api.request, api, { path = "/well" }, { save_to = wrong })
      assert.is_false(ok)
      assert.truthy(tostring(said):find(message, 1, true), tostring(said))
    end
    local ok, said = pcall(api.each, api, "patients.list", {}, { save_to = files:file "answer" })
    assert.is_false(ok)
    assert.truthy(tostring(said):find("save_to is for one answer", 1, true), tostring(said))
    assert.same({}, files:list())
    -- The connection serves on, and answers are held again.
    assert.equal("kept", assert(api:request { path = "/well", query = { n = "kept" } }).nonce)
  end)
end)
