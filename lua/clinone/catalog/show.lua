--- The catalog as a table for the eye, and as records for programs.

local facts = require "clinone.catalog.facts"
local native = require "clinone.native"
local suggest = require "clinone.suggest"
local walk = require "clinone.catalog.walk"

local unpack = table.unpack or unpack -- luacheck: ignore (5.1 has the second)

local show = {}

local NARROWEST_PATH = 16

---@param entry clinone.catalog.Entry
local function record(entry)
  local group, derived = facts.group(entry)
  local data = entry.data
  return {
    operation = entry.name, call = entry.call, also = native.json.array(entry.also),
    resource = entry.resource.name, name = data.name, doc = data.doc,
    method = entry.method, path = entry.path, server = data.server, public = data.public or nil,
    scope = group, scope_derived = derived or nil, retry = facts.retry(entry), paging = data.paging ~= nil,
  }
end

--- Which resources there are, by full name and by each name on the way there.
local function known_names(places)
  local known = {}
  for _, place in ipairs(places) do known[place.name] = true end
  return known
end

--- One record per operation.
---@param document table a whole catalog
---@param resource string|nil only this one and what is nested in it
---@return table[]|nil records `operation`, `call`, `also`, `resource`, `name`, `doc`, `method`, `path`, `server`, `public`, `scope`, `scope_derived`, `retry`, `paging`
---@return string|nil message there is no such resource
function show.records(document, resource)
  local places = walk.places(document)
  local known = known_names(places)
  if resource and not known[resource] then
    return nil, ('no resource "%s"%s'):format(resource, suggest.phrase(resource, known))
  end
  local records = {}
  for _, place in ipairs(places) do
    if not resource or place.name == resource or place.name:sub(1, #resource + 1) == resource .. "." then
      for _, entry in ipairs(place.entries) do records[#records + 1] = record(entry) end
    end
  end
  return records
end

-- --- layout ------------------------------------------------------------------

--- Text in one line, without what would steer a terminal: no control character
-- of a vendor's file may get there.
---@param text any
---@return string
function show.printable(text)
  return (tostring(text):gsub("%c", " "):gsub("\194[\128-\159]", " "))
end

--- Characters, not bytes.
local function width_of(text)
  return #(text:gsub("[\128-\191]", ""))
end

local function pad(text, width)
  return text .. (" "):rep(width - width_of(text))
end

--- The first characters, with "..." where there were more.
local function cut(text, width)
  if width_of(text) <= width then return text end
  local kept, count = 0, 0
  for start in text:gmatch "()[^\128-\191]" do
    count = count + 1
    kept = start
    if count > width - 3 then break end
  end
  return text:sub(1, kept - 1) .. "..."
end

local function scope_text(one)
  if one.public then return "public" end
  if not one.scope then return "-" end
  return one.scope .. (one.scope_derived and " (derived)" or "")
end

local HEAD = { "LUA CALL", "METHOD", "PATH", "SCOPE", "RETRY", "ALSO" }

local function cells(one, servers)
  local also = {}
  for i, call in ipairs(one.also) do also[i] = call:match ":[%w_]+$" or call end
  local path = one.path
  if one.server then path = tostring(servers[one.server] or one.server) .. path end
  local row = { one.call, one.method, path, scope_text(one), one.retry, table.concat(also, " ") }
  for i, text in ipairs(row) do row[i] = show.printable(text) end
  return row
end

local function widths_of(rows)
  local widths = {}
  for _, row in ipairs(rows) do
    for i, text in ipairs(row) do widths[i] = math.max(widths[i] or 0, width_of(text)) end
  end
  return widths
end

local function line_of(row, widths, columns)
  local parts = {}
  for i = 1, columns do parts[i] = pad(row[i], widths[i]) end
  return (table.concat(parts, "  "):gsub(" +$", ""))
end

local function sum_of(widths, columns)
  local sum = 2 * (columns - 1)
  for i = 1, columns do sum = sum + widths[i] end
  return sum
end

--- Too narrow for one line each: the call on a line of its own.
local function in_two_lines(rows, width)
  local lines = {}
  for i = 2, #rows do
    local row = rows[i]
    lines[#lines + 1] = row[1]
    lines[#lines + 1] = cut(("    %s %s  %s  %s"):format(row[2], row[3], row[4], row[5]), width)
  end
  return lines
end

--- Lays records out; the Lua call is never cut, the path only where it must be.
---@param records table[] from `show.records`
---@param document table
---@param width integer|nil columns there are; nil: as many as it takes
---@return string text lines, each ended
function show.layout(records, document, width)
  local rows = { { unpack(HEAD) } }
  for _, one in ipairs(records) do rows[#rows + 1] = cells(one, document.servers or {}) end
  local widths = widths_of(rows)
  local columns = widths[6] > #HEAD[6] and 6 or 5
  if width and sum_of(widths, columns) > width then columns = 5 end
  if width and sum_of(widths, columns) > width then
    local left = width - (sum_of(widths, columns) - widths[3])
    if left < NARROWEST_PATH then return table.concat(in_two_lines(rows, width), "\n") .. "\n" end
    widths[3] = left
    for _, row in ipairs(rows) do row[3] = cut(row[3], left) end
  end
  local lines = {}
  for i, row in ipairs(rows) do lines[i] = line_of(row, widths, columns) end
  return table.concat(lines, "\n") .. "\n"
end

return show
