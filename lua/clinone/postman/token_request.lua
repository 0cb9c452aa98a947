--- A request that is itself the one that gets the token: what it tells of the
-- token URL, the scope, and the variables of the client's id and secret.

local auth = require "clinone.postman.auth"
local form = require "clinone.postman.form"
local loose_json = require "clinone.postman.loose_json"
local recipe = require "clinone.postman.recipe"

local token_request = {}

local longest = 8192 -- of a body that asks for a token

--- A request's URL as one text.
local function url_text(request)
  local url = request.url
  if type(url) == "string" then return url end
  url = type(url) == "table" and url or request.urlObject
  if type(url) ~= "table" then return nil end
  if type(url.raw) == "string" then return url.raw end
  local function join(value, between)
    if type(value) == "string" then return value end
    local parts = {}
    for _, part in ipairs(type(value) == "table" and value or {}) do
      if type(part) == "table" then part = part.value end
      if type(part) == "string" then parts[#parts + 1] = part end
    end
    return table.concat(parts, between)
  end
  local host = join(url.host, ".")
  local protocol = type(url.protocol) == "string" and url.protocol .. "://" or host:find "^{{" and "" or "https://"
  if host:find("://", 1, true) then protocol = "" end
  return protocol .. host .. "/" .. join(url.path, "/"):gsub("^/+", "")
end

--- The fields of a token request's body, whatever its form.
local function body_fields(body)
  local list = {}
  if type(body) ~= "table" then body = { mode = "raw", raw = body } end
  local payload = body.mode and body[body.mode]
  if type(payload) == "table" then
    for _, entry in ipairs(payload) do
      if type(entry) == "table" and entry.disabled ~= true then list[#list + 1] = entry end
    end
  elseif type(payload) == "string" and #payload <= longest then
    local tree = payload:find "^%s*{" and loose_json.parse(payload)
    if not tree then return form.entries(payload) end
    for _, key in ipairs(tree.keys or {}) do
      local member = tree.members[key]
      list[#list + 1] = { key = key, value = member.kind == "template" and "{{" .. member.name .. "}}" or member.value }
    end
  end
  return list
end

--- Reads one: a POST to a token URL with the client's own credentials.
---@param request any the Postman request
---@param add fun(what: string, value: string) takes what it tells
---@return boolean is_one
function token_request.read(request, add)
  if type(request) ~= "table" then return false end
  if type(request.method) ~= "string" or request.method:upper() ~= "POST" then return false end
  local fields = body_fields(request.body)
  local grant
  for _, field in ipairs(fields) do
    if field.key == "grant_type" then grant = field.value end
  end
  local raw = url_text(request)
  local url = recipe.token_url(raw) or grant == "client_credentials" and recipe.any_url(raw)
  if not url or grant ~= nil and grant ~= "client_credentials" then return false end
  add("token_url", url)
  for _, field in ipairs(fields) do recipe.member(field.key, field.value, add) end
  if type(request.auth) == "table" and request.auth.type == "basic" then
    local params = auth.params(request.auth)
    recipe.member("client_id", params.username, add)
    recipe.member("client_secret", params.password, add)
  end
  return true
end

return token_request
