--- A variable of the path whose value is several segments: `{{basePath}}` =
-- `api/v1`. As a parameter it would go out as api%2Fv1; Postman writes it as
-- it is, and so does this.

local native = require "clinone.native"
local parameters = require "clinone.parameters"

local prefix = {}

local ONLY_PATH = parameters.place.path

--- The segments to write for a parameter; nil: it is one like any other.
local function segments(core, operation, fill)
  if not fill.variable or operation.sums[fill.key] ~= ONLY_PATH then return nil end
  local text = core.variables:get(fill.variable)
  if not text or not text:find("/", 1, true) then return nil end
  text = text:gsub("^/+", ""):gsub("/+$", "")
  return text ~= "" and native.text.check_path("/" .. text) and text or nil
end

--- The operation's spec with these parameters written out.
local function written_out(spec, values)
  local copy, position = {}, {}
  for key, value in pairs(spec) do copy[key] = value end
  copy.entries, copy.pieces = {}, {}
  for i, entry in ipairs(spec.entries) do
    if values[entry.key] then
      position[i] = values[entry.key]
    else
      copy.entries[#copy.entries + 1] = entry
      position[i] = #copy.entries
    end
  end
  for i, piece in ipairs(spec.pieces) do copy.pieces[i] = position[piece] or piece end
  return copy
end

--- Prepares an operation, when it is first used: `prefixed` is what serves
-- calls that do not name those parameters.
---@param core table
---@param operation clinone.Operation
function prefix.settle(core, operation)
  local values, left = {}, {}
  for _, fill in ipairs(operation.fills or {}) do
    values[fill.key] = segments(core, operation, fill)
    if not values[fill.key] then left[#left + 1] = fill end
  end
  if next(values) == nil then return end
  local spec = written_out(operation.spec, values)
  operation.written = values
  operation.prefixed = setmetatable({ compiled = native.operation(spec), spec = spec, fills = left,
    prefixed = false }, { __index = operation })
end

--- The operation that serves a call.
---@param operation clinone.Operation with `prefixed`
---@param params table|nil
---@return clinone.Operation
function prefix.choose(operation, params)
  for key in pairs(operation.written) do
    if params and params[key] ~= nil then return operation end
  end
  return operation.prefixed
end

return prefix
