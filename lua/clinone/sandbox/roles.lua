--- Which routes keep state: the roles of a collection and of its items, told by
--- method and path, unless a saved answer shows something else.

local shape = require "clinone.sandbox.shape"

local roles = {}

local ITEM = { GET = "get", PUT = "replace", PATCH = "patch", DELETE = "delete" }
local COLLECTION = { GET = "list", POST = "create" }
local WRITES = { create = true, replace = true, patch = true }
local RECORD_CONTENT = { json = true, form = true, multipart = true }

-- The role a route would have, were its collection to keep state.
local function propose(route)
  local path = route.path:gsub("/+$", "")
  local parent, last = path:match("^(.*)/{([^{}/]+)}$")
  local collection = parent or path
  route.collection = (route.server and route.server .. " " or "") .. collection:gsub("{[^{}]+}", "{}")
  route.item_param = last
  local role = (last and ITEM or COLLECTION)[route.method]
  -- A list, a text or a query is no record.
  if WRITES[role] and not (RECORD_CONTENT[route.content] and route.body_type == "object") then role = nil end
  route.role = role
end

-- GET /profile that answers one object is no list, GET /orders/{patient} that
-- answers a list no record.
local function shows_something_else(route)
  if route.role == "list" then return not route.paging and shape.is_no_list(route) end
  return route.role == "get" and shape.is_list(route)
end

-- Examples are read only where something can be put in: there are many of them.
local function look_at_examples(found)
  local creating = {}
  for _, route in ipairs(found) do
    if route.role == "create" then creating[route.collection] = true end
  end
  for _, route in ipairs(found) do
    if creating[route.collection] and shows_something_else(route) then route.role = nil end
  end
end

-- Where the fixtures' records of each resource go: its shortest collection.
local function find_homes(found)
  local homes = {}
  for _, route in ipairs(found) do
    local known = homes[route.resource]
    if route.role and (not known or #route.collection < #known) then
      homes[route.resource] = route.collection
    end
  end
  return homes
end

-- State is kept where something can be put in and read back, or where fixtures
-- hold records to read. Where nothing can be put in, saved examples tell more
-- than an empty list, or than the records that the sandbox itself made up.
local function keeps_state(seen, own)
  if not (seen.list or seen.get) then return false end
  if seen.create or seen.filled and own then return true end
  return not seen.examples and (seen.get or seen.paging or seen.filled) ~= nil
end

--- Gives each route its `collection`, `item_param` and, where state is kept, its
--- `role`.
---@param found clinone.sandbox.Route[]
---@param records table<string, string[]> the fixtures' by resource
---@param own boolean whether the fixtures are the user's own
---@return table<string, string> homes resource -> collection of its records
function roles.settle(found, records, own)
  for _, route in ipairs(found) do propose(route) end
  look_at_examples(found)
  local filled = {}
  for resource, collection in pairs(find_homes(found)) do
    if records[resource] and #records[resource] > 0 then filled[collection] = true end
  end
  local collections = {}
  for _, route in ipairs(found) do
    local seen = collections[route.collection] or { filled = filled[route.collection] }
    collections[route.collection] = seen
    if route.role then
      seen[route.role] = true
      if #route.examples > 0 then seen.examples = true end
      if route.paging then seen.paging = true end
    end
  end
  for _, route in ipairs(found) do
    if not keeps_state(collections[route.collection], own) then route.role = nil end
  end
  return find_homes(found)
end

return roles
