--- How a list is cut into pages, and what an answer looks like that holds one:
--- page numbers, offsets, cursors, links, or all records at once.

local answer = require "clinone.sandbox.answer"
local json = require "clinone.sandbox.json"
local shape = require "clinone.sandbox.shape"

local paging = {}

local DEFAULT_SIZE, MAX_SIZE = 50, 100

--- Query parameter of the links that the sandbox makes.
paging.LINK = "page_token"

local function bad(name, least, most)
  local range = most and ("from %d to %d"):format(least, most) or "from " .. least
  return nil, answer.failure(400, "invalid_parameter", ("%s must be a whole number %s."):format(name, range))
end

local function whole_number(text, default, least, most, name)
  if text == nil or name == nil then return default end
  local number = #text <= 9 and text:find("^%d+$") and tonumber(text)
  if number and number >= least and number <= (most or math.huge) then return number end
  return bad(name, least, most)
end

-- A catalog made from examples does not say how large a page may be.
local function size_of(route, query)
  local name = route.paging.size
  local size, refused = whole_number(query[name], DEFAULT_SIZE, 1, route.strict and MAX_SIZE or nil, name)
  return size and math.min(size, MAX_SIZE), refused
end

-- A cursor says how many records come before it, in a form that nobody counts with.
local function read_cursor(text, name)
  if text == nil or text == "" then return 0 end
  local digits = text:match("^c(%x%x%x%x%x%x%x%x)$")
  if not digits then
    return nil, answer.failure(400, "invalid_parameter", ("%s is no cursor of this server."):format(name))
  end
  return tonumber(digits, 16)
end

local function cursor_after(position)
  return ("c%08x"):format(position)
end

-- Each style: how many records come before the page that is asked for.
local starts = {}

function starts.page(given, query, size)
  local first = given.first == 0 and 0 or 1
  local page, refused = whole_number(query[given.page], first, first, nil, given.page)
  return page and (page - first) * size, refused, page
end

function starts.offset(given, query)
  return whole_number(query[given.offset], 0, 0, nil, given.offset)
end

function starts.cursor(given, query)
  return read_cursor(query[given.cursor], given.cursor)
end

function starts.link(_, query)
  return read_cursor(query[paging.LINK], paging.LINK)
end

local Tree = {}
Tree.__index = Tree

--- Puts a JSON text at a dotted place; the first one there stays. OData's names
--- ("@odata.nextLink") have a dot of their own.
function Tree:put(place, text)
  local node = self
  for name in place:gmatch(place:find("^@") and ".+" or "[^.]+") do
    if node.text then return end
    if not node.below[name] then
      node.below[name] = setmetatable({ below = {}, order = {} }, Tree)
      node.order[#node.order + 1] = name
    end
    node = node.below[name]
  end
  if #node.order == 0 then node.text = node.text or text end
end

function Tree:print()
  if self.text then return self.text end
  local out = {}
  for i, name in ipairs(self.order) do
    out[i] = json.object({ { name, 0 } }):sub(2, -3) .. self.below[name]:print()
  end
  return "{" .. table.concat(out, ",") .. "}"
end

-- The same request for the records after `position`.
local function next_url(request, position)
  local query = {}
  for name, value in pairs(request.query) do query[name] = value end
  query[paging.LINK] = cursor_after(position)
  return ("%s%s?%s"):format(request.origin, request.path, ngx.encode_args(query))
end

-- Fields of the answer beside the records, by style.
local fields = {}

function fields.page(tree, given, window)
  for _, key in ipairs { "page", "size" } do
    -- page[number] is a name for a query only.
    if given[key] and given[key]:find("^[%w_]+$") then tree:put(given[key], ("%d"):format(window[key])) end
  end
  if given.pages then tree:put(given.pages, ("%d"):format(math.ceil(window.total / window.size))) end
end

function fields.cursor(tree, given, window)
  local text = window.more and ('"%s"'):format(cursor_after(window.stop)) or "null"
  if given.next then tree:put(given.next, text) end
  if given.more then tree:put(given.more, tostring(window.more)) end
end

function fields.link(tree, given, window)
  if not given.next then return end
  tree:put(given.next, window.more and json.object({ { "u", window.next_url } }):sub(6, -2) or "null")
end

--- The names of a route's paging parameters, as a set.
---@param given table|nil the catalog's `paging`
---@return table<string, boolean>
function paging.parameters(given)
  given = given or {}
  local names = { [paging.LINK] = given.style == "link" or nil }
  for _, key in ipairs { "page", "size", "offset", "cursor" } do
    if given[key] then names[given[key]] = true end
  end
  return names
end

-- Where the records and their number stand: the catalog says, else an example.
local function places(route)
  local given = route.paging or {}
  local shown = not given.items and shape.list(route) or {}
  return given.items or shown.items, given.total or shown.total
end

--- The answer with one page of a list.
---@param request table query, path and origin are read
---@param route clinone.sandbox.Route
---@param texts string[] all records that fit the request
---@return clinone.sandbox.Answer
function paging.answer(request, route, texts)
  local given = route.paging or {}
  local style = given.style or given.page and "page"
  local total = #texts
  local window = { total = total, size = total, stop = total, more = false }
  if starts[style] then
    local refused
    window.size, refused = size_of(route, request.query)
    if refused then return refused end
    local start
    start, refused, window.page = starts[style](given, request.query, window.size)
    if refused then return refused end
    window.stop = math.min(total, start + window.size)
    window.more = window.stop < total
    texts = { unpack(texts, start + 1, window.stop) }
    if window.more and style == "link" then window.next_url = next_url(request, window.stop) end
  end

  local list = "[" .. table.concat(texts, ",") .. "]"
  local items, total_place = places(route)
  local headers = {}
  if window.next_url and not given.next then headers.Link = ('<%s>; rel="next"'):format(window.next_url) end
  if not items then return answer.json(200, list, headers) end
  local tree = setmetatable({ below = {}, order = {} }, Tree)
  tree:put(items, list)
  if fields[style] then fields[style](tree, given, window) end
  if total_place then tree:put(total_place, ("%d"):format(total)) end
  return answer.json(200, tree:print(), headers)
end

return paging
