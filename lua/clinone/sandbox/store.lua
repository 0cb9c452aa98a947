--- The records of the sandbox: one collection per path template, each record
--- kept as the text it was sent as.

local json = require "clinone.sandbox.json"
local ids = require "clinone.sandbox.ids"

local store = {}

---@class clinone.sandbox.Record
---@field id string
---@field text string JSON object, with its id
---@field fields table<string, string> top-level scalars, unescaped; numbers as written
---@field parents table<string, string> path parameters above the record
---@field key string|nil natural key, its fields joined

local Collection = {}
Collection.__index = Collection

local function natural_key(names, fields)
  if not names then return nil end
  local parts = {}
  for i, name in ipairs(names) do
    local value = fields[name]
    if value == nil then return nil end
    parts[i] = #value .. ":" .. value -- lengths keep "a"+"bc" apart from "ab"+"c"
  end
  return table.concat(parts)
end

--- The top-level scalars of an object as texts.
---@param text string
---@param members clinone.sandbox.Node[]
---@return table<string, string>
function store.fields(text, members)
  local fields = {}
  for _, member in ipairs(members) do
    if member.kind ~= "object" and member.kind ~= "array" and member.kind ~= "null" then
      fields[member.key] = json.text(text:sub(member.first, member.last))
    end
  end
  return fields
end

--- Makes a record of a body. An id is put in front where the body has none;
--- not another byte is changed.
---@param text string JSON object without blanks around it
---@param id string
---@param parents table<string, string>
---@return clinone.sandbox.Record
function store.record(text, id, parents)
  local members = json.children(text, { first = 1 })
  local fields = store.fields(text, members)
  if fields.id == nil then
    local front = '{"id":"' .. id .. '"' .. (#members > 0 and "," or "")
    text = front .. text:sub(2)
    fields.id = id
  end
  for name, value in pairs(parents) do
    if fields[name] == nil then fields[name] = value end
  end
  return { id = id, text = text, fields = fields, parents = parents }
end

---@param key_names string[]|nil
function store.collection(key_names)
  return setmetatable({ list = {}, by_id = {}, by_key = {}, key_names = key_names }, Collection)
end

--- The record with this natural key, if any.
---@param fields table<string, string>
---@return clinone.sandbox.Record|nil
function Collection:same_key(fields)
  local key = natural_key(self.key_names, fields)
  return key and self.by_key[key]
end

---@param record clinone.sandbox.Record
function Collection:insert(record)
  record.key = natural_key(self.key_names, record.fields)
  self.list[#self.list + 1] = record
  self.by_id[record.id] = record
  if record.key then self.by_key[record.key] = record end
end

local function position(list, record)
  for i, candidate in ipairs(list) do
    if candidate == record then return i end
  end
end

---@param old clinone.sandbox.Record
---@param new clinone.sandbox.Record with the same id
function Collection:replace(old, new)
  if old.key then self.by_key[old.key] = nil end
  new.key = natural_key(self.key_names, new.fields)
  self.list[position(self.list, old)] = new
  self.by_id[new.id] = new
  if new.key then self.by_key[new.key] = new end
end

---@param record clinone.sandbox.Record
function Collection:remove(record)
  table.remove(self.list, position(self.list, record))
  self.by_id[record.id] = nil
  if record.key then self.by_key[record.key] = nil end
end

--- Fills collections from fixtures: by path template for the catalog's
--- resources, by name for others (they still say which studies and sites
--- exist).
---@param found clinone.sandbox.Route[]
---@param fixtures clinone.sandbox.Fixtures
---@return table<string, table> collections
function store.fill(found, fixtures)
  local collections, by_resource = {}, {}
  for _, route in ipairs(found) do
    if route.role and not collections[route.collection] then
      collections[route.collection] = store.collection(route.key)
    end
    local shortest = by_resource[route.resource]
    if route.role and (not shortest or #route.collection < #shortest) then
      by_resource[route.resource] = route.collection
    end
  end
  for resource, records in pairs(fixtures.records) do
    local name = by_resource[resource] or resource
    collections[name] = collections[name] or store.collection(fixtures.keys[resource])
    for _, text in ipairs(records) do
      local fields = store.fields(text, json.children(text, { first = 1 }))
      collections[name]:insert(store.record(text, fields.id or ids.uuid(), {}))
    end
  end
  return collections
end

return store
