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

local function certificate(common_name, key)
  local cert = x509.new()
  local subject = name.new()
  subject:add("O", "clinone sandbox")
  subject:add("CN", common_name)
  cert:setVersion(3)
  cert:setSerial(serial())
  cert:setSubject(subject)
  cert:setLifetime(os.time() - CLOCK_SLACK_S, os.time() + LIFETIME_S)
  cert:setPublicKey(key)
  return cert, subject
end

--- Makes the authority and the server's certificate.
---@return {ca: string, certificate: string, key: string} PEM texts
function tls.make()
  local ca_key = new_key()
  local ca, issuer = certificate("clinone sandbox CA", ca_key)
  ca:setIssuer(issuer)
  ca:setBasicConstraints { CA = true, pathLen = 0 }
  ca:setBasicConstraintsCritical(true)
  ca:addExtension(extension.new("keyUsage", "critical,keyCertSign,cRLSign"))
  ca:sign(ca_key)

  local key = new_key()
  local cert = certificate("localhost", key)
  cert:setIssuer(issuer)
  local names = altname.new()
  names:add("DNS", "localhost")
  names:add("IP", "127.0.0.1")
  names:add("IP", "::1")
  cert:setSubjectAlt(names)
  cert:setBasicConstraints { CA = false }
  cert:addExtension(extension.new("keyUsage", "critical,digitalSignature"))
  cert:addExtension(extension.new("extendedKeyUsage", "serverAuth"))
  cert:sign(ca_key)

  return { ca = ca:toPEM(), certificate = cert:toPEM(), key = key:toPEM("private") }
end

return tls
