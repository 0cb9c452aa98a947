--- The environment file that a client of the sandbox reads: a Postman
--- environment, as the vendor publishes its own.

local json = require "clinone.sandbox.json"

local environment = {}

--- The file's text.
---@param base_url string
---@param ca_file string
---@param fixtures clinone.sandbox.Fixtures the first client's id and secret are taken
---@return string
function environment.text(base_url, ca_file, fixtures)
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
