--- The options of `clinone.new`: which there are, what type each has, and
-- the layers they come from. The later layer wins: defaults, `CLINONE_*`
-- variables, the environment, options given one by one.

local auth = require "clinone.auth"
local environment = require "clinone.environment"
local errors = require "clinone.error"
local native = require "clinone.native"
local suggest = require "clinone.suggest"
local textfile = require "clinone.textfile"

local options = {}

-- option -> Lua types it may have
local known = {
  environment = "string", environment_name = "string",
  base_url = "string", token_url = "string", scope = "string",
  client_id = "string", client_secret = "string", auth = "table",
  catalog = "string table",
  timeout = "number table", retry = "boolean table",
  ca_file = "string", client_cert = "string", client_key = "string", client_key_password = "string",
  proxy = "string", verify = "boolean", allow_insecure = "boolean",
  headers = "table", null = "string", token_cache = "string table",
  dry_run = "boolean", log = "string", on_event = "function",
  max_body_bytes = "number", max_depth = "number",
  max_connections = "number", http2 = "boolean", app = "string",
}

local tables = {
  timeout = { connect = true, idle = true, total = true },
  retry = { attempts = true, base = true, cap = true, budget = true },
  budget = { capacity = true, refill = true },
}

local choices = {
  token_cache = { process = true },
  null = { ["nil"] = true, sentinel = true },
  log = { error = true, info = true, debug = true },
}

local function config_error(message, hint)
  return nil, errors.new { kind = "config", message = message, hint = hint }
end

local TINY, BILLION = 0.001, 1e9

-- option -> least and most that make sense
local ranges = {
  timeout = { TINY, BILLION },
  max_body_bytes = { 1, 2 ^ 53 }, max_depth = { 1, 1000 }, max_connections = { 1, 65535 },
}

--- Refuses NaN too: it compares with nothing.
local function check_amount(name, value, least, most)
  if type(value) == "number" and value >= least and value <= most then return end
  error(("%s must be a number from %g to %g"):format(name, least, most), 0)
end

local function check_table(name, value)
  for key, inner in pairs(value) do
    if not tables[name][key] then
      error(("unknown key %s.%s%s"):format(name, tostring(key), suggest.phrase(key, tables[name])), 0)
    end
    if key == "budget" then
      if type(inner) ~= "table" then error("retry.budget must be a table", 0) end
      check_table("budget", inner)
    else
      check_amount(name .. "." .. key, inner, name == "timeout" and TINY or 0, BILLION)
    end
  end
end

--- Wrong use raises, without a position: a name or a type that no machine's
-- state could cure.
---@param given table
function options.check(given)
  for name, value in pairs(given) do
    local types = known[name]
    if not types then
      error(("unknown option %s%s"):format(tostring(name), suggest.phrase(name, known)), 0)
    end
    if not types:find(type(value), 1, true) then
      error(("option %s must be a %s, not a %s"):format(name, types:gsub(" ", " or "), type(value)), 0)
    end
    if tables[name] and type(value) == "table" then check_table(name, value) end
    if ranges[name] and type(value) == "number" then
      check_amount("option " .. name, value, ranges[name][1], ranges[name][2])
    end
    if choices[name] and type(value) == "string" and not choices[name][value] then
      error(("option %s cannot be \"%s\"%s"):format(name, value, suggest.phrase(value, choices[name])), 0)
    end
  end
  for name, value in pairs(given.headers or {}) do
    if type(name) ~= "string" or type(value) ~= "string" then error("option headers must be a table of strings", 0) end
  end
  if given.app and given.app:find "%c" then error("option app must be one line of text", 0) end
  if given.retry == true then error("option retry is false, or a table", 0) end
end

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
  if values.log and not choices.log[values.log] then
    return config_error(('CLINONE_LOG cannot be "%s"%s'):format(values.log, suggest.phrase(values.log, choices.log)))
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
local function check_mixture(sources)
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

--- Where only the keys of the old HMAC recipe are filled in, they are the
-- "Client Key and Secret" that the vendor's page tells users to enter.
local function take_hmac_keys(settings, sources, values, given)
  if not (values.hmac_key and values.hmac_secret) or given.auth then return nil end
  for _, name in ipairs { "client_id", "client_secret" } do
    if settings[name] or values[name] or given[name] then return nil end
  end
  settings.client_id, settings.client_secret = values.hmac_key, values.hmac_secret
  sources.client_id, sources.client_secret = "environment", "environment"
  return "the environment's hmac_CLIENT_KEY and hmac_SECRET_KEY are used as the External Client's id and secret"
end

--- All layers put together; nothing is opened but the files they name.
---@param given table options as the script gave them, checked; never changed
---@return table|nil settings every option that is set, and `note` (string or nil)
---@return table|clinone.Error sources option -> "variable" | "environment" | "option" | "auth"; or the error, kind `config`
function options.resolve(given)
  local settings, sources = {}, {}
  local values, err = read_variables(given)
  if not values then return nil, err end
  layer(settings, sources, values, "variable")

  local which = given.environment or values.environment
  if which then
    local found
    found, err = environment.load(which, given.environment_name or values.environment_name)
    if not found then return nil, err end
    layer(settings, sources, found, "environment", from_environment)
    for _, name in ipairs { "client_id", "client_secret" } do
      if found[name] and not settings[name] then
        settings[name], sources[name] = found[name], "environment"
      end
    end
    settings.note = take_hmac_keys(settings, sources, found, given)
  end
  layer(settings, sources, given, "option")
  if auth.is(given.auth) then layer({}, sources, given.auth.settings(), "auth", details_of_auth) end

  local ok
  ok, err = check_mixture(sources)
  if not ok then return nil, err end
  return settings, sources
end

--- Seconds of the option `timeout`, as milliseconds of a session.
---@param timeout number|table|nil
---@return table limits total_ms, connect_ms, idle_ms; only those that are set
function options.timeout_limits(timeout)
  if timeout == nil then return {} end
  local t = type(timeout) == "table" and timeout or { total = timeout }
  local function ms(seconds)
    return seconds and math.max(1, math.floor(seconds * 1000 + 0.5))
  end
  return { total_ms = ms(t.total), connect_ms = ms(t.connect), idle_ms = ms(t.idle) }
end

--- The option `retry`, as limits of a session.
---@param retry false|table|nil
---@return table limits max_attempts, base_ms, cap_ms, budget_capacity, budget_refill; only those that are set
function options.retry_limits(retry)
  if retry == nil then return {} end
  if retry == false then return { max_attempts = 1 } end
  local budget = retry.budget or {}
  return {
    max_attempts = retry.attempts and math.max(1, math.floor(retry.attempts)),
    base_ms = retry.base and retry.base * 1000,
    cap_ms = retry.cap and retry.cap * 1000,
    budget_capacity = budget.capacity,
    budget_refill = budget.refill,
  }
end

--- Options of one call: checks them, and gives what a session's `begin` takes.
---@param given table|nil `timeout`, `retry`, `headers`
---@return table|nil limits
function options.for_call(given)
  if given == nil then return nil end
  if type(given) ~= "table" then error("call options must be a table", 0) end
  local allowed = { timeout = "number table", retry = "boolean table", headers = "table" }
  for name, value in pairs(given) do
    local types = allowed[name]
    if not types then
      error(("unknown call option %s%s"):format(tostring(name), suggest.phrase(name, allowed)), 0)
    end
    if not types:find(type(value), 1, true) then
      error(("call option %s must be a %s, not a %s"):format(name, types:gsub(" ", " or "), type(value)), 0)
    end
    if tables[name] and type(value) == "table" then check_table(name, value) end
    if ranges[name] and type(value) == "number" then
      check_amount("call option " .. name, value, ranges[name][1], ranges[name][2])
    end
  end
  if given.retry == true then error("call option retry is false, or a table", 0) end
  local limits = options.timeout_limits(given.timeout)
  for name, value in pairs(options.retry_limits(given.retry)) do limits[name] = value end
  return limits
end

--- A base URL as it is used: checked, without a trailing slash.
---@param text string
---@return string|nil base
---@return clinone.Error|table err_or_parts the parsed URL, or the error
function options.check_base_url(text)
  local url, _, message = native.text.url(text)
  local hint = "It looks like https://test1api.clinone.com; http:// is for loopback only."
  if not url then return config_error("base_url: " .. message, hint) end
  local ok
  ok, _, message = native.text.check_target(text, "base_url")
  if not ok then return config_error(message, hint) end
  if url.query then return config_error("base_url must not have a query", hint) end
  local base = text:gsub("/+$", "")
  return base, url
end

return options
