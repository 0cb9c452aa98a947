-- A catalog's file is decoded piece by piece, as it is used: what nobody uses
-- may even be broken, and what walks through all of it finds plain tables.

local catalog = require "clinone.catalog"
local clinone = require "clinone"
local native = require "clinone.native"
local process = require "spec.support.process"
local workshop = require "spec.support.workshop"

local function load(text)
  local path = process.temporary(text)
  local document, err = catalog.load(path)
  os.remove(path)
  if err then err.message = err.message:gsub(path:gsub("%p", "%%%0"), "FILE") end
  return document, err
end

local function around(resources)
  return '{"catalog": 1, "resources": {' .. resources .. "}}"
end

local function with_operations(operations)
  return clinone.check(load(around('"a": {"operations": {' .. operations .. "}}")))
end

local function refused(part, document, err)
  assert.is_nil(document)
  assert.equal("config", err.kind)
  assert.truthy(err.message:find(part, 1, true), err.message)
end

local function raises(message, fn)
  local ok, raised = pcall(fn)
  assert.is_false(ok)
  assert.equal(message, raised)
end

describe("a catalog's file", function()
  it("is the same as if it were decoded at once", function()
    local text = native.json.encode(workshop)
    local document = clinone.check(load(text))
    assert.equal("/tags/{tag}/notes", document.resources.tags.resources.notes.operations.list.path)
    assert.equal(document, catalog.whole(document))
    assert.same(native.json.decode(text), document)
    assert.equal(text, native.json.encode(document))
    local function plain(list)
      for _, resource in pairs(list) do
        assert.is_nil(rawget(getmetatable(resource) or {}, "__index"))
        for _, operation in pairs(resource.operations) do assert.equal("string", type(rawget(operation, "method"))) end
        plain(resource.resources or {})
      end
    end
    plain(document.resources)
  end)

  it("may be broken where it is not used, and says so where it is", function()
    local document = clinone.check(load(around('"good": {"operations": {"fine": {"method": "GET", "path": "/g"},'
      .. '"bad": {"method": tru}, "seven": 7, "text": "x", "list": [1]}}, '
      .. '"none": {"operations": null, "resources": []}, "empty": {},'
      .. '"bad": {"group" 1}, "odd": {"operations": 7}, "doc": {"doc": 01}, "nothing": null')))
    local good = document.resources.good
    assert.equal("/g", catalog.operation(good, "fine").path)
    raises("the catalog's operation good.bad is no JSON: expected a value, at byte offset 11",
      function() return good.operations.bad.method end)
    for _, name in ipairs { "seven", "text", "list" } do
      raises(("the catalog's operation good.%s is no object"):format(name),
        function() return good.operations[name].path end)
    end
    raises('the catalog\'s resource bad is no JSON: expected ":", at byte offset 9',
      function() return document.resources.bad.operations end)
    raises('the catalog\'s resource odd, its "operations", is no object',
      function() return document.resources.odd.operations end)
    raises('the catalog\'s resource doc, its "doc", is no JSON: malformed number, at byte offset 1',
      function() return document.resources.doc.operations end)
    assert.is_nil(document.resources.none.operations)
    assert.is_nil(document.resources.empty.operations)
    assert.same({}, document.resources.none.resources)
    refused("the catalog's ", catalog.whole(document))
  end)

  it("shows what is broken to whoever calls it, each time", function()
    local path = process.temporary(around '"a": {"operations": {"list": {"method": }}}')
    local api = clinone.check(clinone.new {
      base_url = "https://127.0.0.1:1", auth = clinone.auth.bearer "t", catalog = path,
    })
    os.remove(path)
    for _ = 1, 2 do
      for _, use in ipairs { function() return api.a.list end, function() return api:explain "a.list" end } do
        local ok, message = pcall(use)
        assert.is_false(ok)
        assert.truthy(message:find("the catalog's operation a.list is no JSON: ", 1, true), message)
      end
    end
  end)

  it("that is cut short anywhere is refused as it is loaded", function()
    local text = around '"a": {"operations": {"list": {"method": "GET", "path": "/a\\"", "aliases": ["b"]}}}'
    assert.truthy(load(text))
    for length = 0, #text - 1 do refused("is no JSON: ", load(text:sub(1, length))) end
    refused("is no JSON: ", load(text .. "}"))
    refused("is no JSON: ", load((text:gsub("%]", "}"))))
  end)

  it("with mistakes at its root is refused as it is loaded", function()
    refused('"catalog" is no JSON', load '{"catalog": 01, "resources": {}}')
    refused('"resources" is no object', load '{"catalog": 1, "resources": 7}')
    refused("has no resources", load '{"catalog": 1, "resources": null}')
    refused('"strict" must be a boolean, not a string', load '{"catalog": 1, "resources": {}, "strict": "yes"}')
    refused('"servers" must be names and URLs', load '{"catalog": 1, "resources": {}, "servers": {"default": 7}}')
    assert.truthy(load '{"catalog": 1, "resources": [], "servers": {}, "title": null}')
  end)

  it("that is nested too deeply or too large is refused", function()
    local levels = ('{"resources":{"a":'):rep(200) .. "{}" .. ("}}"):rep(200)
    refused("nested deeper than 128 levels", load('{"catalog":1,"resources":{"a":' .. levels .. "}}"))
    local path = os.tmpname()
    local file = assert(io.open(path, "wb"))
    file:seek("set", 64 * 1024 * 1024)
    file:write "}"
    file:close()
    local document, err = catalog.load(path)
    os.remove(path)
    refused("larger than 64 MiB", document, err)
    refused("cannot be read: /: ", catalog.load "/")
  end)
end)

describe("an alias", function()
  local get = '{"method": "GET", "path": "/%s", "aliases": ["%s"]}'

  it("is found in what is not yet decoded", function()
    local a = with_operations(('"x": %s, "y": %s, "broken": {"doc": "z"'):format(get:format("x", "ex"),
      get:format("y", "\\u0065y")) .. ', "method": }').resources.a
    assert.same({ "/x", "x" }, { catalog.operation(a, "ex").path, select(2, catalog.operation(a, "ex")) })
    assert.equal("y", select(2, catalog.operation(a, "ey")))
    assert.is_nil((catalog.operation(a, "e")))
    assert.is_nil((catalog.operation(a, "")))
  end)

  it("is told from the same text elsewhere, and yields to a name", function()
    local a = with_operations(('"x": {"method": "GET", "path": "/x", "doc": "ex", "examples": [{"body": "\\"ey\\""}]}, '
      .. '"y": %s, "ey": %s, "b": %s, "c": %s, "d": %s'):format(get:format("y", "ex"), get:format("ey", "y"),
      get:format("b", "twice"), get:format("c", "twice"), get:format("d", "a/b"))).resources.a
    assert.equal("y", select(2, catalog.operation(a, "ex")))
    assert.equal("y", select(2, catalog.operation(a, "y")))
    assert.equal("ey", select(2, catalog.operation(a, "ey")))
    assert.equal("b", select(2, catalog.operation(a, "twice")))
    assert.equal("d", select(2, catalog.operation(a, "a/b")))
  end)

  it("is suggested, and named by pairs", function()
    local document = with_operations('"x": ' .. get:format("x", "search"))
    assert.equal('no operation "serch" in a (did you mean "search"?)', select(2, catalog.find(document, "a.serch")))
    document = with_operations('"x": ' .. get:format("x", "search"))
    assert.same({ x = true, search = true }, catalog.names(document.resources.a))
    local names = {}
    for name, operation in pairs(document.resources.a.operations) do names[name] = operation.method end
    assert.same({ x = "GET" }, names)
  end)

  it("in no list says so", function()
    local document = with_operations '"x": {"method": "GET", "path": "/x", "aliases": "ex"}'
    raises("the catalog's operation x has no list of aliases",
      function() catalog.operation(document.resources.a, "ex") end)
  end)
end)
