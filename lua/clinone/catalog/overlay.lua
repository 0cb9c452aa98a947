--- What overlays a catalog's file: corrections by hand that survive the next
-- pull. `catalog.overlay.json` stands beside `catalog.json`:
--
--   { "overlay": 1,
--     "strict": true,                            -- of the whole catalog
--     "resources": { "patients": {
--       "rename": "subjects", "group": "patient", "hide": true,
--       "operations": { "create_patient": {
--         "rename": "register", "aliases": ["create"], "group": "patient", "hide": true,
--         "retry": "safe" | "never" | "check_first", "retry_503": true, "key": ["screeningNumber"],
--         "paging": { … } | false, "required": ["status"] | {"status": true, "id": false}, "strict": true } },
--       "resources": { … } } } }
--
-- Names are the catalog's own, whatever they are renamed to; an operation's
-- alias serves too. A key that is not in this list is an error. A name that
-- the catalog no longer has is a warning: the pull that took it away must not
-- stop the scripts that never used it.

local check_form = require "clinone.catalog.overlay_form"
local errors = require "clinone.error"
local find = require "clinone.catalog.find"
local lazy = require "clinone.catalog.lazy"
local native = require "clinone.native"
local suggest = require "clinone.suggest"
local textfile = require "clinone.textfile"
local user = require "clinone.catalog.user"

local overlay = {}

local MOST_BYTES = 1024 * 1024

local function fail(place, message)
  error(("%s: %s"):format(place, message), 0)
end

local function sorted_keys(list)
  local keys = {}
  for key in pairs(list) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

--- Applies patches to the entries of one list. Those that are hidden or
-- renamed leave their old names all at once, so that two may change places.
---@param list table resources, or operations
---@param kind { word: string, seek: function, names: function, patch: function }
local function patch_list(list, patches, place, kind, warn)
  local moves = {}
  for _, name in ipairs(sorted_keys(patches)) do
    local patch, here = patches[name], place .. "." .. name
    local own = kind.seek(list, name)
    if own then
      lazy.open(list[own])
      kind.patch(list[own], patch, here, warn)
      moves[#moves + 1] = { entry = list[own], from = own, patch = patch, place = here }
    else
      warn(("%s: no such %s%s"):format(here, kind.word, suggest.phrase(name, kind.names(list))))
    end
  end
  for _, one in ipairs(moves) do
    if one.patch.hide or one.patch.rename then list[one.from] = nil end
  end
  for _, one in ipairs(moves) do
    local name = not one.patch.hide and one.patch.rename
    if name then
      if list[name] then fail(one.place .. ".rename", ('"%s" is taken'):format(name)) end
      list[name] = one.entry
    end
  end
  return moves
end

local function require_params(operation, required, place, warn)
  local params, wanted = operation.params or {}, {}
  for key, value in pairs(required) do
    if type(key) == "number" then wanted[value] = true else wanted[key] = value end
  end
  for _, key in ipairs(sorted_keys(wanted)) do
    if params[key] then
      params[key].required = wanted[key]
    else
      warn(("%s.required: no such parameter: %s%s"):format(place, key, suggest.phrase(key, params)))
    end
  end
end

local operation_kind = { word = "operation" }

function operation_kind.seek(list, name)
  return list[name] and name or find.with_alias(list, name)[1]
end

function operation_kind.names(list)
  return find.names { operations = list }
end

function operation_kind.patch(operation, patch, place, warn)
  for _, key in ipairs { "aliases", "group", "retry", "retry_503", "key", "strict" } do
    if patch[key] ~= nil then operation[key] = patch[key] end
  end
  if patch.paging ~= nil then operation.paging = patch.paging or nil end
  if patch.required then require_params(operation, patch.required, place, warn) end
end

--- Takes an alias from the operations that have it, but one.
local function take_alias(list, alias, keeper)
  for _, name in ipairs(find.with_alias(list, alias)) do
    local operation, left = list[name], {}
    for _, other in ipairs(operation.aliases) do
      if other ~= alias then left[#left + 1] = other end
    end
    if operation ~= keeper then operation.aliases = native.json.array(left) end
  end
end

--- Names that the overlay gives belong to one operation: whatever had one as
-- an alias loses it.
local function settle_names(list, moves)
  local owner = {}
  for _, one in ipairs(moves) do
    if one.patch.rename then take_alias(list, one.patch.rename) end
    for _, alias in ipairs(not one.patch.hide and one.patch.aliases or {}) do
      if list[alias] or owner[alias] then fail(one.place .. ".aliases", ('"%s" is taken'):format(alias)) end
      owner[alias] = true
      take_alias(list, alias, one.entry)
    end
  end
end

local resource_kind = { word = "resource" }

function resource_kind.seek(list, name)
  return list[name] and name
end

function resource_kind.names(list)
  return list
end

function resource_kind.patch(resource, patch, place, warn)
  if patch.group then resource.group, resource.group_derived = patch.group, nil end
  if patch.operations then
    local list = resource.operations or {}
    settle_names(list, patch_list(list, patch.operations, place .. ".operations", operation_kind, warn))
  end
  if patch.resources then
    patch_list(resource.resources or {}, patch.resources, place .. ".resources", resource_kind, warn)
  end
end

--- The overlay's document, checked.
local function parse(text)
  local document, twice, why = native.json.decode(text)
  if document == nil then error("it is no JSON: " .. why, 0) end
  check_form(document)
  if twice > 0 then error("a key stands twice in one object", 0) end
  return document
end

local function config_error(path, message)
  return nil, errors.new { kind = "config", message = ("the overlay %s: %s"):format(path, message) }
end

--- The text of the file beside a catalog; "" where there is none.
---@param path string of the overlay
---@return string|nil text
---@return clinone.Error|nil err kind `config`
function overlay.read(path)
  if not user.has(path) then return "" end
  local text, message = textfile.read(path, MOST_BYTES)
  if not text then return config_error(path, "it cannot be read: " .. message) end
  return text
end

--- Applies an overlay to a catalog.
---@param document table `warnings` in it then: names that it does not have, if any
---@param text string of the overlay
---@param path string that it came from
---@return table|nil document
---@return clinone.Error|nil err kind `config`
function overlay.apply(document, text, path)
  local warnings = {}
  local ok, message = pcall(function()
    local patches = parse(text)
    if patches.strict ~= nil then document.strict = patches.strict end
    patch_list(document.resources, patches.resources or {}, "resources", resource_kind, function(warning)
      warnings[#warnings + 1] = path .. ": " .. warning
    end)
  end)
  if not ok then return config_error(path, message) end
  document.warnings = warnings[1] and warnings or nil
  return document
end

return overlay
