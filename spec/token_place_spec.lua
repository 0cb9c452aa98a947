-- Where a token may go: to base_url's scheme, host and port, once, and nowhere
-- else, whatever a path, a redirect or a header says.

local clinone = require "clinone"
local peer = require "spec.support.peer"

local server

describe("a token", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)
  before_each(function() server:forget() end)
  after_each(function() server:close_clients() end)

  it("arrives exactly once, on every kind of call", function()
    for _, http2 in ipairs { true, false } do
      local api = server:client { http2 = http2 }
      for _, method in ipairs { "GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE" } do
        server:forget()
        assert.is_truthy((api:request { method = method, path = "/well" }))
        local seen = server:requests()
        assert.equal(1, #seen)
        -- A table, were there two.
        assert.equal("Bearer made-up-token", seen[1].headers.authorization)
        assert.is_string(seen[1].headers["x-request-id"])
        assert.truthy(seen[1].headers["user-agent"]:find("^clinone/"))
        assert.equal("127.0.0.1:" .. server.ports.tls, seen[1].headers.host)
      end
      server:close_clients()
    end
  end)

  it("does not leave with a path that means another host, nor does anything else", function()
    local other = "127.0.0.1:" .. server.ports.other
    local paths = {
      "@" .. other .. "/well", "//" .. other .. "/well", "/\\" .. other .. "/well", "\\@" .. other .. "/well",
      "https://" .. other .. "/well", ":" .. server.ports.other .. "/well", "well", "", "?x", "#x", "/well#x",
      "/well\r\nHost: " .. other, "/well HTTP/1.1\r\nX: y", "/well\0", "/../well", "/a/%2e%2e/well", "/./well",
      " /well", "/we ll", "/well\t", "///" .. other .. "/well", "/;@" .. other .. "\\x", "/well?q=1",
    }
    local api = server:client()
    for _, path in ipairs(paths) do
      local value, err = api:request { path = path }
      assert.is_nil(value, path)
      assert.same({ "validation", "not_sent" }, { err.kind, err.outcome }, path)
    end
    assert.same({}, server:requests())
  end)

  it("stays with odd values: they arrive as values, on the same route", function()
    local catalog = {
      catalog = 1, resources = { things = { operations = {
        get = { method = "GET", path = "/well/{id}", params = {
          id = { ["in"] = "path", type = "string", required = true }, q = { ["in"] = "query", type = "string" },
        } },
      } } },
    }
    local api = server:client { catalog = catalog }
    local other = "@127.0.0.1:" .. server.ports.other
    for _, id in ipairs {
      other, "//" .. other, "a/b", "a?b=c", "a#b", "\\" .. other, "a b", "%2e%2e", "ä", "a;b", "a&b=c", "a:b", "...",
    } do
      server:forget()
      local value, err = api.things:get { id = id, q = id }
      if value then
        local seen = server:requests()
        assert.equal(1, #seen)
        assert.equal("tls", seen[1].port)
        assert.equal("/well/" .. id, seen[1].path)
        assert.equal(id, seen[1].args.q)
      else
        assert.same({ "validation", {} }, { err.kind, server:requests() }, id)
      end
    end
    for _, id in ipairs { "", ".", "..", "a\r\nb", "a\0b" } do
      local value, err = api.things:get { id = id }
      assert.is_nil(value)
      assert.same({ "validation", {} }, { err.kind, { server:requests()[2] } })
    end
  end)

  it("does not follow a redirect", function()
    for _, method in ipairs { "GET", "POST", "HEAD", "DELETE" } do
      local value, err = server:client():request {
        method = method, path = "/redirect", query = { status = "307", to = server.urls.other .. "/well" },
      }
      assert.is_nil(value)
      assert.equal("http", err.kind)
    end
    for _, seen in ipairs(server:requests()) do assert.equal("tls", seen.port) end
    assert.equal(4, #server:requests())
  end)

  it("is not joined, or replaced, by a script's header; other headers of a call's framing neither", function()
    for _, name in ipairs {
      "Authorization", "authorization", "AUTHORIZATION", "Host", "Content-Length", "Transfer-Encoding", "Connection",
      "Proxy-Authorization", "Expect", "TE", "Upgrade", "Authorization ", "X: y", "", "X\r\nAuthorization", "X Y",
    } do
      local headers = { [name] = "mine" }
      local api, err = clinone.new(server:options { headers = headers })
      assert.is_nil(api, name)
      assert.truthy(err.kind == "config" or err.kind == "validation", err.kind)
      api = server:client()
      local value
      value, err = api:request { path = "/well", headers = headers }
      assert.is_nil(value)
      assert.same({ "validation", "not_sent" }, { err.kind, err.outcome })
      value, err = api:request({ path = "/well" }, { headers = headers })
      assert.is_nil(value)
      assert.same({ "validation", "not_sent" }, { err.kind, err.outcome })
    end
    assert.same({}, server:requests())
  end)

  it("stands in one line: control characters are refused in every header's value", function()
    for _, value in ipairs { "a\r\nAuthorization: mine", "a\nb", "a\rb", "a\0b", "\1", "\127" } do
      local api, err = clinone.new(server:options { headers = { ["X-Note"] = value } })
      assert.is_nil(api)
      assert.truthy(err.kind == "config" or err.kind == "validation", err.kind)
      local answer
      answer, err = server:client():request({ path = "/well" }, { headers = { ["X-Note"] = value } })
      assert.is_nil(answer)
      assert.equal("validation", err.kind)
      answer, err = server:client { auth = clinone.auth.bearer("a" .. value) }:request { path = "/well" }
      assert.is_nil(answer)
      assert.same({ "auth", "not_sent" }, { err.kind, err.outcome })
      assert.is_nil(tostring(err):find("mine", 1, true))
    end
    assert.same({}, server:requests())
  end)

  it("of a bearer function is asked for again after a 401, once", function()
    local asked = 0
    local api = server:client { auth = clinone.auth.bearer(function()
      asked = asked + 1
      return "made-up-" .. asked
    end) }
    assert.equal("in", assert(api:request { path = "/members", query = { from = 2, n = "in" } }).nonce)
    assert.equal(2, asked)
    local value, err = api:request { path = "/members", query = { from = 99 } }
    assert.is_nil(value)
    assert.same({ "auth", 401, 3 }, { err.kind, err.status, asked })
  end)

  it("that is fixed is not asked for again", function()
    local value, err = server:client():request { path = "/members", query = { from = 2 } }
    assert.is_nil(value)
    assert.same({ "auth", 401, 1 }, { err.kind, err.status, err.attempts })
    assert.equal(1, #server:requests())
  end)
end)
