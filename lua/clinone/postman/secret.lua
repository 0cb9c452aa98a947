--- Which names belong to secrets, and which values look like one: neither may
-- get from a collection into a catalog.

local secret = {}

local function fold(name)
  return (name:lower():gsub("[^%w]", ""))
end

-- Anywhere in a name, folded.
local parts = {
  "secret", "password", "passwd", "passphrase", "passcode", "token", "apikey", "authorization", "hmac", "privatekey",
  "accesskey", "clientkey", "authkey", "sharedkey", "signingkey", "subscriptionkey", "sessionid", "cookie", "bearer",
  "xauth",
}

-- The whole name, folded.
local whole = { pwd = true, pass = true, pin = true, otp = true, jwt = true, sig = true, auth = true, sas = true }

-- Tokens that are places in a list, and facts about a token.
local harmless = {
  "pagetoken", "nexttoken", "previoustoken", "prevtoken", "continuationtoken", "paginationtoken", "pagingtoken",
  "synctoken", "skiptoken", "tokentype", "tokenurl", "tokenendpoint", "tokenname",
}

--- Whether a field, variable, header or parameter of this name holds a secret.
---@param name any
---@return boolean
function secret.is_name(name)
  if type(name) ~= "string" then return false end
  local folded = fold(name)
  if whole[folded] then return true end
  for _, part in ipairs(harmless) do folded = folded:gsub(part, "") end
  for _, part in ipairs(parts) do
    if folded:find(part, 1, true) then return true end
  end
  return false
end

--- Whether a credential stands somewhere in a text, by its look: a JWT, a key.
---@param text string
---@return boolean
function secret.is_inside(text)
  if text:find("-----BEGIN", 1, true) then return true end
  if not text:find("eyJ", 1, true) then return false end
  for word in text:gmatch "[%w_%-.]+" do
    if word:find "^eyJ[%w_%-]+%.eyJ" then return true end
  end
  return false
end

--- Whether a text is a credential by its look, or one that was masked.
---@param value any
---@return boolean
function secret.is_value(value)
  if type(value) ~= "string" then return false end
  if value:find("\226\128\162\226\128\162", 1, true) then return true end -- the documenter's mask: bullets
  if secret.is_inside(value) then return true end
  local scheme, rest = value:match "^%s*(%a+) +(%S+)"
  scheme = scheme and scheme:lower()
  return (scheme == "bearer" or scheme == "basic") and #rest >= 8 and not rest:find("[{<]")
end

return secret
