-- Bodies: what kind of content, which parameters, of which shape.

local body = require "clinone.postman.body"
local native = require "clinone.native"

local notes

local function read(request, method, keep_body)
  notes = {}
  return body.read(request, method or "POST", function(kind, reason) notes[#notes + 1] = kind .. ": " .. reason end,
    keep_body)
end

local function raw(source, language, header)
  return { body = { mode = "raw", raw = source, options = language and { raw = { language = language } } },
    header = header }
end

local function by_name(result)
  local found = {}
  for _, param in ipairs(result.params) do found[param.name] = param end
  return found
end

local function type_header(value, disabled)
  return { { key = "Content-Type", value = value, disabled = disabled } }
end

describe("a JSON body", function()
  it("gives its fields as parameters, with types, examples and what is inside", function()
    local result = read(raw([[{ "name": "Ann", "age": 7, "weight": 1.5, "active": false, "none": null, "open": {{x}},
      "quoted": "{{y}}", "visits": [{"date": "2020", "no": 1}, {"no": 1.5, "site": {}}], "mixed": [1, "a"],
      "empty": [], "o2p": "<integer>", "long": "]] .. ("\195\169"):rep(50) .. [[" }]], "json"))
    assert.equal("json", result.content)
    assert.is_nil(result.body)
    assert.same({
      { name = "name", type = "string", example = "Ann" }, { name = "age", type = "integer", example = 7 },
      { name = "weight", type = "number", example = 1.5 }, { name = "active", type = "boolean", example = false },
      { name = "none", type = "any" }, { name = "open", type = "any" }, { name = "quoted", type = "string" },
      { name = "visits", type = "array", items = { type = "object", fields = {
        date = { type = "string" }, no = { type = "number" }, site = { type = "object" } } } },
      { name = "mixed", type = "array", items = { type = "any" } }, { name = "empty", type = "array" },
      { name = "o2p", type = "integer" }, { name = "long", type = "string", example = ("\195\169"):rep(40) },
    }, result.params)
    assert.same({}, notes)
  end)

  it("tells at most four levels", function()
    local result = read(raw('{"a":{"b":{"c":{"d":{"e":1}}}}}', "json"))
    assert.same({ { name = "a", type = "object", fields = { b = { type = "object", fields = {
      c = { type = "object", fields = { d = { type = "object" } } } } } } } }, result.params)
  end)

  it("shows no secret", function()
    local fields = by_name(read(raw([[{ "password": "p", "apiKey": "k", "auth": "Bearer abcdefgh1234",
      "note": "Bearer abcdefgh1234" }]], "json")))
    for _, name in ipairs { "password", "apiKey", "auth", "note" } do assert.is_nil(fields[name].example) end
  end)

  it("is one by its language, by its header, or by its look", function()
    assert.equal("json", read(raw("{}", nil, type_header "application/json")).content)
    assert.equal("json", read(raw("{}", "text", "content-type: application/json; charset=utf-8")).content)
    assert.equal("json", read(raw('{"a":1}')).content)
    assert.truthy(notes[1]:find("sent as JSON", 1, true))
    assert.equal("application/fhir+json", read(raw("{}", nil, type_header "application/fhir+json")).content_type)
    assert.equal("text", read(raw('{"a":{{x}}}')).content)
    assert.equal("text", read(raw("1")).content)
    assert.equal("text", read(raw("{}", "json", type_header "text/xml")).content)
    assert.equal("json", read(raw("{}", "json", type_header("text/xml", true))).content)
    assert.equal("json", read(raw("{}", "json", type_header "{{type}}")).content)
  end)

  it("may be no object: the script gives it whole", function()
    local result = read(raw('[{"id":1}]', "json"))
    assert.same({ type = "array", items = { type = "object", fields = { id = { type = "integer" } } } }, result.body)
    assert.same({}, result.params)
    assert.same({ type = "string" }, read(raw('"x"', "json")).body)
    assert.same({ type = "any" }, read(raw("{{payload}}", "json")).body)
    assert.truthy(notes[1]:find("guessed: the body is all {{payload}}", 1, true))
  end)

  it("may be none at all", function()
    assert.same({ content = "json", params = {} }, read(raw("", "json")))
    assert.same({ content = "json", params = {}, body = { type = "any" } }, read(raw("hello", "json")))
    assert.truthy(notes[1]:find("warnings: the example of the body is no JSON (it is plain text)", 1, true))
    assert.equal(1, #read(raw('{"a":1} {"b":2}', "json")).params)
    assert.truthy(notes[1]:find("more than one JSON document", 1, true))
    assert.equal(1, #read(raw('{"a":1, {{more}}, "{{k}}": 2}', "json")).params)
    assert.equal(2, #notes)
  end)

  it("shows where a deeper identifier stands", function()
    local result = read(raw('{"patient":{"study_identifier":"S"},"visits":[{"SiteIdentifier":7},{"x":1}]}', "json"))
    assert.same({ name = "study_identifier", key = "studyIdentifier", type = "string", nested = { "patient" } },
      result.params[3])
    assert.same({ name = "SiteIdentifier", key = "siteIdentifier", type = "integer", nested = { "visits", "*" } },
      result.params[4])
    result = read(raw('[{"siteIdentifier":"A"}]', "json"))
    assert.same({ { name = "siteIdentifier", key = "siteIdentifier", type = "string", nested = { "*" } } },
      result.params)
  end)

  it("fills in the identifier that stands in the body itself, before a deeper one", function()
    local result = read(raw('{"a":{"site-identifier":"A"},"siteIdentifier":"B"}', "json"))
    assert.equal(2, #result.params)
    assert.truthy(notes[1]:find("the first is filled in", 1, true))
    result = read(raw('{"a":{"b":{"siteIdentifier":"A"}},"c":{"siteIdentifier":"B"},"siteIdentifier2":1}', "json"))
    assert.same({ "c" }, result.params[4].nested)
    assert.truthy(notes[1]:find("and nowhere else", 1, true))
  end)
end)

describe("another body", function()
  it("is a form", function()
    local result = read { body = { mode = "urlencoded", urlencoded = {
      { key = "a", value = "1", description = "<p>Count (required)</p>" },
      { key = "b", value = "true", disabled = true },
      { key = "c", value = "007" }, { key = "d", value = "x" }, { key = "d", value = "y" },
      { key = "client_secret", value = "s3" }, native.null, 7, { key = "{{k}}", value = "1" }, { key = "" } } } }
    assert.equal("form", result.content)
    assert.same({
      { name = "a", type = "integer", example = "1", doc = "Count (required)", required = true },
      { name = "b", type = "boolean", example = "true" }, { name = "c", type = "string", example = "007" },
      { name = "d", type = "array", items = { type = "string" } }, { name = "client_secret", type = "string" },
    }, result.params)
    assert.equal(1, #notes)
    result = read { body = { mode = "urlencoded", urlencoded = "a=1&b=x%20y+z" } }
    assert.equal("x y z", by_name(result).b.example)
    assert.equal("form", read(raw("a=1", nil, type_header "application/x-www-form-urlencoded")).content)
  end)

  it("is multipart, with files", function()
    local result = read { body = { mode = "formdata", formdata = {
      { key = "file", type = "file", src = "/tmp/x", description = "[required]" },
      { key = "meta", type = "text", value = "{}", contentType = "application/json" } } } }
    assert.equal("multipart", result.content)
    assert.same({ name = "file", type = "file", file = true, doc = "[required]", required = true }, result.params[1])
    assert.equal("string", result.params[2].type)
    assert.truthy(notes[1]:find("part meta", 1, true))
  end)

  it("is a file", function()
    for _, payload in ipairs { {}, "x", { src = native.null }, { content = "x" } } do
      local result = read { body = { mode = "file", file = payload }, header = type_header "image/png" }
      assert.same({ content = "file", content_type = "image/png", body = { type = "file" }, params = {} }, result)
    end
    assert.equal("file", read({ body = { mode = "file" } }).content)
  end)

  it("is GraphQL, its variables in both forms", function()
    for _, variables in ipairs { '{"id": {{id}}, "in": {"siteIdentifier": "A"}}',
      { id = "1", ["in"] = { siteIdentifier = "A" } } } do
      local result = read { body = { mode = "graphql",
        graphql = { query = "query Q($id: ID!) { a }", operationName = "Q", variables = variables } } }
      assert.equal("graphql", result.content)
      assert.same({ query = "query Q($id: ID!) { a }", operation = "Q" }, result.graphql)
      assert.truthy(by_name(result).id)
      assert.same({ "in" }, by_name(result).siteIdentifier.nested)
    end
    assert.same({}, read({ body = { mode = "graphql", graphql = { query = "{a}", variables = "" } } }).params)
    assert.same({}, read({ body = { mode = "graphql", graphql = { query = "{a}", variables = "[1]" } } }).params)
    assert.equal(1, #notes)
    assert.same({ type = "object" }, read({ body = { mode = "graphql", graphql = {} } }).body)
  end)

  it("is text, with its type", function()
    for language, wanted in pairs { xml = "application/xml", html = "text/html", javascript = "application/javascript",
      text = "text/plain" } do
      assert.same({ content = "text", content_type = wanted, body = { type = "string" }, params = {} },
        read(raw("<a/>", language)))
    end
    assert.equal("text/csv", read(raw("a;b", "text", type_header "text/csv")).content_type)
    assert.equal("text", read({ body = "hello" }).content)
    assert.equal("json", read({ body = '{"a":1}' }).content)
    assert.equal("text", read({ body = { mode = "strange", strange = "x" } }).content)
  end)

  it("is none", function()
    for _, given in ipairs { false, 7, {}, { mode = 7 }, { raw = "x" }, { mode = "raw", raw = "x", disabled = true },
      { mode = "raw", raw = "" }, { mode = "raw" }, "" } do
      assert.is_nil(read { body = given })
    end
    assert.is_nil(read {})
  end)

  it("is left out of a GET, as Postman does, unless told otherwise", function()
    assert.is_nil(read(raw('{"a":1}', "json"), "GET"))
    assert.truthy(notes[1]:find("its body is left out", 1, true))
    assert.equal("json", read(raw('{"a":1}', "json"), "GET", true).content)
    assert.is_nil(read(raw("", "json"), "GET", true))
    assert.is_nil(read({ body = { mode = "urlencoded", urlencoded = {} } }, "HEAD"))
    assert.same({}, notes)
    assert.equal("json", read(raw('{"a":1}', "json"), "DELETE").content)
  end)

  it("survives any type in any place", function()
    local values = { 7, true, "x", "", {}, { {} }, { "x" }, native.null, { key = {} }, { mode = {} },
      { { key = "a" } } }
    for _, mode in ipairs { "raw", "urlencoded", "formdata", "file", "graphql", "other" } do
      for _, value in ipairs(values) do
        for _, header in ipairs(values) do
          local request = { body = { mode = mode, [mode] = value, options = value }, header = header }
          assert.has_no.errors(function() read(request) end)
          request.body.options = { raw = value }
          assert.has_no.errors(function() read(request, "GET", true) end)
          request.body = { mode = "graphql", graphql = { query = value, variables = value, operationName = value } }
          assert.has_no.errors(function() read(request) end)
        end
      end
    end
  end)
end)
