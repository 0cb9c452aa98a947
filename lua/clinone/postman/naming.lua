--- Callable names for the requests of one resource. Each has its own name;
-- where several have the same, all of them get what tells them apart, so
-- that the order in the file decides nothing that could be decided otherwise.

local names = require "clinone.postman.names"
local report = require "clinone.postman.report"
local text = require "clinone.postman.text"

local naming = {}

local function query_words(operation)
  local keys = {}
  for key, param in pairs(operation.params or {}) do
    if param["in"] == "query" then keys[#keys + 1] = names.snake(param.name or key) end
  end
  table.sort(keys)
  return #keys > 0 and "by_" .. table.concat(keys, "_") or "plain"
end

--- What each path has that not all of them have; nil where that leaves one
-- without a word.
local function own_words(group)
  local counts, lists = {}, {}
  for i, entry in ipairs(group) do
    local seen = {}
    lists[i] = names.path_words(entry.operation.path)
    for _, word in ipairs(lists[i]) do
      if not seen[word] then counts[word] = (counts[word] or 0) + 1 end
      seen[word] = true
    end
  end
  for i, words in ipairs(lists) do
    local own = {}
    for _, word in ipairs(words) do
      if counts[word] < #group then own[#own + 1] = word end
    end
    if #own == 0 then return nil end
    lists[i] = table.concat(own, "_")
  end
  return lists
end

local function each(of)
  return function(group)
    local list = {}
    for i, entry in ipairs(group) do list[i] = of(entry.operation) end
    return list
  end
end

local function path_of(operation)
  return names.of_path(nil, operation.path) or "root"
end

-- What may tell requests apart, the plainest first: a list of words, one for
-- each of the group, or nil.
local marks = {
  { "method", each(function(operation) return operation.method:lower() end) },
  { "path", own_words },
  { "path", each(path_of) },
  { "path", each(function(operation) return table.concat(names.path_words(operation.path, true), "_") end) },
  { "method and path", each(function(operation) return names.of_path(operation.method, operation.path) end) },
  { "query", each(query_words) },
  { "path and query", each(function(operation) return path_of(operation) .. "_" .. query_words(operation) end) },
  { "method, path and query", each(function(operation)
    return (names.of_path(operation.method, operation.path) or "") .. "_" .. query_words(operation)
  end) },
}

local function all_differ(list)
  local seen = {}
  for _, word in ipairs(list) do
    if seen[word] then return false end
    seen[word] = true
  end
  return true
end

--- The words that tell a group apart, and what they are; nil: nothing does.
local function find_mark(group)
  for _, mark in ipairs(marks) do
    local list = mark[2](group)
    if list and all_differ(list) then return list, mark[1] end
  end
  return nil
end

--- "visit" by the method is "get_visit", unless the name says a method
-- itself; by anything else it is "visit_word". What tells apart is not cut.
local function marked(name, word, by)
  word = names.shorten(word, 40)
  local stem = names.shorten(name, 59 - #word)
  if by == "method" and not name:find "^get_" and not name:find("^" .. word) then return word .. "_" .. stem end
  return stem .. "_" .. word
end

--- A name that nobody has. `taken` knows where counting has come to.
local function free(name, taken)
  local candidate, count = name, taken[name] or 1
  while taken[candidate] do
    count = count + 1
    candidate = name .. "_" .. count
  end
  taken[name] = count
  taken[candidate] = taken[candidate] or 1
  return candidate
end

--- Names a group of requests that would have the same one.
local function tell_apart(group, name, taken, account)
  local list, by = find_mark(group)
  for i, entry in ipairs(group) do
    entry.key = free(marked(name, list and list[i] or tostring(i), by), taken)
    report.add(account, "renamed", entry.place, ("%d requests here are called %s; told apart by %s: %s"):format(
      #group, name, by or "nothing but their order", entry.key))
    if not list then
      report.add(account, "warnings", entry.place,
        ("it has name, method, path and query in common with another one: %s is numbered"):format(entry.key))
    end
  end
end

--- Says where a name is not what a reader of the collection would expect.
local function tell_odd(entry, name, is_own, account)
  local written = entry.name ~= "" and '"' .. text.cut(entry.name, 60) .. '"' or "its empty name"
  if not is_own then
    report.add(account, "renamed", entry.place,
      ("nothing of %s can be written in Lua; its method and path make the name %s"):format(written, name))
  elseif names.leads_out(entry.name) then
    report.add(account, "renamed", entry.place, ("%s cannot be a name here: %s"):format(written, name))
  end
end

--- Gives each entry its `key`.
---@param entries { name: string, place: string, operation: table, key: string|nil }[] of one resource, in document order
---@param account clinone.postman.Report
---@return table<string, integer> taken names
function naming.assign(entries, account)
  local groups, order, taken = {}, {}, {}
  for _, entry in ipairs(entries) do
    local name, is_own = names.operation(entry.name, entry.operation.method, entry.operation.path)
    tell_odd(entry, name, is_own, account)
    if not groups[name] then
      groups[name] = {}
      order[#order + 1] = name
    end
    table.insert(groups[name], entry)
  end
  -- Names that nobody else has come first: a made one never takes theirs.
  for _, name in ipairs(order) do
    local entry = groups[name][1]
    if #groups[name] == 1 then
      entry.key = names.free_of_methods(name, "operation")
      taken[entry.key] = 1
      if entry.key ~= name then
        report.add(account, "renamed", entry.place, ("%s is taken by Lua or a method: %s"):format(name, entry.key))
      end
    end
  end
  table.sort(order)
  for _, name in ipairs(order) do
    if #groups[name] > 1 then tell_apart(groups[name], name, taken, account) end
  end
  return taken
end

return naming
