--- Resources as Lua tables: data of the catalog turned into methods, each
-- made when it is first asked for.

local catalog = require "clinone.catalog"
local invoke = require "clinone.invoke"
local pages = require "clinone.pages"
local suggest = require "clinone.suggest"

local resource = {}

local reserved = { each = true, pages = true }

--- The name without the suffix "_" that names which clash with a method got.
-- The catalog is asked for the exact name first: an imported one has the
-- suffix itself, one by hand need not.
---@param name string
---@param methods table<string, any>
---@return string|nil
function resource.plain_name(name, methods)
  local plain = name:match "^(.+)_$"
  return plain and methods[plain] and plain or nil
end

local function method(object, core, operation, bound)
  local name = operation.name
  return function(self, params, call_options)
    if self ~= object then
      error(("call it with a colon: api.%s becomes api.%s"):format(name, (name:gsub("%.([^.]+)$", ":%1"))), 2)
    end
    return invoke.call(core, operation, params, bound, call_options)
  end
end

--- What to say instead, where no operation of a resource is beyond doubt its
-- list.
local function lists_by_name(data, full_name, what)
  local calls = {}
  for name, operation in pairs(data.operations or {}) do
    if operation.paging then calls[#calls + 1] = ('api:%s("%s.%s", {...})'):format(what, full_name, name) end
  end
  table.sort(calls)
  return calls[1] and "; these come in pages: " .. table.concat(calls, ", ") or ""
end

local function list_operation(core, data, full_name, what)
  local found, canonical = catalog.operation(data, "list")
  if not found then
    error(("%s has no operation list%s"):format(full_name, lists_by_name(data, full_name, what)), 3)
  end
  return invoke.compiled(core, full_name .. "." .. canonical, found, data)
end

--- Makes the table of one resource.
---@param core table the client's inside
---@param bound table|nil identifiers of the handle it stands under
---@param full_name string dotted
---@param data table the catalog's entry
---@param on_call fun(id: any): table|nil what calling the table does (a resource named study or site)
---@return table
function resource.new(core, bound, full_name, data, on_call)
  local object

  local built_in = {}
  --- Over records, pages fetched as the loop needs them.
  function built_in.each(self, params, call_options)
    if self ~= object then error(("call it with a colon: api.%s:each{...}"):format(full_name), 2) end
    return resource.iterate(core, "each", list_operation(core, data, full_name, "each"), params, bound, call_options)
  end
  --- Over pages.
  function built_in.pages(self, params, call_options)
    if self ~= object then error(("call it with a colon: api.%s:pages{...}"):format(full_name), 2) end
    return resource.iterate(core, "pages", list_operation(core, data, full_name, "pages"), params, bound, call_options)
  end

  --- What stands in the catalog under this name: a method, or a resource.
  local function member(name)
    local found, canonical = catalog.operation(data, name)
    if found then
      return method(object, core, invoke.compiled(core, full_name .. "." .. canonical, found, data), bound)
    end
    local nested = catalog.resource(data, name)
    return nested and resource.new(core, bound, full_name .. "." .. name, nested)
  end

  local metatable = { __name = "clinone.resource" }
  function metatable.__index(_, key)
    if type(key) ~= "string" then return nil end
    local plain = resource.plain_name(key, reserved)
    local value = built_in[key] or member(key) or plain and member(plain)
    if not value then
      local known = catalog.names(data)
      for nested in pairs(data.resources or {}) do known[nested] = true end
      for extra in pairs(built_in) do known[extra] = true end
      error(('no operation "%s" in %s%s'):format(key, full_name, suggest.phrase(key, known)), 2)
    end
    rawset(object, key, value)
    return value
  end
  function metatable.__tostring() return "clinone.resource " .. full_name end
  if on_call then
    -- api:study(id) arrives as study(api, id): the handle's own method.
    function metatable.__call(_, _, id) return on_call(id) end
  end
  object = setmetatable({}, metatable)
  return object
end

--- An iterator over the pages or records of a list.
---@param core table
---@param what "each"|"pages"
---@param operation clinone.Operation
---@param params table|nil
---@param bound table|nil
---@param call_options table|nil
function resource.iterate(core, what, operation, params, bound, call_options)
  invoke.check_open(core)
  if call_options ~= nil and type(call_options) ~= "table" then error("call options must be a table", 3) end
  if call_options and call_options.save_to then error("save_to is for one answer, not for the pages of a list", 3) end
  local from, rest = nil, nil
  for key, value in pairs(call_options or {}) do
    if key == "from" then
      from = value
    else
      rest = rest or {}
      rest[key] = value
    end
  end
  local function call(page_params, link)
    return invoke.page(core, operation, page_params, bound, rest, link)
  end
  return pages[what](call, operation, params, from)
end

return resource
