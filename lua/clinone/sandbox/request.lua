--- Reads a request off nginx into a plain table, and checks it against the
--- catalog: content type, JSON, required keys, types, unknown keys.

local answer = require "clinone.sandbox.answer"
local body = require "clinone.sandbox.body"
local json = require "clinone.sandbox.json"
local paging = require "clinone.sandbox.paging"
local paths = require "clinone.sandbox.paths"
local store = require "clinone.sandbox.store"

local request = {}

local HAS_BODY = { POST = true, PUT = true, PATCH = true }

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
  local segments, slash = paths.split(raw_path)
  local content_header = header "content-type" or ""
  return {
    method = ngx.req.get_method(),
    path = raw_path,
    segments = segments,
    slash = slash,
    query = query,
    headers = headers,
    origin = "https://" .. (ngx.var.http_host or ""),
    authorization = header "authorization",
    content_header = content_header,
    content_type = (content_header:match("^%s*([^;%s]*)"):lower()),
    -- Ids end up in the log, so only what cannot forge a line of it.
    request_id = id and id:find("^[%w_.:-]+$") and #id <= 128 and id or nil,
    body = ngx.req.get_body_data() or "",
    now = ngx.time(),
    path_params = {},
  }
end

local function bad(code, message, ...)
  return answer.failure(400, code, message:format(...))
end

local function check_query_and_headers(given, route)
  for name, param in pairs(route.params.query) do
    if param.required == true and not given.query[name] then
      return bad("missing_parameter", "The query parameter %s is required.", name)
    end
  end
  for name, param in pairs(route.params.header) do
    if param.required == true and not given.headers[name] then
      return bad("missing_parameter", "The header %s is required.", name)
    end
  end
  if not route.strict then return nil end
  local own = paging.parameters(route.paging)
  for name in pairs(given.query) do
    if not route.params.query[name] and not own[name] then
      return bad("unknown_parameter",
        "The query holds a parameter that this operation does not know.")
    end
  end
end

local function right_type(member, wanted)
  if wanted == nil or wanted == "any" or member.kind == wanted then return true end
  return wanted == "number" and member.kind == "integer"
end

-- What an example shows of a body is no rule for it.
local function check_members(members, route)
  local seen = {}
  for _, member in ipairs(members) do
    local param = route.params.body[member.key]
    if seen[member.key] then return bad("repeated_field", "The body holds a field twice.") end
    seen[member.key] = member
    if not param and route.strict and member.key ~= "id" then
      return bad("unknown_field", "The body holds a field that this operation does not know.")
    end
    local typed = param and route.content == "json" and (route.strict or not route.inferred)
    if typed and member.kind ~= "null" and not right_type(member, param.type) then
      return bad("wrong_type", "The field %s must be of type %s.", member.key, param.type)
    end
  end
  for name, param in pairs(route.params.body) do
    local member = seen[name]
    if param.required == true and (not member or member.kind == "null") then
      return bad("missing_field", "The field %s is required.", name)
    end
  end
end

-- Whether a request without a body is complete: an operation that takes none.
local function may_be_empty(route)
  for _, param in pairs(route.params.body) do
    if route.strict or param.required == true then return false end
  end
  return true
end

-- A query and its variables are the body's fields; the catalog's parameters
-- stand inside the variables.
local function check_graphql(members)
  for _, member in ipairs(members) do
    if member.key == "query" and member.kind == "string" then return nil end
  end
  return bad("missing_field", "The body holds no GraphQL query.")
end

--- Checks a request against its route; fills in `text` (the body as JSON text,
--- trimmed) and `fields` (its top-level scalars) where it has such a body.
---@param given table
---@param route clinone.sandbox.Route
---@return clinone.sandbox.Answer|nil refused
function request.check(given, route)
  local refused = check_query_and_headers(given, route)
  if refused or not (HAS_BODY[given.method] or given.body ~= "" and next(route.params.body)) then return refused end
  local record = route.role == "create" or route.role == "replace" or route.role == "patch"
  local empty = given.body == "" and given.content_type == "" and may_be_empty(route)
  if empty then
    if record then given.text, given.fields = "{}", {} end
    return nil
  end
  local fits, wanted = body.fits(route.content, given.content_type)
  if not fits then
    return answer.failure(415, "unsupported_media_type", ("The body must be %s."):format(wanted))
  end
  local text, root, message = body.read(route.content, given.body, given.content_header)
  if message then return bad("invalid_" .. route.content, "The body is no valid %s: %s.", route.content, message) end
  if not root then return nil end
  given.text = text
  if root.kind ~= "object" then
    local expected = route.body_type == "object" and (record or route.strict or not route.inferred)
    return expected and bad("wrong_type", "The body must be a JSON object.") or nil
  end
  local members = json.children(text, { first = 1 })
  given.fields = store.fields(text, members)
  if route.content == "graphql" then return check_graphql(members) end
  return check_members(members, route)
end

return request
