-- The catalog's variables: their layers, templates in them, and where they
-- fill in: servers, base_url, parameters.

local clinone = require "clinone"
local process = require "spec.support.process"

-- Nothing listens there.
local BASE = "https://127.0.0.1:1"

local function options(more)
  local given = { base_url = BASE, auth = clinone.auth.bearer "made-up", retry = false }
  for name, value in pairs(more) do given[name] = value end
  if given.base_url == false then given.base_url = nil end
  return given
end

local function catalog(more)
  local document = { catalog = 1, inferred = true, resources = { things = { operations = {
    list = { method = "GET", path = "/{version}/things", params = {
      version = { ["in"] = "path", type = "string", required = true, variable = "version", default = "v1" },
      lang = { ["in"] = "query", variable = "lang" }, limit = { ["in"] = "query", default = 20 },
      tenant = { ["in"] = "header", name = "X-Tenant", default = "none" },
    } },
    update = { method = "PUT", path = "/{version}/things/{id}", params = {
      version = { ["in"] = "path", type = "string", required = true, variable = "version", default = "v1" },
      id = { ["in"] = { "path", "body" }, type = "string", required = true },
      count = { ["in"] = "body", type = "integer", variable = "count" }, open = { ["in"] = "body", default = true },
      flag = { ["in"] = "body", type = "boolean", variable = "flag" },
      price = { ["in"] = "body", type = "number", variable = "price" },
    } },
  } } }, variables = {
    version = { doc = "as in the path" }, lang = { value = "en" }, count = { value = "7" }, flag = { value = "true" },
    price = { value = "1.50" },
  } }
  for name, value in pairs(more or {}) do document[name] = value end
  return document
end

local function url(given, name, params)
  local api = clinone.check(clinone.new(options(given)))
  return (clinone.check(api:explain(name or "things.list", params)).url:gsub("^https?://[^/]+", ""))
end

local function environment(text)
  local path = process.temporary('{"values": [' .. text .. "]}")
  return path, function() os.remove(path) end
end

local function config_error(given, ...)
  local api, err = clinone.new(options(given))
  if api then
    api, err = api:explain(given.operation or "things.list")
  end
  assert.is_nil(api)
  assert.equal("config", err.kind)
  assert.equal("not_sent", err.outcome)
  for _, part in ipairs { ... } do
    assert.truthy(tostring(err):find(part, 1, true), part .. " in " .. tostring(err))
  end
  return err
end

describe("a parameter with a variable", function()
  it("takes it from the catalog, the environment, the option, the call: the last wins", function()
    local document = catalog()
    assert.equal("/v1/things?lang=en&limit=20", url { catalog = document })
    local path, remove = environment '{"key": "lang", "value": "fr"}, {"key": "version", "value": ""}'
    assert.equal("/v1/things?lang=fr&limit=20", url { catalog = document, environment = path })
    local both = { catalog = document, environment = path, variables = { lang = "de", version = 2 } }
    assert.equal("/2/things?lang=de&limit=20", url(both))
    assert.equal("/v9/things?lang=it&limit=0",
      url(both, "things.list", { version = "v9", lang = "it", limit = 0 }))
    remove()
  end)

  it("has it as the catalog's type, where that loses nothing", function()
    local api = clinone.check(clinone.new(options { catalog = catalog() }))
    local told = clinone.check(api:explain("things.update", "7"))
    assert.equal('{"count":7,"flag":true,"id":"7","open":true,"price":"1.50"}', told.body)
    local none, response = api:explain("things.update", { id = "7", count = clinone.null, open = false, price = 2 })
    assert.equal('{"count":null,"flag":true,"id":"7","open":false,"price":2}', none.body, response)
    -- A body that is given whole is given whole.
    assert.equal("[]", clinone.check(api:explain("things.update", { id = "7", body = clinone.array() })).body)
  end)

  -- A null that the record remembers is an answer, too.
  it("never replaces a null that came with the record", function()
    local native = require "clinone.native"
    local record = native.json.decode '{"id": "7", "count": null, "open": null, "price": null, "flag": null}'
    local api = clinone.check(clinone.new(options { catalog = catalog() }))
    assert.equal('{"count":null,"flag":null,"id":"7","open":null,"price":null}',
      clinone.check(api:explain("things.update", record)).body)
    assert.same({ id = "7" }, record)
  end)

  -- Postman writes such a value as it is; as a parameter it became %2F.
  it("of the path may be several segments", function()
    local document = catalog()
    assert.equal("/api/v1/things?lang=en&limit=20", url { catalog = document, variables = { version = "/api/v1/" } })
    assert.equal("/api/v1/things/7",
      url({ catalog = document, variables = { version = "api/v1" } }, "things.update", "7"))
    assert.equal("/a%2Fb/things?lang=en&limit=20",
      url({ catalog = document, variables = { version = "api/v1" } }, "things.list", { version = "a/b" }))
    for _, odd in ipairs { "../x", "a/../b", "a/b?c", "a/b#c", "/@b/c" } do
      local path = url({ catalog = document, variables = { version = odd } }, "things.list")
      assert.truthy(path:find("^/[^/?#]+/things%?") or path == "/@b/c/things?lang=en&limit=20", path)
    end
  end)

  it("that has no value is named, with the ways to set it", function()
    local document = catalog()
    document.resources.things.operations.list.params.version.default = nil
    local err = config_error({ catalog = document }, 'version: the variable "version" is not set',
      'variables = { ["version"] = "..." }', "environment file", "Or give version in the call")
    assert.equal("things.list", err.operation)
    assert.equal("/x/things?lang=en&limit=20", url({ catalog = document }, "things.list", { version = "x" }))
  end)

  it("may hold others, which are resolved, named when missing, and never for ever", function()
    local document = catalog()
    document.variables.version = { value = "{{major}}.{{minor}}" }
    document.variables.major = { value = "v{{number}}" }
    assert.equal("/v3.1/things?lang=en&limit=20",
      url { catalog = document, variables = { minor = "1", number = 3 } })
    config_error({ catalog = document, variables = { minor = "1" } },
      'the variable "number", which version needs, is not set')
    config_error({ catalog = document, variables = { minor = "{{version}}", number = 1 } },
      "the variables of version name each other in a circle")
    document.variables.major = { value = "{{$guid}}" }
    config_error({ catalog = document, variables = { minor = "1" } }, "$guid")
  end)
end)

describe("the option variables", function()
  it("takes names that the catalog has, and says what was meant", function()
    config_error({ catalog = catalog(), variables = { lnag = "de" } },
      'option variables: the catalog has no variable "lnag" (did you mean "lang"?)')
    config_error({ catalog = "builtin", variables = { lang = "de" } }, 'no variable "lang"')
  end)

  it("takes texts and numbers, and raises on anything else", function()
    for _, wrong in ipairs { { lang = true }, { lang = {} }, { "de" }, { lang = 0 / 0 }, { lang = 1 / 0 } } do
      local ok, message = pcall(clinone.new, options { catalog = catalog(), variables = wrong })
      assert.is_false(ok)
      assert.truthy(message:find("option variables must be", 1, true), message)
    end
    assert.equal("/v1/things?lang=1.5&limit=20", url { catalog = catalog(), variables = { lang = 1.5 } })
    assert.equal("/v1/things?lang=&limit=20", url { catalog = catalog(), variables = { lang = "" } })
  end)

  it("is copied", function()
    local given = options { catalog = catalog(), variables = { lang = "de" } }
    local api = clinone.check(clinone.new(given))
    given.variables.lang = "changed"
    assert.truthy(api:explain("things.list").url:find("lang=de", 1, true))
  end)
end)

describe("an environment file's secrets", function()
  it("are no values for requests; the option may say otherwise", function()
    local document = catalog()
    document.variables = { key = {}, mySecret = {}, lang = { value = "en" }, version = {} }
    document.resources.things.operations.list.params.lang.variable = "key"
    document.auth = { client_secret_variable = "mySecret" }
    local path, remove = environment(
      '{"key": "key", "value": "made-up-key", "type": "secret"}, {"key": "mySecret", "value": "made-up"}')
    -- To put it there was the advice, and there it was.
    local err = config_error({ catalog = document, environment = path }, 'the variable "key" is not set',
      "The environment file has key as a secret, which goes into no request by itself. Set the option variables")
    assert.is_nil(err.hint:find("or put", 1, true))
    assert.is_nil(tostring(err):find("made-up", 1, true))
    assert.equal("/v1/things?lang=k&limit=20",
      url { catalog = document, environment = path, variables = { key = "k" } })
    document.resources.things.operations.list.params.lang.variable = "mySecret"
    config_error({ catalog = document, environment = path }, 'the variable "mySecret" is not set', "as a secret")
    document.auth, document.variables.password = nil, {}
    document.resources.things.operations.list.params.lang.variable = "password"
    remove()
    path, remove = environment '{"key": "password", "value": "made-up"}'
    config_error({ catalog = document, environment = path }, 'the variable "password" is not set')
    remove()
  end)
end)

describe("base_url", function()
  local named = catalog { servers = { default = "{{APIURL}}" }, variables = { version = {}, lang = {} } }
  named.resources.things.operations.list.params.lang.variable = nil

  local function base(given)
    local api, err = clinone.new(options(given))
    assert(api, tostring(err))
    return api:explain("things.list").url:match "^(.-)/v1", api:auth_status().sources.base_url
  end

  it("comes from the variable that is the catalog's default server", function()
    assert.same({ "https://a.test/x", "option" },
      { base { base_url = false, catalog = named, variables = { APIURL = "https://a.test/x/" } } })
    local path, remove = environment(
      '{"key": "APIURL", "value": "https://{{host}}"}, {"key": "host", "value": "b.test"}')
    assert.same({ "https://b.test", "environment" }, { base { base_url = false, catalog = named, environment = path } })
    -- What is given one by one wins.
    assert.same({ "https://c.test", "option" }, { base { base_url = "https://c.test", catalog = named,
      environment = path, variables = { APIURL = "https://d.test" } } })
    assert.same({ "https://d.test", "option" }, { base { base_url = false, catalog = named, environment = path,
      variables = { APIURL = "https://d.test" } } })
    remove()
  end)

  it("comes from variables that name a part of its host", function()
    local document = catalog { servers = { default = "https://{{tenant}}.x.test:{{port}}/{{stage}}" } }
    document.variables.port, document.variables.stage = { value = "8443" }, { value = "v2" }
    config_error({ base_url = false, catalog = document }, "no base_url", 'the variable "tenant" is not set')
    assert.same({ "https://a.x.test:8443/v2", "option" },
      { base { base_url = false, catalog = document, variables = { tenant = "a" } } })
    local path, remove = environment '{"key": "tenant", "value": "b"}, {"key": "stage", "value": "v3"}'
    assert.same({ "https://b.x.test:8443/v3", "environment" },
      { base { base_url = false, catalog = document, environment = path } })
    assert.equal("https://c.test", (base { base_url = "https://c.test", catalog = document, environment = path }))
    remove()
    -- The host must be named, not just what stands after it.
    document.variables.tenant = { value = "catalogs-own" }
    config_error({ base_url = false, catalog = document, variables = { stage = "v3", port = 1 } },
      'The catalog\'s address is https://catalogs-own.x.test:1/v3: set base_url')
    -- As the value of a variable, too.
    document.servers = { default = "{{APIURL}}" }
    document.variables.APIURL = { value = "https://{{tenant}}.x.test/{{stage}}" }
    config_error({ base_url = false, catalog = document, variables = { stage = "v3" } }, "no base_url")
    assert.equal("https://d.x.test/v2", (base { base_url = false, catalog = document, variables = { tenant = "d" } }))
  end)

  it("never from the catalog's own value, which is said", function()
    local document = catalog { servers = { default = "{{APIURL}}" } }
    document.variables.APIURL = { value = "https://e.test" }
    config_error({ base_url = false, catalog = document },
      "no base_url", 'The catalog\'s address is https://e.test: set base_url = "https://e.test".')
    document.variables.APIURL = nil
    config_error({ base_url = false, catalog = document },
      'The catalog\'s address is {{APIURL}}, and the variable "APIURL" is not set.')
    document.servers = { default = "https://f.test/basic" }
    config_error({ base_url = false, catalog = document }, 'set base_url = "https://f.test/basic".')
  end)

  it("may hold variables itself", function()
    local path, remove = environment '{"key": "baseUrl", "value": "https://{{region}}.test"}'
    local document = catalog()
    document.variables.region = {}
    config_error({ base_url = false, catalog = document, environment = path }, 'base_url: the variable "region" is not')
    assert.equal("https://eu.test",
      (base { base_url = false, catalog = document, environment = path, variables = { region = "eu" } }))
    remove()
  end)

  it("by name is under the rules of a base URL", function()
    for text, part in pairs {
      ["http://a.test"] = "base_url", ["a.test"] = "base_url", ["https://u:p@a.test"] = "base_url",
      ["https://a.test?x=1"] = "base_url must not have a query",
    } do
      local err = config_error({ base_url = false, catalog = named, variables = { APIURL = text } }, part)
      assert.is_nil(tostring(err):find("u:p", 1, true))
    end
  end)

  -- A stray CLINONE_TOKEN_URL must not get this API's secret, nor a stray
  -- CLINONE_BASE_URL its records.
  it("by name never meets the token URL of another place", function()
    local file = process.temporary(require("clinone.native").json.encode(named))
    local script = ([[
      local clinone = require "clinone"
      local api, err = clinone.new { catalog = %q, client_id = "i", client_secret = "s", scope = "x", %s }
      io.write(api and api:explain("things.list").url or tostring(err))
    ]])
    local function said(more, variables) return process.run(script:format(file, more), variables).stdout end
    local variable = 'variables = { APIURL = "https://a.test" }'
    assert.truthy(said(variable, { CLINONE_TOKEN_URL = "https://t.test" }):find("CLINONE_TOKEN_URL is set", 1, true))
    assert.truthy(said('token_url = "https://t.test", ' .. variable, { CLINONE_BASE_URL = "https://stray.test" })
      :find("https://a.test/v1", 1, true))
    os.remove(file)
  end)
end)
