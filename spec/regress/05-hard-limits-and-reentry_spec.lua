-- Review of the core found four crashes and leaks that a script could reach:
-- headers over the hard limit left a count without lines; a base URL of the
-- buffer's very size was parsed at length -1; a proxy's URL came back in the
-- error, password and all; a parameter that stands twice in a path hid an
-- unknown key; a query took types and characters that a body does not.

local clinone = require "clinone"

local function options(more)
  local all = { base_url = "https://127.0.0.1:9", auth = clinone.auth.bearer "x", retry = false }
  for key, value in pairs(more) do all[key] = value end
  return all
end

local catalog = {
  catalog = 1, strict = true,
  resources = {
    twins = {
      operations = {
        get = { method = "GET", path = "/a/{id}/b/{id}", params = { id = { ["in"] = "path", required = true } } },
        list = {
          method = "GET", path = "/a",
          params = { name = { ["in"] = "query", type = "string" }, page = { ["in"] = "query", type = "integer" } },
        },
      },
    },
  },
}

describe("hard limits", function()
  it("of the headers are errors, at a client and at a call", function()
    local api, err = clinone.new(options { headers = { A = ("a"):rep(200000), B = ("b"):rep(200000) } })
    assert.is_nil(api)
    assert.truthy(err.message:find("too large", 1, true), err.message)
    api = clinone.check(clinone.new(options {}))
    for size = 256 * 1024 - 260, 256 * 1024, 20 do
      local value, refused = api:request({ path = "/a" }, { headers = { A = ("a"):rep(size) } })
      assert.is_nil(value)
      assert.truthy(refused.kind == "validation" or refused.kind == "connect", tostring(refused.kind))
    end
  end)

  it("of the base URL is an error", function()
    for size = 65530, 65540 do
      local base = "https://127.0.0.1/" .. ("a"):rep(size - 18)
      local api, err = clinone.new(options { base_url = base })
      assert.truthy(api or err.kind == "config")
    end
  end)
end)

describe("a proxy's password", function()
  it("is in no error", function()
    local api = clinone.check(clinone.new {
      base_url = "https://api.example.com", auth = clinone.auth.bearer "x", retry = false,
      proxy = "socks9://user:sekret@127.0.0.1:1",
    })
    local _, err = api:request { path = "/a" }
    assert.is_nil(tostring(err):find("sekret", 1, true))
  end)
end)

describe("a key that has no place", function()
  it("is refused beside a parameter that stands twice in the path", function()
    local api = clinone.check(clinone.new(options { catalog = catalog }))
    assert.equal("https://127.0.0.1:9/a/1/b/1", clinone.check(api:explain("twins.get", { id = "1" })).url)
    local explained, err = api:explain("twins.get", { id = "1", bogus = "2" })
    assert.is_nil(explained)
    assert.truthy(err.message:find("unknown key bogus", 1, true), err.message)
  end)
end)

describe("a query of a complete catalog", function()
  local api = clinone.check(clinone.new(options { catalog = catalog }))

  local function refused(params, words)
    local explained, err = api:explain("twins.list", params)
    assert.is_nil(explained)
    assert.equal("validation", err.kind)
    assert.truthy(err.message:find(words, 1, true), err.message)
  end

  it("takes no other type, and no list that would drop the filter", function()
    refused({ page = "x" }, "query.page: it must be an integer")
    refused({ page = true }, "query.page: it must be an integer")
    refused({ name = {} }, "query.name: it must be a string")
    assert.truthy(clinone.check(api:explain("twins.list", { name = 7, page = 2 })).url:find("name=7&page=2", 1, true))
  end)

  it("takes no control character and no invalid UTF-8", function()
    refused({ name = "a\r\nb" }, "control character")
    refused({ name = "a\0" }, "control character")
    refused({ name = "\255" }, "control character")
    local explained, err = api:explain("twins.get", "a\255")
    assert.is_nil(explained)
    assert.truthy(err.message:find("UTF-8", 1, true), err.message)
  end)
end)

describe("a finalizer that makes a call", function()
  it("while an answer is read does not disturb it", function()
    local sandbox = require "spec.support.sandbox"
    local server = sandbox.start()
    local inner = clinone.check(clinone.new { environment = server.environment, catalog = "builtin" })
    local calls = 0
    local function litter()
      local function call()
        if calls < 40 then
          calls = calls + 1
          inner:request { path = "/patients", query = { studyIdentifier = "ONC-301", page = 1 } }
        end
      end
      if newproxy then -- luacheck: ignore
        local proxy = newproxy(true) -- luacheck: ignore
        getmetatable(proxy).__gc = call
      else
        setmetatable({}, { __gc = call })
      end
    end
    for _ = 1, 30 do
      for _ = 1, 3 do litter() end
      local list = clinone.check(inner:request { path = "/patients", query = { studyIdentifier = "ONC-301" } })
      assert.equal(3, #list.items)
      assert.equal(1961, list.items[1].birthYear)
    end
    collectgarbage()
    inner:close()
    server.stop()
    assert.is_true(calls > 0)
  end)
end)
