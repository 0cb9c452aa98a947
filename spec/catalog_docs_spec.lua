local builtin = require "clinone.builtin"
local clinone = require "clinone"
local docs = require "clinone.catalog.docs"
local odd = require "spec.support.odd_catalog"
local workshop = require "spec.support.workshop"

local load_text = loadstring or load -- luacheck: ignore (5.1 has the first)

local function has(text, wanted)
  assert.is_truthy(text:find(wanted, 1, true), wanted .. "\n\n" .. text)
end

--- The Lua snippets of a reference, the first one (which makes a client) too.
local function snippets(text)
  local list = {}
  for fence, code in ("\n" .. text):gmatch "\n(```+)lua\n(.-)\n```+" do
    assert.is_truthy(fence)
    list[#list + 1] = code
  end
  return list
end

--- Runs a snippet with an `api` that explains calls instead of making them.
--- Gives what was explained.
local function play(code, api)
  local said = {}
  local function explained(name, params)
    local explanation, err = api:explain(name, params)
    said[#said + 1] = explanation or tostring(err)
    return explanation or error(tostring(err), 0)
  end
  local function resource(path)
    return setmetatable({}, { __index = function(_, name)
      return function(_, params)
        if name == "each" then name = "list" end
        explained(path .. "." .. name, params)
        if name == "get" then return { tag = params } end -- the record that an update of a tag starts from
        return name == "list" and function() end or {}
      end
    end })
  end
  local stub = setmetatable({
    call = function(_, name, params) return explained(name, params) end,
    each = function(_, name, params)
      explained(name, params)
      return function() end
    end,
  }, { __index = function(_, name) return resource((name:gsub("_$", ""))) end })
  local run = assert(load_text("local clinone, api = ...\n" .. code))
  run({ check = clinone.check, file = clinone.file }, stub)
  return said
end

describe("catalog docs", function()
  it("tells of each operation name, route, text, scope and retry class", function()
    local text = docs.text(builtin)
    has(text, "## `api.patients`")
    has(text, "### Register a patient\n\n`POST /patients`\n\nScope group `patient`. Retry class never.")
    has(text, "| `birthYear` | body | integer |  | Four digits |")
    has(text, "| `screeningNumber` | body | string | yes | Screening number, unique at the site |")
  end)

  it("says loudly that routes are a guess", function()
    has(docs.text(builtin), "> **Provisional.**")
    assert.is_nil(docs.text(workshop):find("Provisional", 1, true))
    has(docs.text(workshop), "> Made from saved examples")
  end)

  it("has a snippet for each operation, and a loop where there are pages", function()
    local text = docs.text(builtin)
    assert.equal(1 + 11 + 3, #snippets(text))
    has(text, "local created = clinone.check(api.patients:create {")
    has(text, 'local record = clinone.check(api.patients:get "7f3c")')
    has(text, "for record in api.patients:each() do\n  print(record)\nend")
  end)

  it("has snippets that pass the checks of a client", function()
    for _, document in ipairs { builtin, workshop } do
      local api = clinone.check(clinone.new {
        base_url = "http://127.0.0.1:9", auth = clinone.auth.bearer "made-up", catalog = document,
      })
      for i, code in ipairs(snippets(docs.text(document))) do
        -- The stub knows no operation named `each`, and nothing nested.
        if i > 1 and not code:find "each_" and not code:find "%.notes" then
          assert.is_true(#play(code, api) > 0, code)
        end
      end
      api:close()
    end
  end)

  it("uses the plain verb, a catalog's own examples, and no secret", function()
    local text = docs.text { resources = { patients = { operations = { add_one = {
      aliases = { "create" }, method = "POST", path = "/patients", params = {
        number = { ["in"] = "body", type = "string", required = true, example = "1042-7" },
        age = { ["in"] = "body", type = "integer", required = true, example = 41 },
        born = { ["in"] = "body", type = "string", required = true, example = "{{born}}" },
        tenant = { ["in"] = "header", type = "string", required = true, variable = "tenant" },
        note = { ["in"] = "body", type = "string" },
      },
    } } } } }
    has(text, 'api.patients:create { age = 41, born = "...", number = "1042-7" }')
    has(text, "Also `api.patients:add_one`.")
  end)

  it("fills a body of which nothing is required with a few of its fields", function()
    local text = docs.text { resources = { p = { operations = { update = {
      method = "PUT", path = "/p/{id}", params = {
        startDate = { ["in"] = "body", type = "string" }, email = { ["in"] = "body", type = "string" },
      },
    } } } } }
    has(text, 'api.p:update { id = "7f3c", email = "someone@example.org", startDate = "2026-01-31" }')
  end)

  it("names study and site first, and shows what is inside", function()
    local text = docs.text { resources = { p = { operations = { move = {
      method = "POST", path = "/moves", params = {
        a = { ["in"] = "body", type = "object", fields = { n = { type = "integer" }, s = { type = "string" },
          deep = { type = "object", fields = {} }, studyIdentifier = { type = "string" } } },
        b = { ["in"] = "body", type = "array",
          items = { type = "object", fields = { ["x-y"] = { type = "boolean" } } } },
        siteIdentifier = { ["in"] = "body", type = "string" }, studyIdentifier = { ["in"] = "body", type = "string" },
      },
    } } } } }
    has(text, [[api.p:move {
  siteIdentifier = "1042",
  studyIdentifier = "ONC-301",
  a = { n = 1, s = "...", studyIdentifier = "ONC-301" },
  b = { { ["x-y"] = true } },
}]])
  end)

  it("reads a record before it replaces it", function()
    local both = { ["in"] = { "path", "body" }, type = "string", required = true, example = "p1" }
    local one = { ["in"] = "path", type = "string", required = true, example = "p1" }
    local sex = { ["in"] = "body", type = "string" }
    local function update(method)
      return docs.text { resources = { p = { operations = {
        get = { method = "GET", path = "/p/{id}", params = { id = one } },
        update = { method = method, path = "/p/{id}", params = { id = both, sex = sex } },
      } } } }
    end
    has(update "PUT", [[
local record = clinone.check(api.p:get "p1")
record.sex = "..."
local updated = clinone.check(api.p:update(record))]])
    has(update "PATCH", 'local updated = clinone.check(api.p:update { id = "p1", sex = "..." })')
  end)

  it("gives a path text, whatever the example was", function()
    local text = docs.text { resources = { p = { operations = { get = {
      method = "GET", path = "/p/{on}/{version}", params = {
        on = { ["in"] = "path", type = "boolean", required = true, example = false },
        version = { ["in"] = "path", type = "number", required = true, example = "1.60" },
      },
    } } } } }
    has(text, 'api.p:get { on = "...", version = "1.60" }')
    has(text, "| `on` | path | string | yes |  |")
  end)

  it("gives lists of one: an empty one is refused in a query", function()
    local text = docs.text { resources = { p = { operations = { search = {
      method = "POST", path = "/p", params = {
        a = { ["in"] = "query", type = "array", required = true, items = { type = "integer" } },
        b = { ["in"] = "query", type = "array", required = true },
        c = { ["in"] = "body", type = "array", required = true, items = { type = "object" } },
      },
    } } } } }
    has(text, 'api.p:search { a = { 1 }, b = { "..." }, c = { { } } }')
  end)

  it("tells of public operations, servers of their own, bodies that are no JSON", function()
    local text = docs.text {
      servers = { default = "https://a.example.com", pay = "https://p.example.com" },
      resources = { p = { operations = {
        ping = { method = "GET", path = "/ping", public = true },
        pay = { method = "POST", path = "/pay", server = "pay", content = "form" },
        put = { method = "PUT", path = "/put", content = "file", content_type = "image/png", body = { type = "file" } },
      } } },
    }
    has(text, "Public: sent without a token.")
    has(text, "At a server of its own, `https://p.example.com`; the token goes to the host of `base_url` only.")
    has(docs.text {
      servers = { lab = "https://{{labHost}}/v1" },
      resources = { p = { operations = { results = { method = "GET", path = "/results", server = "lab" } } } },
    }, "At a server of its own, `https://{{labHost}}/v1` (the option `variables` sets `labHost`); the token goes")
    has(text, "The body goes as `form`.")
    has(text, "The body goes as `image/png`.")
    has(text, 'api.p:put { body = clinone.file "report.pdf" }')
    has(text, "| `body` | body | file |  |  |")
  end)

  describe("of odd texts", function()
    local text = docs.text(odd.document)

    it("keeps tables whole", function()
      local rows = 0
      for line in text:gmatch "[^\n]+" do
        if line:find "^|" and not line:find "^|%-" then
          rows = rows + 1
          local _, bars = line:gsub("\\|", ""):gsub("|", "")
          assert.equal(6, bars, line)
        end
      end
      assert.is_true(rows >= 7)
    end)

    it("has no HTML, heading, list or control character of theirs", function()
      local without_code = text:gsub("\\`", ""):gsub("(`+)(.-)%1", "")
      assert.is_nil(without_code:find("<script>", 1, true))
      has(without_code, "&lt;script&gt;")
      assert.is_nil(text:find "[%z\1-\9\11-\31\127]")
      for line in text:gmatch "[^\n]+" do assert.is_nil(line:find "^> [-#|]") end
    end)

    it("has snippets that parse", function()
      for _, code in ipairs(snippets(text)) do assert.is_truthy(load_text(code), code) end
      assert.equal(1 + 4 + 1, #snippets(text))
    end)
  end)
end)
