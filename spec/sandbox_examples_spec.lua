-- Saved examples as answers: which one is chosen, and what of it is sent.

local cjson = require "cjson"
local examples = require "clinone.sandbox.examples"
local paths = require "clinone.sandbox.paths"
local routes = require "clinone.sandbox.routes"
local sandbox = require "spec.support.sandbox"
local world = require "spec.support.world"

-- The name of the example that answers GET `target` of the operation /p/{id}.
local function chosen(list, target, headers)
  local operation = { method = "GET", path = "/p/{id}", examples = list }
  local all = assert(routes.compile { resources = { p = { operations = { get = operation } } } })
  local path, query = target:match "^([^?]*)%??(.*)$"
  local request = { query = {} }
  request.segments, request.slash = paths.split(path)
  for name, value in query:gmatch "([^&=]+)=([^&=]*)" do request.query[name] = value end
  local hit = routes.find(all, "GET", request.segments, request.slash)
  local pool = {}
  for _, variant in ipairs(hit.variants) do
    for _, example in ipairs(variant.examples) do pool[#pool + 1] = example end
  end
  local example = examples.choose(pool, request, examples.asked(headers or {}), hit.variants[1])
  return example and example.name
end

local function example(name, path, more)
  local made = { name = name, status = 200, path = path }
  for key, value in pairs(more or {}) do made[key] = value end
  return made
end

describe("an example", function()
  it("is chosen by its path: exact, with a variable, another slash, another case, another id, any", function()
    local list = {
      example("other", "/p/zz"), example("id", "/p/999"), example("case", "/P/ABC"),
      example("variable", "/p/{{id}}"), example("exact", "/p/123"), example("slash", "/p/slash/"),
    }
    assert.equal("exact", chosen(list, "/p/123"))
    assert.equal("variable", chosen(list, "/p/124"))
    assert.equal("slash", chosen({ list[1], list[6] }, "/p/slash"))
    table.remove(list, 4)
    assert.equal("case", chosen({ list[1], list[2], example("case", "/p/ABC") }, "/p/abc"))
    assert.equal("id", chosen({ list[1], list[2] }, "/p/124"))
    assert.equal("other", chosen({ list[1], list[2] }, "/p/other"))
    assert.equal("none", chosen({ example("none") }, "/p/1"))
  end)

  it("is chosen by the query among equal paths", function()
    local list = {
      example("plain"), example("open", nil, { query = { status = "open" } }),
      example("second", nil, { query = { status = "open", page = "2" } }),
      example("any", nil, { query = { filter = "{{filter}}" } }),
      example("number", nil, { query = { size = 7 } }),
    }
    assert.equal("plain", chosen(list, "/p/1"))
    assert.equal("open", chosen(list, "/p/1?status=open"))
    assert.equal("plain", chosen(list, "/p/1?status=closed"))
    assert.equal("second", chosen(list, "/p/1?status=open&page=2"))
    assert.equal("any", chosen(list, "/p/1?filter=x"))
    assert.equal("number", chosen(list, "/p/1?size=7"))
    assert.equal("plain", chosen(list, "/p/1?what=ever"))
  end)

  it("is a 2xx, and the first one, where nothing else decides", function()
    local list = { example("bad", nil, { status = 404 }), example("good"), example("later") }
    assert.equal("good", chosen(list, "/p/1"))
    -- An exact path decides before.
    list[1].path = "/p/404"
    assert.equal("bad", chosen(list, "/p/404"))
  end)

  it("is asked for by name, by id and by status", function()
    local list = {
      example("good"), example("gone", nil, { status = 410, id = "x-1" }), example("good", nil, { status = 201 }),
      example("worse", nil, { status = 410 }),
    }
    assert.equal("gone", chosen(list, "/p/1", { ["x-mock-response-name"] = "gone" }))
    assert.equal("gone", chosen(list, "/p/1", { ["x-mock-response-id"] = "x-1" }))
    assert.equal("gone", chosen(list, "/p/1", { ["x-mock-response-code"] = "410" }))
    assert.equal("worse",
      chosen(list, "/p/1", { ["x-mock-response-code"] = "410", ["x-mock-response-name"] = "worse" }))
    assert.is_nil(chosen(list, "/p/1", { ["x-mock-response-name"] = "Gone" }))
    assert.is_nil(chosen(list, "/p/1", { ["x-mock-response-code"] = "500" }))
  end)

  it("takes damage without a fall", function()
    local read = examples.read({ method = "GET", path = "/p", template = paths.read "/p" }, {
      7, { status = "x", body = 7, headers = 7, query = { a = {} }, path = {} }, { status = 100 }, { status = 99999 },
    })
    assert.equal(3, #read)
    for _, one in ipairs(read) do assert.same({ 200, "", {} }, { one.status, one.body, one.query }) end
  end)
end)

local CATALOG = [==[{"catalog":1,"title":"Examples","inferred":true,"resources":{
  "weather":{"group":"weather","group_derived":true,"operations":{
    "now":{"method":"GET","path":"/weather/{city}.json","public":true,"examples":[
      {"name":"any","status":200,"content_type":"application/vnd.w+json","path":"/weather/{{where}}.json",
       "body":"{ \"city\" : \"{{where}}\", \"n\": 1.10, \"other\": \"{{unknown}}\" }\n",
       "headers":{"X-Rate":"7","Content-Length":"999","Content-Encoding":"gzip","Transfer-Encoding":"chunked",
         "Bad Name":"x","X-Bad":"a\r\nb"}},
      {"name":"metric","status":200,"content_type":"application/xml","body":"<c>{{where}}</c>",
       "path":"/weather/{{where}}.json","query":{"units":"metric"}},
      {"name":"unknown","status":404,"body":"no such city","path":"/weather/atlantis.json"},
      {"name":"empty","status":204,"body":""},
      {"name":"old","status":200,"body":"[\"old\"]","path":"/v0/Weather/17"},
      {"name":"posted","status":202,"body":"{\"posted\":true}","method":"POST","path":"/weather/x.json"}]},
    "secret":{"method":"GET","path":"/secret","examples":[{"status":200,"body":"[]"}]},
    "nothing":{"method":"POST","path":"/nothing"},
    "upload":{"method":"POST","path":"/upload","content":"multipart","params":{
        "note":{"in":"body","required":true},"studyIdentifier":{"in":"body"},"file":{"in":"body","type":"file"}},
      "examples":[{"status":201,"body":"{\"ok\":true}"}]},
    "text":{"method":"POST","path":"/text","content":"text","content_type":"application/xml",
      "examples":[{"status":200,"content_type":"text/xml","body":"<a/>"}]},
    "form":{"method":"POST","path":"/form","content":"form","params":{"siteIdentifier":{"in":"body"},
      "studyIdentifier":{"in":"body"}},"examples":[{"status":200,"body":"{}"}]},
    "graph":{"method":"POST","path":"/graphql","content":"graphql","graphql":{"query":"{ a }"},
      "params":{"studyIdentifier":{"in":"body"}},
      "examples":[{"status":200,"body":"{\"data\":{\"a\":1}}"}]},
    "bulk":{"method":"POST","path":"/bulk","body":{"type":"array"},"examples":[{"status":200,"body":"[1]"}]},
    "nested":{"method":"POST","path":"/nested","params":{"visit":{"in":"body","type":"object"},
        "studyIdentifier":{"in":"body","name":"study_id","nested":["visit"],"required":true}},
      "examples":[{"status":200,"body":"{}"}]}}},
  "things":{"group":"thing","operations":{
    "create":{"method":"POST","path":"/things"},
    "get":{"method":"GET","path":"/things/{id}","examples":[
      {"name":"saved","status":200,"body":"{\"id\":7,\"name\":\"saved\"}","path":"/things/7"}]}}}}}]==]

describe("the sandbox with examples", function()
  local it_is

  setup(function() it_is = world.play(CATALOG) end)
  teardown(function() sandbox.stop_all_but() end)

  local function get(path, headers)
    return it_is:wire("GET", path, { headers = headers, anonymous = true })
  end

  it("sends status, type, headers and the bytes of the body, with what the path caught", function()
    local answer = get "/weather/Oslo%20%22%C3%98%22.json"
    assert.equal(200, answer.status)
    assert.equal('{ "city" : "Oslo \\"\195\152\\"", "n": 1.10, "other": "{{unknown}}" }\n', answer.body)
    assert.equal("application/vnd.w+json", answer.headers["content-type"])
    assert.equal("7", answer.headers["x-rate"])
    assert.equal(tostring(#answer.body), answer.headers["content-length"])
    for _, name in ipairs { "content-encoding", "transfer-encoding", "bad name", "x-bad" } do
      assert.is_nil(answer.headers[name], name)
    end
    answer = get "/weather/a&b.json?units=metric"
    assert.same({ "<c>a&b</c>", "application/xml" }, { answer.body, answer.headers["content-type"] })
    answer = get "/weather/atlantis.json"
    assert.same({ 404, "no such city", "text/plain" }, { answer.status, answer.body, answer.headers["content-type"] })
  end)

  it("is told by headers which one to play", function()
    local answer = get("/weather/x.json", { ["X-Mock-Response-Name"] = "unknown" })
    assert.equal(404, answer.status)
    answer = get("/weather/x.json", { ["x-mock-response-code"] = "204" })
    assert.same({ 204, "" }, { answer.status, answer.body })
    answer = get("/weather/x.json", { ["x-mock-response-name"] = "nobody" })
    assert.equal(404, answer.status)
    assert.equal("example_not_found", cjson.decode(answer.body).error.code)
  end)

  it("finds an example under its own path and method, in any case and with any id", function()
    assert.equal('["old"]', get("/v0/Weather/17").body)
    assert.equal('["old"]', get("/v0/weather/18/").body)
    assert.equal(404, get("/v0/weather/x").status)
    local posted = it_is:wire("POST", "/weather/x.json", { anonymous = true, body = "{}" })
    assert.same({ 202, '{"posted":true}' }, { posted.status, posted.body })
    assert.equal(200, get("/WEATHER/x.JSON").status)
    local log = it_is:log "weather.now"
    assert.equal("/weather/{city}.json", log[#log].route)
  end)

  it("asks for a token and a scope before it plays one", function()
    assert.equal(401, get("/secret").status)
    assert.equal(401, get("/SECRET").status)
    assert.equal(401, get("/secret", { ["x-mock-response-code"] = "200" }).status)
    assert.equal("[]", it_is:wire("GET", "/secret").body)
    it_is:fault { operation = "token", kind = "scopes", scp = "api.other.manage" }
    it_is.tokens = nil
    assert.equal(403, it_is:wire("GET", "/secret").status)
    it_is.tokens = nil
  end)

  it("can be broken by a fault", function()
    it_is:fault { operation = "weather.secret", kind = "invalid_utf8" }
    assert.equal('["\195\40"]', it_is:wire("GET", "/secret").body)
  end)

  it("says what to do where there is nothing to play", function()
    local answer = it_is:wire("POST", "/nothing", { body = "{}" })
    assert.equal(501, answer.status)
    assert.truthy(answer.body:find("Save one in Postman", 1, true))
    assert.equal(501, it_is:wire("POST", "/nothing").status) -- takes no body, so none is no mistake
  end)

  it("lets records go before examples, unless a header asks for one", function()
    local made = cjson.decode(it_is:wire("POST", "/things", { body = '{"name":"mine"}' }).body)
    assert.equal(1, made.id) -- whole numbers, as the example has them
    assert.equal('{"id":1,"name":"mine"}', it_is:wire("GET", "/things/1").body)
    assert.equal(404, it_is:wire("GET", "/things/7").status)
    local headers = { ["x-mock-response-name"] = "saved" }
    assert.equal("saved", cjson.decode(it_is:wire("GET", "/things/7", { headers = headers }).body).name)
    -- Letters and ids alone mean no record.
    assert.equal("saved", cjson.decode(it_is:wire("GET", "/Things/1").body).name)
  end)

  it("takes every kind of body", function()
    local multipart = table.concat({ "--x", 'Content-Disposition: form-data; name="note"', "", "hello",
      "--x", 'Content-Disposition: form-data; name="file"; filename="a.bin"', "Content-Type: image/png", "",
      "\0\255\r\n--y", "--x--", "" }, "\r\n")
    local function post(path, body, kind)
      local answer = it_is:wire("POST", path, { body = body, headers = { ["Content-Type"] = kind } })
      return answer.status == 400 and cjson.decode(answer.body).error.code or answer.status
    end
    local FORM = "application/x-www-form-urlencoded"
    assert.equal(201, post("/upload", multipart, "multipart/form-data; boundary=x"))
    assert.equal(201, post("/upload", multipart, 'multipart/form-data; boundary="x"'))
    assert.equal("missing_field", post("/upload", (multipart:gsub("note", "nota")), "multipart/form-data; boundary=x"))
    assert.equal("invalid_multipart", post("/upload", multipart, "multipart/form-data; boundary=z"))
    assert.equal("invalid_multipart", post("/upload", multipart, "multipart/form-data"))
    assert.equal(415, post("/upload", "{}", "application/json"))
    assert.equal(200, post("/text", "<x>", "application/xml"))
    assert.equal(200, post("/text", "", "text/plain"))
    assert.equal(200, post("/form", "a=b+c&a=d%26&e", FORM))
    assert.equal(415, post("/form", "{}", "application/json"))
    assert.equal(200, post("/graphql", '{"query":"{ a }","variables":{}}', "application/json"))
    assert.equal("missing_field", post("/graphql", "{}", "application/json"))
    assert.equal(200, post("/bulk", "[{}]", "application/json"))
    assert.equal(200, post("/bulk", "[{}]", "application/vnd.api+json"))
    assert.equal("invalid_json", post("/bulk", "[", "application/json"))
  end)

  it("knows studies and sites wherever they stand", function()
    local function post(path, body, kind)
      return it_is:wire("POST", path, { body = body, headers = kind and { ["Content-Type"] = kind } }).status
    end
    local FORM = "application/x-www-form-urlencoded"
    assert.equal(200, post("/form", "studyIdentifier=ONC-301&siteIdentifier=1042", FORM))
    assert.equal(404, post("/form", "studyIdentifier=NOPE&siteIdentifier=1042", FORM))
    assert.equal(404, post("/form", "studyIdentifier=ONC-301&siteIdentifier=2001", FORM))
    assert.equal(404, post("/graphql", '{"query":"{ a }","variables":{"study_identifier":"NOPE"}}'))
    assert.equal(200, post("/nested", '{"visit":{"study_identifier":"ONC-301"}}'))
    assert.equal(404, post("/nested", '{"visit":{"StudyIdentifier":"NOPE"}}'))
    assert.equal(404, post("/nested", '{"visits":[{"study-identifier":"ONC-301"},{"study-identifier":"NOPE"}]}'))
    assert.equal(200, post("/bulk", '[{"studyIdentifier":"ONC-301"},{"studyIdentifier":"CARD-7"}]'))
    assert.equal(404, post("/bulk", '[{"studyIdentifier":"ONC-301","siteIdentifier":"2001"}]'))
    local outsider = it_is:wire("POST", "/bulk", { as = "sandbox-outsider", body = '[{"studyIdentifier":"ONC-301"}]' })
    assert.equal(403, outsider.status)
  end)
end)
