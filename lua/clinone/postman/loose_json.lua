--- Request bodies as people write them into Postman: JSON with comments,
-- templates without quotes, commas too many. Any text gives a tree, or nil
-- and the reason; the time taken grows with its length and no faster.
--
-- A tree's nodes: { kind = "object", keys = {in order}, members = {key -> node} },
-- { kind = "array", items = {nodes} }, { kind = "string"|"integer"|"number"|
-- "boolean", value = }, { kind = "null" }, { kind = "template", name = } and
-- { kind = "any" } for what is no JSON value, but stands where one does.

local text_of = require "clinone.postman.text"

local loose_json = {}

local most_depth = 64

local no_break = "\194\160" -- a no-break space, from a web page

local escapes = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

--- Where a word without quotes ends that begins at `at`; nil: there is none.
local function word_end(source, at)
  local _, last = source:find("^[^%s,:/%[%]{}\"']+", at)
  local gap = last and source:sub(at, last):find(no_break, 1, true)
  if gap then last = gap > 1 and at + gap - 2 or nil end
  return last
end

--- The first place from `at` that is neither blank nor comment.
local function skip(state, at)
  local source = state.source
  while true do
    at = source:find("[^%s]", at) or #source + 1
    local two = source:sub(at, at + 1)
    if two == "//" then
      at = source:find("\n", at, true) or #source + 1
    elseif two == "/*" then
      local _, last = source:find("*/", at + 2, true)
      at = (last or #source) + 1
    elseif two == no_break then
      at = at + 2
    else
      return at
    end
    state.strict = false
  end
end

--- The character that an escape at `at` (after the backslash) stands for, and
-- where to go on.
local function escaped(source, at)
  local code = source:match("^u(%x%x%x%x)", at)
  if not code then
    local letter = source:sub(at, at)
    return escapes[letter] or letter, at + 1
  end
  local value = tonumber(code, 16)
  local low = value >= 0xD800 and value < 0xDC00 and source:match("^\\u([dD][c-fC-F]%x%x)", at + 5)
  if not low then return text_of.char(value), at + 5 end
  return text_of.char(0x10000 + (value - 0xD800) * 1024 + (tonumber(low, 16) - 0xDC00)), at + 11
end

--- A string, from its opening quote on.
---@return string|nil value nil: it does not end
---@return integer|string next or the reason
local function read_string(state, at)
  local source = state.source
  local quote = source:sub(at, at)
  local stop = quote == '"' and '["\\]' or "['\\]"
  if quote == "'" then state.strict = false end
  local parts, from = {}, at + 1
  while true do
    local found = source:find(stop, from)
    if not found then return nil, "a string does not end" end
    parts[#parts + 1] = source:sub(from, found - 1)
    if source:byte(found) ~= 92 then
      return #parts == 1 and parts[1] or table.concat(parts), found + 1
    end
    parts[#parts + 1], from = escaped(source, found + 1)
  end
end

local function scalar(token)
  if token == "true" or token == "false" then return { kind = "boolean", value = token == "true" } end
  if token == "null" then return { kind = "null" } end
  if token:find "^-?%d+$" then
    local value = tonumber(token)
    -- More than a double holds is kept as it is written.
    return { kind = "integer", value = #token <= 15 and value or token }
  end
  local value = token:find "^[-+]?%.?%d" and not token:find "[xXpP]" and tonumber(token)
  return value and math.abs(value) < math.huge and { kind = "number", value = value } or nil
end

--- A word, a template, or several without a blank between them
-- (`{{year}}-01-01`).
local function read_word(state, at)
  local source = state.source
  local pieces, node = 0, nil
  while true do
    local _, last, name = source:find("^{{([^{}]*)}}", at)
    if last then
      node = { kind = "template", name = text_of.trim(name) }
    else
      last = word_end(source, at)
      if not last then break end
      node = pieces == 0 and scalar(source:sub(at, last)) or { kind = "any" }
    end
    pieces = pieces + 1
    at = last + 1
  end
  if pieces == 0 then return nil, "there is no value" end
  if pieces > 1 then node = { kind = "any" } end
  if node.kind == "template" or node.kind == "any" then state.strict = false end
  return node, at
end

local function is_dots(source, at)
  local _, last = source:find("^%.%.%.+", at)
  if not last then _, last = source:find("^\226\128\166", at) end
  return last
end

--- The name of a member and the place after its colon. A member that is only
-- a template, or dots, has no name.
local function read_key(state, at)
  local source = state.source
  local first = source:byte(at)
  local key, next_at
  if first == 34 or first == 39 then
    key, next_at = read_string(state, at)
    if not key then return nil, nil, next_at end
  else
    state.strict = false
    local _, last = source:find("^{{[^{}]*}}", at)
    last = last or word_end(source, at)
    if not last then return nil, nil, "a field has no name" end
    key, next_at = source:sub(at, last), last + 1
  end
  next_at = skip(state, next_at)
  if source:byte(next_at) == 58 then return key, next_at + 1 end
  if first == 123 then return nil, next_at end
  return nil, nil, "a field has no value"
end

local read_value

local function read_member(state, at, node, depth)
  local key, next_at, reason = read_key(state, at)
  if not next_at then return nil, reason end
  if not key then
    node.open = true
    return next_at
  end
  local value, after = read_value(state, skip(state, next_at), depth)
  if not value then return nil, after end
  if node.members[key] == nil then node.keys[#node.keys + 1] = key end
  node.members[key] = value
  return after
end

local function read_item(state, at, node, depth)
  local value, after = read_value(state, at, depth)
  if not value then return nil, after end
  node.items[#node.items + 1] = value
  return after
end

--- The inside of an object or array, from after its opening bracket.
local function read_inside(state, at, node, close, read_one, depth)
  if depth > most_depth then return nil, "too deep" end
  local source = state.source
  local after_comma, after_one = false, false
  while true do
    at = skip(state, at)
    local byte = source:byte(at)
    if byte == close then
      if after_comma then state.strict = false end
      return node, at + 1
    end
    local dots = is_dots(source, at)
    if not byte then
      return nil, ("an %s does not end"):format(node.kind)
    elseif byte == 44 then
      if not after_one then state.strict = false end
      after_comma, after_one = true, false
      at = at + 1
    elseif dots then
      state.strict = false
      at = dots + 1
    else
      if after_one then state.strict = false end
      local after, reason = read_one(state, at, node, depth)
      if not after then return nil, reason end
      at = after
      after_comma, after_one = false, true
    end
  end
end

--- A value at `at`, where something stands.
function read_value(state, at, depth)
  local source = state.source
  local byte = source:byte(at)
  if byte == 34 or byte == 39 then
    local value, next_at = read_string(state, at)
    if not value then return nil, next_at end
    return { kind = "string", value = value }, next_at
  elseif byte == 91 then
    return read_inside(state, at + 1, { kind = "array", items = {} }, 93, read_item, depth + 1)
  elseif byte == 123 and not source:find("^{{[^{}]*}}", at) then
    return read_inside(state, at + 1, { kind = "object", keys = {}, members = {} }, 125, read_member, depth + 1)
  end
  return read_word(state, at)
end

--- Reads a text.
---@param source string
---@return table|nil node the tree's root
---@return table|string info `strict`: it is JSON as the standard has it, as far as its structure goes;
--- `more`: another document follows; or why there is no tree
function loose_json.parse(source)
  local state = { source = source, strict = true }
  local at = skip(state, 1)
  if at > #source then return nil, "it is empty" end
  local node, next_at = read_value(state, at, 0)
  if not node then return nil, next_at end
  next_at = skip(state, next_at)
  local more = next_at <= #source
  if node.kind == "any" or more and node.kind ~= "object" and node.kind ~= "array" then
    return nil, "it is plain text"
  end
  return node, { strict = state.strict and not more, more = more }
end

return loose_json
