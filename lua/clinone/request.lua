--- From a script's arguments to a call that can be sent, or to the error that
-- says why not.

local identifiers = require "clinone.identifiers"
local marks = require "clinone.marks"
local native = require "clinone.native"
local options = require "clinone.options"
local prefix = require "clinone.prefix"
local refusal = require "clinone.refusal"
local suggest = require "clinone.suggest"

local request = {}

local function refused(...)
  return nil, refusal.new(...)
end

local function stands_in_path(param)
  local place = param["in"]
  if type(place) ~= "table" then return place == "path" end
  for _, one in ipairs(place) do
    if one == "path" then return true end
  end
  return false
end

--- A lone value stands for the one path parameter that is left.
local function from_scalar(operation, bound, value)
  local left = {}
  for key, param in pairs(operation.params) do
    local is_filled = bound and bound[key] or param.variable ~= nil or param.default ~= nil
    if stands_in_path(param) and not is_filled then left[#left + 1] = key end
  end
  if #left == 1 then return { [left[1]] = value } end
  if #left == 0 then return refused(operation, "takes no single value; give a table of named values") end
  table.sort(left)
  return refused(operation, "several path parameters are left; name them",
    ("They are: %s."):format(table.concat(left, ", ")))
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
  local copy = marks.copy(params)
  local err
  for _, what in ipairs { "query", "headers" } do
    local own = operation.params[what]
    if own and type(copy[what]) == "table" and next(copy[what]) ~= nil and #copy[what] == 0
      and not operation.in_body(what) then
      return refused(operation, ("%s is a parameter of its own here, and takes a plain value"):format(what),
        ("No table of %s can be given to this operation."):format(what == "query" and "query parameters" or what))
    end
    if copy[what] ~= nil and not own then
      copy[what], err = sorted_pairs(copy[what], operation, what)
      if not copy[what] then return nil, err end
    end
  end
  if call_headers and operation.params.headers then
    return refused(operation, "headers is a parameter of its own here, and call options cannot add header lines",
      "Give them to clinone.new, as its option headers.")
  elseif call_headers then
    local list
    list, err = sorted_pairs(call_headers, operation, "headers")
    if not list then return nil, err end
    local joined = copy.headers or {}
    for _, header in ipairs(list) do joined[#joined + 1] = header end
    copy.headers = joined
  end
  return copy
end

--- Lua's share: what the core does not know of an operation. Nothing that the
-- script gave is changed.
local function take_steps(core, operation, params, bound)
  local copy, warnings = marks.copy(params), {}
  for _, step in ipairs(operation.steps) do
    local err = step(core, operation, copy, bound, warnings)
    if err then return nil, err end
  end
  return copy, warnings
end

local function joined(warnings, more)
  if not warnings[1] then return more end
  for _, warning in ipairs(more or {}) do warnings[#warnings + 1] = warning end
  return warnings
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
  if operation.prefixed then operation = prefix.choose(operation, params) end
  local call_headers
  if call_options ~= nil then call_headers = type(call_options) == "table" and call_options.headers or nil end
  local other = bound and identifiers.conflict(operation, params or {}, bound, call_headers)
  if other then return nil, refusal.of_core(operation, params, "bound", other) end
  local own_warnings
  if operation.steps then
    params, own_warnings = take_steps(core, operation, params, bound)
    if not params then return nil, own_warnings end
  end
  if call_options ~= nil then limits = options.for_call(call_options) end
  if call_headers or (params and (params.query ~= nil or params.headers ~= nil)) then
    params, err = with_lists(operation, params or {}, call_headers)
    if not params then return nil, err end
  end
  local session = operation.session or core.session
  local call, id, warnings, path, message = session:begin(operation.compiled, params, bound, limits)
  if call then return call, id, own_warnings and joined(own_warnings, warnings) or warnings end
  return nil, refusal.of_core(operation, params, id, warnings, path, message)
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
