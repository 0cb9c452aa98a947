--- Finds resources and operations in a catalog, by name or alias. Only what
-- is found is decoded (see lazy.lua); a name that is not found costs more.

local lazy = require "clinone.catalog.lazy"
local suggest = require "clinone.suggest"

local find = {}

--- Names that a dotted name cannot spell would be taken for others.
local function entry(list, name)
  if name == "" or name:find(".", 1, true) then return nil end
  return list and list[name]
end

--- A resource of the document, or one inside another.
---@param parent table the document, or a resource
---@param name string
---@return table|nil
function find.resource(parent, name)
  return entry(parent.resources, name)
end

local function has_alias(operation, canonical, alias)
  local aliases = operation.aliases
  if aliases == nil then return false end
  if type(aliases) ~= "table" then error(("the catalog's operation %s has no list of aliases"):format(canonical), 0) end
  for _, name in ipairs(aliases) do
    if name == alias then return true end
  end
  return false
end

--- The operations that have an alias, sorted by name.
---@param operations table
---@param alias string
---@return string[] names
function find.with_alias(operations, alias)
  local names = {}
  for canonical, operation in pairs(operations) do
    if lazy.may_have(operation, alias) and has_alias(operation, canonical, alias) then names[#names + 1] = canonical end
  end
  table.sort(names)
  return names
end

--- Finds an operation in a resource, by its name or else by an alias.
---@param resource table
---@param name string
---@return table|nil operation
---@return string|nil canonical the name it is filed under
function find.operation(resource, name)
  local operations = resource.operations
  local found = entry(operations, name)
  if found then return found, name end
  local canonical = operations and name ~= "" and find.with_alias(operations, name)[1]
  if not canonical then return nil end
  return operations[canonical], canonical
end

--- The names by which a resource's operations can be called, as a set.
---@param resource table
---@return table<string, boolean>
function find.names(resource)
  local names = {}
  for name, operation in pairs(resource.operations or {}) do
    names[name] = true
    for _, alias in ipairs(operation.aliases or {}) do names[alias] = true end
  end
  return names
end

--- Finds a resource by its dotted name.
local function by_path(document, path)
  local found = document
  for name in path:gmatch "[^.]+" do
    local inner = find.resource(found, name)
    if not inner then return nil, name, found.resources or {} end
    found = inner
  end
  return found
end

--- Finds an operation by its full name, `patients.create`.
---@param document table
---@param name string
---@return table|nil operation
---@return string message_or_canonical full canonical name, or what is wrong
---@return table|nil resource
function find.by_name(document, name)
  if type(name) ~= "string" then return nil, "an operation's name is a string such as \"patients.create\"" end
  local path, last = name:match "^(.+)%.([^.]+)$"
  if not path or ("." .. path .. "."):find("..", 1, true) then
    return nil, ('"%s" is no operation\'s name; one looks like "patients.create"'):format(name)
  end
  local resource, missing, siblings = by_path(document, path)
  if not resource then
    return nil, ('no resource "%s"%s'):format(missing, suggest.phrase(missing, siblings))
  end
  local operation, canonical = find.operation(resource, last)
  if not operation then
    return nil, ('no operation "%s" in %s%s'):format(last, path, suggest.phrase(last, find.names(resource)))
  end
  return operation, path .. "." .. canonical, resource
end

return find
