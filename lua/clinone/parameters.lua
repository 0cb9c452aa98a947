--- The parameters of an operation: the catalog's data turned into the entries
-- and pieces of a path that the core walks.

local identifiers = require "clinone.identifiers"
local native = require "clinone.native"

local parameters = {}

-- What the core adds up to say where a parameter goes.
local places = { path = 1, query = 2, header = 4, body = 8 }

parameters.place = places
local is_identifier = { studyIdentifier = true, siteIdentifier = true }

--- Raises: the catalog's data make no sense.
---@param name string full name of the operation
---@param what string
function parameters.wrong(name, what)
  error(("the catalog's operation %s %s"):format(name, what), 0)
end

local wrong = parameters.wrong

local function places_of(name, key, param)
  local list = param["in"] or "query"
  if type(list) == "string" then list = { list } end
  local sum = 0
  for _, place in ipairs(list) do
    if not places[place] then wrong(name, ('puts %s in "%s"'):format(key, tostring(place))) end
    sum = sum + places[place]
  end
  return sum
end

--- Where each parameter goes, as sums of `places`.
---@param name string full name of the operation
---@param params table
---@return table<string, integer>
function parameters.places(name, params)
  local sums = {}
  for key, param in pairs(params) do sums[key] = places_of(name, key, param) end
  return sums
end

--- Entries sorted by name, and the position of each key among them. What has
-- no place left, since Lua sees to it, is none.
---@param params table
---@param sums table<string, integer>
---@param is_graphql boolean
---@return table[] entries
---@return table<string, integer> position
function parameters.entries(params, sums, is_graphql)
  local keys, entries, position = {}, {}, {}
  for key in pairs(params) do keys[#keys + 1] = key end
  table.sort(keys)
  for _, key in ipairs(keys) do
    local param, sum = params[key], sums[key]
    local deep = is_identifier[key] and sum >= places.body and identifiers.is_deep(param)
    if sum >= places.body and (is_graphql or is_identifier[key] and param.nested) then sum = sum - places.body end
    if sum > 0 then
      entries[#entries + 1] = {
        key = key, name = param.name or key, places = sum, type = param.type, required = param.required or false,
        identifier = is_identifier[key] and (not deep or param.nested ~= nil) or false,
      }
      position[key] = #entries
    end
  end
  return entries, position
end

--- The path cut into literals and positions of entries. A variable that the
-- catalog does not list is a required string; an identifier may stand there
-- under the API's own spelling.
---@param name string full name of the operation
---@param path string
---@param params table gets what the path adds
---@return table[] pieces texts, and `{ key }`
function parameters.pieces(name, path, params)
  local ok, _, message = native.text.check_path((path:gsub("{([^{}/]*)}", "x")))
  if not ok then wrong(name, "has a bad path: " .. message) end
  local literals, spelled = {}, {}
  for key, param in pairs(params) do
    if param.name and not params[param.name] and is_identifier[key] then spelled[param.name] = key end
  end
  local at = 1
  for start, variable, stop in path:gmatch "(){([^{}/]*)}()" do
    if start > at then literals[#literals + 1] = path:sub(at, start - 1) end
    if variable == "" then wrong(name, "has a path variable without a name") end
    local key = spelled[variable] or variable
    params[key] = params[key] or { ["in"] = "path", type = "string", required = true }
    literals[#literals + 1] = { key }
    at = stop
  end
  if at <= #path then literals[#literals + 1] = path:sub(at) end
  return literals
end

--- The catalog's parameters, and those that stand in its other facts only.
---@param name string full name of the operation
---@param data table the operation as the catalog has it
---@return table params
function parameters.read(name, data)
  local params = {}
  for key, param in pairs(data.params or {}) do
    if type(param) ~= "table" or param.variable ~= nil and type(param.variable) ~= "string"
      or param.nested ~= nil and type(param.nested) ~= "table" then
      wrong(name, ('makes no sense of its parameter "%s"'):format(tostring(key)))
    end
    params[key] = param
  end
  for what, type_name in pairs { page = "integer", size = "integer", offset = "integer", cursor = "string" } do
    local key = data.paging and data.paging[what]
    if key and not params[key] then params[key] = { ["in"] = "query", type = type_name } end
  end
  for key in pairs(is_identifier) do
    local path = params[key] and params[key].nested or {}
    if path[1] and path[1] ~= "*" and not params[path[1]] then
      params[path[1]] = { ["in"] = "body", type = path[2] == "*" and "array" or "object" }
    end
  end
  return params
end

return parameters
