--- The form of a catalog's overlay (see overlay.lua): which keys there are, and
-- what each may hold. Raises `place: what is wrong`.

local suggest = require "clinone.suggest"

local retry_classes = { safe = true, never = true, check_first = true }
local paging_styles = { page = true, offset = true, cursor = true, link = true }
local paging_keys = {
  style = true, page = true, first = true, size = true, items = true, total = true, pages = true,
  offset = true, cursor = true, next = true, more = true,
}

local function fail(place, message)
  error(("%s: %s"):format(place, message), 0)
end

local function sorted_keys(list)
  local keys = {}
  for key in pairs(list) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

local function check_object(value, place)
  if type(value) ~= "table" or #value > 0 then fail(place, "must be an object") end
end

local function check_flag(value, place)
  if type(value) ~= "boolean" then fail(place, "must be true or false") end
end

local function check_text(value, place)
  if type(value) ~= "string" or value == "" then fail(place, "must be a string") end
end

--- What a script writes after a point.
local function check_name(value, place)
  if type(value) ~= "string" or not value:find "^[%a_][%w_]*$" then
    fail(place, "must be a name of letters, digits and _")
  end
end

local function list_of(check)
  return function(value, place)
    if type(value) ~= "table" or next(value) ~= nil and #value == 0 then fail(place, "must be a list") end
    for i, item in ipairs(value) do check(item, ("%s[%d]"):format(place, i)) end
  end
end

local function check_retry(value, place)
  if not retry_classes[value] then fail(place, "unknown retry class" .. suggest.phrase(value, retry_classes)) end
end

local function check_required(value, place)
  if type(value) == "table" and next(value) ~= nil and #value == 0 then
    for key, required in pairs(value) do check_flag(required, place .. "." .. key) end
  else
    list_of(check_text)(value, place)
  end
end

local function check_paging(value, place)
  if value == false then return end
  check_object(value, place)
  for _, key in ipairs(sorted_keys(value)) do
    if not paging_keys[key] then fail(place .. "." .. key, "unknown key" .. suggest.phrase(key, paging_keys)) end
    local expected = key == "first" and "number" or "string"
    if type(value[key]) ~= expected then fail(place .. "." .. key, "must be a " .. expected) end
  end
  if not paging_styles[value.style] then
    fail(place .. ".style", "unknown style" .. suggest.phrase(value.style, paging_styles))
  end
end

--- Checks every key by the form; an unknown one is an error.
local function check_form(value, place, form)
  check_object(value, place)
  for _, key in ipairs(sorted_keys(value)) do
    local here = (place == "" and "" or place .. ".") .. tostring(key)
    if not form[key] then fail(here, "unknown key" .. suggest.phrase(key, form)) end
    form[key](value[key], here)
  end
end

local function map_of(form)
  return function(value, place)
    check_object(value, place)
    for _, name in ipairs(sorted_keys(value)) do check_form(value[name], place .. "." .. name, form) end
  end
end

local operation_form = {
  rename = check_name, aliases = list_of(check_name), group = check_text, hide = check_flag,
  retry = check_retry, retry_503 = check_flag, key = list_of(check_text), paging = check_paging,
  required = check_required, strict = check_flag,
}
local resource_form = {
  rename = check_name, group = check_text, hide = check_flag, operations = map_of(operation_form),
}
resource_form.resources = map_of(resource_form)

local root_form = {
  overlay = function(value, place)
    if value ~= 1 then fail(place, "must be 1") end
  end,
  strict = check_flag, resources = map_of(resource_form),
}

--- Checks an overlay's document.
---@param document any as decoded
return function(document)
  if type(document) ~= "table" or document.overlay == nil then error('it has no "overlay": 1', 0) end
  check_form(document, "", root_form)
end
