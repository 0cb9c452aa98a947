--- Several operations of one method and path: which of them a request means.

local cjson = require "cjson"
local body = require "clinone.sandbox.body"
local json = require "clinone.sandbox.json"

local variants = {}

local PRESENT, MISSING, OTHER_CONTENT, SAME_QUERY, SAME_OPERATION = 1, -4, -8, 10, 5
local NO_TOKEN = 0.5 -- decides between equals only

-- The names of a body's members, as far as it has any.
local function body_keys(request, route)
  local keys = {}
  local text, root = body.read(route.content, request.body, request.content_header)
  for _, member in ipairs(root and root.kind == "object" and json.children(text, { first = 1 }) or {}) do
    keys[member.key] = true
  end
  return keys
end

local function count(params, given)
  local grade = 0
  for name, param in pairs(params) do
    if given[name] ~= nil then
      grade = grade + PRESENT
    elseif param.required == true then
      grade = grade + MISSING
    end
  end
  return grade
end

local function same_graphql(request, route)
  local ok, sent = pcall(cjson.decode, request.body)
  if not ok or type(sent) ~= "table" then return 0 end
  local function squeeze(text) return type(text) == "string" and text:gsub("%s+", " ") or nil end
  if squeeze(sent.query) == squeeze(route.graphql.query) then return SAME_QUERY end
  return sent.operationName ~= nil and sent.operationName == route.graphql.operation and SAME_OPERATION or 0
end

local function grade(request, route)
  local params = route.params
  local value = count(params.query, request.query) + count(params.header, request.headers)
  if route.public and not request.authorization then value = value + NO_TOKEN end
  if request.body == "" then return value + count(params.body, {}) end
  if not body.fits(route.content, request.content_type) then return value + OTHER_CONTENT end
  if route.graphql then return value + same_graphql(request, route) end
  return value + count(params.body, body_keys(request, route))
end

--- The one whose parameters a request fits best, else the first by name. What the
--- API itself has at a path stands before what another server has there.
---@param list clinone.sandbox.Route[] sorted
---@param request table query, headers, body and content_type are read
---@return clinone.sandbox.Route
function variants.choose(list, request)
  local best, best_grade = list[1], nil
  if #list == 1 then return best end
  for _, route in ipairs(list) do
    local hidden = route.server ~= nil and list[1].server == nil
    local value = hidden and -math.huge or grade(request, route)
    if not best_grade or value > best_grade then best, best_grade = route, value end
  end
  return best
end

return variants
