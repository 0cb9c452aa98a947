--- Azure AD B2C's answers, read: a token with its lifetime, or what to do.
--
-- Sources: Microsoft Learn, "Set up OAuth 2.0 client credentials flow in
-- Azure AD B2C" (success), "Error codes: Azure AD B2C" (codes). The server's
-- own text is never repeated: a proxy might echo the request in it.

local errors = require "clinone.error"
local native = require "clinone.native"
local scope = require "clinone.scope"

local b2c = {}

local new_secret = "A lost secret cannot be shown again: delete it in ClinOne (API Management > "
  .. "Authentication & Authorization > the External Client) and create a new one."
local check_client = "Check client_id against the External Client in ClinOne (API Management > "
  .. "Authentication & Authorization), and that it belongs to the same environment as token_url."
local check_scope = "Set the option scope to <App ID URI>/.default of the environment; the published test "
  .. "environment has https://clinoneb2cqa.onmicrosoft.com/clinoneapi/.default."
local check_url = "Check tenant and policy in token_url; the published test environment has "
  .. "https://clinoneb2cqa.b2clogin.com/clinoneb2cqa.onmicrosoft.com/b2c_1_signin_signup/oauth2/v2.0/token."
local support = "Write to support@clinone.com with the correlation id."

-- code -> what it means, what cures it; `lasting` ones are remembered a while
local codes = {
  AADB2C90081 = { "the client secret is wrong", new_secret, lasting = true },
  AADB2C90079 = { "the client secret is missing", new_secret, lasting = true },
  AADB2C90018 = { "the client id is not known to this tenant", check_client, lasting = true },
  AADB2C90068 = { "the client was not registered for this tenant", check_client, lasting = true },
  AADB2C90092 = { "the client is disabled", check_client, lasting = true },
  AADB2C90285 = { "the client is not known to this tenant", check_client, lasting = true },
  AADB2C90008 = { "the request has no client id", check_client, lasting = true },
  AADB2C90010 = { "the request has no scope", check_scope, lasting = true },
  AADB2C90055 = { "the scope names no resource", check_scope, lasting = true },
  AADB2C90117 = { "the scope is not supported here", check_scope, lasting = true },
  AADB2C90012 = { "the scope is not supported here", check_scope, lasting = true },
  AADB2C90146 = { "the scope names more than one resource", check_scope, lasting = true },
  AADB2C90205 = { "the client has no permission for this scope",
    "Ask your ClinOne representative to assign scopes to the External Client, and mention CO-1619 and CO-1150.",
    lasting = true },
  AADB2C90022 = { "the policy or tenant in token_url does not exist", check_url },
  AADB2C90035 = { "the token service is temporarily unavailable", "Try again in some minutes." },
  AADB2C90244 = { "the token service has too many requests", "Try again later; share one token (token_cache)." },
  AADB2C90229 = { "the token service has too many requests", "Try again later; share one token (token_cache)." },
  AADB2C90085 = { "the token service failed, or the client may not use client credentials", support },
  AADB2C90086 = { "the token endpoint does not know client credentials", check_url },
}

local by_error = {
  invalid_client = { "the client id or the client secret is wrong", new_secret, lasting = true },
  unauthorized_client = { "the client may not ask for tokens here", check_client, lasting = true },
  invalid_scope = { "the scope is not supported here", check_scope, lasting = true },
  invalid_grant = { "the token service refused the grant", support },
}

local function of_status(status)
  if status < 300 then return { "the token endpoint answered something that is no token", check_url } end
  if status == 404 then return { "the token endpoint does not exist (HTTP 404)", check_url } end
  if status == 429 then return codes.AADB2C90229 end
  if status >= 500 then return { "the token service failed", "Try again in some minutes." } end
  if status >= 300 and status < 400 then return { "the token endpoint answered with a redirect", check_url } end
  return { "the token endpoint refused the request", support }
end

local function auth_error(response, meaning, fields)
  fields.kind = "auth"
  fields.operation = "token"
  fields.message, fields.hint = meaning[1], meaning[2]
  fields.status = response.status
  fields.outcome = "rejected"
  fields.request_id = response.request_id
  local err = errors.new(fields)
  errors.attach_response(err, response)
  return err
end

--- The error that an answer of the token endpoint stands for.
---@param response clinone.Response
---@return clinone.Error err kind `auth`
---@return boolean lasting the same request would fail for a while
function b2c.failure(response)
  local body = native.json.decode(response.body)
  local description = type(body) == "table" and body.error_description
  local name = type(body) == "table" and body.error
  local fields, meaning = {}, nil
  if type(description) == "string" then
    fields.code = description:match "AADB2C%d+"
    fields.correlation_id = description:match "Correlation ID:%s*([%x%-]+)"
    fields.timestamp = description:match "Timestamp:%s*([%d%-]+ [%d:]+Z)"
  end
  if type(name) == "string" and name:match "^[%w_]+$" then
    fields.code = fields.code or name
    meaning = by_error[name]
  end
  meaning = codes[fields.code] or meaning or of_status(response.status)
  return auth_error(response, meaning, fields), meaning.lasting or false
end

--- Seconds the token still has to live, by whatever the answer tells; nil
-- when it tells nothing. Only differences of one clock are taken, so that a
-- wrong local clock does no harm: `expires_in`, else the server's own Date.
local function lifetime_of(answer, claims, server_time)
  local now = server_time or os.time()
  local shortest
  local function take(seconds)
    if seconds and (not shortest or seconds < shortest) then shortest = seconds end
  end
  take(tonumber(answer.expires_in))
  if not shortest then
    local expires_on = tonumber(answer.expires_on)
    take(expires_on and expires_on - now)
  end
  local exp = claims and tonumber(claims.exp)
  if exp and (server_time or not shortest) then take(exp - now) end
  return shortest
end

--- Reads a 2xx answer of the token endpoint.
---@param answer any the decoded body
---@param response clinone.Response
---@return table|nil token `{value=, lifetime= (seconds, or nil), claims= (or nil)}`
---@return clinone.Error|nil err kind `auth`
function b2c.token(answer, response)
  local function fail(message, hint)
    return nil, auth_error(response, { message, hint }, {})
  end
  if type(answer) ~= "table" then
    return fail("the token endpoint answered without a token", check_url)
  end
  local value = answer.access_token
  if type(value) ~= "string" or value == "" then
    return fail("the token endpoint answered without access_token", check_url)
  end
  local kind = answer.token_type
  if type(kind) == "string" and kind:lower() ~= "bearer" then
    return fail("the token is not of type Bearer", check_url)
  end
  local claims = scope.claims(value)
  local date = response.headers.date
  local lifetime = lifetime_of(answer, claims, date and native.text.http_date(date))
  if lifetime and lifetime <= 0 then
    return fail("the token endpoint answered a token that has already expired",
      "A proxy or cache may stand before token_url; else " .. support)
  end
  return { value = value, lifetime = lifetime, claims = claims }
end

return b2c
