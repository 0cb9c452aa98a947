--- The ways in which an API's pages follow each other. Each style has
--   start(paging, params)        -> the first position
--   read(text)                   -> a position from what `print` gave, or nil
--   ask(paging, position, params)   writes into params; returns a link, if any
--   after(paging, position, page)  -> the next position or nil, or nil and what is wrong
--   print(position)              -> text
-- A position is a small table; `size` in it is the page size that was asked
-- for. A page has `records`, `answer`, `response` and `url`. `key(position)`,
-- where a style has it, is what must not come twice. `needs`: keys of `paging`
-- without which it is none.

local links = require "clinone.paging.links"
local native = require "clinone.native"
local records = require "clinone.paging.records"

local styles = {}

--- A starting number that a script gave, or the style's own.
local function number_in(params, key, otherwise)
  local given = params[key]
  if given == nil then return otherwise end
  local number = tonumber(given)
  if not number or number % 1 ~= 0 then error(("%s must be an integer"):format(key), 0) end
  return number
end

--- Three numbers: where, how many so far, the size.
local function read_numbers(text)
  local at, seen, size = text:match "^(%d+):(%d+):(%d*)$"
  if not at then return nil end
  return { at = tonumber(at), seen = tonumber(seen), size = tonumber(size) }
end

local function print_numbers(position)
  return ("%.0f:%.0f:%s"):format(position.at, position.seen, position.size or "")
end

-- --- page numbers ----------------------------------------------------------

styles.page = { needs = { "page" }, read = read_numbers, print = print_numbers }

function styles.page.start(paging, params)
  return { at = number_in(params, paging.page, paging.first or 1), seen = 0 }
end

function styles.page.ask(paging, position, params)
  params[paging.page] = position.at
end

--- A page that is shorter than asked for does not end the list: a server may
-- cap the size. Nor does a total that is already passed: it counts something
-- else, or records were deleted meanwhile.
function styles.page.after(paging, position, page)
  local seen = position.seen + #page.records
  if #page.records == 0 or seen == records.count(page.answer, paging.total) then return nil end
  local pages = records.count(page.answer, paging.pages)
  if pages and position.at - (paging.first or 1) + 1 == pages then return nil end
  return { at = position.at + 1, seen = seen, size = position.size }
end

-- --- offsets ---------------------------------------------------------------

styles.offset = { needs = { "offset" }, read = read_numbers, print = print_numbers }

function styles.offset.start(paging, params)
  local at = number_in(params, paging.offset, 0)
  return { at = at, seen = at }
end

function styles.offset.ask(paging, position, params)
  params[paging.offset] = position.at
end

--- The next offset counts what came, not what was asked for.
function styles.offset.after(paging, position, page)
  local at = position.at + #page.records
  if #page.records == 0 or at == records.count(page.answer, paging.total) then return nil end
  return { at = at, seen = at, size = position.size }
end

-- --- cursors ---------------------------------------------------------------

styles.cursor = { needs = { "cursor", "next" } }

function styles.cursor.start(paging, params)
  return { cursor = params[paging.cursor] }
end

function styles.cursor.read(text)
  local size, cursor = text:match "^cursor:(%d*):(.+)$"
  if not size then return nil end
  return { cursor = cursor, size = tonumber(size) }
end

function styles.cursor.print(position)
  return ("cursor:%s:%s"):format(position.size or "", position.cursor)
end

function styles.cursor.ask(paging, position, params)
  params[paging.cursor] = position.cursor
end

function styles.cursor.key(position)
  return position.cursor
end

function styles.cursor.after(paging, position, page)
  local more = records.at(page.answer, paging.more)
  if more == false then return nil end
  local cursor = records.at(page.answer, paging.next)
  if type(cursor) == "number" then cursor = native.json.encode(cursor) end -- to its last digit
  if type(cursor) == "string" and cursor ~= "" then return { cursor = cursor, size = position.size } end
  if more == true then
    return nil, ('the answer says that there is more, and gives no "%s"'):format(paging.next)
  end
  -- Where the field's name is a guess, a full page without it says nothing.
  local is_short = #page.records == 0 or type(position.size) == "number" and #page.records < position.size
  if paging.guess and not is_short then
    return nil, ('the answer has no "%s", and that name is only guessed'):format(paging.next)
  end
  return nil
end

-- --- links -----------------------------------------------------------------

styles.link = { needs = {} }

function styles.link.start()
  return {}
end

function styles.link.read(text)
  local link = text:match "^link:(.+)$"
  return link and { link = link } or nil
end

function styles.link.print(position)
  return "link:" .. position.link
end

function styles.link.ask(_, position)
  return position.link
end

function styles.link.key(position)
  return position.link
end

function styles.link.after(paging, _, page)
  local reference
  if paging.next then
    reference = records.at(page.answer, paging.next)
    if type(reference) == "table" then reference = reference.href end -- as HAL writes it
  else
    reference = links.from_header(page.response.headers.link)
  end
  if type(reference) ~= "string" or reference == "" then return nil end
  return { link = links.absolute(reference, page.url) }
end

return styles
