-- OpenResty's fork of lua-cjson is not in Debian: a stand-in with its
-- functions and its ways (spec/support/fork_cjson.lua) takes the place of the
-- real one in a child process, before clinone.core is loaded. What a script
-- sees and what goes back must be the same as with Debian's.

local process = require "spec.support.process"

local PREPARE = [[
  local fork = require "spec.support.fork_cjson"
  package.loaded.cjson = fork
  local core = require "clinone.core"
]]

local function run(script)
  local result = process.run(PREPARE .. script)
  assert.equal("", result.stderr)
  assert.equal(0, result.code)
  return result.stdout
end

describe("with OpenResty's lua-cjson", function()
  it("every row of the table of cases is the same", function()
    assert.equal("", run [=[
      local rows = require "spec.support.json_rows"
      io.write(table.concat(rows.faults(core.json, core.null), "\n"))
    ]=])
  end)

  it("the stand-in is one: it has marks, and saturates integers where Lua has them", function()
    assert.equal("table\tuserdata\t2.1.0\n",
      run [=[print(type(fork.array_mt), type(fork.empty_array), fork._VERSION)]=])
    if math.type then -- luacheck: ignore
      assert.equal("integer\t9223372036854775807\n",
        run [=[print(math.type(fork.decode "[1]"[1]), fork.decode "[9223372036854775808]"[1])]=])
    end
  end)

  it("its marks are understood, and ours are its", function()
    assert.equal('{"a":[],"b":null,"c":[],"d":[[]]}\n', run [=[
      fork.decode_array_with_array_mt(true)
      print(core.json.encode {
        a = fork.empty_array, b = fork.null, c = setmetatable({}, fork.array_mt), d = fork.decode "[[]]",
      })
    ]=])
    assert.equal("true\ttrue\n", run [=[
      print(getmetatable(core.json.decode "[]") == fork.array_mt,
        getmetatable(require("clinone").array()) == fork.array_mt)
    ]=])
  end)

  it("an instance of our own is used: the script's settings do not reach it, nor ours the script's", function()
    assert.equal("false\tnil\n", run [=[
      core.json.decode "[[]]"
      print(fork.decode_array_with_array_mt(), getmetatable(fork.decode "[[]]"))
    ]=])
  end)
end)
