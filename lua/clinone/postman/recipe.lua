--- How a token is got, recognised in what collections say: token URLs,
-- scopes, and the variables that hold the client's id and secret. Only these
-- are ever handed on, never a value.

local secret = require "clinone.postman.secret"
local template = require "clinone.postman.template"
local trim = require("clinone.postman.text").trim

local recipe = {}

---@class clinone.postman.Found
---@field place string
---@field what "token_url"|"scope"|"client_id_variable"|"client_secret_variable"
---@field value string

local longest = 8192

local function fold(name)
  return (name:lower():gsub("[^%w]", ""))
end

--- Whether a text may be shown: no user name in a URL, no secret in a query.
local function is_harmless(text)
  if #text > 2048 or text:find "%c" or text:find "^[^/?#]*//[^/?#]*@" or secret.is_value(text) then return false end
  local query = text:find("?", 1, true)
  for piece in text:sub(query or #text + 1):gmatch "[^&?]+" do
    if secret.is_name(piece:match "^[^=]*") then return false end
  end
  return true
end

--- A token endpoint's URL, or nil. It may hold templates.
---@param text any
---@return string|nil
function recipe.token_url(text)
  if type(text) ~= "string" or #text > longest then return nil end
  text = trim(text)
  local path = text:lower():match "^[^?#]*":gsub("/+$", "")
  if not (path:find "^https?://." or path:find "^{{") or path:find "%s" and not path:find "{{" then return nil end
  local known = path:find("oauth", 1, true) or path:find("connect", 1, true)
  if not known or path:sub(-6) ~= "/token" then return nil end
  text = text:match "^[^#]*"
  return is_harmless(text) and text or nil
end

--- A URL that was given as the token's, whatever its path.
---@param text any
---@return string|nil
function recipe.any_url(text)
  if type(text) ~= "string" or #text > longest then return nil end
  text = trim(text)
  if not (text:find "^https?://." or text:find "^{{[^{}]+}}") then return nil end
  return is_harmless(text) and text or nil
end

--- A scope as client credentials take it, or nil.
---@param text any
---@return string|nil
function recipe.scope(text)
  if type(text) ~= "string" or #text > longest then return nil end
  text = trim(text)
  if #text < 10 or text:sub(-9) ~= "/.default" or text:find "[%s&=]" then return nil end
  return is_harmless(text) and text or nil
end

--- What was given as the scope, whatever it looks like.
---@param text any
---@return string|nil
function recipe.any_scope(text)
  if type(text) ~= "string" or #text > 1024 then return nil end
  text = trim(text)
  return text ~= "" and not template.only(text) and is_harmless(text) and text or nil
end

--- What a name speaks of: "client_id_variable", "client_secret_variable" or nil.
---@param name any
---@return string|nil
function recipe.role(name)
  if type(name) ~= "string" or #name > 256 then return nil end
  local folded = fold(name)
  for _, ending in ipairs { "clientsecret", "secretkey", "clientsecretkey", "appsecret", "applicationsecret",
    "consumersecret", "clientpassword", "clientsecretvalue" } do
    if folded:sub(-#ending) == ending then return "client_secret_variable" end
  end
  for _, ending in ipairs { "clientid", "clientkey", "appid", "applicationid", "consumerkey" } do
    if folded:sub(-#ending) == ending then return "client_id_variable" end
  end
  return nil
end

--- Takes what a named value of a token request tells.
---@param key any
---@param value any
---@param add fun(what: string, value: string)
function recipe.member(key, value, add)
  local role = recipe.role(key)
  local variable = template.only(value)
  if role and variable then
    if variable:sub(1, 1) ~= "$" then add(role, variable) end
  elseif type(key) == "string" and fold(key) == "scope" then
    local scope = recipe.any_scope(value)
    if scope then add("scope", scope) end
  end
end

--- A function that adds what is found, each thing once per place.
---@param place string
---@param found clinone.postman.Found[] is added to
---@return fun(what: string, value: string)
function recipe.adder(place, found)
  local seen = {}
  for _, entry in ipairs(found) do
    if entry.place == place then seen[entry.what .. "\0" .. entry.value] = true end
  end
  return function(what, value)
    if seen[what .. "\0" .. value] then return end
    seen[what .. "\0" .. value] = true
    found[#found + 1] = { place = place, what = what, value = value }
  end
end

return recipe
