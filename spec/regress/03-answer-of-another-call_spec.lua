-- A connection whose exchange was not completed was used again elsewhere
-- (lua-resty-http #138, stripe-ruby #1924), and the next caller read the answer
-- of the one before: another patient's record.

local peer = require "spec.support.peer"
local sandbox = require "spec.support.sandbox"

local server

local function nonce(api, n)
  local value, response = api:request { path = "/well", query = { n = n } }
  assert.is_truthy(value, tostring(response))
  return value.nonce, value.nth
end

describe("an answer that came too late", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)
  after_each(function() server:close_clients() end)

  for _, http2 in ipairs { false, true } do
    for _, how in ipairs { "stall", "slow" } do
      it(("is never another call's (%s, http2 = %s)"):format(how, tostring(http2)), function()
        local api = server:client { http2 = http2, retry = false }
        assert.equal("first", (nonce(api, "first")))
        local opened = api:stats().connections_opened
        local late = { path = "/" .. how, query = { seconds = "0.3", n = "late" } }
        local value, err = api:request(late, { timeout = 0.15 })
        assert.is_nil(value)
        assert.equal("timeout", err.kind)
        assert.equal("second", (nonce(api, "second"))) -- before the rest has come
        sandbox.sleep(0.3)
        for i = 1, 3 do assert.equal("n" .. i, (nonce(api, "n" .. i))) end -- and after
        -- On HTTP/2 only the stream was given up.
        assert.equal(http2 and opened or opened + 1, api:stats().connections_opened)
      end)
    end
  end

  it("is never another call's when it is too large", function()
    for _, http2 in ipairs { false, true } do
      local api = server:client { http2 = http2, max_body_bytes = 1000 }
      local value, err = api:request { path = "/big", query = { bytes = "100000" } }
      assert.is_nil(value)
      assert.equal("too_large", err.kind)
      assert.equal("after", (nonce(api, "after")))
    end
  end)

  it("is never another call's when more follows the end of the first", function()
    local api = server:client { http2 = false }
    assert.same({ 1, 2 }, (api:request { path = "/raw", query = { text = "spread", seconds = "1" } }))
    assert.equal("after", (nonce(api, "after")))
    assert.same({ 1, 2 }, (api:request { path = "/raw", query = { text = "late", seconds = "1" } }))
    sandbox.sleep(0.2)
    assert.equal("later", (nonce(api, "later")))
  end)
end)
