--- Collection, folder and request variables: each scope sees those around it.

local secret = require "clinone.postman.secret"
local text = require "clinone.postman.text"

local variables = {}

---@class clinone.postman.Scope
---@field values table<string, string|false> false: known, without a value (none was given, or it is a secret)
---@field docs table<string, string>

local function value_of(entry, name)
  local value = entry.value
  if type(value) == "boolean" then value = tostring(value) end
  if type(value) == "number" then value = value % 1 == 0 and ("%.0f"):format(value) or tostring(value) end
  if type(value) ~= "string" or value == "" then return false end
  if entry.type == "secret" or secret.is_name(name) or secret.is_value(value) then return false end
  if value:find "://[^/%s]*@" then return false end -- a URL with a password
  return value
end

--- A scope inside another one.
---@param list any `variable` of a collection, folder or request
---@param around clinone.postman.Scope|nil
---@return clinone.postman.Scope
function variables.scope(list, around)
  if type(list) ~= "table" or #list == 0 then
    if around then return around end
    list = {}
  end
  local scope = {
    values = setmetatable({}, around and { __index = around.values }),
    docs = setmetatable({}, around and { __index = around.docs }),
  }
  for _, entry in ipairs(list) do
    if type(entry) == "table" and entry.disabled ~= true and entry.enabled ~= false then
      local name = entry.key or entry.id
      if type(name) == "string" and name ~= "" then
        scope.values[name] = value_of(entry, name) -- of equal names the last one counts
        scope.docs[name] = text.plain(entry.description)
      end
    end
  end
  return scope
end

--- Calls `each` with every variable that a text names, and with those that
-- their values name.
---@param value string
---@param scope clinone.postman.Scope
---@param each fun(name: string)
function variables.named_in(value, scope, each)
  local seen = {}
  local function visit(current)
    for name in current:gmatch "{{([^{}]*)}}" do
      name = text.trim(name)
      if name ~= "" and name:sub(1, 1) ~= "$" and not seen[name] then
        seen[name] = true
        each(name)
        if scope.values[name] then visit(scope.values[name]) end
      end
    end
  end
  visit(value)
end

return variables
