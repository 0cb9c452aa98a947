-- What the importer makes of the collections in spec/collections, each of which
-- holds oddities that real ones have: the whole outcome against a golden file,
-- each oddity by name (spec/support/oddities.lua), every request accounted for,
-- no planted secret anywhere; and what is refused, by its name.
--
-- spec/support/postman.lua says how a golden file is made anew.

local clinone = require "clinone"
local json = require("clinone.native").json
local oddities = require "spec.support.oddities"
local operation = require "clinone.operation"
local postman = require "clinone.postman"
local support = require "spec.support.postman"

local COLLECTIONS = {
  "names", "urls", "bodies", "auth-v2.1.0", "auth-v2.0.0", "scripts", "documenter", "variables", "answers", "paging",
  "clinone-form", "hospital",
}
local LISTS = { "refused", "renamed", "guessed", "scripts", "warnings" }
local PLANTED = "pl4nted"

local function imported(name)
  local catalog, report = postman.read(support.path(name))
  assert(catalog, tostring(report))
  return catalog, report
end

-- Every text in a value, keys included, one per line.
local function texts_of(value, out)
  out = out or {}
  if type(value) == "table" then
    for key, inner in pairs(value) do
      out[#out + 1] = tostring(key)
      texts_of(inner, out)
    end
  elseif type(value) == "string" then
    out[#out + 1] = value
  end
  return out
end

describe("a collection", function()
  for _, name in ipairs(COLLECTIONS) do
    describe(name, function()
      local catalog, report

      setup(function() catalog, report = imported(name) end)

      it("comes out as its golden file says", function()
        local text = support.golden(catalog, report)
        local wanted, got = {}, {}
        for line in support.expected(name, text):gmatch "[^\n]+" do wanted[#wanted + 1] = line end
        for line in text:gmatch "[^\n]+" do got[#got + 1] = line end
        for i = 1, math.max(#wanted, #got) do assert.equal(wanted[i], got[i], "line " .. i) end
      end)

      it("is accounted for, request by request", function()
        local count, listed = support.count(support.document(name).item), 0
        support.each_operation(catalog.resources, function() listed = listed + 1 end)
        assert.equal(listed, report.operations)
        assert.equal(count, report.operations + #report.refused)
        for _, list in ipairs(LISTS) do
          for _, entry in ipairs(report[list]) do
            assert.equal("string", type(entry.place))
            assert.is_true(#entry.reason > 0)
          end
        end
        assert.truthy(json.encode(report):find('"warnings":[', 1, true))
      end)

      it("gives operations that can be called, and survives being written", function()
        support.each_operation(catalog.resources, function(full, data, resource)
          for part in full:gmatch "[^.]+" do assert.truthy(part:find "^[a-z_][a-z0-9_]*$", full) end
          operation.compile(full, data, resource, catalog)
        end)
        local text = assert(json.encode(catalog))
        assert.equal(text, json.encode((json.decode(text))))
        local api = clinone.check(clinone.new {
          catalog = catalog, base_url = "https://127.0.0.1:1", auth = clinone.auth.bearer "made-up", token_cache = {},
        })
        support.each_operation(catalog.resources, function(full)
          local at = api
          for part in full:gmatch "[^.]+" do at = at[part] end
          assert.equal("function", type(at), full)
        end)
        api:close()
      end)

      it("keeps no secret", function()
        for _, text in ipairs(texts_of { catalog, report }) do
          assert.is_nil(text:find(PLANTED, 1, true), text)
          assert.is_nil(text:find("•••", 1, true), text)
        end
      end)

      it("offers an id and a secret that belong together", function()
        local offered = catalog.auth or {}
        if not (offered.client_id_variable and offered.client_secret_variable) then return end
        local at = {}
        for _, entry in ipairs(report.scripts) do
          for _, what in ipairs { "client_id_variable", "client_secret_variable" } do
            if entry.reason:find('"' .. offered[what] .. '"', 1, true) then at[what] = entry.place end
          end
        end
        assert.truthy(at.client_id_variable)
        assert.equal(at.client_id_variable, at.client_secret_variable)
      end)

      it("comes out the same from its table, and each time", function()
        local again, report_again = postman.read(support.document(name))
        again.source.sha256 = catalog.source.sha256
        assert.equal(json.encode(catalog), json.encode(again))
        assert.equal(json.encode(report), json.encode(report_again))
      end)
    end)
  end

  it("was planted with secrets in every place", function()
    local count = 0
    for _, name in ipairs(COLLECTIONS) do
      for _ in support.text(name):gmatch(PLANTED) do count = count + 1 end
    end
    assert.is_true(count > 35, count)
  end)
end)

describe("an oddity:", function()
  local outcomes = {}

  local function outcome_of(name)
    if not outcomes[name] then
      local catalog, report = imported(name)
      outcomes[name] = { catalog = catalog, report = report, lines = support.outline(catalog) }
    end
    return outcomes[name]
  end

  local function has_all(text, parts)
    for _, part in ipairs(parts) do
      if not text:find(part, 1, true) then return false end
    end
    return true
  end

  for _, row in ipairs(oddities) do
    it(row.section .. " " .. row.what, function()
      local outcome = outcome_of(row.collection)
      local texts = outcome.lines
      if row.list then
        texts = {}
        for i, entry in ipairs(outcome.report[row.list]) do texts[i] = entry.place .. ": " .. entry.reason end
      end
      local found = false
      for _, text in ipairs(texts) do found = found or has_all(text, row.has) end
      if row.never then
        assert.is_false(found, table.concat(row.has, " .. "))
      else
        assert.is_true(found, table.concat(row.has, " .. ") .. " is not in\n" .. table.concat(texts, "\n"))
      end
    end)
  end
end)

describe("a document", function()
  local v2 = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"

  local function collection(info)
    return { info = info, item = json.array { { name = "Ping", request = { url = "https://kinds.example/ping" } } } }
  end

  local function taken(text, schema)
    local catalog, report = postman.read_text(text, "some.json")
    assert(catalog, tostring(report))
    assert.equal(1, report.operations)
    assert.equal("postman", catalog.source.kind)
    assert.equal(schema, catalog.source.schema)
    return catalog
  end

  describe("is taken", function()
    local plain = json.encode(collection { name = "Kinds: é 🙂", schema = v2 })

    it("as an export, wrapped, with a byte order mark, in UTF-16", function()
      assert.equal("Kinds: é 🙂", taken(plain, "2.1.0").title)
      assert.equal("Kinds: é 🙂", taken('{"collection":' .. plain .. "}", "2.1.0").title)
      assert.equal("Kinds: é 🙂", taken("\239\187\191" .. plain, "2.1.0").title)
      assert.equal("Kinds: é 🙂", taken("\255\254" .. support.utf16(plain), "2.1.0").title)
      assert.equal("Kinds: é 🙂", taken("\254\255" .. support.utf16(plain, true), "2.1.0").title)
      assert.equal("Kinds: é 🙂", taken(support.utf16(plain), "2.1.0").title)
    end)

    it("whatever its schema's address, without one, without info", function()
      for address, schema in pairs {
        ["https://schema.getpostman.com/json/collection/v2.0.0/collection.json"] = "2.0.0",
        ["https://schema.postman.com/json/collection/v2.1.0/collection.json"] = "2.1.0",
        ["https://schema.getpostman.com/json/collection/v2.0.0/"] = "2.0.0",
        ["https://schema.getpostman.com/json/draft-07/collection/v2.1.0/collection.json"] = "2.1.0",
        ["http://schema.getpostman.com/json/collection/v2.1.0"] = "2.1.0",
      } do
        taken(json.encode(collection { name = "x", schema = address }), schema)
      end
      taken(json.encode(collection { name = "x" }), nil)
      taken(json.encode(collection { schema = 7 }), nil)
      taken(json.encode(collection(nil)), nil)
      taken('{"info":null,"item":[{"request":"https://kinds.example/ping"}]}', nil)
    end)
  end)

  local function refused(text, ...)
    local catalog, err = postman.read_text(text, "some.json")
    assert.is_nil(catalog)
    assert.equal("config", err.kind)
    assert.truthy(tostring(err):find("some.json", 1, true), tostring(err))
    local said = (err.message .. "\n" .. (err.hint or "")):lower()
    for _, part in ipairs { ... } do assert.truthy(said:find(part, 1, true), part .. " is not in: " .. said) end
    return said
  end

  describe("is refused by its name:", function()
    it("a collection of format 1", function()
      local v1 = '"id":"1","name":"Old","order":["2"],"folders":[],"requests":[{"id":"2","url":"https://x.example"}]'
      refused("{" .. v1 .. "}", "v1", "export")
      refused('{"collection":{' .. v1 .. "}}", "v1")
      refused('{"info":{"name":"x","schema":"https://schema.getpostman.com/json/collection/v1.0.0/collection.json"},'
        .. '"item":[{"request":"https://x.example"}]}', "v1")
    end)

    it("an environment, globals, a data dump", function()
      local values = '"values":[{"key":"baseUrl","value":"https://x.example","enabled":true}]'
      refused('{"id":"1","name":"Test",' .. values .. ',"_postman_variable_scope":"environment"}', "environment")
      refused('{"name":"Test",' .. values .. "}", "environment")
      refused('{"environment":{"name":"Test",' .. values .. "}}", "environment")
      refused('{"id":"1",' .. values .. ',"_postman_variable_scope":"globals"}', "global")
      refused('[{"key":"baseUrl","value":"https://x.example"}]', "global")
      refused('{"version":1,"collections":[{"name":"Old"}],"environments":[]}', "dump")
    end)

    it("a published page's metadata, with the collection's address", function()
      refused('{"collection":{"info":{"name":"API","owner":"100","publishedId":"2sXyz","schema":"' .. v2 .. '"}},'
        .. '"environments":[],"user":{},"web":{}}', "no routes in here", "/api/collections/100/2sxyz", "catalog pull")
      refused('{"collection":{"info":{"name":"API","owner":"../x","publishedId":"2sXyz"}}}', "no routes in here")
    end)

    it("OpenAPI, a catalog of ours, any other JSON", function()
      refused('{"openapi":"3.0.1","info":{"title":"x"},"paths":{}}', "openapi")
      refused('{"swagger":"2.0","info":{"title":"x"},"paths":{}}', "openapi")
      refused('{"catalog":1,"resources":{}}', "catalog")
      for _, text in ipairs { "{}", "[]", "[1]", "7", '"x"', "true", "null", '{"a":1}' } do
        refused(text, "postman collection")
      end
      refused('{"item":{"a":1}}', "no requests")
    end)

    it("no JSON at all", function()
      local whole = support.text "names"
      refused(whole:sub(1, 3000), "cut off")
      refused("", "empty")
      refused(" \r\n\t", "empty")
      refused("\239\187\191", "empty")
      refused("<!DOCTYPE html>\n<html><body>Sign in</body></html>", "html", "export")
      refused("Collection: x", "no json")
      refused('{"info":{},"item":[]} x', "no json")
      refused("\0\1\2", "no json")
      refused('{"info":{"name":"\255"},"item":[]}', "no json")
    end)

    it("a collection that holds no request", function()
      refused('{"info":{"name":"x"},"item":[]}', "no request")
      refused('{"info":{"name":"x"},"item":[null,{"name":"Empty","item":[]}]}', "no request")
      refused('{"info":{"name":"x","schema":"' .. v2 .. '"}}', "`item`")
    end)

    it("a collection of which no request can be used", function()
      refused('{"info":{},"item":[{"name":"Nothing","request":{"method":"GET","url":""}}]}', "none of", "nothing")
    end)

    it("a file that is not there, or a directory", function()
      local catalog, err = postman.read "/nowhere/collection.json"
      assert.is_nil(catalog)
      assert.equal("config", err.kind)
      assert.truthy(err.message:find("/nowhere/collection.json", 1, true), err.message)
      catalog, err = postman.read "spec"
      assert.is_nil(catalog)
      assert.equal("config", err.kind)
    end)

    it("a file of 100 MB, without reading it", function()
      local path = os.tmpname()
      local file = assert(io.open(path, "wb"))
      file:write '{"info":{"name":"x"},"item":['
      file:seek("set", 100 * 1024 * 1024)
      file:write "]}"
      file:close()
      collectgarbage()
      local before = collectgarbage "count"
      local catalog, err = postman.read(path)
      os.remove(path)
      assert.is_nil(catalog)
      assert.equal("config", err.kind)
      assert.truthy(err.message:find(path, 1, true), err.message)
      assert.truthy(err.message:find("100 MiB", 1, true), err.message)
      assert.is_true(collectgarbage "count" - before < 1024)
    end)
  end)

  describe("nested deeply", function()
    local function folders(depth)
      local inner = '{"name":"Deep","request":"https://deep.example/x"}'
      return ('{"name":"F","item":['):rep(depth) .. inner .. ("]}"):rep(depth)
    end

    it("200 levels: the rest is imported all the same", function()
      local catalog, report = postman.read_text('{"info":{"name":"x"},"item":[' .. folders(200)
        .. ',{"name":"Flat","request":"https://deep.example/flat"}]}', "some.json")
      assert(catalog, tostring(report))
      assert.equal(2, report.operations + #report.refused)
      assert.is_true(report.operations >= 1)
      local text = assert(json.encode(catalog))
      assert.truthy(json.decode(text))
      for _, entry in ipairs(report.refused) do assert.truthy(entry.place:find("F / F / ", 1, true)) end
    end)

    it("2,000 levels: refused, in words", function()
      refused('{"info":{"name":"x"},"item":[' .. folders(2000) .. "]}", "deep")
      refused(("["):rep(100000), "deep")
    end)

    it("bodies, answers and auth", function()
      local deep = ('{"a":['):rep(300) .. "1" .. ("]}"):rep(300)
      local request = { method = "POST", url = "https://deep.example/x", auth = assert(json.decode(deep, 700)),
        body = { mode = "raw", raw = deep } }
      local text = json.encode({ info = { name = "x" }, item = json.array { { name = "x", request = request,
        response = json.array { { code = 200, body = deep } } } } }, 1000)
      local catalog, report = postman.read_text(text, "some.json")
      assert(catalog, tostring(report))
      assert.equal(1, report.operations)
      assert.truthy(json.encode(catalog))
    end)
  end)
end)
