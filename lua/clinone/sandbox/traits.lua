--- What is known of a collection's records before there are any: which field is
--- the id, and what the API wraps them in. Told by the saved answers.

local json = require "clinone.sandbox.json"
local references = require "clinone.sandbox.references"
local shape = require "clinone.sandbox.shape"

local traits = {}

-- The field that the path's variable stands for, else one of a usual name.
local function id_field(members, item_param)
  local wanted = item_param and references.fold(item_param)
  local usual = {}
  for _, member in ipairs(members) do
    if wanted == references.fold(member.key) then return member.key, member.kind end
    usual[member.key] = member.kind
  end
  for _, name in ipairs(shape.IDS) do
    if usual[name] then return name, usual[name] end
  end
end

local function only_key(map)
  local name = next(map)
  if name and next(map, name) == nil then return name end
end

---@class clinone.sandbox.Traits of the records of one collection
---@field id string name of the id's field
---@field serial boolean ids are whole numbers
---@field wrapper string|nil name of the one member that a body holds the record in

-- A body of one object is taken for a wrapped record where the catalog is made
-- from examples, or where an answer is wrapped alike.
local function wrapper_of(by_role)
  for _, role in ipairs { "create", "replace", "patch" } do
    local route = by_role[role]
    local name = route and only_key(route.params.body)
    local param = name and route.params.body[name]
    if param and (param.type == "object" or type(param.fields) == "table") then
      local envelope = shape.record(by_role.get or route)
      if route.inferred or envelope and envelope.key == name then return name end
    end
  end
end

--- Reads them off a collection's routes.
---@param by_role table<string, clinone.sandbox.Route> its routes
---@return clinone.sandbox.Traits
function traits.read(by_role)
  local known = { id = "id", serial = false, wrapper = wrapper_of(by_role) }
  local item = by_role.get or by_role.replace or by_role.patch or by_role.delete
  local item_param = item and item.item_param
  local listed = shape.list(by_role.list)
  local texts = {}
  for _, role in ipairs { "get", "create", "replace", "patch" } do
    local _, text = shape.record(by_role[role])
    texts[#texts + 1] = text
  end
  texts[#texts + 1] = listed and listed.first
  for _, text in ipairs(texts) do
    local name, kind = id_field(json.children(text, { first = 1 }), item_param)
    if name then
      known.id, known.serial = name, kind == "integer"
      return known
    end
  end
  -- No example: a variable that a new record's body holds is given by the client.
  local fields = by_role.create and by_role.create.params.body
  if fields and known.wrapper then fields = fields[known.wrapper].fields end
  if item_param and type(fields) == "table" and fields[item_param] then known.id = item_param end
  return known
end

--- The record in a body: what it is wrapped in, else the whole of it.
---@param known clinone.sandbox.Traits
---@param text string JSON object
---@return string
function traits.unwrap(known, text)
  if not known.wrapper then return text end
  local members = json.children(text, { first = 1 })
  local only = members[1]
  if #members ~= 1 or only.key ~= known.wrapper or only.kind ~= "object" then return text end
  return text:sub(only.first, only.last)
end

return traits
