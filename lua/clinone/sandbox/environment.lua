--- The environment file that a client of the sandbox reads: a Postman
--- environment, as the vendor publishes its own.

local json = require "clinone.sandbox.json"

local environment = {}

-- The variables that the catalog's other servers begin with: with the sandbox as
-- their value, what stands there is played as well.
local function server_variables(document)
  local names, seen = {}, { baseUrl = true }
  for key, url in pairs(type(document.servers) == "table" and document.servers or {}) do
    local name = key ~= "default" and type(url) == "string" and url:match("^%s*{{%s*([^{}]-)%s*}}")
    if name and name ~= "" and not seen[name] then
      seen[name] = true
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

--- The file's text.
---@param base_url string
---@param ca_file string
---@param fixtures clinone.sandbox.Fixtures the first client's id and secret are taken
---@param document table the catalog
---@return string
function environment.text(base_url, ca_file, fixtures, document)
  local client = fixtures.clients[1]
  local tenant = fixtures.tenant .. ".onmicrosoft.com"
  local token_url = ("%s/%s/%s/oauth2/v2.0/token"):format(base_url, tenant, fixtures.policy)
  local values = {
    { "baseUrl", base_url, "default" },
    { "tokenUrl", token_url, "default" },
    { "scope", ("https://%s/%s/.default"):format(tenant, fixtures.api), "default" },
    { "clientId", client.id, "default" },
    { "clientSecret", client.secret, "secret" },
    { "caFile", ca_file, "default" },
  }
  for _, name in ipairs(server_variables(document)) do values[#values + 1] = { name, base_url, "default" } end
  local lines = {}
  for i, value in ipairs(values) do
    lines[i] = "    " .. json.object {
      { "key", value[1] }, { "value", value[2] }, { "type", value[3] }, { "enabled", true },
    }
  end
  return '{\n  "name": "clinone sandbox",\n  "values": [\n' .. table.concat(lines, ",\n")
    .. '\n  ],\n  "_postman_variable_scope": "environment"\n}\n'
end

return environment
