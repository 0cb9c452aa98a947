--- Where and who, from a Postman environment: the published test environment,
-- an environment file, or the vendor's page metadata, which holds several.

local native = require "clinone.native"
local errors = require "clinone.error"
local suggest = require "clinone.suggest"
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

local function config_error(message, hint)
  return nil, errors.new { kind = "config", message = message, hint = hint }
end

local function is_enabled(value)
  return value.enabled ~= false and value.disabled ~= true
end

--- `{{name}}` in values, from the same environment; at most 19 passes, as in
-- Postman, since a value may hold templates again.
local function substitute(values)
  local function once(text)
    local changed = false
    text = text:gsub("{{([^{}]*)}}", function(name)
      local value = values[name]
      if value then changed = true end
      return value
    end)
    return text, changed
  end
  for name, value in pairs(values) do
    local passes = 0
    local changed
    repeat
      value, changed = once(value)
      passes = passes + 1
    until not changed or passes == 19
    values[name] = value
  end
end

local function fold(key)
  return (key:lower():gsub("[_%-]", ""))
end

local function read_values(list)
  local values = {}
  for _, entry in ipairs(list) do
    if type(entry) == "table" and type(entry.key) == "string" and is_enabled(entry) then
      local value = entry.value
      if type(value) == "number" or type(value) == "boolean" then value = tostring(value) end
      values[entry.key] = type(value) == "string" and value or nil
    end
  end
  substitute(values)
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
---@return clinone.Error|nil err kind `config`
function environment.load(which, name)
  if which == "test" then
    local copy = {}
    for key, value in pairs(environment.test) do copy[key] = value end
    return copy
  end
  local text, message = textfile.read(which)
  if not text then
    return config_error("the environment file cannot be read: " .. message,
      'Name a Postman environment file, or "test".')
  end
  local document, _, why = native.json.decode(text)
  if document == nil then return config_error(("the environment file %s is no JSON: %s"):format(which, why)) end
  local values, err = find_values(document, name, which)
  if not values then return nil, err end
  return read_values(values)
end

return environment
