-- Names made of what vendors write: every one can be called, is made of the
-- request's own words, and never depends on luck.

local handle = require "clinone.handle"
local groups = require "clinone.postman.groups"
local names = require "clinone.postman.names"
local postman = require "clinone.postman"

local function collection(...)
  return { info = { name = "Made up" }, item = { ... } }
end

local function folder(name, ...)
  return { name = name, item = { ... } }
end

local function request(name, method, path)
  return { name = name, request = { method = method, url = "https://a.example" .. path } }
end

local function import(...)
  local catalog, report = postman.read(collection(...))
  assert(catalog, tostring(report))
  return catalog.resources, report
end

-- "get_visit=GET /visits/{id} post_visit=POST /visits"
local function outline(resource)
  local list = {}
  for key, operation in pairs(resource.operations) do
    list[#list + 1] = ("%s=%s %s"):format(key, operation.method, operation.path)
  end
  table.sort(list)
  return table.concat(list, ", ")
end

local function told(report, list, place, part)
  for _, entry in ipairs(report[list]) do
    if entry.place == place and entry.reason:find(part, 1, true) then return end
  end
  error(("no entry %s of %s says %q"):format(list, place, part), 2)
end

describe("snake_case", function()
  it("is made of any name", function()
    for text, name in pairs {
      ["Get Patient"] = "get_patient", createPatient = "create_patient", ["HTTPServer"] = "http_server",
      getPatientIDs = "get_patient_ids", ["list-of/things"] = "list_of_things", ["v2Patients"] = "v2_patients",
      ["  blank  "] = "blank", ["Patient's list"] = "patients_list", ["3D scan"] = "_3d_scan", ["201"] = "_201",
      ["201 Created"] = "_201_created", ["200-OK"] = "_200_ok", __index = "index", ["a\nb\0c"] = "a_b_c",
    } do
      assert.equal(name, names.snake(text))
    end
  end)

  it("drops accents, emoji and other scripts", function()
    for text, name in pairs {
      ["🔌 Sesión"] = "sesion", ["Größe & Gewicht"] = "grosse_gewicht", ["Łódź"] = "lodz",
      ["Œuvre Ænima"] = "oeuvre_aenima",
      ["e\204\129cole"] = "ecole", ["Patient’s"] = "patients", ["名前 name"] = "name",
    } do
      assert.equal(name, names.snake(text))
    end
    for _, text in ipairs { "中文", "🔌", "..", "", " ", "__", "\255\254" } do assert.is_nil(names.snake(text)) end
    assert.is_nil(names.snake(nil))
  end)

  it("drops a number that only orders, where text follows", function()
    for _, text in ipairs {
      "2. Login", "02) Login", "1.2 Login", "2.Login", "1 - Login", "3: Login", "5a. Login", "🔌 2. Login",
    } do
      assert.equal("login", names.snake(text))
    end
    assert.equal("_2", names.snake "2.")
  end)

  it("is at most 60 characters, cut between words", function()
    assert.equal(("word_"):rep(12):sub(1, -2), names.snake(("word "):rep(20)))
    assert.equal(("x"):rep(60), names.snake(("x"):rep(90)))
    assert.equal("a_" .. ("x"):rep(57), names.snake("a " .. ("x"):rep(57) .. " yyy"))
  end)
end)

describe("an operation's name", function()
  it("comes from method and path where nothing is left of its own", function()
    for text, name in pairs {
      ["中文"] = "get_patients_by_id", [".."] = "get_patients_by_id", [""] = "get_patients_by_id",
      ["GET /patients/{id}"] = "get_patients_by_id", ["GET https://x.example/patients/:id"] = "get_patients_by_id",
      ["{{baseUrl}}/patients/{{id}}"] = "patients_by_id", ["/sale"] = "sale",
    } do
      assert.equal(name, names.operation(text, "GET", "/api/v1/patients/{id}"))
    end
    assert.equal("get_patients_by_id", names.operation(nil, "GET", "/patients/{id}/"))
    assert.equal("post_studies_by_study_id_visits", names.operation(nil, "POST", "/studies/{studyId}/visits"))
    assert.equal("get_api_v1", names.operation(nil, "GET", "/api/v1"))
    assert.equal("get", names.operation(nil, "GET", "/"))
  end)

  it("knows every method that a resource of that name would hide", function()
    for method in pairs(handle.method_names) do
      assert.equal(method .. "_", names.free_of_methods(method, "resource"))
    end
    for _, free in ipairs { "study", "site", "new", "patients", "list" } do
      assert.equal(free, names.free_of_methods(free, "resource"))
    end
  end)

  it("that is not what the collection says is told, with both", function()
    local resources, report = import(folder("F", request("__index", "GET", "/a"), request("..", "POST", "/b"),
      request("患者", "GET", "/c"), request("", "GET", "/d"), request(nil, "GET", "/e"), request("🔌 Go", "GET", "/f"),
      request("../../etc/passwd", "GET", "/g"), request("GET /h/{id}", "GET", "/h/:id")))
    assert.equal("etc_passwd=GET /g, get_c=GET /c, get_d=GET /d, get_e=GET /e, get_h_by_id=GET /h/{id}, go=GET /f, "
      .. "index=GET /a, post_b=POST /b", outline(resources.f))
    told(report, "renamed", "F / __index", '"__index" cannot be a name here: index')
    told(report, "renamed", "F / ..", '".." can be written in Lua; its method and path make the name post_b')
    told(report, "renamed", "F / 患者", "the name get_c")
    told(report, "renamed", "F / (no name)", "its empty name can be written in Lua; its method and path")
    told(report, "renamed", "F / (no name)", "the name get_d")
    told(report, "renamed", "F / (no name)", "the name get_e")
    told(report, "renamed", "F / ../../etc/passwd", "etc_passwd")
    assert.equal(6, #report.renamed)
  end)

  it("is no keyword and no method of resources", function()
    local resources, report = import(folder("Lua", request("end", "GET", "/a"), request("each", "GET", "/b"),
      request("Pages", "GET", "/c"), request("Repeat", "GET", "/d"), request("close", "GET", "/e")))
    assert.equal("close=GET /e, each_=GET /b, end_=GET /a, pages_=GET /c, repeat_=GET /d", outline(resources.lua))
    told(report, "renamed", "Lua / end", "end_")
  end)
end)

describe("equal names in a folder", function()
  local function named(...)
    local resources, report = import(folder("F", ...))
    return outline(resources.f), report
  end

  it("are told apart by the method", function()
    local text, report = named(request("Visit", "GET", "/v/{{id}}"), request("visit", "POST", "/v"))
    assert.equal("get_visit=GET /v/{id}, post_visit=POST /v", text)
    told(report, "renamed", "F / visit", "told apart by method: post_visit")
  end)

  it("are not called by two methods at once", function()
    assert.equal("get_visit_get=GET /v, get_visit_post=POST /v",
      (named(request("Get visit", "GET", "/v"), request("Get visit", "POST", "/v"))))
  end)

  it("are told apart by what their paths do not share", function()
    assert.equal("find_drugs=GET /drugs/find, find_labs=GET /labs/find",
      (named(request("Find", "GET", "/labs/find"), request("Find", "GET", "/drugs/find"))))
    assert.equal("find_labs=GET /labs, find_labs_by_id=GET /labs/{id}",
      (named(request("Find", "GET", "/labs"), request("Find", "GET", "/labs/:id"))))
    assert.equal("find_labs=GET /labs, find_v2_labs=GET /v2/labs",
      (named(request("Find", "GET", "/labs"), request("Find", "GET", "/v2/labs"))))
  end)

  it("are told apart by their queries", function()
    assert.equal("find_by_name=GET /labs, find_by_page_size=GET /labs, find_plain=GET /labs", (named(
      request("Find", "GET", "/labs?size=1&page=2"), request("Find", "GET", "/labs"),
      request("Find", "GET", "/labs?name=x"))))
  end)

  it("do not depend on their order, if anything tells them apart", function()
    local a, b, c = request("X", "GET", "/a/{{i}}"), request("x", "GET", "/b/{{i}}"), request("X!", "PUT", "/a/{{i}}")
    local first = named(a, b, c)
    assert.equal("x_get_a_by_i=GET /a/{i}, x_get_b_by_i=GET /b/{i}, x_put_a_by_i=PUT /a/{i}", first)
    assert.equal(first, (named(c, b, a)))
  end)

  it("are numbered when nothing does, with a warning", function()
    local text, report = named(request("T", "GET", "/t"), request("T", "GET", "/t"), request("T 1", "GET", "/u"))
    assert.equal("t_1=GET /u, t_1_2=GET /t, t_2=GET /t", text)
    told(report, "warnings", "F / T", "numbered")
  end)

  it("keep what tells them apart however long they are", function()
    local long = ("long "):rep(30)
    local text = named(request(long, "GET", "/a"), request(long, "GET", "/b"))
    local stem = ("long_"):rep(11):sub(1, -2)
    assert.equal(stem .. "_a=GET /a, " .. stem .. "_b=GET /b", text)
  end)
end)

describe("folders", function()
  it("of one name side by side are one resource", function()
    local resources, report = import(
      folder("Forms", request("A", "GET", "/a")), folder("forms", request("B", "GET", "/b")))
    assert.equal("a=GET /a, b=GET /b", outline(resources.forms))
    told(report, "renamed", "forms", 'folder "Forms"')
  end)

  it("make way for a request of their name, and for methods", function()
    local resources, report = import(
      folder("Patients", request("Visits", "GET", "/v"), folder("Visits", request("List", "GET", "/w"))),
      folder("Call", request("A", "GET", "/a")))
    assert.equal("list=GET /w", outline(resources.patients.resources.visits_))
    assert.equal("a=GET /a", outline(resources.call_))
    told(report, "renamed", "Patients / Visits", "visits_")
    told(report, "renamed", "Call", "call_")
  end)

  it("called study or site keep their names", function()
    local resources = import(
      folder("Study", request("List", "GET", "/studies")), folder("Site", request("A", "GET", "/s")))
    assert.truthy(resources.study and resources.site)
  end)

  it("without a name of their own go by the first path in them", function()
    local resources, report = import(folder("患者", request("A", "GET", "/api/v2/people/{{id}}")),
      folder(nil, request("B", "GET", "/x")), folder("__gc", request("C", "GET", "/y")))
    told(report, "renamed", "患者", '"患者" can be written in Lua; the first path in it makes the name people')
    told(report, "renamed", "(no name)", "the name x")
    told(report, "renamed", "__gc", '"__gc" cannot be a name here: gc')
    assert.equal("a=GET /api/v2/people/{id}", outline(resources.people))
    assert.equal("b=GET /x", outline(resources.x))
  end)

  it("that hold nothing are left out, and it is said", function()
    local resources, report = import(folder("Empty"), folder("F", request("A", "GET", "/a")))
    assert.is_nil(resources.empty)
    told(report, "warnings", "Empty", "no operation")
  end)
end)

describe("requests at the top", function()
  it("go by their path's first word, to a folder of that name if there is one", function()
    local resources = import(folder("Patients", request("List", "GET", "/patients")),
      request("Count", "GET", "/api/v1/patients/count"), request("Version", "GET", "/version"),
      request("Root", "GET", "/"), request("One", "GET", "/{{id}}"))
    assert.equal("count=GET /api/v1/patients/count, list=GET /patients", outline(resources.patients))
    assert.equal("version=GET /version", outline(resources.version))
    assert.equal("one=GET /{id}, root=GET /", outline(resources.root))
  end)
end)

describe("a scope group", function()
  it("is the singular of its resource", function()
    for plural, singular in pairs {
      patients = "patient", studies = "study", study_visits = "study_visit", statuses = "status", addresses = "address",
      boxes = "box", branches = "branch", status = "status", analysis = "analysis", time_series = "time_series",
      site = "site", databases = "database", cases = "case", releases = "release", ["_2024"] = "_2024",
    } do
      assert.equal(singular, groups.singular(plural))
    end
  end)

  it("is derived, and told", function()
    local resources, report = import(folder("Patients", request("List", "GET", "/patients")))
    assert.equal("patient", resources.patients.group)
    assert.is_true(resources.patients.group_derived)
    told(report, "guessed", "Patients", '"patient"')
  end)

  it("is no number, and one entry for folders of one name", function()
    local resources, report = import(folder("2024", request("A", "GET", "/a")), folder("3D scans",
      request("A", "GET", "/a")), folder("A", folder("Visits", request("A", "GET", "/a"))),
      folder("B", folder("Visits", request("A", "GET", "/a"))))
    assert.is_nil(resources._2024.group)
    assert.is_nil(resources._2024.group_derived)
    assert.equal("3d_scan", resources._3d_scans.group)
    told(report, "guessed", "(collection)", 'the scope group "visit" is derived from the name (2 folders)')
    assert.equal(2, #report.guessed)
  end)
end)
