-- Time: one deadline over token, waits and attempts; limits for connecting and
-- for silence; what a server asks for with Retry-After; the retry budget. Bounds
-- are wide: a slow machine must not fail them, a missing limit must.

local clinone = require "clinone"
local peer = require "spec.support.peer"
local system = require "clinone.core".system

local server

-- Seconds that it took, and what it gave.
local function timed(run, ...)
  local start = system.clock()
  local value, second = run(...)
  return system.clock() - start, value, second
end

local function call(api, spec, options)
  return timed(function() return api:request(spec, options) end)
end

local function with_token(query, changes)
  local options = {
    auth = false, client_id = "made-up", client_secret = "made-up", scope = "s",
    token_url = server.urls.other .. "/token?" .. query,
  }
  for name, value in pairs(changes or {}) do options[name] = value end
  return server:client(options)
end

describe("the deadline of a call", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)
  before_each(function() server:forget() end)
  after_each(function()
    server:thaw()
    server:close_clients()
  end)

  it("covers the token and the call together", function()
    -- Either alone would be in time.
    local api = with_token("key=together&seconds=0.4", { timeout = 0.6 })
    local took, value, err = call(api, { path = "/slow", query = { seconds = "0.4" } })
    assert.is_nil(value)
    assert.equal("timeout", err.kind)
    assert.is_true(took > 0.5 and took < 2, took)
    assert.equal("request", err.operation)
    -- The token was had, and serves.
    assert.equal("n", assert(api:request { path = "/slow", query = { seconds = "0.4", n = "n" } }).nonce)
    assert.equal(1, api:stats().token_calls)
  end)

  it("covers a token endpoint that is too slow, under its name", function()
    local api = with_token("key=slow&seconds=3", { timeout = 0.3 })
    local took, value, err = call(api, { method = "POST", path = "/well" })
    assert.is_nil(value)
    assert.same({ "timeout", "token", "not_sent" }, { err.kind, err.operation, err.outcome })
    assert.is_true(took < 2, took)
    assert.equal(1, #server:await(1))
  end)

  it("covers waits and attempts", function()
    local api = server:client { retry = { attempts = 1000, base = 0.05, cap = 0.1 }, timeout = 0.5 }
    local took, value, err = call(api, { path = "/status", query = { status = "503" } })
    assert.is_nil(value)
    -- The deadline falls into a wait, or, on a busy machine, into an attempt.
    assert.is_true(err.kind == "http" and err.status == 503 or err.kind == "timeout", tostring(err))
    assert.is_true(err.attempts > 2)
    assert.is_true(#server:requests() <= err.attempts)
    assert.is_true(took < 2, took)
  end)

  it("ends an answer that drips for ever", function()
    local took, value, err = call(server:client { retry = false, timeout = 0.3 },
      { path = "/drip", query = { every = "0.02", count = "200" } })
    assert.is_nil(value)
    assert.equal("timeout", err.kind)
    assert.is_true(took < 2, took)
  end)

  it("can be the call's own, a number or a table", function()
    local api = server:client { retry = false }
    for _, timeout in ipairs { 0.25, { total = 0.25 } } do
      local took, value, err = call(api, { path = "/slow", query = { seconds = "3" } }, { timeout = timeout })
      assert.is_nil(value)
      assert.same({ "timeout", "unknown" }, { err.kind, err.outcome })
      assert.is_true(took > 0.2 and took < 2, took)
    end
    -- Only that call's.
    assert(api:request { path = "/slow", query = { seconds = "0.4" } })
  end)

  it("leaves a write that was under way unknown, and a read retryable", function()
    for method, retryable in pairs { POST = false, PATCH = false, PUT = true, GET = true, DELETE = true } do
      local _, value, err = call(server:client { retry = false }, { method = method, path = "/slow",
        query = { seconds = "1" } }, { timeout = 0.15 })
      assert.is_nil(value)
      assert.same({ "timeout", "unknown", retryable }, { err.kind, err.outcome, err.retryable })
    end
  end)
end)

describe("the limits within a call", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)
  before_each(function() server:forget() end)
  after_each(function()
    server:thaw()
    server:close_clients()
  end)

  it("end a handshake that nobody answers: connect", function()
    server:freeze()
    for _, method in ipairs { "GET", "POST" } do
      local api = server:client { timeout = { connect = 0.2, total = 20 }, retry = { attempts = 2, base = 0.001 } }
      local took, value, err = call(api, { method = method, path = "/well" })
      assert.is_nil(value)
      -- Nothing was written, so that a POST is tried again too.
      assert.same({ "timeout", "not_sent", true, 2 }, { err.kind, err.outcome, err.retryable, err.attempts })
      assert.is_true(took > 0.3 and took < 5, took)
      server:close_clients()
    end
  end)

  it("end a silence: idle", function()
    -- Before the answer; in the middle of one, libcurl's average over some five
    -- seconds has to fall first.
    local api = server:client { timeout = { idle = 1, total = 20 }, retry = false }
    local took, value, err = call(api, { path = "/slow", query = { seconds = "9" } })
    assert.is_nil(value)
    assert.same({ "timeout", "unknown" }, { err.kind, err.outcome })
    assert.is_true(took < 6, took)
    -- Slow is not silent.
    local slow = server:client { timeout = { idle = 1, total = 20 }, retry = false }
    assert.is_true((slow:request { path = "/drip", query = { every = "0.1", count = "14" } }))
  end)

  it("end silence on a kept connection whose server hangs", function()
    local api = server:client { http2 = false, timeout = { total = 0.4 }, retry = false }
    assert(api:request { path = "/well" })
    server:freeze()
    local took, value, err = call(api, { method = "POST", path = "/well" })
    assert.is_nil(value)
    assert.same({ "timeout", "unknown" }, { err.kind, err.outcome })
    assert.is_true(took < 3, took)
  end)
end)

describe("a server that asks for patience", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)
  before_each(function() server:forget() end)
  after_each(function() server:close_clients() end)

  it("beyond the deadline ends the call at once, which carries it", function()
    for _, method in ipairs { "GET", "POST" } do
      for _, row in ipairs { { 429, "rate_limited", "rejected" }, { 503, "http", "unknown" } } do
        local took, value, err = call(server:client(), {
          method = method, path = "/status", query = { status = row[1], retry_after = "3600" },
        })
        assert.is_nil(value)
        assert.same({ row[2], 3600, 1, row[3] }, { err.kind, err.retry_after, err.attempts, err.outcome })
        assert.is_true(took < 5, took)
      end
    end
  end)

  it("by a date is understood", function()
    local _, value, err = call(server:client(), {
      path = "/status", query = { status = "429", retry_after = "Wed, 21 Oct 2065 07:28:00 GMT" },
    })
    assert.is_nil(value)
    assert.equal(1, err.attempts)
    assert.is_true(err.retry_after >= 86400)
  end)

  it("for a second gets it, and a POST refused with 429 is made again", function()
    local waits = {}
    local api = server:client {
      on_event = function(event) if event.type == "wait" then waits[#waits + 1] = event end end,
    }
    local took, value, response = call(api, {
      method = "POST", path = "/status", body = {},
      query = { status = "429", retry_after = "1", times = "1", key = "patience", n = "at last" },
    })
    assert.equal("at last", value.nonce)
    assert.equal(2, response.attempts)
    assert.is_true(took > 0.9 and took < 10, took)
    assert.equal(1, #waits)
    assert.same({ "wait", "request", 429, 1 }, { waits[1].type, waits[1].operation, waits[1].status, waits[1].attempt })
    assert.is_true(waits[1].delay > 0.9 and waits[1].delay < 1.1)
  end)

  it("in vain, gets one attempt where retries are off", function()
    local api = server:client { retry = false }
    local value, err = api:request { path = "/status", query = { status = "429" } }
    assert.is_nil(value)
    assert.same({ "rate_limited", 1, "rejected", true }, { err.kind, err.attempts, err.outcome, err.retryable })
    local other = server:client()
    value, err = other:request({ path = "/status", query = { status = "503" } }, { retry = false })
    assert.is_nil(value)
    assert.equal(1, err.attempts)
    value, err = other:request({ path = "/status", query = { status = "503" } }, { retry = { attempts = 2 } })
    assert.is_nil(value)
    assert.equal(2, err.attempts)
    assert.equal(1 + 1 + 2, #server:requests())
    assert.same({ 2, 3, 1 }, { other:stats().calls, other:stats().attempts, other:stats().retries })
  end)
end)

describe("the retry budget", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)
  before_each(function() server:forget() end)
  after_each(function() server:close_clients() end)

  local function attempts(api, spec)
    local value, err = api:request(spec)
    assert.is_nil(value)
    assert.same({ "http", 503 }, { err.kind, err.status })
    return err.attempts
  end

  it("ends a call with its last error once it is empty, and fills with new calls", function()
    local api = server:client { retry = { attempts = 4, base = 0.001, budget = { capacity = 4, refill = 0.5 } } }
    local failing = { path = "/status", query = { status = "503" } }
    -- Full: 4, and three retries leave 1; 1.5 allows one; 1 allows one; 0.5 none.
    assert.same({ 4, 2, 2, 1 },
      { attempts(api, failing), attempts(api, failing), attempts(api, failing), attempts(api, failing) })
    assert.equal(9, #server:requests())
    for _ = 1, 3 do assert(api:request { path = "/well" }) end
    assert.equal(1 + 2, attempts(api, failing))
  end)

  it("is not touched by a 401 and its replay", function()
    local api = server:client {
      auth = false, client_id = "made-up", client_secret = "made-up", scope = "s",
      token_url = server.urls.other .. "/token?key=budget",
      retry = { base = 10, budget = { capacity = 0, refill = 0 } },
    }
    local value, response = api:request { path = "/members", query = { from = 2, n = "in" } }
    assert.equal("in", value.nonce)
    assert.equal(2, response.attempts)
  end)
end)

describe("events", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)
  after_each(function() server:close_clients() end)

  it("tell of every attempt and the result, and never of what was sent", function()
    local events = {}
    local api = server:client { auth = clinone.auth.bearer("made-up-secret"), retry = { base = 0.02, cap = 0.02 },
      on_event = function(event) events[#events + 1] = event end }
    local value, response = api:request {
      method = "PUT", path = "/status", body = { name = "Jane Roe" },
      query = { status = "503", times = "1", key = "events", who = "Jane Roe" },
    }
    assert.is_table(value)
    local types = {}
    for _, event in ipairs(events) do
      if event.type ~= "wait" then types[#types + 1] = event.type end
      for key, field in pairs(event) do
        local text = tostring(key) .. tostring(field)
        assert.is_nil(text:find("made-up-secret", 1, true))
        assert.is_nil(text:find("Jane", 1, true))
      end
      assert.equal(response.request_id, event.request_id)
    end
    assert.same({ "attempt", "attempt", "result" }, types)
    local last = events[#events]
    assert.same({ "request", 2, 200, "ok" }, { last.operation, last.attempt, last.status, last.outcome })
    assert.is_true(last.elapsed > 0)
  end)
end)
