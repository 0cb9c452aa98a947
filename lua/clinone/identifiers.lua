--- studyIdentifier and siteIdentifier where the core does not see them: in a
-- deeper place of the body, in each element of a list, under the API's own
-- spelling. A handle fills them in; whoever contradicts it is refused. What a
-- script gave is copied where it is changed.

local marks = require "clinone.marks"
local native = require "clinone.native"
local refusal = require "clinone.refusal"

local identifiers = {}

identifiers.keys = { "siteIdentifier", "studyIdentifier" }

--- An integer stands for its digits.
local function text_of(value)
  if type(value) == "number" and value % 1 == 0 then return native.json.encode(value) end
  return value
end

--- What is written: the catalog may say that the API's identifiers are
-- numbers.
local function typed(spot, value)
  if spot.type ~= "integer" and spot.type ~= "number" then return value end
  local number = type(value) == "string" and tonumber(value)
  return number and text_of(number) == value and number or value
end

--- Whether this file sees to a parameter of the body, or the core.
---@param param table
---@param graphql boolean|nil
---@return boolean
function identifiers.is_deep(param, graphql)
  return graphql or param.nested ~= nil or param.type == "integer" or param.type == "number"
end

--- Puts the value in its place below `holder`, which is ours to change.
---@return integer placed how often
---@return string|nil reason "bound": something else stands there; "type": nothing can stand there
local function put(holder, spot, at, value, explicit)
  local step = spot.path[at]
  if step == nil then
    local there = rawget(holder, spot.wire)
    if there == nil and spot.wire ~= spot.key then
      there = rawget(holder, spot.key)
      holder[spot.key] = nil
    end
    if there ~= nil and text_of(there) ~= value then return 0, "bound" end
    holder[spot.wire] = there ~= nil and there or typed(spot, value)
    return 1
  end
  local total = 0
  if step == "*" then
    for i, element in ipairs(holder) do
      if type(element) == "table" then
        holder[i] = marks.copy(element)
        local placed, reason = put(holder[i], spot, at + 1, value, explicit)
        if reason then return 0, reason end
        total = total + placed
      end
    end
    return total
  end
  local inner = rawget(holder, step)
  if inner == nil then
    -- No list is made up, and a null that the record remembers stays one.
    if at < spot.last_list or not explicit and marks.is_null(holder, step) then return 0 end
  elseif type(inner) ~= "table" then
    return 0, explicit and "type" or nil
  end
  holder[step] = marks.copy(inner)
  return put(holder[step], spot, at + 1, value, explicit)
end

local function no_place(operation, spot, reason)
  local place = table.concat(spot.path, ".")
  if reason == "bound" then
    return refusal.new(operation, ("%s is given, and body.%s holds another one"):format(spot.key, place),
      "Leave one of the two out.")
  end
  return refusal.new(operation, ("%s belongs into body.%s, which is not there"):format(spot.key, place))
end

local function place(operation, params, spot, bound)
  local given, value = params[spot.key], bound and bound[spot.key]
  if given ~= nil then
    if value and text_of(given) ~= value then return refusal.of_core(operation, params, "bound", spot.key) end
    value = text_of(given)
  end
  if not spot.elsewhere then params[spot.key] = nil end
  if value == nil then
    return spot.required and params.body == nil and refusal.of_core(operation, params, "missing", spot.key) or nil
  end
  local whole = params.body ~= nil and not operation.params.body
  if spot.path[1] == "*" then
    if type(params.body) ~= "table" then return given ~= nil and no_place(operation, spot) or nil end
    params.body = marks.copy(params.body)
  elseif whole and given ~= nil and not spot.elsewhere then
    return refusal.of_core(operation, params, "value", spot.key, "",
      "it is given beside `body`, which is the whole body")
  elseif whole and type(params.body) ~= "table" then
    return nil
  end
  -- A whole body goes out as it was given; it is looked at all the same.
  local holder = spot.path[1] == "*" and params.body or whole and marks.copy(params.body) or params
  if spot.path[1] == nil and not whole then
    params[spot.key] = typed(spot, value)
    return nil
  end
  local placed, reason = put(holder, spot, 1, value, given ~= nil)
  if reason == "bound" and given == nil then return refusal.of_core(operation, params, "bound", spot.key) end
  if reason or placed == 0 and given ~= nil and not spot.elsewhere then return no_place(operation, spot, reason) end
  return nil
end

--- A step of `request.build`: the API's own spelling of a key becomes ours,
-- and the deep ones go to their places.
---@param _ table
---@param operation clinone.Operation
---@param params table ours to change; tables in it are the script's
---@param bound table|nil identifiers of a handle
---@return clinone.Error|nil err
function identifiers.step(_, operation, params, bound)
  for wire, key in pairs(operation.spellings) do
    local value = rawget(params, wire)
    if value ~= nil then
      if params[key] ~= nil and params[key] ~= value then
        return refusal.new(operation, ("%s and %s are two names of one parameter"):format(key, wire))
      end
      params[key], params[wire] = value, nil
    end
  end
  for _, spot in ipairs(operation.spots) do
    local err = place(operation, params, spot, bound)
    if err then return err end
  end
  return nil
end

--- What there is to do for an operation: `spots` and `spellings`, or nil.
---@param params table as in the catalog
---@param elsewhere fun(key: string): boolean whether a key stands outside of the body, too
---@param in_body fun(key: string): boolean
---@param graphql boolean|nil
---@return table[]|nil spots
---@return table<string, string>|nil spellings the API's name -> ours
function identifiers.read(params, elsewhere, in_body, graphql)
  local spots, spellings, some = {}, {}, false
  for _, key in ipairs(identifiers.keys) do
    local param = params[key]
    local wire = param and param.name or key
    if param and wire ~= key and not params[wire] then spellings[wire], some = key, true end
    if param and in_body(key) and identifiers.is_deep(param, graphql) then
      local path, last_list = param.nested or {}, 0
      for i, step in ipairs(path) do last_list = step == "*" and i or last_list end
      spots[#spots + 1] = {
        key = key, wire = wire, path = path, last_list = last_list, type = param.type, required = param.required,
        elsewhere = elsewhere(key),
      }
      some = true
    end
  end
  if some then return spots, spellings end
  return nil
end

local function names_another(map, operation, bound)
  if type(map) ~= "table" then return nil end
  for key, value in pairs(bound) do
    local param = operation.params[key]
    for _, name in ipairs { key, param and param.name or nil } do
      local given = map[name]
      if given ~= nil and text_of(given) ~= value then return key end
    end
  end
  return nil
end

--- The same of header lines, whose names have no case.
local function header_names_another(headers, operation, bound)
  if type(headers) ~= "table" then return nil end
  local names = {}
  for key in pairs(bound) do
    local param = operation.params[key]
    names[key:lower()] = key
    if param and param.name then names[param.name:lower()] = key end
  end
  for name, given in pairs(headers) do
    local key = type(name) == "string" and names[name:lower()]
    if key and text_of(given) ~= bound[key] then return key end
  end
  return nil
end

--- The identifier by which what goes out as it is (query, headers, a whole
-- body) names another study or site than the handle; nil: none. The core
-- looks at named values.
---@param operation clinone.Operation
---@param params table
---@param bound table
---@param call_headers table|nil the call option `headers`
---@return string|nil key
function identifiers.conflict(operation, params, bound, call_headers)
  local outside = not operation.params.query and names_another(params.query, operation, bound)
    or not operation.params.headers and header_names_another(params.headers, operation, bound)
    or header_names_another(call_headers, operation, bound)
  if outside then return outside end
  if operation.params.body or type(params.body) ~= "table" then return nil end
  local key = names_another(params.body, operation, bound)
  for _, record in ipairs(params.body) do key = key or names_another(record, operation, bound) end
  return key
end

return identifiers
