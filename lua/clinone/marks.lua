--- The marks of decoded tables (which are arrays, which of their keys were
-- null), as the Lua layer needs them. The core reads the same metatables.

local native = require "clinone.native"

local marks = {}

local NULLS, NUMBERS, ARRAY = "__clinone_nulls", "__clinone_numbers", "__clinone_array" -- as in ljson.h

local function metatable_of(value)
  local found = getmetatable(value)
  return type(found) == "table" and found or nil
end

--- A copy of a table, one level deep, that remembers what the table does.
---@param value table|nil nil makes an empty one
---@return table
function marks.copy(value)
  local copy = {}
  for key, inner in next, value or copy do copy[key] = inner end
  return setmetatable(copy, value and metatable_of(value))
end

--- Whether a key that is unset goes back as the null it came as.
---@param value table
---@param key string
---@return boolean
function marks.is_null(value, key)
  local found = metatable_of(value)
  local nulls = found and rawget(found, NULLS)
  return type(nulls) == "table" and nulls[key] == true and rawget(value, key) == nil
end

--- Whether a text stands for a number that Lua cannot hold.
---@param value table
---@param key string
---@return boolean
function marks.is_number(value, key)
  local found = metatable_of(value)
  local numbers = found and rawget(found, NUMBERS)
  return type(numbers) == "table" and numbers[key] ~= nil and numbers[key] == rawget(value, key)
end

--- Whether a table is a list: it has a first element, or came as [].
---@param value any
---@return boolean
function marks.is_list(value)
  if type(value) ~= "table" then return false end
  if rawget(value, 1) ~= nil then return true end
  local found = metatable_of(value)
  return found ~= nil and (found == native.array_mark or rawget(found, ARRAY) == true)
end

return marks
