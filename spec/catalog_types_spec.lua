local builtin = require "clinone.builtin"
local odd = require "spec.support.odd_catalog"
local types = require "clinone.catalog.types"
local workshop = require "spec.support.workshop"

local load_text = loadstring or load -- luacheck: ignore (5.1 has the first)

local function has(text, wanted)
  assert.is_truthy(text:find(wanted, 1, true), wanted .. "\n\n" .. text)
end

local function count(text, wanted)
  local _, found = text:gsub(wanted, "")
  return found
end

local function with_operation(operation)
  return types.text { catalog = 1, resources = { things = { operations = { make = operation } } } }
end

describe("catalog types", function()
  it("is a definition file that every Lua reads and that does nothing", function()
    for _, document in ipairs { builtin, workshop, odd.document, { resources = {} } } do
      local text = types.text(document)
      assert.equal("---@meta", text:match "^[^\n]*")
      local chunk = assert(load_text(text))
      assert.is_nil(chunk())
    end
  end)

  it("adds each resource to clients and handles", function()
    local text = types.text(builtin)
    has(text, "---@class clinone.Handle\n---@field patients clinone.api.patients")
    has(text, "---@class clinone.Client: clinone.Handle\n")
    has(text, "---@class clinone.api.patients\nlocal resource = {}")
  end)

  it("has every operation, by each of its names, with parameters and text", function()
    local text = types.text(workshop)
    for _, name in ipairs { "update", "replace", "put" } do
      has(text, "---@param params clinone.api.tags.update.params|string|integer\n"
        .. "---@param options? clinone.CallOptions\n"
        .. "---@return any value nil when it failed\n---@return clinone.Response|clinone.Error response_or_err\n"
        .. "function resource:" .. name .. "(params, options) end")
    end
    has(types.text(builtin), "--- **Register a patient**: `POST /patients`")
  end)

  it("says of each parameter its type, whether it may be left out, place and text", function()
    local text = types.text(builtin)
    has(text, "---@field screeningNumber string # Screening number, unique at the site (body)")
    has(text, "---@field birthYear? integer # Four digits (body)")
    has(text, "---@field id string|integer # ClinOne's own id (path)")
    local more = with_operation { method = "POST", path = "/things/{id}", params = {
      a = { ["in"] = "query", type = "string", required = true, default = "x" },
      b = { ["in"] = "query", type = "boolean", required = true, variable = "tenant" },
      c = { ["in"] = "body", type = "file" }, d = { ["in"] = "body" },
      ["X-Odd Name"] = { ["in"] = "header", type = "string", required = true },
    } }
    has(more, "---@field a? string|integer # (query; default x)")
    has(more, "---@field b? boolean # (query; else the client's variable tenant)")
    has(more, "---@field c? clinone.core.File # (body)")
    has(more, "---@field d? any # (body)")
    has(more, '---@field ["X-Odd Name"] string|integer # (header)')
    has(more, "---@field id string|integer # (path)")
  end)

  it("lets handles give the identifiers", function()
    has(types.text(builtin), "---@field studyIdentifier? string # External study identifier "
      .. "(body; required, unless a handle gives it)")
  end)

  it("has a class for nested fields", function()
    local text = with_operation { method = "POST", path = "/things", params = {
      address = { ["in"] = "body", type = "object", fields = { city = { type = "string" }, lines = {
        type = "array", items = { type = "object", fields = { text = { type = "string" } } },
      } } },
      tags = { ["in"] = "body", type = "array", items = { type = "integer" } },
    } }
    has(text, "---@field address? clinone.api.things.make.params.address")
    has(text, "---@class clinone.api.things.make.params.address\n---@field city? string\n"
      .. "---@field lines? clinone.api.things.make.params.address.lines.item[]")
    has(text, "---@class clinone.api.things.make.params.address.lines.item\n---@field text? string")
    has(text, "---@field tags? integer[]")
  end)

  it("knows a body that is given as a whole", function()
    has(with_operation { method = "POST", path = "/", body = {
      type = "array", doc = "All of them", items = { type = "object", fields = { a = { type = "string" } } },
    } }, "---@field body? clinone.api.things.make.params.body.item[] # All of them (body)")
    has(with_operation { method = "PUT", path = "/", body = { type = "file" } },
      "---@field body? clinone.core.File # (body)")
  end)

  it("makes params optional where nothing must be given", function()
    has(with_operation { method = "GET", path = "/" }, "---@param params? clinone.api.things.make.params\n")
    has(with_operation { method = "GET", path = "/{id}" },
      "---@param params clinone.api.things.make.params|string|integer\n")
  end)

  it("completes each and pages where there are pages", function()
    local text = types.text(builtin)
    has(text, "function resource:each(params, options) end")
    has(text, "---@param options? clinone.PageOptions\n---@return clinone.Iterator\n"
      .. "function resource:pages(params, options) end")
    assert.is_nil(with_operation({ method = "GET", path = "/" }):find("resource:each", 1, true))
  end)

  it("nests resources, and lets study and site be called", function()
    local text = types.text(workshop)
    has(text, "---@class clinone.api.tags\n---@field notes clinone.api.tags.notes # tags.notes")
    has(text, "---@class clinone.api.study\n---@overload fun(api: clinone.Handle, id: string|integer): clinone.Handle")
    has(text, "---@field call_ clinone.api.call")
    has(text, "function resource:each_(params, options) end")
  end)

  it("gives no two things one class", function()
    local text = types.text(odd.document)
    has(text, '---@field ["a b"] clinone.api.a_b # ')
    has(text, '---@field ["a-b"] clinone.api.a_b_2 # ')
    assert.equal(1, count(text, "%-%-%-@class clinone%.api%.a_b\n"))
    assert.equal(1, count(text, "%-%-%-@class clinone%.api%.a_b_2\n"))
  end)

  it("takes no text for code or for an annotation", function()
    local text = types.text(odd.document)
    for line in text:gmatch "[^\n]*" do
      assert.is_nil(line:find "[%z\1-\31\127]")
      assert.is_nil(line:find "^%-%-%- *@param |a|")
      assert.is_truthy(line == "" or line == "do" or line == "end" or line == "local resource = {}"
        or line:find "^%-%-%-" or line:find "^function resource:[%w_]+%(params, options%) end$"
        or line:find '^resource%[".*"%] = function%(self, params, options%) end$', line)
    end
  end)

  it("has room for more resources than Lua has local variables", function()
    local resources = {}
    for i = 1, 300 do resources["r" .. i] = { operations = { get = { method = "GET", path = "/" .. i } } } end
    assert.is_truthy(load_text(types.text { resources = resources }))
  end)

  it("is the same every time", function()
    assert.equal(types.text(odd.document), types.text(odd.document))
  end)
end)
