--- What differs between the parameters of an operation in two catalogs.

local facts = require "clinone.catalog.facts"
local native = require "clinone.native"
local walk = require "clinone.catalog.walk"

local params = {}

local identifiers = { studyIdentifier = true, siteIdentifier = true }

--- Whether a script must give it: it is required, and nothing else fills it in.
local function is_demanded(param)
  return param.required == true and param.default == nil and param.variable == nil
end

local function places(param)
  local list = {}
  for i, place in ipairs(facts.places_of(param)) do list[i] = place end
  table.sort(list)
  return table.concat(list, " and ")
end

--- Whether a key that is not in the catalog any more is still sent as it was:
-- unknown body keys are, with a warning, unless the operation is strict.
local function is_still_sent(param, strict)
  return places(param) == "body" and not strict and param.name == nil
end

local wider = { ["integer number"] = true }

--- Whether what fitted the old type may be refused now.
local function is_narrower(old, new, checked)
  if new == nil or new == "any" or not checked then return false end
  return not wider[tostring(old) .. " " .. new]
end

local function shape_of(param)
  return native.json.encode({ fields = param.fields or false, items = param.items or false,
    nested = param.nested or false }, 1000)
end

local function compare_one(note, key, old, new, strict)
  local checked = places(new) ~= "body" or strict
  if is_demanded(new) ~= is_demanded(old) then
    local demanded = is_demanded(new)
    note(key, demanded and "is required now" or "is not required any more", demanded)
  end
  if old.type ~= new.type then
    note(key, ("was %s, is %s"):format(old.type or "of any type", new.type or "of any type"),
      is_narrower(old.type, new.type, checked))
  end
  if places(old) ~= places(new) then
    local no_table = places(new) ~= "body" and (new.type == nil or new.type == "object" or new.type == "array")
    note(key, ("went in the %s, goes in the %s"):format(places(old), places(new)), no_table)
  end
  if (old.name or key) ~= (new.name or key) then
    note(key, ("was sent as %s, is sent as %s"):format(old.name or key, new.name or key), false)
  end
  if old.default ~= new.default and type(new.default) ~= "table" then
    note(key, ("defaulted to %s, defaults to %s"):format(
      tostring(old.default or "nothing"), tostring(new.default or "nothing")), false)
  end
  if shape_of(old) ~= shape_of(new) then note(key, "has other fields inside", strict) end
end

--- Appends the changes.
---@param changes clinone.catalog.Change[]
---@param old table<string, table>
---@param new table<string, table>
---@param strict boolean unknown and mistyped body keys are refused
function params.compare(changes, old, new, strict)
  local function note(key, text, breaking)
    changes[#changes + 1] = { what = "param", key = key, text = key .. " " .. text, breaking = breaking }
  end
  for _, key in ipairs(walk.sorted_keys(old)) do
    if new[key] then
      compare_one(note, key, old[key], new[key], strict)
    else
      local sent = is_still_sent(old[key], strict)
      note(key, sent and "is gone; still sent as an unknown body key, with a warning" or "is gone", not sent)
    end
  end
  for _, key in ipairs(walk.sorted_keys(new)) do
    if not old[key] then
      local demanded = is_demanded(new[key])
      local words = demanded and "is new and required" or "is new"
      if demanded and identifiers[key] then words = words .. ", unless a handle gives it" end
      note(key, words, demanded)
    end
  end
end

return params
