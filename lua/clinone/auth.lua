--- Ways to prove who is calling, for the option `auth`. Each function only
-- describes; the client makes of it what is needed.

local suggest = require "clinone.suggest"

local auth = {}

local Auth = {}
Auth.__name = "clinone.auth"
Auth.__index = Auth

--- Never the secret.
function Auth:__tostring()
  return "clinone.auth." .. self.mode
end

-- The settings stand in a closure: a table dumper finds nothing to print.
local function describe(mode, settings)
  return setmetatable({ mode = mode, settings = function() return settings end }, Auth)
end

local function check(name, given, known, required)
  if type(given) ~= "table" then error(("clinone.auth.%s takes a table"):format(name), 3) end
  for key, value in pairs(given) do
    if not known[key] then
      error(("clinone.auth.%s: unknown key %s%s"):format(name, tostring(key), suggest.phrase(key, known)), 3)
    end
    if type(value) ~= "string" then
      error(("clinone.auth.%s: %s must be a string"):format(name, key), 3)
    end
  end
  for _, key in ipairs(required) do
    if not given[key] or given[key] == "" then error(("clinone.auth.%s: %s is missing"):format(name, key), 3) end
  end
  local copy = {}
  for key, value in pairs(given) do copy[key] = value end
  return copy
end

--- OAuth2 client credentials, the default. What is left out comes from the
-- client's options.
---@param given { client_id?: string, client_secret?: string, token_url?: string, scope?: string }|nil
function auth.client_credentials(given)
  local known = { client_id = true, client_secret = true, token_url = true, scope = true }
  return describe("client_credentials", check("client_credentials", given or {}, known, {}))
end

--- A bearer token that the script has: a string, or a function that gives one
-- (called when a token is first needed, and once more after a 401).
---@param token string|fun(): string|nil, string|nil
function auth.bearer(token)
  if type(token) ~= "string" and type(token) ~= "function" then
    error("clinone.auth.bearer takes a token or a function that gives one", 2)
  end
  return describe("bearer", { token = token })
end

--- Signs every request with HMAC-SHA-256. ClinOne has not published its own
-- recipe; the defaults are one of ours. Placeholders: {key} {method} {url}
-- {host} {path} {query} {timestamp} {nonce} {body} {body_sha256}, and in
-- `format` also {signature}.
---@param given { key: string, secret: string, header?: string, format?: string, canonical?: string, encoding?: "base64"|"hex", timestamp?: "unix"|"iso" }
function auth.hmac(given)
  local known = {
    key = true, secret = true, header = true, format = true, canonical = true, encoding = true, timestamp = true,
  }
  local copy = check("hmac", given, known, { "key", "secret" })
  if copy.encoding and copy.encoding ~= "base64" and copy.encoding ~= "hex" then
    error('clinone.auth.hmac: encoding is "base64" or "hex"', 2)
  end
  if copy.timestamp and copy.timestamp ~= "unix" and copy.timestamp ~= "iso" then
    error('clinone.auth.hmac: timestamp is "unix" or "iso"', 2)
  end
  return describe("hmac", copy)
end

---@param value any
---@return boolean
function auth.is(value)
  return getmetatable(value) == Auth
end

return auth
