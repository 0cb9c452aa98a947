-- Records of catalogs other than the built-in one: wrapped bodies, ids of any name,
-- nested resources, PATCH, forms, and who may touch them.

local cjson = require "cjson"
local clinone = require "clinone"
local fixtures = require "clinone.sandbox.fixtures"
local sandbox = require "spec.support.sandbox"
local store = require "clinone.sandbox.store"
local world = require "spec.support.world"

local CATALOG = [==[{"catalog":1,"title":"Records","inferred":true,
 "servers":{"default":"https://x.example/basic","pci":"{{pci-host}}/v2"},
 "resources":{
  "articles":{"group":"article","group_derived":true,"operations":{
    "list":{"method":"GET","path":"/articles/"},
    "create":{"method":"POST","path":"/articles/","params":{"article":{"in":"body","type":"object"}},
      "examples":[{"status":200,"body":"{\"article\":{\"slug\":\"a-b\",\"title\":\"A\"}}"}]},
    "get":{"method":"GET","path":"/articles/{slug}/",
      "examples":[{"status":200,"body":"{\"ok\":true,\"data\":{\"slug\":\"a-b\",\"title\":\"A\"},\"n\":1}"}]},
    "update":{"method":"PUT","path":"/articles/{slug}","params":{"article":{"in":"body","type":"object"}}},
    "change":{"method":"PATCH","path":"/articles/{slug}","params":{"article":{"in":"body","type":"object"}}},
    "delete":{"method":"DELETE","path":"/articles/{slug}",
      "examples":[{"status":200,"body":"{\"deleted\":\"{{slug}}\"}","path":"/articles/{{slug}}"}]}},
   "resources":{"comments":{"operations":{
    "list":{"method":"GET","path":"/articles/{slug}/comments"},
    "create":{"method":"POST","path":"/articles/{articleSlug}/comments","params":{"text":{"in":"body"}}},
    "get":{"method":"GET","path":"/articles/{id}/comments/{comment_id}"}}}}},
  "files":{"group":"file","operations":{
    "create":{"method":"POST","path":"/files","content":"multipart","params":{"note":{"in":"body"},
      "file":{"in":"body","type":"file"}}},
    "get":{"method":"GET","path":"/files/{id}"}}},
  "forms":{"group":"form","operations":{
    "create":{"method":"POST","path":"/forms","content":"form","params":{"code":{"in":"body"}}},
    "get":{"method":"GET","path":"/forms/{code}"}}},
  "tags":{"group":"tag","operations":{
    "create":{"method":"POST","path":"/tags","params":{"tag":{"in":"body","type":"object","fields":{"name":{}}}}},
    "get":{"method":"GET","path":"/tags/{name}"}}},
  "visits":{"group":"visit","operations":{
    "create":{"method":"POST","path":"/visits","params":{"patient":{"in":"body","type":"object"},"n":{"in":"body"}}},
    "list":{"method":"GET","path":"/visits"},
    "get":{"method":"GET","path":"/visits/{visitId}"}}},
  "Study":{"group":"study","operations":{
    "create":{"method":"POST","path":"/v1/study"},
    "get":{"method":"GET","path":"/v1/study/{studyIdentifier}"},
    "arms":{"method":"GET","path":"/v1/study/{studyIdentifier}/arms"},
    "create_arm":{"method":"POST","path":"/v1/study/{studyIdentifier}/arms"}}},
  "site":{"group":"site","operations":{
    "create":{"method":"POST","path":"/studies/{study_identifier}/sites"},
    "get":{"method":"GET","path":"/studies/{study_identifier}/sites/{site_identifier}"}}},
  "open":{"group":"open","operations":{
    "create":{"method":"POST","path":"/open","public":true},
    "get":{"method":"GET","path":"/open/{id}","public":true}}},
  "cards":{"group":"card","operations":{
    "create":{"method":"POST","path":"/cards","server":"pci","params":{"n":{"in":"body"}}},
    "get":{"method":"GET","path":"/cards/{id}","server":"pci"}}}}}]==]

describe("a merged record", function()
  it("keeps its bytes around what changes", function()
    assert.equal('{ "a" : null, "b":[] ,"c":{"x":1}}', store.merge('{ "a" : 1, "b":[] }', '{"a":null,"c":{"x":1}}'))
    assert.equal('{"a":1}', store.merge("{}", '{"a":1}'))
    assert.equal('{"a\\"b":2}', store.merge('{"a\\"b":1}', '{"a\\u0022b":2}'))
    assert.equal('{"a":1}', store.merge('{"a":1}', "{}"))
  end)
end)

describe("the default fixtures", function()
  it("hold scopes of every group of a catalog", function()
    local known = assert(fixtures.read(fixtures.default_text { "a", "b" }))
    assert.same({ "api.a.manage", "api.b.manage" }, known.clients[1].scopes)
    assert.same({ "api.a.read", "api.b.read" }, known.clients[2].scopes)
    local many = {}
    for i = 1, 500 do many[i] = "g" .. i end
    known = assert(fixtures.read(fixtures.default_text(many)))
    assert.same({ "api.*.read" }, known.clients[2].scopes)
  end)
end)

describe("records of any catalog", function()
  local it_is

  setup(function() it_is = world.play(CATALOG) end)
  before_each(function() it_is:control("POST", "/reset") end)
  teardown(function()
    it_is:stop()
    sandbox.stop_all_but()
  end)

  local function go(method, path, body, options)
    options = options or {}
    options.body = body
    local answer = it_is:wire(method, path, options)
    return answer.body, answer.status
  end

  it("live in the object that the API wraps them in", function()
    local made, status = go("POST", "/articles/", '{ "article": {"title":"X","n":12345678901234567890,"e":[]} }')
    assert.equal(200, status) -- as the saved answer
    local slug, rest = made:match '^{"article":{"slug":"([^"]+)",(.*)}}$'
    assert.equal('"title":"X","n":12345678901234567890,"e":[]', rest)
    local record = ('{"slug":"%s",%s}'):format(slug, rest)
    assert.equal('{"ok":true,"data":' .. record .. ',"n":1}', (go("GET", "/articles/" .. slug .. "/")))
    assert.equal("[" .. record .. "]", (go("GET", "/articles/")))
    local changed = go("PATCH", "/articles/" .. slug, '{"article":{"title":null,"more":{}}}')
    assert.equal(('{"article":{"slug":"%s","title":null,"n":12345678901234567890,"e":[],"more":{}}}')
      :format(slug), changed)
    local replaced = go("PUT", "/articles/" .. slug .. "/", '{"article":{"title":"Y"}}')
    assert.equal(('{"article":{"slug":"%s","title":"Y"}}'):format(slug), replaced)
    local gone, gone_status = go("DELETE", "/articles/" .. slug)
    assert.same({ ('{"deleted":"%s"}'):format(slug), 200 }, { gone, gone_status })
    assert.equal(404, select(2, go("GET", "/articles/" .. slug)))
  end)

  it("take the id that a body brings, and give one where it is null", function()
    assert.truthy(go("POST", "/articles/", '{"article":{"slug":"mine"}}'):find('{"slug":"mine"}', 1, true))
    assert.equal(409, select(2, go("POST", "/articles/", '{"article":{"slug":"mine"}}')))
    local made = go("POST", "/articles/", '{"article":{"a":1,"slug": null}}')
    assert.truthy(made:find '^{"article":{"a":1,"slug": "%x[%x-]+"}}$', made)
    assert.equal(400, select(2, go("PUT", "/articles/mine", '{"article":{"slug":"other"}}')))
    -- No example, but the path's variable stands in the body.
    assert.equal('{"tag":{"name":"x"}}', (go("POST", "/tags", '{"tag":{"name":"x"}}')))
    assert.equal('{"tag":{"name":"x"}}', (go("GET", "/tags/x")))
    assert.equal(200, select(2, go("PATCH", "/articles/mine", '{"article":{"slug":"mine"}}')))
  end)

  it("stand below others, however their variable is called", function()
    local made = cjson.decode((go("POST", "/articles/a/comments", '{"text":"one"}')))
    go("POST", "/articles/b/comments", '{"text":"two"}')
    assert.equal(1, #cjson.decode((go("GET", "/articles/a/comments"))))
    assert.equal(200, select(2, go("GET", "/articles/a/comments/" .. made.id)))
    assert.equal(404, select(2, go("GET", "/articles/b/comments/" .. made.id)))
  end)

  it("are made of forms and of files", function()
    local form = { headers = { ["Content-Type"] = "application/x-www-form-urlencoded" } }
    local _, status = go("POST", "/forms", "code=A+1&tag=x&tag=%C3%98&empty", form)
    assert.equal(201, status)
    assert.equal('{"code":"A 1","tag":["x","\195\152"],"empty":""}', (go("GET", "/forms/A%201")))
    local body = '--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nhi\r\n--b\r\nContent-Disposition: '
      .. 'form-data; name="file"; filename="x.png"\r\nContent-Type: image/png\r\n\r\n12345\r\n--b--\r\n'
    local multipart = { headers = { ["Content-Type"] = "multipart/form-data; boundary=b" } }
    local made = cjson.decode((go("POST", "/files", body, multipart)))
    assert.same({ "hi", { name = "x.png", type = "image/png", size = 5 } }, { made.note, made.file })
  end)

  it("belong to the study that the request names, deep inside too", function()
    local outsider = { as = "sandbox-outsider" }
    local made = cjson.decode((go("POST", "/visits", '{"n":1,"patient":{"study_identifier":"ONC-301"}}')))
    assert.equal(200, select(2, go("GET", "/visits/" .. made.id)))
    assert.equal(403, select(2, go("GET", "/visits/" .. made.id, nil, outsider)))
    assert.equal(0, #cjson.decode((go("GET", "/visits", nil, { as = "sandbox-outsider" }))))
    assert.equal(201, select(2, go("POST", "/studies/ONC-301/sites", '{"site_identifier":"77"}')))
    assert.equal(200, select(2, go("GET", "/studies/ONC-301/sites/77")))
    assert.equal(404, select(2, go("GET", "/studies/CARD-7/sites/77")))
    assert.equal(404, select(2, go("POST", "/studies/NOPE/sites", "{}")))
    -- The site is one now, for every other route.
    assert.equal(201, select(2, go("POST", "/visits", '{"studyIdentifier":"ONC-301","siteIdentifier":"77"}')))
    assert.equal(404, select(2, go("POST", "/visits", '{"studyIdentifier":"ONC-301","siteIdentifier":"78"}')))
  end)

  it("of a folder by another name say which studies and sites exist", function()
    assert.equal(404, select(2, go("POST", "/studies/NEW-1/sites", '{"site_identifier":"1"}')))
    assert.equal(201, select(2, go("POST", "/v1/study", '{"StudyIdentifier":"NEW-1"}')))
    assert.equal(409, select(2, go("POST", "/v1/study", '{"StudyIdentifier":"NEW-1"}')))
    assert.equal(200, select(2, go("GET", "/v1/study/NEW-1")))
    assert.equal(200, select(2, go("GET", "/v1/study/ONC-301")))
    assert.equal(201, select(2, go("POST", "/studies/NEW-1/sites", '{"site_identifier":"1"}')))
    -- Other records of the same folder have no such key.
    for _ = 1, 2 do assert.equal(201, select(2, go("POST", "/v1/study/NEW-1/arms", "{}"))) end
    assert.equal(2, #cjson.decode((go("GET", "/v1/study/NEW-1/arms"))))
  end)

  it("are for those who hold the catalog's scopes", function()
    local reader = { as = "sandbox-reader" }
    local body = '{"article":{"slug":"s"}}'
    go("POST", "/articles/", body)
    assert.equal(200, select(2, go("GET", "/articles/s", nil, reader)))
    for _, method in ipairs { "POST", "PUT", "PATCH", "DELETE" } do
      local path = method == "POST" and "/articles/" or "/articles/s"
      assert.equal(403, select(2, go(method, path, body, { as = "sandbox-reader" })), method)
    end
    local anybody = { anonymous = true }
    assert.equal(401, select(2, go("GET", "/articles/s", nil, anybody)))
    assert.equal(201, select(2, go("POST", "/open", "{}", { anonymous = true })))
  end)

  it("of another server are reached by the variable that the environment file sets", function()
    assert.equal(it_is.server.base_url, it_is.server.values["pci-host"])
    local api = it_is:client { catalog = it_is.catalog }
    local made = clinone.check(api.cards:create { n = 1 })
    assert.equal(1, clinone.check(api.cards:get(made.id)).n)
    assert.equal("/v2/cards", it_is:log("cards.create")[1].route)
  end)

  it("survive get, change one field, update, with all they hold", function()
    local api = it_is:client { catalog = it_is.catalog }
    local made = clinone.check(api.articles:create {
      article = { title = "X", gone = clinone.null, none = clinone.array {}, deep = { a = clinone.null } },
    })
    local read = clinone.check(api.articles:get(made.article.slug))
    read.data.title = "Y"
    clinone.check(api.articles:update { slug = made.article.slug, article = read.data })
    local text = go("GET", "/articles/" .. made.article.slug)
    for _, part in ipairs { '"title":"Y"', '"gone":null', '"none":[]', '"deep":{"a":null}' } do
      assert.truthy(text:find(part, 1, true), text)
    end
  end)
end)
