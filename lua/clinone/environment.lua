--- Where and who, from a Postman environment: the published test environment,
-- an environment file, or the vendor's page metadata, which holds several.

local errors = require "clinone.error"
local native = require "clinone.native"
local secret = require "clinone.postman.secret"
local suggest = require "clinone.suggest"
local template = require "clinone.postman.template"
local textfile = require "clinone.textfile"

local environment = {}

--- The vendor's test environment, from the published page ("Generating a
-- JWT", "Test Environments"; Postman environment "zzzTest1 (DEMO)").
environment.test = {
  base_url = "https://test1api.clinone.com",
  token_url = "https://clinoneb2cqa.b2clogin.com/clinoneb2cqa.onmicrosoft.com/b2c_1_signin_signup/oauth2/v2.0/token",
  scope = "https://clinoneb2cqa.onmicrosoft.com/clinoneapi/.default",
}

-- Keys are compared without case, "_" and "-"; the first listed wins.
local keys = {
  { "base_url", "baseurl" },
  { "token_url", "tokenurl", "accesstokenurl" },
  { "scope", "scope" },
  { "client_id", "clientid", "clientkey" },
  { "client_secret", "clientsecret" },
  { "ca_file", "cafile" }, -- not Postman's: the sandbox's own CA
  { "hmac_key", "hmacclientkey" },
  { "hmac_secret", "hmacsecretkey" },
}

local config_error = errors.config

local function is_enabled(value)
  return value.enabled ~= false and value.disabled ~= true
end

local function fold(key)
  return (key:lower():gsub("[_%-]", ""))
end

--- All enabled values, resolved, and which of them may stand in a request.
local function read_values(list)
  local raw, open, withheld = {}, {}, {}
  for _, entry in ipairs(list) do
    if type(entry) == "table" and type(entry.key) == "string" and is_enabled(entry) then
      local value = entry.value
      if type(value) == "number" or type(value) == "boolean" then value = tostring(value) end
      value = type(value) == "string" and value or nil
      raw[entry.key] = value
      withheld[entry.key] = (value or "") ~= "" and (entry.type == "secret" or secret.is_name(entry.key)) or nil
      open[entry.key] = not withheld[entry.key] and value or nil
    end
  end
  local all, plain = {}, {}
  for key, value in pairs(raw) do all[key] = template.resolve(value, raw) end
  for key, value in pairs(open) do plain[key] = template.resolve(value, open) end
  local function lookup(key) return all[key] ~= "" and all[key] or nil end
  return all, { plain = plain, withheld = withheld, lookup = lookup }
end

--- The settings among the values.
local function read_settings(list, values)
  local folded = {}
  for _, entry in ipairs(list) do
    if type(entry) == "table" and type(entry.key) == "string" and (values[entry.key] or "") ~= "" then
      folded[fold(entry.key)] = values[entry.key]
    end
  end
  local settings = {}
  for _, names in ipairs(keys) do
    for i = 2, #names do
      local value = folded[names[i]]
      if value and not settings[names[1]] then settings[names[1]] = value end
    end
  end
  return settings
end

local function choose(environments, name, path)
  local known, only = {}, nil
  for _, candidate in ipairs(environments) do
    if type(candidate) == "table" and type(candidate.name) == "string" then
      known[candidate.name] = candidate
      only = candidate
    end
  end
  if not name and #environments == 1 and only then return only end
  if name and known[name] then return known[name] end
  if not only then return config_error(path .. " holds no environment") end
  return config_error(
    name and ('%s has no environment "%s"%s'):format(path, name, suggest.phrase(name, known))
    or ("%s holds several environments%s"):format(path, suggest.phrase(nil, known)),
    "Say which one with the option environment_name, or CLINONE_ENVIRONMENT_NAME.")
end

--- Finds the list of values in a decoded document, whatever wraps it.
local function find_values(document, name, path)
  if type(document) ~= "table" then return config_error(path .. " is no Postman environment") end
  if type(document.environment) == "table" then document = document.environment end
  if type(document.environments) == "table" then
    local chosen, err = choose(document.environments, name, path)
    if not chosen then return nil, err end
    document = chosen
  end
  if type(document.values) == "table" then return document.values end
  if type(document.info) == "table" and type(document.item) == "table" then
    return config_error(path .. " is a Postman collection, not an environment",
      "Export the environment from Postman (Environments, ..., Export) and name that file.")
  end
  return config_error(path .. " is no Postman environment: it has no list `values`")
end

--- Reads an environment.
---@param which string "test", or the path of a file
---@param name string|nil which one, where a file holds several
---@return table|nil settings base_url, token_url, scope, client_id, client_secret, ca_file, hmac_key, hmac_secret; unset ones are nil
---@return { plain: table<string, string>, withheld: table<string, boolean>, lookup: fun(key: string): string|nil }|clinone.Error values `plain`: all that are no secrets, by key; `withheld`: the keys of the others; or the error, kind `config`
function environment.load(which, name)
  if which == "test" then
    local copy = {}
    for key, value in pairs(environment.test) do copy[key] = value end
    return copy, { plain = {}, withheld = {}, lookup = function() return nil end }
  end
  local text, message = textfile.read(which)
  if not text then
    return config_error("the environment file cannot be read: " .. message,
      'Name a Postman environment file, or "test".')
  end
  local document, _, why = native.json.decode(text)
  if document == nil then return config_error(("the environment file %s is no JSON: %s"):format(which, why)) end
  local list, err = find_values(document, name, which)
  if not list then return nil, err end
  local all, values = read_values(list)
  return read_settings(list, all), values
end

return environment
