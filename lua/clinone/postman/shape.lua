--- What the example of a body shows of its shape: types, fields inside, and
-- where a study's or site's identifier stands.

local identifiers = require "clinone.postman.identifiers"
local secret = require "clinone.postman.secret"
local text = require "clinone.postman.text"

local shape = {}

local most_depth = 4 -- of what a catalog tells
local longest_example = 80

-- Generated examples have the type in the place of the value: "<integer>".
local placeholders = {
  integer = "integer", long = "integer", int32 = "integer", int64 = "integer", number = "number", float = "number",
  double = "number", boolean = "boolean", object = "object", array = "array",
}

local function placeholder(value)
  local name = type(value) == "string" and #value < 24 and value:match "^<([%w%-]+)>$"
  return name and (placeholders[name:lower()] or "string") or nil
end

local function type_of(node)
  if node.kind == "string" then return placeholder(node.value) or "string" end
  if node.kind == "null" or node.kind == "any" or node.kind == "template" then return nil end
  return node.kind
end

local function merge_types(a, b)
  if a == nil or b == nil or a == b then return a or b end
  if (a == "integer" or a == "number") and (b == "integer" or b == "number") then return "number" end
  return "any"
end

--- Whether a member's name can be a parameter's: text, and not a template.
---@param name string
---@return boolean
function shape.is_name(name)
  return name:find "%S" ~= nil and not name:find("{{", 1, true)
end

local describe

local function add_fields(into, node, depth)
  into.fields = into.fields or {}
  for _, key in ipairs(node.keys) do
    if shape.is_name(key) then
      into.fields[key] = into.fields[key] or {}
      describe(into.fields[key], node.members[key], depth + 1)
    end
  end
end

--- Adds what a node shows to what is known of its place.
function describe(into, node, depth)
  into.type = merge_types(into.type, type_of(node))
  if depth >= most_depth then return end
  if node.kind == "object" then
    add_fields(into, node, depth)
  elseif node.kind == "array" and #node.items > 0 then
    into.items = into.items or {}
    for _, item in ipairs(node.items) do describe(into.items, item, depth + 1) end
  end
end

--- A place of no known type is any; one of mixed types has no inner shape.
local function finish(into)
  into.type = into.type or "any"
  if into.type ~= "object" then into.fields = nil end
  if into.type ~= "array" then into.items = nil end
  for _, field in pairs(into.fields or {}) do finish(field) end
  if into.items then finish(into.items) end
  if into.fields and next(into.fields) == nil then into.fields = nil end
  return into
end

--- The shape of a value.
---@param node table of `loose_json`
---@param depth integer|nil 1 for a field of the body
---@return { type: string, fields: table|nil, items: table|nil }
function shape.of(node, depth)
  local into = {}
  describe(into, node, depth or 1)
  return finish(into)
end

--- A value that may stand in a catalog as an example, or nil.
---@param name string
---@param value any
---@return string|number|boolean|nil
function shape.example(name, value)
  if secret.is_name(name) or secret.is_value(value) then return nil end
  if type(value) == "number" or type(value) == "boolean" then return value end
  if type(value) ~= "string" or value == "" or placeholder(value) then return nil end
  if value:find("{{", 1, true) or value:find "%c" then return nil end
  return text.cut(value, longest_example)
end

--- The identifiers that stand deeper than the body's own fields: the first of
-- each, from the top down, with the names that lead there ("*": each element).
---@param root table of `loose_json`
---@return { name: string, key: string, type: string, nested: string[] }[] found
---@return table<string, integer> count of places, by key
function shape.identifiers(root)
  local found, count = {}, {}
  local level = { { node = root } }
  local function see(place, name)
    local key = identifiers.key(name)
    local member = place.node.members[name]
    if not key or place.node == root or member.keys or member.items then return end
    count[key] = (count[key] or 0) + 1
    if count[key] > 1 then return end
    local nested, at = {}, place
    while at.outer do
      table.insert(nested, 1, at.step)
      at = at.outer
    end
    found[#found + 1] = { name = name, key = key, type = type_of(member) or "string", nested = nested }
  end
  while #level > 0 do
    local below = {}
    for _, place in ipairs(level) do
      local node, lists = place.node, false
      for _, name in ipairs(node.keys or {}) do
        see(place, name)
        local member = node.members[name]
        if member.kind == "object" or member.kind == "array" then
          below[#below + 1] = { node = member, outer = place, step = name }
        end
      end
      for _, item in ipairs(node.items or {}) do
        -- The elements of a list are alike: the first object shows them.
        if not lists and (item.kind == "object" or item.kind == "array") then
          lists = true
          below[#below + 1] = { node = item, outer = place, step = "*" }
        end
      end
    end
    level = below
  end
  return found, count
end

return shape
