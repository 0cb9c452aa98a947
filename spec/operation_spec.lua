-- How the catalog's data of an operation decide what is sent: places, kinds of
-- body, records that come back changed.

local clinone = require "clinone"
local native = require "clinone.native"
local operation = require "clinone.operation"

local operations = {
  update = { method = "PUT", path = "/things/{id}", params = {
    id = { ["in"] = { "path", "body" }, type = "integer", required = true },
    name = { ["in"] = "body", type = "string" }, list = { ["in"] = "body", type = "array" },
    count = { ["in"] = "body", type = "integer" },
  } },
  form = { method = "POST", path = "/form", content = "form", params = {
    a = { ["in"] = "body", type = "string" }, b = { ["in"] = "body", default = "x y&z" },
    c = { ["in"] = "body", name = "c[]", type = "string" },
  } },
  list_body = { method = "POST", path = "/list", body = { type = "array" }, params = { q = { ["in"] = "query" } } },
  text = { method = "POST", path = "/text", content = "text", content_type = "application/xml",
    body = { type = "string" } },
  renamed = { method = "PUT", path = "/things/{number}", params = {
    number = { ["in"] = "path", type = "string", required = true },
    body_number = { ["in"] = "body", name = "number", type = "integer" },
  } },
}

operations.hook = { method = "POST", path = "/hooks", params = {
  url = { ["in"] = "body", required = true, doc = "Where to.  Any URL.\n\n# More\n" .. ("x"):rep(5000) },
  headers = { ["in"] = "body", type = "object" },
} }

local function client(more)
  local given = { base_url = "https://127.0.0.1:1", auth = clinone.auth.bearer "x", retry = false,
    catalog = { catalog = 1, inferred = true, resources = { things = { operations = operations } } } }
  for name, value in pairs(more or {}) do given[name] = value end
  return clinone.check(clinone.new(given))
end

describe("an id in the path and in the body", function()
  it("is one parameter; the rest of the record stays as it was", function()
    local text = '{"id":7,"name":null,"list":[],"count":123456789012345678901234567890,"extra":{"gone":null,"a":[]},'
      .. '"more":null,"huge":98765432109876543210,"last":1.5}'
    local record = assert(native.json.decode(text))
    record.last = 2.5
    local told = clinone.check(client():explain("things.update", record))
    assert.equal("https://127.0.0.1:1/things/7", told.url)
    for _, member in ipairs { '"id":7', '"name":null', '"list":[]', '"count":123456789012345678901234567890',
      '"more":null', '"huge":98765432109876543210', '"last":2.5', '"gone":null', '"a":[]' } do
      assert.truthy(told.body:find(member, 1, true), member .. " in " .. told.body)
    end
    assert.equal(10, (select(2, told.body:gsub('":', "")))) -- no member more
    assert.equal("https://127.0.0.1:1/things/8", client():explain("things.update", 8).url)
  end)

  it("warns once of each thing that the example lacks", function()
    local api = client()
    local core = require("clinone.client").cores[api]
    local found = require("clinone.invoke").by_name(core, "things.update")
    local _, _, warnings = require("clinone.request").build(core, found, { id = 7, count = "x", one = 1, two = 2 })
    table.sort(warnings)
    assert.same({
      "count: has another type than in the catalog's example",
      "one: is not in the catalog's example; sent in the body",
      "two: is not in the catalog's example; sent in the body",
    }, warnings)
  end)

  it("named apart where the catalog says so, goes to both places", function()
    local told = clinone.check(client():explain("things.renamed", { number = "A-1", body_number = 5 }))
    assert.same({ "https://127.0.0.1:1/things/A-1", '{"number":5}' }, { told.url, told.body })
  end)
end)

describe("a body", function()
  it("of a form is encoded, with defaults", function()
    local told = clinone.check(client():explain("things.form", { a = "1=2", c = "é" }))
    assert.equal("application/x-www-form-urlencoded", told.headers["Content-Type"])
    assert.equal("a=1%3D2&b=x%20y%26z&c%5B%5D=%C3%A9", told.body)
    assert.truthy(told.curl:find("--data-raw 'a=1%3D2&", 1, true))
  end)

  it("that is a list is given whole", function()
    local told = clinone.check(client():explain("things.list_body", { q = "x", body = { { n = 1 }, {} } }))
    assert.same({ "https://127.0.0.1:1/list?q=x", '[{"n":1},{}]' }, { told.url, told.body })
    assert.equal("[]", client():explain("things.list_body", { body = {} }).body)
    local given = { body = {} }
    client():explain("things.list_body", given)
    assert.is_nil(getmetatable(given.body))
    local none, err = client():explain("things.list_body", { stray = 1 })
    assert.is_nil(none)
    assert.equal("unknown key stray (there are: body, headers, q, query)", err.message)
    assert.equal("The body is given whole here: body = ...", err.hint)
  end)

  it("of text has the catalog's type", function()
    local told = clinone.check(client():explain("things.text", { body = "<a/>" }))
    assert.same({ "<a/>", "application/xml" }, { told.body, told.headers["Content-Type"] })
  end)
end)

describe("the sums of places", function()
  it("tell where a key goes", function()
    local made = operation.compile("things.x", { method = "POST", path = "/x/{p}", params = {
      a = { ["in"] = { "query", "body" } }, b = { ["in"] = "body" }, h = { ["in"] = "header" },
    } }, {}, {})
    assert.same({ a = 10, b = 8, h = 4, p = 1 }, made.sums)
    assert.same({ true, true, false, false },
      { made.in_body "a", made.in_body "b", made.in_body "h", made.in_body "z" })
    assert.same({ true, false, true, false },
      { made.elsewhere "a", made.elsewhere "b", made.elsewhere "h", made.elsewhere "z" })
  end)

  it("a catalog that makes no sense raises", function()
    for part, data in pairs {
      ["has no method or no path"] = { method = "GET" },
      ['puts x in "cookie"'] = { method = "GET", path = "/", params = { x = { ["in"] = "cookie" } } },
      ['makes no sense of its parameter "x"'] = { method = "GET", path = "/", params = { x = "query" } },
      ['has a body of an unknown kind (did you mean "form"?)'] = { method = "POST", path = "/", content = "from" },
      ["has a bad path"] = { method = "GET", path = "//evil" },
    } do
      local ok, message = pcall(operation.compile, "things.x", data, {}, {})
      assert.is_false(ok)
      assert.truthy(message:find(part, 1, true), message)
    end
  end)
end)

describe("a field that is named as a part of the request", function()
  -- The lines of the call option were put into the script's own table.
  it("regression: headers stays the script's, and no call can add header lines", function()
    local headers = { a = "b" }
    local api = client()
    assert.equal('{"headers":{"a":"b"},"url":"u"}', api:explain("things.hook", { url = "u", headers = headers }).body)
    for _, given in ipairs { headers, "text" } do
      local value, err = api.things:hook({ url = "u", headers = given }, { headers = { ["X-A"] = "1" } })
      assert.is_nil(value)
      assert.equal("validation", err.kind)
      assert.truthy(err.hint:find("clinone.new", 1, true))
    end
    assert.same({ a = "b" }, headers)
  end)

  it("body, of a record that was read, is the whole body, which the refusal says", function()
    local told, err = client():explain("things.update", { id = 7, body = "a note", extra = 1 })
    assert.is_nil(told)
    assert.equal("The body is given whole here: body = ...", err.hint)
  end)
end)

describe("a missing parameter", function()
  it("is explained by the first line of what the catalog says, no more", function()
    local _, err = client():explain("things.hook", {})
    assert.same({ "url is missing", "It is: Where to.  Any URL." }, { err.message, err.hint })
  end)
end)
