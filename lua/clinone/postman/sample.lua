--- What a value in a collection tells of a parameter: a type, as a hint only,
-- and whether it is a sample at all.

local sample = {}

-- "<integer>" and its like stand for values in collections that were made of
-- an OpenAPI description.
local placeholders = {
  integer = "integer", long = "integer", int32 = "integer", int64 = "integer", number = "number", float = "number",
  double = "number", boolean = "boolean",
}

--- The word in "<word>", which is no value.
---@param value string|nil
---@return string|nil
function sample.placeholder(value)
  return value and value:match "^<([%a_][%w_%- ]*)>$"
end

---@param value string|nil
---@return boolean
function sample.is_template(value)
  return value ~= nil and value:find "{{[^{}]*}}" ~= nil
end

--- What is no clear number or truth value is a string.
local function type_of(value)
  if value == "true" or value == "false" then return "boolean" end
  if value and (value == "0" or value:find "^%-?[1-9]%d*$") and #value <= 15 then return "integer" end
  if value and value:find "^%-?%d+%.%d+$" and #value <= 15 then return "number" end
  return "string"
end

--- The type of a parameter.
---@param written string|nil its value, as it stands in the collection
---@param example string|nil what may be shown of that
---@return string
function sample.type(written, example)
  local stated = sample.placeholder(written)
  return stated and (placeholders[stated:lower()] or "string") or type_of(example)
end

--- An example as the type that it was taken for.
---@param example string|nil
---@return string|number|boolean|nil
function sample.typed(example)
  local kind = type_of(example)
  if kind == "boolean" then return example == "true" end
  return kind ~= "string" and tonumber(example) or example
end

return sample
