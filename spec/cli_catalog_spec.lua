local cjson = require "cjson"
local command = require "spec.support.command"
local collection = require "spec.support.small_collection"

local load_text = loadstring or load -- luacheck: ignore (5.1 has the first)

local PROVISIONAL = "PROVISIONAL: these routes are this project's guess"

local function encoded(changes)
  local copy = {}
  for key, value in pairs(collection) do copy[key] = value end
  for key, value in pairs(changes or {}) do copy[key] = value end
  return cjson.encode(copy)
end

local function has(text, wanted)
  assert.is_truthy(text:find(wanted, 1, true), wanted .. "\n\n" .. text)
end

local function mode(path)
  local pipe = assert(io.popen("stat -c %a " .. path .. " 2>/dev/null || stat -f %Lp " .. path, "r"))
  local said = pipe:read "*l"
  pipe:close()
  return said
end

describe("clinone catalog", function()
  local home, file

  before_each(function()
    home = command.home()
    file = home:file("export.json", encoded())
  end)

  after_each(function() home:remove() end)

  it("lists its subcommands, and refuses others", function()
    local result = home:run { "catalog", "--help" }
    assert.equal(0, result.code)
    for _, name in ipairs { "pull", "import", "show", "diff", "types", "docs" } do has(result.stdout, name) end
    assert.equal(2, home:run({ "catalog" }).code)
    assert.equal(2, home:run({ "catalog", "grow" }).code)
    assert.equal(2, home:run({ "catalog", "import" }).code)
    assert.equal(2, home:run({ "catalog", "show", "--bogus" }).code)
    has(home:run({ "--help" }).stdout, "clinone catalog pull")
  end)

  describe("import", function()
    it("makes the catalog the user's own", function()
      local result = home:run { "catalog", "import", file }
      assert.equal(0, result.code, result.stderr)
      assert.equal("", result.stderr)
      has(result.stdout, "Made-up API: 3 operations imported, 0 refused")
      has(result.stdout, home.own .. "/catalog.json written")
      has(result.stdout, "CLINONE_TOKEN_URL=https://login.example.com/tenant/oauth2/v2.0/token")
      has(result.stdout, "CLINONE_SCOPE=https://login.example.com/api/.default")
      has(result.stdout, "clinone catalog show")
      assert.equal("catalog.json", home:names())
      assert.equal("700", mode(home.own))
      assert.equal("600", mode(home.own .. "/catalog.json"))
      local shown = home:run { "catalog", "show" }
      has(shown.stdout, "api.patients:create")
      assert.is_nil(shown.stdout:find(PROVISIONAL, 1, true))
    end)

    it("says nothing to be set that still holds a template", function()
      local result = home:run { "catalog", "import", home:file("template.json", cjson.encode {
        info = { name = "Made up" }, item = { { name = "Get token", request = {
          method = "POST", url = "{{host}}/oauth2/token",
          body = { mode = "urlencoded", urlencoded = { { key = "grant_type", value = "client_credentials" } } },
        } } },
      }) }
      assert.equal(0, result.code, result.stderr)
      has(result.stdout, "token URL {{host}}/oauth2/token")
      assert.is_nil(result.stdout:find("export CLINONE_TOKEN_URL", 1, true))
    end)

    it("says what is still to be set", function()
      local function said(variables)
        return home:run({ "catalog", "import", home:file("variables.json", cjson.encode {
          info = { name = "Made up" }, variable = variables, item = {
            { name = "Ping", request = { method = "GET", url = "{{baseUrl}}/ping" } },
            { name = "Pong", request = { method = "GET", url = "{{baseUrl}}/pong" } },
            { name = "Lab", request = { method = "GET", url = "{{labUrl}}/lab" } },
            { name = "Pay", request = { method = "GET", url = "{{pay-host}}/pay" } },
          },
        }) }).stdout
      end
      local bare = said { { key = "x", value = "y" } }
      has(bare, "To be set, where the environment file does not:\n  export CLINONE_BASE_URL=...   # {{baseUrl}}\n")
      has(bare, 'clinone.new { variables = { labUrl = "...", ["pay-host"] = "..." } }')
      local given = said {
        { key = "baseUrl", value = "https://a.example.com" }, { key = "labUrl", value = "https://b.example.com" },
        { key = "pay-host", value = "https://c.example.com" },
      }
      assert.is_nil(given:find("To be set", 1, true))
    end)

    it("names the file that it cannot write", function()
      local result = home:run { "catalog", "import", file, "-o", home.directory .. "/none/catalog.json" }
      assert.equal(1, result.code)
      has(result.stderr, home.directory .. "/none/catalog.json cannot be written: No such file or directory")
    end)

    it("prints nothing but the report with --json", function()
      local result = home:run { "catalog", "import", file, "--json" }
      assert.equal(0, result.code)
      assert.equal("", result.stderr)
      local report = cjson.decode(result.stdout)
      local keys = {}
      for key in pairs(report) do keys[#keys + 1] = key end
      table.sort(keys)
      assert.same({ "guessed", "operations", "refused", "renamed", "scripts", "warnings" }, keys)
      assert.equal(3, report.operations)
      has(result.stdout, '"refused":[]')
      assert.is_true(#report.scripts > 0)
      for _, entry in ipairs(report.scripts) do
        assert.equal("string", type(entry.place))
        assert.equal("string", type(entry.reason))
      end
    end)

    it("writes elsewhere with -o, and leaves the user's folder alone", function()
      local out = home.directory .. "/it's mine.json"
      local result = home:run { "catalog", "import", file, "-o", out }
      assert.equal(0, result.code, result.stderr)
      assert.equal("", home:names())
      has(result.stdout, "export CLINONE_CATALOG='" .. home.directory .. "/it'\\''s mine.json'")
      has(home:run({ "catalog", "show" }, { CLINONE_CATALOG = out }).stdout, "api.patients:create")
      has(home:run({ "catalog", "show", "--catalog", out }).stdout, "api.patients:create")
      has(home:run({ "catalog", "show" }).stdout, PROVISIONAL)
    end)

    it("writes equal files for equal collections, one operation per line", function()
      home:run { "catalog", "import", file }
      local first = home:text "catalog.json"
      os.remove(home.own .. "/catalog.json")
      home:run { "catalog", "import", home:file("again.json", encoded()) }
      assert.equal(first, home:text "catalog.json")
      assert.is_truthy(first:find '\n        "create_patient": {"aliases":%["create"%],[^\n]*},\n')
      assert.equal(1, cjson.decode(first).catalog)
    end)

    it("keeps the former catalog, once", function()
      home:run { "catalog", "import", file }
      local first = home:text "catalog.json"
      local same = home:run { "catalog", "import", file }
      has(same.stdout, "the same as before")
      assert.equal("catalog.json", home:names())
      local other = home:file("other.json", encoded { info = { name = "Other", schema = collection.info.schema } })
      local result = home:run { "catalog", "import", other }
      has(result.stdout, "The former catalog is kept: " .. home.own .. "/catalog.previous.json")
      assert.equal(first, home:text "catalog.previous.json")
      assert.not_equal(first, home:text "catalog.json")
      home:run { "catalog", "import", other }
      assert.equal(first, home:text "catalog.previous.json")
    end)

    it("overwrites no catalog that it cannot keep", function()
      os.execute("mkdir -p " .. home.own .. "/catalog.json")
      local result = home:run { "catalog", "import", file }
      assert.equal(1, result.code)
      has(result.stderr, "the former catalog cannot be read, so it cannot be kept")
    end)

    it("says when a variable names another catalog", function()
      has(home:run({ "catalog", "import", file }, { CLINONE_CATALOG = "/else/where.json" }).stdout,
        "unset CLINONE_CATALOG")
      assert.is_nil(home:run({ "catalog", "import", file }).stdout:find("CLINONE_CATALOG", 1, true))
    end)

    it("leaves the former one as it was when it fails", function()
      home:run { "catalog", "import", file }
      local first = home:text "catalog.json"
      local bad = {
        { "", "is empty" }, { '{"item":[', "is cut off" }, { "<html>", "is a web page" }, { "[1,2]", "is a JSON list" },
        { '{"values":[{"key":"a","value":"b"}]}', "is a Postman environment" },
        { first, "is a clinone catalog already" },
        { '{"name":"x","order":[],"requests":[]}', "old format v1" },
        { '{"collection":{"info":{"owner":"1","publishedId":"x"}}}', "there are no routes in here" },
      }
      for _, row in ipairs(bad) do
        for _, flag in ipairs { "--json", false } do
          local words = { "catalog", "import", home:file("bad.json", row[1]) }
          words[4] = flag or nil
          local result = home:run(words)
          assert.equal(1, result.code)
          assert.equal("", result.stdout)
          has(result.stderr, row[2])
        end
      end
      assert.equal(1, home:run({ "catalog", "import", home.directory .. "/nowhere.json" }).code)
      assert.equal(first, home:text "catalog.json")
      assert.equal("catalog.json", home:names())
    end)

    it("fails where it cannot write, and leaves nothing half written", function()
      local result = home:run { "catalog", "import", file, "-o", home.directory .. "/no/such/place.json" }
      assert.equal(1, result.code)
      has(result.stderr, "cannot be written")
      home:file("clinone", "a file in the folder's place")
      result = home:run { "catalog", "import", file }
      assert.equal(1, result.code)
      has(result.stderr, "cannot be made")
      local taken = home.directory .. "/taken"
      os.execute("mkdir -p " .. taken .. "/inside")
      result = home:run { "catalog", "import", file, "-o", taken }
      assert.equal(1, result.code)
      local pipe = assert(io.popen("ls " .. home.directory, "r"))
      assert.equal("clinone export.json taken", (pipe:read "*a":gsub("%s+", " "):gsub(" $", "")))
      pipe:close()
    end)
  end)

  describe("show", function()
    it("says that the built-in routes are a guess, not in the JSON", function()
      has(home:run({ "catalog", "show" }).stdout, PROVISIONAL)
      local result = home:run { "catalog", "show", "--json" }
      has(result.stderr, PROVISIONAL)
      assert.equal(11, #cjson.decode(result.stdout))
    end)

    it("takes one resource, and suggests", function()
      local result = home:run { "catalog", "show", "studies" }
      has(result.stdout, "api.studies:get")
      assert.is_nil(result.stdout:find("api.patients", 1, true))
      result = home:run { "catalog", "show", "studis" }
      assert.equal(1, result.code)
      assert.equal("", result.stdout)
      has(result.stderr, 'no resource "studis" (did you mean "studies"?)')
    end)

    it("keeps to the terminal's width", function()
      for line in home:run({ "catalog", "show" }, { COLUMNS = "50" }).stdout:gmatch "[^\n]+" do
        if not line:find "guess" and not line:find "vendor" then assert.is_true(#line <= 50, line) end
      end
    end)

    it("tells on standard error what does not fit of an overlay", function()
      home:run { "catalog", "import", file }
      home:file("clinone/catalog.overlay.json",
        '{"overlay": 1, "resources": {"patients": {"operations": {"nothing": {"retry": "safe"}}}}}')
      local result = home:run { "catalog", "show" }
      assert.equal(0, result.code, result.stderr)
      has(result.stderr, "no such operation")
      has(result.stdout, "api.patients:create")
    end)

    it("fails on what is no catalog", function()
      local result = home:run { "catalog", "show", "--catalog", file }
      assert.equal(1, result.code)
      has(result.stderr, "is a Postman document, not a catalog")
    end)
  end)

  describe("diff", function()
    local function catalog_of(name, path)
      return home:file(name, cjson.encode {
        catalog = 1, resources = { things = { operations = { list = { method = "GET", path = path } } } },
      })
    end

    it("ends with 0, 1 or 2", function()
      local one, other = catalog_of("one.json", "/things"), catalog_of("other.json", "/stuff")
      local same = home:run { "catalog", "diff", one, one }
      assert.equal(0, same.code)
      has(same.stdout, "No difference")
      local breaks = home:run { "catalog", "diff", one, other }
      assert.equal(1, breaks.code)
      has(breaks.stdout, "BREAKS   ~ things.list")
      local unreadable = home:run { "catalog", "diff", one, home.directory .. "/nowhere.json" }
      assert.equal(2, unreadable.code)
      assert.equal("", unreadable.stdout)
      has(unreadable.stderr, "nowhere.json")
      assert.equal(2, home:run({ "catalog", "diff", one }).code)
      assert.equal(1, home:run({ "catalog", "diff", "builtin", one }).code)
    end)

    it("compares the files as they are: an overlay is for both", function()
      local one, other = catalog_of("one.json", "/things"), catalog_of("other.json", "/things")
      home:file("other.overlay.json",
        '{"overlay": 1, "resources": {"things": {"operations": {"list": {"rename": "all"}}}}}')
      assert.equal(0, home:run({ "catalog", "diff", one, other }).code)
    end)

    it("prints a record with --json", function()
      local result = home:run {
        "catalog", "diff", catalog_of("one.json", "/things"), catalog_of("other.json", "/stuff"), "--json",
      }
      assert.equal(1, result.code)
      local record = cjson.decode(result.stdout)
      assert.is_true(record.breaking)
      assert.equal("things.list", record.changed[1].operation)
      has(result.stdout, '"added":[]')
    end)
  end)

  for _, name in ipairs { "types", "docs" } do
    describe(name, function()
      it("goes to standard output, or where -o says", function()
        home:run { "catalog", "import", file }
        local result = home:run { "catalog", name }
        assert.equal(0, result.code, result.stderr)
        assert.equal("", result.stderr)
        has(result.stdout, "patients")
        if name == "types" then assert.is_truthy(load_text(result.stdout)) end
        local out = home.directory .. "/out"
        local written = home:run { "catalog", name, "-o", out }
        assert.equal(0, written.code)
        assert.equal("", written.stdout)
        local handle = assert(io.open(out, "rb"))
        assert.equal(result.stdout, handle:read "*a")
        handle:close()
      end)

      it("takes a catalog as a client does", function()
        has(home:run({ "catalog", name, "--catalog", "builtin" }).stdout, "studies")
        has(home:run({ "catalog", name }, { CLINONE_CATALOG = "builtin" }).stdout, "studies")
        assert.equal(1, home:run({ "catalog", name, "--catalog", home.directory .. "/nowhere.json" }).code)
        assert.equal(1, home:run({ "catalog", name, "-o", home.directory .. "/no/such/place" }).code)
      end)
    end)
  end
end)
