--- The saved answers of a request: what the sandbox plays, and what shows how
-- lists are paged. An answer that holds a secret is kept without its body.

local header_list = require "clinone.postman.header_list"
local native = require "clinone.native"
local secret = require "clinone.postman.secret"
local text = require "clinone.postman.text"

local examples = {}

local most_bytes = 262144

-- By the reason phrase, for answers without a code.
local codes = {
  ok = 200, created = 201, accepted = 202, ["no content"] = 204, ["reset content"] = 205, ["partial content"] = 206,
  ["multi-status"] = 207, ["moved permanently"] = 301, found = 302, ["see other"] = 303, ["not modified"] = 304,
  ["temporary redirect"] = 307, ["bad request"] = 400, unauthorized = 401, ["payment required"] = 402, forbidden = 403,
  ["not found"] = 404, ["method not allowed"] = 405, ["not acceptable"] = 406, ["request timeout"] = 408,
  conflict = 409, gone = 410, ["length required"] = 411, ["precondition failed"] = 412, ["payload too large"] = 413,
  ["unsupported media type"] = 415, ["unprocessable entity"] = 422, ["unprocessable content"] = 422, locked = 423,
  ["too many requests"] = 429, ["internal server error"] = 500, ["not implemented"] = 501, ["bad gateway"] = 502,
  ["service unavailable"] = 503, ["gateway timeout"] = 504,
}

local function status_of(response)
  local code = tonumber(response.code)
  local phrase = type(response.status) == "string" and response.status:sub(1, 64):lower() or ""
  code = code or tonumber(phrase:match "^%s*(%d%d%d)") or codes[text.trim(phrase:match "^[^(]*")]
  return code and code % 1 == 0 and code >= 100 and code <= 599 and code or 200
end

local by_language = {
  json = "application/json", xml = "application/xml", html = "text/html", text = "text/plain", plain = "text/plain",
  javascript = "application/javascript",
}

local function is_line(value)
  return value ~= nil and value ~= "" and #value <= 1024 and not value:find "%c" and native.json.encode(value) ~= nil
end

local function content_type_of(response, body)
  local value = header_list.find(response.header, "content-type")
  if is_line(value) and value:find "^[%w.+-]+/[%w.+-]+" then return value end
  local language = response._postman_previewlanguage
  value = type(language) == "string" and by_language[language:lower()] or nil
  if value or not body then return value end
  return body:find "^%s*[{%[]" and native.json.decode(body) ~= nil and "application/json" or nil
end

-- Of an answer's headers, those that tell a client something of the records.
local kept = {
  location = true, link = true, ["retry-after"] = true, etag = true, ["content-range"] = true,
  ["last-modified"] = true, ["total-count"] = true,
}

local function is_kept(name)
  if kept[name] then return true end
  return name:find "^x%-" ~= nil and (name:find "page" or name:find "total" or name:find "count$" or name:find "next"
    or name:find "ratelimit") ~= nil
end

local function headers_of(response)
  local found
  for _, header in ipairs(header_list.read(response.header)) do
    local name = header.key
    if not header.disabled and #name <= 64 and is_kept(name:lower()) and is_line(header.value)
      and not secret.is_name(name) and not secret.is_value(header.value) then
      found = found or {}
      found[name] = found[name] or header.value
    end
  end
  return found
end

--- Whether what stands at the name of a secret is one: no template, no
-- placeholder, no mask.
local function is_real(value)
  return not (value == "" or value:find "^%s*$" or value:find "{{" or value:find "^<[^<>]*>$"
    or value:find "^[*x.%-\226\128\162]+$")
end

-- Names and what stands at them: JSON, XML, a form. Each begins where a name
-- does, so that none is tried again from its middle.
local members = {
  "\"([%w_%-. ]+)\"%s*:%s*\"([^\"]*)", "<([%w_%-:.]+)%f[^%w_%-:.][^<>]*>([^<>]+)", "%f[%w_%-]([%w_%-]+)=([^&%s\"'<>]+)",
}

--- The name of a member that holds a secret; or nil.
local function secret_in(body)
  for _, pattern in ipairs(members) do
    for name, value in body:gmatch(pattern) do
      if secret.is_name(name) and is_real(value) then return text.cut(name, 60) end
    end
  end
  return secret.is_inside(body) and "a token" or nil
end

local function body_of(response, name, note)
  local body = response.body
  if type(body) ~= "string" or body == "" then return nil end
  if #body > most_bytes then
    note("warnings", ('the saved answer "%s" is kept without its body, which has more than 256 KiB'):format(name))
    return nil
  end
  local found = secret_in(body)
  if found then
    note("warnings", ('the saved answer "%s" is kept without its body, which holds a secret (%s)'):format(name, found))
    return nil
  end
  -- A catalog holds text only.
  if not native.json.encode(body) then
    note("warnings", ('the saved answer "%s" is kept without its body, which is no text'):format(name))
    return nil
  end
  return body
end

--- A path with the values of its `:variables`; one without a value becomes a
-- template, which fits any segment.
local function fill(path, variables)
  return (path:gsub("/:([%w_%-\128-\255][^/.:]*)", function(name)
    local value = variables and variables[name] and variables[name].value
    if type(value) ~= "string" or value == "" then return "/{{" .. name .. "}}" end
    if value:find "^{{[^{}]+}}$" then return "/" .. value end
    return "/" .. value:gsub("[^%w%-._~!$&'()*+,;=:@]", function(char) return ("%%%02X"):format(char:byte()) end)
  end))
end

local function query_of(given)
  local query
  for name, value in pairs(given or {}) do
    local is_text = type(name) == "string" and type(value) == "string"
    if is_text and not secret.is_name(name) and not secret.is_value(value) then
      query = query or {}
      query[name] = value
    end
  end
  return query
end

--- Method, path and query of the request that was answered, as far as they
-- are told.
local function request_of(response, operation, read_url)
  local original = response.originalRequest
  if type(original) == "string" then original = { url = original } end
  if type(original) ~= "table" then original = {} end
  local method = type(original.method) == "string" and text.trim(original.method):upper() or operation.method
  local target = read_url(original.url, original.urlObject)
  return {
    method = method ~= operation.method and method:find "^%a+$" and method or nil,
    path = target and fill(target.path, target.variables) or operation.path,
    query = target and query_of(target.query),
  }
end

--- Reads the saved answers of a request.
---@param given any `response` as Postman has it
---@param operation table method and path count
---@param read_url fun(url: any, documented: any): { path: string, query: table|nil, variables: table|nil }|nil below the operation's server
---@param note fun(kind: string, reason: string)
---@return table[]|nil list as in the catalog
function examples.read(given, operation, read_url, note)
  if type(given) ~= "table" then return nil end
  local list = {}
  for position, response in ipairs(given) do
    if type(response) == "table" then
      local name = type(response.name) == "string" and text.cut(text.trim(response.name):gsub("%c+", " "), 200) or ""
      if not native.json.encode(name) then name = "" end
      local shown = name ~= "" and text.cut(name, 60) or "number " .. position
      local body = body_of(response, shown, note)
      local request = request_of(response, operation, read_url)
      list[#list + 1] = {
        name = name ~= "" and name or nil, status = status_of(response), body = body,
        content_type = content_type_of(response, body), headers = headers_of(response),
        method = request.method, path = request.path, query = request.query,
      }
    else
      note("warnings", ("the saved answer number %d is left out: it is no answer"):format(position))
    end
  end
  return #list > 0 and native.json.array(list) or nil
end

return examples
