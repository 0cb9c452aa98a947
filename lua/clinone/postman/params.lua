--- Parameters of an operation: what stands in path, query, headers and body
-- becomes one table of keys that a script writes.

local headers = require "clinone.postman.headers"
local identifiers = require "clinone.postman.identifiers"
local native = require "clinone.native"
local sample = require "clinone.postman.sample"
local secret = require "clinone.postman.secret"
local template = require "clinone.postman.template"
local text = require "clinone.postman.text"

local params = {}

-- Settings rather than arguments, where the collection has a value for them.
local settings = {}
for name in ([[version apiversion apiver v ver env environment stage tenant tenantid region lang language locale
  basepath prefix apiprefix contextpath apipath]]):gmatch "%a+" do settings[name] = true end

-- Of a list's pages: never required.
local paging_names = {}
for name in ([[page pagenumber pageno pageindex pagesize perpage limit offset skip take top count size cursor next
  nexttoken pagetoken continuationtoken after before start startindex maxresults max]]):gmatch "%a+" do
  paging_names[name] = true
end

local function fold(name)
  return (name:lower():gsub("[^%w]", ""))
end

local longest_name = 256

local function is_name(name)
  return type(name) == "string" and name:find "%S" and #name <= longest_name and native.json.encode(name) ~= nil
end

--- "[required]" or "(required)", or "optional", in a description.
local function asked_for(doc)
  local lower = doc and doc:lower()
  if not lower then return nil end
  if lower:find "[%[(]required[%])]" then return true end
  if lower:find "%f[%a]optional%f[%A]" then return false end
  return nil
end

local function is_id(name)
  return name:find "[iI]d$" ~= nil or name:find "ID$" ~= nil or name:find "[_%-]id$" ~= nil
    or name:find "[iI]dentifier$" ~= nil or name:find "[gG]uid$" ~= nil or name:find "[uU]uid$" ~= nil
end

-- Keys that mean something of their own in a call of any other operation.
local reserved = {
  query = "the table of query parameters", headers = "the table of headers", body = "the body as a whole",
}

local builder = {}
builder.__index = builder

--- A value that may be shown: no template that is left, no placeholder, no secret.
function builder:example(name, value)
  if not value or value == "" or sample.placeholder(value) then return nil end
  if secret.is_name(name) or secret.is_value(value) then return nil end
  if sample.is_template(value) then
    local resolved, _, looped = template.resolve(value, self.scope.values)
    if looped or sample.is_template(resolved) or secret.is_value(resolved) then return nil end
    value = resolved
  end
  return #value <= 1000 and value or nil
end

--- The client variable that a value stands for: a setting of which the
-- collection has a value, or a secret that belongs in no script.
function builder:variable_of(value, any)
  local name = template.only(value)
  if not name or name:sub(1, 1) == "$" then return nil end
  if secret.is_name(name) then return name end
  local known = self.scope.values[name]
  return known and (any or settings[fold(name)]) and name or nil
end

function builder:refer(name)
  self.servers:refer("{{" .. name .. "}}", self.scope)
end

--- A key that is free: `body_id`, `body_id_2`.
function builder:free_key(stem)
  local key, count = stem, 1
  while self.params[key] do
    count = count + 1
    key = stem .. "_" .. count
  end
  return key
end

local function places_of(param)
  local place = param["in"]
  return type(place) == "table" and place or { place }
end

--- Adds a place; false where it is there already.
local function add_place(param, place)
  local list = places_of(param)
  for _, there in ipairs(list) do
    if there == place then return false end
  end
  list[#list + 1] = place
  param["in"] = native.json.array(list)
  return true
end

local function merge_facts(param, other)
  param.doc = param.doc or other.doc
  param.required = param.required or other.required
  if param.example == nil then param.example = other.example end
end

--- Whether two parameters of one name can be the same thing, by their samples.
local function may_be_same(a, b)
  return a.example == nil or b.example == nil or tostring(a.example) == tostring(b.example)
end

--- Adds the second place of a study's or site's identifier. A wire name that
-- differs from the first place's cannot be told.
function builder:join_identifier(key, place, name, param)
  local there = self.params[key]
  local only_path = there["in"] == "path"
  if not only_path and place ~= "path" and (there.name or key) ~= name then
    self.note("warnings", ("%s is written %s and %s in one request; only the first is filled in")
      :format(key, there.name or key, name))
    return
  end
  if only_path and name ~= key then there.name = name end
  if add_place(there, place) then
    there.nested = param.nested
  elseif not param.nested then
    there.nested = nil -- a field of the body itself counts before one inside
  end
  merge_facts(there, param)
end

--- Adds a parameter. Where its key is taken, `clash` says what to do: nil,
-- or fun(there): true (same thing: joined) or false.
function builder:add(place, name, param, clash)
  local identifier = identifiers.key(param.key or name)
  local key = identifier or name
  param.key = nil
  param["in"] = place
  if identifier then
    if param.type ~= "array" then param.type = "string" end
    if self.params[key] then return self:join_identifier(key, place, name, param) end
  end
  local there = self.params[key]
  if there and clash and clash(there) then
    add_place(there, place)
    merge_facts(there, param)
    return
  end
  if there then
    key = self:free_key(place .. "_" .. name)
    self.note("renamed", ("%s stands in the %s, too: that one is %s"):format(name, place, key))
  end
  if key ~= name and place ~= "path" then param.name = name end
  if reserved[key] then
    self.gather("guessed", ("%s is a parameter in the %s: %s = ... is that one, not %s"):format(
      key, place, key, reserved[key]))
  end
  self.params[key] = param
end

function builder:path(path_variables, url_variables)
  for _, variable in ipairs(path_variables) do
    local described = url_variables[variable.name] or {}
    local value = variable.template and "{{" .. variable.name .. "}}" or described.value
    local doc = text.plain(described.description)
    local example = self:example(variable.name, value)
    -- A path takes texts and integers only.
    local is_integer = sample.type(value, example) == "integer"
    local param = {
      type = is_integer and "integer" or "string", required = true, doc = doc,
      example = is_integer and sample.typed(example) or example,
    }
    if self.settings[variable.name] and variable.template then param.variable = variable.name end
    if param.variable then
      self:refer(param.variable)
      self.gather("guessed", ("{{%s}} in the path is a client variable"):format(variable.name))
    elseif variable.template or variable.written then
      self.gather("guessed", ("%s in the path is the parameter %s"):format(
        variable.written or "{{" .. variable.name .. "}}", variable.key))
    end
    self:add("path", variable.key, param)
  end
end

--- Whether a path's {{variable}} is a setting rather than an argument, as far
-- as this path tells.
---@param variable clinone.postman.PathVariable
---@param scope clinone.postman.Scope
---@return boolean
function params.is_setting(variable, scope)
  local name = variable.name
  if not variable.template or name:sub(1, 1) == "$" or identifiers.key(name) then return false end
  local known = scope.values[name] and true or false
  if settings[fold(name)] then return variable.leading or known end
  return variable.leading and (known or not is_id(name))
end

--- Entries of one key, put together.
local function group_query(query)
  local groups, by_key = {}, {}
  for _, entry in ipairs(query) do
    local group = by_key[entry.key]
    if not group then
      group = { key = entry.key, enabled = {}, disabled = {} }
      by_key[entry.key] = group
      groups[#groups + 1] = group
    end
    local list = entry.disabled and group.disabled or group.enabled
    list[#list + 1] = entry
    group.description = group.description or text.plain(entry.description)
  end
  return groups
end

--- Whether a query parameter must be given.
local function query_required(group, value, doc)
  local asked = asked_for(doc)
  if asked ~= nil then return asked or nil end
  if #group.enabled == 0 or value == nil or value == "" or paging_names[fold(group.key)] then return nil end
  return true
end

function builder:query(query)
  for _, group in ipairs(group_query(query)) do
    local name, doc = group.key, group.description
    local entry = group.enabled[1] or group.disabled[1]
    -- "/^var[.][a-z]+$/" is the pattern of a name, in collections made of API descriptions.
    if not is_name(name) or name:find "[%c{}]" or name:find "^/.+/$" then
      self.gather("warnings", ("the query parameter %s is left out: only a script knows its name; give query = {}")
        :format(name == "" and "without a name" or '"' .. text.cut(name, 60) .. '"'))
    else
      local example = self:example(name, entry.value)
      local param = {
        type = sample.type(entry.value, example), required = query_required(group, entry.value, doc), doc = doc,
        example = sample.typed(example),
        variable = not entry.disabled and self:variable_of(entry.value) or nil,
      }
      if #group.enabled > 1 then
        param.type, param.items, param.example = "array", { type = sample.type(entry.value, example) }, nil
      end
      if param.variable then self:refer(param.variable) end
      local enabled = #group.enabled > 0
      self:add("query", name, param, function(there)
        if not enabled or param.type == "array" or not may_be_same(there, param) then return false end
        self.gather("guessed", ("%s in path and query is one parameter"):format(name))
        return true
      end)
    end
  end
end

function builder:header(given)
  local list, bad = headers.read(given)
  for _, name in ipairs(bad) do
    self.note("warnings", ('the header "%s" is left out: HTTP forbids its name'):format(text.cut(name, 60)))
  end
  for _, header in ipairs(list) do
    local name, value, doc = header.key, header.value, text.plain(header.description)
    local asked = asked_for(doc)
    local example = self:example(name, value)
    local param = {
      type = sample.type(value, example), doc = doc, example = sample.typed(example),
      variable = not header.disabled and self:variable_of(value, true) or nil,
    }
    local open = sample.placeholder(value) or sample.is_template(value) and not value:find("{{$", 1, true)
    if param.variable then
      self:refer(param.variable)
      param.required = not self.scope.values[param.variable] or nil
    elseif not header.disabled then
      if open and not example or secret.is_name(name) or secret.is_value(value) then
        param.required = true
      elseif example and not is_id(name) then
        param.default, param.example = example, nil
      end
    end
    if asked ~= nil then param.required = asked or nil end
    self:add("header", name, param)
  end
end

--- Whether a body's field is the very thing that stands in the path: the
-- item's own id, or an id of what it belongs to, in an update.
local function same_as_path(method, path, there, field, key)
  if method ~= "PUT" and method ~= "PATCH" then return false end
  if there["in"] ~= "path" or not may_be_same(there, field) then return false end
  local own = path:match "{([^{}]*)}/?$" == key
  return own or is_id(key)
end

function builder:body(fields, method, path)
  for _, field in ipairs(fields) do
    local name = field.name
    local param = {
      key = field.key, type = field.type, doc = field.doc, required = field.required or nil, fields = field.fields,
      items = field.items, nested = field.nested,
    }
    if not secret.is_name(name) then param.example = field.example end
    if not is_name(name) then
      self.note("warnings", "a field of the body is left out: its name is blank, too long or no text")
    else
      self:add("body", name, param, function(there)
        if not same_as_path(method, path, there, param, name) then return false end
        there.type = param.type or there.type
        self.gather("guessed", ("%s in path and body is one parameter: the record's own"):format(name))
        return true
      end)
    end
  end
end

--- Builds the parameters of one operation.
---@param given { scope: clinone.postman.Scope, servers: clinone.postman.Servers, note: fun(kind: string, reason: string), gather: fun(kind: string, reason: string), settings: table<string, boolean>, url: clinone.postman.Url, path: string, variables: clinone.postman.PathVariable[], header: any, fields: table[]|nil, method: string }
---@return table<string, table>
function params.build(given)
  local self = setmetatable({
    params = {}, scope = given.scope, servers = given.servers, note = given.note, gather = given.gather,
    settings = given.settings,
  }, builder)
  self:path(given.variables, given.url.variables)
  self:query(given.url.query)
  self:header(given.header)
  self:body(given.fields or {}, given.method, given.path)
  return self.params
end

return params
