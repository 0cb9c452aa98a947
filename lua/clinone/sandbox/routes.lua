--- Turns a catalog (resources -> operations) into routes, and finds the one
--- that a request names. Plain data and string work: the launcher uses it to
--- check a catalog, the server to route.

local routes = {}

---@class clinone.sandbox.Route
---@field operation string "patients.create"
---@field names table<string, boolean> that name and its aliases
---@field method string
---@field path string template, "/patients/{id}"
---@field group string|nil scope group
---@field params table<string, table> the catalog's
---@field paging table|nil the catalog's
---@field strict boolean whether unknown keys are refused
---@field role "list"|"create"|"get"|"replace"|"delete"|nil nil: no state is kept
---@field collection string template of the collection, parameters unnamed
---@field item_param string|nil name of the last path parameter of an item
---@field key string[]|nil natural key
---@field resource string

-- "/a/{x}/b" -> { {literal="a"}, {pattern="^(.+)$", names={"x"}}, ... }
local function read_path(path)
  local segments, params = {}, 0
  for text in path:gmatch("[^/]+") do
    local names = {}
    for name in text:gmatch("{([^{}]+)}") do names[#names + 1] = name end
    if #names == 0 then
      segments[#segments + 1] = { literal = text }
    else
      local pattern = text:gsub("[%^%$%(%)%%%.%[%]%*%+%-%?]", "%%%0"):gsub("{[^{}]+}", "(.+)")
      segments[#segments + 1] = { pattern = "^" .. pattern .. "$", names = names }
      params = params + #names
    end
  end
  return segments, params
end

local function unnamed(path)
  return (path:gsub("{[^{}]+}", "{}"))
end

local ITEM_ROLES = { GET = "get", PUT = "replace", DELETE = "delete" }
local COLLECTION_ROLES = { GET = "list", POST = "create" }

local function add(found, catalog, resource_name, group, operation_name, operation)
  local name = resource_name .. "." .. operation_name
  if type(operation.method) ~= "string" or type(operation.path) ~= "string"
    or operation.path:sub(1, 1) ~= "/" then
    return nil, ("%s needs a method and a path that begins with /"):format(name)
  end
  local route = {
    operation = name,
    names = { [name] = true },
    method = operation.method:upper(),
    path = operation.path,
    group = operation.group or group,
    params = operation.params or {},
    paging = operation.paging,
    strict = catalog.strict == true or operation.strict == true,
    key = operation.key,
    resource = resource_name,
  }
  for _, alias in ipairs(operation.aliases or {}) do
    route.names[resource_name .. "." .. alias] = true
  end
  route.segments, route.param_count = read_path(operation.path)
  local parent, last = operation.path:match("^(.*)/{([^{}/]+)}$")
  if last then
    route.collection, route.item_param = unnamed(parent), last
    route.role = ITEM_ROLES[route.method]
  else
    route.collection = unnamed(operation.path)
    route.role = COLLECTION_ROLES[route.method]
  end
  found[#found + 1] = route
  return true
end

local function walk(found, catalog, resources, prefix, group)
  for name, resource in pairs(resources) do
    local full = prefix .. name
    local own_group = resource.group or group
    for operation_name, operation in pairs(resource.operations or {}) do
      local ok, message =
        add(found, catalog, full, own_group, operation_name, operation)
      if not ok then return nil, message end
    end
    local ok, message = walk(found, catalog, resource.resources or {}, full .. ".", own_group)
    if not ok then return nil, message end
  end
  return true
end

-- A lone GET or POST is no collection: state is kept where something can be
-- put in and read back, or where fixtures may hold records to read.
local function settle_roles(found)
  local roles = {}
  for _, route in ipairs(found) do
    local seen = roles[route.collection] or {}
    roles[route.collection] = seen
    if route.role then seen[route.role] = true end
  end
  for _, route in ipairs(found) do
    local seen = roles[route.collection]
    local read_back = seen.list or seen.get
    local lone = not (seen.create or seen.get or route.paging)
    if not read_back or (route.role == "list" and lone) then route.role = nil end
  end
end

--- Compiles a catalog.
---@param catalog table
---@param keys table<string, string[]>|nil natural keys by resource (the catalog's own win)
---@return clinone.sandbox.Route[]|nil
---@return string|nil message
function routes.compile(catalog, keys)
  if type(catalog) ~= "table" or type(catalog.resources) ~= "table" then
    return nil, 'no catalog: it has no "resources"'
  end
  local found = {}
  local ok, message = walk(found, catalog, catalog.resources, "", nil)
  if not ok then return nil, message end
  if #found == 0 then return nil, "the catalog has no operations" end
  settle_roles(found)
  for _, route in ipairs(found) do
    route.key = route.key or (keys or {})[route.resource]
  end
  -- Fewer parameters first: "/patients/search" wins over "/patients/{id}".
  table.sort(found, function(a, b)
    if a.param_count ~= b.param_count then return a.param_count < b.param_count end
    return a.operation < b.operation
  end)
  return found
end

local function match_segments(route, segments)
  if #route.segments ~= #segments then return nil end
  local params = {}
  for i, segment in ipairs(route.segments) do
    if segment.literal then
      if segment.literal ~= segments[i] then return nil end
    else
      local values = { segments[i]:match(segment.pattern) }
      if #values == 0 then return nil end
      for k, name in ipairs(segment.names) do params[name] = values[k] end
    end
  end
  return params
end

--- Finds the route of a request.
---@param found clinone.sandbox.Route[]
---@param method string
---@param segments string[] of the path, percent-decoded one by one
---@return clinone.sandbox.Route|nil route
---@return table params path parameters; without a route: the methods the path has
function routes.match(found, method, segments)
  local allowed = {}
  for _, route in ipairs(found) do
    local params = match_segments(route, segments)
    if params and route.method == method then return route, params end
    if params then allowed[#allowed + 1] = route.method end
  end
  return nil, allowed
end

return routes
