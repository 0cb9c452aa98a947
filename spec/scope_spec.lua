-- Scopes: the page's table of actions, what a token says, and the call that is
-- not sent because the token surely does not allow it.

local clinone = require "clinone"
local scope = require "clinone.scope"
local world = require "spec.support.world"

local function base64url(text)
  local pipe = assert(io.popen("printf %s '" .. text .. "' | base64 -w0 | tr '+/' '-_' | tr -d =", "r"))
  local encoded = pipe:read "*a"
  pipe:close()
  return encoded
end

describe("scopes", function()
  it("allow the methods of the page's table", function()
    local table_of_page = {
      read = { GET = true }, write = { GET = true, PUT = true, POST = true }, delete = { GET = true, DELETE = true },
      manage = { GET = true, PUT = true, POST = true, DELETE = true },
    }
    for action, methods in pairs(table_of_page) do
      for _, method in ipairs { "GET", "PUT", "POST", "DELETE" } do
        local allowed, known = scope.allowed({ "api.patient." .. action, "api.site.manage" }, "patient", method)
        assert.equal(methods[method] or false, allowed, action .. " " .. method)
        assert.is_true(known)
      end
    end
    assert.is_true((scope.allowed({ "api.patient.read", "api.patient.delete" }, "patient", "DELETE")))
  end)

  it("leave it to the server where they do not say", function()
    for _, case in ipairs {
      { nil, "patient", "POST" }, { {}, "patient", "POST" }, { { "api.site.read" }, "patient", "POST" },
      { { "api.patient.read" }, nil, "POST" }, { { "api.patient.read" }, "patient", "PATCH" },
      { { "api.patient.read" }, "patient", "HEAD" }, { { "api.patient.read" }, "patient", "OPTIONS" },
      { { "api.patient.audit" }, "patient", "POST" }, { { "patient.read", "api.patient" }, "patient", "POST" },
    } do
      local allowed, known = scope.allowed(case[1], case[2], case[3])
      assert.same({ true, false }, { allowed, known })
    end
  end)

  it("are told by name", function()
    assert.same({ "api.site.manage", "api.site.write" }, scope.needed("site", "POST"))
    assert.same({ "api.site.delete", "api.site.manage" }, scope.needed("site", "DELETE"))
    assert.same({}, scope.needed("site", "PATCH"))
  end)

  it("are read from scp, else from roles, a text or a list", function()
    assert.same({ "a.b", "c.d" }, scope.list { scp = "c.d a.b", roles = "x" })
    assert.same({ "x", "y" }, scope.list { roles = { "y", "x" } })
    assert.same({}, scope.list { scp = "" })
    assert.is_nil(scope.list {})
    assert.is_nil(scope.list { scp = 7 })
    assert.is_nil(scope.list(nil))
  end)

  it("of a bearer that is no JWT are not known, and that is no error", function()
    local payload = base64url '{"scp":"api.patient.read","exp":7}'
    assert.same({ scp = "api.patient.read", exp = 7 }, scope.claims("eyJhbGciOiJSUzI1NiJ9." .. payload .. ".c2ln"))
    assert.truthy(scope.claims("e30." .. payload .. "."))
    for _, token in ipairs { "", "opaque", "a.b", "a.b.c", "a..c", "a." .. payload, "a." .. payload .. ".c.d",
      "a." .. base64url "[1" .. ".c", "a." .. base64url '"x"' .. ".c", "a.%%%.c" } do
      assert.is_nil(scope.claims(token), token)
    end
  end)
end)

describe("a call", function()
  local here

  setup(function() here = world.start() end)
  teardown(function() here:stop() end)
  before_each(function() here:reset() end)

  local create = { studyIdentifier = "ONC-301", siteIdentifier = "1042", screeningNumber = "S-1" }

  it("that the token does not allow is not sent, and says what is held and needed", function()
    local reader = here:client_as "sandbox-reader"
    local value, err = reader.patients:create(create)
    assert.is_nil(value)
    assert.same({ "scope", "not_sent", "patients.create", 0, false, nil },
      { err.kind, err.outcome, err.operation, err.attempts, err.retryable, err.status })
    assert.equal("the token does not allow POST on patient", err.message)
    for _, part in ipairs { "api.patient.read", "needed is api.patient.manage or api.patient.write",
      "ClinOne representative", "CO-1619 and CO-1150" } do
      assert.truthy(err.hint:find(part, 1, true), err.hint)
    end
    assert.equal("scope", select(2, reader.patients:delete "7").kind)
    assert.equal("scope", select(2, reader.patients:create(create)).kind)
    assert.same({ "token" }, (function()
      local names = {}
      for i, entry in ipairs(here:log()) do names[i] = entry.operation end
      return names
    end)())
    clinone.check(reader.patients:list { studyIdentifier = "ONC-301" })
  end)

  it("that it does not speak of is sent, and the server decides", function()
    here:fault { operation = "token", kind = "scopes", scp = "api.study.read" }
    local api = here:client()
    local _, err = api.patients:create(create)
    assert.same({ "http", 403, "insufficient_scope", "rejected" }, { err.kind, err.status, err.code, err.outcome })
    assert.truthy(err.hint:find("carries api.study.read; needed is api.patient.manage or api.patient.write", 1, true))
    assert.equal(1, #here:log "patients.create")
    -- A free route has no group.
    assert.equal(403, select(2, here:client_as("sandbox-reader"):request {
      method = "POST", path = "/patients", body = create }).status)
  end)

  -- The group is a guess from the folder's name: it must never block a call.
  it("of a derived group is always sent; the group explains a refusal", function()
    local builtin = require "clinone.builtin"
    local patients = { name = "Patients", group = "patient", group_derived = true }
    patients.operations = builtin.resources.patients.operations
    local catalog = { catalog = 1, inferred = true, resources = { patients = patients } }
    local reader = here:client_as("sandbox-reader", { catalog = catalog })
    local _, err = reader.patients:create(create)
    assert.same({ "http", 403, "rejected" }, { err.kind, err.status, err.outcome })
    assert.equal(1, #here:log "patients.create")
    for _, part in ipairs { "needed is probably api.patient.manage or api.patient.write",
      "The group patient is derived from the catalog's folder." } do
      assert.truthy(err.hint:find(part, 1, true), err.hint)
    end
    assert.same({ false, true }, { reader:can "patients.create", reader:can "patients.list" })
    assert.same({ "api.patient.manage", "api.patient.write" }, reader:explain("patients.create", create).scope)
    _, err = here:client_as("sandbox-outsider", { catalog = catalog }).patients:create(create)
    assert.truthy(err.hint:find("not associated with this study", 1, true), err.hint)
    assert.truthy(err.hint:find("is derived from", 1, true), err.hint)
    -- An operation's own group is no guess.
    local own = {}
    for name, value in pairs(patients.operations.create) do own[name] = value end
    own.group = "patient"
    patients.operations = { create = own }
    assert.equal("scope",
      select(2, here:client_as("sandbox-reader", { catalog = catalog }).patients:create(create)).kind)
  end)

  it("refused though the scope is held means a study that is not associated", function()
    local outsider = here:client_as "sandbox-outsider"
    local _, err = outsider.patients:create(create)
    assert.same({ "http", 403, "study_not_associated" }, { err.kind, err.status, err.code })
    assert.truthy(err.hint:find("not associated with this study", 1, true))
    assert.truthy(err.hint:find("API Management > Authentication & Authorization", 1, true))
  end)

  it("is checked against the token of the day: can, scopes", function()
    local reader, coordinator = here:client_as "sandbox-reader", here:client()
    assert.same({ "api.patient.read", "api.site.read", "api.study.read" }, clinone.check(reader:scopes()))
    for name, can in pairs {
      ["patients.list"] = true, ["patients.create"] = false, ["sites.update"] = false, ["patients.delete"] = false,
    } do
      assert.equal(can, reader:can(name))
    end
    assert.is_true(coordinator:can "patients.create")
    assert.same({ "api.patient.manage", "api.site.manage", "api.study.read" }, coordinator:auth_status().scopes)
    local value, err = coordinator:can "patients.craete"
    assert.is_nil(value)
    assert.equal("validation", err.kind)
    value, err = here:client({ client_secret = "wrong" }):can "patients.list"
    assert.is_nil(value)
    assert.equal("auth", err.kind)
    assert.equal("auth", select(2, here:client({ client_secret = "wrong" }):scopes()).kind)
    -- A refusal is not kept with the next token.
    here:fault { operation = "patients.list", kind = "unauthorized", count = 1 }
    here:fault { operation = "token", kind = "scopes", scp = "api.patient.manage" }
    clinone.check(reader.patients:list { studyIdentifier = "ONC-301" })
    assert.is_true(reader:can "patients.create")
  end)
end)
