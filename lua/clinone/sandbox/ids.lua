--- Opaque identifiers: random UUIDs (version 4) for records, tokens and
--- correlation ids.

local random = require "openssl.rand"

local ids = {}

--- A random UUID in lower case.
---@return string
function ids.uuid()
  local b = { random.bytes(16):byte(1, 16) }
  b[7] = 0x40 + b[7] % 16
  b[9] = 0x80 + b[9] % 64
  return ("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x"):format(unpack(b))
end

return ids
