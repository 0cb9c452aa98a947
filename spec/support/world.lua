--- A sandbox, the clients that talk to it, and the control route by which a
--- spec sets faults and reads what arrived.

local cjson = require "cjson"
local clinone = require "clinone"
local http = require "spec.support.http"
local sandbox = require "spec.support.sandbox"

local world = {}
world.__index = world

world.secrets = {
  ["sandbox-coordinator"] = "made~up+Coordinator/secret=100%2B",
  ["sandbox-reader"] = "made~up+Reader/secret=50%25",
  ["sandbox-outsider"] = "made~up+Outsider/secret=7%7E",
}

--- Starts a sandbox.
---@param options spec.SandboxOptions|nil
function world.start(options)
  return setmetatable({ server = sandbox.start(options), opened = {} }, world)
end

--- Starts a sandbox that plays a catalog.
---@param catalog string JSON
---@param fixtures string|nil JSON
function world.play(catalog, fixtures)
  local paths = {}
  for i, text in ipairs { catalog, fixtures } do
    paths[i] = os.tmpname()
    local file = assert(io.open(paths[i], "wb"))
    file:write(text)
    file:close()
  end
  local ok, self = pcall(world.start, { catalog = paths[1], fixtures = paths[2] })
  for _, path in ipairs(paths) do os.remove(path) end
  if not ok then error(self, 0) end
  self.catalog = cjson.decode(catalog)
  return self
end

--- Ends it, and the clients.
function world:stop()
  self:close_clients()
  self.server.stop()
end

--- Closes what `client` gave.
function world:close_clients()
  for _, api in ipairs(self.opened) do api:close() end
  self.opened = {}
end

--- A client of the sandbox. It shares its token with no other one, retries
--- without waiting, and speaks the built-in catalog, unless told otherwise.
---@param options table|nil options of `clinone.new`
function world:client(options)
  local given = {
    environment = self.server.environment, catalog = "builtin", token_cache = {}, retry = { base = 0.001 },
  }
  for name, value in pairs(options or {}) do given[name] = value end
  if given.token_cache == "shared" then given.token_cache = nil end
  local api = clinone.check(clinone.new(given))
  self.opened[#self.opened + 1] = api
  return api
end

--- A client as another External Client of the fixtures.
---@param id string
---@param options table|nil
function world:client_as(id, options)
  local given = { client_id = id, client_secret = world.secrets[id] }
  for name, value in pairs(options or {}) do given[name] = value end
  return self:client(given)
end

function world:control(method, path, body)
  local answer = assert(http.request {
    method = method, url = self.server.base_url .. "/sandbox" .. path, ca_file = self.server.ca_file,
    headers = body and { ["Content-Type"] = "application/json" } or nil, body = body,
  })
  assert(answer.status < 300, answer.body)
  return answer.body
end

local function escape(text)
  return (text:gsub("[^%w._~-]", function(c) return ("%%%02X"):format(c:byte()) end))
end

--- A token of an External Client, by default the environment file's.
---@param id string|nil
---@return string
function world:token(id)
  local values = self.server.values
  id = id or values.clientId
  self.tokens = self.tokens or {}
  if not self.tokens[id] then
    local answer = assert(http.request {
      method = "POST", url = values.tokenUrl, ca_file = self.server.ca_file,
      headers = { ["Content-Type"] = "application/x-www-form-urlencoded" },
      body = ("grant_type=client_credentials&client_id=%s&client_secret=%s&scope=%s"):format(escape(id),
        escape(world.secrets[id]), escape(values.scope)),
    })
    assert(answer.status == 200, answer.body)
    self.tokens[id] = cjson.decode(answer.body).access_token
  end
  return self.tokens[id]
end

---@class spec.Wire
---@field body string|nil JSON, unless its Content-Type is given
---@field headers table<string, string>|nil
---@field as string|nil id of an External Client
---@field anonymous boolean|nil without a token

--- One request on the bare wire.
---@param method string
---@param path string
---@param options spec.Wire|nil
---@return {status: integer, headers: table<string, string>, body: string}
function world:wire(method, path, options)
  options = options or {}
  local headers = { Authorization = not options.anonymous and "Bearer " .. self:token(options.as) or nil }
  if options.body then headers["Content-Type"] = "application/json" end
  for name, value in pairs(options.headers or {}) do headers[name] = value end
  return assert(http.request {
    method = method, url = self.server.base_url .. path, ca_file = self.server.ca_file, headers = headers,
    body = options.body,
  })
end

--- Records and faults as at the start, and an empty log.
function world:reset()
  self:close_clients()
  self:control("POST", "/reset")
  self:control("DELETE", "/log")
end

--- Sets a fault.
---@param fault table
function world:fault(fault)
  self:control("POST", "/faults", cjson.encode(fault))
end

--- What arrived of one operation ("patients.create", "token"), or of all.
---@param operation string|nil
---@return table[] entries method, operation, route, status, request_id, connection
function world:log(operation)
  local found = {}
  for _, entry in ipairs(cjson.decode(self:control("GET", "/log"))) do
    if not operation or entry.operation == operation then found[#found + 1] = entry end
  end
  return found
end

return world
