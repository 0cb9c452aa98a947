--- One operation, made ready: the catalog's data turned into what the core
-- walks, once, at first use.

local native = require "clinone.native"

local operation = {}

---@class clinone.Operation
---@field name string full name, `patients.create`
---@field method string upper case
---@field path string template, `/patients/{id}`
---@field group string|nil scope group
---@field params table<string, table> as in the catalog
---@field reads boolean GET, HEAD or OPTIONS
---@field paging table|nil how its pages follow each other
---@field takes_identifier boolean takes studyIdentifier or siteIdentifier
---@field compiled userdata for `session:begin`

local places = { path = 1, query = 2, header = 4, body = 8 }
local identifiers = { studyIdentifier = true, siteIdentifier = true }
local safe = { GET = true, HEAD = true, OPTIONS = true, PUT = true, DELETE = true }
local with_body = { POST = true, PUT = true, PATCH = true }
local reads = { GET = true, HEAD = true, OPTIONS = true }

local function wrong(name, what)
  error(("the catalog's operation %s %s"):format(name, what), 0)
end

local function places_of(name, key, param)
  local list = param["in"] or "query"
  if type(list) == "string" then list = { list } end
  local sum = 0
  for _, place in ipairs(list) do
    if not places[place] then wrong(name, ('puts %s in "%s"'):format(key, tostring(place))) end
    sum = sum + places[place]
  end
  return sum
end

--- Entries sorted by name, and the position of each key among them.
local function read_entries(name, params)
  local keys, entries, position = {}, {}, {}
  for key in pairs(params) do keys[#keys + 1] = key end
  table.sort(keys)
  for i, key in ipairs(keys) do
    local param = params[key]
    entries[i] = {
      key = key, name = param.name or key, places = places_of(name, key, param),
      type = param.type, required = param.required or false, identifier = identifiers[key] or false,
    }
    position[key] = i
  end
  return entries, position
end

--- The path cut into literals and positions of entries. A variable that the
-- catalog does not list is a required string.
local function read_pieces(name, path, params)
  local ok, _, message = native.text.check_path((path:gsub("{([^{}/]*)}", "x")))
  if not ok then wrong(name, "has a bad path: " .. message) end
  local literals = {}
  local at = 1
  for start, variable, stop in path:gmatch "(){([^{}/]*)}()" do
    if start > at then literals[#literals + 1] = path:sub(at, start - 1) end
    if variable == "" then wrong(name, "has a path variable without a name") end
    params[variable] = params[variable] or { ["in"] = "path", type = "string", required = true }
    literals[#literals + 1] = { variable }
    at = stop
  end
  if at <= #path then literals[#literals + 1] = path:sub(at) end
  return literals
end

--- Compiles an operation. Raises when the catalog's data make no sense.
---@param name string full name
---@param data table the operation as the catalog has it
---@param resource table the resource it stands in
---@param document table the catalog
---@return clinone.Operation
function operation.compile(name, data, resource, document)
  if type(data.method) ~= "string" or type(data.path) ~= "string" then wrong(name, "has no method or no path") end
  local method = data.method:upper()
  local strict = data.strict
  if strict == nil then strict = document.strict or false end
  local params = {}
  for key, param in pairs(data.params or {}) do params[key] = param end
  for _, what in ipairs { "page", "size" } do
    local key = data.paging and data.paging[what]
    if key and not params[key] then params[key] = { ["in"] = "query", type = "integer" } end
  end
  local pieces = read_pieces(name, data.path, params)
  local entries, position = read_entries(name, params)
  local in_body = false
  for _, entry in ipairs(entries) do
    if entry.places >= places.body then in_body = true end
  end
  for i, piece in ipairs(pieces) do
    if type(piece) == "table" then pieces[i] = position[piece[1]] end
  end
  local class = data.retry or (safe[method] and "safe" or "never")
  return {
    name = name, method = method, path = data.path, group = data.group or resource.group,
    params = params, reads = reads[method] or false, paging = data.paging, class = class,
    takes_identifier = params.studyIdentifier ~= nil or params.siteIdentifier ~= nil,
    compiled = native.operation {
      method = method, pieces = pieces, entries = entries, strict = strict,
      safe = class == "safe", retry_503 = data.retry_503,
      has_body = in_body or (not strict and with_body[method] or false),
    },
  }
end

--- An operation for one free route, `api:request`.
---@param method string
---@param path string checked: begins with "/"
---@return clinone.Operation
function operation.free(method, path)
  method = method:upper()
  return {
    name = "request", method = method, path = "", params = {}, reads = reads[method] or false,
    takes_identifier = false, class = safe[method] and "safe" or "never",
    compiled = native.operation {
      method = method, pieces = { path }, entries = {}, strict = true, safe = safe[method] or false,
    },
  }
end

return operation
