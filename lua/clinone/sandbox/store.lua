--- The records of the sandbox: one collection per path template, each record
--- kept as the text it was sent as.

local json = require "clinone.sandbox.json"
local ids = require "clinone.sandbox.ids"
local references = require "clinone.sandbox.references"
local routes = require "clinone.sandbox.routes"
local traits = require "clinone.sandbox.traits"

local store = {}

---@class clinone.sandbox.Record
---@field id string
---@field text string JSON object, with its id
---@field fields table<string, string> top-level scalars, unescaped; numbers as written
---@field above {name: string, value: string}[]|nil the path's variables above it; nil: from the fixtures
---@field study string|nil the study that it came with, where it does not say itself
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

--- The top-level scalars of an object as texts; the two identifiers under our
--- spelling too.
---@param text string
---@param members clinone.sandbox.Node[]
---@return table<string, string>
function store.fields(text, members)
  local fields = {}
  for _, member in ipairs(members) do
    if member.kind ~= "object" and member.kind ~= "array" and member.kind ~= "null" then
      local value = json.text(text:sub(member.first, member.last))
      fields[member.key] = value
      fields[references.known(member.key) or member.key] = value
    end
  end
  return fields
end

local function member_named(members, name)
  for _, member in ipairs(members) do
    if member.key == name then return member end
  end
end

--- Makes a record of a body. An id is put in front where the body has none, or
--- in the place of its null; not another byte is changed.
---@param text string JSON object without blanks around it
---@param id string
---@param known clinone.sandbox.Traits
---@param above {name: string, value: string}[]|nil the path's variables above the record
---@return clinone.sandbox.Record
function store.record(text, id, known, above)
  local members = json.children(text, { first = 1 })
  local fields = store.fields(text, members)
  if fields[known.id] == nil then
    local member = member_named(members, known.id)
    local pair = { known.id, known.serial and tonumber(id) or id }
    if member then
      local value = json.object({ pair }):sub(#json.object { { known.id, 0 } } - 1, -2)
      text = text:sub(1, member.first - 1) .. value .. text:sub(member.last + 1)
    else
      text = json.object({ pair }):sub(1, -2) .. (#members > 0 and "," or "") .. text:sub(2)
    end
    fields[known.id] = id
  end
  for _, parent in ipairs(above or {}) do
    local name = references.known(parent.name) or parent.name
    if fields[name] == nil then fields[name] = parent.value end
  end
  return { id = id, text = text, fields = fields, above = above }
end

--- A record's text with the members of another object: each takes the place of
--- the one of its name, a null as well, or comes last.
---@param text string JSON object
---@param change string JSON object
---@return string
function store.merge(text, change)
  local changed, order = {}, {}
  for _, member in ipairs(json.children(change, { first = 1 })) do
    changed[member.key] = change:sub(member.first, member.last)
    order[#order + 1] = member.key
  end
  local out, at, count = {}, 1, 0
  for _, member in ipairs(json.children(text, { first = 1 })) do
    count = count + 1
    if changed[member.key] then
      out[#out + 1] = text:sub(at, member.first - 1) .. changed[member.key]
      at, changed[member.key] = member.last + 1, nil
    end
  end
  out[#out + 1] = text:sub(at, -2)
  for _, key in ipairs(order) do
    if changed[key] then
      local pair = json.object { { key, 0 } }
      out[#out + 1] = (count > 0 and "," or "") .. pair:sub(2, -3) .. changed[key]
      count, changed[key] = count + 1, nil
    end
  end
  return table.concat(out) .. "}"
end

---@param key_names string[]|nil
---@param by_role table<string, clinone.sandbox.Route>|nil its routes
function store.collection(key_names, by_role)
  return setmetatable({
    list = {}, by_id = {}, by_key = {}, key_names = key_names, by_role = by_role or {}, serial = 0,
  }, Collection)
end

--- What the catalog's examples tell of the records.
---@return clinone.sandbox.Traits
function Collection:traits()
  self.known = self.known or traits.read(self.by_role)
  return self.known
end

--- An id that no record has.
---@return string
function Collection:new_id()
  if not self:traits().serial then return ids.uuid() end
  repeat self.serial = self.serial + 1 until not self.by_id[tostring(self.serial)]
  return tostring(self.serial)
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
---@param all clinone.sandbox.Routes
---@param fixtures clinone.sandbox.Fixtures
---@return table<string, table> collections
function store.fill(all, fixtures)
  local collections, by_role, keys = {}, {}, {}
  for _, route in ipairs(all.list) do
    if route.role then
      local seen = by_role[route.collection] or {}
      by_role[route.collection] = seen
      seen[route.role] = seen[route.role] or route
      keys[route.collection] = keys[route.collection] or route.key
    end
  end
  for name, seen in pairs(by_role) do collections[name] = store.collection(keys[name], seen) end
  for resource, records in pairs(fixtures.records) do
    local name = routes.home(all, resource) or resource
    local collection = collections[name] or store.collection(fixtures.keys[resource])
    collections[name] = collection
    local known = collection:traits()
    for _, text in ipairs(records) do
      local fields = store.fields(text, json.children(text, { first = 1 }))
      collection:insert(store.record(text, fields[known.id] or collection:new_id(), known))
    end
  end
  for resource, key in pairs(fixtures.keys) do
    local collection = collections[routes.home(all, resource) or resource]
    if collection then collection.registry = table.concat(key, " ") end
  end
  return collections
end

return store
