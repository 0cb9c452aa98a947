--- A request's body: what kind of content it is, and what of it a script
-- gives, read from the example that the collection holds.

local form = require "clinone.postman.form"
local header_list = require "clinone.postman.header_list"
local loose_json = require "clinone.postman.loose_json"
local native = require "clinone.native"
local shape = require "clinone.postman.shape"
local text = require "clinone.postman.text"

local body = {}

-- Postman sends these without a body, unless told otherwise.
local pruned = { GET = true, COPY = true, HEAD = true, PURGE = true, UNLOCK = true }

local by_language = {
  json = "application/json", xml = "application/xml", html = "text/html", javascript = "application/javascript",
}

--- What a body's content type is by its enabled header, if that says.
local function header_type(request)
  local value = header_list.find(request.header, "content-type")
  value = value and text.trim(value)
  if not value or #value > 200 or not value:find "^[%w.+-]+/[%w.+*-]+" or value:find "[%c{]" then return nil end
  return value
end

--- The root's own fields as parameters, and the identifiers inside.
local function fields_of(tree, note)
  local list, own = {}, {}
  for _, name in ipairs(tree.keys or {}) do
    local member = tree.members[name]
    if shape.is_name(name) then
      local inside = shape.of(member)
      own[name:lower():gsub("[^%w]", "")] = true
      list[#list + 1] = {
        name = name, type = inside.type, fields = inside.fields, items = inside.items,
        example = shape.example(name, member.value),
      }
    else
      note("warnings", "a field of the body has no name of its own: a script gives it in `body`")
    end
  end
  if tree.open then note("warnings", "a part of the body is only a template: a script gives it in `body`") end
  local nested, count = shape.identifiers(tree)
  for _, entry in ipairs(nested) do
    local below = table.concat(entry.nested, ".")
    if own[entry.key:lower()] then
      note("guessed", ("%s stands in the body itself and in %s: the first is filled in"):format(entry.key, below))
    else
      list[#list + 1] = entry
      note("guessed", ("%s stands inside the body: it is filled in at %s.%s%s"):format(entry.key, below, entry.name,
        count[entry.key] > 1 and ", and nowhere else" or ""))
    end
  end
  return list
end

local function read_json(source, content_type, note)
  local result = { content = "json", content_type = content_type, params = {} }
  if not source:find "%S" then return result end
  local tree, info = loose_json.parse(source)
  if not tree then
    note("warnings", ("the example of the body is no JSON (%s): a script gives it whole, as `body`"):format(info))
    result.body = { type = "any" }
    return result
  end
  if info.more then note("warnings", "the example of the body is more than one JSON document: the first was read") end
  if tree.kind == "template" then
    note("guessed", ("the body is all {{%s}}: a script gives it whole, as `body`"):format(text.cut(tree.name, 60)))
  end
  result.params = fields_of(tree, note)
  if tree.kind ~= "object" then
    local whole = shape.of(tree, 0)
    result.body = { type = whole.type, items = whole.items }
  end
  return result
end

local function read_text(content_type)
  return { content = "text", content_type = content_type, body = { type = "string" }, params = {} }
end

local modes = {}

function modes.raw(payload, given, request, note)
  local source = type(payload) == "string" and payload or ""
  local options = type(given.options) == "table" and type(given.options.raw) == "table" and given.options.raw or {}
  local language = type(options.language) == "string" and options.language:lower() or nil
  local stated = header_type(request)
  local essence = stated and stated:lower():match "^[^;%s]+"
  if essence and essence:find "[/+]json$" or not essence and language == "json" then
    return read_json(source, essence and essence ~= "application/json" and stated or nil, note)
  elseif essence == "application/x-www-form-urlencoded" then
    return form.read(form.entries(source), "form", note)
  elseif not stated and (not language or language == "text") then
    if not source:find "%S" then return nil end
    local tree, info = loose_json.parse(source)
    if tree and info.strict and (tree.kind == "object" or tree.kind == "array") then
      note("guessed", "the body is sent as JSON: nothing says so, but its example is JSON")
      return read_json(source, nil, note)
    end
  end
  return read_text(stated or by_language[language] or "text/plain")
end

function modes.urlencoded(payload, _, _, note)
  if type(payload) == "string" then payload = form.entries(payload) end
  return form.read(type(payload) == "table" and payload or {}, "form", note)
end

function modes.formdata(payload, _, _, note)
  return form.read(type(payload) == "table" and payload or {}, "multipart", note)
end

function modes.file(_, _, request)
  return { content = "file", content_type = header_type(request), body = { type = "file" }, params = {} }
end

function modes.graphql(payload, _, _, note)
  payload = type(payload) == "table" and payload or {}
  if type(payload.query) ~= "string" or not payload.query:find "%S" then
    note("warnings", "the GraphQL body has no query: a script gives it whole, as `body`")
    return { content = "json", body = { type = "object" }, params = {} }
  end
  local operation = type(payload.operationName) == "string" and payload.operationName ~= "" and payload.operationName
  local result = {
    content = "graphql", graphql = { query = payload.query, operation = operation or nil }, params = {},
  }
  local variables = payload.variables
  if type(variables) == "table" then variables = native.json.encode(variables) end
  if type(variables) == "string" and variables:find "%S" then
    local tree, why = loose_json.parse(variables)
    if tree and tree.kind == "object" then
      result.params = fields_of(tree, note)
    else
      note("warnings", ("the variables of the GraphQL body cannot be read (%s)"):format(
        type(why) == "string" and why or "they are no object"))
    end
  end
  return result
end

--- Reads a body.
---@param request table the Postman request
---@param method string upper case
---@param note fun(kind: string, reason: string)
---@param keep_body boolean|nil GET and its like send one, too
---@return table|nil content { content, content_type, graphql, body, params }; nil: no body is sent
function body.read(request, method, note, keep_body)
  local given = request.body
  if type(given) == "string" then given = { mode = "raw", raw = given } end
  if type(given) ~= "table" or given.disabled == true or type(given.mode) ~= "string" then return nil end
  local payload = given[given.mode]
  if pruned[method] then
    local empty = type(payload) == "string" and not payload:find "%S" or type(payload) ~= "string" and
      (type(payload) ~= "table" or next(payload) == nil)
    if empty then return nil end
    if not keep_body then
      note("warnings", ("its body is left out: Postman sends none with %s, either"):format(method))
      return nil
    end
  end
  local read = modes[given.mode]
  if not read then
    read, payload = modes.raw, given.raw or payload
  end
  return read(payload, given, request, note)
end

return body
