--- Lua snippets for an operation, with sensible values for what it demands.

local facts = require "clinone.catalog.facts"
local native = require "clinone.native"
local walk = require "clinone.catalog.walk"

local snippet = {}

local LONGEST_LINE, MOST_FIELDS = 90, 3

-- Examples where the catalog has none; by key, else by type.
local by_key = { studyIdentifier = '"ONC-301"', siteIdentifier = '"1042"' }
local by_type = {
  string = '"..."', integer = "1", number = "1.5", boolean = "true", object = "{ }",
  any = '"..."', file = 'clinone.file "report.pdf"',
}

-- Likewise for strings, by what their key looks like.
local by_look = {
  { "[Ee]mail$", '"someone@example.org"' }, { "[Dd]ate$", '"2026-01-31"' }, { "[Nn]ame$", '"Example"' },
  { "[Uu]rl$", '"https://example.org"' }, { "^id$", '"7f3c"' }, { "[a-z_]I[dD]$", '"7f3c"' }, { "_id$", '"7f3c"' },
}

local function literal(value, kind)
  if value == nil or value == native.null then return nil end
  if kind == "integer" or kind == "number" then
    local number = tonumber(value)
    return number and number == number and math.abs(number) < math.huge and tostring(value) or nil
  elseif kind == "boolean" then
    return (value == true or value == "true") and "true" or (value == false or value == "false") and "false" or nil
  elseif type(value) == "string" and value ~= "" and not value:find("{{", 1, true) and #value <= 60 then
    return walk.quoted(value)
  elseif type(value) == "number" then
    return walk.quoted(("%.14g"):format(value))
  end
  return nil
end

local scalar = { string = true, integer = true, number = true, boolean = true }

local value_of

local function assignment(key, param)
  local name = walk.is_identifier(key) and key or "[" .. walk.quoted(key) .. "]"
  return name .. " = " .. value_of(key, param)
end

--- An object with the first few of its plain fields.
local function object_of(fields)
  local parts = {}
  for _, key in ipairs(type(fields) == "table" and walk.sorted_keys(fields) or {}) do
    local field = fields[key]
    if #parts < MOST_FIELDS and type(field) == "table" and scalar[field.type] then
      parts[#parts + 1] = assignment(key, field)
    end
  end
  return #parts > 0 and ("{ %s }"):format(table.concat(parts, ", ")) or by_type.object
end

--- A list of one: an empty one says nothing in a query.
local function list_of(items)
  local kind = type(items) == "table" and items.type or "any"
  if kind == "object" then return ("{ %s }"):format(object_of(items.fields)) end
  return ("{ %s }"):format(scalar[kind] and by_type[kind] or by_type.any)
end

function value_of(key, param)
  if by_key[key] then return by_key[key] end
  local kind = param.type or "any"
  if kind == "array" then return list_of(param.items) end
  if kind == "object" then return object_of(param.fields) end
  local from_example = (scalar[kind] or kind == "any") and literal(param.example, kind)
  if from_example then return from_example end
  for _, look in ipairs(kind == "string" and by_look or {}) do
    if key:find(look[1]) then return look[2] end
  end
  return by_type[kind] or by_type.any
end

--- What a script has to give: required, and not filled in by anything else.
local function demanded(entry)
  local params = facts.params(entry)
  local keys = {}
  for _, key in ipairs(facts.param_order(params)) do
    local param = params[key]
    if param.required and param.default == nil and param.variable == nil then
      keys[#keys + 1] = key
    end
  end
  return keys, params
end

--- A body is wanted and nothing of it is required: whose it is, and a first few
-- of its other fields.
local function body_keys(entry, params)
  if entry.method ~= "POST" and entry.method ~= "PUT" and entry.method ~= "PATCH" then return {} end
  local keys, others = {}, 0
  for _, key in ipairs(facts.param_order(params)) do
    local param = params[key]
    if not param.required and facts.places_of(param)[1] == "body" and not param.nested then
      if by_key[key] then
        table.insert(keys, #keys - others + 1, key)
      elseif others < MOST_FIELDS then
        others = others + 1
        keys[#keys + 1] = key
      end
    end
  end
  return keys
end

local function arguments(keys, params)
  local parts = {}
  for i, key in ipairs(keys) do parts[i] = assignment(key, params[key]) end
  return parts
end

--- A call with these arguments, on one line where they fit.
local function with_arguments(call, parts)
  local by_name = call:match '^(api:%w+%(.*)%)$' -- api:call("x.y"), api:each("x.y")
  local open, close = call, ""
  if by_name then open, close = by_name .. ",", ")" end
  if #parts == 0 then return by_name and call or call .. "()" end
  local line = ("%s { %s }%s"):format(open, table.concat(parts, ", "), close)
  if #line <= LONGEST_LINE then return line end
  return ("%s {\n  %s,\n}%s"):format(open, table.concat(parts, ",\n  "), close)
end

local result_names = { list = "page", get = "record", create = "created", update = "updated", delete = "done" }

--- What the body is where it is not made of named fields.
local function whole_body(entry, params)
  local body = entry.data.body
  if type(body) ~= "table" or params.body then return nil end
  if body.type == "array" then return "body = " .. list_of(body.items or { type = "object" }) end
  return "body = " .. (body.type == "file" and by_type.file or '"..."')
end

--- The value that may stand alone, for the one path parameter.
local function lone_value(entry, keys, params, parts)
  if #parts ~= 1 or #keys ~= 1 or not entry.call:find "^[%w_.]+:[%w_]+$" then return nil end
  local places = facts.places_of(params[keys[1]])
  if places[1] ~= "path" or #places > 1 then return nil end
  return value_of(keys[1], params[keys[1]]):match '^".*"$'
end

--- A PUT replaces the whole record: it is read first. Nil where that cannot be
-- told from the catalog.
local function read_and_change(entry, keys, params)
  if entry.method ~= "PUT" or #keys ~= 1 or entry.data.body then return nil end
  local id, changed = keys[1], nil
  local places = facts.places_of(params[id])
  if places[1] ~= "path" or places[2] ~= "body" then return nil end
  for _, key in ipairs(facts.param_order(params)) do
    local param = params[key]
    if not changed and not by_key[key] and walk.is_identifier(key) and scalar[param.type]
      and facts.places_of(param)[1] == "body" then
      changed = key
    end
  end
  for _, other in ipairs(changed and entry.resource.entries or {}) do
    local wanted = demanded(other)
    if other.names[1] == "get" and other.path == entry.path and #wanted == 1 and wanted[1] == id then
      return ("%s\nrecord.%s\nlocal updated = clinone.check(%s(record))"):format(snippet.call(other),
        assignment(changed, params[changed]), entry.call)
    end
  end
  return nil
end

--- The plain call.
---@param entry clinone.catalog.Entry
---@return string code
function snippet.call(entry)
  local keys, params = demanded(entry)
  local read_first = read_and_change(entry, keys, params)
  if read_first then return read_first end
  local in_body = false
  for _, key in ipairs(keys) do
    in_body = in_body or facts.places_of(params[key])[1] == "body"
  end
  if not in_body then
    for _, key in ipairs(body_keys(entry, params)) do keys[#keys + 1] = key end
  end
  local parts = arguments(keys, params)
  parts[#parts + 1] = whole_body(entry, params)
  local value = lone_value(entry, keys, params, parts)
  local call = value and entry.call .. " " .. value or with_arguments(entry.call, parts)
  return ("local %s = clinone.check(%s)"):format(result_names[entry.names[1]] or "result", call)
end

--- A loop over all pages.
---@param entry clinone.catalog.Entry
---@return string code
function snippet.each(entry)
  local keys, params = demanded(entry)
  local place = entry.resource
  local call = place.list == entry and place.access and place.access .. ":each"
    or ("api:each(%s)"):format(walk.quoted(place.name .. "." .. entry.names[1]))
  return ("for record in %s do\n  print(record)\nend"):format(with_arguments(call, arguments(keys, params)))
end

return snippet
