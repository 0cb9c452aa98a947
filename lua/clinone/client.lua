--- Makes a client: options become a transport, a token source, a session and
-- a catalog, put together in one table, the client's inside (`core`).

local connection = require "clinone.connection"
local credentials = require "clinone.credentials"
local event = require "clinone.event"
local handle = require "clinone.handle"
local invoke = require "clinone.invoke"
local native = require "clinone.native"
local place = require "clinone.place"
local shared = require "clinone.shared"

local client = {}

local TOKEN_DEADLINE_MS = 60000 -- for scopes() and can(), which stand in no call

--- Provisional routes are spoken to loopback only, unless asked for outright.
local function is_kept_home(document, settings, url)
  return document.provisional and settings.catalog ~= "builtin" and not url.loopback
end

local methods = {}

local function core_of(self)
  local core = client.cores[self]
  if not core then error("call it with a colon, on a client", 3) end
  return core
end

--- The scopes of the token; fetches one if needed.
---@return string[]|nil scopes nil with no error: the token does not say
---@return clinone.Error|nil err
function methods.scopes(self)
  local core = core_of(self)
  invoke.check_open(core)
  return core.held_scopes()
end

--- How the client proves who it is; never the token or the secret.
---@return table status `mode`, `state` ("none" "fresh" "aging" "expired"), `expires_in` seconds, `scopes`, `client_id`, `token_url`, `scope`, `cache`, `note`, `sources` (option -> where it came from)
function methods.auth_status(self)
  local core = core_of(self)
  local status = { mode = core.mode, note = core.note, sources = {} }
  for name, source in pairs(core.sources) do status.sources[name] = source end
  if core.mode == "hmac" then return status end
  status.state, status.generation, status.expires_in = core.tokens.store:state()
  status.scopes = core.tokens:scopes()
  if core.mode == "client_credentials" then
    status.client_id, status.token_url, status.scope = core.tokens.client_id, core.token_url, core.tokens.scope
    status.cache = core.tokens.cache and "table" or "process"
  end
  return status
end

local function count_connections(core)
  local opened, reused = core.transport:stats()
  local counted = { [core.transport] = true }
  for _, transport in ipairs(core.transports) do
    if not counted[transport] then
      counted[transport] = true
      local more_opened, more_reused = transport:stats()
      opened, reused = opened + more_opened, reused + more_reused
    end
  end
  return opened, reused
end

--- What was done so far. Connections and token calls are counted over all
-- clients that share them.
---@return table stats `calls`, `attempts`, `retries`, `connections_opened`, `connections_reused`, `token_calls`
function methods.stats(self)
  local core = core_of(self)
  local stats = { token_calls = core.tokens and core.tokens.calls or 0 }
  stats.calls, stats.attempts, stats.retries = core.session:stats()
  for _, other in pairs(core.places) do
    local calls, attempts, retries = other.session:stats()
    stats.calls, stats.attempts, stats.retries = stats.calls + calls, stats.attempts + attempts, stats.retries + retries
  end
  if core.closed then
    stats.connections_opened, stats.connections_reused = core.last_opened, core.last_reused
  else
    stats.connections_opened, stats.connections_reused = count_connections(core)
  end
  return stats
end

local function close(core)
  if core.closed then return end
  core.last_opened, core.last_reused = count_connections(core)
  core.closed = true
  core.session:close()
  for _, other in pairs(core.places) do other.session:close() end
  if core.asker then core.asker.session:close() end
  core.proof = nil
  shared.release(core.transport)
  for _, transport in ipairs(core.transports) do shared.release(transport) end
end

--- Ends the client; the last one of equal configuration closes the
-- connections. Safe to call twice.
function methods.close(self)
  close(core_of(self))
end

-- On the inside, not on the object in the script's hand: a handle or a
-- resource that is still in use keeps the client open.
local collected = { __gc = close }

client.cores = setmetatable({}, { __mode = "k" })

local function held_scopes(core)
  if core.mode == "hmac" then return nil end
  local state = core.tokens.store:state()
  if state == "none" or state == "expired" then
    local ok, err = core.tokens:obtain(0, native.system.clock() * 1000 + TOKEN_DEADLINE_MS, core.asker)
    if not ok then return nil, err end
  end
  return core.tokens:scopes()
end

--- The session of base_url, and what proves who is calling.
local function open_session(core, mode, details, settings, sources)
  local err
  core.proof, err = credentials.open(core, mode, details, settings, sources)
  if not core.proof then return nil, err end
  local spec = connection.spec(settings, core.transport, core.base_url)
  for name, value in pairs(core.proof) do spec[name] = value end
  core.session, err = connection.open(spec)
  if not core.session then return nil, err end
  return true
end

local function check_access(mode, details, settings, ready)
  local token_url
  if mode == "client_credentials" then
    local ok, err = credentials.check(details, ready.document.auth or {})
    if not ok then return nil, err end
    token_url = native.text.url(details.token_url)
  end
  local ok, err = connection.check_verify(settings, ready.url)
  if ok and token_url then ok, err = connection.check_verify(settings, token_url) end
  return ok, err
end

--- Makes a client from resolved settings.
---@param settings table see `layers.resolve`; the client keeps it
---@param sources table option -> where it came from
---@return clinone.Client|nil
---@return clinone.Error|nil err kind `config`
function client.new(settings, sources)
  local ready, err = place.find(settings, sources)
  if not ready then return nil, err end
  credentials.complete(settings, sources, ready.document.auth or {})
  local mode, details = credentials.read(settings)
  local ok
  ok, err = check_access(mode, details, settings, ready)
  if not ok then return nil, err end

  local core = {
    base_url = ready.base, host = ready.url.host, catalog = ready.document, variables = ready.variables,
    operations = {}, places = {}, transports = {}, settings = settings, mode = mode, sources = sources,
    note = settings.note, token_url = details.token_url, dry_run = settings.dry_run or false, closed = false,
    provisional = is_kept_home(ready.document, settings, ready.url),
    in_nginx = type(rawget(_G, "ngx")) == "table" and rawget(_G, "ngx").get_phase ~= nil,
    emit = event.emitter(settings.on_event, settings.log),
  }
  core.held_scopes = function() return held_scopes(core) end
  core.transport, err = connection.transport(settings)
  if not core.transport then return nil, err end
  ok, err = open_session(core, mode, details, settings, sources)
  if not ok then
    shared.release(core.transport)
    return nil, err
  end
  settings.client_secret, settings.found, settings.auth = nil, nil, nil
  setmetatable(core, collected)
  local object = handle.new(core, nil, methods)
  client.cores[object] = core
  return object
end

return client
