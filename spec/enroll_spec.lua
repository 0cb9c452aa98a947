--- examples/enroll.lua, the demo's script, run as a user runs it: a child
--- process against the sandbox.

local sandbox = require "spec.support.sandbox"

local REAL_FILE = "../shared/data/cdiscpilot01-dm.csv"

local function enroll(server, file)
  local command = "CLINONE_ENVIRONMENT=%s CLINONE_CATALOG=builtin %s examples/enroll.lua %s 2>&1; echo exit=$?"
  local lua = os.getenv "CLINONE_TEST_LUA" or "lua"
  local pipe = assert(io.popen(command:format(server.environment, lua, file or "")))
  local said = pipe:read "*a"
  pipe:close()
  return said:match "^(.-)exit=(%d+)%s*$"
end

local function exists(path)
  local file = io.open(path)
  if file then file:close() end
  return file ~= nil
end

describe("examples/enroll.lua", function()
  local server

  setup(function() server = sandbox.start() end)
  teardown(function() server.stop() end)

  it("registers the good rows, names the bad ones, and shows errors with hints", function()
    local said, exit = enroll(server)
    assert.equal("0", exit, said)
    assert.truthy(said:find("created 6, found there already 1, refused 3", 1, true), said)
    assert.truthy(said:find("line 5: .-screeningNumber is missing"), said)
    assert.truthy(said:find("line 6: .-birthYear: it must be an integer"), said)
    assert.truthy(said:find("line 9: .-study_not_found"), said)
    assert.truthy(said:find("0 missing, 0 doubled, 0 unknown", 1, true), said)
    for _, kind in ipairs { "validation", "http", "auth", "scope", "connect", "config" } do
      assert.truthy(said:find("[kind " .. kind, 1, true), kind .. " is not shown:\n" .. said)
    end
    assert.truthy(said:find('did you mean it by "screeningNumbr"', 1, true), said)
    assert.falsy(said:find("nineteen", 1, true), "a value of a record is shown")
  end)

  it("finds everybody there the second time", function()
    local said, exit = enroll(server)
    assert.equal("0", exit, said)
    assert.truthy(said:find("created 0, found there already 7, refused 3", 1, true), said)
  end)

  if exists(REAL_FILE) then
    it("registers the 306 subjects of the CDISC pilot study, and nobody twice", function()
      local said, exit = enroll(server, REAL_FILE)
      assert.equal("0", exit, said)
      assert.truthy(said:find("created 306, found there already 0, refused 0", 1, true), said)
      assert.truthy(said:find("read back 306 patients on 17 pages: 0 missing, 0 doubled, 0 unknown", 1, true), said)
      said, exit = enroll(server, REAL_FILE)
      assert.equal("0", exit, said)
      assert.truthy(said:find("created 0, found there already 306, refused 0", 1, true), said)
      assert.truthy(said:find("read back 306 patients", 1, true), said)
    end)
  else
    io.stderr:write(REAL_FILE, " is not here: enroll.lua is tested on its own example only\n")
  end
end)
