--- Auth blocks of a collection: which operations are public, and what an
-- OAuth2 block tells about getting a token. Values of secrets stay where
-- they are.

local recipe = require "clinone.postman.recipe"

local auth = {}

--- The parameters of a block, by key, in all three forms: a list (v2.1.0), an
-- object (v2.0.0), and the documenter's `basicConfig`.
---@param block any `request.auth` and its like
---@return table<string, any>
function auth.params(block)
  local values = {}
  local given = type(block) == "table" and type(block.type) == "string" and block[block.type]
  if type(given) ~= "table" then return values end
  local function add_list(list)
    for _, entry in ipairs(list) do
      if type(entry) == "table" and type(entry.key) == "string" then values[entry.key] = entry.value end
    end
  end
  add_list(given)
  for _, name in ipairs { "basicConfig", "advancedConfig" } do
    if type(given[name]) == "table" then add_list(given[name]) end
  end
  for key, value in pairs(given) do
    if type(key) == "string" and type(value) ~= "table" and values[key] == nil then values[key] = value end
  end
  return values
end

---@class clinone.postman.Auth
---@field type string|nil as Postman calls it; nil: none anywhere
---@field public boolean sent without auth
---@field token_url string|nil
---@field scope string|nil
---@field client_id_variable string|nil
---@field client_secret_variable string|nil

--- The auth that counts: the nearest valid one. null, nil and what is no auth
-- block inherit.
---@param list any[] from the collection down to the request; may have holes
---@return clinone.postman.Auth
function auth.resolve(list)
  local last = 0
  for index in pairs(list) do
    if type(index) == "number" and index > last then last = index end
  end
  for index = last, 1, -1 do
    local block = list[index]
    if type(block) == "table" and type(block.type) == "string" and block.type ~= "" then
      local found = { type = block.type, public = block.type == "noauth" }
      if block.type == "oauth2" then
        local params = auth.params(block)
        found.token_url = recipe.any_url(params.accessTokenUrl)
        found.scope = recipe.any_scope(params.scope)
        recipe.member("clientId", params.clientId, function(what, value) found[what] = value end)
        recipe.member("clientSecret", params.clientSecret, function(what, value) found[what] = value end)
      end
      return found
    end
  end
  return { public = false }
end

return auth
