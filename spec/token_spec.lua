-- Tokens against the sandbox: every way in which the token endpoint says no,
-- answers oddly or tells the time wrongly; when a token is fetched, kept and
-- replaced; and that neither it nor the secret is ever shown.

local clinone = require "clinone"
local world = require "spec.support.world"

local here

-- The inside of a client, for what no clock of a test can wait for.
local function inside(api)
  return require("clinone.client").cores[api]
end

local function fails(options, ...)
  local api = here:client(options)
  local value, err = api.studies:list()
  assert.is_nil(value)
  assert.equal("auth", err.kind)
  assert.equal("token", err.operation)
  assert.equal("not_sent", err.outcome)
  for _, part in ipairs { ... } do
    assert.truthy(tostring(err):find(part, 1, true), part .. " in " .. tostring(err))
  end
  assert.equal(0, #here:log "studies.list")
  return err, api
end

describe("the token", function()
  setup(function() here = world.start() end)
  teardown(function() here:stop() end)
  before_each(function() here:reset() end)

  describe("endpoint's refusal", function()
    it("names B2C's code, the correlation id, the cause and the cure", function()
      local scope = here.server.values.scope
      for _, case in ipairs {
        { { client_secret = "wrong" }, "AADB2C90081", "the client secret is wrong", "delete it in ClinOne" },
        { { client_id = "nobody" }, "AADB2C90018", "the client id is not known to this tenant", "External Client" },
        { { scope = (scope:gsub("clinoneapi", "other")) }, "AADB2C90117", "the scope is not supported", ".default" },
        { { scope = "openid profile" }, "AADB2C90055", "the scope names no resource", "option scope" },
        { { scope = scope .. " https://x.y/z/.default" }, "AADB2C90146", "more than one resource", "option scope" },
      } do
        here:reset()
        local err = fails(case[1], case[2], case[3], case[4], "correlation id ")
        assert.equal(case[2], err.code)
        assert.equal(400, err.status)
        assert.truthy(err.correlation_id:find "^%x+%-%x+%-%x+%-%x+%-%x+$")
        assert.is_false(err.retryable)
        assert.truthy(err:response().body:find(err.correlation_id, 1, true))
      end
    end)

    it("is plain too where it is no JSON", function()
      local url = here.server.values.tokenUrl:gsub("b2c_1_signin_signup", "b2c_1_other")
      local err = fails({ token_url = url }, "the token endpoint does not exist (HTTP 404)", "tenant and policy")
      assert.same({ 404, nil, nil }, { err.status, err.code, err.correlation_id })
      here:fault { operation = "token", kind = "html_error", status = 502, count = 9 }
      err = fails({ retry = { base = 0.001, attempts = 2 } }, "the token service failed")
      assert.same({ 502, 2 }, { err.status, err.attempts })
      here:reset()
      here:fault { operation = "token", kind = "throttled", count = 9 }
      err = fails({ timeout = 20 }, "too many requests")
      assert.same({ 429, 60, true }, { err.status, err.retry_after, err.retryable })
    end)

    it("tells where the id came from, and is remembered for a while", function()
      local err, api = fails({ client_secret = "wrong" }, "client_id came from the environment")
      assert.equal(1, api:stats().token_calls)
      for _ = 1, 3 do
        local _, again = api.studies:list()
        assert.equal(err.code, again.code)
        assert.equal(err.correlation_id, again.correlation_id)
        assert.truthy(again:response())
      end
      assert.equal(1, api:stats().token_calls)
      assert.equal(1, #here:log "token")
      inside(api).tokens.refused_until = 0
      assert.equal("auth", select(2, api.studies:list()).kind)
      assert.equal(2, api:stats().token_calls)
    end)

    it("that passes is not remembered", function()
      here:fault { operation = "token", kind = "html_error", status = 400, count = 1 }
      local _, api = fails({}, "refused the request")
      clinone.check(api.studies:list())
    end)

    it("is kind auth whatever 2xx it answers without a usable token", function()
      for _, case in ipairs {
        { { kind = "html" }, "answered without a token" }, { { kind = "empty" }, "answered without a token" },
        { { kind = "truncated_json" }, "answered something that is no token" },
        { { kind = "invalid_utf8" }, "answered something that is no token" },
        { { kind = "expired_token" }, "a token that has already expired" },
        { { kind = "redirect", location = "https://elsewhere.invalid/" }, "answered with a redirect" },
      } do
        here:reset()
        case[1].operation = "token"
        here:fault(case[1])
        fails({ retry = false }, case[2])
      end
    end)
  end)

  describe("endpoint's answer", function()
    local function lives(fault, least, most)
      here:reset()
      if fault then
        fault.operation = "token"
        here:fault(fault)
      end
      local api = here:client()
      clinone.check(api.studies:list())
      local status = api:auth_status()
      assert.truthy(status.expires_in > least and status.expires_in <= most, tostring(status.expires_in))
      assert.equal("fresh", status.state)
      clinone.check(api.studies:list())
      assert.equal(1, #here:log "token")
      return api
    end

    it("may have numbers, strings, or expires_on only", function()
      lives(nil, 3000, 3600)
      lives({ kind = "string_numbers" }, 3000, 3600)
      lives({ kind = "expires_on_only" }, 3000, 3610)
    end)

    it("may come from a clock ten minutes off, either way", function()
      for _, skew in ipairs { 600, -600 } do
        lives({ kind = "clock", skew = skew }, 3000, 3610)
      end
    end)

    it("may be an opaque token: no scopes are known, nothing is refused", function()
      local api = lives({ kind = "opaque" }, 3000, 3600)
      assert.is_nil(api:scopes())
      assert.is_true(api:can "patients.create")
      assert.is_true(api:can "studies.get")
    end)
  end)

  describe("is fetched", function()
    it("when it is first needed, and then kept", function()
      local api = here:client()
      assert.equal("none", api:auth_status().state)
      assert.equal(0, #here:log())
      for _ = 1, 3 do clinone.check(api.studies:list()) end
      assert.equal(1, #here:log "token")
    end)

    it("again when it has expired", function()
      local api = here:client()
      clinone.check(api.studies:list())
      inside(api).tokens.store:set("gone", 0)
      assert.equal("expired", api:auth_status().state)
      clinone.check(api.studies:list())
      assert.equal(2, api:stats().token_calls)
      assert.same({ 200, 200 }, { here:log "studies.list" [1].status, here:log "studies.list" [2].status })
    end)

    it("ahead of its end; the old one serves while that fails", function()
      local events = {}
      local api = here:client { retry = false, on_event = function(e) events[#events + 1] = e end }
      clinone.check(api.studies:list())
      local store = inside(api).tokens.store
      store:postpone(0)
      assert.equal("aging", api:auth_status().state)
      here:fault { operation = "token", kind = "html_error", status = 500, count = 1 }
      events = {}
      clinone.check(api.studies:list())
      assert.same({ "refresh", "warning", "attempt", "result" },
        { events[1].type, events[2].type, events[3].type, events[4].type })
      assert.truthy(events[2].message:find("could not be refreshed ahead: the token service failed", 1, true))
      assert.equal("fresh", api:auth_status().state) -- asked again in a while
      store:postpone(0)
      clinone.check(api.studies:list())
      assert.same({ 3, "fresh", 2 },
        { api:stats().token_calls, api:auth_status().state, api:auth_status().generation })
    end)

    it("once after a 401, and the call is made once more", function()
      local api = here:client { retry = false }
      here:fault { operation = "patients.create", kind = "unauthorized", count = 1 }
      local _, response = clinone.check(api.patients:create {
        studyIdentifier = "ONC-301", siteIdentifier = "1042", screeningNumber = "T-401" })
      assert.equal(2, response.attempts)
      assert.equal(2, #here:log "token")
      here:fault { operation = "studies.list", kind = "unauthorized", count = 9 }
      local value, err = api.studies:list()
      assert.is_nil(value)
      assert.same({ "auth", 401, "invalid_token", 2, "rejected" },
        { err.kind, err.status, err.code, err.attempts, err.outcome })
      assert.truthy(err.hint:find("same environment", 1, true))
      assert.equal(2, #here:log "studies.list")
    end)
  end)

  describe("of a script", function()
    local function bearer()
      local lent = here:client()
      clinone.check(lent.studies:list())
      -- The token itself, which no way of ours gives away.
      local http = require "spec.support.http"
      local values = here.server.values
      local function escape(text) return (text:gsub("[^%w]", function(c) return ("%%%02X"):format(c:byte()) end)) end
      return require("cjson").decode(http.request {
        method = "POST", url = values.tokenUrl, ca_file = here.server.ca_file,
        headers = { ["Content-Type"] = "application/x-www-form-urlencoded" },
        body = ("grant_type=client_credentials&client_id=%s&client_secret=%s&scope=%s"):format(
          escape(values.clientId), escape(values.clientSecret), escape(values.scope)),
      }.body).access_token
    end

    local function with(auth) return here:client { auth = auth, retry = { base = 0.001 } } end

    it("may be a string", function()
      local api = with(clinone.auth.bearer(bearer()))
      clinone.check(api.studies:list())
      assert.same({ "bearer", "fresh" }, { api:auth_status().mode, api:auth_status().state })
      assert.equal("api.patient.manage", clinone.check(api:scopes())[1])
      local _, err = with(clinone.auth.bearer "made-up").studies:list()
      assert.same({ "auth", 401, 1 }, { err.kind, err.status, err.attempts })
    end)

    it("may be a function, asked once, and once more after a 401", function()
      local given, asked = bearer(), 0
      local api = with(clinone.auth.bearer(function()
        asked = asked + 1
        return asked == 1 and "stale" or given
      end))
      assert.equal(2, select(2, clinone.check(api.studies:list())).attempts)
      clinone.check(api.studies:list())
      assert.equal(2, asked)
    end)

    it("that is none is an error, and nothing is sent", function()
      here:control("DELETE", "/log")
      for _, case in ipairs {
        { function() return nil, "vault is sealed" end, "no token: vault is sealed" },
        { function() error "made-up-secret" end, "no token: the bearer function raised an error" },
        { function() return 7 end, "the bearer function gave no token (a string)" },
        { function() return "" end, "the token is empty" },
        { function() return "abc\n" end, "a line break at its end?" },
        { "Bearer abc", "no bearer token has" }, { "a\r\nX: y", "no bearer token has" },
      } do
        local value, err = with(clinone.auth.bearer(case[1])).studies:list()
        assert.is_nil(value)
        assert.same({ "auth", "token", "not_sent" }, { err.kind, err.operation, err.outcome })
        assert.truthy(err.message:find(case[2], 1, true), err.message)
        assert.is_nil(tostring(err):find("made-up-secret", 1, true))
      end
      assert.same({}, here:log())
    end)
  end)

  it("and the secret are found nowhere, by whoever dumps what a script holds", function()
    local api = here:client()
    local record, response = clinone.check(api.studies:list())
    local _, err = api.studies:get "none"
    local kept = { api, api:study "ONC-301", api.studies, record, response, response.headers, err, err:response(),
      api:auth_status(), api:stats(), api:explain("studies.list"), clinone.auth.bearer "made-up-token",
      clinone.auth.client_credentials { client_secret = here.server.values.clientSecret },
      clinone.auth.hmac { key = "k", secret = here.server.values.clientSecret } }
    local secrets = { here.server.values.clientSecret, "eyJ", "made-up-token", "Bearer e" }
    local seen = {}
    local function search(value, path)
      local text = type(value) == "string" and value or tostring(value)
      for _, secret in ipairs(secrets) do assert.is_nil(text:find(secret, 1, true), path) end
      if type(value) ~= "table" or seen[value] then return end
      seen[value] = true
      for key, inner in pairs(value) do
        search(key, path)
        search(inner, path .. "." .. tostring(key))
      end
      local meta = getmetatable(value)
      if type(meta) == "table" then search(meta, path .. "<meta>") end
    end
    search(kept, "kept")
    assert.has_error(function() search({ here.server.values.clientSecret }, "planted") end)
  end)
end)
