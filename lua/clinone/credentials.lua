--- Who is calling: the option `auth`, or client credentials from the other
-- options, the environment and the names that the catalog gives them there.

local auth = require "clinone.auth"
local connection = require "clinone.connection"
local errors = require "clinone.error"
local native = require "clinone.native"
local parameters = require "clinone.parameters"
local shared = require "clinone.shared"
local token = require "clinone.token"

local credentials = {}

local config_error = errors.config

local portal = "In ClinOne: API Management > Authentication & Authorization > Add New External Client."

--- Whether neither id nor secret came from elsewhere than the environment: a
-- pair of two places would be none.
local function from_environment_only(sources)
  for _, name in ipairs { "client_id", "client_secret" } do
    if sources[name] and sources[name] ~= "environment" then return false end
  end
  return true
end

--- Fills in id and secret from the environment file, where its usual keys are
-- absent: first under the names that the catalog has read from the
-- collection's scripts, last the keys of the old HMAC recipe, which are the
-- "Client Key and Secret" that the vendor's page tells users to enter.
---@param settings table changed: client_id, client_secret, note
---@param sources table changed
---@param named table the catalog's `auth`
function credentials.complete(settings, sources, named)
  local found = settings.found
  if not found or not from_environment_only(sources) then return end
  for name, variable in pairs { client_id = named.client_id_variable, client_secret = named.client_secret_variable } do
    if not settings[name] and type(variable) == "string" then
      settings[name] = found.lookup(variable)
      sources[name] = settings[name] and "environment"
    end
  end
  if settings.client_id or settings.client_secret or settings.auth then return end
  if found.hmac_key and found.hmac_secret then
    settings.client_id, settings.client_secret = found.hmac_key, found.hmac_secret
    sources.client_id, sources.client_secret = "environment", "environment"
    settings.note = "the environment's hmac_CLIENT_KEY and hmac_SECRET_KEY are used "
      .. "as the External Client's id and secret"
  end
end

--- How the client proves who it is.
---@param settings table
---@return "client_credentials"|"bearer"|"hmac" mode
---@return table details
function credentials.read(settings)
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

--- What the vendor's collection says of a setting. It is offered, never
-- taken: where a secret goes, the user decides.
local function offer(named, name)
  local value = named[name]
  if type(value) ~= "string" then return "" end
  local place = type(named.place) == "string" and (" (%s)"):format(named.place:match "^%((.*)%)$" or named.place) or ""
  return (" The vendor's collection%s says: set %s = %q."):format(place, name, value)
end

local function spelled(named, name)
  local variable = named[name .. "_variable"]
  return type(variable) == "string" and (" An environment file may have it as %s, too."):format(variable) or ""
end

--- Checks what client credentials need.
---@param details table
---@param named table the catalog's `auth`
---@return boolean|nil ok
---@return clinone.Error|nil err
function credentials.check(details, named)
  local texts, err = check_texts(details)
  if not texts then return nil, err end
  if not details.client_id then
    return config_error("no client id", "Set CLINONE_CLIENT_ID, or the option client_id: the id of an External Client. "
      .. portal .. spelled(named, "client_id"))
  elseif not details.client_secret then
    return config_error("no client secret",
      "Set CLINONE_CLIENT_SECRET or CLINONE_CLIENT_SECRET_FILE, or the option client_secret. "
      .. portal .. spelled(named, "client_secret"))
  elseif not details.token_url then
    return config_error("no token_url",
      'Set the option token_url or CLINONE_TOKEN_URL; environment = "test" has the published one.'
      .. offer(named, "token_url"))
  elseif not details.scope then
    return config_error("no scope",
      'Set the option scope or CLINONE_SCOPE; environment = "test" has the published one.' .. offer(named, "scope"))
  end
  local ok, _, message = native.text.check_target(details.token_url, "token_url")
  if not ok then
    return config_error(message:find("token_url", 1, true) and message or "token_url: " .. message)
  end
  return true
end

--- Splits a token URL into the origin, which is the session's base, and the
-- rest, which is the operation's path.
local function split_origin(url)
  local origin, rest = url:match "^(%a+://[^/?]+)(.*)$"
  return origin, rest == "" and "/" or rest
end

local origins = { variable = "the environment variables", environment = "the environment", option = "the options" }

local function token_operation(path)
  local entries = {}
  for i, name in ipairs { "client_id", "client_secret", "grant_type", "scope" } do
    entries[i] = { key = name, name = name, places = parameters.place.body, type = "string", required = true }
  end
  return {
    name = "token", method = "POST", path = "token_url", params = {}, reads = false, takes_identifier = false,
    compiled = native.operation {
      method = "POST", pieces = { path }, entries = entries, strict = true,
      content = "form", has_body = true, safe = true, anonymous = true,
    },
  }
end

--- The source of tokens for client credentials, shared by clients of equal
-- configuration.
local function open_token_source(core, details, settings, sources)
  local key = native.text.digest(details.token_url, details.client_id, details.scope, details.client_secret)
  local cache = settings.token_cache
  if type(cache) ~= "table" then cache = nil end
  local origin, path = split_origin(details.token_url)
  local session, err = connection.open(connection.spec(settings, core.transport, origin, true))
  if not session then return nil, err end
  core.asker = { session = session, transport = core.transport, tell = core.emit }
  return shared.token_source(key .. tostring(cache), function()
    return token.client_credentials {
      operation = token_operation(path),
      client_id = details.client_id, client_secret = details.client_secret, scope = details.scope,
      key = key, cache = cache,
      origin = (" (client_id came from %s.)"):format(origins[sources.client_id] or "clinone.auth"),
    }
  end)
end

--- What a session needs to prove who is calling, as fields of its spec.
---@param core table gets `tokens` and `asker`
---@param mode string
---@param details table
---@param settings table
---@param sources table
---@return table|nil proof `store`, `token_renewable`, `hmac`
---@return clinone.Error|nil err
function credentials.open(core, mode, details, settings, sources)
  if mode == "hmac" then return { hmac = details } end
  if mode == "bearer" then
    core.tokens = token.bearer(details.token)
    return { store = core.tokens.store, token_renewable = type(details.token) == "function" }
  end
  local err
  core.tokens, err = open_token_source(core, details, settings, sources)
  if not core.tokens then return nil, err end
  return { store = core.tokens.store, token_renewable = true }
end

return credentials
