--- A catalog's text, decoded piece by piece as it is used: a file of 2,000
-- operations costs a search for brackets until one of them is called. Every
-- resource and operation is first a stub, which holds its text under a key of
-- this file's own and becomes a plain table when a field is first asked for.

local native = require "clinone.native"

local decode, members = native.json.decode, native.json.members

local lazy = {}

-- Keys in a stub that no JSON text can hold.
local TEXT, PLACE = {}, {}

local function wrong(what, place, message)
  error(("the catalog's %s %s %s"):format(what, place, message), 0)
end

--- The parts of an object; a script's printer may have written an empty one
-- as [].
local function parts_of(text, what, place)
  if text:find "^%[%s*%]$" then return {} end
  if not text:find "^{" then wrong(what, place, "is no object") end
  local parts, _, why = members(text)
  if not parts then wrong(what, place, "is no JSON: " .. why) end
  return parts
end

local function value_of(text, what, place)
  local value, _, why = decode(text)
  if value == nil and text ~= "null" then wrong(what, place, "is no JSON: " .. why) end
  if value == native.null then return nil end
  return value
end

local function stubs(text, what, place, prefix, metatable)
  if text == "null" then return nil end
  local list = parts_of(text, what, place)
  for name, part in pairs(list) do
    list[name] = setmetatable({ [TEXT] = part, [PLACE] = prefix .. name }, metatable)
  end
  return list
end

--- A metatable of stubs whose fields come from `read`.
local function kind_of_stub(read)
  local metatable = {}
  function metatable.open(stub)
    local fields = read(rawget(stub, TEXT), rawget(stub, PLACE))
    setmetatable(stub, nil)
    stub[TEXT], stub[PLACE] = nil, nil
    for key, value in pairs(fields) do stub[key] = value end
  end
  function metatable.__index(stub, key)
    metatable.open(stub)
    return stub[key]
  end
  return metatable
end

local operation_stub = kind_of_stub(function(text, place)
  if not text:find "^{" then wrong("operation", place, "is no object") end
  return value_of(text, "operation", place)
end)

local resource_stub
resource_stub = kind_of_stub(function(text, place)
  local fields = parts_of(text, "resource", place)
  for key, part in pairs(fields) do
    local inside = ('%s, its "%s",'):format(place, key)
    if key == "operations" then
      fields[key] = stubs(part, "resource", inside, place .. ".", operation_stub)
    elseif key == "resources" then
      fields[key] = stubs(part, "resource", inside, place .. ".", resource_stub)
    else
      fields[key] = value_of(part, "resource", inside)
    end
  end
  return fields
end)

--- Makes a stub the table that it stands for. Raises when its text is no JSON.
---@param entry any a resource or an operation; anything else is left alone
function lazy.open(entry)
  local metatable = type(entry) == "table" and getmetatable(entry)
  if metatable == operation_stub or metatable == resource_stub then metatable.open(entry) end
end

--- Whether an operation may have this alias, said without decoding it.
---@param operation table
---@param alias string
---@return boolean
function lazy.may_have(operation, alias)
  local text = rawget(operation, TEXT)
  return not text or alias:find '[^%w_]' ~= nil or text:find(alias .. '"', 1, true) ~= nil
    or text:find("\\u", 1, true) ~= nil
end

--- The document of a catalog's text, its resources as stubs. Raises where it
-- is no JSON.
---@param text string
---@return table|nil document nil: the text is no object, or not even JSON
function lazy.read(text)
  local document = members(text)
  if not document then return nil end
  for key, part in pairs(document) do
    local inside = ('"%s"'):format(key)
    if key == "resources" then
      document[key] = stubs(part, "own", inside, "", resource_stub)
    else
      document[key] = value_of(part, "own", inside)
    end
  end
  return document
end

--- Opens every stub.
---@param list table|nil resources
local function open_all(list)
  for _, resource in pairs(list or {}) do
    lazy.open(resource)
    for _, operation in pairs(resource.operations or {}) do lazy.open(operation) end
    open_all(resource.resources)
  end
end

lazy.open_all = open_all

return lazy
