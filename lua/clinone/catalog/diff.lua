--- What differs between two catalogs, and which of it could break a script.
--
-- A script breaks when a name it calls is gone or means something else, when a
-- key it gives is refused or a new one is demanded, and when the call goes out
-- as another action, to another place, or without its token.

local facts = require "clinone.catalog.facts"
local params = require "clinone.catalog.diff_params"
local native = require "clinone.native"
local walk = require "clinone.catalog.walk"

local diff = {}

---@class clinone.catalog.Change
---@field what string `method`, `path`, `param`, `server`, `public`, `content`, `body`, `paging`, `scope`, `retry`, `strict`, `name`
---@field key string|nil of the parameter
---@field text string one line
---@field breaking boolean a script could break

local function index_of(entries)
  local by_name, by_route = {}, {}
  for _, entry in ipairs(entries) do
    by_name[entry.name] = entry
    local route = table.concat({ entry.method, entry.data.server or "", (entry.path:gsub("{[^{}]*}", "{}")) }, " ")
    by_route[route] = by_route[route] or {}
    table.insert(by_route[route], entry)
    entry.route = route
  end
  return by_name, by_route
end

--- Those of a route that have no partner of their own name.
local function unmatched(list, others)
  local left = {}
  for _, entry in ipairs(list or {}) do
    if not others[entry.name] then left[#left + 1] = entry end
  end
  return left
end

--- Every name that calls something, such as `patients.create`: whichever
-- entry it calls.
local function callable(entries)
  local names = {}
  for _, entry in ipairs(entries) do
    for _, name in ipairs(entry.names) do names[entry.resource.name .. "." .. name] = entry end
  end
  return names
end

local function or_none(value)
  return value == nil and "none" or tostring(value)
end

--- Notes a change of one plain value.
local function compare(changes, what, old, new, breaking, label)
  if old == new then return end
  changes[#changes + 1] = {
    what = what, old = old, new = new, breaking = breaking,
    text = ("%s was %s, is %s"):format(label or what, or_none(old), or_none(new)),
  }
end

local function compare_names(changes, old, new, now_called)
  for _, name in ipairs(old.names) do
    local full = old.resource.name .. "." .. name
    local means = now_called[full]
    if means ~= new then
      changes[#changes + 1] = {
        what = "name", key = full, breaking = true,
        text = means and ("%s now calls %s"):format(full, means.name)
          or ("%s is gone, it is now %s"):format(full, new.resource.name .. "." .. new.names[1]),
      }
    end
  end
end

local function encoded(value)
  return value ~= nil and native.json.encode(value, 1000) or nil
end

local function compare_entries(old, new, context)
  local changes = {}
  local before, after = old.data, new.data
  compare_names(changes, old, new, context.now_called)
  compare(changes, "method", old.method, new.method, true)
  compare(changes, "path", old.path, new.path, true)
  compare(changes, "server", before.server, after.server, true)
  -- Who has no credentials can call public operations only.
  compare(changes, "public", before.public or false, after.public or false, not after.public)
  compare(changes, "content", before.content or "json", after.content or "json", true)
  compare(changes, "content", before.content_type, after.content_type, false, "content type")
  compare(changes, "body", before.body and before.body.type, after.body and after.body.type, true, "type of the body")
  if encoded(before.paging) ~= encoded(after.paging) then
    local gone = after.paging == nil
    changes[#changes + 1] = {
      what = "paging", breaking = gone,
      text = gone and "there are no pages any more" or before.paging and "the paging is another" or "has pages now",
    }
  end
  local group, derived = facts.group(new)
  compare(changes, "scope", (facts.group(old)), group, group ~= nil and not derived, "scope group")
  compare(changes, "retry", facts.retry(old), facts.retry(new), false, "retry class")
  local strict = context.is_strict(after, context.new)
  compare(changes, "strict", context.is_strict(before, context.old), strict, strict, "refusal of unknown body keys")
  params.compare(changes, facts.params(old), facts.params(new), strict)
  return changes
end

local function is_strict(data, document)
  if data.strict ~= nil then return data.strict end
  return document.strict or false
end

local function brief(entry)
  return { operation = entry.name, call = entry.call, method = entry.method, path = entry.path }
end

local function any_breaking(changes)
  for _, change in ipairs(changes) do
    if change.breaking then return true end
  end
  return false
end

--- Old entry -> new entry: by name, else by route where that says which.
local function pair_up(old_entries, new_entries)
  local old_names, old_routes = index_of(old_entries)
  local new_names, new_routes = index_of(new_entries)
  local partner, taken = {}, {}
  for _, entry in ipairs(old_entries) do
    local other = new_names[entry.name]
    if not other then
      local here = unmatched(old_routes[entry.route], new_names)
      local there = unmatched(new_routes[entry.route], old_names)
      if #here == 1 and #there == 1 then other = there[1] end
    end
    if other then partner[entry], taken[other] = other, true end
  end
  return partner, taken
end

--- Compares two whole catalogs.
---@param old table
---@param new table
---@return table result `breaking` (boolean), and lists of records: `removed`, `renamed`, `changed` (`operation`, `call`, `method`, `path`, `breaking`, `changes`; renamed ones `was` too), `added`
function diff.compare(old, new)
  local old_entries, new_entries = walk.entries(old), walk.entries(new)
  local partner, taken = pair_up(old_entries, new_entries)
  local context = { old = old, new = new, is_strict = is_strict, now_called = callable(new_entries) }
  local result = { breaking = false }
  for _, list in ipairs { "added", "removed", "renamed", "changed" } do result[list] = native.json.array {} end
  for _, entry in ipairs(old_entries) do
    local other = partner[entry]
    local one = brief(other or entry)
    local list
    if not other then
      list, one.breaking = result.removed, true
    else
      one.changes = native.json.array(compare_entries(entry, other, context))
      one.breaking = any_breaking(one.changes)
      if entry.name ~= other.name then
        list, one.was = result.renamed, entry.name
      elseif #one.changes > 0 then
        list = result.changed
      end
    end
    if list then list[#list + 1] = one end
    result.breaking = result.breaking or (list ~= nil and one.breaking)
  end
  for _, entry in ipairs(new_entries) do
    if not taken[entry] then result.added[#result.added + 1] = brief(entry) end
  end
  return result
end

--- The result as lines to read.
---@param result table from `diff.compare`
---@return string text
function diff.text(result)
  local lines, count, breaking = {}, 0, 0
  local function add(mark, one, words)
    count = count + 1
    if one.breaking then breaking = breaking + 1 end
    lines[#lines + 1] = ("%-8s %s %s  %s %s"):format(one.breaking and "BREAKS" or "", mark, words, one.method, one.path)
    for _, change in ipairs(one.changes or {}) do
      lines[#lines + 1] = ("%-8s       %s"):format(change.breaking and "  breaks" or "", change.text)
    end
  end
  for _, one in ipairs(result.removed) do add("-", one, one.operation) end
  for _, one in ipairs(result.renamed) do add("~", one, one.was .. " -> " .. one.operation) end
  for _, one in ipairs(result.changed) do add("~", one, one.operation) end
  for _, one in ipairs(result.added) do add("+", one, one.operation) end
  if count == 0 then return "No difference in what scripts can call.\n" end
  lines[#lines + 1] = ""
  lines[#lines + 1] = ("%d removed, %d renamed, %d changed, %d added; %s"):format(
    #result.removed, #result.renamed, #result.changed, #result.added,
    breaking == 0 and "none of it can break a script." or ("%d could break a script."):format(breaking))
  return table.concat(lines, "\n") .. "\n"
end

return diff
