--- RS256 tokens: signs, verifies, publishes the key (JWKS). The private key is
--- made at start and lives in memory only.

local base64 = require "ngx.base64"
local digest = require "openssl.digest"
local pkey = require "openssl.pkey"
local cjson = require "cjson"
local ids = require "clinone.sandbox.ids"
local json = require "clinone.sandbox.json"

local jwt = {}
jwt.__index = jwt

local encode, decode = base64.encode_base64url, base64.decode_base64url

--- A signer with a fresh RSA key of 2048 bits.
function jwt.new()
  return setmetatable({ key = pkey.new { type = "RSA", bits = 2048 }, kid = ids.uuid() }, jwt)
end

--- Signs claims.
---@param claims table[] {name, value} pairs, in order
---@return string token
function jwt:sign(claims)
  local header = json.object { { "typ", "JWT" }, { "alg", "RS256" }, { "kid", self.kid } }
  local signed = encode(header) .. "." .. encode(json.object(claims))
  local signature = self.key:sign(digest.new("sha256"):update(signed))
  return signed .. "." .. encode(signature)
end

local function decode_object(part)
  local text = decode(part)
  local ok, object = pcall(cjson.decode, text or "")
  return ok and type(object) == "table" and object or nil
end

--- Verifies a token: shape, algorithm, key, signature, and its times.
---@param token string
---@param now integer epoch seconds
---@return table|nil claims
---@return string|nil reason "malformed", "signature", "expired" or "not_yet"
function jwt:verify(token, now)
  local head, payload, tail = token:match("^([%w_-]+)%.([%w_-]+)%.([%w_-]+)$")
  local header = head and decode_object(head)
  local signature = tail and decode(tail)
  if not header or not signature then return nil, "malformed" end
  -- "none" or HS256 with the public key as its secret must never pass.
  if header.alg ~= "RS256" or header.kid ~= self.kid then return nil, "signature" end
  local ok, good = pcall(self.key.verify, self.key, signature,
    digest.new("sha256"):update(head .. "." .. payload))
  if not ok or not good then return nil, "signature" end
  local claims = decode_object(payload)
  if not claims then return nil, "malformed" end
  -- A token made under the clock fault is judged by the clock that made it.
  now = now + (claims.sandbox_clock_skew or 0)
  if type(claims.exp) ~= "number" or claims.exp <= now then return nil, "expired" end
  if claims.nbf and claims.nbf > now then return nil, "not_yet" end
  return claims
end

--- The public key as a JSON Web Key Set.
---@return string
function jwt:key_set()
  local parts = self.key:getParameters()
  return '{"keys":[' .. json.object {
    { "kid", self.kid }, { "nbf", ngx.time() }, { "use", "sig" }, { "kty", "RSA" },
    { "e", encode(parts.e:toBinary()) }, { "n", encode(parts.n:toBinary()) },
  } .. "]}"
end

return jwt
