--- From a script's arguments to a call that can be sent, or to the error that
-- says why not.

local errors = require "clinone.error"
local native = require "clinone.native"
local options = require "clinone.options"
local suggest = require "clinone.suggest"

local request = {}

local function refused(operation, message, hint)
  return nil, errors.new { kind = "validation", operation = operation.name, message = message, hint = hint }
end

--- The one path parameter that a lone value stands for.
local function lone_parameter(operation, bound)
  local only
  for key, param in pairs(operation.params) do
    local place = param["in"]
    if place == "path" and not (bound and bound[key]) then
      if only then return nil, true end
      only = key
    end
  end
  return only
end

local function from_scalar(operation, bound, value)
  local key, several = lone_parameter(operation, bound)
  if key then return { [key] = value } end
  if several then
    return refused(operation, "several path parameters are left; name them", operation.name .. "{ key = value, ... }")
  end
  return refused(operation, "takes no single value; give a table of named values")
end

--- `query` and `headers` as sorted lists of {name, value}.
local function sorted_pairs(map, operation, what)
  if type(map) ~= "table" then return refused(operation, what .. " must be a table of names and values") end
  local names = {}
  for name in pairs(map) do
    if type(name) ~= "string" then return refused(operation, what .. " must be a table of names and values") end
    names[#names + 1] = name
  end
  table.sort(names)
  for i, name in ipairs(names) do names[i] = { name, map[name] } end
  return names
end

--- A copy of params in which `query` and `headers` are lists.
local function with_lists(operation, params, call_headers)
  local copy = setmetatable({}, getmetatable(params))
  for key, value in pairs(params) do copy[key] = value end
  local err
  for _, what in ipairs { "query", "headers" } do
    if copy[what] ~= nil and not operation.params[what] then
      copy[what], err = sorted_pairs(copy[what], operation, what)
      if not copy[what] then return nil, err end
    end
  end
  if call_headers then
    local list
    list, err = sorted_pairs(call_headers, operation, "headers")
    if not list then return nil, err end
    local joined = copy.headers or {}
    for _, header in ipairs(list) do joined[#joined + 1] = header end
    copy.headers = joined
  end
  return copy
end

local function names_another(map, bound)
  for key, value in pairs(bound) do
    local given = type(map) == "table" and map[key]
    if type(given) == "number" then given = ("%.0f"):format(given) end
    if given and given ~= value then return key end
  end
  return nil
end

--- The identifier by which what goes out as it is (query, headers, a list of
-- records as body) names another study or site than the handle; nil: none.
-- The core looks at named values, and at a body that is one object.
local function conflict(operation, params, bound)
  for _, what in ipairs { "query", "headers" } do
    local key = not operation.params[what] and names_another(params[what], bound)
    if key then return key end
  end
  if operation.params.body or type(params.body) ~= "table" then return nil end
  for _, record in ipairs(params.body) do
    local key = names_another(record, bound)
    if key then return key end
  end
  return nil
end

--- What may be written in the place of an unknown key.
local function known_keys(operation)
  local known = { body = true, query = true, headers = true }
  for key in pairs(operation.params) do known[key] = true end
  return known
end

local function place_of(operation, key, path)
  local param = operation.params[key]
  local where = param and (param["in"] or "query") or "body"
  if type(where) == "table" then where = where[#where] end
  if key == "body" and not param then return path ~= "" and "body." .. path or "body" end
  if key then where = where .. "." .. tostring(key) end
  if path ~= "" then where = where .. (path:sub(1, 1) == "[" and "" or ".") .. path end
  return where
end

--- A key of params that the operation does not know and that looks like the
-- one that is missing.
local function misspelt(operation, params, missing)
  for key in pairs(params or {}) do
    if not operation.params[key] and suggest.nearest(key, { [missing] = true }) then return key end
  end
  return nil
end

--- The core's refusal in plain words.
local function refusal(operation, params, reason, key, path, message)
  if reason == "missing" then
    local other = misspelt(operation, params, key)
    local doc = (operation.params[key] or {}).doc
    return refused(operation,
      key .. " is missing" .. (other and (' (did you mean it by "%s"?)'):format(other) or ""),
      doc and ("It is: %s."):format(doc) or nil)
  elseif reason == "unknown" then
    return refused(operation, ("unknown key %s%s"):format(tostring(key), suggest.phrase(key, known_keys(operation))))
  elseif reason == "bound" then
    return refused(operation, ("%s is given by the handle, and the call names another one"):format(tostring(key)),
      "Leave it out, or make the call through another handle, or through the client itself.")
  elseif reason == "url" or reason == "header" then
    return refused(operation, message)
  end
  return refused(operation, ("%s: %s"):format(place_of(operation, key, path), message))
end

--- Builds a call. Nothing is sent.
---@param core table the client's inside
---@param operation clinone.Operation
---@param params any what the script gave
---@param bound table|nil identifiers of a handle
---@param call_options table|nil as the script gave them
---@param limits table|nil in their place: limits for `session:begin`
---@return userdata|nil call
---@return string|clinone.Error id_or_err the request id, the same for all attempts
---@return string[]|nil warnings
function request.build(core, operation, params, bound, call_options, limits)
  local err
  if type(params) == "string" or type(params) == "number" then
    params, err = from_scalar(operation, bound, params)
    if not params then return nil, err end
  elseif params ~= nil and type(params) ~= "table" then
    return refused(operation, ("parameters must be a table, not a %s"):format(type(params)))
  end
  local other = bound and params and conflict(operation, params, bound)
  if other then return refusal(operation, params, "bound", other) end
  if call_options ~= nil then limits = options.for_call(call_options) end
  local call_headers = call_options and call_options.headers
  if call_headers or (params and (params.query ~= nil or params.headers ~= nil)) then
    params, err = with_lists(operation, params or {}, call_headers)
    if not params then return nil, err end
  end
  local call, id, warnings, path, message = core.session:begin(operation.compiled, params, bound, limits)
  if call then return call, id, warnings end
  return refusal(operation, params, id, warnings, path, message)
end

--- Checks the arguments of `api:request`.
---@param spec table
---@return boolean|nil ok
---@return clinone.Error|nil err
function request.check_free(spec)
  local operation = { name = "request", params = {} }
  if type(spec) ~= "table" then
    return refused(operation, "takes a table: {method=, path=, query=, headers=, body=}")
  end
  local known = { method = true, path = true, query = true, headers = true, body = true }
  for key in pairs(spec) do
    if not known[key] then
      return refused(operation, ("unknown key %s%s"):format(tostring(key), suggest.phrase(key, known)))
    end
  end
  if type(spec.path) ~= "string" then return refused(operation, "path is missing; it looks like \"/patients\"") end
  local ok, _, message = native.text.check_path(spec.path)
  if not ok then return refused(operation, message, "A query goes into query = {}.") end
  local method = spec.method or "GET"
  if type(method) ~= "string" or not method:match "^%a+$" or #method > 15 then
    return refused(operation, "method must be a word such as \"GET\"")
  end
  return true
end

return request
