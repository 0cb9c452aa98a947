--- Saved examples: which one answers a request, chosen as Postman's mock does.
--
-- Method and path first: an exact path before one with a `{{variable}}`, that
-- before another case, that before another id, last whatever fits the route; one
-- slash too many or too few counts a little. Then the query. The headers
-- x-mock-response-name, -id and -code pick among them. What is equal after all
-- that: a 2xx, the operation that was meant, the first one saved.

local paths = require "clinone.sandbox.paths"

local examples = {}

---@class clinone.sandbox.Example
---@field name string|nil
---@field id string|nil
---@field status integer
---@field body string
---@field content_type string|nil
---@field headers table<string, string>
---@field method string
---@field template table its path, as paths.read has it
---@field query table<string, string>
---@field stray boolean saved under another method or path than its operation's
---@field route clinone.sandbox.Route
---@field position integer among those of its operation

-- Grades of a path, by the farthest that one of its segments is off.
local EXACT, VARIABLE, CASE, ID, ROUTE = 1, 2, 3, 4, 5
local GRADES = { 100, 99, 90, 85, 70 }
local SLASH = 5
local SAME_VALUE, OTHER_VALUE, NOT_SENT, NOT_SAVED = 5, -2, -5, -1

local function text_or_nil(value)
  return type(value) == "string" and value or nil
end

-- Whether the path of an example is one of the route's.
local function fits(route, template)
  if #route.template.segments ~= #template.segments then return false end
  for i, segment in ipairs(route.template.segments) do
    local other = template.segments[i]
    if segment.literal and other.literal ~= segment.literal then return false end
    if not segment.literal and other.literal and not other.literal:find(segment.pattern) then return false end
  end
  return true
end

local function texts_of(map)
  local texts = {}
  for name, value in pairs(type(map) == "table" and map or {}) do
    if type(value) == "number" or type(value) == "boolean" then value = tostring(value) end
    if type(name) == "string" and type(value) == "string" then texts[name] = value end
  end
  return texts
end

--- Reads the examples of one operation.
---@param route clinone.sandbox.Route its method, path and template are there already
---@param list table[] the catalog's
---@return clinone.sandbox.Example[]
function examples.read(route, list)
  local read = {}
  for i, given in ipairs(list) do
    local status = type(given) == "table" and tonumber(given.status) or 200
    -- What ends no exchange (1xx) or is no status at all cannot be sent.
    if status < 200 or status > 599 or status % 1 ~= 0 then status = 200 end
    if type(given) == "table" then
      local path = text_or_nil(given.path)
      local example = {
        name = text_or_nil(given.name), id = text_or_nil(given.id), status = status,
        body = text_or_nil(given.body) or "", content_type = text_or_nil(given.content_type),
        headers = texts_of(given.headers), query = texts_of(given.query),
        method = (text_or_nil(given.method) or route.method):upper(),
        template = path and paths.read(path) or route.template, route = route, position = i,
      }
      example.stray = example.method ~= route.method or not fits(route, example.template)
      read[#read + 1] = example
    end
  end
  return read
end

local function grade_segment(segment, text)
  if not segment.literal then
    return text:find(segment.pattern) and VARIABLE or text:find(segment.folded) and CASE or ROUTE
  end
  if segment.literal == text then return EXACT end
  if segment.literal:lower() == text:lower() then return CASE end
  if paths.is_id(segment.literal) and paths.is_id(text) then return ID end
  return ROUTE
end

local function grade_path(example, segments, slash)
  local template, worst = example.template, EXACT
  if #template.segments ~= #segments then return GRADES[ROUTE] end
  for i, segment in ipairs(template.segments) do
    worst = math.max(worst, grade_segment(segment, segments[i]))
  end
  return GRADES[worst] - (template.slash ~= slash and SLASH or 0)
end

local function grade_query(example, query)
  local grade = 0
  for name, saved in pairs(example.query) do
    local sent = query[name]
    if sent == nil then
      grade = grade + NOT_SENT
    elseif sent == saved or saved:find("{{.-}}") then
      grade = grade + SAME_VALUE
    else
      grade = grade + OTHER_VALUE
    end
  end
  for name in pairs(query) do
    if example.query[name] == nil then grade = grade + NOT_SAVED end
  end
  return grade
end

---@class clinone.sandbox.Asked what the x-mock-response headers ask for
---@field name string|nil
---@field id string|nil
---@field code string|nil

--- What a request asks for by Postman's headers, nil when nothing.
---@param headers table<string, string>
---@return clinone.sandbox.Asked|nil
function examples.asked(headers)
  local asked = {
    name = text_or_nil(headers["x-mock-response-name"]), id = text_or_nil(headers["x-mock-response-id"]),
    code = text_or_nil(headers["x-mock-response-code"]),
  }
  return next(asked) and asked or nil
end

local function is_asked_for(example, asked)
  return (asked.name == nil or asked.name == example.name) and (asked.id == nil or asked.id == example.id)
    and (asked.code == nil or tonumber(asked.code) == example.status)
end

--- The example that answers a request.
---@param pool clinone.sandbox.Example[]
---@param request table segments, slash and query are read
---@param asked clinone.sandbox.Asked|nil
---@param meant clinone.sandbox.Route|nil the operation that the request fits best
---@return clinone.sandbox.Example|nil
function examples.choose(pool, request, asked, meant)
  local best, best_rank
  local function better(rank)
    for i, value in ipairs(rank) do
      if not best_rank or value ~= best_rank[i] then return not best_rank or value > best_rank[i] end
    end
    return false
  end
  for _, example in ipairs(pool) do
    if is_asked_for(example, asked or {}) then
      local rank = {
        grade_path(example, request.segments, request.slash) + grade_query(example, request.query),
        example.route == meant and 1 or 0, example.status < 300 and 1 or 0,
      }
      if better(rank) then best, best_rank = example, rank end
    end
  end
  return best
end

-- Of the transfer of the saved answer, not of what it says.
local NOT_SENT_AGAIN = {
  ["content-length"] = true, ["content-encoding"] = true, ["content-type"] = true, ["transfer-encoding"] = true,
  ["connection"] = true, ["keep-alive"] = true, ["date"] = true, ["trailer"] = true, ["upgrade"] = true,
  ["alt-svc"] = true, ["strict-transport-security"] = true,
}

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\" }

local function escape(text)
  return (text:gsub('[%c"\\]', function(c) return ESCAPES[c] or ("\\u%04x"):format(c:byte()) end))
end

-- The body with what the example's path caught; every other byte as saved.
local function fill_in(example, segments, is_json)
  local values = {}
  if #example.template.segments == #segments then
    local at = 0
    for i, segment in ipairs(example.template.segments) do
      local _, count = segment.shape:gsub("{}", "")
      for k, text in ipairs(count > 0 and { segments[i]:match(segment.folded) } or {}) do
        values[example.template.names[at + k]] = is_json and escape(text) or text
      end
      at = at + count
    end
  end
  return (example.body:gsub("{{([^{}]*)}}", values))
end

--- The answer of an example.
---@param example clinone.sandbox.Example
---@param request table segments is read
---@return clinone.sandbox.Answer
function examples.answer(example, request)
  local headers, saved_type = {}, nil
  for name, value in pairs(example.headers) do
    local lower = name:lower()
    if lower == "content-type" then saved_type = value end
    if not NOT_SENT_AGAIN[lower] and name:find("^[%w!#$%%&'*+.^_`|~-]+$") and not value:find("%c") then
      headers[name] = value
    end
  end
  local content_type = example.content_type or saved_type
  if not content_type or content_type:find("%c") then
    content_type = example.body:find("^%s*[%[{]") and "application/json" or "text/plain"
  end
  local is_json = content_type:lower():find("json", 1, true) ~= nil
  return {
    status = example.status, body = fill_in(example, request.segments, is_json), type = content_type, headers = headers,
  }
end

return examples
