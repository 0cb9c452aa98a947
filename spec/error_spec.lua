-- The error object: its fields for each kind of failure, its one line, what an
-- uncaught one prints on this Lua, and that no value of a record, no token and
-- no secret is in anything it shows.

local clinone = require "clinone"
local errors = require "clinone.error"
local process = require "spec.support.process"
local world = require "spec.support.world"

local UUID = "%x+%-%x+%-%x+%-%x+%-%x+"
local here, api

local function record(more)
  local patient = { studyIdentifier = "ONC-301", siteIdentifier = "1043", screeningNumber = "1043-TEST-01" }
  for key, value in pairs(more or {}) do patient[key] = value end
  return patient
end

describe("the line of an error", function()
  it("has message, facts and hint, in this order", function()
    local err = errors.new {
      kind = "http", operation = "patients.create", message = "conflict", hint = "Look it up.", status = 409,
      code = "duplicate", correlation_id = "c-1", request_id = "r-1", attempts = 3, outcome = "unknown",
    }
    assert.equal("clinone: patients.create: conflict [kind http, HTTP 409, code duplicate, it may have been applied, "
      .. "3 attempts, correlation id c-1, request r-1] Look it up.", tostring(err))
    assert.equal("clinone: bad [kind config]", tostring(errors.new { kind = "config", message = "bad" }))
    assert.is_true(errors.is(err))
    assert.is_false(errors.is { kind = "http" })
  end)

  it("is one line, whatever came in", function()
    local err = errors.new { kind = "config", message = "a\r\nb\0c", hint = "d\n\ne" }
    assert.equal("clinone: a b c [kind config] d e", tostring(err))
  end)

  it("comes with safe defaults", function()
    local err = errors.new { kind = "config", message = "x" }
    assert.same({ "not_sent", false }, { err.outcome, err.retryable })
    assert.is_nil(err:response())
    assert.is_nil(err:explain())
  end)
end)

describe("with a sandbox", function()
  setup(function()
    here = world.start()
    api = here:client()
  end)
  teardown(function() here:stop() end)
  before_each(function() here:control("POST", "/reset") end)

  it("an answer gives status, code, ids, attempts, seconds and what became of it", function()
    local value, err = api.patients:create(record())
    assert.is_nil(value)
    assert.same({ "http", 409, "duplicate", "patients.create", 1, "rejected", false },
      { err.kind, err.status, err.code, err.operation, err.attempts, err.outcome, err.retryable })
    assert.truthy(err.hint:find("Look the record up", 1, true), err.hint)
    assert.truthy(err.request_id:find("^" .. UUID .. "$"))
    assert.equal("number", type(err.elapsed))
    assert.equal(409, err:response().status)
    assert.truthy(err:response().body:find("natural key", 1, true))
    assert.truthy(err:response().headers["content-type"]:find("json", 1, true))
  end)

  it("each answer has its hint", function()
    local function hint(part, _, err)
      assert.truthy(err.hint:find(part, 1, true), tostring(err))
      return err
    end
    local tiles = "Org > Attributes; Study > Attributes; Manage Sites > the site > Attributes"
    assert.equal("study_not_found", hint(tiles, api.patients:create(record { studyIdentifier = "NONE" })).code)
    assert.equal("site_not_found", hint(tiles, api:study("ONC-301"):site("9").patients:list()).code)
    hint("no such record", api.patients:get "none")
    hint("no such route", api:request { path = "/nowhere" })
    hint("check the catalog", api:request { method = "PATCH", path = "/studies" })
    hint("err:response().body", api:request { method = "POST", path = "/patients", body = "{" })
    hint("Content-Type", api:request { method = "POST", path = "/patients", body = "{}",
      headers = { ["Content-Type"] = "text/plain" } })
    here:fault { operation = "studies.list", kind = "redirect", location = "https://evil.invalid/", count = 1 }
    local err = hint("No redirect is followed", api.studies:list())
    assert.same({ "http", 302, "the server answered with a redirect" }, { err.kind, err.status, err.message })
    here:fault { operation = "patients.create", kind = "status", status = 500, count = 1 }
    err = hint("support@clinone.com", api.patients:create(record()))
    assert.same({ "unknown", false }, { err.outcome, err.retryable })
    assert.truthy(tostring(err):find("it may have been applied", 1, true))
    here:fault { operation = "studies.list", kind = "rate_limited", retry_after = 7200, count = 1 }
    err = hint("retry_after", api.studies:list())
    assert.same({ "rate_limited", 429, 7200, true, "rejected" },
      { err.kind, err.status, err.retry_after, err.retryable, err.outcome })
  end)

  it("an answer that cannot be read keeps what came", function()
    for kind, part in pairs { truncated_json = "byte offset", invalid_utf8 = "UTF-8" } do
      here:fault { operation = "studies.list", kind = kind, count = 1 }
      local _, err = api.studies:list()
      assert.same({ "json", 200, "unknown", true }, { err.kind, err.status, err.outcome, err.retryable })
      assert.truthy(err.message:find(part, 1, true), err.message)
      assert.truthy(#err:response().body > 10)
    end
    local _, err = here:client({ max_depth = 1 }).studies:list()
    assert.equal("too_large", err.kind)
    _, err = here:client({ max_body_bytes = 2000, retry = false }).patients:create(record {
      screeningNumber = "long", status = ("x"):rep(3000) })
    assert.same({ "too_large", "unknown", false }, { err.kind, err.outcome, err.retryable })
    assert.truthy(err.hint:find("max_body_bytes", 1, true))
  end)

  it("a lost answer to a write is unknown, and never sent again", function()
    here:fault { operation = "patients.create", kind = "lost_answer", count = 1 }
    local value, err = api.patients:create(record { screeningNumber = "lost" })
    assert.is_nil(value)
    assert.same({ "network", "unknown", false, 1 }, { err.kind, err.outcome, err.retryable, err.attempts })
    assert.equal(1, clinone.check(api.patients:list { screeningNumber = "lost" }).total)
  end)

  it("nothing that is shown holds a value, a token or a secret", function()
    local values = { "made-up-name", "1043-TEST-01", "1961-02-03", here.server.values.clientSecret, "eyJ" }
    local found = {}
    local function add(value, err)
      if value == nil then found[#found + 1] = err end
    end
    local patient = record { status = "made-up-name", consentDate = "1961-02-03" }
    add(api.patients:create(patient))
    add(api:request { method = "POST", path = "/patients", body = patient })
    add(api:request { method = "POST", path = "/patients", body = '{"status":"made-up-name",' })
    add(api:request { path = "/patients/1043-TEST-01", query = { name = "made-up-name" } })
    add(api.patients:get "1043-TEST-01")
    add(api.patients:create { studyIdentifier = "made-up-name" })
    add(api.patients:create(record { visits = { { note = "made-up-name\255" } } }))
    add(api.patients:create(record { visits = "made-up-name" }))
    add(api.patients:create(record { birthYear = "1961-02-03" }))
    add(api.patients:get { id = "made-up-name\n" })
    add(api.patients:list({}, { headers = { ["X-A"] = "made-up-name\n" } }))
    add(api:study("made-up-name").patients:create(patient))
    add(here:client({ dry_run = true }).patients:create(patient))
    for _, kind in ipairs { "truncated_json", "lost_answer", "invalid_utf8", "html", "cut" } do
      here:fault { operation = "patients.create", kind = kind, count = 1 }
      add(api.patients:create(record { screeningNumber = kind, status = "made-up-name", consentDate = "1961-02-03" }))
    end
    add(here:client({ client_id = "made-up-name" }).studies:list())
    assert.equal(18, #found) -- html is no failure: an answer that is no JSON is a string

    local function search(value, path)
      local text = tostring(value)
      for _, secret in ipairs(values) do assert.is_nil(text:find(secret, 1, true), path .. ": " .. text) end
      assert.is_nil(text:find "[\r\n]", path)
      if type(value) == "table" then
        for key, inner in pairs(value) do search(key, path) search(inner, path .. "." .. tostring(key)) end
      end
    end
    for i, err in ipairs(found) do
      search(err, i .. " " .. err.kind)
      search(("%q"):format(tostring(err)):gsub("\\\n", " "), i .. " quoted")
    end
  end)

  -- Plain assert(nil, table) and an uncaught table print no line on 5.1.
  it("uncaught, the whole line is on standard error on this Lua", function()
    local function uncaught(code)
      local result = process.run("local clinone = require 'clinone'\n" .. code,
        { CLINONE_ENVIRONMENT = here.server.environment })
      assert.equal(1, result.code)
      assert.equal("", result.stdout)
      return (result.stderr:match "^[^\n]*")
    end
    local line = uncaught [[
      local api = clinone.check(clinone.new { catalog = "builtin" })
      clinone.check(api.patients:get "none")
    ]]
    assert.truthy(line:find(":3: clinone: patients.get: not found [kind http, HTTP 404, code not_found, request ", 1,
      true), line)
    assert.truthy(line:find(" There is no such record, or no such route under base_url.", 1, true), line)
    line = uncaught [[
      local api = clinone.check(clinone.new { catalog = "builtin", client_secret = "wrong" })
      for _ in api.patients:each() do end
    ]]
    assert.truthy(line:find(":3: clinone: token: the client secret is wrong [kind auth, HTTP 400, code AADB2C90081", 1,
      true), line)
    assert.truthy(line:find("delete it in ClinOne", 1, true), line)
    line = uncaught [[clinone.check(clinone.new { base_url = "http://x", environment = "test" })]]
    assert.truthy(line:find(":2: clinone: base_url must begin with https://", 1, true), line)
    line = uncaught [[clinone.new { enviroment = "test" }]]
    assert.truthy(line:find(':2: clinone.new: unknown option enviroment (did you mean "environment"?)', 1, true), line)
  end)
end)

describe("without a server", function()
  it("each kind of failure before an answer has its own", function()
    local function failing(base_url, options)
      local given = { base_url = base_url, auth = clinone.auth.bearer "t", retry = false, timeout = 10 }
      for name, value in pairs(options or {}) do given[name] = value end
      return select(2, clinone.check(clinone.new(given)):request({ method = "POST", path = "/x", body = {} }))
    end
    local err = failing "https://127.0.0.1:1"
    assert.same({ "connect", "not_sent", true, 1 }, { err.kind, err.outcome, err.retryable, err.attempts })
    assert.truthy(err.hint:find("proxy", 1, true))
    assert.is_nil(err.status)
    err = failing("https://127.0.0.1:1", { retry = { attempts = 3, base = 0.001 } })
    assert.equal(3, err.attempts)
  end)
end)
