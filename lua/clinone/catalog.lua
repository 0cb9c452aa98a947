--- The catalog: resources and operations as plain data, from a file, a table
-- or the built-in provisional one. Nothing of an operation is looked at
-- before it is used.

local builtin = require "clinone.builtin"
local errors = require "clinone.error"
local native = require "clinone.native"
local suggest = require "clinone.suggest"
local textfile = require "clinone.textfile"

local catalog = {}

local function config_error(message, hint)
  return nil, errors.new { kind = "config", message = message, hint = hint }
end

--- The user's own catalog, if there is one: $XDG_CONFIG_HOME/clinone/catalog.json.
---@return string|nil path
local function users_catalog()
  local base = os.getenv "XDG_CONFIG_HOME"
  if not base or base == "" then
    local home = os.getenv "HOME"
    if not home or home == "" then return nil end
    base = home .. "/.config"
  end
  local path = base .. "/clinone/catalog.json"
  local file = io.open(path, "rb")
  if not file then return nil end
  file:close()
  return path
end

--- Deep: what a script does to its table later is nothing to the client.
local function copy_of(value, seen)
  if type(value) ~= "table" then return value end
  if not seen[value] then
    local copy = {}
    seen[value] = copy
    for key, inner in pairs(value) do copy[key] = copy_of(inner, seen) end
  end
  return seen[value]
end

local function check(document, what)
  if type(document) ~= "table" then return config_error(what .. " is no catalog") end
  if document.item or document.values then
    return config_error(what .. " is a Postman document, not a catalog")
  end
  if document.catalog ~= 1 then
    return config_error(what .. ' is no catalog: it has no "catalog": 1')
  end
  if type(document.resources) ~= "table" then
    return config_error(what .. " has no resources")
  end
  return document
end

--- Loads a catalog.
---@param source string|table|nil "builtin", a path, a table; nil: the user's own, else "builtin"
---@return table|nil document
---@return clinone.Error|nil err kind `config`
function catalog.load(source)
  source = source or users_catalog() or "builtin"
  if source == "builtin" then return builtin end
  if type(source) == "table" then return check(copy_of(source, {}), "the catalog") end
  local text, message = textfile.read(source)
  if not text then return config_error("the catalog cannot be read: " .. message) end
  local document, _, why = native.json.decode(text)
  if document == nil then return config_error(("the catalog %s is no JSON: %s"):format(source, why)) end
  return check(document, "the catalog " .. source)
end

--- Finds a resource below a table of resources by its dotted name.
local function find_resource(resources, path)
  local found
  for name in path:gmatch "[^.]+" do
    found = resources and resources[name]
    if not found then return nil, name, resources or {} end
    resources = found.resources
  end
  return found
end

--- Finds an operation in a resource, by its name or an alias.
---@param resource table
---@param name string
---@return table|nil operation
---@return string|nil canonical the name it is filed under
function catalog.operation(resource, name)
  local operations = resource.operations or {}
  if operations[name] then return operations[name], name end
  for canonical, operation in pairs(operations) do
    for _, alias in ipairs(operation.aliases or {}) do
      if alias == name then return operation, canonical end
    end
  end
  return nil
end

--- The names by which a resource's operations can be called, as a set.
---@param resource table
---@return table<string, boolean>
function catalog.names(resource)
  local names = {}
  for name, operation in pairs(resource.operations or {}) do
    names[name] = true
    for _, alias in ipairs(operation.aliases or {}) do names[alias] = true end
  end
  return names
end

--- Finds an operation by its full name, `patients.create`.
---@param document table
---@param name string
---@return table|nil operation
---@return string message_or_canonical full canonical name, or what is wrong
---@return table|nil resource
function catalog.find(document, name)
  if type(name) ~= "string" then return nil, "an operation's name is a string such as \"patients.create\"" end
  local path, last = name:match "^(.+)%.([^.]+)$"
  if not path then return nil, ('"%s" is no operation\'s name; one looks like "patients.create"'):format(name) end
  local resource, missing, siblings = find_resource(document.resources, path)
  if not resource then
    return nil, ('no resource "%s"%s'):format(missing, suggest.phrase(missing, siblings))
  end
  local operation, canonical = catalog.operation(resource, last)
  if not operation then
    return nil, ('no operation "%s" in %s%s'):format(last, path, suggest.phrase(last, catalog.names(resource)))
  end
  return operation, path .. "." .. canonical, resource
end

return catalog
