--- Where an operation goes that the catalog has at a server of its own: a
-- place under the same host and port as base_url, with the client's token, or
-- another host, with nothing that proves who is calling.

local connection = require "clinone.connection"
local errors = require "clinone.error"
local native = require "clinone.native"
local options = require "clinone.options"
local template = require "clinone.postman.template"

local servers = {}

--- Whether two parsed URLs have scheme, host and port in common.
---@param a table
---@param b table
---@return boolean
function servers.same_origin(a, b)
  return a.tls == b.tls and a.port == b.port and a.host:lower() == b.host:lower()
end

local function open(core, base, url)
  local settings = core.settings
  if servers.same_origin(url, native.text.url(core.base_url)) then
    local spec = connection.spec(settings, core.transport, base)
    for name, value in pairs(core.proof) do spec[name] = value end
    local session, err = connection.open(spec)
    if not session then return nil, err end
    return { base_url = base, session = session }
  end
  local ok, err = connection.check_verify(settings, url)
  if not ok then return nil, err end
  local transport
  transport, err = connection.transport(settings, true)
  if not transport then return nil, err end
  core.transports[#core.transports + 1] = transport
  local session
  session, err = connection.open(connection.spec(settings, transport, base, true))
  if not session then return nil, err end
  return { base_url = base, session = session, foreign = true }
end

--- The path "/" alone is the server's own address: where that has a path, a
-- slash after it would be another address.
local function drop_lone_slash(operation, base)
  if operation.path ~= "/" or not base:find "^%a+://[^/]+/." then return end
  local spec = {}
  for key, value in pairs(operation.spec) do spec[key] = value end
  spec.pieces = {}
  operation.spec, operation.compiled = spec, native.operation(spec)
end

local function find(core, name)
  local text = (core.catalog.servers or {})[name]
  if type(text) ~= "string" then return nil, ('the catalog has no server "%s"'):format(name) end
  local resolved, message, hint = core.variables:resolve(text)
  if not resolved then return nil, ('server "%s" of the catalog: %s'):format(name, message), hint end
  local base, url = options.check_base_url(resolved, ('server "%s" of the catalog'):format(name))
  if not base then
    local has_query = resolved:find("?", 1, true)
    return nil, url.message,
      has_query and "Set it without its query, and give that in the call: query = { ... }." or url.hint
  end
  if base == core.base_url then return { base_url = base, session = core.session } end
  if not core.places[base] then
    local place, err = open(core, base, url)
    if not place then return nil, err.message, err.hint end
    core.places[base] = place
  end
  return core.places[base]
end

--- Settles where an operation goes, when it is first used: `session`,
-- `base_url`, `foreign`; or `misplaced`, a function that gives the error of
-- each call.
---@param core table
---@param operation clinone.Operation
function servers.settle(core, operation)
  local name = operation.server
  if name == nil or name == "default" then return drop_lone_slash(operation, core.base_url) end
  local place, message, hint = find(core, name)
  if not place then
    function operation.misplaced()
      return errors.new { kind = "config", operation = operation.name, message = message, hint = hint }
    end
    return
  end
  drop_lone_slash(operation, place.base_url)
  operation.session, operation.base_url, operation.foreign = place.session, place.base_url, place.foreign
  if place.foreign then operation.group, operation.anonymous = nil, true end
end

--- The address of the API that the environment or the script gives under the
-- names in the catalog's default server: `{{APIURL}}`, `https://{{tenant}}.x.com`.
---@param document table the catalog
---@param found clinone.Variables
---@return string|nil name of the variable that is the whole address
---@return string|nil text it may hold variables
---@return "environment"|"option"|nil source
function servers.named_base(document, found)
  local default = (document.servers or {}).default
  if type(default) ~= "string" then return nil end
  local source = found:who_names_host(default)
  return template.only(default), source and default or nil, source
end

--- What the catalog says about where the API is, for a hint.
---@param document table
---@param found clinone.Variables
---@return string
function servers.offer(document, found)
  local default = (document.servers or {}).default
  if type(default) ~= "string" or document.provisional then return "" end
  local resolved, message = found:resolve(default)
  if resolved then return (" The catalog's address is %s: set base_url = %q."):format(resolved, resolved) end
  return (" The catalog's address is %s, and %s."):format(default, message)
end

return servers
