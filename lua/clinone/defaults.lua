--- What the catalog sends where the script says nothing: values of variables,
-- and defaults.

local errors = require "clinone.error"
local marks = require "clinone.marks"
local native = require "clinone.native"

local defaults = {}

--- A variable's text as the catalog's type of the parameter, where that
-- changes nothing but the type.
local function typed(text, kind)
  if kind == "boolean" and (text == "true" or text == "false") then return text == "true" end
  if kind ~= "integer" and kind ~= "number" then return text end
  local number = tonumber(text)
  return number and native.json.encode(number) == text and number or text
end

local function value_of(core, operation, fill)
  if fill.variable then
    local text, message, hint = core.variables:get(fill.variable)
    if text then return typed(text, fill.type) end
    if fill.default == nil or core.variables:has(fill.variable) then
      return nil, errors.new {
        kind = "config", operation = operation.name, message = ("%s: %s"):format(fill.key, message),
        hint = hint .. (" Or give %s in the call."):format(fill.key),
      }
    end
  end
  return fill.default
end

--- A step of `request.build`.
---@param core table
---@param operation clinone.Operation
---@param params table ours to change
---@param bound table|nil
---@return clinone.Error|nil err
function defaults.step(core, operation, params, bound)
  local whole = params.body ~= nil and not operation.params.body
  for _, fill in ipairs(operation.fills) do
    local key = fill.key
    if params[key] == nil and not (bound and bound[key]) and not (whole and fill.only_in_body)
      and not marks.is_null(params, key) then
      local value, err = value_of(core, operation, fill)
      if err then return err end
      params[key] = value
    end
  end
  return nil
end

--- An empty list in a query would be no parameter at all.
local function is_nothing(value, in_body)
  return value == nil or type(value) == "table" and next(value) == nil and not in_body
end

--- What there is to fill in for an operation, sorted by key; nil: nothing.
---@param params table as in the catalog
---@param only_in_body fun(key: string): boolean
---@return table[]|nil fills
function defaults.read(params, only_in_body)
  local fills = {}
  for key, param in pairs(params) do
    if param.variable ~= nil or not is_nothing(param.default, only_in_body(key)) then
      fills[#fills + 1] = {
        key = key, variable = param.variable, default = param.default, type = param.type,
        only_in_body = only_in_body(key),
      }
    end
  end
  table.sort(fills, function(a, b) return a.key < b.key end)
  return fills[1] and fills or nil
end

return defaults
