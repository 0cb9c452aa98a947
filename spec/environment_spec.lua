-- Environments: the published test one, Postman's files in all their shapes,
-- the vendor's page metadata, and what is no environment at all.

local clinone = require "clinone"
local environment = require "clinone.environment"
local process = require "spec.support.process"

-- Every document is one of ours; none of the vendor's values is in them.
local function load(text, name)
  local path = process.temporary(text)
  local settings, err = environment.load(path, name)
  os.remove(path)
  if not settings then err.message = err.message:gsub(path:gsub("%p", "%%%0"), "FILE") end
  return settings, err
end

local function values(list)
  return '{"name": "made up", "values": [' .. list .. '], "_postman_variable_scope": "environment"}'
end

local function entry(key, value, more)
  return ('{"key": "%s", "value": "%s"%s}'):format(key, value, more or "")
end

local function refused(text, name, ...)
  local settings, err = load(text, name)
  assert.is_nil(settings)
  assert.equal("config", err.kind)
  for _, part in ipairs { ... } do
    assert.truthy((err.message .. " " .. (err.hint or "")):find(part, 1, true), tostring(err))
  end
end

local function utf16(text, low_first)
  return (text:gsub(".", low_first and "%0\0" or "\0%0"))
end

describe("an environment file", function()
  it("gives base URL, token URL, scope, id and secret", function()
    assert.same({
      base_url = "https://b", token_url = "https://t", scope = "s", client_id = "i", client_secret = "x~+/=%",
    }, load(values(table.concat({
      entry("baseUrl", "https://b", ', "type": "default", "enabled": true'), entry("tokenUrl", "https://t"),
      entry("scope", "s"), entry("clientId", "i"), entry("clientSecret", "x~+/=%", ', "type": "secret"'),
    }, ","))))
  end)

  it("has its keys in any spelling", function()
    for setting, keys in pairs {
      base_url = { "baseUrl", "base_url", "BASE-URL", "BaseURL" },
      token_url = { "token_url", "accessTokenUrl", "Access-Token-URL" },
      scope = { "Scope", "SCOPE" },
      client_id = { "client_id", "CLIENT_KEY", "clientKey", "ClientID" },
      client_secret = { "client-secret", "CLIENTSECRET" },
    } do
      for _, key in ipairs(keys) do assert.same({ [setting] = "v" }, load(values(entry(key, "v")))) end
    end
    assert.same({}, load(values(entry("baseUrls", "v"))))
  end)

  it("may be UTF-8 with a mark, or UTF-16 as PowerShell writes it", function()
    local text = values(entry("scope", "s", ', "note": "x"'))
    assert.same({ scope = "s" }, load("\239\187\191" .. text))
    assert.same({ scope = "s" }, load("\255\254" .. utf16(text, true)))
    assert.same({ scope = "s" }, load(utf16(text, true)))
    assert.same({ scope = "s" }, load("\254\255" .. utf16(text, false)))
    -- U+00E9, U+20AC and U+1F600, the last as a surrogate pair.
    local odd = utf16('{"values": [{"key": "scope", "value": "', true)
      .. "\233\0\172\32\61\216\0\222" .. utf16('"}]}', true)
    assert.same({ scope = "\195\169\226\130\172\240\159\152\128" }, load(odd))
  end)

  it("leaves out what is disabled, and takes the last of equal keys", function()
    assert.same({ scope = "2" }, load(values(table.concat({
      entry("scope", "1"), entry("scope", "2", ', "enabled": null'), entry("scope", "3", ', "enabled": false'),
      entry("scope", "4", ', "disabled": true'), entry("baseUrl", "off", ', "enabled": false'),
    }, ","))))
    assert.same({ scope = "1" }, load(values(entry("Scope", "1") .. "," .. entry("scope", ""))))
  end)

  it("may hold null, numbers, booleans and nonsense", function()
    assert.same({ client_id = "7" }, load(values('{"key": "scope", "value": null}, {"key": "clientId", "value": 7}, '
      .. 'null, {"key": 3, "value": "x"}, {"value": "x"}, {"key": "baseUrl", "value": {}}, "x"')))
    assert.same({}, load(values ""))
  end)

  it("may hold templates, of templates", function()
    assert.same({ base_url = "https://test1.example.test/v5", scope = "{{unknown}}" }, load(values(table.concat({
      entry("baseUrl", "https://{{host}}/{{ver-sion}}"), entry("host", "{{name}}.example.test"),
      entry("name", "test1"), entry("ver-sion", "v5"), entry("scope", "{{unknown}}"),
    }, ","))))
    -- One that holds itself ends.
    assert.truthy(load(values(entry("scope", "{{scope}}x"))).scope:find("{{scope}}x", 1, true))
  end)

  it("may be wrapped as Postman's API answers it", function()
    assert.same({ scope = "s" }, load('{"environment": ' .. values(entry("scope", "s")) .. "}"))
  end)
end)

describe("the other values of an environment file", function()
  it("are handed out by name, resolved, without secrets", function()
    local path = process.temporary(values(table.concat({
      entry("APIURL", "https://{{host}}"), entry("host", "{{name}}.test"), entry("name", "a"), entry("empty", ""),
      entry("off", "x", ', "enabled": false'), entry("key", "made-up", ', "type": "secret"'),
      entry("apiKey", "made-up"), entry("hmac_SECRET_KEY", "made-up"), entry("mix", "{{key}}{{none}}"),
      '{"key": "number", "value": 7}',
    }, ",")))
    local _, found = environment.load(path)
    os.remove(path)
    assert.same({
      APIURL = "https://a.test", host = "a.test", name = "a", empty = "", mix = "{{key}}{{none}}", number = "7",
    }, found.plain)
    assert.same({ "made-up", "made-up" }, { found.lookup "key", found.lookup "apiKey" })
    assert.same({}, { found.lookup "empty", found.lookup "off", found.lookup "none" })
    assert.same({}, select(2, environment.load "test").plain)
  end)

  -- Two values that name each other twice grew to half a million copies.
  it("regression: never grow without end", function()
    local settings = assert(load(values(entry("scope", "{{b}}{{b}}") .. "," .. entry("b", "{{scope}}{{scope}}"))))
    assert.is_true(#settings.scope <= 65536)
  end)
end)

describe("several environments in one document", function()
  local metadata = ([[{"collection": {"name": "made up"}, "environments": [
    {"id": "1", "name": "Test 1", "values": [%s]}, {"id": "2", "name": "Test 2", "values": [%s]}]}]])
    :format(entry("baseUrl", "https://one"), entry("baseUrl", "https://two"))

  it("are told apart by name", function()
    assert.same({ base_url = "https://one" }, load(metadata, "Test 1"))
    assert.same({ base_url = "https://two" }, load(metadata, "Test 2"))
  end)

  it("need a name, and a right one", function()
    refused(metadata, nil, "FILE holds several environments (there are: Test 1, Test 2)", "environment_name",
      "CLINONE_ENVIRONMENT_NAME")
    refused(metadata, "Tset 1", 'FILE has no environment "Tset 1" (did you mean "Test 1"?)')
    refused('{"environments": []}', nil, "FILE holds no environment")
  end)

  it("need none when there is one", function()
    local only = '{"environments": [{"name": "only", "values": [' .. entry("scope", "s") .. "]}]}"
    assert.same({ scope = "s" }, load(only))
  end)

  it("clinone.new takes the option, or the variable", function()
    local path = process.temporary(metadata)
    local function base(options, variables)
      local result = process.run(([[
        local clinone = require "clinone"
        local options = %s
        options.auth, options.catalog = clinone.auth.bearer "x", "builtin"
        io.write(clinone.check(clinone.new(options)):explain("studies.list").url)
      ]]):format(options), variables)
      assert.equal("", result.stderr)
      return result.stdout
    end
    assert.equal("https://two/studies", base(("{environment = %q, environment_name = 'Test 2'}"):format(path)))
    assert.equal("https://one/studies", base("{}",
      { CLINONE_ENVIRONMENT = path, CLINONE_ENVIRONMENT_NAME = "Test 1" }))
    os.remove(path)
  end)
end)

describe("no environment", function()
  it("is said as it is", function()
    refused("garbage", nil, "the environment file FILE is no JSON")
    refused("", nil, "FILE is no JSON")
    refused('{"values": [}', nil, "FILE is no JSON")
    refused("[]", nil, "FILE is no Postman environment")
    refused('"text"', nil, "FILE is no Postman environment")
    refused('{"values": 7}', nil, "FILE is no Postman environment: it has no list `values`")
    refused('{"info": {"name": "x"}, "item": []}', nil, "FILE is a Postman collection, not an environment", "Export")
    refused('{"collection": {"info": {}, "item": []}}', nil, "FILE is no Postman environment")
  end)

  it("an unreadable file is named, with the way out", function()
    for _, path in ipairs { "/nowhere/e.json", "/", "tset" } do
      local api, err = clinone.new { environment = path }
      assert.is_nil(api)
      assert.equal("config", err.kind)
      assert.truthy(err.message:find("the environment file cannot be read: " .. path, 1, true), err.message)
      assert.truthy(err.hint:find('"test"', 1, true))
    end
  end)
end)

describe("hmac_CLIENT_KEY and hmac_SECRET_KEY", function()
  local keys = entry("baseUrl", "https://b.test") .. "," .. entry("tokenUrl", "https://t.test") .. ","
    .. entry("scope", "s") .. "," .. entry("hmacAuthHeader", "") .. "," .. entry("hmac_CLIENT_KEY", "made-up-key")
    .. "," .. entry("hmac_SECRET_KEY", "made-up-secret")

  local function client(list, options)
    options = options or {}
    options.environment, options.catalog = process.temporary(values(list)), "builtin"
    local api, err = clinone.new(options)
    os.remove(options.environment)
    return api, err
  end

  it("alone are taken as id and secret, and auth_status says so", function()
    local status = clinone.check(client(keys)):auth_status()
    assert.equal("client_credentials", status.mode)
    assert.equal("made-up-key", status.client_id)
    assert.equal("environment", status.sources.client_secret)
    assert.truthy(status.note:find("hmac_CLIENT_KEY and hmac_SECRET_KEY are used as the External Client's id", 1, true))
  end)

  it("are nothing beside an id or a secret from elsewhere", function()
    local api = clinone.check(client(keys .. "," .. entry("clientId", "i") .. "," .. entry("clientSecret", "s")))
    assert.equal("i", api:auth_status().client_id)
    assert.is_nil(api:auth_status().note)
    -- Regression: an id given as an option was paired with the hmac secret.
    local none, err = client(keys, { client_id = "i" })
    assert.is_nil(none)
    assert.equal("no client secret", err.message)
    api = clinone.check(client(keys, { client_id = "i", client_secret = "s" }))
    assert.is_nil(api:auth_status().note)
  end)

  it("are nothing beside another way of authentication, or when one is empty", function()
    local api = clinone.check(client(keys, { auth = clinone.auth.bearer "t" }))
    assert.is_nil(api:auth_status().note)
    local none, err = client((keys:gsub("made%-up%-secret", "")))
    assert.is_nil(none)
    assert.equal("no client id", err.message)
  end)
end)

describe("the names that a catalog gives to id and secret", function()
  local base = entry("baseUrl", "https://b.test") .. "," .. entry("tokenUrl", "https://t.test") .. ","
    .. entry("scope", "s") .. ","
  local named = entry("partnerId", "made-up-id") .. "," .. entry("partner Key", "made-up-secret", ', "type": "secret"')
  local hmac = entry("hmac_CLIENT_KEY", "hmac-id") .. "," .. entry("hmac_SECRET_KEY", "hmac-secret")

  local function client(list, options)
    options = options or {}
    options.environment = process.temporary(values(list))
    options.catalog = { catalog = 1, resources = {}, auth = {
      client_id_variable = "partnerId", client_secret_variable = "partner Key",
      token_url = "https://said.test/oauth2/v2.0/token", scope = "https://said.test/.default", place = "Folder / Token",
    } }
    local api, err = clinone.new(options)
    os.remove(options.environment)
    return api, err
  end

  it("serve where the usual keys are absent, before the hmac keys", function()
    local status = clinone.check(client(base .. hmac .. "," .. named)):auth_status()
    assert.same({ "made-up-id", "environment", "environment" },
      { status.client_id, status.sources.client_id, status.sources.client_secret })
    assert.is_nil(status.note)
    local usual = entry("clientId", "i") .. "," .. entry("clientSecret", "s") .. ","
    assert.equal("i", clinone.check(client(base .. usual .. named)):auth_status().client_id)
    assert.equal("hmac-id", clinone.check(client(base .. hmac)):auth_status().client_id)
  end)

  it("are nothing beside an id or a secret from elsewhere", function()
    assert.equal("no client secret", select(2, client(base .. named, { client_id = "i" })).message)
    local own = clinone.auth.client_credentials { client_id = "i", client_secret = "s" }
    assert.equal("i", clinone.check(client(base .. named, { auth = own })):auth_status().client_id)
  end)

  it("and its token URL and scope are offered, never taken", function()
    local _, err = client(entry("baseUrl", "https://b.test") .. "," .. named)
    assert.equal("no token_url", err.message)
    assert.truthy(err.hint:find('The vendor\'s collection (Folder / Token) says: set token_url = '
      .. '"https://said.test/oauth2/v2.0/token".', 1, true), err.hint)
    _, err = client(entry("baseUrl", "https://b.test") .. "," .. named, { token_url = "https://t.test" })
    assert.equal("no scope", err.message)
    assert.truthy(err.hint:find('says: set scope = "https://said.test/.default".', 1, true), err.hint)
    _, err = client((base:gsub(",$", "")))
    assert.equal("no client id", err.message)
    assert.truthy(err.hint:find("An environment file may have it as partnerId, too.", 1, true), err.hint)
  end)
end)
