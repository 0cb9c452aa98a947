-- GraphQL operations: the script's parameters become the query's variables.

local clinone = require "clinone"
local native = require "clinone.native"

local QUERY = "query Patients($studyIdentifier: String) {\n  patients { id }\n}"

local function operation(more)
  local data = {
    method = "POST", path = "/graphql", content = "graphql", graphql = { query = QUERY, operation = "Patients" },
    params = {
      studyIdentifier = { ["in"] = "body", type = "string", name = "study_id" },
      first = { ["in"] = "body", type = "integer" }, tags = { ["in"] = "body", type = "array" },
      query = { ["in"] = "body", type = "string" }, trace = { ["in"] = "query", type = "string" },
    },
  }
  for name, value in pairs(more or {}) do data[name] = value end
  return data
end

local function client(more)
  return clinone.check(clinone.new {
    base_url = "https://127.0.0.1:1", auth = clinone.auth.bearer "x", retry = false,
    catalog = { catalog = 1, inferred = true, resources = { graph = { operations = { search = operation(more) } } } },
  })
end

local function body(api, params)
  return (clinone.check(api:explain("graph.search", params)).body)
end

-- The variables, printed in the order of their keys.
local function variables(api, params)
  local decoded, parts = native.json.decode(body(api, params)).variables, {}
  for key, value in pairs(decoded) do
    parts[#parts + 1] = native.json.encode(key) .. ":" .. native.json.encode(value)
  end
  table.sort(parts)
  return "{" .. table.concat(parts, ",") .. "}"
end

describe("a GraphQL operation", function()
  it("sends query, name and variables as one JSON object", function()
    local told = clinone.check(client():explain("graph.search", {
      first = 3, trace = "t", query = "a query of its own", tags = {},
    }))
    assert.equal("https://127.0.0.1:1/graphql?trace=t", told.url)
    assert.equal("application/json", told.headers["Content-Type"])
    local sent = native.json.decode(told.body)
    assert.same({ first = 3, query = "a query of its own", tags = {} }, sent.variables)
    assert.truthy(told.body:find('"tags":[]', 1, true))
    assert.equal(QUERY, sent.query)
    assert.equal("{}", native.json.encode(native.json.decode(body(client(), nil)).variables))
    assert.is_nil(native.json.decode(body(client { graphql = { query = QUERY } })).operationName)
  end)

  it("keeps nulls, arrays and big numbers of a record, and changes none of it", function()
    local text = '{"first":12345678901234567890,"gone":null,"tags":[],"list":[[],null]}'
    local record = native.json.decode(text)
    local sent = body(client(), record)
    for _, member in ipairs { '"first":12345678901234567890', '"gone":null', '"tags":[]', '"list":[[],null]' } do
      assert.truthy(sent:find(member, 1, true), member .. " in " .. sent)
    end
    assert.same(native.json.decode(text), record)
  end)

  it("has the identifiers of a handle, under the API's name", function()
    local study = client():study "ONC-301"
    assert.equal('{"first":1,"study_id":"ONC-301"}', variables(study, { first = 1 }))
    assert.equal('{"study_id":"7"}', variables(client(), { study_id = 7 }))
    local none, err = study:explain("graph.search", { studyIdentifier = "CARD-7" })
    assert.is_nil(none)
    assert.equal("studyIdentifier is given by the handle, and the call names another one", err.message)
  end)

  it("warns of what the catalog does not know, or refuses it where it is complete", function()
    local api = client()
    local core = require("clinone.client").cores[api]
    local search = require("clinone.invoke").by_name(core, "graph.search")
    local params = { colour = "red", first = "3" }
    local _, _, warnings = require("clinone.request").build(core, search, params)
    assert.same({
      "colour: is not in the catalog's example; sent as a variable",
      "first: has another type than in the catalog's example",
    }, warnings)
    assert.same({ colour = "red", first = "3" }, native.json.decode(body(api, params)).variables)
    local strict = client { strict = true }
    for message, wrong in pairs {
      ['unknown key frist (did you mean "first"?)'] = { frist = 3 },
      ["body.first: it must be an integer, not a number"] = { first = 1.5 },
      ["body.tags: it must be an array, not a string"] = { tags = "x" },
    } do
      assert.equal(message, select(2, strict:explain("graph.search", wrong)).message)
    end
    local needs = operation().params
    needs.first.required = true
    assert.equal("first is missing", select(2, client({ params = needs }):explain("graph.search", {})).message)
    assert.is_nil((client():explain("graph.search", { "stray" })))
  end)

  it("takes a whole body as it is", function()
    assert.equal('{"query":"{ id }"}', body(client(), { body = { query = "{ id }" } }))
  end)

  it("without a query is a catalog that makes no sense", function()
    assert.has_error(function() client({ graphql = {} }):explain "graph.search" end,
      "the catalog's operation graph.search has no GraphQL query")
  end)
end)
