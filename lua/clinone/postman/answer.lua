--- What the answer to a list looks like: where its records stand, where their
-- number, and what leads to the next page. Places are dotted paths.

local loose_json = require "clinone.postman.loose_json"

local answer = {}

local function fold(name)
  return (name:lower():gsub("[^%w]", ""))
end

local function set(words)
  local names, rank = {}, 0
  for name in words:gmatch "%S+" do
    rank = rank + 1
    names[name] = rank
  end
  return names
end

-- Folded; the earlier the likelier.
local lists = set [[items data results value records entries content result rows list hits elements entities resources
  values objects]]
local totals = set [[total totalcount totalelements totalitems totalrecords totalresults totalrows recordcount
  totalnumber totalhits itemcount resultcount odatacount]]
local page_counts = set "totalpages pagecount pages numpages numberofpages lastpage totalpagecount"
local page_numbers = set "page pagenumber pageindex currentpage pageno"
local cursors = set [[nextcursor nextpagetoken nexttoken continuationtoken nextcontinuationtoken nextpagecursor
  nextmarker endcursor nextskiptoken nextpage cursornext nextkey next after cursor]]
local links = set "odatanextlink nextlink nextpagelink nextpageurl nexturl nexthref nextpage next"
local flags = set "hasmore hasnext hasnextpage morerecords moreresults moreavailable more"

local function at(node, name)
  return node and node.members and node.members[name]
end

local function below(path, name)
  return path == "" and name or path .. "." .. name
end

--- The field of an object that holds its list: one of the usual names, else
-- the only list there is.
local function list_in(object)
  local best, best_rank, only, count
  for _, name in ipairs(object.keys) do
    local member = object.members[name]
    if member.kind == "array" then
      local rank = lists[fold(name)]
      if rank and (not best or rank < best_rank) then best, best_rank = name, rank end
      only, count = name, (count or 0) + 1
    end
  end
  return best or count == 1 and only or nil
end

--- Where the records stand; nil: there is no list; "": the answer is the list.
local function find_list(root)
  if root.kind == "array" then return "", root end
  local direct = list_in(root)
  if direct then return direct, root.members[direct] end
  local found, found_list
  for _, name in ipairs(root.keys) do
    local inner = root.members[name]
    local inside = inner.kind == "object" and list_in(inner)
    if inside then
      local usual = lists[fold(name)] or name:sub(1, 1) == "_"
      if usual or not found then found, found_list = below(name, inside), inner.members[inside] end
      if usual then break end
    end
  end
  return found, found_list
end

--- Visits the fields beside the records: of the root, and of objects in it.
local function visit(root, take)
  local level = { { node = root, path = "" } }
  for depth = 1, 3 do
    local next_level = {}
    for _, place in ipairs(level) do
      for _, name in ipairs(place.node.keys) do
        local member = place.node.members[name]
        local path = below(place.path, name)
        take(fold(name), member, path, depth, fold(place.path))
        if member.kind == "object" and depth < 3 then next_level[#next_level + 1] = { node = member, path = path } end
      end
    end
    level = next_level
  end
end

local function is_url(node)
  return node.kind == "string" and (node.value:find "^https?://" or node.value:find "^[/?]") ~= nil
end

--- Keeps the likeliest of several: nearer to the root, then by rank.
local function keep(found, what, rank, depth, path)
  local worth = depth * 100 + rank
  if not found[what] or worth < found[what].worth then found[what] = { worth = worth, path = path } end
end

--- Looks at one answer.
---@param body any its text
---@return table|nil shape { items, list, total, pages, next_cursor, next_link, null_link, more, zero_based }; nil: it is no JSON
function answer.look(body)
  if type(body) ~= "string" or not body:find "^%s*[{%[]" then return nil end
  local root = loose_json.parse(body)
  if not root or root.kind ~= "object" and root.kind ~= "array" then return nil end
  local path, list = find_list(root)
  local shape = { list = path ~= nil, items = path ~= "" and path or nil }
  if root.kind == "array" then return shape end
  local found, length = {}, list and #list.items or 0
  visit(root, function(name, node, place, depth, outer)
    local is_count = node.kind == "integer" and type(node.value) == "number"
    if is_count and totals[name] and node.value >= length then keep(found, "total", totals[name], depth, place) end
    -- A `count` may well be the page's: only one that is more than stands here is the whole list's.
    if is_count and name == "count" and node.value > length then keep(found, "total", 90, depth, place) end
    if is_count and page_counts[name] then keep(found, "pages", page_counts[name], depth, place) end
    local is_number = page_numbers[name] or name == "number" and at(root, "totalElements") -- Spring's
    if is_count and is_number and node.value == 0 then shape.zero_based = true end
    if node.kind == "boolean" and flags[name] then keep(found, "more", flags[name], depth, place) end
    if links[name] and is_url(node) then
      keep(found, "next_link", links[name], depth, place)
    elseif links[name] and node.kind == "null" then
      keep(found, "null_link", links[name], depth, place)
    elseif cursors[name] and (node.kind == "null" or node.kind == "integer" and not links[name]
      or node.kind == "string" and node.value ~= "") then
      keep(found, "next_cursor", cursors[name], depth, place)
    end
    if name == "href" and outer:find "next$" and is_url(node) then keep(found, "next_link", 0, depth, place) end
  end)
  for what, entry in pairs(found) do shape[what] = entry.path end
  shape.counts_all = at(root, "count") ~= nil and at(root, "next") ~= nil and at(root, "results") ~= nil
  return shape
end

return answer
