--- Reads a body of any content that the catalog knows, as JSON: forms become
--- objects of texts, a file in one its name, type and size.

local json = require "clinone.sandbox.json"

local body = {}

local TYPES = {
  json = "application/json", graphql = "application/json",
  form = "application/x-www-form-urlencoded", multipart = "multipart/form-data",
}

--- Whether a content type is one that a route takes. Text and files may be of any.
---@param content string the catalog's
---@param content_type string lower case, without parameters
---@return boolean fits
---@return string|nil wanted
function body.fits(content, content_type)
  local wanted = TYPES[content]
  if not wanted or content_type == wanted then return true end
  local is_json = content == "json" and content_type:find("^application/[%w.-]+%+json$") ~= nil
    and content_type ~= "application/json-patch+json"
  return is_json, wanted
end

-- An object of {name, JSON text} pairs; what comes twice becomes a list.
local function object_of(pairs_list)
  local order, values = {}, {}
  for _, pair in ipairs(pairs_list) do
    if not values[pair[1]] then
      values[pair[1]] = {}
      order[#order + 1] = pair[1]
    end
    table.insert(values[pair[1]], pair[2])
  end
  local out = {}
  for i, name in ipairs(order) do
    local list = values[name]
    local text = #list == 1 and list[1] or "[" .. table.concat(list, ",") .. "]"
    out[i] = json.object({ { name, 0 } }):sub(2, -3) .. text
  end
  return "{" .. table.concat(out, ",") .. "}"
end

local function text_value(text)
  return json.object({ { "v", text } }):sub(6, -2)
end

local function unescape(text)
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

local function read_form(text)
  local found = {}
  for part in text:gmatch("[^&]+") do
    local name, value = part:match("^([^=]*)=?(.*)$")
    found[#found + 1] = { unescape(name), text_value(unescape(value)) }
  end
  return object_of(found)
end

local function read_part(head, content)
  local disposition = head:match("[Cc]ontent%-[Dd]isposition:%s*([^\r\n]*)") or ""
  local name = disposition:match(';%s*name="([^"]*)"') or disposition:match(";%s*name=([^;%s]*)")
  local file = disposition:match('filename="([^"]*)"') or disposition:match("filename=([^;%s]*)")
  if not name then return nil end
  if not file then return { name, text_value(content) } end
  local kind = head:match("[Cc]ontent%-[Tt]ype:%s*([^\r\n]*)") or "application/octet-stream"
  return { name, json.object { { "name", file }, { "type", kind }, { "size", #content } } }
end

local function read_multipart(text, header)
  local boundary = header:match('boundary="([^"]+)"') or header:match("boundary=([^;%s]+)")
  if not boundary then return nil, "the header Content-Type names no boundary" end
  local mark, found = "--" .. boundary, {}
  local at = text:find(mark, 1, true)
  while at do
    local first = at + #mark
    local stop = text:find("\r\n" .. mark, first, true)
    if not stop then break end
    local head, content = text:sub(first, stop - 1):match("^\r\n(.-\r\n)\r\n(.*)$")
    found[#found + 1] = head and read_part("\r\n" .. head, content)
    at = stop + 2
  end
  if not at or text:sub(at + #mark, at + #mark + 1) ~= "--" then return nil, "the last boundary is missing" end
  return object_of(found)
end

--- The body as JSON text, and its root. nil and nil where it is no data: a text,
--- a file.
---@param content string the catalog's
---@param text string
---@param header string the whole Content-Type
---@return string|nil data
---@return clinone.sandbox.Node|nil root
---@return string|nil message what is wrong
function body.read(content, text, header)
  if not TYPES[content] then return nil, nil end
  local data, message = text, nil
  if content == "form" then data = read_form(text) end
  if content == "multipart" then data, message = read_multipart(text, header) end
  if not data then return nil, nil, message end
  local root
  root, message = json.read(data)
  if not root then return nil, nil, message end
  return data:sub(root.first, root.last), root
end

return body
