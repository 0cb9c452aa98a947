--- The README's promises: its script runs, its tables are true.

local clinone = require "clinone"
local command = require "spec.support.command"
local native = require "clinone.native"
local sandbox = require "spec.support.sandbox"

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return text
end

local readme = read "README.md"

--- A client with this catalog that needs no network.
local function client_of(catalog)
  return assert(clinone.new { base_url = "https://127.0.0.1:9", auth = clinone.auth.bearer "x", catalog = catalog })
end

local function words_in(text)
  local words = {}
  for word in text:gmatch "`([%w_]+)`" do words[#words + 1] = word end
  return words
end

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
    local line = "CLINONE_ENVIRONMENT=%s CLINONE_CATALOG=builtin %s %s 2>&1; echo exit=$?"
    local pipe = assert(io.popen(line:format(server.environment, os.getenv "CLINONE_TEST_LUA" or "lua", script)))
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
    for name in read "lua/clinone/layers.lua":gmatch '"(CLINONE_[%w_]+)"' do found[name] = true end
    assert.same(found, documented)
  end)

  it("shows a catalog that can be used", function()
    local catalog = assert(native.json.decode(readme:match "```json\n({ \"catalog\".-)```"))
    local api = client_of(catalog)
    assert.equal("POST", assert(api:explain("patients.create", { studyIdentifier = "S" })).method)
    assert.equal("POST", assert(api:explain("patients.create_patient", { studyIdentifier = "S" })).method)
  end)

  it("names kinds of parameters and bodies that a catalog can have", function()
    local function create(params, content)
      return client_of { catalog = 1, resources = { p = { operations = {
        create = { method = "POST", path = "/p/{a}", params = params, content = content,
          graphql = content == "graphql" and { query = "{ a }" } or nil },
      } } } }
    end
    local places = words_in(readme:match "`in` is ([^;]-), or a list of them;")
    assert.equal(4, #places)
    for _, place in ipairs(places) do
      local params = { a = { ["in"] = "path" }, b = { ["in"] = place == "path" and { "path", "query" } or place } }
      if place == "path" then params = { a = { ["in"] = { "path", "query" } } } end
      assert(create(params):explain("p.create", { a = "x", b = params.b and "y" }))
    end
    local values = {
      string = "s", integer = 1, number = 1.5, boolean = true, array = { 1 }, object = { a = 1 }, any = 1,
      file = clinone.file "README.md",
    }
    local types = words_in(readme:match "`type` is (`string`[^;]-);")
    assert.equal(8, #types)
    for _, kind in ipairs(types) do
      local api = create({ b = { ["in"] = "body", type = kind } }, kind == "file" and "multipart" or nil)
      assert(api:explain("p.create", { a = "x", b = assert(values[kind], kind) }))
    end
    local contents = words_in(readme:match "`content` is ([^;.]-) beside ")
    assert.equal(6, #contents)
    for _, content in ipairs(contents) do
      local api = create(nil, content)
      assert.is_true((pcall(api.explain, api, "p.create", { a = "x" })), content)
    end
    local api = create(nil, "yaml")
    assert.is_false((pcall(api.explain, api, "p.create", { a = "x" })))
  end)

  it("shows ways of paging that can be used", function()
    local styles = {}
    for text in readme:gmatch '`({"style":[^`]+})`' do
      local paging = assert(native.json.decode(text))
      styles[#styles + 1] = paging.style
      local api = client_of { catalog = 1, resources = { p = { operations = {
        list = { method = "GET", path = "/p", paging = paging },
      } } } }
      assert.truthy(api.p:each())
    end
    assert.same({ "page", "offset", "cursor", "link" }, styles)
  end)

  describe("of the command", function()
    local home

    before_each(function() home = command.home() end)
    after_each(function() home:remove() end)

    it("names subcommands and options that exist", function()
      local function help_of(name) return home:run({ name, "--help" }).stdout end
      local help = { catalog = help_of "catalog", sandbox = help_of "sandbox" }
      local count = 0
      for name in readme:gmatch "clinone catalog (%l+)" do
        count = count + 1
        assert.truthy(help.catalog:find("\n   " .. name .. " ", 1, true), name)
      end
      assert.is_true(count >= 9)
      assert.truthy(home:run({ "catalog", "import", "--help" }).stdout:find("-o OUT", 1, true))
      for option in readme:match "\n## The sandbox\n(.-)\n## ":gmatch "%-%-(%l[%l-]+)" do
        assert.truthy(help.sandbox:find("--" .. option, 1, true), option)
      end
      for header in readme:gmatch "`(x%-mock%-[%l-]+)`" do assert.truthy(help.sandbox:find(header, 1, true), header) end
    end)

    it("shows an overlay that is taken, and names its files", function()
      assert.truthy(readme:find("`catalog.overlay.json` beside `catalog.json`", 1, true))
      assert.truthy(readme:find("`catalog.previous.json`", 1, true))
      local function import(name)
        local file = home:file("export.json", assert(native.json.encode {
          info = { name = name }, item = { { name = "Patients", item = {
            { name = "Create patient", request = { method = "POST", url = "https://a.example.com/patients",
              body = { mode = "raw", raw = '{"screeningNumber":"1"}' } } },
            { name = "Get patients", request = { method = "GET", url = "https://a.example.com/patients" } },
            { name = "Purge", request = { method = "POST", url = "https://a.example.com/patients/purge" } },
          } } },
        }))
        local result = home:run { "catalog", "import", file }
        assert.equal(0, result.code, result.stderr)
      end
      import "One"
      import "Two"
      assert.equal("catalog.json catalog.previous.json", home:names())
      local file = assert(io.open(home.own .. "/catalog.overlay.json", "w"))
      file:write((readme:match "```json\n({ \"overlay\".-)```"))
      file:close()
      local shown = home:run { "catalog", "show" }
      assert.equal("", shown.stderr)
      assert.truthy(shown.stdout:find("api.subjects:create", 1, true), shown.stdout)
      assert.is_nil(shown.stdout:find("purge", 1, true))
      local api = client_of(home.own .. "/catalog.json")
      local _, err = api:explain "subjects.register"
      assert.truthy(tostring(err):find("screeningNumber is missing", 1, true), tostring(err))
      assert.truthy(api.subjects:each())
    end)
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
