--- The plain verbs: `list`, `get`, `create`, `update` and `delete` for those
-- operations of a resource whose method and path leave no doubt.

local groups = require "clinone.postman.groups"
local names = require "clinone.postman.names"
local native = require "clinone.native"
local path = require "clinone.postman.path"

local verbs = {}

--- What a path is: that of a collection ("/patients"), or of one item
-- ("/patients/{id}": the collection's path); nil: neither.
local function kind_of(operation)
  local route = operation.path:gsub("(.)/$", "%1")
  local parent, last = route:match "^(.*)/([^/]+)$"
  if not last then return nil end
  local server = operation.server or ""
  if last:find "^{[^{}]*}$" then
    local below = parent:match "([^/]+)$"
    if not below or below:find "[{}]" then return nil end
    return "item", server .. parent, below
  end
  if last:find "[{}]" or path.is_concrete(last) then return nil end
  return "collection", server .. route, last
end

--- Whether all places lie below a route.
local function all_below(places, route)
  for other in pairs(places) do
    if other ~= route and other:sub(1, #route + 1) ~= route .. "/" then return false end
  end
  return true
end

--- The collection path that is the resource's own: the one that is called
-- like it (the shortest of several), else the one below which all others lie.
---@return table|nil place
---@return boolean named
local function own_path(places, key)
  local best
  for route, place in pairs(places) do
    local word = names.snake(place.word)
    if word and groups.same_word(word, key) and (not best or #route < #best or #route == #best and route < best) then
      best = route
    end
  end
  if best then return places[best], true end
  for route, place in pairs(places) do
    if all_below(places, route) then return place, false end
  end
  return nil, false
end

local function answers_list(operation)
  for _, example in ipairs(operation.examples or {}) do
    if type(example.body) == "string" and example.body:find "^%s*%[" then return true end
  end
  return false
end

--- Whether a saved answer is one record: an object without a list in it.
local function answers_one(operation)
  for _, example in ipairs(operation.examples or {}) do
    local body = (example.status or 200) < 300 and example.body
    if type(body) == "string" and body:find "^%s*{" and not body:find("[", 1, true) then return true end
  end
  return false
end

--- Whether it is asked for by the resource's own id: one record, by a query.
local function asks_for_one(operation, key)
  local own = groups.singular(key):gsub("_", "")
  for name, param in pairs(operation.params or {}) do
    local folded = name:lower():gsub("[^%w]", "")
    if param["in"] == "query" and param.required and (folded == "id" or folded == own .. "id") then return true end
  end
  return false
end

--- Whether a path's last word is a plural: "/sites".
local function is_plural(word)
  local name = names.snake(word)
  return name ~= nil and groups.singular(name) ~= name
end

--- Whether a request's own name speaks of one: "get_site", "get_a_site".
local function speaks_of_one(name, word)
  local plural = names.snake(word)
  local spoken = "_" .. name .. "_"
  return spoken:find "^_gets?_an?_" ~= nil
    or spoken:find("_" .. groups.singular(plural) .. "_", 1, true) ~= nil
    and not spoken:find("_" .. plural .. "_", 1, true)
end

--- Whether a collection's path called by its resource's plural lists records,
-- with nothing else to show it: "GET /sites" in the folder "Sites" or "Site".
local function lists_by_its_name(list, word, key)
  return is_plural(word) and not speaks_of_one(list.name, word) and not answers_one(list.operation)
    and not asks_for_one(list.operation, key)
end

-- verb -> first words of a request's own name that say something else. What
-- does not say what its method and path show is in doubt.
local contrary = {}
for verb, words in pairs {
  list = "create add delete remove update edit change",
  get = "create add delete remove update edit change list query search",
  create = "get list find search query fetch read retrieve check validate count export update edit change delete "
    .. "remove cancel",
  update = "get list find search query fetch read retrieve delete remove",
  delete = "get list find search query fetch read retrieve create add update edit change",
} do
  contrary[verb] = {}
  for word in words:gmatch "%a+" do contrary[verb][word], contrary[verb][word .. "s"] = true, true end
end

local function queries(operation)
  local count = 0
  for _, param in pairs(operation.params or {}) do
    if param["in"] == "query" and param.required then count = count + 1 end
  end
  return count
end

--- The one operation of several that are the same route; the one without
-- required filters among variants; nil in doubt.
local function single(list)
  if #list <= 1 then return list[1] end
  local plain
  for _, candidate in ipairs(list) do
    if queries(candidate.operation) == 0 then
      if plain then return nil end
      plain = candidate
    end
  end
  return plain
end

local item_verbs = { { "get", "GET" }, { "update", "PUT", "PATCH" }, { "delete", "DELETE" } }

local function give(resource, verb, candidate)
  if not candidate or resource.operations[verb] or (resource.resources or {})[verb] then return end
  if contrary[verb][candidate.name:match "^[^_]*"] then return end
  local operation = candidate.operation
  operation.aliases = operation.aliases or native.json.array {}
  table.insert(operation.aliases, verb)
end

--- Gives a resource's operations their plain verbs.
---@param resource table as in the catalog
---@param key string the resource's name
function verbs.assign(resource, key)
  local places = {}
  for name, operation in pairs(resource.operations) do
    local kind, route, word = kind_of(operation)
    if kind then
      local place = places[route] or { word = word, collection = {}, item = {} }
      places[route] = place
      local by_method = place[kind]
      by_method[operation.method] = by_method[operation.method] or {}
      table.insert(by_method[operation.method], { name = name, operation = operation })
    end
  end
  local place, named = own_path(places, key)
  if not place then return end
  local has_items = next(place.item) ~= nil
  local list = single(place.collection.GET or {})
  if list and (has_items or answers_list(list.operation) or list.operation.paging
    or named and lists_by_its_name(list, place.word, key)) then
    give(resource, "list", list)
  end
  if has_items or named and is_plural(place.word) then give(resource, "create", single(place.collection.POST or {})) end
  for _, verb in ipairs(item_verbs) do
    local candidates = place.item[verb[2]] or verb[3] and place.item[verb[3]] or {}
    give(resource, verb[1], single(candidates))
  end
end

return verbs
