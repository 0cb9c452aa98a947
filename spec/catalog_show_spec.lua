local builtin = require "clinone.builtin"
local show = require "clinone.catalog.show"
local workshop = require "spec.support.workshop"

local imported = {
  catalog = 1, inferred = true,
  servers = { default = "https://api.example.com", pay = "https://pay.example.com/v1" },
  resources = {
    patients = {
      group = "patient", group_derived = true,
      operations = {
        create_patient = { aliases = { "create" }, method = "post", path = "/patients", name = "Create Patient" },
        list_all = { aliases = { "all", "list" }, method = "GET", path = "/patients" },
        pay = { method = "POST", path = "/pay", server = "pay", group = "money", retry = "check_first" },
        ping = { method = "GET", path = "/ping", public = true },
      },
      resources = { visits = { operations = { list = { method = "GET", path = "/patients/{id}/visits" } } } },
    },
  },
}

local function by_name(document, resource)
  local found = {}
  for _, one in ipairs(assert(show.records(document, resource))) do found[one.operation] = one end
  return found
end

local function lines(text)
  local list = {}
  for line in text:gmatch "[^\n]+" do list[#list + 1] = line end
  return list
end

describe("catalog show", function()
  it("has one record for each operation, in a settled order", function()
    local names = {}
    for i, one in ipairs(show.records(imported)) do names[i] = one.operation end
    assert.same({
      "patients.list_all", "patients.create_patient", "patients.pay", "patients.ping", "patients.visits.list",
    }, names)
  end)

  it("calls by the plain verb where there is one, and lists the other spellings", function()
    local create = by_name(imported)["patients.create_patient"]
    assert.equal("api.patients:create", create.call)
    assert.same({ "api.patients:create_patient" }, create.also)
    local list = by_name(imported)["patients.list_all"]
    assert.equal("api.patients:list", list.call)
    assert.same({ "api.patients:list_all", "api.patients:all" }, list.also)
    assert.equal("api.patients.visits:list", by_name(imported)["patients.visits.list"].call)
  end)

  it("writes calls as scripts must: suffixes, resources named like methods, names that are none", function()
    local found = by_name(workshop)
    assert.equal("api.call_:list", found["call.list"].call)
    assert.equal("api.study:list", found["study.list"].call)
    assert.equal("api.tags:each_", found["tags.each"].call)
    local odd = by_name { resources = { ["a b"] = { operations = { list = { method = "GET", path = "/" } } },
      x = { operations = { ["end"] = { method = "GET", path = "/" } } } } }
    assert.equal('api:call("a b.list")', odd["a b.list"].call)
    assert.equal('api:call("x.end")', odd["x.end"].call)
  end)

  it("tells scope, its origin, retry class, method and server", function()
    local found = by_name(imported)
    assert.equal("patient", found["patients.create_patient"].scope)
    assert.is_true(found["patients.create_patient"].scope_derived)
    assert.equal("POST", found["patients.create_patient"].method)
    assert.equal("never", found["patients.create_patient"].retry)
    assert.equal("safe", found["patients.list_all"].retry)
    assert.equal("money", found["patients.pay"].scope)
    assert.is_nil(found["patients.pay"].scope_derived)
    assert.equal("check_first", found["patients.pay"].retry)
    assert.equal("pay", found["patients.pay"].server)
    assert.is_true(found["patients.ping"].public)
  end)

  it("shows one resource and what is nested in it", function()
    assert.equal(5, #show.records(imported, "patients"))
    assert.equal(1, #show.records(imported, "patients.visits"))
    local records, message = show.records(imported, "patient")
    assert.is_nil(records)
    assert.equal('no resource "patient" (did you mean "patients"?)', message)
  end)

  describe("layout", function()
    local text = show.layout(show.records(imported), imported)

    it("stands in columns, as wide as it takes", function()
      local list = lines(text)
      assert.truthy(list[1]:find "^LUA CALL +METHOD +PATH +SCOPE +RETRY +ALSO$")
      assert.truthy(text:find("api.patients:create +POST +/patients +patient %(derived%) +never +:create_patient"))
      assert.truthy(text:find("POST +https://pay.example.com/v1/pay +money +check_first"))
      assert.truthy(text:find("api.patients:ping +GET +/ping +public +safe"))
    end)

    it("keeps to the width, and never cuts the call", function()
      for width = 1, 120 do
        local narrow = show.layout(show.records(workshop), workshop, width)
        for _, one in ipairs(show.records(workshop)) do assert.truthy(narrow:find(one.call, 1, true)) end
        for _, line in ipairs(lines(narrow)) do
          assert.is_true(#line <= math.max(width, 23), ("%d: %s"):format(width, line))
        end
      end
      assert.truthy(show.layout(show.records(workshop), workshop, 70):find("/everywhere/[^ ]*%.%.%. "))
    end)

    it("lets no control character through", function()
      local hostile = { resources = { x = { operations = { y = { method = "GET", path = "/\27[2J\194\155\n" } } } } }
      local said = show.layout(show.records(hostile), hostile)
      assert.is_nil(said:gsub("\n", ""):find "%c")
      assert.is_nil(said:find "\194\155")
    end)

    it("counts characters, and cuts none of them in half", function()
      local wide = { resources = { x = { operations = { y = { method = "GET", path = "/" .. ("é"):rep(60) } } } } }
      local said = show.layout(show.records(wide), wide, 60)
      assert.truthy(said:find("/[é]+%.%.%. "))
      assert.is_nil(said:find "\195[^\128-\191]")
    end)

    it("leaves a catalog's own table alone", function()
      assert.equal("api.patients:create", by_name(builtin)["patients.create"].call)
      assert.is_nil(builtin.resources.patients.operations.create.also)
    end)
  end)
end)
