--- The collections of spec/collections: read, counted by hand, imported, and
--- their outcome put into the form that the golden files have.
--
-- A golden file is written anew with
--   WRITE_GOLDENS=1 sh .ci/specs.sh 5.4 plain spec/postman_golden_spec.lua
-- and read by a person before it is kept: it says what is right, not what is.

local json = require("clinone.native").json

local postman = {}

local DIRECTORY = "spec/collections/"

local function read_file(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

--- The path of a collection.
---@param name string
function postman.path(name) return DIRECTORY .. name .. ".json" end

--- Its text.
---@param name string
function postman.text(name) return read_file(postman.path(name)) end

--- Its table.
---@param name string
function postman.document(name) return (assert(json.decode(postman.text(name), 1024))) end

local function sorted(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

--- The keys of an object or a list, in an order that is the same on every Lua.
---@param map table
function postman.sorted_keys(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    if type(a) ~= type(b) then return type(a) == "number" end
    return a < b
  end)
  return keys
end

-- --- counting ---------------------------------------------------------------

--- How many requests a list of items holds, by the format's own words: what has
-- a list of items is a folder, any other object is a request.
---@param items any
---@return integer
function postman.count(items)
  local count = 0
  if type(items) ~= "table" then return 0 end
  for _, item in ipairs(items) do
    if type(item) == "table" then
      count = count + (type(item.item) == "table" and postman.count(item.item) or 1)
    end
  end
  return count
end

--- Calls `visit(full_name, operation, resource)` for each operation, in order of names.
---@param resources table|nil
---@param visit fun(name: string, operation: table, resource: table)
---@param above string|nil
function postman.each_operation(resources, visit, above)
  for _, name in ipairs(sorted(resources or {})) do
    local resource, full = resources[name], (above or "") .. name
    for _, key in ipairs(sorted(resource.operations or {})) do
      visit(full .. "." .. key, resource.operations[key], resource)
    end
    postman.each_operation(resource.resources, visit, full .. ".")
  end
end

-- --- the outline ------------------------------------------------------------

local shape

local function fields_of(fields)
  local list = {}
  for _, name in ipairs(sorted(fields)) do list[#list + 1] = name .. shape(fields[name]) end
  return "{" .. table.concat(list, " ") .. "}"
end

-- ":integer", ":object{city geo:object{lat:number}}", ":array<:string>"; "" for a string.
function shape(param)
  local text = param.type and param.type ~= "string" and ":" .. param.type or ""
  if param.fields then text = text .. fields_of(param.fields) end
  if param.items then text = text .. "<" .. shape(param.items) .. ">" end
  return text
end

local function places_of(param)
  local list = param["in"] or "query"
  return type(list) == "table" and table.concat(list, "+") or list
end

-- "status@query", "id@path!" (required), "=wire", "~default", "$variable", "[nested place]"
local function outline_of_param(key, param)
  local parts = { key, "@", places_of(param), param.required and "!" or "", shape(param) }
  if param.name and param.name ~= key then parts[#parts + 1] = "=" .. param.name end
  if param.default ~= nil then parts[#parts + 1] = "~" .. json.encode(param.default) end
  if param.variable then parts[#parts + 1] = "$" .. param.variable end
  if param.nested then parts[#parts + 1] = "[" .. table.concat(param.nested, ".") .. "]" end
  return table.concat(parts)
end

local function pairs_of(map)
  local list = {}
  for _, key in ipairs(sorted(map)) do
    local value = map[key]
    list[#list + 1] = key .. "=" .. (type(value) == "string" and value or json.encode(value))
  end
  return table.concat(list, " ")
end

local function outline_of_example(example)
  local parts = { "  answer", tostring(example.status), example.method or "-", example.path or "-" }
  if example.query then parts[#parts + 1] = "?" .. pairs_of(example.query) end
  parts[#parts + 1] = example.name and '"' .. example.name .. '"' or "-"
  if example.content_type then parts[#parts + 1] = example.content_type end
  if example.headers then parts[#parts + 1] = pairs_of(example.headers) end
  parts[#parts + 1] = example.body and ("%d bytes"):format(#example.body) or "no body"
  return table.concat(parts, " ")
end

--- What an operation is, in a few lines of text.
local function outline_of(name, operation, lines)
  local parts = { name }
  if operation.aliases then parts[2] = "(" .. table.concat(operation.aliases, ", ") .. ")" end
  parts[#parts + 1] = operation.method .. " " .. operation.path
  for _, key in ipairs(sorted(operation.params or {})) do
    parts[#parts + 1] = outline_of_param(key, operation.params[key])
  end
  for _, key in ipairs { "server", "content", "content_type" } do
    if operation[key] then parts[#parts + 1] = "| " .. key .. " " .. operation[key] end
  end
  if operation.public then parts[#parts + 1] = "| public" end
  if operation.graphql then parts[#parts + 1] = "| graphql " .. (operation.graphql.operation or "-") end
  if operation.body then parts[#parts + 1] = "| body" .. shape(operation.body) end
  if operation.paging then parts[#parts + 1] = "| paging " .. pairs_of(operation.paging) end
  lines[#lines + 1] = table.concat(parts, " ")
  for _, example in ipairs(operation.examples or {}) do lines[#lines + 1] = outline_of_example(example) end
end

--- The catalog's operations, one line each, and one for each saved answer.
---@param catalog table
---@return string[]
function postman.outline(catalog)
  local lines = {}
  postman.each_operation(catalog.resources, function(name, operation) outline_of(name, operation, lines) end)
  return lines
end

-- --- golden files -----------------------------------------------------------

local function pretty(value, indent, out)
  if type(value) ~= "table" or next(value) == nil then
    out[#out + 1] = json.encode(value)
    return
  end
  local is_list = value[1] ~= nil
  local keys = is_list and value or sorted(value)
  out[#out + 1] = is_list and "[\n" or "{\n"
  for i, key in ipairs(keys) do
    out[#out + 1] = indent .. "  "
    if not is_list then out[#out + 1] = json.encode(key) .. ": " end
    pretty(is_list and key or value[key], indent .. "  ", out)
    out[#out + 1] = i < #keys and ",\n" or "\n"
  end
  out[#out + 1] = indent .. (is_list and "]" or "}")
end

--- What a golden file holds for this outcome, as text.
---@param catalog table
---@param report table
---@return string
function postman.golden(catalog, report)
  local groups = {}
  for name, resource in pairs(catalog.resources) do groups[name] = resource.group end
  local out = {}
  pretty({
    report = report, outline = postman.outline(catalog), title = catalog.title, doc = catalog.doc,
    inferred = catalog.inferred, servers = catalog.servers, variables = catalog.variables, auth = catalog.auth,
    groups = groups, source = {
      kind = catalog.source.kind, schema = catalog.source.schema, published = catalog.source.published,
      id = catalog.source.id, name = catalog.source.name,
    },
  }, "", out)
  return table.concat(out) .. "\n"
end

--- The golden text of a collection; written first where that was asked for.
---@param name string
---@param text string what the import has just given
---@return string
function postman.expected(name, text)
  local path = DIRECTORY .. "golden/" .. name .. ".json"
  if os.getenv "WRITE_GOLDENS" then
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
  end
  return read_file(path)
end

-- --- encodings --------------------------------------------------------------

--- The text as UTF-16; ASCII and the two planes' worth that the specs need.
---@param text string UTF-8
---@param big boolean|nil big-endian
---@return string
function postman.utf16(text, big)
  local out = {}
  local function unit(code)
    local high, low = math.floor(code / 256), code % 256
    out[#out + 1] = big and string.char(high, low) or string.char(low, high)
  end
  for char in text:gmatch "[%z\1-\127\194-\244][\128-\191]*" do
    local code = char:byte()
    if #char > 1 then
      code = code % 2 ^ (7 - #char)
      for i = 2, #char do code = code * 64 + char:byte(i) % 64 end
    end
    if code >= 0x10000 then
      unit(0xD800 + math.floor((code - 0x10000) / 1024))
      unit(0xDC00 + (code - 0x10000) % 1024)
    else
      unit(code)
    end
  end
  return table.concat(out)
end

return postman
