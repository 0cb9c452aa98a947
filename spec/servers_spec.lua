-- Operations at a server of their own, and public ones: where they go, and
-- what goes with them. The peer's servers differ in the port, so they are
-- different places for a token.

local clinone = require "clinone"
local peer = require "spec.support.peer"

local unpack = table.unpack or unpack -- luacheck: ignore (5.1 has the second)

local there

setup(function() there = peer.start() end)
teardown(function() there:stop() end)
before_each(function() there:forget() end)
after_each(function() there:close_clients() end)

local function catalog(servers, more)
  local document = { catalog = 1, inferred = true, servers = servers, resources = { things = { group = "thing",
    operations = {
      plain = { method = "GET", path = "/well/plain" },
      open = { method = "GET", path = "/well/open", public = true },
      closed = { method = "GET", path = "/status/closed", public = true, params = { status = { ["in"] = "query" } } },
      away = { method = "GET", path = "/well/away", server = "away" },
      refused = { method = "GET", path = "/status/x", server = "away", params = { status = { ["in"] = "query" } } },
      put = { method = "PUT", path = "/well/put", server = "away" },
      too = { method = "GET", path = "/too", server = "too" },
    } } } }
  for name, value in pairs(more or {}) do document[name] = value end
  return document
end

local function client(servers, changes, more)
  changes = changes or {}
  changes.catalog = catalog(servers, more)
  return there:client(changes)
end

describe("an operation at another host", function()
  local secret_headers = { ["X-Api-Key"] = "made-up-key" }

  it("goes there without token, signature and the client's headers", function()
    for _, auth in ipairs {
      clinone.auth.bearer "made-up-token", clinone.auth.hmac { key = "made-up", secret = "made-up" },
    } do
      there:forget()
      local api = client({ away = there.urls.other .. "/" }, { auth = auth, headers = secret_headers, app = "spec/1" })
      clinone.check(api.things:away())
      clinone.check(api.things:put { field = "x" })
      clinone.check(api.things:plain())
      local away, put, home = unpack(there:requests())
      for _, request in ipairs { away, put } do
        assert.equal("other", request.port)
        for name, value in pairs(request.headers) do
          assert.is_nil(name:find "auth", name)
          assert.is_nil(value:find("made-up", 1, true), name)
        end
        assert.truthy(request.headers["user-agent"]:find("^spec/1 clinone/"))
      end
      assert.same({ "/well/away", '{"field":"x"}' }, { away.path, put.body })
      assert.same({ "tls", "made-up-key" }, { home.port, home.headers["x-api-key"] })
      assert.truthy(home.headers.authorization)
    end
  end)

  it("asks for no token, and needs no scope", function()
    local api = client({ away = there.urls.other }, { auth = clinone.auth.bearer(function() error "asked" end) })
    clinone.check(api.things:away())
    local told = clinone.check(api:explain "things.away")
    assert.same({ there.urls.other .. "/well/away" }, { told.url, told.scope })
    assert.is_nil(told.curl:find("Authorization", 1, true))
    local stats = api:stats()
    assert.same({ 2, 1, 0 }, { stats.calls, stats.attempts, stats.token_calls })
    assert.equal(1, stats.connections_opened)
  end)

  it("says so when it is refused there", function()
    local _, err = client { away = there.urls.other }.things:refused { status = 401 }
    assert.same({ "auth", 401, 1 }, { err.kind, err.status, err.attempts })
    assert.truthy(err.hint:find("at another host than base_url, where no token is ever sent", 1, true))
  end)

  -- A client certificate proves who is calling, too.
  it("gets no client certificate", function()
    local certificate = { client_cert = there.files.client_cert, client_key = there.files.client_key }
    local given = { base_url = there.urls.client_cert, headers = nil }
    for name, value in pairs(certificate) do given[name] = value end
    clinone.check(client({}, given).things:plain())
    assert.equal("SUCCESS", there:requests()[1].client_verified)
    there:forget()
    for name, value in pairs(certificate) do given[name] = value end
    given.base_url = nil
    local api = client({ away = there.urls.client_cert }, given)
    assert.is_nil((api.things:away()))
    for _, request in ipairs(there:requests()) do assert.are_not.equal("SUCCESS", request.client_verified) end
  end)

  it("is under the rules of a base URL", function()
    for text, part in pairs {
      ["http://a.test"] = "must begin with https", ["ftp://a.test"] = 'server "away" of the catalog',
      ["https://u:p@a.test"] = 'server "away"', ["https://a.test?q=1"] = "must not have a query", ["/v2"] = "server",
    } do
      local value, err = client { away = text }.things:away()
      assert.is_nil(value)
      assert.same({ "config", "not_sent", "things.away" }, { err.kind, err.outcome, err.operation })
      assert.truthy((err.message .. (err.hint or "")):find(part, 1, true), tostring(err))
      assert.is_nil(tostring(err):find("u:p", 1, true))
    end
    local _, err = client({ away = "https://a.test" }, { verify = false }).things:away()
    assert.truthy(tostring(err):find("verify = false", 1, true))
    assert.same({}, there:requests())
  end)

  -- Several such hosts share connections without the client's certificate,
  -- which were counted for each of the hosts.
  it("regression: is counted once", function()
    local api = client({ away = there.urls.other, too = there.urls.other .. "/well" },
      { client_cert = there.files.client_cert, client_key = there.files.client_key })
    clinone.check(api.things:away())
    clinone.check(api.things:too())
    assert.equal(1, api:stats().connections_opened)
  end)

  it("ends with its client", function()
    local api = client { away = there.urls.other }
    local things = api.things
    clinone.check(things:away())
    api:close()
    assert.equal(1, api:stats().connections_opened)
    assert.has_error(function() things:away() end)
    assert.has_error(function() things:put {} end)
  end)
end)

describe("an operation elsewhere at base_url's host", function()
  it("has the token, and a path of its own", function()
    local api = client({ default = "{{base}}", away = "{{base}}/well/v2" }, { headers = { ["X-Own"] = "1" } })
    clinone.check(api.things:away())
    local request = there:requests()[1]
    assert.same({ "tls", "/well/v2/well/away", "Bearer made-up-token", "1" },
      { request.port, request.path, request.headers.authorization, request.headers["x-own"] })
    assert.same({ "api.thing.delete", "api.thing.manage", "api.thing.read", "api.thing.write" },
      api:explain("things.away").scope)
  end)

  it("with base_url given, the default server counts for nothing", function()
    local api = client { default = "https://elsewhere.test/basic" }
    assert.equal(there.urls.tls .. "/well/plain", api:explain("things.plain").url)
    api = client({ away = there.urls.tls }, { base_url = there.urls.tls .. "/well" })
    assert.equal(there.urls.tls .. "/well/away", api:explain("things.away").url)
  end)
end)

describe("the path / alone", function()
  local function hooks(value)
    local more = { variables = { hook = { value = value } } }
    local document = catalog({ hook = "{{hook}}" }, more)
    local operations = document.resources.things.operations
    operations.root = { method = "GET", path = "/", params = { a = { ["in"] = "query" } } }
    operations.hook = { method = "GET", path = "/", server = "hook", params = { a = { ["in"] = "query" } } }
    return document
  end

  it("is the server's own address, without a slash after its path", function()
    local base = there.urls.other .. "/well/T/B"
    local api = there:client { catalog = hooks(base), base_url = there.urls.tls .. "/well/v1" }
    clinone.check(api.things:hook())
    clinone.check(api.things:root())
    local paths = {}
    for i, request in ipairs(there:requests()) do paths[i] = request.port .. request.path end
    assert.same({ "other/well/T/B", "tls/well/v1" }, paths)
    assert.equal(base .. "?a=1", api:explain("things.hook", { a = "1" }).url)
    api = there:client { catalog = hooks(there.urls.other .. "/") }
    assert.equal(there.urls.other .. "/", api:explain("things.hook").url)
    assert.equal(there.urls.tls .. "/", api:explain("things.root").url)
  end)

  it("does not take a query from the address, and says what to do", function()
    local _, err = there:client { catalog = hooks(there.urls.other .. "/b?X-Sign=s3cret") }.things:hook()
    assert.equal("config", err.kind)
    assert.truthy(tostring(err):find("must not have a query", 1, true))
    assert.truthy(err.hint:find("Set it without its query, and give that in the call: query = { ... }.", 1, true))
    assert.is_nil(tostring(err):find("s3cret", 1, true))
  end)
end)

describe("an Accept of the catalog", function()
  it("is sent in the place of ours", function()
    local document = catalog {}
    document.resources.things.operations.plain.params = {
      Accept = { ["in"] = "header", type = "string", default = "application/fhir+json" },
    }
    clinone.check(there:client { catalog = document }.things:plain())
    assert.equal("application/fhir+json", there:requests()[1].headers.accept)
  end)
end)

describe("a server of variables", function()
  it("is resolved at first use; what is missing is named", function()
    local more = { variables = { host = {}, port = { value = there.urls.other:match "%d+$" } } }
    local api = client({ away = "https://{{host}}:{{port}}" }, { variables = { host = "127.0.0.1" } }, more)
    clinone.check(api.things:away())
    assert.equal("other", there:requests()[1].port)
    api = client({ away = "https://{{host}}:{{port}}" }, {}, more)
    clinone.check(api.things:plain())
    for _ = 1, 2 do
      local value, err = api.things:away()
      assert.is_nil(value)
      assert.same({ "config", 'server "away" of the catalog: the variable "host" is not set', "not_sent" },
        { err.kind, err.message, err.outcome })
      assert.truthy(err.hint:find('variables = { ["host"] = "..." }', 1, true))
    end
    assert.equal("config", select(2, api:explain "things.away").kind)
    local _, err = client({}, {}).things:away()
    assert.equal('the catalog has no server "away"', err.message)
  end)
end)

describe("a public operation", function()
  it("goes out without a token, and waits for none", function()
    local api = client({}, { auth = clinone.auth.bearer(function() return nil end), headers = { ["X-Own"] = "1" } })
    clinone.check(api.things:open())
    local request = there:requests()[1]
    assert.same({ nil, "1", "tls" }, { request.headers.authorization, request.headers["x-own"], request.port })
    assert.equal("auth", select(2, api.things:plain()).kind)
    local told = clinone.check(api:explain "things.open")
    assert.is_nil(told.scope)
    assert.is_nil(told.curl:find("Authorization", 1, true))
  end)

  it("says so when the server wants one", function()
    local _, err = client {}.things:closed { status = 403 }
    assert.same({ "http", 403 }, { err.kind, err.status })
    assert.truthy(err.hint:find("this operation is public, so it was sent without a token", 1, true))
  end)
end)
