--- Pieces of a LuaLS definition file: texts that stay comments, names that stay
--- names, types of parameters, classes of nested fields.

local walk = require "clinone.catalog.walk"

local shapes = {}

local DEEPEST = 8 -- of nested fields that get classes of their own

local plain = {
  string = "string", integer = "integer", number = "number", boolean = "boolean", file = "clinone.core.File",
  array = "any[]", object = "table<string, any>", any = "any",
}

--- A text in one line.
---@param text any
---@return string
function shapes.one_line(text)
  text = tostring(text):gsub("%c", " "):gsub("%s+", " ")
  return text:match "^ ?(.-) ?$"
end

--- The lines of a text, none of which LuaLS takes for an annotation.
---@param text any
---@return string[]
function shapes.lines(text)
  local lines = {}
  text = tostring(text):gsub("\r\n?", "\n"):gsub("\n+$", "")
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    line = line:gsub("%c", " "):gsub("%s+$", "")
    lines[#lines + 1] = (line:gsub("^(%s*)([@|])", "%1\\%2"))
  end
  return lines
end

--- A name as one word of a class's name.
---@param name string
---@return string
function shapes.word(name)
  return (name:gsub("[^%w_]", "_"))
end

--- A dotted name as a class's name.
---@param name string
---@return string
function shapes.words(name)
  return (name:gsub("[^%w_.]", "_"))
end

--- The name of a class that nobody has yet: this one, or with a number behind.
---@param out table the lines so far, with the set `classes`
---@param name string
---@return string
function shapes.new_class(out, name)
  local found, number = name, 1
  while out.classes[found] do
    number = number + 1
    found = name .. "_" .. number
  end
  out.classes[found] = true
  return found
end

--- One line of a class.
---@param field { key: string, type: string, optional: boolean|nil, remark: string }
---@return string
function shapes.field(field)
  local key = walk.is_identifier(field.key) and field.key or "[" .. walk.quoted(field.key) .. "]"
  local remark = field.remark ~= "" and " # " .. field.remark or ""
  return ("---@field %s%s %s%s"):format(key, field.optional and "?" or "", field.type, remark)
end

--- The type of a parameter or of a field; classes for what is nested in it go
--- to `out` before.
---@param out table the lines so far, with the set `classes`
---@param param table
---@param class string name of the class that it gets where it has fields
---@param in_url boolean|nil a string there may be given as an integer
---@param depth integer|nil
---@return string
function shapes.type_of(out, param, class, in_url, depth)
  depth = depth or 1
  if type(param) ~= "table" then return "any" end
  local kind = param.type
  if kind == "string" and in_url then return "string|integer" end
  if depth <= DEEPEST then
    if type(param.items) == "table" and (kind == "array" or kind == nil) then
      local inner = shapes.type_of(out, param.items, class .. ".item", nil, depth + 1)
      return inner:find("|", 1, true) and "(" .. inner .. ")[]" or inner .. "[]"
    end
    if type(param.fields) == "table" and next(param.fields) then
      class = shapes.new_class(out, class)
      local lines = { "---@class " .. class }
      for _, key in ipairs(walk.sorted_keys(param.fields)) do
        local field = param.fields[key]
        lines[#lines + 1] = shapes.field {
          key = key, optional = true, remark = shapes.one_line(type(field) == "table" and field.doc or ""),
          type = shapes.type_of(out, field, class .. "." .. shapes.word(key), nil, depth + 1),
        }
      end
      for _, line in ipairs(lines) do out[#out + 1] = line end
      out[#out + 1] = ""
      return class
    end
  end
  return plain[kind] or "any"
end

return shapes
