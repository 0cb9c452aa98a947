-- Catalogs: which one is in use, files that are none, and operations whose
-- data make no sense.

local catalog = require "clinone.catalog"
local clinone = require "clinone"
local json = require("clinone.native").json
local process = require "spec.support.process"

local function client(source)
  return clinone.new { base_url = "https://127.0.0.1:1", auth = clinone.auth.bearer "t", catalog = source }
end

local function from_file(text)
  local path = process.temporary(text)
  local api, err = client(path)
  os.remove(path)
  if err then err.message = err.message:gsub(path:gsub("%p", "%%%0"), "FILE") end
  return api, err
end

local function refused(message, api, err)
  assert.is_nil(api)
  assert.equal("config", err.kind)
  assert.equal(message, err.message)
end

describe("a catalog", function()
  it("may be a file, with a mark or in UTF-16, or a table", function()
    local text = '{"catalog": 1, "resources": {"a": {"operations": {"list": {"method": "GET", "path": "/a"}}}}}'
    for _, form in ipairs { text, "\239\187\191" .. text, "\255\254" .. text:gsub(".", "%0\0") } do
      assert.equal("https://127.0.0.1:1/a", clinone.check(from_file(form)):explain("a.list").url)
    end
    assert.truthy(client { catalog = 1, resources = {} })
  end)

  it("in one file is read once for clients that live side by side, until it changes", function()
    local text = '{"catalog": 1, "resources": {"a": {"operations": {"list": {"method": "GET", "path": "/a"}}}}}'
    local path = process.temporary(text)
    local overlaid = path .. ".overlay.json"
    local first = clinone.check(catalog.load(path))
    assert.equal(first, (catalog.load(path)))
    process.write_file(overlaid, '{"overlay": 1, "strict": true}')
    local second = clinone.check(catalog.load(path))
    assert.same({ nil, true }, { first.strict, second.strict })
    assert.equal(second, (catalog.load(path)))
    os.remove(overlaid)
    process.write_file(path, (text:gsub("/a", "/b")))
    assert.equal("/b", catalog.load(path).resources.a.operations.list.path)
    assert.equal("/a", first.resources.a.operations.list.path)
    local held = setmetatable({ first, second, (catalog.load(path)) }, { __mode = "v" })
    first, second = nil, nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(held))
    os.remove(path)
  end)

  it("that is none is refused, and why", function()
    refused("the catalog cannot be read: /nowhere/c.json: No such file or directory", client "/nowhere/c.json")
    refused("the catalog FILE is no JSON: expected a value, at byte offset 0", from_file "garbage")
    refused("the catalog FILE is no catalog", from_file "7")
    refused('the catalog FILE is no catalog: it has no "catalog": 1', from_file "[]")
    refused('the catalog FILE is no catalog: it has no "catalog": 1', from_file '{"catalog": 2, "resources": {}}')
    refused("the catalog FILE has no resources", from_file '{"catalog": 1}')
    refused("the catalog FILE is a Postman document, not a catalog", from_file '{"info": {}, "item": []}')
    refused("the catalog FILE is a Postman document, not a catalog", from_file '{"values": []}')
    refused('the catalog is no catalog: it has no "catalog": 1', client {})
  end)

  it("as a table is checked down to its operations, and copied without nulls", function()
    local list = { method = "GET", path = "/a" }
    for place, resources in pairs {
      ["resources.a"] = { a = 7 }, ["resources.1"] = { { operations = {} } },
      ["resources.a.operations"] = { a = { operations = "list" } },
      ["resources.a.operations.list"] = { a = { operations = { list = 7 } } },
      ["resources.a.operations.1"] = { a = { operations = { list } } },
      ["resources.a.resources.b"] = { a = { resources = { b = false } } },
    } do
      refused(("the catalog's %s is no table of named entries"):format(place),
        client { catalog = 1, resources = resources })
    end
    local endless = { operations = { list = list } }
    endless.resources = { again = endless }
    local api, err = client { catalog = 1, resources = { a = endless } }
    assert.is_nil(api)
    assert.truthy(err.message:find "^the catalog's resources.a.resources.again.resources")
    refused('the catalog: "strict" must be a boolean, not a string',
      client { catalog = 1, strict = "x", resources = {} })
    list.group, list.params = clinone.null, { x = { default = clinone.array() } }
    local fine = { catalog = 1, title = clinone.null, resources = { a = { operations = { list = list } } } }
    assert.is_nil(clinone.check(client(fine)):explain("a.list").scope)
    local copy = clinone.check(catalog.load(fine))
    assert.equal('{"default":[]}', json.encode(copy.resources.a.operations.list.params.x))
  end)

  it("with an operation that makes no sense fails when it is used, and says which", function()
    local api = clinone.check(client { catalog = 1, resources = { a = { operations = {
      fine = { method = "GET", path = "/a" },
      no_method = { path = "/a" }, no_path = { method = "GET" }, astray = { method = "GET", path = "//evil" },
      relative = { method = "GET", path = "@evil" }, dots = { method = "GET", path = "/../a" },
      nameless = { method = "GET", path = "/a/{}" },
      nowhere = { method = "GET", path = "/a", params = { x = { ["in"] = "cookie" } } },
    } } } })
    assert.truthy(api:explain "a.fine")
    for name, part in pairs {
      no_method = "has no method or no path", no_path = "has no method or no path", astray = "has a bad path",
      relative = "has a bad path", dots = "has a bad path", nameless = "has a path variable without a name",
      nowhere = 'puts x in "cookie"',
    } do
      for _, use in ipairs {
        function() return api.a[name] end, function() return api:call("a." .. name, {}) end,
        function() return api:explain("a." .. name, {}) end,
      } do
        local ok, message = pcall(use)
        assert.is_false(ok)
        assert.truthy(message:find("the catalog's operation a." .. name .. " " .. part, 1, true), message)
      end
    end
  end)

  it("is the user's own where none is named: a variable's, then the pulled one", function()
    local directory = os.tmpname()
    os.remove(directory)
    assert(os.execute("mkdir -p " .. directory .. "/clinone"))
    local function write(path, route)
      process.write_file(path, ('{"catalog": 1, "resources": {"patients": {"operations": {"list": '
        .. '{"method": "GET", "path": "%s"}}}}}'):format(route))
    end
    write(directory .. "/clinone/catalog.json", "/pulled")
    write(directory .. "/named.json", "/named")
    local function route(options, variables)
      return (process.run(([[
        local clinone = require "clinone"
        io.write(clinone.check(clinone.new {
          base_url = "https://127.0.0.1:1", auth = clinone.auth.bearer "t", %s
        }):explain("patients.list").url)
      ]]):format(options), variables).stdout:match "/%a+$")
    end
    assert.equal("/patients", route("", {}))
    assert.equal("/pulled", route("", { XDG_CONFIG_HOME = directory }))
    assert.equal("/named", route("", { XDG_CONFIG_HOME = directory, CLINONE_CATALOG = directory .. "/named.json" }))
    assert.equal("/patients", route('catalog = "builtin"', { XDG_CONFIG_HOME = directory }))
    assert.equal("/named", route(("catalog = %q"):format(directory .. "/named.json"), { CLINONE_CATALOG = "/nowhere" }))
    -- One that is there and cannot be read is not taken for none.
    assert(os.execute(("rm %s/clinone/catalog.json && mkdir %s/clinone/catalog.json"):format(directory, directory)))
    local failed = process.run([[
      local clinone = require "clinone"
      print(select(2, clinone.new { base_url = "https://127.0.0.1:1", auth = clinone.auth.bearer "t" }).message)
    ]], { XDG_CONFIG_HOME = directory })
    assert.truthy(failed.stdout:find("^the catalog cannot be read: .*clinone/catalog.json"), failed.stdout)
    assert(os.execute("rm -r " .. directory))
  end)

  it("has its place in the user's configuration", function()
    local function places(variables)
      return process.run([[
        local user = require "clinone.catalog.user"
        io.write(tostring(user.directory()), " ", tostring(user.catalog()), " ", tostring(user.environment()))
      ]], variables).stdout
    end
    assert.equal("/x/clinone /x/clinone/catalog.json /x/clinone/environment.json", places { XDG_CONFIG_HOME = "/x" })
    assert.truthy(places({ HOME = "/h", XDG_CONFIG_HOME = "" }):find("^/h/.config/clinone /h/.config/clinone/c"))
    assert.equal("nil nil nil", places { HOME = "" })
  end)

  it("follows its own retry classes, groups and strictness", function()
    local api = clinone.check(client { catalog = 1, strict = true, resources = { a = { group = "patient",
      operations = {
        search = { method = "POST", path = "/a/search", retry = "safe", group = "study" },
        push = { method = "PUT", path = "/a", retry = "never" },
        loose = { method = "POST", path = "/a", strict = false },
      } } } })
    assert.equal("safe", api:explain("a.search").retry)
    assert.same({ "api.study.manage", "api.study.write" }, api:explain("a.search").scope)
    assert.equal("never", api:explain("a.push").retry)
    assert.equal("validation", select(2, api:explain("a.push", { x = 1 })).kind)
    assert.equal('{"x":1}', api:explain("a.loose", { x = 1 }).body)
  end)
end)
