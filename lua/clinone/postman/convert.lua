--- One request as one operation of the catalog.

local auth = require "clinone.postman.auth"
local body = require "clinone.postman.body"
local examples = require "clinone.postman.examples"
local header_list = require "clinone.postman.header_list"
local paging = require "clinone.postman.paging"
local params = require "clinone.postman.params"
local path = require "clinone.postman.path"
local report = require "clinone.postman.report"
local scripts = require "clinone.postman.scripts"
local text = require "clinone.postman.text"
local url = require "clinone.postman.url"

local convert = {}

local longest_method = 15 -- CLN_METHOD_MAX in request.h

--- The method as it is sent, or nil, reason.
---@param given any
---@return string|nil method
---@return string|nil reason
function convert.method(given)
  if given == nil then return "GET" end
  if type(given) ~= "string" then return nil, "its method is no text" end
  local method = text.trim(given):upper()
  if method == "" then return "GET" end
  if #method > longest_method or not method:find "^%a+$" then
    return nil, ('"%s" is no HTTP method'):format(text.cut(method, 40))
  end
  return method
end

--- What examples need of a URL: where it leads, below the same server.
local function reader(servers, entry)
  return function(given, documented)
    local read = url.read(given, documented)
    if not read then return nil end
    local segments = servers:below(read, entry.scope, entry.place)
    local query
    for _, parameter in ipairs(read.query) do
      if not parameter.disabled and parameter.key ~= "" then
        query = query or {}
        if query[parameter.key] == nil then query[parameter.key] = parameter.value or "" end
      end
    end
    return { path = path.text(segments, read.trailing_slash), query = query, variables = read.variables }
  end
end

local function tell_concrete(read, note)
  for _, segment in ipairs(read.segments) do
    if path.is_concrete(segment) then
      note("warnings", "its path holds one record's own id, not a variable: every call goes to that record")
      return
    end
  end
end

--- Pages are asked for where a script needs them.
local function free_paging(operation)
  local recognised = operation.paging
  if not recognised then return end
  for _, what in ipairs { "page", "size", "offset", "cursor" } do
    local param = recognised[what] and operation.params[recognised[what]]
    if param then param.required = nil end
  end
end

--- Where a request goes.
---@param entry clinone.postman.Request with its `url`
---@param servers clinone.postman.Servers
---@return table|nil route `method`, `path`, `server`, `variables` of the path, `segments`
---@return string|nil reason
function convert.route(entry, servers)
  local read = entry.url
  local method, reason = convert.method(entry.request.method)
  if not method then return nil, reason end
  local segments, server = servers:place(read, entry.scope, entry.place)
  if not segments then return nil, server end
  local template, variables = path.build {
    segments = segments, trailing_slash = read.trailing_slash, variables = read.variables,
  }
  if not template then return nil, variables end
  return { method = method, path = template, server = server, variables = variables, segments = segments }
end

--- Whether a request is sent without auth: it says so, and has no header that
-- says otherwise; or it is the one that gets the token.
local function is_public(entry, proof, found)
  local gets_token = scripts.token_request(entry.request, entry.place, found)
  return gets_token or proof.public and not header_list.find(entry.request.header, "authorization")
end

--- The variables in paths that are settings of a client: those that are one
-- wherever the path shows it, unless most paths show the contrary.
---@param entries clinone.postman.Request[] with their `route`
---@return table<string, boolean>
function convert.settings(entries)
  local votes, settings = {}, {}
  for _, entry in ipairs(entries) do
    for _, variable in ipairs(entry.route.variables) do
      local vote = params.is_setting(variable, entry.scope) and 1 or -1
      if variable.template then votes[variable.name] = (votes[variable.name] or 0) + vote end
    end
  end
  for name, sum in pairs(votes) do settings[name] = sum > 0 end
  return settings
end

--- Converts a request.
---@param entry clinone.postman.Request with its `url` and `route`
---@param settings table<string, boolean> see `convert.settings`
---@param servers clinone.postman.Servers
---@param found table[] what token requests tell is added
---@param account clinone.postman.Report
---@return table operation as in the catalog
---@return clinone.postman.Auth proof
function convert.request(entry, settings, servers, found, account)
  local function note(kind, reason) report.add(account, kind, entry.place, reason) end
  local function gather(kind, reason) report.gather(account, kind, entry.place, reason) end
  local request, route = entry.request, entry.route
  if entry.url.userinfo then note("warnings", "its URL holds a user name or password, which is left out") end
  tell_concrete(route, note)
  local content = body.read(request, route.method, note, entry.keep_body) or {}
  local proof = auth.resolve(entry.auths)
  local operation = {
    name = entry.name ~= "" and entry.name or nil,
    doc = text.plain(request.description) or text.plain(entry.item.description),
    method = route.method, path = route.path, server = route.server,
    public = is_public(entry, proof, found) or nil,
    content = content.content ~= "json" and content.content or nil, content_type = content.content_type,
    graphql = content.graphql, body = content.body,
    params = params.build {
      scope = entry.scope, servers = servers, note = note, gather = gather, settings = settings,
      url = entry.url, path = route.path, variables = route.variables,
      header = request.header, fields = content.params, method = route.method,
    },
  }
  operation.examples = examples.read(entry.item.response, operation, reader(servers, entry), note)
  operation.paging = paging.recognise(operation)
  free_paging(operation)
  return operation, proof
end

return convert
