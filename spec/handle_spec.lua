-- The client and its handles: identifiers filled in and never contradicted,
-- any route by `request`, and the calls that never go out.

local clinone = require "clinone"
local native = require "clinone.native"
local process = require "spec.support.process"
local world = require "spec.support.world"

local here, api

local function refused(part, value, err)
  assert.is_nil(value)
  assert.equal("validation", err.kind)
  assert.equal("not_sent", err.outcome)
  assert.truthy(err.message:find(part, 1, true), err.message)
  return err
end

local function url(handle, name, params)
  return (clinone.check(handle:explain(name, params)).url:gsub("^https://[^/]+", ""))
end

describe("with a sandbox", function()
  setup(function()
    here = world.start()
    api = here:client()
  end)
  teardown(function() here:stop() end)
  before_each(function() here:control("DELETE", "/log") end)

  describe("a handle", function()
    it("fills its identifiers in wherever the operation takes them", function()
      local site = api:study("ONC-301"):site(1042)
      assert.equal("clinone.client " .. here.server.base_url .. " studyIdentifier=ONC-301 siteIdentifier=1042",
        tostring(site))
      assert.equal("/patients?siteIdentifier=1042&studyIdentifier=ONC-301", url(site, "patients.list"))
      assert.equal("/patients?studyIdentifier=ONC-301", url(api:study "ONC-301", "patients.list"))
      assert.equal("/patients/7", url(site, "patients.get", "7"))
      assert.equal('{"screeningNumber":"A","siteIdentifier":"1042","studyIdentifier":"ONC-301"}',
        site:explain("patients.create", { screeningNumber = "A" }).body)
      local patient = clinone.check(site.patients:create { screeningNumber = "H-1" })
      assert.same({ "ONC-301", "1042" }, { patient.studyIdentifier, patient.siteIdentifier })
      assert.equal("H-1", site.patients:each()().screeningNumber)
      assert.equal("H-1", site:each("patients.list")().screeningNumber)
      assert.equal(1, #site:pages("patients.list")())
      assert.equal(1, clinone.check(site:call("patients.list", { screeningNumber = "H-1" })).total)
      assert.is_true(site:can "patients.create")
      assert.equal(3, clinone.check(api:study("ONC-301"):site("1043").patients:list()).total)
    end)

    -- It became a neighbour's: 9007199254740992.
    it("regression: keeps every digit of a number, or refuses it", function()
      local id = native.json.decode("[9007199254740993]")[1]
      assert.truthy(tostring(api:site(id)):find("siteIdentifier=9007199254740993", 1, true))
      assert.has_error(function() api:site(2 ^ 53) end)
    end)

    it("takes its own identifiers again, and refuses others, in every place", function()
      local site = api:study("ONC-301"):site(1042)
      local create = { studyIdentifier = "ONC-301", siteIdentifier = 1042, screeningNumber = "H-2" }
      clinone.check(site.patients:create(create))
      here:control("DELETE", "/log")
      create.siteIdentifier = "1043"
      local err = refused("siteIdentifier is given by the handle, and the call names another one",
        site.patients:create(create))
      assert.truthy(err.hint:find("another handle", 1, true))
      local function other(...) refused("is given by the handle", ...) end
      other(site.patients:list { studyIdentifier = "CARD-7" })
      other(site.patients:create { body = create })
      other(site.patients:create { body = { create } })
      other(site.patients:list { query = { siteIdentifier = "1043" } })
      other(site.patients:list { query = { siteIdentifier = { "1042", "1043" } } })
      other(site:call("patients.list", { studyIdentifier = "CARD-7" }))
      other(site:request { path = "/patients", query = { studyIdentifier = "CARD-7" } })
      other(site:request { method = "POST", path = "/patients", body = create })
      other(site:explain("patients.list", { siteIdentifier = 1043 }))
      other(site.patients:each({ siteIdentifier = "1043" }):next())
      other(site.patients:list { studyIdentifier = clinone.null })
      assert.same({}, here:log())
      create.siteIdentifier = "1042"
      create.screeningNumber = "H-3"
      clinone.check(site.patients:create { body = create })
    end)

    it("stands for one study and one site", function()
      local site = api:study("A"):site("1")
      assert.equal("/sites?siteIdentifier=1&studyIdentifier=A", url(site:study("A"):site(1), "sites.list"))
      for _, wrong in ipairs {
        function() site:study "B" end, function() site:site(2) end, function() api:study() end,
        function() api:study "" end, function() api:study(1.5) end, function() api:study(true) end,
        function() api.study "A" end,
      } do
        assert.has_error(wrong)
      end
      if math.type then assert.has_error(function() api:site(1042.0) end) end -- luacheck: ignore
    end)
  end)

  describe("request", function()
    it("goes to any route, with auth, and gives what came", function()
      local value, response = clinone.check(api:request { path = "/studies", query = { pageSize = 1, page = 2 } })
      assert.equal("CARD-7", value.items[1].studyIdentifier)
      assert.equal(200, response.status)
      local body = '{"studyIdentifier":"ONC-301","siteIdentifier":"1042","screeningNumber":"Q-1"}'
      local made = clinone.check(api:request { method = "post", path = "/patients", body = body })
      local changed = { studyIdentifier = "ONC-301", siteIdentifier = "1042", screeningNumber = "Q-2" }
      assert.equal("Q-2", clinone.check(api:request {
        method = "PUT", path = "/patients/" .. made.id, body = changed }).screeningNumber)
      local gone, empty = clinone.check(api:request { method = "DELETE", path = "/patients/" .. made.id })
      assert.is_true(gone)
      assert.same({ 204, "" }, { empty.status, empty.body })
      local _, err = api:request { path = "/patients/" .. made.id }
      assert.same({ "http", 404, "not_found", "rejected", "request" },
        { err.kind, err.status, err.code, err.outcome, err.operation })
    end)

    it("never leaves base_url", function()
      for _, path in ipairs {
        "@evil/x", "\\@evil/x", "/\\evil/x", "//evil/x", "///evil", "https://evil/x", "evil", "", ".evil/x", ":8/x",
        "/..", "/a/../b", "/a/%2e%2E/b", "/./a", "/a?b", "/a#b", "/a b", "/a\r\nb", "/\255",
      } do
        refused("path", api:request { path = path })
      end
      assert.same({}, here:log())
      -- Dots and signs that name no other place are no harm.
      local _, err = api:request { path = "/a@evil/...;x" }
      assert.equal(404, err.status)
    end)

    it("checks its arguments", function()
      refused('unknown key metod (did you mean "method"?)', api:request { metod = "GET", path = "/x" })
      refused("path is missing", api:request {})
      refused("takes a table", api:request "/x")
      refused('method must be a word such as "GET"', api:request { path = "/x", method = "GET /evil" })
      refused('method must be a word such as "GET"', api:request { path = "/x", method = 7 })
      refused("query must be a table", api:request { path = "/x", query = "a=b" })
      refused("body.a", api:request { method = "POST", path = "/x", body = { a = print } })
    end)
  end)

  describe("dry_run", function()
    it("lets reads out and describes the rest", function()
      local dry = here:client { dry_run = true }
      assert.equal(3, clinone.check(dry.studies:list()).total)
      local value, err = dry.patients:create {
        studyIdentifier = "ONC-301", siteIdentifier = "1042", screeningNumber = "1042-7" }
      assert.is_nil(value)
      assert.same({ "dry_run", "not_sent", "patients.create", "dry run: POST /patients was not sent" },
        { err.kind, err.outcome, err.operation, err.message })
      assert.equal('{"screeningNumber":"1042-7","siteIdentifier":"1042","studyIdentifier":"ONC-301"}',
        err:explain().body)
      assert.is_nil(tostring(err):find("1042-7", 1, true))
      for _, method in ipairs { "POST", "PUT", "PATCH", "DELETE" } do
        local _, dried = dry:request { method = method, path = "/patients/1042-7" }
        assert.equal("dry run: " .. method .. " was not sent", dried.message)
      end
      assert.equal("validation", select(2, dry.patients:create {}).kind)
      for _, entry in ipairs(here:log()) do assert.truthy(entry.method == "GET" or entry.operation == "token") end
    end)
  end)

  it("a closed client raises, says what it did, and is closed again without harm", function()
    local closed = here:client()
    local site = closed:study("ONC-301"):site("1042")
    local patients = closed.patients
    local iterator = patients:each()
    clinone.check(patients:list())
    closed:close()
    closed:close()
    for _, call in ipairs {
      function() patients:list() end, function() closed:call("studies.list") end, function() site.patients:list() end,
      function() closed:request { path = "/studies" } end, function() closed:explain("studies.list") end,
      function() closed:scopes() end, function() patients:each() end, function() iterator:next() end,
    } do
      local ok, message = pcall(call)
      assert.is_false(ok)
      assert.truthy(message:find("client is closed", 1, true), message)
    end
    local stats = closed:stats()
    assert.same({ 1, 1, 0, 1, 1 },
      { stats.calls, stats.attempts, stats.retries, stats.token_calls, stats.connections_opened })
    assert.equal("client_credentials", closed:auth_status().mode)
  end)

  it("stats counts calls, attempts, retries and connections", function()
    local counted = here:client()
    here:fault { operation = "studies.list", kind = "status", status = 502, count = 2 }
    clinone.check(counted.studies:list())
    clinone.check(counted.sites:list())
    local stats = counted:stats()
    assert.same({ 2, 4, 2, 1 }, { stats.calls, stats.attempts, stats.retries, stats.token_calls })
    assert.truthy(stats.connections_opened >= 1 and stats.connections_reused >= 1)
  end)
end)

describe("the provisional catalog", function()
  local function client(options)
    options.base_url, options.token_url = options.base_url or "https://0.0.0.0:1", "https://0.0.0.0:1/t"
    options.client_id, options.client_secret, options.scope = "i", "s", "s/.default"
    options.retry = false -- nothing listens there
    return clinone.check(clinone.new(options))
  end

  it("is spoken to loopback only, unless asked for outright", function()
    local result = process.run [[
      local clinone = require "clinone"
      local api = clinone.check(clinone.new {
        base_url = "https://0.0.0.0:1", token_url = "https://0.0.0.0:1/t", client_id = "i",
        client_secret = "s", scope = "s", retry = false,
      })
      local value, err = api.patients:list()
      print(value, err.kind, err.outcome, err.message)
      print(err.hint)
      print(select(2, api:study("X"):call("sites.list")).kind)
      print(api:explain("patients.list").url)
      print(select(2, api:request { path = "/x" }).operation)
    ]]
    assert.equal("", result.stderr)
    assert.equal("nil\tconfig\tnot_sent\tthe built-in catalog's routes are this project's guess; "
      .. "0.0.0.0 is no local sandbox\n", result.stdout:match "^[^\n]*\n")
    assert.truthy(result.stdout:find('catalog = "builtin"', 1, true))
    assert.truthy(result.stdout:find("\nconfig\nhttps://0.0.0.0:1/patients\ntoken\n$"), result.stdout)
    assert.equal("token", select(2, client({ catalog = "builtin" }).patients:list()).operation)
    local copy = {}
    for key, value in pairs(require "clinone.builtin") do copy[key] = value end
    assert.equal("config", select(2, client({ catalog = copy }).patients:list()).kind)
    copy.provisional = false
    assert.equal("token", select(2, client({ catalog = copy }).patients:list()).operation)
  end)
end)

-- As an import makes them of folders with these names.
describe("folders named Study and Site", function()
  local function get(path)
    return { method = "GET", path = path }
  end
  local identifier = { ["in"] = "query", name = "study_identifier", type = "string" }
  local imported = clinone.check(clinone.new {
    base_url = "https://127.0.0.1:1", auth = clinone.auth.bearer "t",
    catalog = { catalog = 1, inferred = true, resources = {
      study = { name = "Study", group = "study", group_derived = true, operations = {
        get_study = { method = "GET", path = "/studies/{id}", aliases = { "get" } },
        list_studies = {
          method = "GET", path = "/studies", aliases = { "list" }, params = { studyIdentifier = identifier },
        },
      }, resources = {
        arms = { name = "Arms", operations = { list = get "/studies/arms" } },
        site = { name = "Site", operations = { list = get "/studies/sites" } },
      } },
      site = { name = "Site", operations = { list = get "/sites" }, resources = { study = {
        operations = { list = get "/sites/studies" },
      } } },
      patients = { operations = { list = { method = "GET", path = "/patients", params = {
        studyIdentifier = identifier, siteIdentifier = { ["in"] = "query" },
      } } } },
    } },
  })

  it("are callable tables beside the handles", function()
    assert.equal("function", type(imported.study.get))
    assert.equal("function", type(imported.study.list_studies))
    assert.equal("/studies/7", url(imported, "study.get", 7))
    assert.equal("function", type(imported.study.arms.list))
    assert.equal("function", type(imported.study.site.list))
    assert.equal("function", type(imported.site.study.list))
    assert.equal("/sites/studies", url(imported, "site.study.list"))
    assert.has_error(function() imported.study.site "1042" end)
    local site = imported:study("ONC-301"):site(1042)
    assert.equal("clinone.client https://127.0.0.1:1 studyIdentifier=ONC-301 siteIdentifier=1042", tostring(site))
    assert.equal("/patients?siteIdentifier=1042&study_identifier=ONC-301", url(site, "patients.list"))
    assert.equal("function", type(imported:study("X").patients.list))
    assert.equal("/studies?study_identifier=ONC-301", url(site, "study.list"))
    assert.equal("function", type(site.study.arms.list))
    assert.equal("clinone.client https://127.0.0.1:1 studyIdentifier=X siteIdentifier=1",
      tostring(imported:site("1"):study "X"))
  end)

  it("want the colon, and an identifier", function()
    for _, wrong in ipairs {
      function() imported.study "X" end, function() imported:study() end, function() imported:site(1.5) end,
      function() imported:study "A":study "B" end,
    } do
      local ok, message = pcall(wrong)
      assert.is_false(ok)
      assert.truthy(message:find("study", 1, true) or message:find("site", 1, true), message)
    end
  end)
end)
