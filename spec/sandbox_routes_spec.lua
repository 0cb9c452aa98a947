-- Which operation a request means: templates, the index of paths, variants of one
-- path, and which routes keep state. Plain data, no server.

local cjson = require "cjson"
local naming = require "clinone.sandbox.naming"
local paths = require "clinone.sandbox.paths"
local routes = require "clinone.sandbox.routes"
local variants = require "clinone.sandbox.variants"

local function compile(text, records, own)
  return assert(routes.compile(cjson.decode(text), {}, records, own))
end

-- "a.b {captures}" of what a request finds, or "405 GET,PUT", or "404".
local function found(all, method, path)
  local hit, allowed = routes.find(all, method, paths.split(path))
  if not hit then return allowed[1] and "405 " .. table.concat(allowed, ",") or "404" end
  return hit.variants[1].operation .. " {" .. table.concat(hit.captures, "|") .. "}"
end

local function role_of(all, operation)
  for _, route in ipairs(all.list) do
    if route.operation == operation then return route.role end
  end
end

describe("a path", function()
  it("is cut at its slashes, then decoded", function()
    local segments, slash = paths.split "/a%2Fb/c+d//"
    assert.same({ { "a/b", "c+d", "" }, true }, { segments, slash })
    assert.same({ {}, false }, { paths.split "/" })
    assert.same({ { "a" }, false }, { paths.split "/a" })
  end)

  it("has ids that look like ids", function()
    for _, text in ipairs { "0", "123456", "507f1f77bcf86cd799439011", "7d444840-9dc0-11d1-b245-5ffdce74fad2" } do
      assert.is_true(paths.is_id(text), text)
    end
    for _, text in ipairs { "", "patients", "face", "v2", "7d444840-9dc0", "12a" } do
      assert.is_false(paths.is_id(text), text)
    end
  end)
end)

describe("the fixtures' names", function()
  it("stand for the catalog's folders of the same word", function()
    local function match(name, ...)
      local resources = {}
      for _, resource in ipairs { ... } do resources[resource] = true end
      return naming.match(resources, { name })[name]
    end
    assert.equal("studies", match("studies", "studies", "study"))
    assert.equal("study", match("studies", "study", "admin.studies"))
    assert.equal("admin.Studies", match("studies", "admin.Studies", "x.y.study"))
    assert.equal("site", match("sites", "site", "websites"))
    assert.is_nil(match("sites", "websites", "sit"))
  end)
end)

describe("routes", function()
  local all

  setup(function()
    all = compile [[{"resources":{
      "a":{"operations":{
        "list":{"method":"GET","path":"/a"}, "slashed":{"method":"GET","path":"/a/"},
        "get":{"method":"GET","path":"/a/{id}"}, "put":{"method":"PUT","path":"/a/{id}"},
        "search":{"method":"POST","path":"/a/search"},
        "late":{"method":"GET","path":"/a/{id}/late/"},
        "literal":{"method":"GET","path":"/a/x%20y/{b}"},
        "two":{"method":"GET","path":"/p/({a}.{b})"}, "file":{"method":"GET","path":"/p/{file}.json"},
        "celeb":{"method":"GET","path":"/p/celeb_{name}"}, "any":{"method":"GET","path":"/p/{any}"},
        "special":{"method":"GET","path":"/p/%.+{a}-[{b}]"},
        "deep":{"method":"GET","path":"/{x}/{y}/end"},
        "root":{"method":"GET","path":"/"}}}}}]]
  end)

  it("are found by literals first, then by what stands around a variable", function()
    assert.equal("a.get {7}", found(all, "GET", "/a/7"))
    assert.equal("a.search {}", found(all, "POST", "/a/search"))
    -- No GET at /a/search: it is an id, then.
    assert.equal("a.get {search}", found(all, "GET", "/a/search"))
    assert.equal("a.literal {z}", found(all, "GET", "/a/x%20y/z"))
    assert.equal("a.two {1|2}", found(all, "GET", "/p/(1.2)"))
    assert.equal("a.file {a.b}", found(all, "GET", "/p/a.b.json"))
    assert.equal("a.celeb {x}", found(all, "GET", "/p/celeb_x"))
    assert.equal("a.any {celeb_}", found(all, "GET", "/p/celeb_"))
    assert.equal("a.special {1|2}", found(all, "GET", "/p/%25.+1-[2]"))
    assert.equal("a.any {a/b}", found(all, "GET", "/p/a%2Fb"))
    assert.equal("a.root {}", found(all, "GET", "/"))
  end)

  it("are looked for again where the first way leads nowhere", function()
    assert.equal("a.deep {a|7}", found(all, "GET", "/a/7/end/"))
    assert.equal("a.deep {p|q}", found(all, "GET", "/p/q/end"))
  end)

  it("mind a last slash where both ways exist, and take it lightly otherwise", function()
    assert.equal("a.list {}", found(all, "GET", "/a"))
    assert.equal("a.slashed {}", found(all, "GET", "/a/"))
    assert.equal("a.get {7}", found(all, "GET", "/a/7/"))
    assert.equal("a.late {7}", found(all, "GET", "/a/7/late"))
  end)

  it("tell a wrong method from a wrong path", function()
    assert.equal("405 GET,PUT", found(all, "DELETE", "/a/7"))
    assert.equal("405 GET,POST,PUT", found(all, "DELETE", "/a/search"))
    assert.equal("404", found(all, "GET", "/A/7"))
    assert.equal("404", found(all, "GET", "/a//"))
    assert.equal("404", found(all, "GET", "/b"))
  end)

  it("of other servers come after the API's own", function()
    local two = compile [[{"resources":{
      "a":{"operations":{"other":{"method":"GET","path":"/cards","server":"other"},
        "pci":{"method":"GET","path":"/cards","server":"pci"}}},
      "z":{"operations":{"own":{"method":"GET","path":"/cards"}}}},
      "servers":{"default":"https://x.example","pci":"{{pci-host}}/v2","other":"https://y.example/v3"}}]]
    local hit = routes.find(two, "GET", { "cards" }, false)
    assert.equal("z.own", hit.variants[1].operation)
    assert.equal("z.own", variants.choose(hit.variants, { query = {}, headers = {}, body = "" }).operation)
    assert.is_false(hit.variants[1].public)
    assert.is_true(hit.variants[2].public)
    assert.equal("a.pci {}", found(two, "GET", "/v2/cards"))
    assert.equal("404", found(two, "GET", "/v3/cards"))
  end)

  it("are found fast, however many there are", function()
    local parts = {}
    for i = 1, 2000 do
      parts[i] = ('"r%d":{"operations":{"get":{"method":"GET","path":"/v1/r%d/{id}/x_{b}"}}}'):format(i, i)
    end
    local many = compile('{"resources":{' .. table.concat(parts, ",") .. "}}")
    local steps = 0
    debug.sethook(function() steps = steps + 1 end, "", 10)
    local name = found(many, "GET", "/v1/r1999/7/x_8")
    debug.sethook()
    assert.equal("r1999.get {7|8}", name)
    assert.is_true(steps < 200, steps)
  end)

  it("are refused where they are none", function()
    for _, case in ipairs {
      { "{}", "resources" }, { '{"resources":{}}', "no operations" },
      { '{"resources":{"a":7}}', "a must be an object" },
      { '{"resources":{"a":{"operations":{"b":{"method":"GET"}}}}}', "a.b needs a method and a path" },
      { '{"resources":{"a":{"operations":{"b":{"method":"GET","path":"x"}}}}}', "a.b needs a method and a path" },
    } do
      local none, message = routes.compile(cjson.decode(case[1]))
      assert.is_nil(none)
      assert.truthy(message:find(case[2], 1, true), message)
    end
  end)
end)

describe("variants of one path", function()
  local FORM = "application/x-www-form-urlencoded"

  local function chosen(all, request)
    local given = { query = {}, headers = {}, body = "", content_type = "", content_header = "" }
    for name, value in pairs(request) do given[name] = value end
    given.content_header = given.content_type
    local hit = routes.find(all, request.method, paths.split "/v")
    return variants.choose(hit.variants, given).operation
  end

  it("are told apart by query, content and body", function()
    local all = compile [[{"inferred":true,"resources":{"v":{"operations":{
      "all":{"method":"GET","path":"/v"},"open":{"method":"GET","path":"/v","public":true},
      "by_name":{"method":"GET","path":"/v","params":{"name":{"in":"query","required":true}}},
      "by_wire":{"method":"GET","path":"/v",
        "params":{"studyIdentifier":{"in":"query","name":"study_id","required":true}}},
      "form":{"method":"POST","path":"/v","content":"form","params":{"a":{"in":"body"}}},
      "json":{"method":"POST","path":"/v","params":{"a":{"in":"body"},"b":{"in":"body"}}},
      "other":{"method":"POST","path":"/v","params":{"a":{"in":"body"},"c":{"in":"body"}}}}}}}]]
    assert.equal("v.all", chosen(all, { method = "GET", authorization = "Bearer x" }))
    assert.equal("v.open", chosen(all, { method = "GET" }))
    assert.equal("v.by_name", chosen(all, { method = "GET", query = { name = "x" } }))
    assert.equal("v.by_wire", chosen(all, { method = "GET", query = { study_id = "x" } }))
    assert.equal("v.form", chosen(all, { method = "POST", content_type = FORM, body = "a=1&b=2" }))
    local json = "application/json"
    assert.equal("v.json", chosen(all, { method = "POST", content_type = json, body = '{"a":1}' }))
    assert.equal("v.other", chosen(all, { method = "POST", content_type = json, body = '{"c":1}' }))
  end)

  it("are told apart by their GraphQL", function()
    local all = compile [[{"inferred":true,"resources":{"v":{"operations":{
      "b":{"method":"POST","path":"/v","content":"graphql","graphql":{"query":"{ b }"}},
      "c":{"method":"POST","path":"/v","content":"graphql",
        "graphql":{"query":"query C {\n  c\n}","operation":"C"}}}}}}]]
    local function ask(body)
      return chosen(all, { method = "POST", content_type = "application/json", body = body })
    end
    assert.equal("v.b", ask '{"query":"{ b }"}')
    assert.equal("v.c", ask '{"query":"query C { c }"}')
    assert.equal("v.c", ask '{"query":"query C { c d }","operationName":"C"}')
    assert.equal("v.b", ask "no json")
  end)
end)

describe("state", function()
  it("is kept where something can be put in and read back", function()
    local all = compile [[{"resources":{
      "full":{"operations":{"list":{"method":"GET","path":"/f/"},"create":{"method":"POST","path":"/f"},
        "get":{"method":"GET","path":"/f/{id}/"},"put":{"method":"PUT","path":"/f/{id}"},
        "patch":{"method":"PATCH","path":"/f/{id}"},"delete":{"method":"DELETE","path":"/f/{id}"}}},
      "lone":{"operations":{"list":{"method":"GET","path":"/l"},"ping":{"method":"POST","path":"/ping"},
        "part":{"method":"GET","path":"/f/x_{id}"}}},
      "blind":{"operations":{"create":{"method":"POST","path":"/b"},"delete":{"method":"DELETE","path":"/b/{id}"}}},
      "text":{"operations":{"get":{"method":"GET","path":"/t/{id}"},
        "create":{"method":"POST","path":"/t","content":"text"}}},
      "bulk":{"operations":{"get":{"method":"GET","path":"/k/{id}"},
        "create":{"method":"POST","path":"/k","body":{"type":"array"}}}},
      "foreign":{"operations":{"create":{"method":"POST","path":"/f","server":"x"}}}}}]]
    for name, role in pairs { list = "list", create = "create", get = "get", put = "replace", patch = "patch",
      delete = "delete" } do
      assert.equal(role, role_of(all, "full." .. name), name)
    end
    for _, name in ipairs { "lone.list", "lone.ping", "lone.part", "blind.create", "blind.delete", "text.create",
      "bulk.create", "foreign.create" } do
      assert.is_nil(role_of(all, name), name)
    end
  end)

  it("gives way to saved answers where nothing can be put in, or they show something else", function()
    local read_only = [[{"resources":{"s":{"operations":{"get":{"method":"GET","path":"/s/{id}"},
      "list":{"method":"GET","path":"/s","examples":[{"status":200,"body":"[]"}]}}}}}]]
    assert.is_nil(role_of(compile(read_only), "s.list"))
    assert.is_nil(role_of(compile(read_only), "s.get"))
    assert.equal("list", role_of(compile(read_only, { s = { "{}" } }, true), "s.list")) -- a user's own records
    assert.is_nil(role_of(compile(read_only, { s = { "{}" } }), "s.list"))
    local bare = '{"resources":{"s":{"operations":{"list":{"method":"GET","path":"/s"}}}}}'
    assert.equal("list", role_of(compile(bare, { s = { "{}" } }), "s.list"))
    assert.is_nil(role_of(compile(bare), "s.list"))
    local all = compile [[{"resources":{"p":{"operations":{
      "show":{"method":"GET","path":"/p","examples":[{"status":200,"body":"{\"name\":\"x\"}"}]},
      "set":{"method":"POST","path":"/p"},
      "orders":{"method":"GET","path":"/p/{id}","examples":[{"status":200,"body":" []"}]}}}}}]]
    assert.is_nil(role_of(all, "p.show"))
    assert.is_nil(role_of(all, "p.set"))
    assert.is_nil(role_of(all, "p.orders"))
  end)
end)
