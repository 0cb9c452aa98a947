--- GraphQL: the operation's body parameters become the variables of the
-- catalog's query, in one JSON object.

local marks = require "clinone.marks"
local native = require "clinone.native"
local refusal = require "clinone.refusal"

local graphql = {}

local phrases = {
  string = "a string", integer = "an integer", number = "a number", boolean = "a boolean", array = "an array",
  object = "an object",
}

--- As the core checks the fields of a body.
local function is_type(value, kind)
  local found = type(value)
  if found == "userdata" or not phrases[kind] then return true end
  if kind == "integer" then return found == "number" and value % 1 == 0 end
  if kind == "array" or kind == "object" then return found == "table" end
  return found == kind
end

--- Copies the value of a key into the variables. Only the parameters of other
-- places stay behind.
local function take(operation, params, key, variables, warnings)
  local param = operation.params[key]
  local value = params[key]
  if not param then
    if operation.strict then return refusal.of_core(operation, params, "unknown", key) end
    warnings[#warnings + 1] = key .. ": is not in the catalog's example; sent as a variable"
  elseif not is_type(value, param.type) and not marks.is_number(params, key) then
    if operation.strict then
      return refusal.of_core(operation, params, "type", key, "",
        ("it must be %s, not a %s"):format(phrases[param.type], type(value)))
    end
    warnings[#warnings + 1] = key .. ": has another type than in the catalog's example"
  end
  if param and param.type == "array" and type(value) == "table" and next(value) == nil and not getmetatable(value) then
    value = native.json.array {}
  end
  variables[param and param.name or key] = value
  return nil
end

--- A step of `request.build`: puts the envelope into `params.body`, unless the
-- script gives one.
---@param _ table
---@param operation clinone.Operation
---@param params table ours to change
---@param _bound table|nil
---@param warnings string[] sentences are added
---@return clinone.Error|nil err
function graphql.step(_, operation, params, _bound, warnings)
  if params.body ~= nil and not operation.params.body then return nil end
  local variables, keys = marks.copy(), {}
  for key in next, params do
    local reserved = (key == "query" or key == "headers") and not operation.params[key]
    local is_variable = operation.params[key] == nil or operation.in_body(key)
    if type(key) == "string" and is_variable and not reserved then keys[#keys + 1] = key end
  end
  table.sort(keys)
  for _, key in ipairs(keys) do
    local err = take(operation, params, key, variables, warnings)
    if err then return err end
    if not operation.elsewhere(key) then params[key] = nil end
  end
  for key, param in pairs(operation.params) do
    if param.required and operation.in_body(key) and variables[param.name or key] == nil
      and not marks.is_null(params, key) then
      return refusal.of_core(operation, params, "missing", key)
    end
  end
  params.body = {
    query = operation.graphql.query, operationName = operation.graphql.operation,
    variables = setmetatable(variables, getmetatable(params)),
  }
  setmetatable(params, nil) -- what it remembers goes with the variables
  return nil
end

return graphql
