-- studyIdentifier and siteIdentifier in deeper places of a body, in lists, and
-- under the API's own spelling.

local clinone = require "clinone"
local native = require "clinone.native"

local function nested(...)
  return { ["in"] = "body", type = "string", nested = { ... } }
end

local operations = {
  create = { method = "POST", path = "/things", params = {
    studyIdentifier = nested "patient", siteIdentifier = nested("patient", "site"),
    patient = { ["in"] = "body", type = "object" }, name = { ["in"] = "body", type = "string" },
  } },
  visits = { method = "POST", path = "/visits", params = {
    studyIdentifier = nested("visits", "*"), visits = { ["in"] = "body", type = "array" },
  } },
  import = { method = "POST", path = "/import", body = { type = "array" }, params = {
    studyIdentifier = nested "*", siteIdentifier = { ["in"] = "body", type = "string", nested = { "*", "site" } },
  } },
  update = { method = "PUT", path = "/things/{id}", params = {
    id = { ["in"] = { "path", "body" }, type = "string", required = true },
    studyIdentifier = { ["in"] = { "query", "body" }, name = "StudyIdentifier", type = "string", required = true },
    siteIdentifier = { ["in"] = "body", name = "site_identifier", type = "integer" },
  } },
  inside = { method = "GET", path = "/studies/{study-id}/sites", params = {
    studyIdentifier = { ["in"] = "path", name = "study-id", type = "string", required = true },
  } },
  both = { method = "POST", path = "/both", params = {
    studyIdentifier = { ["in"] = { "query", "body" }, type = "string", nested = { "study" }, name = "StudyIdentifier" },
  } },
  header = { method = "GET", path = "/header", params = {
    siteIdentifier = { ["in"] = "header", name = "X-Site", type = "string" },
  } },
  needs = { method = "POST", path = "/needs", strict = true, params = {
    studyIdentifier = { ["in"] = "body", type = "string", nested = { "study" }, required = true },
  } },
}

local api, study, site

setup(function()
  api = clinone.check(clinone.new {
    base_url = "https://127.0.0.1:1", auth = clinone.auth.bearer "x", retry = false,
    catalog = { catalog = 1, inferred = true, resources = { things = { operations = operations } } },
  })
  study = api:study "S-1"
  site = study:site(1042)
end)

local function body(handle, name, params)
  return (clinone.check(handle:explain("things." .. name, params)).body)
end

local function refused(message, handle, name, params)
  local told, err = handle:explain("things." .. name, params)
  assert.is_nil(told)
  assert.same({ "validation", message }, { err.kind, err.message })
end

local BOUND = "studyIdentifier is given by the handle, and the call names another one"

describe("an identifier deeper in the body", function()
  it("is filled in by a handle, and the script's tables stay as they were", function()
    local params = { name = "n", patient = { initials = "AB", site = {} } }
    local patient = { initials = "AB", studyIdentifier = "S-1", site = { siteIdentifier = "1042" } }
    assert.same({ name = "n", patient = patient },
      native.json.decode(body(site, "create", params)))
    assert.same({ name = "n", patient = { initials = "AB", site = {} } }, params)
    assert.equal('{"patient":{"studyIdentifier":"S-1"}}', body(study, "create"))
    assert.equal('{"name":"n"}', body(api, "create", { name = "n" }))
  end)

  it("goes there when the script gives it at the top", function()
    assert.equal('{"patient":{"studyIdentifier":"S-2"}}', body(api, "create", { studyIdentifier = "S-2" }))
    assert.equal('{"patient":{"studyIdentifier":"7"}}', body(api, "create", { studyIdentifier = 7 }))
    assert.equal('{"patient":{"studyIdentifier":"S-1"}}', body(study, "create", { studyIdentifier = "S-1" }))
  end)

  it("is refused where it names another one", function()
    refused(BOUND, study, "create", { patient = { studyIdentifier = "S-2" } })
    refused(BOUND, study, "create", { studyIdentifier = "S-2" })
    refused(BOUND, study, "create", { patient = { studyIdentifier = clinone.null } })
    refused(BOUND, study, "create", { body = { patient = { studyIdentifier = "S-2" } } })
    refused("studyIdentifier is given, and body.patient holds another one", api, "create",
      { studyIdentifier = "S-1", patient = { studyIdentifier = "S-2" } })
    refused("studyIdentifier belongs into body.patient, which is not there", api, "create",
      { studyIdentifier = "S-1", patient = "text" })
    refused("body.studyIdentifier: it is given beside `body`, which is the whole body", api, "create",
      { studyIdentifier = "S-1", body = {} })
  end)

  it("keeps nulls, empty lists and big numbers around it", function()
    local text = '{"patient":{"big":12345678901234567890,"gone":null,"list":[],"studyIdentifier":"S-1"}}'
    local record = native.json.decode(text)
    local sent = body(study, "create", record)
    for _, member in ipairs { '"big":12345678901234567890', '"gone":null', '"list":[]', '"studyIdentifier":"S-1"' } do
      assert.truthy(sent:find(member, 1, true), member .. " in " .. sent)
    end
    -- No place is made where the record has null.
    assert.equal('{"patient":null}', body(study, "create", native.json.decode '{"patient":null}'))
    assert.equal('{"patient":null}', body(study, "create", { patient = clinone.null }))
    -- A whole body goes out as it is.
    assert.equal('{"patient":{}}', body(study, "create", { body = { patient = {} } }))
  end)

  it("that is required, is missed", function()
    refused("studyIdentifier is missing", api, "needs", {})
    assert.equal('{"study":{"studyIdentifier":"S-1"}}', body(study, "needs"))
  end)
end)

describe("an identifier in each element of a list", function()
  it("is filled in by a handle", function()
    assert.equal('{"visits":[{"studyIdentifier":"S-1"},{"studyIdentifier":"S-1"},null,7]}',
      body(study, "visits", { visits = { {}, { studyIdentifier = "S-1" }, clinone.null, 7 } }))
    assert.equal('{"visits":[]}', body(study, "visits", { visits = {} }))
    assert.equal("{}", body(study, "visits"))
    refused(BOUND, study, "visits", { visits = { {}, { studyIdentifier = "S-2" } } })
    refused("studyIdentifier belongs into body.visits.*, which is not there", api, "visits",
      { studyIdentifier = "S-1" })
  end)

  it("of a body that is a list", function()
    local list = { {}, { studyIdentifier = "S-1", site = { siteIdentifier = 1042 } } }
    local sent = native.json.decode(body(site, "import", { body = list }))
    assert.same({
      { studyIdentifier = "S-1", site = { siteIdentifier = "1042" } },
      { studyIdentifier = "S-1", site = { siteIdentifier = 1042 } },
    }, sent)
    assert.same({ {}, { studyIdentifier = "S-1", site = { siteIdentifier = 1042 } } }, list)
    assert.equal("[]", body(study, "import", { body = {} }))
    assert.equal("[]", body(study, "import", { body = clinone.array() }))
    assert.equal('[{"studyIdentifier":"S-2"}]', body(api, "import", { studyIdentifier = "S-2", body = { {} } }))
    refused(BOUND, study, "import", { body = { { studyIdentifier = "S-2" } } })
    refused("unknown key name (there are: body, headers, query, siteIdentifier, studyIdentifier)", api, "import",
      { name = "n" })
  end)
end)

describe("an identifier that the API spells its own way", function()
  it("is taken under both names, and sent under the API's", function()
    for _, params in ipairs {
      { id = "7", studyIdentifier = "S-1" }, { id = "7", StudyIdentifier = "S-1" },
      { id = "7", studyIdentifier = "S-1", StudyIdentifier = "S-1" },
    } do
      local told = clinone.check(api:explain("things.update", params))
      assert.equal('{"id":"7","StudyIdentifier":"S-1"}', told.body)
      assert.equal("/things/7?StudyIdentifier=S-1", told.url:match "/things.*")
    end
    refused("studyIdentifier and StudyIdentifier are two names of one parameter", api, "update",
      { id = "7", studyIdentifier = "S-1", StudyIdentifier = "S-2" })
  end)

  -- The record of an answer has the API's names: it went out twice, and past
  -- the handle.
  it("regression: a handle refuses another one under the API's name", function()
    refused(BOUND, study, "update", { id = "7", StudyIdentifier = "S-2" })
    refused(BOUND, study, "update", { id = "7", body = { StudyIdentifier = "S-2" } })
    refused(BOUND, study, "update", { id = "7", query = { StudyIdentifier = "S-2" } })
    assert.equal('{"id":"7","StudyIdentifier":"S-1"}', body(study, "update", { id = "7", StudyIdentifier = "S-1" }))
  end)

  -- The names of header lines have no case: both lines went out.
  it("regression: a handle refuses another one in a header line", function()
    local other = "siteIdentifier is given by the handle, and the call names another one"
    refused(other, site, "header", { headers = { ["x-site"] = "1043" } })
    for _, params in ipairs { false, {} } do
      local value, err = site:call("things.header", params or nil, { headers = { ["X-SITE"] = "1043" } })
      assert.is_nil(value)
      assert.same({ "validation", other }, { err.kind, err.message })
    end
    assert.equal("1042", clinone.check(site:explain("things.header", {})).headers["X-Site"])
  end)

  it("stays the number that it is", function()
    local record = { id = "7", StudyIdentifier = "S-1", site_identifier = 1042 }
    assert.equal('{"id":"7","site_identifier":1042,"StudyIdentifier":"S-1"}', body(site, "update", record))
    assert.equal('{"id":"7","site_identifier":1042,"StudyIdentifier":"S-1"}', body(site, "update", "7"))
    assert.equal('{"id":"7","site_identifier":"A-1","StudyIdentifier":"S-1"}',
      body(study:site "A-1", "update", { id = "7" }))
    refused("siteIdentifier is given by the handle, and the call names another one", site, "update",
      { id = "7", site_identifier = 1043 })
  end)

  it("may be that in the path", function()
    assert.equal("https://127.0.0.1:1/studies/S-1/sites", clinone.check(study:explain "things.inside").url)
    assert.equal("https://127.0.0.1:1/studies/S-2/sites", clinone.check(api:explain("things.inside", "S-2")).url)
    assert.equal("studyIdentifier is missing", select(2, api:explain "things.inside").message)
  end)

  it("goes to the query and into the body, each its way", function()
    local told = clinone.check(study:explain "things.both")
    assert.equal('{"study":{"StudyIdentifier":"S-1"}}', told.body)
    assert.equal("/both?StudyIdentifier=S-1", told.url:match "/both.*")
    refused(BOUND, study, "both", { study = { studyIdentifier = "S-2" } })
  end)
end)
