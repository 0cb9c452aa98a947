--- Every operation of a catalog in a settled order, each with the Lua that
-- calls it: what the table, the definitions and the reference are made from.

local handle = require "clinone.handle"

local walk = {}

local keywords = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat
  return then true until while]]):gmatch "%a+" do
  keywords[word] = true
end

local of_resources = { each = true, pages = true } -- what every resource has of its own
local plain_verbs = { list = true, get = true, create = true, update = true, delete = true }

--- Whether a name can stand behind a dot in every Lua.
---@param name any
---@return boolean
function walk.is_identifier(name)
  return type(name) == "string" and name:find "^[%a_][%w_]*$" ~= nil and not keywords[name]
end

--- A text as a string of Lua, in one line.
---@param text string
---@return string
function walk.quoted(text)
  return '"' .. text:gsub('[%c"\\]', function(char) return ("\\%03d"):format(char:byte()) end) .. '"'
end

--- Keys of a table, sorted; only strings.
---@param map table|nil
---@return string[]
function walk.sorted_keys(map)
  local keys = {}
  for key in pairs(map or {}) do
    if type(key) == "string" then keys[#keys + 1] = key end
  end
  table.sort(keys)
  return keys
end

local function table_or_empty(value)
  return type(value) == "table" and value or {}
end

--- What a script writes for a catalog's name: one that clashes with a method
-- has the suffix "_".
local function spelt(name, methods)
  return methods[name] and name .. "_" or name
end

--- Name (or alias) -> the operation it calls. A name of its own beats an
-- alias.
local function index_of(operations)
  local index, names = {}, walk.sorted_keys(operations)
  for _, name in ipairs(names) do index[name] = name end
  for _, name in ipairs(names) do
    for _, alias in ipairs(table_or_empty(operations[name].aliases)) do
      if type(alias) == "string" and not index[alias] then index[alias] = name end
    end
  end
  return index
end

---@class clinone.catalog.Entry
---@field name string full name, `patients.create_patient`
---@field key string its name in the resource
---@field names string[] in the resource, the one to show first: a plain verb, its own name, the rest
---@field call string the Lua that calls it, `api.patients:create`
---@field also string[] its other spellings
---@field method string upper case
---@field path string
---@field data table as in the catalog
---@field resource clinone.catalog.Place

---@class clinone.catalog.Place
---@field name string full name, `patients.visits`
---@field access string|nil the Lua that names it, `api.patients.visits`; nil: only `api:call` gets there
---@field step string what a script writes for its own name
---@field parent string|nil full name of the resource it is nested in
---@field data table as in the catalog
---@field list clinone.catalog.Entry|nil what `each` and `pages` go over
---@field entries clinone.catalog.Entry[]

local function names_of(key, data, index)
  local names, rest = { key }, {}
  for _, alias in ipairs(table_or_empty(data.aliases)) do
    if alias ~= key and index[alias] == key then
      if plain_verbs[alias] and names[1] == key and not plain_verbs[key] then
        table.insert(names, 1, alias)
      else
        rest[#rest + 1] = alias
      end
    end
  end
  for _, alias in ipairs(rest) do names[#names + 1] = alias end
  return names
end

--- What a script writes behind the colon for an operation's name.
---@param name string
---@return string
function walk.method_name(name)
  return spelt(name, of_resources)
end

local function call_of(place, name)
  local method = walk.method_name(name)
  if place.access and walk.is_identifier(method) then return place.access .. ":" .. method end
  return ("api:call(%s)"):format(walk.quoted(place.name .. "." .. name))
end

local function before(a, b)
  if a.path ~= b.path then return a.path < b.path end
  if a.method ~= b.method then return a.method < b.method end
  return a.key < b.key
end

local function read_entries(place)
  local operations = place.data.operations or {}
  local index = index_of(operations)
  for _, key in ipairs(walk.sorted_keys(operations)) do
    local data = operations[key]
    local names = names_of(key, data, index)
    local entry = {
      name = place.name .. "." .. key, key = key, names = names, also = {}, data = data, resource = place,
      method = tostring(data.method):upper(), path = tostring(data.path), call = call_of(place, names[1]),
    }
    for i = 2, #names do entry.also[i - 1] = call_of(place, names[i]) end
    place.entries[#place.entries + 1] = entry
    if index.list == key then place.list = entry end
  end
  table.sort(place.entries, before)
  return index
end

local function add(places, resources, parent, taken, methods)
  for _, name in ipairs(walk.sorted_keys(resources)) do
    local step = spelt(name, methods)
    local reachable = parent.access and walk.is_identifier(step) and not taken[name]
    local place = {
      name = parent.name and parent.name .. "." .. name or name,
      access = reachable and parent.access .. "." .. step or nil,
      step = step, parent = parent.name, data = resources[name], entries = {},
    }
    places[#places + 1] = place
    local index = read_entries(place)
    add(places, place.data.resources, place, index, of_resources)
  end
end

--- The resources of a catalog, parents before what is nested in them.
---@param document table a whole catalog
---@return clinone.catalog.Place[]
function walk.places(document)
  local places = {}
  add(places, document.resources, { access = "api" }, {}, handle.method_names)
  return places
end

--- All its operations.
---@param document table a whole catalog
---@return clinone.catalog.Entry[]
function walk.entries(document)
  local entries = {}
  for _, place in ipairs(walk.places(document)) do
    for _, entry in ipairs(place.entries) do entries[#entries + 1] = entry end
  end
  return entries
end

return walk
