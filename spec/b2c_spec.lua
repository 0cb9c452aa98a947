-- Azure AD B2C's answers, read one by one: codes, odd shapes, lifetimes. No
-- server: the answers are put together after Microsoft's pages.

local b2c = require "clinone.b2c"

local function answer(status, body, headers)
  return { status = status, body = body, headers = headers or {}, request_id = "r" }
end

local function refusal(code, name, text)
  return answer(400, ('{"error":"%s","error_description":"%s: %s\\r\\nCorrelation ID: 1b2c-3d\\r\\n'
    .. 'Timestamp: 2022-02-18 08:18:12Z\\r\\n"}'):format(name, code, text or "made up"))
end

describe("a refusal of B2C", function()
  it("is told by its code: what it means, what cures it, whether it lasts", function()
    for code, case in pairs {
      AADB2C90081 = { "the client secret is wrong", "create a new one", true },
      AADB2C90079 = { "the client secret is missing", "create a new one", true },
      AADB2C90018 = { "the client id is not known", "client_id", true },
      AADB2C90068 = { "not registered for this tenant", "client_id", true },
      AADB2C90092 = { "disabled", "client_id", true },
      AADB2C90285 = { "not known", "client_id", true },
      AADB2C90008 = { "no client id", "client_id", true },
      AADB2C90010 = { "no scope", "/.default", true },
      AADB2C90055 = { "names no resource", "/.default", true },
      AADB2C90117 = { "scope is not supported", "/.default", true },
      AADB2C90012 = { "scope is not supported", "/.default", true },
      AADB2C90146 = { "more than one resource", "/.default", true },
      AADB2C90205 = { "no permission for this scope", "CO-1619 and CO-1150", true },
      AADB2C90022 = { "policy or tenant", "token_url", false },
      AADB2C90035 = { "temporarily unavailable", "some minutes", false },
      AADB2C90244 = { "too many requests", "token_cache", false },
      AADB2C90229 = { "too many requests", "token_cache", false },
      AADB2C90085 = { "failed, or the client may not use client credentials", "support@clinone.com", false },
      AADB2C90086 = { "does not know client credentials", "token_url", false },
    } do
      local err, lasting = b2c.failure(refusal(code, "invalid_request"))
      assert.same({ "auth", "token", code, "1b2c-3d", 400, "rejected" },
        { err.kind, err.operation, err.code, err.correlation_id, err.status, err.outcome })
      assert.truthy(err.message:find(case[1], 1, true), err.message)
      assert.truthy(err.hint:find(case[2], 1, true), err.hint)
      assert.equal(case[3], lasting, code)
    end
  end)

  it("with a code nobody knows is told by OAuth's error, else by the status", function()
    local function told(response) return (b2c.failure(response).message) end
    assert.equal("the client id or the client secret is wrong", told(refusal("AADB2C99999", "invalid_client")))
    assert.equal("the scope is not supported here", told(answer(400, '{"error":"invalid_scope"}')))
    assert.equal("the client may not ask for tokens here", told(answer(400, '{"error":"unauthorized_client"}')))
    assert.equal("invalid_scope", b2c.failure(answer(400, '{"error":"invalid_scope"}')).code)
    assert.equal("the token endpoint refused the request", told(answer(400, '{"error":"new one!"}')))
    assert.is_nil(b2c.failure(answer(400, '{"error":"new one!"}')).code)
    assert.equal("the token endpoint refused the request", told(answer(418, "")))
    assert.equal("the token endpoint does not exist (HTTP 404)", told(answer(404, "<html>")))
    assert.equal("the token service failed", told(answer(503, "upstream")))
    assert.equal("the token endpoint answered with a redirect", told(answer(302, "")))
    assert.equal("the token service has too many requests", told(answer(429, "Too Many Requests")))
    for _, body in ipairs { "[]", "7", "null", '{"error":{"a":1},"error_description":7}', "\255" } do
      assert.equal("auth", b2c.failure(answer(400, body)).kind)
    end
  end)

  -- A proxy may echo the request, secret and all.
  it("is never repeated in its own words", function()
    local err = b2c.failure(refusal("AADB2C90081", "invalid_client", "secret=made-up-secret"))
    for _, value in pairs(err) do assert.is_nil(tostring(value):find("made-up-secret", 1, true)) end
    assert.is_nil(tostring(err):find("made-up-secret", 1, true))
    assert.truthy(err:response().body:find("made-up-secret", 1, true))
  end)
end)

describe("a token of B2C", function()
  local function read(body, date)
    return b2c.token(body, answer(200, "", { date = date }))
  end

  it("lives as long as the answer says, in any of its ways", function()
    local date, now = "Fri, 18 Feb 2022 08:18:12 GMT", 1645172292
    local function life(body)
      body.access_token = "opaque"
      return read(body, date).lifetime
    end
    assert.equal(3600, life { expires_in = 3600, expires_on = now + 3600 })
    assert.equal(3600, life { expires_in = "3600", expires_on = tostring(now + 3600) })
    assert.equal(600, life { expires_on = now + 600 })
    assert.equal(600, life { expires_on = tostring(now + 600) })
    assert.is_nil(life {})
    assert.is_nil(life { expires_in = "soon" })
  end)

  it("that is unusable is said to be so", function()
    for _, case in ipairs {
      { true, "without a token" }, { "text", "without a token" }, { {}, "without access_token" },
      { { access_token = "" }, "without access_token" }, { { access_token = 7 }, "without access_token" },
      { { access_token = "a", token_type = "mac" }, "not of type Bearer" },
      { { access_token = "a", expires_in = 0 }, "already expired" },
      { { access_token = "a", expires_in = "-5" }, "already expired" },
    } do
      local token, err = read(case[1])
      assert.is_nil(token)
      assert.same({ "auth", "rejected" }, { err.kind, err.outcome })
      assert.truthy(err.message:find(case[2], 1, true), err.message)
    end
    assert.equal("a", read({ access_token = "a", token_type = "bearer" }).value)
  end)
end)
