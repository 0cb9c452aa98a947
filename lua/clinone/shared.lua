--- What clients of equal configuration share in one Lua state: transports
-- (their connections) and token sources. Held weakly: they live as long as a
-- client uses them.

local native = require "clinone.native"

local unpack = table.unpack or unpack -- luacheck: ignore (5.1 has the second)

local shared = {}

local transports = setmetatable({}, { __mode = "v" })
local sources = setmetatable({}, { __mode = "v" })
local users = setmetatable({}, { __mode = "k" }) -- transport -> clients open on it

local names = {
  "ca_file", "client_cert", "client_key", "client_key_password", "proxy",
  "verify", "http2", "max_connections",
}

local function key_of(options)
  local parts = {}
  for i, name in ipairs(names) do parts[i] = options[name] == nil and "" or "=" .. tostring(options[name]) end
  return native.text.digest(unpack(parts))
end

--- The transport for these options, shared or new.
---@param options table see `struct cln_transport_options`
---@return userdata|nil transport
---@return string|nil kind
---@return string|nil message
function shared.transport(options)
  local key = key_of(options)
  local transport = transports[key]
  if not transport then
    local kind, message
    transport, kind, message = native.transport(options)
    if not transport then return nil, kind, message end
    transports[key] = transport
  end
  users[transport] = (users[transport] or 0) + 1
  return transport
end

--- A client lets go; the last one closes the connections at once.
---@param transport userdata
function shared.release(transport)
  local left = (users[transport] or 1) - 1
  users[transport] = left
  if left > 0 then return end
  for key, held in pairs(transports) do
    if held == transport then transports[key] = nil end
  end
  transport:close()
end

--- The token source under this key, shared or made.
---@param key string a digest over everything that decides the token
---@param make fun(): table
---@return table
function shared.token_source(key, make)
  local source = sources[key]
  if not source then
    source = make()
    sources[key] = source
  end
  return source
end

return shared
