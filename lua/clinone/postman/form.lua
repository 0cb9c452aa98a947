--- Forms: fields as parameters, and the text of a form as fields.

local native = require "clinone.native"
local shape = require "clinone.postman.shape"
local text = require "clinone.postman.text"

local form = {}

local function is_required(doc)
  local lower = doc and doc:lower()
  return lower and lower:find "[%[(]%s*required%s*[%])]" and true or nil
end

--- A hint only: what is no clear number or truth value is a string.
local function type_of(value)
  if value == "true" or value == "false" then return "boolean" end
  if type(value) == "string" and #value <= 15 and (value == "0" or value:find "^%-?[1-9]%d*$") then return "integer" end
  return "string"
end

local function entry_value(entry)
  local value = entry.value
  if type(value) == "number" and value % 1 == 0 then return ("%.0f"):format(value) end
  if type(value) == "number" or type(value) == "boolean" then return tostring(value) end
  return type(value) == "string" and value or nil
end

--- Form fields: entries of one name are one field, a list if several are sent.
---@param entries any[] as Postman has them
---@param content "form"|"multipart"
---@param note fun(kind: string, reason: string)
---@return { content: string, params: table[] }
function form.read(entries, content, note)
  local result = { content = content, params = {} }
  local by_name = {}
  for _, entry in ipairs(entries) do
    local name = type(entry) == "table" and entry.key
    if type(name) == "string" and shape.is_name(name) then
      local doc = text.plain(entry.description)
      local is_file = content == "multipart" and entry.type == "file"
      local there = by_name[name]
      if not there then
        local value = entry_value(entry)
        there = {
          name = name, type = is_file and "file" or type_of(value), doc = doc, required = is_required(doc),
          file = is_file or nil, example = not is_file and shape.example(name, value) or nil,
        }
        by_name[name] = there
        result.params[#result.params + 1] = there
      elseif entry.disabled ~= true and there.type ~= "array" then
        there.items, there.type, there.example, there.file = { type = there.type }, "array", nil, nil
      end
      if content == "multipart" and type(entry.contentType) == "string" and entry.contentType ~= "" and not is_file then
        note("warnings", ("the form's part %s goes without a content type of its own"):format(text.cut(name, 60)))
      end
    elseif type(entry) == "table" and (name ~= nil and name ~= "" or entry_value(entry)) then
      note("warnings", "a field of the form is left out: it has no name of its own")
    end
  end
  return result
end

local function decode(part)
  local plain = part:gsub("+", " "):gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  return native.json.encode(plain) and plain or part
end

--- The fields of a form's text (`client_id={{id}}&scope=...`).
---@param source string
---@return { key: string, value: string }[]
function form.entries(source)
  local entries = {}
  for piece in source:gmatch "[^&\r\n]+" do
    local key, value = piece:match "^([^=]*)=?(.*)$"
    entries[#entries + 1] = { key = decode(text.trim(key)), value = decode(value) }
  end
  return entries
end

return form
