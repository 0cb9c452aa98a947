--- The paths of a B2C tenant: token endpoint, discovery document, JWKS. A wrong
--- tenant or policy gets the HTML page that B2C's front end sends.

local answer = require "clinone.sandbox.answer"
local json = require "clinone.sandbox.json"

local b2c = {}

local ENDPOINTS = {
  ["oauth2/v2.0/token"] = "token",
  ["v2.0/.well-known/openid-configuration"] = "discovery",
  ["discovery/v2.0/keys"] = "keys",
}

b2c.TOKEN_ROUTE = "/{tenant}/{policy}/oauth2/v2.0/token"

--- Which endpoint a path names: "token", "discovery", "keys", or "missing" for
--- another path of a tenant. nil: no tenant's path.
---@param segments string[]
---@param fixtures clinone.sandbox.Fixtures
---@return string|nil
function b2c.endpoint(segments, fixtures)
  local rest = table.concat(segments, "/", 3)
  local endpoint = ENDPOINTS[rest]
  if not endpoint and not (segments[1] or ""):find("%.onmicrosoft%.com$") then return nil end
  local tenant_ok = (segments[1] or ""):lower() == fixtures.tenant:lower() .. ".onmicrosoft.com"
  local policy_ok = (segments[2] or ""):lower() == fixtures.policy:lower()
  return tenant_ok and policy_ok and endpoint or "missing"
end

local function discovery(token)
  local root = ("%s/%s/%s"):format(token.base_url, token.tenant, token.fixtures.policy:lower())
  local lists = '"response_modes_supported":["query","fragment","form_post"],'
    .. '"response_types_supported":["code","code id_token","code token","code id_token token",'
    .. '"id_token","id_token token","token","token id_token"],'
    .. '"scopes_supported":["openid"],"subject_types_supported":["pairwise"],'
    .. '"id_token_signing_alg_values_supported":["RS256"],'
    .. '"token_endpoint_auth_methods_supported":["client_secret_post"],'
    .. '"claims_supported":["sub","tfp","iss","iat","exp","aud","azp","scp"]'
  local urls = json.object {
    { "issuer", token:issuer() },
    { "authorization_endpoint", root .. "/oauth2/v2.0/authorize" },
    { "token_endpoint", root .. "/oauth2/v2.0/token" },
    { "end_session_endpoint", root .. "/oauth2/v2.0/logout" },
    { "jwks_uri", root .. "/discovery/v2.0/keys" },
  }
  return answer.json(200, urls:sub(1, -2) .. "," .. lists .. "}")
end

--- Answers the two documents, and everything that is no endpoint.
---@param endpoint string
---@param method string
---@param token table a clinone.sandbox.token
---@return clinone.sandbox.Answer
function b2c.serve(endpoint, method, token)
  if method == "GET" and endpoint == "discovery" then return discovery(token) end
  if method == "GET" and endpoint == "keys" then return answer.json(200, token.signer:key_set()) end
  return answer.html(404, "404 - File or directory not found.")
end

return b2c
