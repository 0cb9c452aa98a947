--- One operation, made ready: the catalog's data turned into what the core
-- walks, once, at first use.

local defaults = require "clinone.defaults"
local graphql = require "clinone.graphql"
local identifiers = require "clinone.identifiers"
local native = require "clinone.native"
local parameters = require "clinone.parameters"
local suggest = require "clinone.suggest"

local operation = {}

---@class clinone.Operation
---@field name string full name, `patients.create`
---@field method string upper case
---@field path string template, `/patients/{id}`
---@field group string|nil scope group
---@field group_derived boolean|nil the group is a guess: it may explain a refusal, never make one
---@field params table<string, table> as in the catalog
---@field reads boolean GET, HEAD or OPTIONS
---@field paging table|nil how its pages follow each other
---@field takes_identifier boolean takes studyIdentifier or siteIdentifier
---@field strict boolean the catalog is complete
---@field server string|nil key of the catalog's servers
---@field anonymous boolean sent without anything that proves who is calling
---@field body table|nil the body as a whole, where it is not one flat object
---@field steps function[]|nil what Lua does to the parameters first, see `request.build`
---@field sums table<string, integer> where each key goes, as a sum of path 1, query 2, header 4, body 8
---@field in_body fun(key: string): boolean
---@field elsewhere fun(key: string): boolean whether a key has a place outside of the body
---@field spec table what `compiled` was made of
---@field compiled userdata for `session:begin`

local safe = { GET = true, HEAD = true, OPTIONS = true, PUT = true, DELETE = true }
local with_body = { POST = true, PUT = true, PATCH = true }
local BODY = parameters.place.body
local contents = { json = true, form = true, multipart = true, file = true, text = true, graphql = true }
local reads = { GET = true, HEAD = true, OPTIONS = true }

--- An empty table is an empty list where the whole body is one.
local function list_step(_, self, params)
  local body = params.body
  if type(body) == "table" and next(body) == nil and not getmetatable(body) and not self.params.body then
    params.body = native.json.array {}
  end
  return nil
end

--- What Lua does to the parameters before the core walks them; nil: nothing.
local function read_steps(self)
  local steps = {}
  local function only_in_body(key) return self.in_body(key) and not self.elsewhere(key) end
  self.spots, self.spellings = identifiers.read(self.params, self.elsewhere, self.in_body, self.graphql ~= nil)
  self.fills = defaults.read(self.params, only_in_body)
  if self.spots then steps[#steps + 1] = identifiers.step end
  if self.fills then steps[#steps + 1] = defaults.step end
  if self.graphql then steps[#steps + 1] = graphql.step end
  if self.body and self.body.type == "array" then steps[#steps + 1] = list_step end
  return steps[1] and steps or nil
end

--- Compiles an operation. Raises when the catalog's data make no sense.
---@param name string full name
---@param data table the operation as the catalog has it
---@param resource table the resource it stands in
---@param document table the catalog
---@return clinone.Operation
function operation.compile(name, data, resource, document)
  if type(data.method) ~= "string" or type(data.path) ~= "string" then
    parameters.wrong(name, "has no method or no path")
  end
  if data.content ~= nil and not contents[data.content] then
    parameters.wrong(name, "has a body of an unknown kind" .. suggest.phrase(data.content, contents))
  end
  local is_graphql = data.content == "graphql"
  if is_graphql and type((data.graphql or {}).query) ~= "string" then parameters.wrong(name, "has no GraphQL query") end
  local method = data.method:upper()
  local strict = data.strict
  if strict == nil then strict = document.strict or false end
  local params = parameters.read(name, data)
  local pieces = parameters.pieces(name, data.path, params)
  local sums = parameters.places(name, params)
  local entries, position = parameters.entries(params, sums, is_graphql)
  local has_member = false
  for _, sum in pairs(sums) do has_member = has_member or sum >= BODY end
  for i, piece in ipairs(pieces) do
    if type(piece) == "table" then pieces[i] = position[piece[1]] end
  end
  local class = data.retry or (safe[method] and "safe" or "never")
  local is_public = data.public or false
  local self = {
    name = name, method = method, path = data.path, params = params, reads = reads[method] or false,
    group = not is_public and (data.group or resource.group) or nil,
    group_derived = not data.group and resource.group_derived or nil,
    paging = data.paging, class = class, strict = strict, server = data.server, anonymous = is_public,
    takes_identifier = params.studyIdentifier ~= nil or params.siteIdentifier ~= nil,
    graphql = is_graphql and data.graphql or nil, body = data.body,
    sums = sums,
    in_body = function(key) return (sums[key] or 0) >= BODY end,
    elsewhere = function(key) return (sums[key] or 0) % BODY > 0 end,
  }
  self.steps = read_steps(self)
  self.spec = {
    method = method, pieces = pieces, entries = entries, strict = strict,
    safe = class == "safe", retry_503 = data.retry_503, anonymous = is_public,
    content = not is_graphql and data.content or nil, content_type = data.content_type,
    has_body = not data.body and (has_member or not strict and with_body[method] or false),
  }
  self.compiled = native.operation(self.spec)
  return self
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
