--- Where the API is: the catalog, the values of its variables, and the base
-- URL that they and the settings give.

local catalog = require "clinone.catalog"
local errors = require "clinone.error"
local layers = require "clinone.layers"
local options = require "clinone.options"
local servers = require "clinone.servers"
local variables = require "clinone.variables"

local place = {}

local config_error = errors.config

--- The catalog's variables; what the environment file holds as the secret is
-- none of them.
local function read_variables(document, settings)
  local found, secret = settings.found, (document.auth or {}).client_secret_variable
  local values = {}
  for name, value in pairs(found and found.values or {}) do values[name] = name ~= secret and value or nil end
  local withheld = found and found.withheld or {}
  if secret and found and found.values[secret] then withheld[secret] = true end
  return variables.new(document, values, settings.variables, withheld)
end

--- Where variables name the host of the catalog's default server, what the
-- script or the environment gives under these names makes the base URL.
local function take_named_base(document, found, settings, sources)
  local name, text, source = servers.named_base(document, found)
  local former = sources.base_url
  if text and (source == "option" and former ~= "option" or former == nil or former == "variable") then
    settings.base_url, sources.base_url = text, source
  elseif name and settings.base_url and source ~= "option" then
    -- Other servers may be made of the same variable.
    found.values[name], found.sources[name] = settings.base_url, former
  end
end

--- base_url, token_url and scope may hold variables.
local function resolve_texts(found, settings)
  for _, name in ipairs { "base_url", "token_url", "scope" } do
    if settings[name] then
      local text, message, hint = found:resolve(settings[name])
      if not text then return config_error(("%s: %s"):format(name, message), hint) end
      settings[name] = text
    end
  end
  return true
end

local function check_base(document, found, settings, sources)
  take_named_base(document, found, settings, sources)
  local ok, err = layers.check_mixture(sources)
  if not ok then return nil, err end
  if not settings.base_url then
    return config_error("no base_url: where is the ClinOne API?",
      'Say environment = "test", or set CLINONE_ENVIRONMENT (test, or the path of a Postman environment file), '
      .. "or give the option base_url." .. servers.offer(document, found))
  end
  ok, err = resolve_texts(found, settings)
  if not ok then return nil, err end
  return options.check_base_url(settings.base_url, "base_url")
end

--- Loads the catalog and settles where it is spoken.
---@param settings table changed: base_url, token_url, scope
---@param sources table changed
---@return { document: table, variables: clinone.Variables, base: string, url: table }|nil
---@return clinone.Error|nil err kind `config`
function place.find(settings, sources)
  local document, err = catalog.load(settings.catalog)
  if not document then return nil, err end
  local found
  found, err = read_variables(document, settings)
  if not found then return nil, err end
  local base, url = check_base(document, found, settings, sources)
  if not base then return nil, url end
  return { document = document, variables = found, base = base, url = url }
end

return place
