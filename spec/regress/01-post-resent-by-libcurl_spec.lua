-- libcurl sends a request again by itself, a POST too, when a kept connection
-- closes without an answer. Measured against a server that reads the request,
-- applies it and closes: the record was made twice. Here such a server counts
-- what arrives. Only calls that may be made twice are made twice, and by us.

local peer = require "spec.support.peer"

local server

local function warm_client(changes)
  local api = server:client(changes)
  assert(api:request { path = "/well" }) -- the connection that is kept
  server:forget()
  return api
end

local writes = {
  { method = "POST", body = { screeningNumber = "1042-0007" } },
  { method = "POST" },
  { method = "PATCH", body = { status = "enrolled" } },
  { method = "PATCH" },
  { method = "POST", body = ("x"):rep(300000) }, -- more than one write
}

local function name_of(call)
  local body = call.body
  return call.method .. (body == nil and " without a body" or type(body) == "string" and " of 300 kB" or " with a body")
end

describe("a request that is lost with its connection", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)
  after_each(function() server:close_clients() end)

  -- How the connection is lost: path, whether over HTTP/2 and HTTP/1.1.
  local ways = {
    { "a kept connection that closes (HTTP/1.1)", "/drop_kept", http2 = false },
    { "a server that dies (HTTP/1.1)", "/die", http2 = false },
    { "a server that dies (HTTP/2)", "/die", http2 = true },
    { "a stream that is reset (HTTP/2)", "/drop_first", http2 = true },
  }

  for _, way in ipairs(ways) do
    for _, write in ipairs(writes) do
      it(("reaches %s once: %s"):format(way[1], name_of(write)), function()
        local api = warm_client { http2 = way.http2 }
        local key = way[1] .. name_of(write)
        local value, err = api:request {
          method = write.method, path = way[2], query = { key = key }, body = write.body,
        }
        assert.is_nil(value)
        assert.equal("network", err.kind)
        assert.equal("unknown", err.outcome)
        assert.is_false(err.retryable)
        assert.equal(1, err.attempts)
        local seen = server:requests()
        assert.equal(1, #seen)
        assert.equal(write.method, seen[1].method)
        assert.truthy(tostring(err):find("it may have been applied", 1, true))
        -- Nothing comes later either, and the client goes on.
        assert.equal("after", assert(api:request { path = "/well", query = { n = "after" } }).nonce)
        assert.equal(2, #server:requests())
      end)
    end

    for _, method in ipairs { "GET", "PUT", "DELETE", "HEAD", "OPTIONS" } do
      it(("is made again, once, by %s after %s"):format(method, way[1]), function()
        local api = warm_client { http2 = way.http2 }
        local value, response = api:request {
          method = method, path = way[2], query = { n = "again", key = way[1] .. method },
          body = method == "PUT" and { a = 1 } or nil,
        }
        assert.is_truthy(value, tostring(response))
        if method ~= "HEAD" then assert.equal("again", value.nonce) end
        assert.equal(2, response.attempts)
        local seen = server:requests()
        assert.equal(2, #seen)
        assert.equal(seen[1].headers["x-request-id"], seen[2].headers["x-request-id"])
        assert.same({ seen[1].method, seen[1].body }, { seen[2].method, seen[2].body })
        if way[2] ~= "/drop_first" then assert.equal(1, seen[2].nth) end -- a fresh connection
      end)
    end
  end

  it("on a kept connection costs neither the retry budget nor a wait", function()
    for _, http2 in ipairs { false, true } do
      local waits = 0
      local api = warm_client {
        http2 = http2, retry = { base = 10, cap = 10, budget = { capacity = 0, refill = 0 } },
        on_event = function(event) if event.type == "wait" then waits = waits + 1 end end,
      }
      local query = { n = "revived", key = "budget" .. tostring(http2) }
      local value, response = api:request { path = "/die", query = query }
      assert.is_truthy(value, tostring(response))
      assert.equal("revived", value.nonce)
      assert.equal(0, waits)
      server:close_clients()
    end
  end)

  it("is not made again where retries are off", function()
    local api = warm_client { http2 = false, retry = false }
    local value, err = api:request { path = "/drop_kept" }
    assert.is_nil(value)
    assert.equal("network", err.kind)
    assert.is_true(err.retryable)
    assert.equal(1, #server:requests())
  end)

  it("on its first, fresh connection is no different", function()
    for _, method in ipairs { "GET", "POST", "PUT", "PATCH", "DELETE" } do
      for _, http2 in ipairs { false, true } do
        server:forget()
        local api = server:client { http2 = http2 }
        local value, response = api:request {
          method = method, path = "/drop_first", query = { n = "n", key = "fresh" .. method .. tostring(http2) },
        }
        local safe = method ~= "POST" and method ~= "PATCH"
        assert.equal(safe, value ~= nil)
        assert.equal(safe and 2 or 1, response.attempts)
        assert.equal(safe and 2 or 1, #server:requests())
        if not safe then assert.equal("unknown", response.outcome) end
      end
    end
  end)

  for _, http2 in ipairs { false, true } do
    for _, status in ipairs { 404, 410 } do
      it(("as a DELETE that was done, then %d, has succeeded (http2 = %s)"):format(status, tostring(http2)), function()
        local api = warm_client { http2 = http2 }
        local value, response = api:request {
          method = "DELETE", path = "/done_then_gone", query = { key = status .. tostring(http2), status = status },
        }
        assert.is_true(value)
        assert.is_true(response.recovered)
        assert.equal(2, response.attempts)
      end)
    end
  end

  it("makes no success of a DELETE whose first answer is 404", function()
    local value, err = warm_client():request { method = "DELETE", path = "/status", query = { status = "404" } }
    assert.is_nil(value)
    assert.same({ "http", 404, "rejected" }, { err.kind, err.status, err.outcome })
  end)

  it("stays unknown when a PUT is refused after a lost answer", function()
    local value, err = warm_client { http2 = false }:request {
      method = "PUT", path = "/done_then_gone", query = { key = "put", status = "409" }, body = {},
    }
    assert.is_nil(value)
    assert.same({ "http", 409, "unknown" }, { err.kind, err.status, err.outcome })
  end)
end)
