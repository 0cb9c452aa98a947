--- A path's segments as a catalog's template: every way to write a variable
-- becomes `{name}`, and literals are encoded.

local identifiers = require "clinone.postman.identifiers"

local trim = require("clinone.postman.text").trim

local path = {}

---@class clinone.postman.PathVariable
---@field key string as it stands in the template
---@field name string as the collection writes it
---@field template boolean written {{name}}
---@field written string|nil as it stands in the path, where that is no way of Postman's: "<accountId>"
---@field leading boolean stands alone in a segment before the first literal one

local function encode(text)
  text = text:gsub("%%(%x?%x?)", function(hex) return #hex < 2 and "%25" .. hex or nil end)
  return (text:gsub("[^%w%-._~!$&'()*+,;=:@%%]", function(c) return ("%%%02X"):format(c:byte()) end))
end

--- A name that can stand between braces.
local function key_of(name)
  if identifiers.key(name) then return identifiers.key(name) end
  local key = name:gsub("^%s*%$?", ""):gsub("%s+$", ""):gsub("[^%w_%-\128-\255]", "_")
  return key:find "[^_%-]" and key or "value"
end

local builder = {}
builder.__index = builder

--- `{key}`; two names never share a key.
function builder:variable(name, is_template)
  local key = self.keys[name]
  if not key then
    local base = key_of(name)
    key = base
    local count = 1
    while self.taken[key] do
      count = count + 1
      key = base .. "_" .. count
    end
    self.taken[key], self.keys[name] = true, key
    self.variables[#self.variables + 1] = { key = key, name = name, template = is_template, leading = false }
  end
  return "{" .. key .. "}"
end

--- A segment `<accountId>`: what documentation calls a variable. Postman
-- itself would send it as it stands.
function builder:angled(segment)
  local name = segment:gsub("^%%3[Cc]", "<"):gsub("%%3[Ee]$", ">"):match "^<([%a_][%w_%- ]*)>$"
  if not name then return nil end
  local is_new = not self.keys[trim(name)]
  local text = self:variable(trim(name), false)
  if is_new then self.variables[#self.variables].written = "<" .. name .. ">" end
  return text
end

--- `{{x}}` and `{x}` in a segment, and the text between them.
function builder:templates(segment)
  local parts, at, literal = {}, 1, false
  while at <= #segment do
    local first, last, double, name = segment:find("({?){([^{}]*)}", at)
    local is_template = first and double == "{" and segment:sub(last + 1, last + 1) == "}"
    if first and double == "{" and not is_template then first = first + 1 end
    local text = segment:sub(at, first and first - 1)
    if text ~= "" then
      literal = true
      parts[#parts + 1] = encode(text)
    end
    if not first then break end
    at = is_template and last + 2 or last + 1
    if name:find "%S" then
      parts[#parts + 1] = self:variable(trim(name), is_template)
    else
      literal = true
      parts[#parts + 1] = encode(segment:sub(first, at - 1))
    end
  end
  return table.concat(parts), literal
end

--- `:name`; it ends at the first dot, and at a second colon unless the
-- collection knows the whole (`:id:cancel`).
function builder:colon(segment, known)
  local rest = segment:sub(2)
  local name = rest:match "^[^.]+"
  if not name or not name:find "[%w\128-\255]" or name:find("[{}]") then return nil end
  if not known[name] then name = name:match "^[^:]+" or name end
  return self:variable(name, false) .. encode(rest:sub(#name + 1))
end

--- Builds the template of a path.
---@param read clinone.postman.Url
---@return string|nil template "/patients/{id}"
---@return clinone.postman.PathVariable[]|string variables_or_reason
function path.build(read)
  local self = setmetatable({ keys = {}, taken = {}, variables = {} }, builder)
  local parts, before_literal, first_literal = {}, 0, false
  for i, segment in ipairs(read.segments) do
    local text, literal = nil, false
    if segment:sub(1, 1) == ":" then text = self:colon(segment, read.variables) end
    text = text or self:angled(segment)
    local is_variable = text ~= nil
    if not is_variable then text, literal = self:templates(segment) end
    local dots = text:lower():gsub("%%2e", ".")
    if dots == "." or dots == ".." then return nil, 'its path holds the segment "' .. segment .. '"' end
    parts[i] = "/" .. text
    if literal and not first_literal then
      first_literal = true
    elseif not first_literal then
      before_literal = is_variable and 0 or #self.variables
      -- A path variable among them: what stands before it is no base, either.
      if is_variable then first_literal = true end
    end
  end
  if first_literal then
    for i = 1, before_literal do self.variables[i].leading = self.variables[i].template end
  end
  if #parts == 0 then return "/", self.variables end
  return table.concat(parts) .. (read.trailing_slash and "/" or ""), self.variables
end

--- A path as an example has it: templates stay as they are.
---@param segments string[]
---@param trailing_slash boolean
---@return string
function path.text(segments, trailing_slash)
  local parts = {}
  for i, segment in ipairs(segments) do
    parts[i] = "/" .. segment:gsub("[^{}]+", function(literal) return encode(literal) end)
  end
  return #parts == 0 and "/" or table.concat(parts) .. (trailing_slash and "/" or "")
end

--- Whether a literal segment looks like one record's id rather than a name.
---@param segment string
---@return boolean
function path.is_concrete(segment)
  return segment:find "^%d+$" ~= nil or segment:find "^%x%x%x%x%x%x%x%x%-%x+%-%x+%-%x+%-%x+$" ~= nil
end

return path
