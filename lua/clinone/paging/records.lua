--- The records in the answer to a list, and what stands beside them.

local marks = require "clinone.marks"
local native = require "clinone.native"

local records = {}

-- Where records stand when the catalog does not say; the first that is a list.
local usual = { "items", "data", "results", "value", "records", "entries", "content" }

--- The value at a dotted path: a field of that whole name, or the way down.
---@param answer any
---@param path string|nil
---@return any
function records.at(answer, path)
  if type(answer) ~= "table" or path == nil then return nil end
  if answer[path] ~= nil then return answer[path] end
  local value = answer
  for name in path:gmatch "[^.]+" do
    if type(value) ~= "table" then return nil end
    value = value[name]
  end
  if value == native.null then return nil end
  return value
end

--- A count, which some servers send as text.
---@param answer any
---@param path string|nil
---@return number|nil
function records.count(answer, path)
  local value = records.at(answer, path)
  if type(value) == "string" then value = value:match "^%s*%d+%s*$" and tonumber(value) end
  return type(value) == "number" and value >= 0 and value or nil
end

--- The one list among the fields of an object.
local function only_list(answer)
  local found
  for _, value in pairs(answer) do
    if marks.is_list(value) then
      if found then return nil end
      found = value
    end
  end
  return found
end

--- The records of an answer.
---@param answer any
---@param items string|nil dotted path
---@return table|nil list nil: there is none
function records.find(answer, items)
  if type(answer) ~= "table" then return nil end
  if items then
    local list = records.at(answer, items)
    -- An object that holds something is not a list without records.
    return (marks.is_list(list) or type(list) == "table" and next(list) == nil) and list or nil
  end
  if marks.is_list(answer) then return answer end
  for _, name in ipairs(usual) do
    if marks.is_list(answer[name]) then return answer[name] end
  end
  return only_list(answer)
end

return records
