-- From a Postman export to calls: a hospital's collection is imported, the
-- sandbox plays the catalog, and a script uses it as any other API.

local clinone = require "clinone"
local native = require "clinone.native"
local peer = require "spec.support.peer"
local process = require "spec.support.process"
local support = require "spec.support.postman"
local world = require "spec.support.world"

-- The folders' names are the resources': the records go there.
local FIXTURES = [[{
  "clients": [
    {"id": "sandbox-coordinator", "secret": "made~up+Coordinator/secret=100%2B",
     "scopes": ["api.study.read", "api.site.manage", "api.patient.manage"], "studies": "All Studies"},
    {"id": "sandbox-reader", "secret": "made~up+Reader/secret=50%25",
     "scopes": ["api.study.read", "api.patient.read"], "studies": ["ONC-301"]}],
  "keys": {"study": ["studyIdentifier"], "sites": ["studyIdentifier", "siteIdentifier"],
    "patients": ["studyIdentifier", "siteIdentifier", "screeningNumber"]},
  "records": {
    "study": [{"studyIdentifier": "ONC-301", "title": "A made-up study"},
      {"studyIdentifier": "CARD-7", "title": "Another"}],
    "sites": [{"studyIdentifier": "ONC-301", "siteIdentifier": "1042"},
      {"studyIdentifier": "ONC-301", "siteIdentifier": "1043"},
      {"studyIdentifier": "CARD-7", "siteIdentifier": "2001"}],
    "patients": [{"studyIdentifier": "CARD-7", "siteIdentifier": "2001", "screeningNumber": "2001-001", "sex": "M"}]}}]]

describe("an imported catalog", function()
  local here, other, catalog, report, file, fixtures, both, api, site

  setup(function()
    catalog, report = clinone.catalog.from_postman(support.path "hospital")
    assert(catalog, tostring(report))
    file = process.temporary(assert(native.json.encode(catalog)))
    fixtures = process.temporary(FIXTURES)
    here, other = world.start { catalog = file, fixtures = fixtures }, peer.start()
    both = process.temporary(process.read_file(here.server.ca_file) .. process.read_file(other.files.ca))
  end)
  after_each(function() other:close_clients() end)
  teardown(function()
    here:stop()
    other:stop()
    os.remove(file)
    os.remove(fixtures)
    os.remove(both)
  end)
  before_each(function()
    here:reset()
    other:forget()
    api = here:client { catalog = file }
    site = api:study("ONC-301"):site("1043")
  end)

  -- A raw POST, and the record's text as the sandbox keeps it.
  local function store(text)
    return clinone.check(api:request { method = "POST", path = "/patients", body = text }).id
  end

  it("has every request, and the plain verbs where they are plain", function()
    assert.equal(support.count(support.document("hospital").item), report.operations)
    assert.same({}, report.refused)
    for name, method in pairs { get = "GET", update = "PUT", delete = "DELETE" } do
      assert.equal(method, clinone.check(api:explain("patients." .. name, { id = "x" })).method)
    end
    assert.same({ "create" }, catalog.resources.patients.operations.enroll_patient.aliases)
    assert.same({ "list" }, catalog.resources.patients.operations.search_patients.aliases)
    assert.equal("patient", catalog.resources.patients.group)
    assert.is_nil(catalog.resources.patients.operations.transfer.aliases)
  end)

  it("is called by plain verbs", function()
    local made = clinone.check(api.patients:create {
      studyIdentifier = "ONC-301", siteIdentifier = "1043", screeningNumber = "1043-001",
    })
    assert.equal("1043-001", clinone.check(api.patients:get(made.id)).screeningNumber)
    made.sex = "U"
    assert.equal("U", clinone.check(api.patients:update(made)).sex)
    local found = clinone.check(api.patients:list { studyIdentifier = "ONC-301" })
    assert.same({ 1, made.id }, { found.total, found.items[1].id })
    assert.is_true(clinone.check(api.patients:delete(made.id)))
    assert.equal(404, select(2, api.patients:get(made.id)).status)
  end)

  it("and by the requests' own names", function()
    local made = clinone.check(api.patients:enroll_patient {
      studyIdentifier = "ONC-301", siteIdentifier = "1042", screeningNumber = "1042-001",
    })
    assert.equal("1042-001", clinone.check(api:call("patients.get_patient", { id = made.id })).screeningNumber)
    assert.equal(1, clinone.check(api.patients:search_patients { studyIdentifier = "ONC-301" }).total)
    assert.equal("A made-up study", clinone.check(api.study:get_study "ONC-301").title)
    assert.same({ "patients.enroll_patient", "patients.get_patient", "patients.search_patients", "study.get_study" },
      (function()
        local names = {}
        for _, entry in ipairs(here:log()) do
          if entry.operation ~= "token" then names[#names + 1] = entry.operation end
        end
        return names
      end)())
  end)

  it("pages through a list", function()
    for i = 1, 7 do
      clinone.check(api.patients:create {
        studyIdentifier = "ONC-301", siteIdentifier = "1043", screeningNumber = "1043-00" .. i,
      })
    end
    local numbers = {}
    for patient in api.patients:each { studyIdentifier = "ONC-301", pageSize = 3 } do
      numbers[#numbers + 1] = patient.screeningNumber:sub(-1)
    end
    assert.equal("1234567", table.concat(numbers))
    assert.equal(3, #here:log "patients.search_patients")
    local pages = 0
    for _ in site:pages("patients.search_patients", { pageSize = 5 }) do pages = pages + 1 end
    assert.equal(2, pages)
  end)

  describe("with a handle", function()
    it("has a study that is callable and a resource", function()
      assert.equal(2, #clinone.check(api.study:list()))
      assert.equal("Another", clinone.check(api.study:get "CARD-7").title)
      assert.equal("A made-up study", clinone.check(api:study("ONC-301").study:get()).title)
    end)

    it("fills in identifiers in the path, the query and the body, however they are spelled", function()
      local made = clinone.check(site.patients:create { screeningNumber = "1043-001" })
      assert.same({ "ONC-301", "1043" }, { made.studyIdentifier, made.siteIdentifier })
      assert.equal(1, clinone.check(site.patients:list()).total)
      assert.equal(1, clinone.check(api:study("CARD-7"):site("2001").patients:list()).total)
      assert.equal("/patients?siteIdentifier=1043&studyIdentifier=ONC-301",
        clinone.check(site:explain("patients.list")).url:match "/patients.*")
      assert.equal("/studies/ONC-301/sites/1043/hours",
        clinone.check(site:explain("sites.get_opening_hours")).url:match "/studies.*")
      assert.equal(2, #clinone.check(api:study("ONC-301").sites:get_sites()))
    end)

    it("fills them in deeper in a body", function()
      local told = clinone.check(site:explain("patients.transfer", {
        reason = "moved", to = { { ward = 7 }, { ward = 8 } },
      }))
      assert.equal('{"patient":{"studyIdentifier":"ONC-301"},"reason":"moved",'
        .. '"to":[{"siteIdentifier":"1043","ward":7},{"siteIdentifier":"1043","ward":8}]}', told.body)
    end)

    it("refuses another study's identifier", function()
      local value, err = site.patients:create { studyIdentifier = "CARD-7", screeningNumber = "1043-001" }
      assert.is_nil(value)
      assert.same({ "validation", "not_sent" }, { err.kind, err.outcome })
    end)
  end)

  it("get, change one field, update: all else stays as it was, byte for byte", function()
    local body = '"screeningNumber":"1043-009","sex":"F","siteIdentifier":"1043","studyIdentifier":"ONC-301"'
    local unknown = '"aliases":[],"big":12345678901234567890,"consent":null,"nested":{"list":[[],{}],"none":null}'
    local id = store("{" .. unknown .. ',"n":1.5,' .. body .. "}")
    local record = clinone.check(api.patients:get(id))
    record.sex = "M"
    local _, response = clinone.check(api.patients:update(record))
    local _, again = clinone.check(api.patients:get(id))
    for _, text in ipairs { response.body, again.body } do
      for _, member in ipairs {
        '"aliases":[]', '"big":12345678901234567890', '"consent":null', '"nested":{"list":[[],{}],"none":null}',
        '"n":1.5', '"sex":"M"', '"screeningNumber":"1043-009"', ('"id":"%s"'):format(id),
      } do
        assert.truthy(text:find(member, 1, true), member .. " in " .. text)
      end
    end
    -- What the example does not show is said, not refused.
    assert.truthy(table.concat(response.warnings, "\n"):find("consent", 1, true))
  end)

  it("answers with what was saved where nothing is kept", function()
    local hours = clinone.check(site.sites:get_opening_hours())
    assert.same({ monday = "8-17" }, hours)
    assert.equal('{"monday":"8-17","sunday":null}', native.json.encode(hours))
    local value, err = site.sites:get_opening_hours({}, { headers = { ["x-mock-response-name"] = "Closed" } })
    assert.is_nil(value)
    assert.same({ "http", 410, "closed" }, { err.kind, err.status, err.code })
    err = select(2, site.sites:get_opening_hours({}, { headers = { ["x-mock-response-code"] = "410" } }))
    assert.equal(410, err.status)
  end)

  it("asks for no token where none is needed", function()
    assert.same({ status = "up" }, clinone.check(api.service:status()))
    assert.same({}, here:log "token")
    assert.equal(0, api:stats().token_calls)
    clinone.check(api.study:list())
    assert.equal(1, #here:log "token")
  end)

  it("lets the server decide what a derived group allows", function()
    local reader = here:client_as("sandbox-reader", { catalog = file })
    clinone.check(reader.patients:list { studyIdentifier = "ONC-301" })
    local value, err = reader.patients:create {
      studyIdentifier = "ONC-301", siteIdentifier = "1043", screeningNumber = "1043-001",
    }
    assert.is_nil(value)
    assert.same({ "http", 403, "rejected" }, { err.kind, err.status, err.outcome })
    assert.equal(1, #here:log "patients.enroll_patient")
  end)

  describe("with a server of its own", function()
    local function client(variables)
      return here:client { catalog = file, ca_file = both, variables = variables }
    end

    it("never sends it the bearer", function()
      local own = client { pharmacyUrl = other.urls.tls .. "/well" }
      clinone.check(own.study:list()) -- a token is at hand
      clinone.check(own.service:price_list())
      local seen = other:await(1)
      assert.equal(1, #seen)
      assert.equal("/well/en/prices", seen[1].path)
      assert.is_nil(seen[1].headers.authorization)
    end)

    it("takes variables from the client's options, before the collection's", function()
      local own = client { pharmacyUrl = other.urls.tls .. "/well/", lang = "de" }
      assert.equal("/well/de/prices", clinone.check(own:explain "service.price_list").url:match "/well.*")
      assert.is_nil(clinone.check(own:explain "service.price_list").headers.Authorization)
    end)

    it("names a variable that nobody has set", function()
      local value, err = other:client({ catalog = file }).service:lab_results()
      assert.is_nil(value)
      assert.equal("not_sent", err.outcome)
      assert.truthy(tostring(err):find("labUrl", 1, true), tostring(err))
      assert.truthy(tostring(err.hint):find("variables", 1, true), tostring(err.hint))
      value, err = api.service:region_report()
      assert.is_nil(value)
      assert.same({ "validation", "not_sent" }, { err.kind, err.outcome })
      assert.truthy(err.message:find("region", 1, true), err.message)
      local told = clinone.check(api:explain("service.region_report", { region = "north" }))
      assert.equal("/reports?region=north", told.url:match "/reports.*")
    end)
  end)
end)
