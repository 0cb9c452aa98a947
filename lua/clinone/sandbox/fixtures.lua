--- Reads and checks a fixtures document (JSON): what the sandbox knows at its
--- start and after `POST /sandbox/reset`.
--
-- Keys of the document; every key but `clients` may be left out:
--   tenant          first label of the tenant, "clinonesandbox"
--   policy          B2C policy in the token URL, "b2c_1_signin_signup"
--   api             last part of the App ID URI in the scope, "clinoneapi"
--   token_lifetime  seconds a token lives, 3600
--   clients         External Clients: {id, secret, scopes: ["api.<group>.<action>"],
--                   studies: ["ONC-301"] or "All Studies"}; the group "*" stands
--                   for every group, which is the sandbox's own invention
--   keys            resource -> the fields that make up its natural key (a second
--                   record with an equal key is answered with 409). The resource
--                   whose key is studyIdentifier says which studies exist; the one
--                   with studyIdentifier and siteIdentifier, which sites.
--   records         resource -> records, kept byte for byte as written here

local cjson = require "cjson"
local json = require "clinone.sandbox.json"

local fixtures = {}

--- In a scope, the group that stands for all.
fixtures.ANY_GROUP = "*"

---@class clinone.sandbox.Client
---@field id string
---@field secret string
---@field scopes string[]
---@field all_studies boolean
---@field studies table<string, boolean> study identifiers

---@class clinone.sandbox.Fixtures
---@field tenant string
---@field policy string
---@field api string
---@field token_lifetime integer seconds
---@field clients clinone.sandbox.Client[]
---@field keys table<string, string[]>
---@field records table<string, string[]> each record as its JSON text

local KNOWN = {
  tenant = "string", policy = "string", api = "string", token_lifetime = "number",
  clients = "table", keys = "table", records = "table",
}

local function list_of_strings(value)
  if type(value) ~= "table" then return false end
  for key, item in pairs(value) do
    if type(key) ~= "number" or type(item) ~= "string" then return false end
  end
  return true
end

local function read_client(given, place)
  if type(given) ~= "table" then return nil, place .. " must be an object" end
  for _, name in ipairs { "id", "secret" } do
    if type(given[name]) ~= "string" or given[name] == "" then
      return nil, ("%s.%s must be a text"):format(place, name)
    end
  end
  if not list_of_strings(given.scopes) then
    return nil, place .. ".scopes must be a list of texts"
  end
  for _, scope in ipairs(given.scopes) do
    if not scope:find("^api%.[^.%s]+%.[^.%s]+$") then
      return nil, place .. '.scopes must look like "api.patient.read"'
    end
  end
  local studies = given.studies
  if type(studies) == "string" then studies = { studies } end
  if not list_of_strings(studies) then
    return nil, place .. '.studies must be a list of study identifiers, or "All Studies"'
  end
  local client = {
    id = given.id, secret = given.secret, scopes = given.scopes,
    all_studies = false, studies = {},
  }
  for _, study in ipairs(studies) do
    if study == "All Studies" then client.all_studies = true end
    client.studies[study] = true
  end
  return client
end

-- The raw text of every record, by resource.
local function read_records(text, root)
  local records = {}
  for _, member in ipairs(json.children(text, root)) do
    if member.key == "records" then
      if member.kind ~= "object" then return nil, "records must be an object" end
      for _, resource in ipairs(json.children(text, member)) do
        local list = {}
        records[resource.key] = list
        if resource.kind ~= "array" then
          return nil, ("records.%s must be a list"):format(resource.key)
        end
        for i, record in ipairs(json.children(text, resource)) do
          if record.kind ~= "object" then
            return nil, ("records.%s[%d] must be an object"):format(resource.key, i)
          end
          list[i] = text:sub(record.first, record.last)
        end
      end
    end
  end
  return records
end

-- A token that names more groups than this would not fit into a request's headers.
local MOST_GROUPS = 150

local ACTIONS = { coordinator = "manage", reader = "read", outsider = "manage" }

--- The default document's text. Its clients may do what they are for with every
--- group of the catalog.
---@param groups string[]|nil scope groups; nil: those of the built-in catalog
---@return string
function fixtures.default_text(groups)
  local text = require "clinone.sandbox.default_fixtures"
  if not groups then return text end
  if #groups > MOST_GROUPS then groups = { fixtures.ANY_GROUP } end
  local function scopes(before, name)
    local list = {}
    for i, group in ipairs(groups) do list[i] = ('"api.%s.%s"'):format(group, ACTIONS[name]) end
    return before .. "[" .. table.concat(list, ", ") .. "]"
  end
  return (text:gsub('("id": "sandbox%-(%a+)",%s*"secret": "[^"]*",%s*"scopes": )%b[]', scopes))
end

--- Reads a document. Returns nil and a message that names the key at fault.
---@param text string
---@return clinone.sandbox.Fixtures|nil
---@return string|nil message
function fixtures.read(text)
  text = text:gsub("^\239\187\191", "") -- a byte order mark, as editors leave it
  local root, message = json.read(text)
  if not root then return nil, "no valid JSON: " .. message end
  if root.kind ~= "object" then return nil, "must be a JSON object" end
  local given = cjson.decode(text)
  for key, value in pairs(given) do
    if not KNOWN[key] then return nil, ("unknown key %q"):format(key) end
    if type(value) ~= KNOWN[key] then return nil, ("%s has the wrong type"):format(key) end
  end
  if type(given.clients) ~= "table" or #given.clients == 0 then
    return nil, "clients must list at least one External Client"
  end

  local read = {
    tenant = given.tenant or "clinonesandbox",
    policy = given.policy or "b2c_1_signin_signup",
    api = given.api or "clinoneapi",
    token_lifetime = given.token_lifetime or 3600,
    clients = {},
    keys = given.keys or {},
  }
  for _, name in ipairs { "tenant", "policy", "api" } do
    if not read[name]:find("^[%w_%-]+$") then
      return nil, name .. " may hold letters, digits, _ and - only"
    end
  end
  if read.token_lifetime <= 0 or read.token_lifetime % 1 ~= 0 then
    return nil, "token_lifetime must be a whole number of seconds above 0"
  end
  for i, client in ipairs(given.clients) do
    local problem
    read.clients[i], problem = read_client(client, ("clients[%d]"):format(i))
    if problem then return nil, problem end
  end
  for resource, key in pairs(read.keys) do
    if not list_of_strings(key) or #key == 0 then
      return nil, ("keys.%s must be a list of field names"):format(resource)
    end
  end
  read.records, message = read_records(text, root)
  if not read.records then return nil, message end
  return read
end

return fixtures
