--- Faults on demand: which ones are set, and which of them strikes a request.
--- How each kind looks is in clinone/sandbox/fault_kinds.lua.

local cjson = require "cjson"
local json = require "clinone.sandbox.json"
local kinds = require "clinone.sandbox.fault_kinds"

local faults = {}
faults.__index = faults

-- Type of every key a fault may have.
local KEYS = {
  operation = "string", kind = "string", count = "number", probability = "number",
  after = "number", seconds = "number", retry_after = "number", date = "boolean",
  status = "number", html = "boolean", location = "string", skew = "number", scp = "string",
}

function faults.new()
  return setmetatable({ list = {} }, faults)
end

local function check(given, operations)
  if type(given) ~= "table" then return "a fault must be an object" end
  for key, value in pairs(given) do
    if not KEYS[key] then return ("a fault has no key %q"):format(tostring(key)) end
    if type(value) ~= KEYS[key] then return ("%s must be a %s"):format(key, KEYS[key]) end
  end
  local kind = kinds[given.kind or ""]
  if not kind then return "kind is missing or unknown" end
  if not operations[given.operation or ""] then
    return 'operation must be one of the catalog ("patients.create"), "token" or "*"'
  end
  if kind.token_only and given.operation ~= "token" then
    return ('kind %s goes with operation "token" only'):format(given.kind)
  end
  for _, name in ipairs(kind.needs or {}) do
    if given[name] == nil then return ("kind %s needs %s"):format(given.kind, name) end
  end
  if given.probability and (given.probability < 0 or given.probability > 1) then
    return "probability must be from 0 to 1"
  end
  for _, name in ipairs { "count", "after", "seconds", "retry_after" } do
    if given[name] and given[name] < 0 then return name .. " must not be negative" end
  end
  if given.status and (given.status < 400 or given.status > 599) then
    return "status must be from 400 to 599"
  end
end

--- Sets faults: one, or a list. Either all of them or none.
---@param body string JSON
---@param operations table<string, boolean> the names that may be used
---@return integer|nil added
---@return string|nil message
function faults:add(body, operations)
  local root, message = json.read(body)
  if not root then return nil, "no valid JSON: " .. message end
  local given = cjson.decode(body)
  if root.kind ~= "array" then given = { given } end
  for _, fault in ipairs(given) do
    local problem = check(fault, operations)
    if problem then return nil, problem end
  end
  for _, fault in ipairs(given) do
    fault.count = fault.count or 1
    fault.probability = fault.probability or 1
    fault.after = fault.after or 0
    fault.struck = 0
    self.list[#self.list + 1] = fault
  end
  return #given
end

--- The fault that strikes now, if any; it counts as used. "*" stands for every
--- operation of the API, not for the token endpoint.
---@param names table<string, boolean> the operation's names
---@return table|nil fault
function faults:take(names)
  for _, fault in ipairs(self.list) do
    local meant = names[fault.operation] or (fault.operation == "*" and not names.token)
    if meant and fault.count > 0 then
      if fault.after > 0 then
        fault.after = fault.after - 1
      elseif math.random() < fault.probability then
        fault.count = fault.count - 1
        fault.struck = fault.struck + 1
        return fault
      end
    end
  end
end

function faults:clear()
  self.list = {}
end

--- All faults set, as a JSON list: as given, `count` and `after` still to come,
--- `struck` so far.
---@return string
function faults:to_json()
  local out = {}
  for i, fault in ipairs(self.list) do out[i] = cjson.encode(fault) end
  return "[" .. table.concat(out, ",") .. "]"
end

--- Plays a fault around a request.
---@param fault table
---@param serve fun(change: table|nil): clinone.sandbox.Answer carries the request out
---@return clinone.sandbox.Answer
function faults.play(fault, serve)
  return kinds[fault.kind].play(fault, serve)
end

return faults
