-- Children: what a script starts in the middle of its work inherits none of its
-- connections (libcurl 7.88 leaves them open), and what happens to the script's
-- own process from outside: Ctrl-C, a server that goes away while it writes.

local child = require "spec.support.child"
local peer = require "spec.support.peer"
local sandbox = require "spec.support.sandbox"
local sockets = require "spec.support.sockets"
local system = require "clinone.core".system

local server

local function read(command)
  local pipe = assert(io.popen(command, "r"))
  local said = pipe:read("*a")
  pipe:close()
  return said
end

-- A script that calls the peer, as text.
local function script(text)
  local code = text:gsub("%$(%w+)", {
    url = ("%q"):format(server.urls.tls), ca = ("%q"):format(server.files.ca),
    new = ("require 'clinone'.check(require 'clinone'.new { base_url = %q, ca_file = %q, "
      .. "auth = require 'clinone'.auth.bearer 'made-up' })"):format(server.urls.tls, server.files.ca),
  })
  return code
end

describe("a process that a script starts", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)
  after_each(function() server:close_clients() end)

  it("inherits none of its connections", function()
    for _, http2 in ipairs { true, false } do
      local api = server:client { http2 = http2 }
      assert(api:request { path = "/well" })
      assert(server:client { base_url = server.urls.other, http2 = http2 }:request { path = "/well" })
      local ours = sockets.to { server.ports.tls, server.ports.other }
      -- They are open here, and known by their inodes ...
      assert.equal(2, sockets.among(read(("ls -l /proc/%d/fd"):format(system.process_id())), ours))
      -- ... and not there, whichever way it is started.
      assert.equal(0, sockets.among(read("ls -l /proc/self/fd"), ours))
      local path = os.tmpname()
      os.execute("ls -l /proc/self/fd >" .. path)
      assert.equal(0, sockets.among(read("cat " .. path), ours))
      os.remove(path)
      -- The connection still serves.
      assert.equal(2, assert(api:request { path = "/well" }).nth)
      server:close_clients()
    end
  end)

  it("can be started inside on_event, while a call is under way", function()
    local listing
    local api = server:client { retry = { base = 0.02, cap = 0.02 }, on_event = function(event)
      if event.type == "attempt" and event.attempt == 2 then listing = read("ls -l /proc/self/fd") end
    end }
    assert(api:request { path = "/status", query = { status = "503", times = "1", key = "inside" } })
    assert.equal(0, sockets.among(listing, sockets.to { server.ports.tls }))
  end)
end)

describe("Ctrl-C", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)
  before_each(function() server:forget() end)

  -- Starts the script, waits for its pid and the peer's request, interrupts it.
  local function interrupted(text, requests)
    local started = child.start(
      "io.stdout:setvbuf 'no' print(require 'clinone.core'.system.process_id())\n" .. script(text))
    local pid = peer.wait_for(10, function() return tonumber(started:said():match("^(%d+)\n")) end)
    assert.is_truthy(pid, started:said())
    if requests then server:await(requests) else sandbox.sleep(0.3) end
    local at = system.clock()
    sandbox.sleep(0.1)
    read(("kill -INT %d 2>&1"):format(pid))
    local exit = peer.wait_for(8, function() return started:exit_code() end)
    local took, said = system.clock() - at, started:said()
    if not exit then sandbox.kill(pid, "KILL") end
    started:forget()
    return exit, took, said
  end

  it("ends a script that waits for an answer", function()
    local exit, took, said = interrupted([[$new:request { path = "/slow", query = { seconds = "20" } }
      print "not reached"]], 1)
    assert.is_truthy(exit, said)
    assert.not_equal(0, exit)
    assert.is_true(took < 4, took)
    assert.truthy(said:find("interrupted!", 1, true), said)
    assert.is_nil(said:find("not reached", 1, true))
  end)

  it("ends a script that backs off", function()
    local exit, took, said = interrupted([[
      $new:request { path = "/status", query = { status = "503", retry_after = "30" } }
      print "not reached"]], 1)
    assert.is_truthy(exit, said)
    assert.not_equal(0, exit)
    assert.is_true(took < 4, took)
    assert.is_nil(said:find("not reached", 1, true))
  end)

  it("ends a script that waits for a connection", function()
    server:freeze()
    local exit, took, said = interrupted [[$new:request { path = "/well" } print "not reached"]]
    server:thaw()
    assert.is_truthy(exit, said)
    assert.not_equal(0, exit)
    assert.is_true(took < 4, took)
  end)

  it("that a script catches leaves the client fit, and no answer of the call that was cut", function()
    for _, http2 in ipairs { "true", "false" } do
      server:forget()
      local exit, _, said = interrupted(([[
        local clinone = require "clinone"
        local api = clinone.check(clinone.new { base_url = $url, ca_file = $ca, http2 = %s,
          auth = clinone.auth.bearer "made-up" })
        clinone.check(api:request { path = "/well" })
        local ok, message = pcall(api.request, api, { path = "/slow", query = { seconds = "2", n = "cut" } })
        print(ok, message)
        for i = 1, 3 do
          print(clinone.check(api:request { path = "/well", query = { n = "after" .. i } }).nonce)
          collectgarbage()
        end
        os.exit(7)]]):format(http2), 2)
      assert.equal(7, exit, said)
      assert.truthy(said:find("^%d+\nfalse\t[^\n]*interrupted!\nafter1\nafter2\nafter3\n$"), said)
    end
  end)
end)

describe("a server that goes away while a script writes", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)

  -- libcurl itself asks for no signal since 7.87; an older one leaves it to us.
  it("does not end the script by SIGPIPE", function()
    for _, http2 in ipairs { "true", "false" } do
      local said, exit = child.run(script(([[
        local clinone = require "clinone"
        local api = clinone.check(clinone.new { base_url = $url, ca_file = $ca, http2 = %s,
          auth = clinone.auth.bearer "made-up" })
        for i = 1, 3 do
          clinone.check(api:request { path = "/well" })
          local value, err = api:request { method = "POST", path = "/unread/x", body = ("x"):rep(4000000) }
          assert(value == nil and err.kind == "network" and err.outcome == "unknown", err)
        end
        api:close()
        collectgarbage()
        print "well"]]):format(http2)))
      assert.same({ "well\n", 0 }, { said, exit })
    end
  end)

  it("nor at the end, when connections say goodbye", function()
    local said, exit = child.run(script(([[
      local clinone = require "clinone"
      for _, http2 in ipairs { true, false } do
        local api = clinone.check(clinone.new { base_url = $url, ca_file = $ca, http2 = http2,
          auth = clinone.auth.bearer "made-up" })
        clinone.check(api:request { path = "/well" })
        os.execute "kill -KILL $(tail -n 1 %s/workers)"
        os.execute "sleep 0.1"
        if http2 then api:close() end
      end
      print "well"]]):format(server.directory)))
    assert.same({ "well\n", 0 }, { said, exit })
  end)
end)
