--- Makes a client: options become a transport, a token source, a session and
-- a catalog, put together in one table, the client's inside (`core`).

local auth = require "clinone.auth"
local catalog = require "clinone.catalog"
local errors = require "clinone.error"
local event = require "clinone.event"
local handle = require "clinone.handle"
local invoke = require "clinone.invoke"
local native = require "clinone.native"
local options = require "clinone.options"
local shared = require "clinone.shared"
local token = require "clinone.token"

local client = {}

local TOKEN_DEADLINE_MS = 60000 -- for scopes() and can(), which stand in no call

local function config_error(message, hint)
  return nil, errors.new { kind = "config", message = message, hint = hint }
end

local portal = "In ClinOne: API Management > Authentication & Authorization > Add New External Client."

--- How the client proves who it is: the option `auth`, or client credentials
-- from the other options.
local function read_auth(settings)
  local given = settings.auth
  if given ~= nil and not auth.is(given) then
    error("option auth comes from clinone.auth.client_credentials{}, .bearer() or .hmac{}", 0)
  end
  local mode = given and given.mode or "client_credentials"
  local details = given and given.settings() or {}
  if mode ~= "client_credentials" then return mode, details end
  local merged = {}
  for _, name in ipairs { "client_id", "client_secret", "token_url", "scope" } do
    merged[name] = details[name] or settings[name]
  end
  return mode, merged
end

--- What no id, secret or scope has; a secret file read with its line break is
-- the usual cause.
local function check_texts(details)
  for _, name in ipairs { "client_id", "client_secret", "scope" } do
    if details[name] == "" then details[name] = nil end
    if details[name] and details[name]:find "%c" then
      return config_error(name .. " holds a line break or another control character")
    end
  end
  return true
end

local function check_credentials(details)
  local texts, err = check_texts(details)
  if not texts then return nil, err end
  if not details.client_id then
    return config_error("no client id",
      "Set CLINONE_CLIENT_ID, or the option client_id: the id of an External Client. " .. portal)
  elseif not details.client_secret then
    return config_error("no client secret",
      "Set CLINONE_CLIENT_SECRET or CLINONE_CLIENT_SECRET_FILE, or the option client_secret. " .. portal)
  elseif not details.token_url then
    return config_error("no token_url",
      'Set the option token_url or CLINONE_TOKEN_URL; environment = "test" has the published one.')
  elseif not details.scope then
    return config_error("no scope",
      'Set the option scope or CLINONE_SCOPE; environment = "test" has the published one.')
  end
  local ok, _, message = native.text.check_target(details.token_url, "token_url")
  if not ok then
    return config_error(message:find("token_url", 1, true) and message or "token_url: " .. message)
  end
  return true
end

local function check_file(path, what)
  local file, message = io.open(path, "rb")
  if not file then return config_error(("%s cannot be read: %s"):format(what, message)) end
  file:close()
  return true
end

--- Turning verification off is for loopback; anywhere else it must be said
-- twice.
local function check_verify(settings, url, token_url)
  if settings.verify ~= false or settings.allow_insecure then return true end
  local token_host = token_url and native.text.url(token_url)
  if url.loopback and (not token_host or token_host.loopback) then return true end
  return config_error("verify = false would send tokens to anybody who answers",
    "Name your CA with ca_file. Hosts other than loopback need allow_insecure = true as well.")
end

local function user_agent(settings)
  local own = "clinone/" .. native.version
  return settings.app and settings.app .. " " .. own or own
end

local function open_transport(settings)
  for _, name in ipairs { "ca_file", "client_cert", "client_key" } do
    if settings[name] then
      local ok, err = check_file(settings[name], name)
      if not ok then return nil, err end
    end
  end
  local transport, kind, message = shared.transport {
    ca_file = settings.ca_file, client_cert = settings.client_cert,
    client_key = settings.client_key, client_key_password = settings.client_key_password,
    proxy = settings.proxy, verify = settings.verify ~= false, http2 = settings.http2 ~= false,
    max_connections = settings.max_connections or 64,
  }
  if not transport then return nil, errors.new { kind = kind, message = message } end
  return transport
end

--- Header lines of every call: our own, unless the script has one of that
-- name, then the script's, sorted.
local function header_list(core, settings)
  local headers = settings.headers or {}
  local names, given = {}, {}
  for name in pairs(headers) do
    names[#names + 1] = name
    given[name:lower()] = true
  end
  table.sort(names)
  local list = {}
  local function add(name, value)
    if not given[name:lower()] then list[#list + 1] = { name, value } end
  end
  add("User-Agent", user_agent(settings))
  add("Accept", "application/json")
  add("Accept-Encoding", core.transport:encodings())
  for _, name in ipairs(names) do list[#list + 1] = { name, headers[name] } end
  return list
end

--- Limits of a session, from the options.
local function limits(settings)
  local spec = {
    max_body_bytes = settings.max_body_bytes, max_depth = settings.max_depth,
    null_sentinel = settings.null == "sentinel",
  }
  for name, value in pairs(options.timeout_limits(settings.timeout)) do spec[name] = value end
  for name, value in pairs(options.retry_limits(settings.retry)) do spec[name] = value end
  return spec
end

local function open_session(spec)
  local session, kind, message = native.session(spec)
  if not session then
    return nil, errors.new { kind = kind == "validation" and "config" or kind, message = message }
  end
  return session
end

--- Splits a token URL into the origin, which is the session's base, and the
-- rest, which is the operation's path.
local function split_origin(url)
  local origin, rest = url:match "^(%a+://[^/?]+)(.*)$"
  return origin, rest == "" and "/" or rest
end

local origins = { variable = "the environment variables", environment = "the environment", option = "the options" }

--- The source of tokens for client credentials, shared by clients of equal
-- configuration.
local function open_token_source(core, details, settings, sources)
  local key = native.text.digest(details.token_url, details.client_id, details.scope, details.client_secret)
  local cache = settings.token_cache
  if type(cache) ~= "table" then cache = nil end
  local origin, path = split_origin(details.token_url)
  local spec = limits(settings)
  spec.base_url, spec.transport = origin, core.transport
  spec.headers = {
    { "User-Agent", user_agent(settings) }, { "Accept", "application/json" },
    { "Accept-Encoding", core.transport:encodings() },
  }
  local session, err = open_session(spec)
  if not session then return nil, err end
  core.asker = { session = session, transport = core.transport, tell = core.emit }
  return shared.token_source(key .. tostring(cache), function()
    local entries = {}
    for i, name in ipairs { "client_id", "client_secret", "grant_type", "scope" } do
      entries[i] = { key = name, name = name, places = 8, type = "string", required = true }
    end
    return token.client_credentials {
      operation = {
        name = "token", method = "POST", path = "token_url", params = {}, reads = false, takes_identifier = false,
        compiled = native.operation {
          method = "POST", pieces = { path }, entries = entries, strict = true,
          form = true, has_body = true, safe = true, anonymous = true,
        },
      },
      client_id = details.client_id, client_secret = details.client_secret, scope = details.scope,
      key = key, cache = cache,
      origin = (" (client_id came from %s.)"):format(origins[sources.client_id] or "clinone.auth"),
    }
  end)
end

--- The session and the token source, as the way of authentication wants.
local function open_auth(core, spec, mode, details, settings, sources)
  local err
  if mode == "client_credentials" then
    core.tokens, err = open_token_source(core, details, settings, sources)
    if not core.tokens then return nil, err end
    spec.store, spec.token_renewable = core.tokens.store, true
  elseif mode == "bearer" then
    core.tokens = token.bearer(details.token)
    spec.store, spec.token_renewable = core.tokens.store, type(details.token) == "function"
  else
    spec.hmac = details
  end
  core.session, err = open_session(spec)
  if not core.session then return nil, err end
  return true
end

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

--- What was done so far. Connections and token calls are counted over all
-- clients that share them.
---@return table stats `calls`, `attempts`, `retries`, `connections_opened`, `connections_reused`, `token_calls`
function methods.stats(self)
  local core = core_of(self)
  local stats = { token_calls = core.tokens and core.tokens.calls or 0 }
  stats.calls, stats.attempts, stats.retries = core.session:stats()
  if core.closed then
    stats.connections_opened, stats.connections_reused = core.last_opened, core.last_reused
  else
    stats.connections_opened, stats.connections_reused = core.transport:stats()
  end
  return stats
end

local function close(core)
  if core.closed then return end
  core.last_opened, core.last_reused = core.transport:stats()
  core.closed = true
  core.session:close()
  if core.asker then core.asker.session:close() end
  shared.release(core.transport)
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

local function check_base(settings)
  if not settings.base_url then
    return config_error("no base_url: where is the ClinOne API?",
      'Say environment = "test", or set CLINONE_ENVIRONMENT (test, or the path of a Postman environment file), '
      .. "or give the option base_url.")
  end
  return options.check_base_url(settings.base_url)
end

--- Makes a client from resolved settings.
---@param settings table see `options.resolve`
---@param sources table option -> where it came from
---@return clinone.Client|nil
---@return clinone.Error|nil err kind `config`
function client.new(settings, sources)
  local base, url = check_base(settings)
  if not base then return nil, url end
  local mode, details = read_auth(settings)
  local ok, err
  if mode == "client_credentials" then
    ok, err = check_credentials(details)
    if not ok then return nil, err end
  end
  ok, err = check_verify(settings, url, mode == "client_credentials" and details.token_url)
  if not ok then return nil, err end
  local document
  document, err = catalog.load(settings.catalog)
  if not document then return nil, err end

  local core = {
    base_url = base, host = url.host, catalog = document, operations = {}, mode = mode, sources = sources,
    note = settings.note, token_url = details.token_url, dry_run = settings.dry_run or false, closed = false,
    provisional = is_kept_home(document, settings, url),
    in_nginx = type(rawget(_G, "ngx")) == "table" and rawget(_G, "ngx").get_phase ~= nil,
    emit = event.emitter(settings.on_event, settings.log),
  }
  core.held_scopes = function() return held_scopes(core) end
  core.transport, err = open_transport(settings)
  if not core.transport then return nil, err end
  local spec = limits(settings)
  spec.base_url, spec.transport, spec.headers = base, core.transport, header_list(core, settings)
  ok, err = open_auth(core, spec, mode, details, settings, sources)
  if not ok then
    shared.release(core.transport)
    return nil, err
  end
  setmetatable(core, collected)
  local object = handle.new(core, nil, methods)
  client.cores[object] = core
  return object
end

return client
