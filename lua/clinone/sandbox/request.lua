--- Reads a request off nginx into a plain table, and checks it against the
--- catalog: content type, JSON, required keys, types, unknown keys.

local answer = require "clinone.sandbox.answer"
local json = require "clinone.sandbox.json"
local store = require "clinone.sandbox.store"

local request = {}

local HAS_BODY = { POST = true, PUT = true, PATCH = true }

local function split(path)
  local segments = {}
  for segment in path:gmatch("[^/]+") do segments[#segments + 1] = ngx.unescape_uri(segment) end
  return segments
end

--- The current request as a table that outlives it.
---@return table
function request.read()
  -- The raw target: in nginx's own $uri a %2F has become a slash already.
  local raw_path, raw_query = ngx.var.request_uri:match("^([^?#]*)%??([^#]*)")
  local headers = ngx.req.get_headers(0)
  local function header(name)
    local value = headers[name]
    return type(value) == "table" and value[1] or value
  end
  ngx.req.read_body()
  local query = ngx.decode_args(raw_query, 0)
  for name, value in pairs(query) do
    if type(value) == "table" then query[name] = value[#value] end
    if query[name] == true then query[name] = "" end
  end
  local id = header "x-request-id"
  return {
    method = ngx.req.get_method(),
    path = raw_path,
    segments = split(raw_path),
    query = query,
    headers = headers,
    authorization = header "authorization",
    content_type = ((header "content-type" or ""):match("^%s*([^;%s]*)"):lower()),
    -- Ids end up in the log, so only what cannot forge a line of it.
    request_id = id and id:find("^[%w_.:-]+$") and #id <= 128 and id or nil,
    body = ngx.req.get_body_data() or "",
    now = ngx.time(),
    path_params = {},
  }
end

local function placed(param, where)
  local places = param["in"]
  if type(places) ~= "table" then return places == where end
  for _, place in ipairs(places) do
    if place == where then return true end
  end
  return false
end

local function bad(code, message, ...)
  return answer.failure(400, code, message:format(...))
end

local function check_query_and_headers(given, route)
  for name, param in pairs(route.params) do
    if param.required and placed(param, "query") and not given.query[name] then
      return bad("missing_parameter", "The query parameter %s is required.", name)
    end
    if param.required and placed(param, "header") and not given.headers[name] then
      return bad("missing_parameter", "The header %s is required.", name)
    end
  end
  if not route.strict then return nil end
  for name in pairs(given.query) do
    local param = route.params[name]
    if not (param and placed(param, "query")) then
      return bad("unknown_parameter",
        "The query holds a parameter that this operation does not know.")
    end
  end
end

local function right_type(member, wanted)
  if wanted == nil or wanted == "any" or member.kind == wanted then return true end
  return wanted == "number" and member.kind == "integer"
end

local function check_members(members, route)
  local seen = {}
  for _, member in ipairs(members) do
    local param = route.params[member.key]
    local known = param and placed(param, "body")
    if seen[member.key] then return bad("repeated_field", "The body holds a field twice.") end
    seen[member.key] = member
    if not known and route.strict and member.key ~= "id" then
      return bad("unknown_field", "The body holds a field that this operation does not know.")
    end
    if known and member.kind ~= "null" and not right_type(member, param.type) then
      return bad("wrong_type", "The field %s must be of type %s.", member.key, param.type)
    end
  end
  for name, param in pairs(route.params) do
    local member = seen[name]
    if param.required and placed(param, "body") and (not member or member.kind == "null") then
      return bad("missing_field", "The field %s is required.", name)
    end
  end
end

--- Checks a request against its route; fills in `text` (the body, trimmed),
--- `fields` (its top-level scalars) and `has_id`.
---@param given table
---@param route clinone.sandbox.Route
---@return clinone.sandbox.Answer|nil refused
function request.check(given, route)
  local refused = check_query_and_headers(given, route)
  if refused or not HAS_BODY[given.method] then return refused end
  if given.content_type ~= "application/json" then
    return answer.failure(415, "unsupported_media_type", "The body must be application/json.")
  end
  local root, message = json.read(given.body)
  if not root then return bad("invalid_json", "The body is no valid JSON: %s.", message) end
  if root.kind ~= "object" then return bad("wrong_type", "The body must be a JSON object.") end
  given.text = given.body:sub(root.first, root.last)
  local members = json.children(given.text, { first = 1 })
  given.fields = store.fields(given.text, members)
  for _, member in ipairs(members) do
    if member.key == "id" then given.has_id = true end
  end
  return check_members(members, route)
end

return request
