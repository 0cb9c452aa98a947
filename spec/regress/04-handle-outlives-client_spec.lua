-- A timer that had fired (a back-off) or an exchange that was done, but not yet
-- collected, was looked at after api:close() had freed the transport: the
-- interpreter ended with a segmentation fault at the next collection.

local child = require "spec.support.child"

local PREAMBLE = [[
local clinone = require "clinone"
local port = require "clinone.core".system.free_port()
local api
local function new(on_event)
  return clinone.check(clinone.new { base_url = "http://127.0.0.1:" .. port, auth = clinone.auth.bearer "made-up",
    retry = { attempts = 3, base = 0.03 }, on_event = on_event })
end
local function dead(...)
  local value, err = ...
  assert(value == nil and err.kind == "connect" and err.attempts == 3, err)
end
]]

local function lives(code)
  local said, exit = child.run(PREAMBLE .. code .. "\nprint 'well'")
  assert.same({ "well\n", 0 }, { said, exit })
end

describe("what a call leaves behind", function()
  it("outlives the client", function()
    lives [[
      for i = 1, 5 do
        api = new()
        dead(api:request { path = "/x" })
        api:close()
        local other = new() -- takes the memory
        for j = 1, 2 do collectgarbage() end
        other:close()
      end]]
  end)

  it("outlives a client that is closed at the end of its call", function()
    lives [[
      api = new(function(event) if event.type == "result" then api:close() end end)
      dead(api:request { path = "/x" })
      collectgarbage()]]
  end)

  it("outlives a client that is closed in the middle of its call, which raises", function()
    for _, event in ipairs { "attempt", "wait" } do
      lives(([[
        api = new(function(event) if event.type == %q then api:close() end end)
        local ok, message = pcall(api.request, api, { path = "/x" })
        assert(not ok and tostring(message):find "client is closed", message)
        api = nil
        collectgarbage() collectgarbage()]]):format(event))
    end
  end)

  it("goes with the interpreter, whatever is still open", function()
    lives [[
      api = new()
      dead(api:request { path = "/x" })
      local other = new()
      dead(other:request { path = "/x" })]]
  end)
end)
