--- How the pages of a list follow each other, recognised from the names of
-- its parameters and from saved answers. What is not beyond doubt is none.

local answer = require "clinone.postman.answer"

local paging = {}

local function fold(name)
  return (name:lower():gsub("[^%w]", ""))
end

local function list(words)
  local names = {}
  for name in words:gmatch "%S+" do names[#names + 1] = name end
  return names
end

-- Folded names; the first that is there counts.
local pages = list "page pagenumber pagenum pageno pageindex currentpage"
local sizes = list [[pagesize perpage pagelimit limit size itemsperpage recordsperpage resultsperpage maxresults
  maxpagesize count rows top take max maxitems]]
local offsets = list "offset skip pageoffset startat"
local cursors = list [[cursor pagetoken nexttoken nextpagetoken continuationtoken pagecursor nextcursor skiptoken
  paginationtoken pagingtoken aftercursor pageafter]]
-- These mean something else as often: only with a matching field in an answer.
local weak_cursors = list "after startingafter continuation marker startafter token next nextpage"

--- The parameter keys by folded name: those of the query, or of the body
-- where a search is posted.
local function by_folded_name(operation)
  local keys = {}
  local wanted = operation.method == "GET" and "query" or "body"
  local sorted = {}
  for key in pairs(operation.params or {}) do
    if type(key) == "string" then sorted[#sorted + 1] = key end
  end
  table.sort(sorted)
  for _, key in ipairs(sorted) do
    local param = operation.params[key]
    local place = param["in"]
    local is_scalar = param.type ~= "array" and param.type ~= "object" and param.type ~= "boolean"
    if is_scalar and (place == wanted or wanted == "body" and place == "query") then
      local folded = fold(param.name or key)
      keys[folded] = keys[folded] or key
    end
  end
  return keys
end

--- Whether an example of a number is one: `page=iv` is a page of a book.
local function is_counted(param)
  local example = param.example or param.default
  return example == nil or tostring(example):find "^%d+$" ~= nil
end

--- The same keys without those whose example is no number.
local function counted(operation, keys)
  local kept = {}
  for folded, key in pairs(keys) do
    if is_counted(operation.params[key]) then kept[folded] = key end
  end
  return kept
end

local function first_of(keys, names)
  for _, name in ipairs(names) do
    if keys[name] then return keys[name], name end
  end
  return nil
end

local most_looked_at = 4

--- What the good answers together show.
local function look(operation)
  local seen, looked_at = { link_header = false, shown = false }, 0
  for _, example in ipairs(operation.examples or {}) do
    if looked_at < most_looked_at and example.status >= 200 and example.status < 300 then
      for name, value in pairs(example.headers or {}) do
        if name:lower() == "link" and value:lower():find "rel%s*=%s*\"?[%w ]*next" then seen.link_header = true end
      end
      local shape = answer.look(example.body)
      if shape then
        looked_at = looked_at + 1
        -- The first answer that holds a list tells where; a later one may show more.
        if shape.list and not seen.list then
          seen.list, seen.items = true, shape.items
        end
        seen.shown = true
        for what, value in pairs(shape) do
          if what ~= "items" and what ~= "list" and not seen[what] then seen[what] = value end
        end
      end
    end
  end
  return seen
end

local function says_zero(value)
  return value == 0 or value == "0"
end

--- Whether page numbers begin with 0: an example says so.
local function is_zero_based(operation, key, seen)
  local param = operation.params[key]
  if seen.zero_based or says_zero(param.example) or says_zero(param.default) then return true end
  for _, example in ipairs(operation.examples or {}) do
    if says_zero((example.query or {})[param.name or key]) then return true end
  end
  return false
end

-- Where the next cursor stands by custom, where no answer is there to look at.
local customs = {
  pagetoken = "nextPageToken", nextpagetoken = "nextPageToken", nexttoken = "nextToken", nextcursor = "nextCursor",
  continuationtoken = "continuationToken", cursor = "nextCursor",
}

local function cursor_paging(keys, seen, size)
  local key, name = first_of(keys, cursors)
  local weak = not key and first_of(keys, weak_cursors)
  local next_field = seen.next_cursor
  if (key or weak) and next_field and (key or seen.list) then
    return { style = "cursor", cursor = key or weak, next = next_field, more = seen.more }
  elseif key and size and not seen.shown and customs[name] then
    return { style = "cursor", cursor = key, next = customs[name], guess = true }
  end
  return nil
end

local function is_list_by_name(operation)
  local name = type(operation.name) == "string" and operation.name:lower() or ""
  return name:find "search" ~= nil or name:find "list" ~= nil or name:find "query" ~= nil or name:find "find" ~= nil
end

--- Recognises the paging of an operation.
---@param operation table as in the catalog: method, name, params, examples
---@return table|nil paging as in the catalog
function paging.recognise(operation)
  local method = operation.method
  if method ~= "GET" and not (method == "POST" and is_list_by_name(operation)) then return nil end
  local keys = by_folded_name(operation)
  local seen = look(operation)
  -- An answer that is there and is no list.
  if seen.shown and not seen.list then return nil end
  local numbers = counted(operation, keys)
  local size = first_of(numbers, sizes)
  local page, offset = first_of(numbers, pages), first_of(numbers, offsets)
  if method == "POST" and not size then return nil end
  local found = cursor_paging(keys, seen, size)
  if found and found.guess and (page or offset) then found = nil end
  if not found and page then
    local first = is_zero_based(operation, page, seen) and 0 or nil
    found = { style = "page", page = page, first = first, pages = seen.pages }
  elseif not found and offset then
    found = { style = "offset", offset = offset }
  elseif not found and method == "GET" and seen.list then
    local next_link = seen.next_link or seen.counts_all and seen.null_link
    if next_link or seen.link_header then found = { style = "link", next = next_link or nil } end
  end
  if not found then return nil end
  found.size, found.items = size, seen.items
  if found.style ~= "cursor" and found.style ~= "link" then found.total = seen.total end
  return found
end

return paging
