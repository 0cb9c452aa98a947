--- The catalog's variables, by the names that the vendor's Postman collection
-- gave them. Values come in layers, the later wins: the catalog, the
-- environment file, the option `variables`.

local errors = require "clinone.error"
local native = require "clinone.native"
local suggest = require "clinone.suggest"
local template = require "clinone.postman.template"

local variables = {}

---@class clinone.Variables
---@field values table<string, string> what is set, secrets only where the script gave them
---@field sources table<string, "catalog"|"environment"|"option">
---@field withheld table<string, boolean> names that the environment file has as secrets
local Variables = {}
Variables.__index = Variables

local config_error = errors.config

--- A number as a script would write it, to its last digit.
local function text_of(value)
  return type(value) == "number" and native.json.encode(value) or value
end

--- Names that a text holds as `{{name}}`.
local function add_names(set, text)
  for name in tostring(text):gmatch "{{([^{}]*)}}" do
    if name:sub(1, 1) ~= "$" then set[name:match "^%s*(.-)%s*$"] = true end
  end
end

--- Every name that a value could be of use under.
local function known_names(document, values)
  local known = {}
  for name in pairs(document.variables or {}) do known[name] = true end
  for _, url in pairs(document.servers or {}) do add_names(known, url) end
  for _, value in pairs(values) do add_names(known, value) end
  return known
end

--- Puts the layers together.
---@param document table the catalog
---@param from_environment table<string, string> empty values count as unset, as Postman exports secrets
---@param given table<string, string|number>|nil the option `variables`, checked
---@param withheld table<string, boolean> names of secrets in the environment
---@return clinone.Variables|nil
---@return clinone.Error|nil err kind `config`: a name that the catalog does not have
function variables.new(document, from_environment, given, withheld)
  local values, sources = {}, {}
  local function set(name, value, source)
    if value ~= nil and (value ~= "" or source == "option") then values[name], sources[name] = value, source end
  end
  for name, variable in pairs(document.variables or {}) do
    local value = type(variable) == "table" and variable.value
    if type(value) == "string" or type(value) == "number" then set(name, text_of(value), "catalog") end
  end
  for name, value in pairs(from_environment) do set(name, value, "environment") end
  for name, value in pairs(given or {}) do set(name, text_of(value), "option") end
  local known = given and known_names(document, values)
  for name in pairs(given or {}) do
    if not known[name] then
      return config_error(('option variables: the catalog has no variable "%s"%s'):format(name,
        suggest.phrase(name, known)))
    end
  end
  return setmetatable({ values = values, sources = sources, withheld = withheld }, Variables)
end

--- How a script sets a variable.
local function way_out(self, name)
  local option = ("Set the option variables = { [%q] = \"...\" }"):format(name)
  if self.withheld[name] then
    return ("The environment file has %s as a secret, which goes into no request by itself. %s."):format(name, option)
  end
  return ("%s, or put %s into the environment file."):format(option, name)
end

--- A text with all its templates resolved.
---@param text string
---@return string|nil resolved
---@return string|nil message which variable has no value; never a value
---@return string|nil hint
function Variables:resolve(text)
  if not text:find("{{", 1, true) then return text end
  local resolved, unresolved, looped = template.resolve(text, self.values)
  if looped then
    local names = {}
    add_names(names, text)
    return nil, ("the variables of %s name each other in a circle"):format(next(names) or "the catalog"),
      "Give one of them a value of its own with the option variables."
  elseif unresolved[1] then
    local missing, own = unresolved[1], {}
    add_names(own, text)
    local inside = not own[missing] and next(own) and (", which %s needs,"):format(next(own)) or ""
    return nil, ('the variable "%s"%s is not set'):format(missing, inside), way_out(self, missing)
  elseif resolved:find("{{$", 1, true) then
    return nil, "a variable holds a value that Postman makes up for each request (" ..
      resolved:match "{{(%$[^{}]*)}}" .. ")", "Give it a value with the option variables."
  end
  return resolved
end

--- The value of a variable.
---@param name string
---@return string|nil value
---@return string|nil message
---@return string|nil hint
function Variables:get(name)
  return self:resolve("{{" .. name .. "}}")
end

--- The host in a URL, as it is written.
local function host_of(text)
  return text:match "^%s*https?://([^/:]*)" or text:match "^%s*([^/:]*)"
end

--- Who names the host of a URL that is made of variables: the script before
-- the environment; nil: the catalog alone.
---@param url string
---@return "option"|"environment"|nil
function Variables:who_names_host(url)
  local seen, found = {}, nil
  local function visit(text)
    local names = {}
    add_names(names, host_of(text))
    for name in pairs(names) do
      if not seen[name] and self.values[name] then
        seen[name] = true
        local source = self.sources[name]
        if source == "option" or source == "environment" and not found then found = source end
        visit(self.values[name])
      end
    end
  end
  visit(url)
  return found
end

--- Whether a variable has a value, be it one of templates.
---@param name string
---@return boolean
function Variables:has(name)
  return self.values[name] ~= nil
end

return variables
