-- The module itself: what `require` does (nothing), and `clinone.check`.

local clinone = require "clinone"
local process = require "spec.support.process"

describe("require", function()
  it("reads no environment and no file, and prints nothing", function()
    local result = process.run [[
      local function refuse(name) return function() error("require calls " .. name, 2) end end
      for _, name in ipairs { "getenv", "execute", "remove", "tmpname" } do os[name] = refuse(name) end
      for _, name in ipairs { "open", "popen", "lines", "read", "write" } do io[name] = refuse(name) end
      local globals = {}
      for name in pairs(_G) do globals[name] = true end
      local clinone = require "clinone"
      for name in pairs(_G) do assert(globals[name], "a global: " .. name) end
      assert(clinone.version:find "^%d+%.%d+%.%d+")
      assert(type(clinone.new) == "function" and clinone.null ~= nil)
      print "quiet"
    ]]
    assert.equal("", result.stderr)
    assert.equal("quiet\n", result.stdout)
  end)
end)

describe("clinone.check", function()
  it("gives back all it was given", function()
    local response = {}
    assert.same({ "value", response, 3 }, { clinone.check("value", response, 3) })
    assert.equal(0, clinone.check(0))
  end)

  it("raises the whole line, with the position of its caller", function()
    local ok, message = pcall(function() clinone.check(clinone.new { base_url = "nowhere" }) end)
    assert.is_false(ok)
    assert.equal("string", type(message))
    assert.truthy(message:find("^[^\n]*init_spec.lua:%d+: clinone: base_url: [^\n]*%[kind config%] [^\n]+$"), message)
    assert.has_error(function() clinone.check(nil) end)
    assert.has_error(function() clinone.check(false, "why") end)
  end)
end)
