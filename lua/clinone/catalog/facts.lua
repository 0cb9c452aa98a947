--- Facts of an operation in the form in which they are shown: scope group, retry
--- class, parameters.

local walk = require "clinone.catalog.walk"

local facts = {}

local safe = { GET = true, HEAD = true, OPTIONS = true, PUT = true, DELETE = true }

local function table_or_empty(value)
  return type(value) == "table" and value or {}
end

--- The scope group of an operation, and whether it was derived.
---@param entry clinone.catalog.Entry
---@return string|nil group
---@return boolean derived
function facts.group(entry)
  local own = entry.data.group
  if own then return own, false end
  local resource = entry.resource.data
  return resource.group, resource.group ~= nil and resource.group_derived == true
end

--- The retry class of an operation.
---@param entry clinone.catalog.Entry
---@return string class `safe`, `never` or `check_first`
function facts.retry(entry)
  return entry.data.retry or (safe[entry.method] and "safe" or "never")
end

--- The places of a parameter, always as a list.
---@param param table
---@return string[]
function facts.places_of(param)
  local where = param["in"] or "query"
  return type(where) == "table" and where or { where }
end

--- A parameter as it can be given: what goes into a path is text or a whole
-- number, whatever the example in the collection looks like.
local function as_given(param)
  if not param.type or param.type == "string" or param.type == "integer" or facts.places_of(param)[1] ~= "path" then
    return param
  end
  local copy = {}
  for field, value in pairs(param) do copy[field] = value end
  copy.type = "string"
  return copy
end

--- The parameters of an operation by key, those included that only its path
-- or its paging names.
---@param entry clinone.catalog.Entry
---@return table<string, table>
function facts.params(entry)
  local params = {}
  for key, param in pairs(table_or_empty(entry.data.params)) do params[key] = as_given(table_or_empty(param)) end
  for key in entry.path:gmatch "{([^{}/]+)}" do
    params[key] = params[key] or { ["in"] = "path", type = "string", required = true }
  end
  local paging = table_or_empty(entry.data.paging)
  for _, what in ipairs { "page", "offset", "cursor", "size" } do
    local key = paging[what]
    if type(key) == "string" and not params[key] then
      params[key] = { ["in"] = "query", type = what ~= "cursor" and "integer" or "string" }
    end
  end
  return params
end

--- The same, with the key `body` where the body is given as a whole.
---@param entry clinone.catalog.Entry
---@return table<string, table>
function facts.params_and_body(entry)
  local params, body = facts.params(entry), entry.data.body
  if type(body) == "table" and not params.body then
    params.body = { ["in"] = "body", type = body.type, items = body.items, fields = body.fields, doc = body.doc }
  end
  return params
end

--- The keys of parameters in reading order: required first, then by place,
-- then by name.
---@param params table<string, table>
---@return string[]
function facts.param_order(params)
  local rank = { path = 1, query = 2, body = 3, header = 4 }
  local keys = walk.sorted_keys(params)
  table.sort(keys, function(a, b)
    local first, second = params[a], params[b]
    if (first.required or false) ~= (second.required or false) then return first.required == true end
    local i, j = rank[facts.places_of(first)[1]] or 5, rank[facts.places_of(second)[1]] or 5
    if i ~= j then return i < j end
    return a < b
  end)
  return keys
end

return facts
