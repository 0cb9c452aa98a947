-- After a restart of the server every kept connection is dead. libcurl tries
-- at most five of them for one transfer; with more, a call failed although the
-- server was up ("Failed sending data to the peer"). Its own test whether a
-- connection lives is fooled by the unread goodbye of TLS.

local client = require "clinone.client"
local native = require "clinone.native"
local operations = require "clinone.operation"
local peer = require "spec.support.peer"
local request = require "clinone.request"

local server

-- Several calls under way at once leave as many kept connections.
local function open_connections(api, count)
  assert(api:request { path = "/well" }) -- there is a token from here on
  local core, calls = client.cores[api], {}
  for i = 1, count do
    local call = assert(request.build(core, operations.free("GET", "/slow"), { query = { seconds = "0.1" } }))
    assert.equal(native.action.attempt, (call:next()))
    assert(call:start())
    calls[i] = call
  end
  for _, call in ipairs(calls) do
    while not call:drive() do end -- luacheck: ignore
    assert.equal(native.action.done, (call:next()))
    call:finish()
  end
end

describe("a client whose kept connections are all dead", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)
  after_each(function() server:close_clients() end)

  for _, way in ipairs { "reload", "kill_worker" } do
    it("answers every GET after " .. way, function()
      local api = server:client { http2 = false }
      open_connections(api, 12)
      assert.equal(12, api:stats().connections_opened)
      server[way](server)
      server:forget()
      for i = 1, 6 do
        local value, response = api:request { path = "/well", query = { n = i } }
        assert.is_truthy(value, tostring(response))
        assert.equal(tostring(i), value.nonce)
      end
      assert.equal(6, #server:requests())
    end)

    it("never sends a POST twice after " .. way, function()
      local api = server:client { http2 = false }
      open_connections(api, 8)
      server[way](server)
      server:forget()
      local made = 0
      for i = 1, 9 do
        local value, err = api:request { method = "POST", path = "/well", query = { n = i }, body = {} }
        if value then
          made = made + 1
        else
          assert.same({ "network", "unknown" }, { err.kind, err.outcome })
        end
      end
      local seen, times = server:requests(), {}
      for _, one in ipairs(seen) do
        assert.is_nil(times[one.args.n])
        times[one.args.n] = true
      end
      assert.equal(made, #seen)
    end)
  end

  it("makes one POST after an idle close go through", function()
    local api = server:client { http2 = false }
    assert(api:request { path = "/well" })
    server:reload()
    local value, err = api:request { method = "POST", path = "/well", query = { n = "made" }, body = {} }
    assert.is_truthy(value, tostring(err))
    assert.equal("made", value.nonce)
  end)

  it("takes a fresh connection after a lost one, not the next that was kept", function()
    local api = server:client { http2 = false }
    open_connections(api, 8)
    server:forget()
    local value, response = api:request { path = "/drop_kept", query = { n = "fresh" } }
    assert.is_truthy(value, tostring(response))
    assert.same({ "fresh", 1, 2 }, { value.nonce, value.nth, response.attempts })
    assert.equal(2, #server:requests())
  end)

  it("goes on over HTTP/2", function()
    local api = server:client()
    for i = 1, 3 do
      assert.equal(tostring(i), assert(api:request { path = "/well", query = { n = i } }).nonce)
      server:reload()
    end
  end)
end)
