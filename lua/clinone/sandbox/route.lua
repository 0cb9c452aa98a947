--- One operation of a catalog as a route: what is needed to recognise a request
--- for it, to check it and to answer it.

local examples = require "clinone.sandbox.examples"
local paths = require "clinone.sandbox.paths"
local references = require "clinone.sandbox.references"

local route = {}

local PAGING_KEYS = { page = true, size = true, offset = true, cursor = true }

---@class clinone.sandbox.Route
---@field operation string "patients.create"
---@field names table<string, boolean> that name and its aliases
---@field method string
---@field path string template, "/patients/{id}"
---@field variables string[] names of the path's variables, in their order
---@field group string|nil scope group
---@field public boolean asks for no token
---@field server string|nil another server of the catalog
---@field inferred boolean made from examples, which show few of the fields
---@field strict boolean whether unknown keys are refused
---@field params table<string, table<string, table>> place -> name on the wire -> the catalog's parameter
---@field content string "json", "form", "multipart", "text", "file", "graphql"
---@field body_type string type of the whole body, "object"
---@field graphql table|nil
---@field paging table|nil the catalog's
---@field examples clinone.sandbox.Example[]
---@field role "list"|"create"|"get"|"replace"|"patch"|"delete"|false|nil none: no state is kept
---@field collection string template of the collection, parameters unnamed
---@field item_param string|nil name of the last path parameter of an item
---@field key string[]|nil natural key
---@field resource string

-- What a JSON null or a wrong type in a file by hand leaves behind is no table.
local function table_or_nil(value)
  return type(value) == "table" and value or nil
end

local function text_or_nil(value)
  return type(value) == "string" and value or nil
end

-- Parameters by place and name on the wire. One that stands deeper inside a body
-- is no member of it.
local function by_place(params)
  local places = { path = {}, query = {}, header = {}, body = {} }
  for key, param in pairs(params) do
    local list = table_or_nil(param) and param["in"] or "query"
    for _, place in ipairs(type(list) == "table" and list or { list }) do
      if table_or_nil(param) and places[place] and not (place == "body" and table_or_nil(param.nested)) then
        places[place][text_or_nil(param.name) or key] = param
      end
    end
  end
  return places
end

-- The catalog's `paging` names keys of parameters; a request has the API's names.
local function on_the_wire(paging, params)
  if not paging then return nil end
  local own = {}
  for key, value in pairs(paging) do
    local param = PAGING_KEYS[key] and table_or_nil(params[value])
    if key == "first" or text_or_nil(value) then own[key] = param and text_or_nil(param.name) or value end
  end
  return own
end

-- The fields of a natural key; the two identifiers are known under our spelling.
local function fields_of(key, params)
  if not key then return nil end
  local own = {}
  for i, name in ipairs(key) do
    local param = not references.known(tostring(name)) and table_or_nil(params[name])
    own[i] = param and text_or_nil(param.name) or tostring(name)
  end
  return own
end

-- "{{pci-host}}/v2": whoever sets that variable to the sandbox asks for "/v2/...".
local function server_prefix(catalog, name)
  local server = name and (table_or_nil(catalog.servers) or {})[name]
  return text_or_nil(server) and server:match("^{{[^{}]*}}(/.-)/*$") or ""
end

--- Reads an operation.
---@param catalog table
---@param resource string its resource, dotted
---@param group string|nil the resource's scope group
---@param operation_name string
---@param operation table
---@return clinone.sandbox.Route|nil
---@return string|nil message
function route.read(catalog, resource, group, operation_name, operation)
  local name = resource .. "." .. operation_name
  if not table_or_nil(operation) or not text_or_nil(operation.method) or not text_or_nil(operation.path)
    or operation.path:sub(1, 1) ~= "/" then
    return nil, ("%s needs a method and a path that begins with /"):format(name)
  end
  local server, body = text_or_nil(operation.server), table_or_nil(operation.body)
  if server == "default" then server = nil end
  local params = table_or_nil(operation.params) or {}
  local inferred = catalog.inferred == true
  local strict = operation.strict
  if type(strict) ~= "boolean" then strict = catalog.strict == true end
  local made = {
    operation = name, names = { [name] = true }, resource = resource,
    method = operation.method:upper(), path = server_prefix(catalog, server) .. operation.path,
    group = text_or_nil(operation.group) or group, server = server,
    -- A client sends no token to another server than its own.
    public = operation.public == true or server ~= nil,
    inferred = inferred, strict = strict,
    params = by_place(params),
    content = text_or_nil(operation.content) or "json", body_type = body and text_or_nil(body.type) or "object",
    graphql = table_or_nil(operation.graphql), paging = on_the_wire(table_or_nil(operation.paging), params),
    key = fields_of(table_or_nil(operation.key), params),
  }
  for _, alias in ipairs(table_or_nil(operation.aliases) or {}) do
    if text_or_nil(alias) then made.names[resource .. "." .. alias] = true end
  end
  made.template = paths.read(made.path)
  made.variables = made.template.names
  made.examples = examples.read(made, table_or_nil(operation.examples) or {})
  return made
end

--- A route that answers by examples alone: those saved under another method or
--- path, and all where letters and ids do not count.
---@param of clinone.sandbox.Route
---@param kept clinone.sandbox.Example[]
---@param template table
---@param method string
---@return clinone.sandbox.Route
function route.of_examples(of, kept, template, method)
  return setmetatable({
    method = method, template = template, variables = template.names, role = false, examples = kept,
    params = by_place {}, strict = false,
  }, { __index = of })
end

return route
