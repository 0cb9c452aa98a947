-- The ways to prove who is calling, as options: what they take, what they
-- refuse, and that none shows what it holds. (How HMAC signs is tested in C;
-- what a bearer does, in token_spec.)

local clinone = require "clinone"
local auth = clinone.auth

local function raises(part, fn, ...)
  local ok, message = pcall(fn, ...)
  assert.is_false(ok)
  assert.truthy(tostring(message):find(part, 1, true), tostring(message))
end

local function client(options)
  options.base_url, options.catalog = "https://127.0.0.1:1", "builtin"
  return clinone.new(options)
end

describe("clinone.auth.hmac", function()
  local function hmac(more)
    local given = { key = "made-up-key", secret = "made-up-secret" }
    for name, value in pairs(more or {}) do given[name] = value end
    return given
  end

  it("takes two keys, and a recipe where the default is not right", function()
    for _, recipe in ipairs {
      {}, { header = "X-Signature" }, { format = "hmac {key}:{signature}:{nonce}:{timestamp}" },
      { canonical = "{method}\n{host}{path}?{query}\n{timestamp}\n{body_sha256}" }, { encoding = "hex" },
      { encoding = "base64", timestamp = "iso" }, { timestamp = "unix" }, { canonical = "{url}{body}{nonce}{key}" },
    } do
      local api = clinone.check(client { auth = auth.hmac(hmac(recipe)) })
      assert.equal("hmac", api:auth_status().mode)
      assert.is_nil(api:scopes())
      assert.is_true(api:can "patients.create")
      assert.equal(0, api:stats().token_calls)
      assert.equal("connect", select(2, api.studies:list({}, { retry = false })).kind)
    end
  end)

  it("refuses what makes no sense", function()
    raises("clinone.auth.hmac takes a table", auth.hmac)
    raises("clinone.auth.hmac: key is missing", auth.hmac, { secret = "s" })
    raises("clinone.auth.hmac: secret is missing", auth.hmac, { key = "k", secret = "" })
    raises("clinone.auth.hmac: key must be a string", auth.hmac, { key = 7, secret = "s" })
    raises('clinone.auth.hmac: unknown key canonial (did you mean "canonical"?)', auth.hmac, hmac { canonial = "x" })
    raises('encoding is "base64" or "hex"', auth.hmac, hmac { encoding = "binary" })
    raises('timestamp is "unix" or "iso"', auth.hmac, hmac { timestamp = "now" })
    for name, recipe in pairs {
      unknown = { canonical = "{metod}" }, format = { format = "{body_sha}" },
      early = { canonical = "{signature}" }, header = { header = "X Signature" }, line = { header = "X: y\r\nZ" },
    } do
      local api, err = client { auth = auth.hmac(hmac(recipe)) }
      assert.is_nil(api, name)
      assert.equal("config", err.kind)
      assert.is_nil(tostring(err):find("made-up", 1, true))
    end
  end)

  it("needs no token URL, no id, no scope", function()
    assert.truthy(client { auth = auth.hmac(hmac()) })
  end)
end)

describe("clinone.auth.bearer", function()
  it("takes a token or a function", function()
    raises("clinone.auth.bearer takes a token or a function", auth.bearer)
    raises("clinone.auth.bearer takes a token or a function", auth.bearer, {})
    local api = clinone.check(client { auth = auth.bearer(function() error "not asked" end) })
    assert.same({ "bearer", "none" }, { api:auth_status().mode, api:auth_status().state })
  end)
end)

describe("clinone.auth.client_credentials", function()
  local all = { client_id = "i", client_secret = "s", token_url = "https://127.0.0.1:1/t", scope = "x" }

  it("beats the options; what it leaves out comes from them", function()
    local api = clinone.check(client { client_id = "other", client_secret = "o", auth = auth.client_credentials(all) })
    assert.same({ "i", "x", "https://127.0.0.1:1/t" },
      { api:auth_status().client_id, api:auth_status().scope, api:auth_status().token_url })
    assert.equal("auth", api:auth_status().sources.client_id)
    api = clinone.check(client { scope = "mine", token_url = all.token_url,
      auth = auth.client_credentials { client_id = "i", client_secret = "s" } })
    assert.equal("mine", api:auth_status().scope)
    local none, err = client { auth = auth.client_credentials {} }
    assert.is_nil(none)
    assert.equal("no client id", err.message)
  end)

  it("refuses unknown keys and wrong types", function()
    raises('unknown key clientId (did you mean "client_id"?)', auth.client_credentials, { clientId = "x" })
    raises("scope must be a string", auth.client_credentials, { scope = {} })
  end)
end)

it("shows nothing, and keeps its own copy", function()
  local given = { client_id = "i", client_secret = "made-up-secret", token_url = "https://127.0.0.1:1/t", scope = "x" }
  local way = auth.client_credentials(given)
  given.client_id = "changed"
  assert.equal("i", clinone.check(client { auth = way }):auth_status().client_id)
  for _, shown in ipairs { way, auth.bearer "made-up-token", auth.hmac { key = "k", secret = "made-up-secret" } } do
    assert.truthy(tostring(shown):find "^clinone%.auth%.%l")
    for _, value in pairs(shown) do assert.is_nil(tostring(value):find("made-up", 1, true)) end
  end
end)
