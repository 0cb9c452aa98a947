--- What saved answers show: the object around a record, the place of a list. Told
-- from the first good example of a route.

local json = require "clinone.sandbox.json"

local shape = {}

local LISTS = { "items", "data", "results", "value", "records", "content", "entries" }
local ENVELOPES = { "data", "result" }

--- Usual names of an id.
shape.IDS = { "id", "_id", "uuid", "guid" }

--- The first 2xx example of a route that has a JSON body.
---@param route clinone.sandbox.Route|nil
---@return clinone.sandbox.Example|nil example
---@return clinone.sandbox.Node|nil root
local function good_example(route)
  for _, example in ipairs(route and route.examples or {}) do
    if example.status < 300 and not example.stray then
      local root = json.read(example.body)
      if root then return example, root end
    end
  end
end

--- The first good example of a route, with a body or without.
---@param route clinone.sandbox.Route
---@return clinone.sandbox.Example|nil
function shape.good(route)
  for _, example in ipairs(route.examples) do
    if example.status < 300 and not example.stray then return example end
  end
end

local function member_of(members, names, kind)
  for _, name in ipairs(names) do
    for _, member in ipairs(members) do
      if member.key == name and (kind == nil or member.kind == kind) then return member end
    end
  end
end

-- The member that holds the record: the only one, or one of a usual name beside
-- no id.
local function inner_record(members)
  if #members == 1 then return members[1].kind == "object" and members[1] or nil end
  return not member_of(members, shape.IDS) and member_of(members, ENVELOPES, "object") or nil
end

---@class clinone.sandbox.Envelope
---@field key string
---@field before string text up to the record
---@field after string

--- The object around a record in a saved answer, and the record's own text.
---@param route clinone.sandbox.Route|nil
---@return clinone.sandbox.Envelope|nil
---@return string|nil text
function shape.record(route)
  local example, root = good_example(route)
  if not root or root.kind ~= "object" then return nil end
  local text = example.body
  local member = inner_record(json.children(text, root))
  if not member then return nil, text:sub(root.first, root.last) end
  return {
    key = member.key, before = text:sub(root.first, member.first - 1), after = text:sub(member.last + 1, root.last),
  }, text:sub(member.first, member.last)
end

-- A list of records, else, where `any`, any list.
local function list_of(text, members, any)
  local usual = member_of(members, LISTS, "array")
  if usual then return usual end
  for _, member in ipairs(members) do
    local first = member.kind == "array" and json.children(text, member)[1]
    if first and first.kind == "object" or any and member.kind == "array" then return member end
  end
end

local function count_of(members, prefix)
  for _, member in ipairs(members) do
    local name = member.key:lower()
    if member.kind == "integer" and (name:find("total", 1, true) or name:find("count", 1, true)) then
      return prefix .. member.key
    end
  end
end

---@class clinone.sandbox.ListShape
---@field items string|nil dotted place of the list; nil: the answer is the list
---@field total string|nil dotted place of the count of all
---@field first string|nil text of the first record

--- How a list's answer looks; nil where no example tells.
---@param route clinone.sandbox.Route|nil
---@return clinone.sandbox.ListShape|nil
function shape.list(route)
  local example, root = good_example(route)
  if not root then return nil end
  local text = example.body
  local function first_of(node)
    local record = json.children(text, node)[1]
    return record and record.kind == "object" and text:sub(record.first, record.last) or nil
  end
  if root.kind == "array" then return { first = first_of(root) } end
  if root.kind ~= "object" then return nil end
  local members = json.children(text, root)
  local function at_top(found)
    return found and { items = found.key, total = count_of(members, ""), first = first_of(found) }
  end
  local shown = at_top(list_of(text, members))
  for _, member in ipairs(shown and {} or members) do
    local below = member.kind == "object" and json.children(text, member) or {}
    local found = list_of(text, below)
    if found then
      return {
        items = member.key .. "." .. found.key, first = first_of(found),
        total = count_of(below, member.key .. ".") or count_of(members, ""),
      }
    end
  end
  return shown or at_top(list_of(text, members, true))
end

--- Whether the saved answer of a route is data without any list in it.
---@param route clinone.sandbox.Route
---@return boolean
function shape.is_no_list(route)
  local _, root = good_example(route)
  return root ~= nil and shape.list(route) == nil
end

--- Whether the saved answer of a route is nothing but a list.
---@param route clinone.sandbox.Route
---@return boolean
function shape.is_list(route)
  local _, root = good_example(route)
  return root ~= nil and root.kind == "array"
end

--- An answer with one record, in the object that the saved answer has around it.
---@param route clinone.sandbox.Route
---@param traits clinone.sandbox.Traits
---@param text string the record
---@return string
function shape.answer(route, traits, text)
  if route.envelope == nil then
    local envelope, plain = shape.record(route)
    route.envelope = envelope or not plain and traits.wrapper and {
      before = json.object { { traits.wrapper, 0 } }:sub(1, -3), after = "}",
    } or false
  end
  if not route.envelope then return text end
  return route.envelope.before .. text .. route.envelope.after
end

return shape
