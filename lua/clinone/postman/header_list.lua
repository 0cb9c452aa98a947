--- The headers of a request or an answer in any of Postman's forms: a list of
-- entries or lines, or one text.

local text = require "clinone.postman.text"

local header_list = {}

---@class clinone.postman.Header
---@field key string
---@field value string|nil
---@field disabled boolean
---@field description any

local function add_lines(list, lines)
  -- A line that begins with a blank goes on with the one before.
  lines = lines:gsub("\r\n?", "\n"):gsub("\n[ \t]+", " ")
  for line in lines:gmatch "[^\n]+" do
    local colon = line:find(":", 1, true)
    if colon then
      local key = text.trim(line:sub(1, colon - 1))
      local off = key:sub(1, 2) == "//"
      local value = text.trim(line:sub(colon + 1))
      list[#list + 1] = { key = text.trim(off and key:sub(3) or key), value = value, disabled = off }
    end
  end
end

local function add(list, entry)
  if type(entry) == "string" then return add_lines(list, entry) end
  if type(entry) ~= "table" or type(entry.key) ~= "string" then return end
  local value = entry.value
  if type(value) == "number" or type(value) == "boolean" then value = tostring(value) end
  list[#list + 1] = {
    key = text.trim(entry.key), value = type(value) == "string" and value or nil,
    disabled = entry.disabled == true, description = entry.description,
  }
end

--- All of them, in their order.
---@param given any
---@return clinone.postman.Header[]
function header_list.read(given)
  local list = {}
  if type(given) == "string" then
    add_lines(list, given)
  elseif type(given) == "table" then
    for _, entry in ipairs(given) do add(list, entry) end
  end
  return list
end

--- The value of the first enabled header of a name that has one.
---@param given any
---@param name string in lower case
---@return string|nil
function header_list.find(given, name)
  for _, header in ipairs(header_list.read(given)) do
    if not header.disabled and header.key:lower() == name and (header.value or "") ~= "" then return header.value end
  end
  return nil
end

return header_list
