--- The README's promises: its script runs, its tables are true.

local clinone = require "clinone"
local native = require "clinone.native"
local sandbox = require "spec.support.sandbox"

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return text
end

local readme = read "README.md"

--- The rows of the table whose header begins with `| first |`: first cells.
local function first_cells(first)
  local cells = {}
  local rows = readme:match("\n| " .. first .. " |[^\n]*\n|[-|]+\n(.-)\n\n")
  for row in (rows .. "\n"):gmatch "([^\n]+)\n" do cells[#cells + 1] = row:match "^| (.-) |" end
  return cells
end

local function names_in(cells)
  local names = {}
  for _, cell in ipairs(cells) do
    for name in cell:gmatch "`([%w_]+)`" do names[#names + 1] = name end
  end
  return names
end

describe("README.md", function()
  local server

  setup(function() server = sandbox.start() end)
  teardown(function() server.stop() end)

  it("shows running code by line 20", function()
    local line = 0
    for text in readme:gmatch "([^\n]*)\n" do
      line = line + 1
      if text:find('require "clinone"', 1, true) then break end
    end
    assert.is_true(line <= 20)
  end)

  it("has a script that runs as it stands", function()
    local script = os.tmpname()
    local file = assert(io.open(script, "w"))
    local code = readme:match "```lua\n(local clinone.-)```"
    file:write(code)
    file:close()
    local command = "CLINONE_ENVIRONMENT=%s CLINONE_CATALOG=builtin %s %s 2>&1; echo exit=$?"
    local pipe = assert(io.popen(command:format(server.environment, os.getenv "CLINONE_TEST_LUA" or "lua", script)))
    local said = pipe:read "*a"
    pipe:close()
    os.remove(script)
    assert.truthy(said:find "^%x+%-[%x%-]+\tnil\nexit=0\n$", said)
  end)

  it("names options that exist", function()
    local names = names_in(first_cells "option")
    assert.is_true(#names >= 25)
    for _, name in ipairs(names) do
      local ok, message = pcall(clinone.new, { [name] = coroutine.create(function() end) })
      assert.is_false(ok)
      assert.truthy(message:find("option " .. name .. " must be", 1, true), message)
    end
  end)

  it("names every option that exists", function()
    local documented = {}
    for _, name in ipairs(names_in(first_cells "option")) do documented[name] = true end
    local known = assert(read "lua/clinone/options.lua":match "\nlocal known = {\n(.-)\n}")
    for name in known:gmatch "([%w_]+) = \"" do assert.is_true(documented[name], name) end
  end)

  it("names the variables that are read, and no others", function()
    local documented, found = {}, {}
    for _, cell in ipairs(first_cells "variable") do
      for name in cell:gmatch "CLINONE_[%w_]+" do documented[name] = true end
    end
    for name in read "lua/clinone/options.lua":gmatch '"(CLINONE_[%w_]+)"' do found[name] = true end
    assert.same(found, documented)
  end)

  it("shows a catalog that can be used", function()
    local catalog = assert(native.json.decode(readme:match "```json\n({ \"catalog\".-)```"))
    local api = assert(clinone.new {
      base_url = "https://127.0.0.1:9", auth = clinone.auth.bearer "x", catalog = catalog,
    })
    assert.equal("POST", assert(api:explain("patients.create", { studyIdentifier = "S" })).method)
    assert.equal("POST", assert(api:explain("patients.create_patient", { studyIdentifier = "S" })).method)
  end)

  it("lists the error fields and kinds that errors have", function()
    local kinds = readme:match "| `kind` | ([^\n]+) |"
    local _, err = clinone.new { base_url = "nonsense" }
    assert.truthy(kinds:find("`" .. err.kind .. "`", 1, true))
    for name in pairs(err) do
      assert.truthy(readme:find("| `" .. name, 1, true) or readme:find("`" .. name .. "`", 1, true), name)
    end
  end)

  it("lists fault kinds that the sandbox takes", function()
    local api = assert(clinone.new { environment = server.environment })
    local general, of_token = readme:match "\nKinds: (.-), and for the operation `token`: (.-)%.\n"
    for operation, kinds in pairs { ["patients.list"] = general, token = of_token } do
      for kind in kinds:gmatch "`([%w_]+)`" do
        local _, err = api:request {
          method = "POST", path = "/sandbox/faults",
          body = { operation = operation, kind = kind, count = 1, seconds = 0.1, location = "https://127.0.0.1:9/",
            status = 503, skew = 60, scp = "x" },
        }
        assert.is_true(not err or not err.kind, kind .. ": " .. tostring(err))
      end
    end
    assert(api:request { method = "DELETE", path = "/sandbox/faults" })
  end)
end)
