--- A stand-in for OpenResty's fork of lua-cjson, which is not in Debian: its
-- functions and its ways, on top of the real one. It reads integers by strtoll
-- on every Lua: those beyond int64 as the nearest one that fits, -0 as 0; it has array marks; its _VERSION says less than it can.

local real = require "cjson"

local integers = math.type ~= nil -- luacheck: ignore

-- A light userdata that is not NULL, from plain Lua.
local function some_address()
  if debug.upvalueid then return debug.upvalueid(function() return real end, 1) end -- luacheck: ignore
  debug.sethook(function() end, "", 0)
  debug.sethook()
  for key in pairs(debug.getregistry()) do
    if type(key) == "userdata" and not debug.getmetatable(key) then return key end
  end
end

local array_mt, empty_array_mt, empty_array = {}, {}, some_address()

local function saturated(text)
  local value = math.tointeger and math.tointeger(tonumber(text)) -- luacheck: ignore
  if value and ("%d"):format(value) == text then return value end
  local float = tonumber(text) + 0.0
  if not integers then return math.max(-2 ^ 63, math.min(2 ^ 63, float)) end
  if float >= 2.0 ^ 63 then return math.maxinteger end -- luacheck: ignore
  if float <= -2.0 ^ 63 then return math.mininteger end -- luacheck: ignore
  return math.tointeger(float) -- luacheck: ignore
end

-- Reads valid JSON: core has scanned it.
local function reader(text, with_array_mt)
  local at = 1
  local read

  local function skip() at = text:match("^[ \t\r\n]*()", at) end

  local function read_string()
    local start = at
    at = at + 1
    while text:sub(at, at) ~= '"' do at = at + (text:sub(at, at) == "\\" and 2 or 1) end
    at = at + 1
    return real.decode("[" .. text:sub(start, at - 1) .. "]")[1]
  end

  local function members(close, each)
    at = at + 1
    skip()
    while text:sub(at, at) ~= close do
      each()
      skip()
      if text:sub(at, at) == "," then at = at + 1 end
      skip()
    end
    at = at + 1
  end

  function read()
    skip()
    local first = text:sub(at, at)
    if first == "{" then
      local object = {}
      members("}", function()
        local key = read_string()
        at = text:match("^[ \t\r\n]*:()", at)
        object[key] = read()
      end)
      return object
    elseif first == "[" then
      local array, n = {}, 0
      members("]", function()
        n = n + 1
        array[n] = read()
      end)
      if with_array_mt then setmetatable(array, array_mt) end
      return array
    elseif first == '"' then
      return read_string()
    end
    local word = text:match("^[%w.+-]+", at)
    at = at + #word
    if word == "null" then return real.null end
    if word == "true" or word == "false" then return word == "true" end
    if word:find "^-?%d+$" then return word == "-0" and 0 or saturated(word) end
    return tonumber(word)
  end

  return read()
end

local function new()
  local fork, with_array_mt = {}, false
  for name, value in pairs(real.new()) do fork[name] = value end
  fork.new, fork._VERSION = new, "2.1.0"
  fork.array_mt, fork.empty_array_mt, fork.empty_array = array_mt, empty_array_mt, empty_array
  function fork.decode(text) return reader(text, with_array_mt) end
  function fork.decode_array_with_array_mt(on)
    if on ~= nil then with_array_mt = on end
    return with_array_mt
  end
  function fork.encode_empty_table_as_object() return true end
  function fork.encode_number_precision() return 16 end
  return fork
end

return new()
