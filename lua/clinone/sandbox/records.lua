--- What an allowed and checked request does to the records: list, create, get,
--- replace, delete. Generic over the catalog's resources.

local access = require "clinone.sandbox.access"
local answer = require "clinone.sandbox.answer"
local examples = require "clinone.sandbox.examples"
local json = require "clinone.sandbox.json"
local paging = require "clinone.sandbox.paging"
local references = require "clinone.sandbox.references"
local shape = require "clinone.sandbox.shape"
local store = require "clinone.sandbox.store"
local traits = require "clinone.sandbox.traits"

local records = {}

-- The path's variables above the record: all but the last one of an item's path.
local function parents(request, route)
  local above = {}
  for i = 1, #route.variables - (route.item_param and 1 or 0) do
    above[i] = { name = route.variables[i], value = request.captures[i] }
  end
  return above
end

-- Catalogs name one variable differently from route to route, so a record that
-- came by a path knows its parents by their order.
local function stands_below(record, above)
  for i, parent in ipairs(above) do
    local own
    if record.above then
      own = record.above[i] and record.above[i].value
    else
      own = record.fields[references.known(parent.name) or parent.name]
    end
    if own ~= parent.value then return false end
  end
  return true
end

-- A record that belongs to a study by what the request said around it, too.
local function study_of(record)
  return record.fields.studyIdentifier or record.study
end

-- The record that an item's path names: by its id, or by the field that the
-- variable is named like ("/studies/{studyIdentifier}").
local function find(request, route, caller, collection)
  local value, above = request.captures[#request.captures], parents(request, route)
  local record = collection.by_id[value]
  if record and not stands_below(record, above) then record = nil end
  local name = references.known(route.item_param) or route.item_param
  if not record and name ~= "id" then
    for _, candidate in ipairs(collection.list) do
      if candidate.fields[name] == value and stands_below(candidate, above) then
        record = candidate
        break
      end
    end
  end
  if not record then return nil, answer.failure(404, "not_found", "No record has this id.") end
  if not access.sees(caller, study_of(record)) then return nil, access.not_associated() end
  return record
end

-- Query parameters that name a field filter by it. A parameter that no record
-- has as a field (a sort order, say) is no filter.
local function filters(request, route, collection)
  local known = { studyIdentifier = true, siteIdentifier = true }
  for _, name in ipairs(collection.key_names or {}) do known[name] = true end
  for _, record in ipairs(collection.list) do
    for name in pairs(record.fields) do known[name] = true end
  end
  local own, wanted = paging.parameters(route.paging), {}
  for name, value in pairs(request.query) do
    local field = references.known(name) or name
    if known[field] and not own[name] then wanted[field] = value end
  end
  return wanted
end

local function belongs(record, wanted)
  for name, value in pairs(wanted) do
    if record.fields[name] ~= value then return false end
  end
  return true
end

local function list(request, route, caller, collection)
  local wanted, above = filters(request, route, collection), parents(request, route)
  local texts = {}
  for _, record in ipairs(collection.list) do
    if stands_below(record, above) and belongs(record, wanted) and access.sees(caller, study_of(record)) then
      texts[#texts + 1] = record.text
    end
  end
  return paging.answer(request, route, texts)
end

local function conflict()
  return answer.failure(409, "duplicate", "A record with the same natural key exists already.")
end

local function answer_record(route, collection, status, record)
  local saved = shape.good(route)
  return answer.json(saved and saved.status ~= 204 and saved.status or status,
    shape.answer(route, collection:traits(), record.text))
end

-- The id that a body brings, and whether it has the field at all.
local function own_id(text, name)
  for _, member in ipairs(json.children(text, { first = 1 })) do
    if member.key == name then
      local scalar = member.kind == "string" or member.kind == "integer"
      return scalar and json.text(text:sub(member.first, member.last)) or nil, true
    end
  end
end

local function create(request, route, _, collection)
  local known = collection:traits()
  local text = traits.unwrap(known, request.text)
  local id, has_id = own_id(text, known.id)
  if has_id and route.strict and known.id == "id" then
    return answer.failure(400, "id_not_allowed", "A new record gets its id from the server.")
  end
  if id and collection.by_id[id] then return conflict() end
  local record = store.record(text, id or collection:new_id(), known, parents(request, route))
  record.study = request.study
  if collection:same_key(record.fields) then return conflict() end
  collection:insert(record)
  return answer_record(route, collection, 201, record)
end

local function get(request, route, caller, collection)
  local record, refused = find(request, route, caller, collection)
  return refused or answer_record(route, collection, 200, record)
end

-- Puts a new text in the place of a record's.
local function change(route, collection, old, text)
  local known = collection:traits()
  local id = own_id(text, known.id)
  if id and id ~= old.id then
    return answer.failure(400, "id_mismatch", "The id in the body is not the one in the path.")
  end
  local new = store.record(text, old.id, known, old.above)
  new.study = old.study
  local same = collection:same_key(new.fields)
  if same and same ~= old then return conflict() end
  collection:replace(old, new)
  return answer_record(route, collection, 200, new)
end

local function replace(request, route, caller, collection)
  local old, refused = find(request, route, caller, collection)
  return refused or change(route, collection, old, traits.unwrap(collection:traits(), request.text))
end

local function patch(request, route, caller, collection)
  local old, refused = find(request, route, caller, collection)
  if refused then return refused end
  local text = traits.unwrap(collection:traits(), request.text)
  return change(route, collection, old, store.merge(old.text, text))
end

-- As the saved example has it, where there is one.
local function delete(request, route, caller, collection)
  local record, refused = find(request, route, caller, collection)
  if refused then return refused end
  collection:remove(record)
  local saved = shape.good(route)
  return saved and examples.answer(saved, request) or { status = 204, body = "", headers = {} }
end

local ROLES = { list = list, create = create, get = get, replace = replace, patch = patch, delete = delete }

--- Carries out a request on a route that keeps state.
---@param request table checked by request.check
---@param route clinone.sandbox.Route
---@param caller table
---@param collections table<string, table>
---@return clinone.sandbox.Answer
function records.serve(request, route, caller, collections)
  return ROLES[route.role](request, route, caller, collections[route.collection])
end

return records
