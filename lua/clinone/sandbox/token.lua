--- The token endpoint, as Azure AD B2C answers the client credentials grant.

local cjson = require "cjson"
local answer = require "clinone.sandbox.answer"
local ids = require "clinone.sandbox.ids"
local json = require "clinone.sandbox.json"

local token = {}
token.__index = token

-- `error` is only published for some of B2C's codes; the others follow OAuth 2
-- (RFC 6749, 5.2). {code, error, text}
local ERRORS = {
  no_parameter = { 90083, "invalid_request", "The request is missing required parameter: %s." },
  no_client = { 90008, "invalid_request", "The request does not contain a client id parameter." },
  no_scope = { 90010, "invalid_request", "The request does not contain a scope parameter." },
  no_secret = { 90079, "invalid_request",
    "Clients must send a client_secret when redeeming a confidential grant." },
  bad_grant = { 90086, "unsupported_grant_type", "The supplied grant_type [%s] is not supported." },
  bad_client = { 90018, "invalid_client",
    "The client id '%s' specified in the request is not registered in tenant '%s'." },
  bad_secret = { 90081, "invalid_client",
    "The specified client_secret does not match the expected value for this client. "
      .. "Please correct the client_secret and try again." },
  no_resource = { 90055, "invalid_request",
    "The scope '%s' provided in request must specify a resource, "
      .. "such as 'https://example.com/calendar.read'." },
  many_resources = { 90146, "invalid_scope",
    "The scope '%s' provided in request specifies more than one resource for an access token, "
      .. "which is not supported." },
  bad_scope = { 90117, "invalid_scope",
    "The scope '%s' provided in the request is not supported." },
}

local function failure(name, ...)
  local code, kind, text = unpack(ERRORS[name])
  local description = ("AADB2C%d: %s\r\nCorrelation ID: %s\r\nTimestamp: %s\r\n"):format(
    code, text:format(...), ids.uuid(), os.date("!%Y-%m-%d %H:%M:%SZ"))
  return answer.json(400, json.object { { "error", kind }, { "error_description", description } })
end

--- A token endpoint.
---@param fixtures clinone.sandbox.Fixtures
---@param signer table a clinone.sandbox.jwt
---@param base_url string
function token.new(fixtures, signer, base_url)
  local self = setmetatable({
    fixtures = fixtures, signer = signer, base_url = base_url,
    tenant = fixtures.tenant .. ".onmicrosoft.com",
    tenant_id = ids.uuid(), audience = ids.uuid(),
    clients = {}, subjects = {},
    opaque = {}, -- token -> claims, for tokens that are no JWT
  }, token)
  self.resource = ("https://%s/%s"):format(self.tenant, fixtures.api)
  for _, client in ipairs(fixtures.clients) do
    self.clients[client.id] = client
    self.subjects[client.id] = ids.uuid()
  end
  return self
end

--- The `iss` of every token, with the final slash that B2C has there.
function token:issuer()
  return ("%s/%s/v2.0/"):format(self.base_url, self.tenant_id)
end

-- nil when the scope is the API's "/.default", else the failure.
local function check_scope(self, scope)
  local resources, count = {}, 0
  for part in scope:gmatch("%S+") do
    local resource = part:match("^(https?://.+)/[^/]+$")
    if not resource then return failure("no_resource", scope) end
    if not resources[resource] then count = count + 1 end
    resources[resource] = true
  end
  if count == 0 then return failure("no_scope") end
  if count > 1 then return failure("many_resources", scope) end
  if scope ~= self.resource .. "/.default" then return failure("bad_scope", scope) end
end

-- The client that may have a token, or nil and the failure.
local function authenticate(self, form)
  local function given(name)
    local value = form[name]
    return type(value) == "string" and value ~= "" and value or nil
  end
  if not given "grant_type" then return nil, failure("no_parameter", "grant_type") end
  if form.grant_type ~= "client_credentials" then
    return nil, failure("bad_grant", form.grant_type)
  end
  if not given "client_id" then return nil, failure("no_client") end
  if not given "scope" then return nil, failure("no_scope") end
  local client = self.clients[form.client_id]
  if not client then return nil, failure("bad_client", form.client_id, self.tenant) end
  if not given "client_secret" then return nil, failure("no_secret") end
  if form.client_secret ~= client.secret then return nil, failure("bad_secret") end
  local refused = check_scope(self, form.scope)
  if refused then return nil, refused end
  return client
end

-- change: {expired, skew, scp, opaque} from a fault.
local function issue(self, client, now, change)
  local life = self.fixtures.token_lifetime
  local from = change.expired and now - 2 * life or now
  local scp = change.scp or table.concat(client.scopes, " ")
  local claims = {
    { "iss", self:issuer() }, { "exp", from + life }, { "nbf", from }, { "iat", from },
    { "aud", self.audience },
    { "sub", self.subjects[client.id] }, { "oid", self.subjects[client.id] },
    { "azp", client.id }, { "ver", "1.0" }, { "tfp", self.fixtures.policy:lower() },
  }
  if scp ~= "" then claims[#claims + 1] = { "scp", scp } end
  if change.skew then claims[#claims + 1] = { "sandbox_clock_skew", change.skew } end
  if not change.opaque then return self.signer:sign(claims), from, life end
  local text = "opaque-" .. ids.uuid()
  self.opaque[text] = cjson.decode(json.object(claims))
  return text, from, life
end

--- Answers a POST to the token URL.
---@param request table body, content_type and now are read
---@param change table|nil by a fault: expired, skew (s), scp, opaque, strings, only_expires_on
---@return clinone.sandbox.Answer
function token:serve(request, change)
  change = change or {}
  local form = {}
  -- B2C reads no other kind of body: JSON looks to it like an empty form.
  if request.content_type == "application/x-www-form-urlencoded" then
    form = ngx.decode_args(request.body, 0)
  end
  local client, refused = authenticate(self, form)
  if not client then return refused end

  local text, from, life = issue(self, client, request.now + (change.skew or 0), change)
  local function number(value) return change.strings and tostring(value) or value end
  local body = { { "access_token", text }, { "token_type", "Bearer" } }
  if not change.only_expires_on then
    body[#body + 1] = { "not_before", number(from) }
    body[#body + 1] = { "expires_in", number(change.expired and 0 or life) }
  end
  body[#body + 1] = { "expires_on", number(from + life) }
  body[#body + 1] = { "resource", self.audience }
  local headers = { ["Cache-Control"] = "no-store, no-cache" }
  if change.skew then headers.Date = ngx.http_time(request.now + change.skew) end
  return answer.json(200, json.object(body), headers)
end

--- Reads a bearer token that this endpoint issued.
---@param text string
---@param now integer epoch seconds
---@return table|nil claims
---@return string|nil reason as jwt:verify, or "issuer"
function token:claims(text, now)
  local known = self.opaque[text]
  if known then
    if known.exp <= now then return nil, "expired" end
    return known
  end
  local claims, reason = self.signer:verify(text, now)
  if not claims then return nil, reason end
  if claims.iss ~= self:issuer() or claims.aud ~= self.audience then return nil, "issuer" end
  return claims
end

return token
