-- Resources and their operations as a script calls them: what is found under
-- which name, where each parameter goes, and what is refused before it is
-- sent. The catalog is spec/support/workshop.lua, which the sandbox serves.

local clinone = require "clinone"
local process = require "spec.support.process"
local workshop = require "spec.support.workshop"
local world = require "spec.support.world"

describe("a resource", function()
  local here, api, file

  setup(function()
    file = process.temporary(require("clinone.native").json.encode(workshop))
    here = world.start { catalog = file }
    api = here:client { catalog = file }
  end)
  teardown(function()
    here:stop()
    os.remove(file)
  end)
  before_each(function() here:control("DELETE", "/log") end)

  local function refused(message, value, err)
    assert.is_nil(value)
    assert.equal("validation", err.kind)
    assert.equal("not_sent", err.outcome)
    assert.is_false(err.retryable)
    assert.equal(message, err.message)
    return err
  end

  local function raises(part, fn)
    local ok, message = pcall(fn)
    assert.is_false(ok)
    assert.truthy(message:find(part, 1, true), message)
  end

  describe("has methods", function()
    it("by name, by alias, through call and nested, and gives the answer with each", function()
      local tag, response = clinone.check(api.tags:create { tag = "one", open = true })
      assert.same({ id = tag.id, tag = "one", open = true }, tag)
      assert.equal(201, response.status)
      assert.truthy(response.headers["Content-Type"]:find "^application/json")
      assert.equal(response.headers["content-type"], response.headers["CONTENT-TYPE"])
      assert.equal(1, response.attempts)
      assert.equal("number", type(response.elapsed))
      assert.truthy(response.request_id:find "^%x+%-%x+%-%x+%-%x+%-%x+$")
      assert.equal(response.request_id, here:log("tags.create")[1].request_id)
      assert.equal("one", clinone.check(api.tags:put { tag = "one", order = 3 }).tag)
      assert.equal(3, clinone.check(api:call("tags.replace", { tag = "one", order = 3 })).order)
      local note = clinone.check(api.tags.notes:create { tag = "one", text = "nested" })
      assert.equal("nested", clinone.check(api:call("tags.notes.get", { tag = "one", id = note.id })).text)
      assert.same({ "tags.create", "tags.update", "tags.update", "tags.notes.create", "tags.notes.get" }, (function()
        local names = {}
        for _, entry in ipairs(here:log()) do
          if entry.operation ~= "token" then names[#names + 1] = entry.operation end
        end
        return names
      end)())
    end)

    it("with the suffix _ where the name is a method's", function()
      assert.equal("/calls", api:explain("call.list").url:match "(/calls)$")
      assert.equal(1, clinone.check(api.call_:create { x = 1 }).x)
      assert.equal(501, select(2, api.close_:list()).status)
      local _, err = api.tags:each_()
      assert.equal(501, err.status)
      assert.truthy(err.hint:find("This is the sandbox", 1, true)) -- not: "the server has no such route"
      assert.equal("function", type(api.close))
      assert.equal("one", (api.tags:each()() or {}).tag)
    end)

    it("also when it is named study: callable, and a resource", function()
      assert.equal(3, #clinone.check(api.study:list()).items)
      assert.equal("/studies/7", api:explain("study.read", 7).url:match "/studies.*")
      local handle = api:study "ONC-301"
      assert.truthy(tostring(handle):find("studyIdentifier=ONC-301", 1, true))
      assert.equal("/studies?studyIdentifier=ONC-301", handle:explain("study.list").url:match "/studies.*")
      assert.equal(1, clinone.check(handle.study:list { studyIdentifier = "ONC-301" }).total)
      raises("already stands for another", function() handle:study "CARD-7" end)
    end)

    it("and says what was meant instead", function()
      raises('no resource "tgs" (did you mean "tags"?)', function() return api.tgs end)
      raises('no operation "creat" in tags (did you mean "create"?)', function() return api.tags.creat end)
      raises('no operation "note" in tags (did you mean "notes"?)', function() return api.tags.note end)
      refused('no resource "tgas" (did you mean "tags"?)', api:call("tgas.create", {}))
      refused('no operation "craete" in tags (did you mean "create"?)', api:call("tags.craete", {}))
      refused('no resource "nots" (did you mean "notes"?)', api:call("tags.nots.create", {}))
      refused('"tags" is no operation\'s name; one looks like "patients.create"', api:call "tags")
      refused('an operation\'s name is a string such as "patients.create"', api:call(7))
      raises("call it with a colon: api.tags.create becomes api.tags:create", function() api.tags.create {} end)
      raises("call it with a colon", function() api.tags.each {} end)
      raises("call it with a colon", function() api.call("tags.list") end)
      raises("call it with a colon", function() api.stats() end)
    end)
  end)

  describe("takes", function()
    it("a lone string or integer for the one path parameter that is left", function()
      clinone.check(api.tags:create { tag = "lone" })
      assert.equal("lone", clinone.check(api.tags:get "lone").tag)
      assert.equal("/tags/7", api:explain("tags.get", 7).url:match "/tags/.*")
      assert.equal("/tags/9007199254740992", api:explain("tags.get", 9007199254740992).url:match "/tags/.*")
      refused("path.tag: it must be a string or an integer, not a float", api.tags:get(1.5))
      if math.type then -- luacheck: ignore
        refused("path.tag: it must be a string or an integer, not a float", api.tags:get(2.0))
        assert.equal("/tags/100000000000000000", api:explain("tags.get", 100000000000000000).url:match "/tags/.*")
      else -- a double beyond 2^53; it became /tags/1e%2B17
        refused("path.tag: it must be a string or an integer, not a float", api.tags:get(100000000000000000))
      end
      assert.equal("They are: id, tag.",
        refused("several path parameters are left; name them", api.tags.notes:get "x").hint)
      refused("takes no single value; give a table of named values", api.tags:list "x")
      refused("parameters must be a table, not a boolean", api.tags:list(true))
      refused("path.tag: it must be a string or an integer", api.tags:get { tag = true })
      refused("path.tag: it must be a string or an integer", api.tags:get { tag = {} })
    end)

    it("one value for several places, integers without a point", function()
      local told = clinone.check(api:explain("everywhere.put", {
        studyIdentifier = "ONC-301", id = 1042, trace = "t", deep = { "a&b", 7, true }, note = "n",
      }))
      assert.equal("PUT", told.method)
      assert.equal("/everywhere/ONC-301/1042?deep%5Ber%5D=a%26b&deep%5Ber%5D=7&deep%5Ber%5D=true"
        .. "&studyIdentifier=ONC-301", told.url:match "/everywhere.*")
      assert.equal("t", told.headers["X-Trace"])
      assert.equal("ONC-301", told.headers.studyIdentifier)
      assert.equal('{"note":"n","studyIdentifier":"ONC-301"}', told.body)
    end)

    it("body, query and headers as they are", function()
      local told = clinone.check(api:explain("tags.update", {
        tag = "x", body = { 1, {}, clinone.array() }, query = { b = "2 3", a = "1" }, headers = { ["X-More"] = "m" },
      }))
      assert.equal("/tags/x?a=1&b=2%203", told.url:match "/tags/.*")
      assert.equal("m", told.headers["X-More"])
      assert.equal("[1,{},[]]", told.body)
      assert.equal("not json", api:explain("tags.update", { tag = "x", body = "not json" }).body)
      refused("body.order: it is given beside `body`, which is the whole body",
        api.tags:update { tag = "x", order = 1, body = {} })
      refused("query must be a table of names and values", api.tags:list { query = "a=b" })
      refused("headers must be a table of names and values", api.tags:list { headers = { "X: y" } })
      local own = here:client { catalog = { catalog = 1, resources = { things = { operations = {
        find = { method = "GET", path = "/tags", params = { query = { ["in"] = "query" } } },
        note = { method = "POST", path = "/tags", params = { headers = { ["in"] = "body" } } },
      } } } } }
      assert.equal("/tags?query=a", own:explain("things.find", { query = "a" }).url:match "/tags.*")
      refused("query is a parameter of its own here, and takes a plain value", own.things:find { query = { a = 1 } })
      assert.equal('{"headers":{"a":1}}', own:explain("things.note", { headers = { a = 1 } }).body)
    end)

    it("headers of the client and of the call, the latter first", function()
      local own = here:client {
        catalog = file, headers = { ["X-A"] = "client", ["X-B"] = "client", Accept = "text/x" },
      }
      local sent = own:explain("tags.list", { headers = { ["x-a"] = "call" } }).headers
      assert.same({ nil, "call", "client", "text/x" }, { sent["X-A"], sent["x-a"], sent["X-B"], sent.Accept })
      assert.equal(200, select(2, own.tags:list({}, { headers = { ["X-A"] = "call" } })).status)
      for _, line in ipairs { "a\r\nEvil: b", "a\nb", "a\0b" } do
        local value, err = own.tags:list({}, { headers = { ["X-A"] = line } })
        assert.is_nil(value)
        assert.equal("validation", err.kind)
        assert.truthy(err.message:find("X-A", 1, true))
      end
      assert.equal("validation", select(2, own.tags:list { headers = { ["A:b"] = "c" } }).kind)
    end)

    it("what it lacks, or has too much of, is said", function()
      refused("tag is missing", api.tags:get())
      refused("tag is missing", api.tags:get {})
      refused("tag is missing", api.tags:create { weight = 1 })
      local err = refused('studyIdentifier is missing (did you mean it by "studyIdentifer"?)',
        api.strict:create { studyIdentifer = "x" })
      assert.equal("It is: External study identifier.", err.hint)
      assert.equal("strict.create", err.operation)
      refused('unknown key birthyear (did you mean "birthYear"?)',
        api.strict:create { studyIdentifier = "x", birthyear = 1961 })
      refused("unknown key 1 (there are: birthYear, body, headers, list, query, studyIdentifier)",
        api.strict:create { studyIdentifier = "x", "stray" })
      refused("unknown key filter (there are: body, headers, page, pageSize, query, tag)",
        api.tags:list { filter = "x" })
      assert.same({}, here:log())
    end)

    it("types as a complete catalog has them", function()
      refused("body.birthYear: it must be an integer, not a string",
        api.strict:create { studyIdentifier = "x", birthYear = "1961" })
      refused("body.birthYear: it must be an integer, not a number",
        api.strict:create { studyIdentifier = "x", birthYear = 1961.5 })
      refused("body.list: it must be an array, not a string", api.strict:create { studyIdentifier = "x", list = "l" })
      refused("body.studyIdentifier: it must be a string, not a boolean",
        api.strict:create { studyIdentifier = true })
      assert.equal('{"birthYear":null,"list":[],"studyIdentifier":"x"}', clinone.check(api:explain("strict.create", {
        studyIdentifier = "x", birthYear = clinone.null, list = {},
      })).body)
    end)
  end)

  describe("of an inferred catalog", function()
    it("sends unknown fields and other types, with a warning", function()
      local events = {}
      local catalog = { catalog = 1, inferred = true, resources = { tags = { operations = {
        create = { method = "POST", path = "/tags", params = {
          whole = { ["in"] = "body", type = "integer" }, series = { ["in"] = "body", type = "array" },
          yes = { ["in"] = "body", type = "boolean" }, name = { ["in"] = "body", type = "string" },
        } },
        get = { method = "GET", path = "/tags/{tag}" },
      } } } }
      local listening = here:client { catalog = catalog, on_event = function(e) events[#events + 1] = e end }
      local tag, response = clinone.check(listening.tags:create {
        tag = "odd", whole = 1.5, series = "l", yes = 1, name = true, colour = { "red" },
      })
      assert.same(
        { id = tag.id, tag = "odd", whole = 1.5, series = "l", yes = 1, name = true, colour = { "red" } }, tag)
      table.sort(response.warnings)
      assert.same({
        "colour: is not in the catalog's example; sent in the body",
        "name: has another type than in the catalog's example",
        "series: has another type than in the catalog's example",
        "tag: is not in the catalog's example; sent in the body",
        "whole: has another type than in the catalog's example",
        "yes: has another type than in the catalog's example",
      }, response.warnings)
      local warnings = {}
      for _, e in ipairs(events) do
        if e.type == "warning" then warnings[#warnings + 1] = e.message end
      end
      table.sort(warnings)
      assert.same(response.warnings, warnings)
      assert.is_nil(select(2, listening.tags:get "odd").warnings)
    end)

    it("get, change one field, update: nothing else changes", function()
      clinone.check(api:request { method = "POST", path = "/tags", body =
        '{"tag":"whole","a":1.10,"b":[],"c":{"d":null},"e":[[]],"order":7}' })
      local record = clinone.check(api.tags:get "whole")
      record.order = 8
      local _, response = clinone.check(api.tags:update(record))
      assert.equal('"a":1.1,"b":[],"c":{"d":null},"e":[[]]', response.body:match '("a":.*%]%])')
      assert.equal(8, clinone.check(api.tags:get "whole").order)
    end)

    -- Fields that the catalog does not know lost what their record remembered:
    -- a null was left out, a number too big for the VM became a string.
    it("regression: unknown fields keep their nulls and big numbers", function()
      clinone.check(api:request { method = "POST", path = "/tags", body =
        '{"tag":"kept","big":123456789012345678901234567890,"order":null,"gone":null,"last":null}' })
      local record = clinone.check(api.tags:get "kept")
      record.last = "set"
      local _, response = clinone.check(api.tags:update(record))
      local members = { '"big":123456789012345678901234567890', '"order":null', '"gone":null', '"last":"set"' }
      for _, member in ipairs(members) do
        assert.truthy(response.body:find(member, 1, true), member .. " in " .. response.body)
      end
    end)
  end)

  describe("keeps a path value in its segment:", function()
    local odd = { "a/b", "a?b=c", "a#b", "a b", "%2e%2e", "%", "...", "é", "\240\159\152\128", "a;b", "a:b@c", "+&=",
      "../studies", "..\\x", "~.-_" }

    it("it arrives as it is, on its own route", function()
      for _, value in ipairs(odd) do
        clinone.check(api.tags:create { tag = value })
        assert.equal(value, clinone.check(api.tags:get(value)).tag)
        clinone.check(api.tags.notes:create { tag = value, n = 1 })
        assert.equal(1, clinone.check(api.tags.notes:list { tag = value }).total)
      end
      for _, entry in ipairs(here:log()) do
        assert.truthy(entry.route:find "^/tags" or entry.operation == "token", entry.route)
      end
      assert.equal("/tags/a%2Fb%3Fc%23d%20e%C3%A9", api:explain("tags.get", "a/b?c#d e\195\169").url:match "/tags/.*")
    end)

    it("one that cannot is refused", function()
      local function bad(value, part)
        local none, err = api.tags:get { tag = value }
        assert.is_nil(none)
        assert.equal("validation", err.kind)
        assert.truthy(err.message:find(part, 1, true), err.message)
      end
      bad("", "empty")
      bad(".", "another route")
      bad("..", "another route")
      bad("a\r\nb", "control character")
      bad("a\0b", "control character")
      bad("a\127b", "control character")
      assert.same({}, here:log())
    end)
  end)
end)

describe("names in a catalog", function()
  local function client(resources)
    return clinone.check(clinone.new {
      base_url = "https://127.0.0.1:1", auth = clinone.auth.bearer "t",
      catalog = { catalog = 1, resources = resources },
    })
  end

  local function list(path)
    return { operations = { list = { method = "GET", path = path } } }
  end

  it("that clash with a method are found with the suffix, whoever wrote it", function()
    local by_hand = client { call = list "/call", a = { operations = {
      each = { method = "GET", path = "/each" }, list_ = { method = "GET", path = "/list" },
    }, resources = { pages = list "/pages" } } }
    assert.equal("function", type(by_hand.call))
    assert.equal("function", type(by_hand.call_.list))
    assert.equal("/call", by_hand:explain("call.list").url:match "/%w+$")
    for _, name in ipairs { "each", "each_", "list_", "pages" } do assert.equal("function", type(by_hand.a[name])) end
    assert.equal("function", type(by_hand.a.pages_.list))
    local imported = client { call_ = list "/imported", call = list "/by-hand", a = { operations = {
      each_ = { method = "GET", path = "/each" },
    }, resources = { pages_ = list "/pages" } } }
    assert.equal("clinone.resource call_", tostring(imported.call_))
    assert.equal("/imported", imported:explain("call_.list").url:match "/%w+$")
    assert.equal("/by-hand", imported:explain("call.list").url:match "/[%w-]+$")
    assert.equal("function", type(imported.a.each_))
    assert.equal("clinone.resource a.pages_", tostring(imported.a.pages_))
    assert.equal("/each", imported:explain("a.each_").url:match "/%w+$")
    assert.has_error(function() return imported.a.list_ end)
  end)

  it("that try to leave the table are names as any other, or cannot be called", function()
    local odd = { "__index", "__gc", "__metatable", "__call", "__name", "__tostring", "n", "1" }
    local resources = {}
    for _, name in ipairs(odd) do
      resources[name] = { operations = {}, resources = { [name] = list("/nested/" .. #name) } }
      for _, inner in ipairs(odd) do resources[name].operations[inner .. "x"] = list("/a").operations.list end
      resources[name].operations.__newindex = list("/b").operations.list
    end
    for _, name in ipairs { "", ".", "..", "a.b", "..list" } do
      resources[name] = list "/c"
      resources.n.operations[name] = list("/c").operations.list
      resources.n.resources[name] = list "/c"
    end
    local api = client(resources)
    for _, name in ipairs(odd) do
      assert.equal("clinone.resource " .. name, tostring(api[name]))
      assert.equal("function", type(api[name].__newindex))
      assert.equal("function", type(api[name].__indexx))
      assert.equal("function", type(api[name][name].list))
      assert.equal("/b", api:explain(name .. ".__newindex").url:match "/%w+$")
    end
    assert.equal("clinone.client https://127.0.0.1:1", tostring(api))
    for _, name in ipairs { "", ".", "..", "a.b", "..list" } do
      assert.has_error(function() return api[name] end)
      assert.has_error(function() return api.n[name] end)
      assert.equal("validation", select(2, api:explain(name)).kind)
      assert.equal("validation", select(2, api:explain(name .. ".list")).kind)
      assert.equal("validation", select(2, api:explain("n." .. name)).kind)
    end
  end)
end)

-- An imported collection has no `list` where two requests could be it.
describe("each of a resource without a list", function()
  local function lists(operations)
    return clinone.check(clinone.new {
      base_url = "https://127.0.0.1:1", auth = clinone.auth.bearer "x",
      catalog = { catalog = 1, resources = { a = { resources = { b = { operations = operations } } } } },
    }).a.b
  end
  local paging = { page = "page" }

  local function message(fn)
    return (select(2, pcall(fn)):gsub("^[^:]+:%d+: ", ""))
  end

  it("says which of its operations come in pages, and how they are read", function()
    local b = lists {
      search = { method = "GET", path = "/b", paging = paging },
      mine = { method = "GET", path = "/b/mine", paging = paging },
      get = { method = "GET", path = "/b/{id}" },
    }
    assert.equal('a.b has no operation list; these come in pages: api:pages("a.b.mine", {...}), '
      .. 'api:pages("a.b.search", {...})', message(function() b:pages() end))
    assert.equal("a.b has no operation list", message(function() lists({}):each() end))
  end)

  it("takes call options as a table only", function()
    local b = lists { list = { method = "GET", path = "/b", paging = paging } }
    assert.equal("call options must be a table", message(function() b:each({}, "x") end))
  end)
end)
