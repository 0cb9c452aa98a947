-- The options of clinone.new: the layers and which of them wins, and what is
-- refused.

local clinone = require "clinone"
local process = require "spec.support.process"

local BASE = "https://api.example.test"
local function complete(more)
  local options = {
    base_url = BASE, token_url = "https://login.example.test/t", scope = "https://x/.default",
    client_id = "made-up-id", client_secret = "made-up-secret", catalog = "builtin",
  }
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

local function config_error(options, ...)
  local api, err = clinone.new(options)
  assert.is_nil(api)
  assert.equal("config", err.kind)
  assert.equal("not_sent", err.outcome)
  for _, part in ipairs { ... } do
    assert.truthy((err.message .. " " .. (err.hint or "")):find(part, 1, true), part .. " in " .. tostring(err))
  end
  return err
end

local function raises(part, options)
  local ok, message = pcall(clinone.new, options)
  assert.is_false(ok)
  assert.truthy(message:find(part, 1, true), message)
end

-- What clinone.new makes of variables: `key=value` lines of the settings that
-- auth_status and explain show, or the error.
local SHOW = [[
  local clinone = require "clinone"
  local options = %s
  local api, err = clinone.new(options)
  if not api then print(err) return end
  local status = api:auth_status()
  local names = { "client_id", "token_url", "scope" }
  for _, name in ipairs(names) do print(name .. "=" .. tostring(status[name])) end
  local sources = {}
  for name, source in pairs(status.sources) do sources[#sources + 1] = "from " .. name .. "=" .. source end
  table.sort(sources)
  print(table.concat(sources, "\n"))
  print("note=" .. tostring(status.note))
  print("url=" .. clinone.check(api:explain("patients.list")).url)
  print("dry=" .. tostring(select(2, api:request { method = "POST", path = "/x" }).kind))
]]

local function show(options, variables)
  local result = process.run(SHOW:format(options or "nil"), variables)
  assert.equal("", result.stderr)
  return setmetatable({ text = result.stdout }, { __call = function(self, line)
    assert.truthy(("\n" .. self.text):find("\n" .. line .. "\n", 1, true), line .. " in\n" .. self.text)
  end })
end

local ALL = {
  CLINONE_BASE_URL = "https://127.0.0.1:1", CLINONE_TOKEN_URL = "https://127.0.0.1:1/t", CLINONE_SCOPE = "v/.default",
  CLINONE_CLIENT_ID = "v-id", CLINONE_CLIENT_SECRET = "v-secret", CLINONE_DRY_RUN = "1",
}

local function with(variables, more)
  local all = {}
  for name, value in pairs(variables) do all[name] = value end
  for name, value in pairs(more) do all[name] = value or nil end
  return all
end

describe("layers", function()
  local file

  setup(function()
    file = process.temporary [[{"values": [
      {"key": "baseUrl", "value": "https://127.0.0.1:2"}, {"key": "tokenUrl", "value": "https://127.0.0.1:2/t"},
      {"key": "scope", "value": "e/.default"}, {"key": "clientId", "value": "e-id"},
      {"key": "clientSecret", "value": "e-secret"}]}]]
  end)
  teardown(function() os.remove(file) end)

  it("defaults need an environment, or all that is in one", function()
    show(nil, {})('clinone: no base_url: where is the ClinOne API? [kind config] Say environment = "test", or set '
      .. "CLINONE_ENVIRONMENT (test, or the path of a Postman environment file), or give the option base_url.")
  end)

  it("variables serve where nothing else does", function()
    local shown = show(nil, ALL)
    shown "client_id=v-id"
    shown "token_url=https://127.0.0.1:1/t"
    shown "scope=v/.default"
    shown "from client_secret=variable"
    shown "url=https://127.0.0.1:1/patients"
    shown "dry=dry_run"
  end)

  it("an environment beats variables, but for id and secret", function()
    for _, shown in ipairs {
      show(("{ environment = %q }"):format(file), ALL), show(nil, with(ALL, { CLINONE_ENVIRONMENT = file })),
    } do
      shown "url=https://127.0.0.1:2/patients"
      shown "token_url=https://127.0.0.1:2/t"
      shown "scope=e/.default"
      shown "client_id=v-id"
      shown "from base_url=environment"
      shown "from client_id=variable"
    end
    local shown = show(("{ environment = %q }"):format(file), { CLINONE_CLIENT_ID = "" })
    shown "client_id=e-id"
    shown "from client_secret=environment"
    shown "dry=connect"
  end)

  it("the option environment beats the variable", function()
    show(("{ environment = %q }"):format(file), { CLINONE_ENVIRONMENT = "/nowhere" }) "scope=e/.default"
    show('{ environment = "test", catalog = "builtin", dry_run = true }',
      { CLINONE_ENVIRONMENT = file, CLINONE_CLIENT_ID = "i", CLINONE_CLIENT_SECRET = "s" })
      "url=https://test1api.clinone.com/patients"
  end)

  it("options beat everything", function()
    local shown = show(([[{ environment = %q, scope = "o/.default", client_id = "o-id", client_secret = "o-secret",
      base_url = "https://127.0.0.1:3", dry_run = false, timeout = 1, retry = false }]]):format(file), ALL)
    shown "url=https://127.0.0.1:3/patients"
    shown "token_url=https://127.0.0.1:2/t"
    shown "scope=o/.default"
    shown "client_id=o-id"
    shown "from base_url=option"
    shown "dry=connect"
  end)

  it("the test environment is the published one", function()
    local shown = show('{ environment = "test", catalog = "builtin", dry_run = true }',
      { CLINONE_CLIENT_ID = "i", CLINONE_CLIENT_SECRET = "s" })
    shown "url=https://test1api.clinone.com/patients"
    shown("token_url=https://clinoneb2cqa.b2clogin.com/clinoneb2cqa.onmicrosoft.com/b2c_1_signin_signup"
      .. "/oauth2/v2.0/token")
    shown "scope=https://clinoneb2cqa.onmicrosoft.com/clinoneapi/.default"
  end)

  -- Regression: a variable of no use failed the client.
  it("what the script gives is not asked of variables", function()
    show('{ client_secret = "o" }', with(ALL, { CLINONE_CLIENT_SECRET = false,
      CLINONE_CLIENT_SECRET_FILE = "/nowhere" })) "from client_secret=option"
    show('{ log = "error" }', with(ALL, { CLINONE_LOG = "loud" })) "client_id=v-id"
    show("nil", with(ALL, { CLINONE_LOG = "loud" }))
      'clinone: CLINONE_LOG cannot be "loud" (there are: debug, error, info) [kind config]'
  end)

  it("CLINONE_DRY_RUN takes no for an answer", function()
    for _, no in ipairs { "0", "false", "no", "FALSE", "" } do
      show("{ timeout = 1, retry = false }", with(ALL, { CLINONE_DRY_RUN = no })) "dry=connect"
    end
  end)

  it("a base URL from a variable and a token URL from elsewhere do not mix, either way", function()
    show('{ token_url = "https://127.0.0.1:9/t" }', with(ALL, { CLINONE_TOKEN_URL = false }))(
      "clinone: CLINONE_BASE_URL is set in the environment, but the token URL comes from elsewhere [kind config] "
      .. "Unset CLINONE_BASE_URL, or set both: a token must not go to a host that it was not asked for.")
    local other = show('{ base_url = "https://127.0.0.1:9" }', with(ALL, { CLINONE_BASE_URL = false }))
    assert.truthy(other.text:find("CLINONE_TOKEN_URL is set in the environment, but the base URL", 1, true))
    -- Regression: a token URL inside clinone.auth counted as no token URL.
    local inside = show('{ auth = clinone.auth.client_credentials { token_url = "https://127.0.0.1:9/t" } }',
      with(ALL, { CLINONE_TOKEN_URL = false }))
    assert.truthy(inside.text:find("CLINONE_BASE_URL is set in the environment", 1, true), inside.text)
  end)
end)

describe("id and secret", function()
  local function secret_file(text, expected)
    local path = process.temporary(text)
    local shown = show(nil, with(ALL, { CLINONE_CLIENT_SECRET = false, CLINONE_CLIENT_SECRET_FILE = path }))
    os.remove(path)
    shown(expected:gsub("PATH", path))
  end

  it("are asked for by name", function()
    config_error({ base_url = BASE, token_url = BASE, scope = "s" },
      "no client id", "CLINONE_CLIENT_ID", "client_id", "Add New External Client")
    config_error({ base_url = BASE, token_url = BASE, scope = "s", client_id = "i" },
      "no client secret", "CLINONE_CLIENT_SECRET_FILE", "client_secret")
    config_error({ base_url = BASE, client_id = "i", client_secret = "s", scope = "s" }, "token_url", '"test"')
    config_error({ base_url = BASE, client_id = "i", client_secret = "s", token_url = BASE }, "no scope", '"test"')
  end)

  it("the secret may stand in a file", function()
    secret_file("f-secret\r\n", "from client_secret=variable")
    secret_file("\n", "clinone: the secret file PATH is empty [kind config]")
    show(nil, with(ALL, { CLINONE_CLIENT_SECRET = false, CLINONE_CLIENT_SECRET_FILE = "/nowhere/s" }))
      "clinone: CLINONE_CLIENT_SECRET_FILE cannot be read: /nowhere/s: No such file or directory [kind config]"
    assert.truthy(show(nil, with(ALL, { CLINONE_CLIENT_SECRET = false, CLINONE_CLIENT_SECRET_FILE = "/" })).text
      :find("CLINONE_CLIENT_SECRET_FILE cannot be read", 1, true))
  end)
end)

describe("wrong use raises", function()
  it("an unknown option, with the one that was meant", function()
    raises('unknown option clientId (did you mean "client_id"?)', { clientId = "x" })
    raises('unknown option time_out (did you mean "timeout"?)', { time_out = 1 })
    raises("unknown option zzzzzzzz", { zzzzzzzz = 1 })
    raises("unknown option 1", { "test" })
    raises('unknown key timeout.totl (did you mean "total"?)', { timeout = { totl = 1 } })
    raises('unknown key retry.atempts (did you mean "attempts"?)', { retry = { atempts = 1 } })
    raises("unknown key budget.refil", { retry = { budget = { refil = 1 } } })
  end)

  it("a value of the wrong type, or out of range", function()
    raises("clinone.new takes a table", "test")
    raises("option base_url must be a string, not a number", { base_url = 1 })
    raises("option timeout must be a number or table, not a string", { timeout = "1" })
    raises("option catalog must be a string or table, not a boolean", { catalog = true })
    raises("option on_event must be a function", { on_event = {} })
    raises("option retry is false, or a table", { retry = true })
    raises("retry.budget must be a table", { retry = { budget = 1 } })
    raises('option null cannot be "nul" (did you mean "nil"?)', { null = "nul" })
    raises('option log cannot be "warn"', { log = "warn" })
    raises("option auth comes from clinone.auth", complete { auth = {} })
    raises("option headers must be a table of strings", complete { headers = { X = {} } })
    raises("option app must be one line of text", { app = "a\nb" })
    for _, bad in ipairs { 0 / 0, -1, 0, 1 / 0 } do
      raises("timeout", { timeout = bad })
      raises("timeout.total", { timeout = { total = bad } })
      raises("max_depth", { max_depth = bad })
      raises("max_body_bytes", { max_body_bytes = bad })
      raises("max_connections", { max_connections = bad })
    end
    raises("retry.attempts", { retry = { attempts = -1 } })
    raises("max_depth", { max_depth = 1001 })
  end)
end)

describe("refused before anything is sent", function()
  it("a base URL that could send a token astray", function()
    config_error(complete { base_url = "api.example.test" }, "base_url", "https://")
    config_error(complete { base_url = "https://" }, "base_url", "no host")
    config_error(complete { base_url = "ftp://x" }, "base_url")
    config_error(complete { base_url = "http://api.example.test" }, "base_url must begin with https://")
    config_error(complete { base_url = "https://u:p@api.example.test" }, "base_url", "user name or password")
    config_error(complete { base_url = BASE .. "?a=b" }, "base_url", "query")
    config_error(complete { base_url = BASE .. "#x" }, "base_url", "fragment")
    config_error(complete { base_url = BASE .. "/a b" }, "base_url")
    config_error(complete { base_url = BASE .. "\\@evil" }, "base_url")
    config_error(complete { base_url = "" }, "base_url")
    config_error(complete { token_url = "http://login.example.test/t" }, "token_url must begin with https://")
    config_error(complete { token_url = "https://u@login.example.test/t" }, "token_url", "user name")
    config_error(complete { token_url = "nowhere" }, "token_url")
    assert.truthy(clinone.new(complete { base_url = "http://127.0.0.1:8", token_url = "http://[::1]:9/t" }))
    local api = clinone.new(complete { base_url = BASE .. "/v1//" })
    assert.equal(BASE .. "/v1/studies", api:explain("studies.list").url)
  end)

  it("verify = false, but for loopback or said twice", function()
    config_error(complete { verify = false }, "verify = false", "ca_file", "allow_insecure")
    config_error(complete { verify = false, base_url = "https://localhost" }, "verify = false")
    assert.truthy(clinone.new(complete { verify = false, allow_insecure = true }))
    assert.truthy(clinone.new(complete { verify = false, base_url = "https://localhost",
      token_url = "https://127.0.0.1/t" }))
    assert.truthy(clinone.new(complete { verify = false, base_url = "https://localhost",
      auth = clinone.auth.bearer "x" }))
  end)

  it("files that cannot be read, header lines that cannot be sent", function()
    for _, name in ipairs { "ca_file", "client_cert", "client_key" } do
      config_error(complete { [name] = "/nowhere/x.pem" }, name .. " cannot be read", "/nowhere/x.pem")
    end
    config_error(complete { headers = { ["X-A"] = "b\r\nEvil: c" } }, "X-A")
    config_error(complete { headers = { ["X A"] = "b" } }, "header name")
  end)
end)
