--- Lists page by page. Plain closures, never coroutines; only the current
-- page is held.

local errors = require "clinone.error"

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

--- The records of an answer, and the answer itself where it is an object.
local function records_of(value, paging)
  if type(value) ~= "table" then return nil end
  if not paging.items then return value, {} end
  return value[paging.items], value
end

--- The number of the page after this one, or nil. A page that is shorter than
-- asked for does not end the list: a server may cap the size.
local function page_after(number, records, answer, paging, seen)
  if #records == 0 then return nil end
  local total = paging.total and tonumber(answer[paging.total])
  if total and seen >= total then return nil end
  return number + 1
end

--- Over pages: each a list of records, with `next`, from which another run
-- can go on (`{ from = page.next }`), nil on the last one.
---@param call fun(params: table): any, any makes one call
---@param operation clinone.Operation
---@param params table|nil
---@param from string|nil `next` of an earlier run's page
---@return table iterator
function pages.pages(call, operation, params, from)
  local paging = operation.paging
  if not paging then
    error(operation.name .. " is not a list that comes in pages", 0)
  end
  if params ~= nil and type(params) ~= "table" then
    error(("%s takes a table of parameters, not a %s"):format(operation.name, type(params)), 0)
  end
  local number, seen = 1, 0
  local size = paging.size and params and params[paging.size]
  if from then
    local page, count, asked = tostring(from):match "^(%d+):(%d+):(%d*)$"
    if not page then error("`from` is not what a page's `next` held", 0) end
    number, seen = tonumber(page), tonumber(count)
    asked = tonumber(asked)
    if size and size ~= asked then
      -- Page 3 of other pages: records would be lost, or come twice.
      error(("`from` goes on with %s = %s"):format(paging.size, asked or "nil"), 0)
    end
    size = asked
  elseif params and params[paging.page] then
    number = params[paging.page]
  end
  local iterator = setmetatable({}, Iterator)

  function iterator.next()
    if not number then return nil end
    local request = setmetatable({}, params and getmetatable(params))
    for key, value in pairs(params or {}) do request[key] = value end
    request[paging.page] = number
    if size then request[paging.size] = size end
    local value, response = call(request)
    if value == nil then return nil, response end
    local records, answer = records_of(value, paging)
    if type(records) ~= "table" then
      number = nil
      local err = errors.new {
        kind = "json", operation = operation.name, status = response.status, request_id = response.request_id,
        message = ("the answer has no list%s"):format(paging.items and ' "' .. paging.items .. '"' or ""),
        hint = "Check `paging` of this operation in the catalog.", outcome = "rejected",
      }
      errors.attach_response(err, response)
      return nil, err
    end
    seen = seen + #records
    number = page_after(number, records, answer, paging, seen)
    if #records == 0 then return nil end
    records.next = number and ("%d:%d:%s"):format(number, seen, size or "") or nil
    return records
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
