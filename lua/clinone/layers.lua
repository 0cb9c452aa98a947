--- The layers that settings come from. The later wins: defaults, `CLINONE_*`
-- variables, the environment, options given one by one.

local auth = require "clinone.auth"
local environment = require "clinone.environment"
local errors = require "clinone.error"
local options = require "clinone.options"
local suggest = require "clinone.suggest"
local textfile = require "clinone.textfile"

local layers = {}

local config_error = errors.config

-- option -> variable, beside the secret, which may also stand in a file
local variables = {
  environment = "CLINONE_ENVIRONMENT", environment_name = "CLINONE_ENVIRONMENT_NAME",
  base_url = "CLINONE_BASE_URL", token_url = "CLINONE_TOKEN_URL", scope = "CLINONE_SCOPE",
  client_id = "CLINONE_CLIENT_ID", client_secret = "CLINONE_CLIENT_SECRET",
  catalog = "CLINONE_CATALOG", ca_file = "CLINONE_CA_FILE", proxy = "CLINONE_PROXY",
  dry_run = "CLINONE_DRY_RUN", log = "CLINONE_LOG",
}

--- What the script gives itself is not asked for: a variable that is of no
-- use must not fail the client.
local function read_variables(given)
  local values = {}
  for name, variable in pairs(variables) do
    local value = given[name] == nil and os.getenv(variable)
    if value and value ~= "" then values[name] = value end
  end
  if values.dry_run then
    local text = values.dry_run:lower()
    values.dry_run = not (text == "0" or text == "false" or text == "no")
  end
  if values.log and not options.log_levels[values.log] then
    return config_error(('CLINONE_LOG cannot be "%s"%s'):format(values.log,
      suggest.phrase(values.log, options.log_levels)))
  end
  local path = os.getenv "CLINONE_CLIENT_SECRET_FILE"
  if not values.client_secret and given.client_secret == nil and path and path ~= "" then
    local text, message = textfile.read(path)
    if not text then return config_error("CLINONE_CLIENT_SECRET_FILE cannot be read: " .. message) end
    text = text:gsub("[\r\n]+$", "")
    if text == "" then return config_error(("the secret file %s is empty"):format(path)) end
    values.client_secret = text
  end
  return values
end

--- A base URL from a stray variable must not meet the token of another place.
---@param sources table
---@return boolean|nil ok
---@return clinone.Error|nil err
function layers.check_mixture(sources)
  local base, token = sources.base_url, sources.token_url
  if not (base and token) or (base == "variable") == (token == "variable") then return true end
  local from = base == "variable" and "CLINONE_BASE_URL" or "CLINONE_TOKEN_URL"
  return config_error(
    ("%s is set in the environment, but the %s comes from elsewhere"):format(
      from, base == "variable" and "token URL" or "base URL"),
    ("Unset %s, or set both: a token must not go to a host that it was not asked for."):format(from))
end

local function layer(settings, sources, values, source, only)
  for name, value in pairs(values) do
    if not only or only[name] then
      settings[name] = value
      sources[name] = source
    end
  end
end

local details_of_auth = { client_id = true, client_secret = true, token_url = true, scope = true }
local from_environment = { base_url = true, token_url = true, scope = true, ca_file = true }

--- What a script gives is copied: the client reads some of it later.
local function copy_of(value)
  if type(value) ~= "table" then return value end
  local copy = {}
  for key, inner in pairs(value) do copy[key] = copy_of(inner) end
  return copy
end

local copied = { headers = true, timeout = true, retry = true, variables = true }

local function read_environment(settings, sources, which, name)
  local found, values = environment.load(which, name)
  if not found then return nil, values end
  layer(settings, sources, found, "environment", from_environment)
  for _, key in ipairs { "client_id", "client_secret" } do
    if found[key] and not settings[key] then
      settings[key], sources[key] = found[key], "environment"
    end
  end
  settings.found = {
    values = values.plain, withheld = values.withheld, lookup = values.lookup,
    hmac_key = found.hmac_key, hmac_secret = found.hmac_secret,
  }
  return true
end

--- All layers put together; nothing is opened but the files they name.
---@param given table options as the script gave them, checked; never changed
---@return table|nil settings every option that is set, and `found`: what else the environment file holds
---@return table|clinone.Error sources option -> "variable" | "environment" | "option" | "auth"; or the error, kind `config`
function layers.resolve(given)
  local settings, sources = {}, {}
  local values, err = read_variables(given)
  if not values then return nil, err end
  layer(settings, sources, values, "variable")
  local which = given.environment or values.environment
  if which then
    local ok
    ok, err = read_environment(settings, sources, which, given.environment_name or values.environment_name)
    if not ok then return nil, err end
  end
  layer(settings, sources, given, "option")
  for name in pairs(copied) do settings[name] = copy_of(settings[name]) end
  if auth.is(given.auth) then layer({}, sources, given.auth.settings(), "auth", details_of_auth) end
  return settings, sources
end

return layers
