--- Path templates, and the index that finds what stands at a path.
--
-- A tree of segments: looking a path up costs its own length, not the number of
-- routes. A literal wins over a variable, a variable with text around it over a
-- bare one, segment by segment from the left.

local paths = {}

---@class clinone.sandbox.Segment
---@field literal string|nil decoded text, where it holds no variable; else:
---@field pattern string|nil Lua pattern with one capture for each variable
---@field folded string|nil the same without regard to case
---@field shape string the segment with its variables unnamed
---@field weight integer bytes of text around the variables

local function decode(text)
  return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

--- The segments of a path as it was sent, percent-decoded one by one.
---@param path string
---@return string[] segments
---@return boolean slash whether a slash ends it
function paths.split(path)
  local body, slash = path:match("^/?(.-)(/?)$")
  local segments = {}
  if body ~= "" then
    for segment in (body .. "/"):gmatch("([^/]*)/") do segments[#segments + 1] = decode(segment) end
  end
  return segments, slash == "/"
end

-- A text as a pattern, and as one that takes its letters in any case.
local function patterns_of(text)
  local exact = text:gsub("%W", "%%%0")
  return exact, (text:gsub(".", function(c)
    if c:find("%a") then return "[" .. c:lower() .. c:upper() .. "]" end
    return c:find("%W") and "%" .. c or c
  end))
end

-- A segment that holds variables; their names are added to `names`.
local function read_segment(text, names)
  local pattern, folded, weight, at = "^", "^", 0, 1
  local function add(before, variable)
    local exact, any_case = patterns_of(before)
    pattern, folded, weight = pattern .. exact .. variable, folded .. any_case .. variable, weight + #before
  end
  for start, name, stop in text:gmatch("(){([^{}]+)}()") do
    names[#names + 1] = name
    add(text:sub(at, start - 1), "(.+)")
    at = stop
  end
  add(text:sub(at), "$")
  return { pattern = pattern, folded = folded, weight = weight, shape = (text:gsub("{[^{}]+}", "{}")) }
end

--- Reads a template: `/a/{x}/b`, `/({a}.{b})`, also with Postman's `{{x}}`.
---@param template string
---@return {segments: clinone.sandbox.Segment[], slash: boolean, names: string[]}
function paths.read(template)
  template = template:gsub("{{([^{}]*)}}", "{%1}")
  local read = { segments = {}, names = {} }
  local texts
  texts, read.slash = paths.split(template)
  for i, text in ipairs(texts) do
    local literal = not text:find("{[^{}]+}")
    read.segments[i] = literal and { literal = text, shape = text, weight = #text }
      or read_segment(text, read.names)
  end
  return read
end

--- Whether a segment looks like an id: a number, a UUID, a long hexadecimal.
---@param text string
---@return boolean
function paths.is_id(text)
  return text:find("^%d+$") ~= nil
    or text:find("^%x+%-%x+%-%x+%-%x+%-%x+$") ~= nil and #text == 36
    or text:find("^%x+$") ~= nil and #text >= 16
end

local Index = {}
Index.__index = Index

--- An empty index. A loose one takes no notice of upper and lower case, and of
--- which id stands in a path.
---@param loose boolean|nil
function paths.index(loose)
  return setmetatable({ loose = loose or false, root = { literals = {}, variables = {}, ends = {} } }, Index)
end

local function new_node()
  return { literals = {}, variables = {}, ends = {} }
end

local ID = { shape = "(id)", weight = -1 }

-- The node below for a segment with a variable; the likelier ones first.
local function variable_node(node, segment, loose)
  local shape = loose and segment.shape:lower() or segment.shape
  for _, known in ipairs(node.variables) do
    if known.shape == shape then return known.node end
  end
  local pattern = loose and segment.folded or segment.pattern
  local made = { shape = shape, pattern = pattern, weight = segment.weight, node = new_node() }
  table.insert(node.variables, made)
  table.sort(node.variables, function(a, b)
    if a.weight ~= b.weight then return a.weight > b.weight end
    return a.shape < b.shape
  end)
  return made.node
end

local function insert(index, read, method, entry, strip)
  local node, stripped = index.root, false
  for _, segment in ipairs(read.segments) do
    if segment.literal and strip and paths.is_id(segment.literal) then
      node, stripped = variable_node(node, ID, true), true
    elseif segment.literal then
      local text = index.loose and segment.literal:lower() or segment.literal
      node.literals[text] = node.literals[text] or new_node()
      node = node.literals[text]
    else
      node = variable_node(node, segment, index.loose)
    end
  end
  if strip and not stripped then return end
  node.ends[read.slash] = node.ends[read.slash] or {}
  local list = node.ends[read.slash][method] or {}
  node.ends[read.slash][method] = list
  list[#list + 1] = entry
end

--- Files an entry under a method and a template that `paths.read` read.
function Index:add(read, method, entry)
  insert(self, read, method, entry, false)
  if self.loose then insert(self, read, method, entry, true) end
end

local function capture(variable, text)
  if not variable.pattern then return paths.is_id(text) and {} or nil end
  local values = { text:match(variable.pattern) }
  return #values > 0 and values or nil
end

-- Depth first; `found` collects the methods that stand at fitting paths.
local function search(index, node, segments, at, slash, method, captures, found)
  local text = segments[at]
  if text == nil then
    local methods = node.ends[slash] or {}
    for name in pairs(methods) do found[name] = true end
    return methods[method]
  end
  local below = node.literals[index.loose and text:lower() or text]
  local list = below and search(index, below, segments, at + 1, slash, method, captures, found)
  if list then return list end
  for _, variable in ipairs(node.variables) do
    local values = capture(variable, text)
    if values then
      local count = #captures
      for i, value in ipairs(values) do captures[count + i] = value end
      list = search(index, variable.node, segments, at + 1, slash, method, captures, found)
      if list then return list end
      for i = #captures, count + 1, -1 do captures[i] = nil end
    end
  end
end

--- What is filed at a path: as it is written, else with or without its last slash.
---@param segments string[]
---@param slash boolean
---@param method string
---@return table[]|nil entries in the order in which they were added
---@return string[] captures texts of the variables; without entries: the methods of that path, sorted
function Index:find(segments, slash, method)
  local found, captures = {}, {}
  local list = search(self, self.root, segments, 1, slash, method, captures, found)
    or search(self, self.root, segments, 1, not slash, method, captures, found)
  if list then return list, captures end
  local methods = {}
  for name in pairs(found) do methods[#methods + 1] = name end
  table.sort(methods)
  return nil, methods
end

return paths
