--- Scopes: what a token carries, and whether it allows a method.
--
-- A scope is `api.<group>.<action>` (vendor page, "Scopes"); the actions and
-- the methods they name are the page's own table.

local native = require "clinone.native"

local scope = {}

-- action -> methods it allows
local allows = {
  read = { GET = true },
  write = { GET = true, PUT = true, POST = true },
  delete = { GET = true, DELETE = true },
  manage = { GET = true, PUT = true, POST = true, DELETE = true },
}

local named = { GET = true, PUT = true, POST = true, DELETE = true }

--- The claims of a JWT, read and never trusted as verified; nil when the
-- token is none.
---@param token string
---@return table|nil claims
function scope.claims(token)
  local payload = token:match "^[%w_%-]+%.([%w_%-]+)%.[%w_%-]*$"
  local text = payload and native.text.base64url_decode(payload)
  local claims = text and native.json.decode(text)
  return type(claims) == "table" and claims or nil
end

--- The scopes of a token, from `scp` or `roles`: a list, sorted; nil when the
-- token does not say (it is opaque, or has neither claim).
---@param claims table|nil
---@return string[]|nil
function scope.list(claims)
  local held = claims and (claims.scp or claims.roles)
  local names = {}
  if type(held) == "string" then
    for name in held:gmatch "%S+" do names[#names + 1] = name end
  elseif type(held) == "table" then
    for _, name in ipairs(held) do names[#names + 1] = type(name) == "string" and name or nil end
  else
    return nil
  end
  table.sort(names)
  return names
end

--- Scopes of one group: action -> true; nil when there is none of that group.
local function actions_of(held, group)
  local actions
  for _, name in ipairs(held) do
    local of, action = name:match "^api%.(.+)%.([^.]+)$"
    if of == group then
      actions = actions or {}
      actions[action] = true
    end
  end
  return actions
end

--- Whether the scopes allow the method on the group. Where they hold nothing
-- of the group, or the page names no such method, the server decides.
---@param held string[]|nil
---@param group string|nil
---@param method string upper case
---@return boolean allowed false only where the token surely lacks the scope
---@return boolean known whether the scopes say anything about it
function scope.allowed(held, group, method)
  if not (held and group and named[method]) then return true, false end
  local actions = actions_of(held, group)
  if not actions then return true, false end
  for action in pairs(actions) do
    if allows[action] and allows[action][method] then return true, true end
    if not allows[action] then return true, false end
  end
  return false, true
end

--- The scopes any one of which would allow the method.
---@param group string
---@param method string
---@return string[]
function scope.needed(group, method)
  local names = {}
  for action, methods in pairs(allows) do
    if methods[method] then names[#names + 1] = ("api.%s.%s"):format(group, action) end
  end
  table.sort(names)
  return names
end

return scope
