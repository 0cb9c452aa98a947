--- Strict JSON (RFC 8259, UTF-8), read in place.
--
-- The sandbox hands records back byte for byte as they were sent, so it never
-- turns a body into a Lua table and back: numbers of any size, empty arrays,
-- nulls and the order of the keys would not survive Debian's lua-cjson. This
-- file says whether a text is JSON and where each member of it begins and ends.

local byte, find, match, sub = string.byte, string.find, string.match, string.sub
local cjson = require "cjson"

local json = {}

local MAX_DEPTH = 256

---@class clinone.sandbox.Node
---@field kind "object"|"array"|"string"|"integer"|"number"|"boolean"|"null"
---@field first integer position of its first byte
---@field last integer position of its last byte
---@field key string? decoded key, on members of an object

local function fail(at, what)
  error({ message = ("%s at byte %d"):format(what, at) }, 0)
end

local function skip(text, at)
  return find(text, "[^ \t\r\n]", at) or #text + 1
end

local function string_end(text, at)
  local i = at + 1
  while true do
    local j = find(text, '["\\%z\1-\31]', i)
    if not j then fail(at, "a string without an end") end
    local c = byte(text, j)
    if c == 34 then return j end
    if c ~= 92 then fail(j, "a control character in a string") end
    if find(text, '^["\\/bfnrt]', j + 1) then
      i = j + 2
    elseif find(text, "^u%x%x%x%x", j + 1) then
      i = j + 6
    else
      fail(j, "an unknown escape")
    end
  end
end

local function number_end(text, at)
  if find(text, "^%-?0%d", at) then fail(at, "a number with a leading zero") end
  local _, last = find(text, "^%-?%d+", at)
  if not last then fail(at, "no value") end
  local kind = "integer"
  for _, part in ipairs { "^%.%d+", "^[eE][+-]?%d+" } do
    local _, stop = find(text, part, last + 1)
    if stop then kind, last = "number", stop end
  end
  return kind, last
end

local value -- value(text, at, depth, on_child) -> kind, last

local function object_end(text, at, depth, on_child)
  local i = skip(text, at + 1)
  if byte(text, i) == 125 then return i end
  while true do
    if byte(text, i) ~= 34 then fail(i, "no key") end
    local key_first, key_last = i, string_end(text, i)
    i = skip(text, key_last + 1)
    if byte(text, i) ~= 58 then fail(i, "no colon") end
    local first = skip(text, i + 1)
    local kind, last = value(text, first, depth + 1)
    if on_child then on_child(kind, first, last, key_first, key_last) end
    i = skip(text, last + 1)
    local c = byte(text, i)
    if c == 125 then return i end
    if c ~= 44 then fail(i, "no comma or closing brace") end
    i = skip(text, i + 1)
  end
end

local function array_end(text, at, depth, on_child)
  local i = skip(text, at + 1)
  if byte(text, i) == 93 then return i end
  while true do
    local kind, last = value(text, i, depth + 1)
    if on_child then on_child(kind, i, last) end
    i = skip(text, last + 1)
    local c = byte(text, i)
    if c == 93 then return i end
    if c ~= 44 then fail(i, "no comma or closing bracket") end
    i = skip(text, i + 1)
  end
end

function value(text, at, depth, on_child)
  if depth > MAX_DEPTH then fail(at, "too deep a value") end
  local c = byte(text, at)
  if c == 123 then return "object", object_end(text, at, depth, on_child) end
  if c == 91 then return "array", array_end(text, at, depth, on_child) end
  if c == 34 then return "string", string_end(text, at) end
  local word = match(text, "^%a+", at)
  if word == "true" or word == "false" then return "boolean", at + #word - 1 end
  if word == "null" then return "null", at + 3 end
  return number_end(text, at)
end

-- Well-formed UTF-8 as Unicode 15 table 3-7 has it: no overlong forms, no
-- surrogates, nothing above U+10FFFF.
local function check_utf8(text)
  local i = find(text, "[\128-\255]")
  while i do
    local c = byte(text, i)
    local second = byte(text, i + 1) or 0
    local length = c >= 0xC2 and c <= 0xDF and 2 or c >= 0xE0 and c <= 0xEF and 3
      or c >= 0xF0 and c <= 0xF4 and 4
    local low = c == 0xE0 and 0xA0 or c == 0xF0 and 0x90 or 0x80
    local high = c == 0xED and 0x9F or c == 0xF4 and 0x8F or 0xBF
    if not length or second < low or second > high then fail(i, "invalid UTF-8") end
    for k = 2, length - 1 do
      local rest = byte(text, i + k) or 0
      if rest < 0x80 or rest > 0xBF then fail(i, "invalid UTF-8") end
    end
    i = find(text, "[\128-\255]", i + length)
  end
end

--- Checks a whole text. Returns its root, or nil and what is wrong (an offset,
--- never a value of the text).
---@param text string
---@return clinone.sandbox.Node|nil root
---@return string|nil message
function json.read(text)
  local ok, root = pcall(function()
    check_utf8(text)
    local first = skip(text, 1)
    local kind, last = value(text, first, 1)
    local rest = skip(text, last + 1)
    if rest <= #text then fail(rest, "something after the end") end
    return { kind = kind, first = first, last = last }
  end)
  if ok then return root end
  return nil, type(root) == "table" and root.message or tostring(root)
end

--- The members of an object or the elements of an array that json.read took.
---@param text string
---@param node clinone.sandbox.Node
---@return clinone.sandbox.Node[]
function json.children(text, node)
  local children = {}
  value(text, node.first, 1, function(kind, first, last, key_first, key_last)
    children[#children + 1] = {
      kind = kind, first = first, last = last,
      key = key_first and json.text(sub(text, key_first, key_last)) or nil,
    }
  end)
  return children
end

--- The text of a JSON string without its quotes and escapes; any other scalar
--- as it is written.
---@param raw string
---@return string
function json.text(raw)
  if byte(raw) ~= 34 then return raw end
  if not find(raw, "\\", 1, true) then return sub(raw, 2, -2) end
  local ok, decoded = pcall(cjson.decode, "[" .. raw .. "]")
  return ok and decoded[1] or raw -- a lone surrogate escape stays as written
end

--- Prints an object whose keys keep their order.
---@param members table[] {key, value} pairs; a value of type table is printed by lua-cjson
---@return string
function json.object(members)
  local out = {}
  for i, member in ipairs(members) do
    out[i] = cjson.encode(member[1]) .. ":" .. cjson.encode(member[2])
  end
  -- lua-cjson escapes every slash; URLs read better without.
  return "{" .. table.concat(out, ","):gsub("\\/", "/") .. "}"
end

return json
