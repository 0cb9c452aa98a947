local diff = require "clinone.catalog.diff"

local function copy(value)
  if type(value) ~= "table" then return value end
  local result = {}
  for key, inner in pairs(value) do result[key] = copy(inner) end
  return result
end

local base = {
  catalog = 1, inferred = true, servers = { default = "https://a.example.com", pay = "https://p.example.com" },
  resources = { patients = { group = "patient", group_derived = true, operations = {
    create_patient = {
      aliases = { "create" }, method = "POST", path = "/patients", params = {
        studyIdentifier = { ["in"] = "body", type = "string", required = true },
        note = { ["in"] = "body", type = "string" },
        body_id = { ["in"] = "body", type = "string", name = "id" },
        visits = { ["in"] = "body", type = "array", items = { type = "string" } },
      },
    },
    list = { method = "GET", path = "/patients", paging = { style = "page", page = "page" }, params = {
      status = { ["in"] = "query", type = "string" }, limit = { ["in"] = "query", type = "integer" },
    } },
    get = { method = "GET", path = "/patients/{id}" },
  } } },
}

--- Compares `base` with a copy that `change` has changed. Gives the result and
-- the operations of the copy.
local function after(change, prepare)
  local old, new = copy(base), copy(base)
  if prepare then prepare(old.resources.patients.operations, old) end
  if prepare then prepare(new.resources.patients.operations, new) end
  change(new.resources.patients.operations, new)
  return diff.compare(old, new)
end

local function only(list)
  assert.equal(1, #list)
  return list[1]
end

describe("catalog diff", function()
  it("finds nothing between equals", function()
    local result = after(function() end)
    assert.is_false(result.breaking)
    for _, list in ipairs { "added", "removed", "renamed", "changed" } do assert.same({}, result[list]) end
    assert.equal("No difference in what scripts can call.\n", diff.text(result))
  end)

  it("does not look at texts", function()
    local result = after(function(operations, document)
      operations.get.doc, operations.get.name, document.title = "other words", "Other", "Another"
    end)
    assert.same({}, result.changed)
  end)

  it("names what is removed and added", function()
    local result = after(function(operations)
      operations.get = nil
      operations.ping = { method = "GET", path = "/ping" }
    end)
    assert.is_true(result.breaking)
    local removed = only(result.removed)
    assert.equal("patients.get", removed.operation)
    assert.is_true(removed.breaking)
    assert.equal("patients.ping", only(result.added).operation)
    assert.is_nil(only(result.added).breaking)
  end)

  it("takes an addition alone for harmless", function()
    local result = after(function(operations) operations.ping = { method = "GET", path = "/ping" } end)
    assert.is_false(result.breaking)
  end)

  describe("a new name for the same route", function()
    it("breaks", function()
      local result = after(function(operations)
        operations.fetch_patient, operations.get = operations.get, nil
      end)
      local renamed = only(result.renamed)
      assert.equal("patients.get", renamed.was)
      assert.equal("patients.fetch_patient", renamed.operation)
      assert.is_true(renamed.breaking)
      assert.truthy(diff.text(result):find("patients.get -> patients.fetch_patient", 1, true))
    end)

    it("does not where the old one is still an alias", function()
      local result = after(function(operations)
        operations.fetch_patient, operations.get = operations.get, nil
        operations.fetch_patient.aliases = { "get" }
      end)
      assert.is_false(only(result.renamed).breaking)
      assert.is_false(result.breaking)
    end)

    it("is not guessed where several would do", function()
      local result = after(function(operations)
        operations.get = nil
        operations.one = { method = "GET", path = "/patients/{key}" }
        operations.two = { method = "GET", path = "/patients/{id}" }
      end)
      assert.same({}, result.renamed)
      assert.equal(1, #result.removed)
      assert.equal(2, #result.added)
    end)
  end)

  it("sees an alias that is gone, or that calls something else now", function()
    local gone = only(after(function(operations) operations.create_patient.aliases = nil end).changed)
    assert.is_true(gone.breaking)
    assert.equal("patients.create", gone.changes[1].key)
    local moved = after(function(operations)
      operations.create_patient.aliases = nil
      operations.create = { method = "POST", path = "/people" }
    end)
    assert.truthy(diff.text(moved):find("patients.create now calls patients.create", 1, true))
  end)

  -- what, changes of the operations, whether a script could break, in words
  local rows = {
    { "method", function(o) o.create_patient.method = "PUT" end, true, "method was POST, is PUT" },
    { "path", function(o) o.get.path = "/people/{id}" end, true, "path was /patients/{id}, is /people/{id}" },
    { "path variable", function(o) o.get.path = "/patients/{patientId}" end, true, "patientId is new and required" },
    { "another server", function(o) o.get.server = "pay" end, true, "server was none, is pay" },
    { "made public", function(o) o.get.public = true end, false, "public was false, is true" },
    { "content", function(o) o.create_patient.content = "multipart" end, true, "content was json, is multipart" },
    { "body as a list", function(o) o.create_patient.body = { type = "array" } end, true, "type of the body" },
    { "paging gone", function(o) o.list.paging = nil end, true, "no pages any more" },
    { "paging of another kind", function(o) o.list.paging.items = "rows" end, false, "paging is another" },
    { "a page's key gone", function(o) o.list.paging = { style = "link" } end, true, "page is gone" },
    { "paging new", function(o) o.get.paging = { style = "link" } end, false, "has pages now" },
    { "group said", function(o) o.get.group = "person" end, true, "scope group was patient, is person" },
    { "group derived", function(_, d) d.resources.patients.group = "person" end, false, "scope group was patient" },
    { "retry class", function(o) o.create_patient.retry = "check_first" end, false, "retry class was never" },
    { "strict", function(o) o.create_patient.strict = true end, true, "refusal of unknown body keys was false" },
    { "new key", function(o) o.list.params.sort = { ["in"] = "query" } end, false, "sort is new" },
    { "new required key", function(o) o.list.params.sort = { ["in"] = "query", required = true } end, true,
      "sort is new and required" },
    { "new key with a default", function(o)
      o.list.params.sort = { ["in"] = "query", required = true, default = "x" }
    end, false, "sort is new" },
    { "new key that the client fills in", function(o)
      o.list.params.tenant = { ["in"] = "query", required = true, variable = "tenant" }
    end, false, "tenant is new" },
    { "query key gone", function(o) o.list.params.status = nil end, true, "status is gone" },
    { "body key gone", function(o) o.create_patient.params.note = nil end, false, "note is gone; still sent" },
    { "body key gone that was sent under another name", function(o) o.create_patient.params.body_id = nil end, true,
      "body_id is gone" },
    { "required now", function(o) o.create_patient.params.note.required = true end, true, "note is required now" },
    { "required no more", function(o) o.create_patient.params.studyIdentifier.required = nil end, false,
      "studyIdentifier is not required any more" },
    { "query type", function(o) o.list.params.status.type = "integer" end, true, "status was string, is integer" },
    { "wider query type", function(o) o.list.params.limit.type = "number" end, false, "limit was integer, is number" },
    { "any type", function(o) o.list.params.status.type = "any" end, false, "status was string, is any" },
    { "body type, a hint only", function(o) o.create_patient.params.note.type = "integer" end, false,
      "note was string, is integer" },
    { "place", function(o) o.list.params.status["in"] = "header" end, false, "status went in the query" },
    { "a list to the query", function(o) o.create_patient.params.visits["in"] = "query" end, true,
      "visits went in the body, goes in the query" },
    { "wire name", function(o) o.list.params.status.name = "Status" end, false, "status was sent as status" },
    { "default", function(o) o.list.params.status.default = "open" end, false, "defaulted to nothing" },
    { "shape", function(o) o.create_patient.params.visits.items = { type = "object" } end, false,
      "other fields inside" },
  }
  for _, row in ipairs(rows) do
    it(("judges: %s"):format(row[1]), function()
      local result = after(row[2])
      local text = diff.text(result)
      assert.equal(row[3], result.breaking, text)
      assert.truthy(text:find(row[4], 1, true), text)
      assert.equal(row[3], text:find("BREAKS", 1, true) ~= nil)
    end)
  end

  it("is stricter where bodies are checked", function()
    local function strict(operations) operations.create_patient.strict = true end
    assert.is_true(after(function(o) o.create_patient.params.note = nil end, strict).breaking)
    assert.is_true(after(function(o) o.create_patient.params.note.type = "integer" end, strict).breaking)
  end)

  it("counts at the end", function()
    local text = diff.text(after(function(operations)
      operations.get = nil
      operations.list.params.sort = { ["in"] = "query" }
    end))
    assert.truthy(text:find("1 removed, 0 renamed, 1 changed, 0 added; 1 could break a script.", 1, true))
  end)
end)
