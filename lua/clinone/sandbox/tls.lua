--- A certificate authority of the sandbox's own, made at every start, and one
--- server certificate by it. The authority's key is never written anywhere.

local altname = require "openssl.x509.altname"
local bignum = require "openssl.bignum"
local extension = require "openssl.x509.extension"
local name = require "openssl.x509.name"
local pkey = require "openssl.pkey"
local random = require "openssl.rand"
local x509 = require "openssl.x509"

local tls = {}

local LIFETIME_S = 365 * 24 * 3600 -- some systems refuse more than 398 days
local CLOCK_SLACK_S = 3600

local function new_key()
  return pkey.new { type = "EC", curve = "prime256v1" }
end

local function serial()
  return bignum.fromBinary("\1" .. random.bytes(15)) -- never zero or negative
end

local function certificate(common_name, key, from, to)
  local cert = x509.new()
  local subject = name.new()
  subject:add("O", "clinone sandbox")
  subject:add("CN", common_name)
  cert:setVersion(3)
  cert:setSerial(serial())
  cert:setSubject(subject)
  cert:setLifetime(from or os.time() - CLOCK_SLACK_S, to or os.time() + LIFETIME_S)
  cert:setPublicKey(key)
  return cert, subject
end

local function alternative_names(names, addresses)
  local list = altname.new()
  for _, host in ipairs(names) do list:add("DNS", host) end
  for _, address in ipairs(addresses) do list:add("IP", address) end
  return list
end

---@class clinone.sandbox.Leaf
---@field names string[]|nil host names, "localhost" if neither these nor addresses are given
---@field addresses string[]|nil
---@field usage string|nil "serverAuth" or "clientAuth"
---@field from integer|nil Unix seconds
---@field to integer|nil

--- Makes an authority. Its key stays in here.
---@param common_name string
---@return {ca: string, issue: fun(leaf: clinone.sandbox.Leaf): string, string} authority PEM text; `issue` gives certificate and key
function tls.authority(common_name)
  local ca_key = new_key()
  local ca, issuer = certificate(common_name, ca_key)
  ca:setIssuer(issuer)
  ca:setBasicConstraints { CA = true, pathLen = 0 }
  ca:setBasicConstraintsCritical(true)
  ca:addExtension(extension.new("keyUsage", "critical,keyCertSign,cRLSign"))
  ca:sign(ca_key)

  local function issue(leaf)
    local names = leaf.names or not leaf.addresses and { "localhost" } or {}
    local key = new_key()
    local cert = certificate(names[1] or "leaf", key, leaf.from, leaf.to)
    cert:setIssuer(issuer)
    cert:setSubjectAlt(alternative_names(names, leaf.addresses or {}))
    cert:setBasicConstraints { CA = false }
    cert:addExtension(extension.new("keyUsage", "critical,digitalSignature"))
    cert:addExtension(extension.new("extendedKeyUsage", leaf.usage or "serverAuth"))
    cert:sign(ca_key)
    return cert:toPEM(), key:toPEM("private")
  end
  return { ca = ca:toPEM(), issue = issue }
end

--- Makes the authority and the server's certificate.
---@return {ca: string, certificate: string, key: string} PEM texts
function tls.make()
  local authority = tls.authority("clinone sandbox CA")
  local cert, key = authority.issue { names = { "localhost" }, addresses = { "127.0.0.1", "::1" } }
  return { ca = authority.ca, certificate = cert, key = key }
end

return tls
