--- What an allowed and checked request does to the records: list, create, get,
--- replace, delete. Generic over the catalog's resources.

local access = require "clinone.sandbox.access"
local answer = require "clinone.sandbox.answer"
local ids = require "clinone.sandbox.ids"
local store = require "clinone.sandbox.store"

local records = {}

local DEFAULT_SIZE, MAX_SIZE = 50, 100
local DEFAULT_PAGING = { page = "page", size = "pageSize", items = "items", total = "total" }

-- Path parameters above the record: all but the last one of an item's path.
local function parents(request, route)
  local above = {}
  for name, value in pairs(request.path_params) do
    if name ~= route.item_param then above[name] = value end
  end
  return above
end

local function belongs(record, above)
  for name, value in pairs(above) do
    if (record.parents[name] or record.fields[name]) ~= value then return false end
  end
  return true
end

-- The record an item's path names: by id, or by the natural key where the
-- path's parameter is named like it ("/studies/{studyIdentifier}").
local function find(request, route, caller, collection)
  local name = route.item_param
  local value = request.path_params[name]
  local record = collection.by_id[value]
  local key = collection.key_names
  if not record and key and #key == 1 and key[1] == name then
    record = collection:same_key { [name] = value }
  end
  if not record or not belongs(record, parents(request, route)) then
    return nil, answer.failure(404, "not_found", "No record has this id.")
  end
  if not access.sees(caller, record.fields.studyIdentifier) then
    return nil, access.not_associated()
  end
  return record
end

local function whole_number(text, default, max, name)
  if text == nil then return default end
  local number = #text <= 9 and text:find("^%d+$") and tonumber(text) or 0
  if number >= 1 and number <= max then return number end
  local range = max == math.huge and "from 1" or "from 1 to " .. max
  return nil, answer.failure(400, "invalid_parameter",
    ("%s must be a whole number %s."):format(name, range))
end

-- Query parameters that name a field filter by it. A parameter that no record
-- has as a field (a sort order, say) is no filter.
local function filters(request, route, collection, paging)
  local wanted = {}
  for name, value in pairs(request.query) do
    if name ~= paging.page and name ~= paging.size then wanted[name] = value end
  end
  local known = { studyIdentifier = true, siteIdentifier = true }
  for _, name in ipairs(collection.key_names or {}) do known[name] = true end
  for _, record in ipairs(collection.list) do
    for name in pairs(record.fields) do known[name] = true end
  end
  for name in pairs(wanted) do
    if not known[name] then wanted[name] = nil end
  end
  for name, value in pairs(parents(request, route)) do wanted[name] = value end
  return wanted
end

local function list(request, route, caller, collection)
  local paging = route.paging or DEFAULT_PAGING
  local page, refused = whole_number(request.query[paging.page], 1, math.huge, paging.page)
  if refused then return refused end
  local size
  size, refused = whole_number(request.query[paging.size], DEFAULT_SIZE, MAX_SIZE, paging.size)
  if refused then return refused end

  local wanted = filters(request, route, collection, paging)
  local texts, total = {}, 0
  for _, record in ipairs(collection.list) do
    if belongs(record, wanted) and access.sees(caller, record.fields.studyIdentifier) then
      total = total + 1
      if total > (page - 1) * size and total <= page * size then texts[#texts + 1] = record.text end
    end
  end
  return answer.json(200, ('{"%s":[%s],"%s":%d,"%s":%d,"%s":%d}'):format(paging.items,
    table.concat(texts, ","), paging.page, page, paging.size, size, paging.total, total))
end

local function conflict()
  return answer.failure(409, "duplicate", "A record with the same natural key exists already.")
end

local function create(request, route, _, collection)
  if request.has_id then
    return answer.failure(400, "id_not_allowed", "A new record gets its id from the server.")
  end
  local record = store.record(request.text, ids.uuid(), parents(request, route))
  if collection:same_key(record.fields) then return conflict() end
  collection:insert(record)
  return answer.json(201, record.text)
end

local function get(request, route, caller, collection)
  local record, refused = find(request, route, caller, collection)
  return refused or answer.json(200, record.text)
end

local function replace(request, route, caller, collection)
  local old, refused = find(request, route, caller, collection)
  if refused then return refused end
  if request.has_id and request.fields.id ~= old.id then
    return answer.failure(400, "id_mismatch", "The id in the body is not the one in the path.")
  end
  local new = store.record(request.text, old.id, old.parents)
  local same = collection:same_key(new.fields)
  if same and same ~= old then return conflict() end
  collection:replace(old, new)
  return answer.json(200, new.text)
end

local function delete(request, route, caller, collection)
  local record, refused = find(request, route, caller, collection)
  if refused then return refused end
  collection:remove(record)
  return { status = 204, body = "", headers = {} }
end

local ROLES = { list = list, create = create, get = get, replace = replace, delete = delete }

--- Carries out a request.
---@param request table checked by request.check
---@param route clinone.sandbox.Route
---@param caller table
---@param collections table<string, table>
---@return clinone.sandbox.Answer
function records.serve(request, route, caller, collections)
  local role = ROLES[route.role or ""]
  if not role then
    return answer.failure(501, "not_played", "The sandbox keeps no records for this route.")
  end
  return role(request, route, caller, collections[route.collection])
end

return records
