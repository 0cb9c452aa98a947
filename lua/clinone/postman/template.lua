--- `{{name}}` in texts, as Postman resolves them: again and again, since a
-- value may hold templates, but not for ever.

local trim = require("clinone.postman.text").trim

local template = {}

local most_passes = 19 -- as in Postman
local most_bytes = 65536 -- two values that name each other twice would grow without end

--- The name of the variable that is the whole text, or nil.
---@param text any
---@return string|nil
function template.only(text)
  local name = type(text) == "string" and #text < 1024 and text:match "^%s*{{([^{}]+)}}%s*$"
  return name and trim(name) or nil
end

local function value_of(values, name)
  local value = values[name]
  if value == nil then value = values[trim(name)] end
  -- A scope holds false for a name that is known and has no value.
  if type(value) == "number" or value == true then return tostring(value) end
  return type(value) == "string" and value or nil
end

--- One pass. Stops where the text gets too long.
---@return string|nil text nil: too long
---@return boolean changed
local function pass(text, values)
  local parts, size, at, changed = {}, 0, 1, false
  while true do
    local first, last, name = text:find("{{([^{}]*)}}", at)
    local literal = text:sub(at, first and first - 1)
    local value = ""
    if first then
      -- {{$guid}} and its like are made anew for each request.
      value = name:sub(1, 1) ~= "$" and value_of(values, name) or nil
      if value then changed = true else value = text:sub(first, last) end
    end
    size = size + #literal + #value
    if size > most_bytes then return nil, false end
    parts[#parts + 1] = literal
    parts[#parts + 1] = value
    if not first then return table.concat(parts), changed end
    at = last + 1
  end
end

--- Puts values in the place of templates.
---@param text string
---@param values table<string, any> strings, numbers and true; others count as unset
---@return string text what could not be resolved stays as it is
---@return string[] unresolved names that are left, each once; without dynamic ones (`$guid`)
---@return boolean looped the values name each other in a circle, or grow without end
function template.resolve(text, values)
  local looped = false
  for count = 1, most_passes + 1 do
    local result, changed = pass(text, values)
    if not result or changed and (count > most_passes or result == text) then
      looped = true
      break
    end
    text = result
    if not changed then break end
  end
  local unresolved, seen = {}, {}
  for name in text:gmatch "{{([^{}]*)}}" do
    if name:sub(1, 1) ~= "$" and not seen[name] then
      seen[name] = true
      unresolved[#unresolved + 1] = name
    end
  end
  return text, unresolved, looped
end

return template
