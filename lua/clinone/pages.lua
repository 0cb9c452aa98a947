--- Lists page by page. Plain closures, never coroutines; only the current
-- page is held.

local errors = require "clinone.error"
local marks = require "clinone.marks"
local native = require "clinone.native"
local records = require "clinone.paging.records"
local styles = require "clinone.paging.styles"
local suggest = require "clinone.suggest"

local pages = {}

--- An iterator is called by `for`, where a failure raises, or asked with
-- `it:next()`, which returns `value` or `nil, err`; both end with nil.
local Iterator = {}
Iterator.__name = "clinone.iterator"
Iterator.__index = Iterator

function Iterator.__call(iterator)
  local value, err = iterator:next()
  if value == nil and err then error(tostring(err), 2) end
  return value
end

--- The answer is there, and no list can be made of it.
local function answer_error(operation, response, message, hint)
  local err = errors.new {
    kind = "json", operation = operation.name, status = response.status, request_id = response.request_id,
    message = message, hint = hint or "Check `paging` of this operation in the catalog.", outcome = "rejected",
  }
  errors.attach_response(err, response)
  return err
end

--- Tells when a key comes again, be it after many others, and holds two of
-- them only (Brent's way to find a cycle).
local function watch()
  local kept, steps, power = nil, 0, 1
  return function(key)
    if key == nil then return false end
    if key == kept then return true end
    steps = steps + 1
    if steps == power then kept, steps, power = key, 0, power * 2 end
    return false
  end
end

local function style_of(operation)
  local paging = operation.paging
  if not paging then
    error(operation.name .. " is not a list that comes in pages, as far as the catalog knows: call it for its answer, "
      .. 'or say in catalog.overlay.json how its pages follow each other ("paging")', 0)
  end
  local style = styles[paging.style or "page"]
  if not style then
    error(("the catalog's operation %s has pages of the unknown style %s%s"):format(operation.name,
      tostring(paging.style), suggest.phrase(paging.style, styles)), 0)
  end
  for _, key in ipairs(style.needs) do
    if type(paging[key]) ~= "string" then
      error(('the catalog\'s operation %s has pages without "%s"'):format(operation.name, key), 0)
    end
  end
  return paging, style
end

--- A page size as it is kept and compared: "20" and 20.0 are 20.
local function size_of(given)
  local number = tonumber(given)
  return number and number % 1 == 0 and math.floor(number) or given
end

--- Where a run begins, and the page size that it keeps to.
local function first_position(paging, style, params, from)
  local asked = paging.size and size_of(params[paging.size])
  if not from then
    local position = style.start(paging, params)
    position.size = asked
    return position
  end
  local position = type(from) == "string" and style.read(from)
  if not position then error("`from` is not what a page's `next` held", 0) end
  if asked and not style.key and asked ~= position.size then
    -- Page 3 of other pages: records would be lost, or come twice.
    error(("`from` goes on with %s = %s"):format(paging.size, position.size or "nil"), 0)
  end
  position.size = position.size or asked
  return position
end

--- The records of an answer; an answer without a body is an empty page.
local function records_of(value, response, paging)
  if value == true and response.body == "" then return {} end
  return records.find(value, paging.items)
end

--- A server that does not know the page's number gives the same page for
-- ever. Where a count tells the end, rows without an id may well be alike.
local function is_same_again(state, style, paging, position, page)
  local body, first = page.response.body, page.records[1]
  if style.key or not body or type(first) ~= "table" then return false end
  local total = records.count(page.answer, paging.total)
  local ends = records.count(page.answer, paging.pages) or total and position.seen < total
  if ends and first.id == nil then return false end
  local digest = native.text.digest(body)
  local same = digest == state.digest
  state.digest = digest
  return same
end

--- Over pages: each a list of records, with `next`, from which another run
-- can go on (`{ from = page.next }`), nil on the last one.
---@param call fun(params: table, link: string|nil): any, any, string|nil makes one call; the third value is its URL, where pages follow by links
---@param operation clinone.Operation
---@param params table|nil
---@param from string|nil `next` of an earlier run's page
---@return table iterator
function pages.pages(call, operation, params, from)
  local paging, style = style_of(operation)
  if params ~= nil and type(params) ~= "table" then
    error(("%s takes a table of parameters, not a %s"):format(operation.name, type(params)), 0)
  end
  params = marks.copy(params) -- the script may go on with its table while the list is read
  local position = first_position(paging, style, params, from)
  local came_before, state = watch(), {}
  if style.key then came_before(style.key(position)) end
  local iterator = setmetatable({}, Iterator)

  --- Goes on to the next position, if there is one.
  local function advance(page)
    local following, message = style.after(paging, position, page)
    if message then
      position = nil
      return answer_error(operation, page.response, message)
    end
    if not following then
      position = nil
      return nil
    end
    -- The page that leads back is given; what fails is to follow it.
    local back = style.key and (style.key(following) == style.key(position) or style.key(following) == page.url
      or came_before(style.key(following)))
    following.stuck = back and answer_error(operation, page.response,
      "the next page is one that was read before: the list would never end") or nil
    position = following
    return nil
  end

  local function fetch()
    local request = marks.copy(params)
    local link = style.ask(paging, position, request)
    if paging.size and position.size then request[paging.size] = position.size end
    local value, response, url = call(request, link)
    if value == nil then return nil, response end
    local page = { answer = value, response = response, url = url, records = records_of(value, response, paging) }
    if not page.records then
      position = nil
      return nil, answer_error(operation, response,
        ("the answer has no list%s"):format(paging.items and ' "' .. paging.items .. '"' or ""))
    end
    if is_same_again(state, style, paging, position, page) then
      return nil, answer_error(operation, response, "the server gives the same page again and again",
        "Check `paging` of this operation in the catalog: the server may not know the parameter.")
    end
    return page
  end

  function iterator.next()
    while position do
      if position.stuck then return nil, position.stuck end
      local page, err = fetch()
      if not page then return nil, err end
      err = advance(page)
      if err then return nil, err end
      if #page.records > 0 then
        page.records.next = position and style.print(position) or nil
        return page.records
      end
    end
    return nil
  end

  return iterator
end

--- Over records, page after page.
---@param ... any as for `pages.pages`
---@return table iterator
function pages.each(...)
  local source = pages.pages(...)
  local page, at = nil, 0
  local iterator = setmetatable({}, Iterator)

  function iterator.next()
    at = at + 1
    while not page or page[at] == nil do
      local err
      page, err = source.next()
      if not page then
        at = 0
        return nil, err
      end
      at = 1
    end
    return page[at]
  end

  return iterator
end

return pages
