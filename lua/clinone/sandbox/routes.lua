--- Turns a catalog (resources -> operations) into routes, and finds the one
--- that a request names. Plain data and string work: the launcher uses it to
--- check a catalog, the server to route.

local naming = require "clinone.sandbox.naming"
local paths = require "clinone.sandbox.paths"
local roles = require "clinone.sandbox.roles"
local route = require "clinone.sandbox.route"

local routes = {}

---@class clinone.sandbox.Routes
---@field list clinone.sandbox.Route[] sorted by name
---@field exact table index of the routes as the catalog has them
---@field strays table index of examples saved under another path or method than their operation's
---@field loose table index of routes with examples, by letters and ids alone
---@field homes table<string, string> resource -> its collection
---@field resources table<string, boolean> names of all that have operations

local function table_or_nil(value)
  return type(value) == "table" and value or nil
end

local function walk(found, catalog, resources, prefix, group)
  for name, resource in pairs(resources) do
    if not table_or_nil(resource) then return nil, ("%s%s must be an object"):format(prefix, name) end
    local full = prefix .. name
    local own_group = type(resource.group) == "string" and resource.group or group
    for operation_name, operation in pairs(table_or_nil(resource.operations) or {}) do
      local made, message = route.read(catalog, full, own_group, operation_name, operation)
      if not made then return nil, message end
      found[#found + 1] = made
    end
    local ok, message = walk(found, catalog, table_or_nil(resource.resources) or {}, full .. ".", own_group)
    if not ok then return nil, message end
  end
  return true
end

local function build_indexes(found)
  local exact, strays, loose = paths.index(), paths.index(), paths.index(true)
  for _, one in ipairs(found) do
    exact:add(one.template, one.method, one)
    local own = {}
    for _, example in ipairs(one.examples) do
      if example.stray then
        local stray = route.of_examples(one, { example }, example.template, example.method)
        strays:add(stray.template, stray.method, stray)
        loose:add(stray.template, stray.method, stray)
      else
        own[#own + 1] = example
      end
    end
    one.examples = own
    if #own > 0 then
      loose:add(one.template, one.method, route.of_examples(one, own, one.template, one.method))
    end
  end
  return exact, strays, loose
end

local function resources_of(found)
  local resources = {}
  for _, one in ipairs(found) do resources[one.resource] = true end
  return resources
end

-- What fixtures say by resource, under the catalog's names.
local function renamed(map, resources)
  local names, own = {}, {}
  for name in pairs(map) do names[#names + 1] = name end
  for name, resource in pairs(naming.match(resources, names)) do own[resource] = map[name] end
  return own
end

--- Compiles a catalog.
---@param catalog table
---@param keys table<string, string[]>|nil natural keys by resource (the catalog's own win)
---@param records table<string, string[]>|nil the fixtures' records by resource
---@param own boolean|nil whether the fixtures are the user's own
---@return clinone.sandbox.Routes|nil
---@return string|nil message
function routes.compile(catalog, keys, records, own)
  if type(catalog) ~= "table" or type(catalog.resources) ~= "table" then
    return nil, 'no catalog: it has no "resources"'
  end
  local found = {}
  local ok, message = walk(found, catalog, catalog.resources, "", nil)
  if not ok then return nil, message end
  if #found == 0 then return nil, "the catalog has no operations" end
  -- At one path those of the API itself come before those of other servers.
  table.sort(found, function(a, b)
    if (a.server == nil) ~= (b.server == nil) then return a.server == nil end
    return a.operation < b.operation
  end)
  local resources = resources_of(found)
  local keys_here, records_here = renamed(keys or {}, resources), renamed(records or {}, resources)
  local homes = roles.settle(found, records_here, own or false)
  for _, one in ipairs(found) do
    -- A folder may hold other collections too, "/studies/{id}/arms" beside "/studies".
    if one.collection == homes[one.resource] then one.key = one.key or keys_here[one.resource] end
  end
  local exact, strays, loose = build_indexes(found)
  return { list = found, exact = exact, strays = strays, loose = loose, homes = homes, resources = resources }
end

--- The collection where the fixtures' records of a name go.
---@param all clinone.sandbox.Routes
---@param name string
---@return string|nil collection nil: the catalog has none
function routes.home(all, name)
  local resource = naming.match(all.resources, { name })[name]
  return resource and all.homes[resource]
end

---@class clinone.sandbox.Hit
---@field variants clinone.sandbox.Route[] all of this method and path
---@field captures string[] texts of the path's variables
---@field strays clinone.sandbox.Route[] those of other operations that have an example saved under this path

--- Finds the routes of a request: as the catalog has them, else by a saved
--- example's own path, else without regard to case and ids.
---@param all clinone.sandbox.Routes
---@param method string
---@param segments string[] of the path, percent-decoded one by one
---@param slash boolean whether a slash ends the path
---@return clinone.sandbox.Hit|nil hit
---@return string[]|nil allowed without a hit: the methods the path has
function routes.find(all, method, segments, slash)
  local strays, stray_captures = all.strays:find(segments, slash, method)
  local variants, captures = all.exact:find(segments, slash, method)
  if variants then return { variants = variants, captures = captures, strays = strays or {} } end
  local allowed = captures
  if strays then return { variants = strays, captures = stray_captures, strays = {} } end
  variants, captures = all.loose:find(segments, slash, method)
  if variants then return { variants = variants, captures = captures, strays = {} } end
  return nil, allowed
end

--- The texts of a route's path variables by name.
---@param found clinone.sandbox.Route
---@param captures string[]
---@return table<string, string>
function routes.path_params(found, captures)
  local params = {}
  for i, name in ipairs(found.variables) do params[name] = captures[i] end
  return params
end

--- The scope groups of a catalog's routes, sorted.
---@param all clinone.sandbox.Routes
---@return string[]
function routes.groups(all)
  local seen, groups = {}, {}
  for _, one in ipairs(all.list) do
    if one.group and not seen[one.group] then
      seen[one.group] = true
      groups[#groups + 1] = one.group
    end
  end
  table.sort(groups)
  return groups
end

return routes
