--- What a script holds: the client itself, and the handles of a study or a
-- site, which fill in their identifiers. All offer the same resources.

local catalog = require "clinone.catalog"
local invoke = require "clinone.invoke"
local native = require "clinone.native"
local operations = require "clinone.operation"
local request = require "clinone.request"
local resource = require "clinone.resource"
local scope = require "clinone.scope"
local suggest = require "clinone.suggest"

local handle = {}

-- handle -> { core =, bound = }; beside the objects, so that a table dumper
-- finds nothing but the resources that were used.
local insides = setmetatable({}, { __mode = "k" })

---@class clinone.Handle
local Handle = {}

local function inside(self)
  local found = insides[self]
  if not found then error("call it with a colon, on a client or a handle", 3) end
  return found
end

-- Beyond it a double may stand for a neighbour, too.
local MOST_EXACT = 2 ^ 53

local function is_exact(number)
  if math.type then return math.type(number) == "integer" end -- luacheck: ignore
  return number % 1 == 0 and math.abs(number) < MOST_EXACT
end

local function identifier(value, what)
  if type(value) == "number" and is_exact(value) then return native.json.encode(value) end
  if type(value) ~= "string" or value == "" then
    error(("%s takes the external identifier: a string or an integer"):format(what), 3)
  end
  return value
end

local function with(found, key, value)
  local bound = {}
  for name, given in pairs(found.bound or {}) do bound[name] = given end
  if bound[key] and bound[key] ~= value then
    error(("this handle already stands for another %s"):format(key), 3)
  end
  bound[key] = value
  return handle.new(found.core, bound)
end

--- A handle of one study, by its external identifier.
---@param id string|integer
---@return clinone.Handle
function Handle:study(id)
  return with(inside(self), "studyIdentifier", identifier(id, "study"))
end

--- A handle of one site, by its external identifier.
---@param id string|integer
---@return clinone.Handle
function Handle:site(id)
  return with(inside(self), "siteIdentifier", identifier(id, "site"))
end

--- Calls an operation by its name.
---@param name string such as "patients.create"
---@param params any
---@param call_options table|nil
---@return any value
---@return clinone.Response|clinone.Error response_or_err
function Handle:call(name, params, call_options)
  local found = inside(self)
  local operation, err = invoke.by_name(found.core, name)
  if not operation then return nil, err end
  return invoke.call(found.core, operation, params, found.bound, call_options)
end

--- Any route under base_url, with auth, retries and errors like the rest.
---@param spec { method?: string, path: string, query?: table, headers?: table, body?: any }
---@param call_options table|nil
---@return any value
---@return clinone.Response|clinone.Error response_or_err
function Handle:request(spec, call_options)
  local found = inside(self)
  local ok, err = request.check_free(spec)
  if not ok then return nil, err end
  local operation = operations.free(spec.method or "GET", spec.path)
  local params = { query = spec.query, headers = spec.headers, body = spec.body }
  return invoke.call(found.core, operation, params, found.bound, call_options, true)
end

--- What a call would send. Sends nothing.
---@param name string
---@param params any
---@return table|nil explanation method, url, headers, body, scope, retry, curl
---@return clinone.Error|nil err
function Handle:explain(name, params)
  local found = inside(self)
  local operation, err = invoke.by_name(found.core, name)
  if not operation then return nil, err end
  return invoke.explain(found.core, operation, params, found.bound)
end

local function iterate(self, what, name, params, call_options)
  local found = inside(self)
  local operation, err = invoke.by_name(found.core, name)
  if not operation then error(err.message, 3) end
  return resource.iterate(found.core, what, operation, params, found.bound, call_options)
end

--- Over the records of a list.
---@param name string such as "patients.list"
function Handle:each(name, params, call_options)
  return iterate(self, "each", name, params, call_options)
end

--- Over the pages of a list.
---@param name string such as "patients.list"
function Handle:pages(name, params, call_options)
  return iterate(self, "pages", name, params, call_options)
end

--- Whether the token's scopes allow an operation; fetches a token if needed.
---@param name string
---@return boolean|nil can true too where the scopes do not say
---@return clinone.Error|nil err
function Handle:can(name)
  local found = inside(self)
  invoke.check_open(found.core)
  local operation, err = invoke.by_name(found.core, name)
  if not operation then return nil, err end
  local held
  held, err = found.core.held_scopes()
  if err then return nil, err end
  return (scope.allowed(held, operation.group, operation.method))
end

local metatable = { __name = "clinone.handle" }

function metatable.__index(self, key)
  local value = Handle[key]
  local found = insides[self]
  if type(key) ~= "string" or not found then return value end
  if value == nil then value = found.root and found.root[key] end
  local document = found.core.catalog
  if value ~= nil then
    -- A resource of a method's name: callable where the method makes a handle.
    local data = (key == "study" or key == "site") and catalog.resource(document, key)
    if data then
      value = resource.new(found.core, found.bound, key, data, function(id) return Handle[key](self, id) end)
      rawset(self, key, value)
    end
    return value
  end
  local name = catalog.resource(document, key) and key or resource.plain_name(key, handle.method_names)
  local data = name and catalog.resource(document, name)
  if not data then
    local known = {}
    for there in pairs(document.resources) do known[there] = true end
    for method in pairs(Handle) do known[method] = true end
    error(('no resource "%s"%s'):format(key, suggest.phrase(key, known)), 2)
  end
  value = resource.new(found.core, found.bound, name, data)
  rawset(self, key, value)
  return value
end

function metatable.__tostring(self)
  local found = insides[self]
  local parts = { "clinone.client " .. found.core.base_url }
  for _, key in ipairs { "studyIdentifier", "siteIdentifier" } do
    if found.bound and found.bound[key] then parts[#parts + 1] = key .. "=" .. found.bound[key] end
  end
  return table.concat(parts, " ")
end

function metatable.__close(self)
  local found = insides[self]
  if found and found.root then found.root.close(self) end
end

-- Names that a resource cannot have as it stands; the later ones belong to
-- methods that are planned, so that scripts need not change.
handle.method_names = {
  map = true, stream = true, all = true, scopes = true, auth_status = true, stats = true, close = true,
}
for name in pairs(Handle) do
  if name ~= "study" and name ~= "site" then handle.method_names[name] = true end
end

--- Makes a handle, or, with `root`, the client itself.
---@param core table
---@param bound table|nil
---@param root table|nil methods that only the client has
---@return clinone.Handle
function handle.new(core, bound, root)
  local object = setmetatable({}, metatable)
  insides[object] = { core = core, bound = bound, root = root }
  return object
end

return handle
