-- The overlay beside a catalog: what it changes, which mistakes in it are
-- errors, and what is only a warning since a pull may have caused it.

local catalog = require "clinone.catalog"
local clinone = require "clinone"
local native = require "clinone.native"
local process = require "spec.support.process"
local user = require "clinone.catalog.user"

local base = {
  catalog = 1, inferred = true,
  resources = {
    patients = { group = "patient", group_derived = true, operations = {
      create_patient = { method = "POST", path = "/patients", aliases = { "create" }, params = {
        status = { ["in"] = "body", required = true }, sex = { ["in"] = "body" },
      } },
      get_patients = { method = "GET", path = "/patients", aliases = { "list" }, paging = { style = "page" } },
      search = { method = "POST", path = "/patients/search" },
    }, resources = { visits = { operations = {
      list = { method = "GET", path = "/visits" },
    } } } },
    sites = { group = "site", group_derived = true, operations = { list = { method = "GET", path = "/sites" } } },
  },
}

--- Loads the catalog under an overlay, a table or a text.
local function load(given, document)
  local path = os.tmpname()
  os.remove(path)
  local overlaid = path .. ".overlay.json"
  process.write_file(path .. ".json", native.json.encode(document or base))
  process.write_file(overlaid, type(given) == "string" and given or native.json.encode(given))
  local loaded, err = catalog.load(path .. ".json")
  os.remove(path .. ".json")
  os.remove(overlaid)
  local place = overlaid:gsub("%p", "%%%0")
  if err then err.message = err.message:gsub(place, "FILE") end
  for i, warning in ipairs(loaded and loaded.warnings or {}) do loaded.warnings[i] = warning:gsub(place, "FILE") end
  return loaded, err
end

local function patients(operations, more)
  local patch = more or {}
  patch.operations = operations
  return { overlay = 1, resources = { patients = patch } }
end

local function refused(message, given)
  local document, err = load(given)
  assert.is_nil(document)
  assert.equal("config", err.kind)
  assert.equal("the overlay FILE: " .. message, err.message)
end

local function keys(list)
  local names = {}
  for name in pairs(list) do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, " ")
end

describe("an overlay", function()
  it("changes what it names, and nothing else", function()
    local document = clinone.check(load { overlay = 1, strict = true, resources = { patients = {
      rename = "subjects", group = "subject",
      operations = {
        create_patient = {
          rename = "register", aliases = { "add" }, group = "patient", retry = "check_first", retry_503 = true,
          key = { "screeningNumber" }, required = { status = false, sex = true }, strict = false,
        },
        list = { paging = { style = "offset", offset = "skip", first = 0 }, required = native.json.array() },
        search = { hide = true },
      },
      resources = { visits = { group = "visit", operations = { list = { rename = "all" } } } },
    } } })
    assert.is_nil(document.warnings)
    assert.is_true(document.strict)
    assert.equal("sites subjects", keys(document.resources))
    local subjects = document.resources.subjects
    assert.same({ "subject", nil }, { subjects.group, subjects.group_derived })
    assert.equal("get_patients register", keys(subjects.operations))
    assert.same({
      method = "POST", path = "/patients", aliases = { "add" }, group = "patient", retry = "check_first",
      retry_503 = true, key = { "screeningNumber" }, strict = false,
      params = { status = { ["in"] = "body", required = false }, sex = { ["in"] = "body", required = true } },
    }, subjects.operations.register)
    assert.same({ style = "offset", offset = "skip", first = 0 }, subjects.operations.get_patients.paging)
    assert.equal("all", keys(subjects.resources.visits.operations))
    assert.equal("visit", subjects.resources.visits.group)
    assert.same(base.resources.sites, catalog.whole(document).resources.sites)
  end)

  it("takes away paging, required lists and whole resources", function()
    local document = clinone.check(load(patients({
      get_patients = { paging = false }, create_patient = { required = { "sex" } },
    }, { resources = { visits = { hide = true } } })))
    local operations = document.resources.patients.operations
    assert.is_nil(operations.get_patients.paging)
    assert.is_true(operations.create_patient.params.sex.required)
    assert.is_true(operations.create_patient.params.status.required)
    assert.equal("", keys(document.resources.patients.resources))
    assert.is_true(document.resources.patients.group_derived)
  end)

  it("is seen by a client: the old name is gone, an alias stays", function()
    local path = os.tmpname()
    os.remove(path)
    process.write_file(path .. ".json", native.json.encode(base))
    process.write_file(path .. ".overlay.json", native.json.encode(patients {
      create_patient = { rename = "register" }, search = { hide = true },
    }))
    local api = clinone.check(clinone.new {
      base_url = "https://127.0.0.1:1", auth = clinone.auth.bearer "t", catalog = path .. ".json",
    })
    os.remove(path .. ".json")
    os.remove(path .. ".overlay.json")
    assert.equal("POST", api:explain("patients.register", { status = "x" }).method)
    assert.equal("POST", api:explain("patients.create", { status = "x" }).method)
    assert.equal("function", type(api.patients.register))
    assert.truthy(select(2, api:explain "patients.create_patient").message:find "^no operation")
    assert.has_error(function() return api.patients.search end)
  end)

  it("lets names change places, and gives an alias to one only", function()
    local document = clinone.check(load(patients {
      create_patient = { rename = "search" }, search = { rename = "create_patient", aliases = { "list" } },
    }))
    local operations = document.resources.patients.operations
    assert.same({ "/patients", "/patients/search" }, { operations.search.path, operations.create_patient.path })
    assert.equal("create_patient", select(2, catalog.operation(document.resources.patients, "list")))
    assert.same({}, operations.get_patients.aliases)
    document = clinone.check(load(patients { search = { rename = "list" } }))
    assert.equal("list", select(2, catalog.operation(document.resources.patients, "list")))
    assert.same({}, document.resources.patients.operations.get_patients.aliases)
    -- A name that is its own already.
    document = clinone.check(load(patients { create_patient = { rename = "create" }, search = { rename = "search" } }))
    assert.equal("create get_patients search", keys(document.resources.patients.operations))
    assert.same({}, document.resources.patients.operations.create.aliases)
  end)

  it("never takes a name that another has", function()
    refused('resources.patients.operations.create_patient.rename: "search" is taken',
      patients { create_patient = { rename = "search" } })
    refused('resources.patients.rename: "sites" is taken', patients({}, { rename = "sites" }))
    refused('resources.patients.operations.create_patient.aliases: "search" is taken',
      patients { create_patient = { aliases = { "search" } } })
    refused('resources.patients.operations.search.aliases: "x" is taken',
      patients { create_patient = { aliases = { "x" } }, search = { aliases = { "x" } } })
    refused('resources.patients.operations.search.rename: "x" is taken',
      patients { create_patient = { rename = "x" }, search = { rename = "x" } })
  end)

  it("warns of what the catalog no longer has", function()
    local document = clinone.check(load { overlay = 1, resources = {
      patient = { rename = "subjects" },
      patients = {
        operations = { creat_patient = { retry = "safe" }, create_patient = { required = { "Sex", "zzzzzz" } } },
        resources = { visit = {}, zzzzzz = {} },
      },
      sites = { resources = { x = { hide = true } }, operations = { get = {} } },
    } })
    assert.same({
      'FILE: resources.patient: no such resource (did you mean "patients"?)',
      'FILE: resources.patients.operations.creat_patient: no such operation (did you mean "create_patient"?)',
      'FILE: resources.patients.operations.create_patient.required: no such parameter: Sex (did you mean "sex"?)',
      "FILE: resources.patients.operations.create_patient.required: no such parameter: zzzzzz (there are: sex, status)",
      'FILE: resources.patients.resources.visit: no such resource (did you mean "visits"?)',
      "FILE: resources.patients.resources.zzzzzz: no such resource (there are: visits)",
      "FILE: resources.sites.operations.get: no such operation (there are: list)",
      "FILE: resources.sites.resources.x: no such resource",
    }, (function()
      table.sort(document.warnings)
      return document.warnings
    end)())
    assert.equal("patients sites", keys(document.resources))
  end)

  it("of another form is refused, and where", function()
    local place = "resources.patients.operations.search."
    for _, case in ipairs {
      { '{"overlay":1,"resources":{"patients":{"gruop":"x"}}}',
        'resources.patients.gruop: unknown key (did you mean "group"?)' },
      { '{"overlay":1,"resorces":{}}', 'resorces: unknown key (did you mean "resources"?)' },
      { '{"overlay":2}', "overlay: must be 1" },
      { '{"resources":{}}', 'it has no "overlay": 1' },
      { "7", 'it has no "overlay": 1' },
      { "[]", 'it has no "overlay": 1' },
      { "{", "it is no JSON: expected a key in quotes, at byte offset 1" },
      { '{"overlay":1,"strict":1}', "strict: must be true or false" },
      { '{"overlay":1,"overlay":1}', "a key stands twice in one object" },
      { '{"overlay":1,"resources":[1]}', "resources: must be an object" },
      { '{"overlay":1,"resources":{"a":7}}', "resources.a: must be an object" },
      { '{"overlay":1,"resources":{"a":{"rename":"b.c"}}}',
        "resources.a.rename: must be a name of letters, digits and _" },
      { patients { search = { rename = "" } }, place .. "rename: must be a name of letters, digits and _" },
      { patients { search = { group = 7 } }, place .. "group: must be a string" },
      { patients { search = { hide = "yes" } }, place .. "hide: must be true or false" },
      { patients { search = { retry = "Safe" } }, place .. 'retry: unknown retry class (did you mean "safe"?)' },
      { patients { search = { key = "x" } }, place .. "key: must be a list" },
      { patients { search = { key = { a = 1 } } }, place .. "key: must be a list" },
      { patients { search = { key = { "a", 7 } } }, place .. "key[2]: must be a string" },
      { patients { search = { aliases = { "__index.x" } } },
        place .. "aliases[1]: must be a name of letters, digits and _" },
      { patients { search = { paging = true } }, place .. "paging: must be an object" },
      { patients { search = { paging = { style = "pages" } } },
        place .. 'paging.style: unknown style (did you mean "page"?)' },
      { patients { search = { paging = { style = "page", frist = 1 } } },
        place .. 'paging.frist: unknown key (did you mean "first"?)' },
      { patients { search = { paging = { style = "page", first = "1" } } }, place .. "paging.first: must be a number" },
      { patients { search = { required = { a = 1 } } }, place .. "required.a: must be true or false" },
      { patients { search = { required = { 1 } } }, place .. "required[1]: must be a string" },
    } do
      refused(case[2], case[1])
    end
  end)

  it("stands beside the catalog, and a table has none", function()
    assert.equal("/a/catalog.overlay.json", user.overlay_of "/a/catalog.json")
    assert.equal("/a.json/x.overlay.json", user.overlay_of "/a.json/x")
    assert.is_nil(clinone.check(catalog.load(base)).warnings)
    local path = os.tmpname()
    process.write_file(path, native.json.encode(base))
    assert(os.execute(("mkdir %s.overlay.json"):format(path)))
    local document, err = catalog.load(path)
    assert(os.execute(("rmdir %s.overlay.json"):format(path)))
    os.remove(path)
    assert.is_nil(document)
    assert.truthy(err.message:find("it cannot be read: ", 1, true), err.message)
  end)

  it("leaves what it does not name undecoded", function()
    local text = native.json.encode(base):gsub('"method":"GET","path":"/sites"', '"method":')
    local path = os.tmpname()
    process.write_file(path, text)
    process.write_file(path .. ".overlay.json", native.json.encode(patients { search = { group = "x" } }))
    assert.truthy(catalog.load(path))
    process.write_file(path .. ".overlay.json", '{"overlay":1,"resources":{"sites":{"operations":{"list":{}}}}}')
    local document, err = catalog.load(path)
    os.remove(path)
    os.remove(path .. ".overlay.json")
    assert.is_nil(document)
    assert.truthy(err.message:find("the catalog's operation sites.list is no JSON", 1, true), err.message)
  end)
end)
