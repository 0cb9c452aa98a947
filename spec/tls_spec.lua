-- Whom the client talks to, and what it tells those that it does not trust:
-- nothing. The peer writes down every request that reaches it.

local child = require "spec.support.child"
local clinone = require "clinone"
local peer = require "spec.support.peer"
local system = require "clinone.core".system

local server

local function quote(value)
  return ("%q"):format(value)
end

describe("a server that cannot prove who it is", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)
  before_each(function() server:forget() end)
  after_each(function() server:close_clients() end)

  -- which, what of the client's options is different, what the hint must say
  local refused = {
    { "an expired certificate", { base = "expired" }, "has expired, or this machine's clock is wrong" },
    { "a certificate for another host", { base = "wrong_host" }, "check base_url" },
    { "a certificate by nobody known", { base = "self_signed" }, "ca_file" },
    { "a CA of its own, unknown to this machine", { ca_file = false }, "ca_file" },
    { "a CA other than ca_file's", { ca = "stranger" }, "ca_file" },
    { "TLS 1.1 and nothing newer", { base = "old_tls" }, "TLS 1.2" },
  }

  for _, case in ipairs(refused) do
    it("gets nothing: " .. case[1], function()
      local changes = { base_url = server.urls[case[2].base or "tls"], ca_file = case[2].ca_file }
      if case[2].ca then changes.ca_file = server.files[case[2].ca] end
      for _, method in ipairs { "GET", "POST" } do
        local value, err = server:client(changes):request { method = method, path = "/well" }
        assert.is_nil(value)
        assert.same({ "tls", "not_sent", false }, { err.kind, err.outcome, err.retryable })
        assert.truthy(err.hint:find(case[3], 1, true), err.hint)
        if case[2].base ~= "old_tls" then assert.equal(1, err.attempts) end
        assert.truthy(tostring(err):find(case[3], 1, true))
      end
      assert.same({}, server:requests())
    end)
  end

  it("gets no secret either, where it is the token endpoint", function()
    for _, base in ipairs { "expired", "wrong_host", "self_signed" } do
      local api = server:client {
        auth = false, client_id = "made-up-id", client_secret = "made-up-secret", scope = "s",
        token_url = server.urls[base] .. "/token?key=" .. base,
      }
      local value, err = api:request { path = "/well" }
      assert.is_nil(value)
      assert.same({ "tls", "token", "not_sent" }, { err.kind, err.operation, err.outcome })
      assert.same({}, server:requests())
    end
  end)

  it("is spoken to once ca_file names its CA", function()
    assert.equal("yes", assert(server:client():request { path = "/well", query = { n = "yes" } }).nonce)
  end)

  it("is spoken to with verify = false on loopback", function()
    for _, base in ipairs { "expired", "wrong_host", "self_signed", "tls" } do
      local api = server:client { base_url = server.urls[base], verify = false, ca_file = false }
      assert.equal("yes", assert(api:request { path = "/well", query = { n = "yes" } }).nonce)
    end
  end)

  it("is not trusted because another client trusts it", function()
    local careless = server:client { base_url = server.urls.self_signed, verify = false }
    assert(careless:request { path = "/well" })
    local value, err = server:client { base_url = server.urls.self_signed }:request { path = "/well" }
    assert.is_nil(value)
    assert.equal("tls", err.kind)
  end)
end)

describe("a certificate of the client's own", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)
  before_each(function() server:forget() end)
  after_each(function() server:close_clients() end)

  it("opens a server that demands one", function()
    local value, err = server:client { base_url = server.urls.client_cert }:request { path = "/well" }
    assert.is_nil(value)
    assert.equal("rejected", err.outcome)
    assert.same({}, server:requests())

    local api = server:client {
      base_url = server.urls.client_cert, client_cert = server.files.client_cert, client_key = server.files.client_key,
    }
    assert.equal("yes", assert(api:request { path = "/well", query = { n = "yes" } }).nonce)
    assert.equal("SUCCESS", server:requests()[1].client_verified)
  end)

  it("that cannot be read is a config error before anything is sent", function()
    for _, name in ipairs { "client_cert", "client_key", "ca_file" } do
      local api, err = clinone.new(server:options { [name] = server.directory .. "/nothing.pem" })
      assert.is_nil(api)
      assert.equal("config", err.kind)
      assert.truthy(err.message:find(name, 1, true))
    end
  end)

  it("or a CA file without sense is an error that names the file's option", function()
    for name, kind in pairs { ca_file = "ca_file", client_cert = "client_cert" } do
      local value, err = server:client { [name] = server.directory .. "/nginx.conf" }:request { path = "/well" }
      assert.is_nil(value)
      assert.same({ "tls", "not_sent", 1 }, { err.kind, err.outcome, err.attempts })
      assert.truthy(err.hint:find(kind, 1, true), err.hint)
    end
    assert.same({}, server:requests())
  end)
end)

describe("https at a port that speaks plain http", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)

  it("fails with a hint", function()
    local api = server:client { base_url = (server.urls.plain:gsub("http:", "https:")), retry = false }
    local value, err = api:request { path = "/well" }
    assert.is_nil(value)
    assert.same({ "tls", "not_sent" }, { err.kind, err.outcome })
    assert.truthy(err.hint:find("speaks no TLS", 1, true), tostring(err))
    assert.same({}, server:requests())
  end)
end)

describe("plain http", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)

  it("works on loopback, and is not proxied", function()
    local dead = "http://127.0.0.1:" .. system.free_port()
    local code = ([[
      local clinone = require "clinone"
      for _, url in ipairs { %s, %s, (string.gsub(%s, "127.0.0.1", "localhost")) } do
        local api = clinone.check(clinone.new { base_url = url, ca_file = %s, auth = clinone.auth.bearer "made-up" })
        print(clinone.check(api:request { path = "/well", query = { n = "direct" } }).nonce)
      end
      -- Neither is it where the option says so outright.
      local api = clinone.check(clinone.new { base_url = %s, proxy = os.getenv "http_proxy",
        auth = clinone.auth.bearer "made-up" })
      print(clinone.check(api:request { path = "/well", query = { n = "direct" } }).nonce)]]):format(
      quote(server.urls.plain), quote(server.urls.tls), quote(server.urls.plain), quote(server.files.ca),
      quote(server.urls.plain))
    local environment = {}
    for _, name in ipairs { "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" } do
      environment[name] = dead
    end
    local said, exit = child.run(code, environment)
    assert.same({ ("direct\n"):rep(4), 0 }, { said, exit })
  end)

  it("is refused everywhere else", function()
    for _, url in ipairs {
      "http://api.clinone.example", "http://128.0.0.1", "http://127.0.0.1.example", "http://localhost.example",
      "http://[::2]", "http://10.0.0.1", "http://0.0.0.0", "ftp://127.0.0.1", "file:///etc/passwd",
    } do
      for _, option in ipairs { "base_url", "token_url" } do
        local options = {
          base_url = server.urls.tls, token_url = server.urls.tls .. "/token", client_id = "i", client_secret = "s",
          scope = "s", catalog = "builtin",
        }
        options[option] = url
        local api, err = clinone.new(options)
        assert.is_nil(api, url)
        assert.equal("config", err.kind)
        assert.truthy(err.message:find(option, 1, true), err.message)
      end
    end
  end)

  it("reaches a proxy for any other host, and only as CONNECT", function()
    server:forget()
    local api = server:client {
      base_url = "https://api.clinone.example", proxy = server.urls.plain, retry = false,
    }
    local value, err = api:request { path = "/well", headers = { ["X-Patient"] = "1042-0007" } }
    assert.is_nil(value)
    assert.equal("not_sent", err.outcome)
    for _, seen in ipairs(server:requests()) do
      assert.equal("CONNECT", seen.method)
      assert.is_nil(seen.headers.authorization)
    end
    server:close_clients()
  end)
end)
