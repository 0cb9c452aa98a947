-- What clients share and when it goes: connections, tokens, the memory behind
-- them; how a client ends.

local child = require "spec.support.child"
local clinone = require "clinone"
local peer = require "spec.support.peer"
local shared = require "clinone.shared"
local sockets = require "spec.support.sockets"
local system = require "clinone.core".system

local server

-- Of this process, to the peer.
local function connections()
  return sockets.count(system.process_id(), { server.ports.tls })
end

local function collect()
  for _ = 1, 3 do collectgarbage() end
end

describe("connections", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)
  before_each(function() server:forget() end)
  after_each(function() server:close_clients() end)

  it("are HTTP/2, or HTTP/1.1 with http2 = false, and used again", function()
    for protocol, http2 in pairs { ["HTTP/2.0"] = true, ["HTTP/1.1"] = false } do
      local api = server:client { http2 = http2 }
      server:forget()
      for i = 1, 5 do
        local value = assert(api:request { method = i % 2 == 0 and "POST" or "GET", path = "/well" })
        assert.equal(protocol, value.protocol)
        assert.equal(i, value.nth)
      end
      for _, seen in ipairs(server:requests()) do assert.equal(protocol, seen.protocol) end
      local stats = api:stats()
      assert.same({ 5, 5, 0, 1, 4, 0 }, { stats.calls, stats.attempts, stats.retries, stats.connections_opened,
        stats.connections_reused, stats.token_calls })
      server:close_clients()
    end
  end)

  it("are kept after every answer that was read to its end, errors too", function()
    for _, http2 in ipairs { true, false } do
      local api = server:client { http2 = http2, retry = false }
      for _, status in ipairs { "400", "401", "404", "429", "500", "502", "503" } do
        assert.is_nil((api:request { path = "/status", query = { status = status } }))
      end
      api:request { path = "/redirect", query = { to = "/well" } }
      api:request { method = "HEAD", path = "/big", query = { bytes = "10" } }
      api:request { path = "/empty" }
      api:request { path = "/body", query = { body = "{" } }
      assert.equal(1, api:stats().connections_opened)
      server:close_clients()
    end
  end)

  it("and the token are shared by clients of equal configuration", function()
    local options = {
      auth = false, client_id = "made-up", client_secret = "made-up", scope = "s",
      token_url = server.urls.tls .. "/token?key=shared",
    }
    local first, second = server:client(options), server:client(options)
    assert(first:request { path = "/well" })
    assert(second:request { path = "/well" })
    assert.equal(1, second:stats().connections_opened)
    assert.equal(1, second:stats().token_calls)
    assert.same({ 1, 1 }, { first:stats().calls, second:stats().calls })
    -- One ends, the other goes on; a new one finds what is there.
    first:close()
    assert(second:request { path = "/well" })
    assert(server:client(options):request { path = "/well" })
    assert.equal(1, second:stats().connections_opened)
    assert.equal(1, second:stats().token_calls)
  end)

  it("and tokens are not shared where anything differs", function()
    local function options(changes)
      local all = {
        auth = false, client_id = "made-up", client_secret = "made-up", scope = "s",
        token_url = server.urls.tls .. "/token?key=differs",
      }
      for name, value in pairs(changes) do all[name] = value end
      return all
    end
    local keep = {}
    for _, changes in ipairs {
      {}, { client_id = "other" }, { client_secret = "other" }, { scope = "other" },
      { token_url = server.urls.tls .. "/token?key=differs&x=1" },
    } do
      local api = server:client(options(changes))
      assert(api:request { path = "/well" })
      assert.equal(1, api:stats().token_calls)
      keep[#keep + 1] = api
    end
    local tokens = {}
    for _, seen in ipairs(server:requests()) do
      if seen.path == "/well" then
        assert.is_nil(tokens[seen.headers.authorization])
        tokens[seen.headers.authorization] = true
      end
    end
    assert.equal(1, keep[1]:stats().connections_opened) -- the transport is the same
    local apart = server:client(options { ca_file = server.files.ca, http2 = false })
    assert(apart:request { path = "/well" })
    assert.equal("HTTP/1.1", server:requests()[#server:requests()].protocol)
  end)
end)

describe("a client", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)
  after_each(function() server:close_clients() end)

  it("is closed once, however often it is said; then a call raises", function()
    local api = clinone.check(clinone.new(server:options()))
    local patients = api.patients
    assert(api:request { path = "/well" })
    local pages = patients:pages {}
    api:close()
    api:close()
    for _, call in ipairs {
      function() api:request { path = "/well" } end,
      function() patients:get "1" end,
      function() api:call("patients.get", "1") end,
      function() api:explain("patients.get", "1") end,
      function() api:study("x").patients:get "1" end,
      function() api:scopes() end,
      function() pages:next() end,
      function() patients:each {} end,
    } do
      local ok, message = pcall(call)
      assert.is_false(ok)
      assert.truthy(tostring(message):find("client is closed", 1, true), tostring(message))
    end
    assert.equal(1, api:stats().connections_opened)
    assert.is_truthy(tostring(api))
  end)

  it("closes its connections with the last of its kind", function()
    local first, second = clinone.check(clinone.new(server:options())), clinone.check(clinone.new(server:options()))
    assert(first:request { path = "/well" })
    assert(second:request { path = "/well" })
    assert.equal(1, connections())
    first:close()
    first:close() -- the second close does not count for the other client
    assert.equal(2 + 1, assert(second:request { path = "/well" }).nth)
    second:close()
    assert.equal(0, connections())
  end)

  it("that is forgotten is collected with all that it held", function()
    -- In a process of its own, where nothing else is open.
    local said, exit = child.run(([[
      local clinone = require "clinone"
      local pid = require "clinone.core".system.process_id()
      local function descriptors()
        for _ = 1, 3 do collectgarbage() end
        -- The sleep: popen's own pipe is closed here only after the child runs.
        local pipe = io.popen("sleep 0.1; ls /proc/" .. pid .. "/fd | wc -l", "r")
        local count = tonumber(pipe:read "*a")
        pipe:close()
        return count
      end
      local function use_and_forget(i)
        local api = clinone.check(clinone.new {
          base_url = %q, ca_file = %q, auth = clinone.auth.bearer "made-up", catalog = "builtin",
          http2 = i %% 2 == 0, app = "forgotten/" .. i, on_event = function() end,
        })
        local patients = api:study "x":site "y".patients
        clinone.check(api:request { path = "/well" })
        assert(patients:get "7f3c" == nil)
        assert(api:request({ path = "/slow", query = { seconds = "1" } }, { timeout = 0.02 }) == nil)
      end
      use_and_forget(0)
      local before = descriptors()
      for i = 1, 6 do use_and_forget(i) end
      print(descriptors() - before)]]):format(server.urls.tls, server.files.ca))
    assert.same({ 0, 0 }, { tonumber(said), exit }, said)
  end)

  it("lives on in what was made of it", function()
    local patients = clinone.check(clinone.new(server:options { catalog = {
      catalog = 1, resources = { patients = { operations = { get = { method = "GET", path = "/well/{id}" } } } },
    } })):study("x").patients
    collect()
    assert.equal("GET", assert(patients:get "1").method)
    collect()
    assert.equal("GET", assert(patients:get "1").method)
  end)

  it("contains an error in on_event, and what on_event calls", function()
    local inner, depth = nil, 0
    local api
    api = server:client { retry = { base = 0.02, cap = 0.02 }, on_event = function(event)
      if depth == 0 and event.type == "attempt" then
        depth = 1
        inner = api:request { path = "/well", query = { n = "inner" } }
        depth = 0
      end
      error { "a broken metric" }
    end }
    for i = 1, 3 do
      local value = assert(api:request { path = "/well", query = { n = "outer" .. i } })
      assert.equal("outer" .. i, value.nonce)
      assert.equal("inner", inner.nonce)
    end
    local value, err = api:request { path = "/status", query = { status = "400" } }
    assert.is_nil(value)
    assert.equal(400, err.status)
    assert(api:request { path = "/status", query = { status = "503", times = "1", key = "contained" } })
  end)

  it("leaves no trace in what is shared once it is gone", function()
    local weak = setmetatable({}, { __mode = "v" })
    do
      local transport = assert(shared.transport {
        user_agent = "made-up", verify = true, http2 = true, max_connections = 1,
      })
      weak.transport = transport
      shared.release(transport)
    end
    collect()
    assert.is_nil(weak.transport)
  end)

  it("is closed by <close> on Lua 5.4, by the end of the process elsewhere", function()
    if _VERSION == "Lua 5.4" then
      local load_text = loadstring or load -- luacheck: ignore
      local outlived = assert(load_text [[
        local clinone, options = ...
        local kept
        do
          local api <close> = clinone.check(clinone.new(options))
          assert(api:request { path = "/well" })
          kept = api
        end
        return kept]])(clinone, server:options())
      assert.is_false((pcall(outlived.request, outlived, { path = "/well" })))
    end
    local said, exit = child.run(([[
      local clinone = require "clinone"
      api = clinone.check(clinone.new { base_url = %q, ca_file = %q, auth = clinone.auth.bearer "made-up" })
      local other = clinone.check(clinone.new { base_url = %q, ca_file = %q, auth = clinone.auth.bearer "made-up" })
      for _, one in ipairs { api, other } do clinone.check(one:request { path = "/well" }) end
      other:close()
      print "well"]]):format(server.urls.tls, server.files.ca, server.urls.tls, server.files.ca))
    assert.same({ "well\n", 0 }, { said, exit })
  end)
end)
