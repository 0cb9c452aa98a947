--- A Postman URL in any of its forms (text, object, the documenter's
-- `urlObject`), read into its parts. Nothing is resolved here.

local native = require "clinone.native"
local trim = require("clinone.postman.text").trim

local url = {}

---@class clinone.postman.Url
---@field server string "https://host/prefix", "{{baseUrl}}", or "" for a URL without host; no trailing slash
---@field segments string[] of the path, as written (":id", "{{id}}", "patients")
---@field trailing_slash boolean
---@field query { key: string, value: string|nil, disabled: boolean, description: any }[]
---@field variables table<string, { value: string|nil, description: any }> path variables by name
---@field userinfo boolean a user name or password was in it, and is left out

-- Reserved characters inside {{...}} split nothing: while a URL is cut up, a
-- template is a number between these two.
local open, close = "\1", "\2"

local function protect(text)
  local held = {}
  text = text:gsub("%c+", ""):gsub("{{[^{}]*}}", function(template)
    held[#held + 1] = template
    return open .. #held .. close
  end)
  local function restore(part)
    return (part:gsub(open .. "(%d+)" .. close, function(i) return held[tonumber(i)] end))
  end
  return text, restore
end

local function cut(text, mark)
  local at = text:find(mark, 1, true)
  if not at then return text, nil end
  return text:sub(1, at - 1), text:sub(at + 1)
end

local function scalar(value)
  if type(value) == "string" then return value end
  if type(value) == "number" and value % 1 == 0 then return ("%.0f"):format(value) end
  if type(value) == "number" or type(value) == "boolean" then return tostring(value) end
  return nil
end

--- `%41` as `A`: names and values are encoded again when they are sent.
local function decode(text)
  if not text:find("%", 1, true) then return text end
  local plain = text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  -- Only what is text: our printer refuses bytes that are no UTF-8.
  return not plain:find "%c" and native.json.encode(plain) and plain or text
end

local function add_query_text(query, text)
  local protected, restore = protect(text)
  for piece in protected:gmatch "[^&]+" do
    local key, value = cut(piece, "=")
    query[#query + 1] = {
      key = decode(restore(key)), value = value and decode(restore(value)), disabled = false,
    }
  end
end

local function read_query(given)
  local query = {}
  if type(given) == "string" then
    add_query_text(query, given)
  elseif type(given) == "table" then
    for _, entry in ipairs(given) do
      if type(entry) == "string" then
        add_query_text(query, entry)
      elseif type(entry) == "table" then
        local key, value = scalar(entry.key), scalar(entry.value)
        if key or value then
          query[#query + 1] = {
            key = decode(key or ""), value = value and decode(value), disabled = entry.disabled == true,
            description = entry.description,
          }
        end
      end
    end
  end
  return query
end

local function read_variables(given)
  local variables = {}
  if type(given) ~= "table" then return variables end
  for _, entry in ipairs(given) do
    if type(entry) == "table" then
      local name = scalar(entry.key) or scalar(entry.id)
      if name then variables[name] = { value = scalar(entry.value), description = entry.description } end
    end
  end
  return variables
end

--- Segments of a path's text; what follows "?" or "#" is given back.
local function read_path(text)
  local protected, restore = protect(text)
  local path, query = cut((cut(protected, "#")), "?")
  path = path:gsub("\\", "/"):gsub("^/+", "")
  local segments, trailing = {}, path:sub(-1) == "/"
  if trailing then path = path:sub(1, -2) end
  if path ~= "" then
    for segment in (path .. "/"):gmatch "([^/]*)/" do segments[#segments + 1] = restore(segment) end
  end
  return segments, trailing and #segments > 0, query and restore(query)
end

--- A host as written, perhaps with user info and port: "host:port", and
-- whether there was user info.
local function without_userinfo(host)
  local plain = host:match "^.*@(.*)$"
  return plain or host, plain ~= nil
end

--- The text before the path: with its protocol, or Postman's default one. A
-- template alone may hold the protocol itself.
local function join_server(protocol, host)
  if host == "" then return "" end
  if protocol then return protocol:lower() .. "://" .. host end
  return host:sub(1, 1) == open and host or "http://" .. host
end

--- "{{base}}patients" is the base and the path's beginning: host, glued path.
local function split_glued(host)
  local base, glued = host:match("^([" .. open .. close .. "%d]*" .. close .. ")([%w$_(~].*)$")
  if base then return base, glued end
  return host, ""
end

--- Protocol, host and the rest (from its first slash on) of a protected text.
local function split_base(text)
  text = text:gsub("\\", "/")
  local protocol, rest = text:match("^([%w+.%-" .. open .. close .. "]+)://(.*)$")
  rest = rest or text
  local slash = rest:find("/", 1, true)
  return protocol, rest:sub(1, (slash or 0) - 1), slash and rest:sub(slash) or ""
end

local function from_text(text)
  local protected, restore = protect(trim(text))
  local before, query_text = cut((cut(protected, "#")), "?")
  local protocol, host, path = split_base(before)
  local userinfo
  host, userinfo = without_userinfo(host)
  local glued = ""
  if not protocol then host, glued = split_glued(host) end
  path = glued .. path
  local query = {}
  if query_text then add_query_text(query, restore(query_text)) end
  local segments, trailing = read_path(restore(path))
  return {
    server = restore(join_server(protocol, host)), segments = segments, trailing_slash = trailing,
    query = query, variables = {}, userinfo = userinfo,
  }
end

local function join(list, separator, take)
  if type(list) == "string" then return list end
  if type(list) ~= "table" then return nil end
  local parts = {}
  for _, part in ipairs(list) do parts[#parts + 1] = take(part) end
  return table.concat(parts, separator)
end

local function segment_text(part)
  if type(part) == "table" then part = part.value end
  return scalar(part)
end

--- The server of a URL object, the beginning of a path that is glued to it,
-- and whether there was user info. Its host may hold protocol and path, too:
-- all of it is the server then.
local function object_server(object, host)
  local protected, restore = protect(trim(host))
  local protocol, name, prefix = split_base((cut((cut(protected, "#")), "?")))
  local userinfo
  name, userinfo = without_userinfo(name)
  if not protocol and type(object.protocol) == "string" then
    protocol = object.protocol:match "^%s*([^:/%s]+)" or object.protocol:match "^{{[^{}]*}}"
  end
  if not protocol and type(object.raw) == "string" then protocol = object.raw:match "^%s*(https?)://" end
  local port = scalar(object.port)
  if port and port:find "%S" and name ~= "" and not name:find ":%d*$" then name = name .. ":" .. port end
  local glued = ""
  if not protocol and not prefix:find "[^/]" then name, glued = split_glued(name) end
  local server = join_server(protocol, name)
  prefix = prefix:match "^(.*[^/])" or ""
  return server ~= "" and restore(server .. prefix) or "", restore(glued), userinfo
end

local function from_object(object)
  local host = join(object.host, ".", scalar)
  local path = join(object.path, "/", segment_text)
  if not host and not path then
    local found = from_text(type(object.raw) == "string" and object.raw or "")
    local query = read_query(object.query)
    if #query > 0 then found.query = query end
    found.variables = read_variables(object.variable)
    return found
  end
  local server, glued, userinfo = object_server(object, host or "")
  path = path or ""
  if glued ~= "" then path = path ~= "" and glued .. "/" .. path:gsub("^/+", "") or glued end
  local segments, trailing, query_text = read_path(path)
  local query = read_query(object.query)
  if query_text then add_query_text(query, query_text) end
  return {
    server = server, segments = segments, trailing_slash = trailing, query = query,
    variables = read_variables(object.variable), userinfo = userinfo or type(object.auth) == "table",
  }
end

--- Reads a URL.
---@param given any text or object, as Postman has it
---@param documented any the documenter's `urlObject`, which alone has the disabled parameters
---@return clinone.postman.Url|nil nil: there is no URL
function url.read(given, documented)
  if type(documented) == "table" and (documented.host ~= nil or documented.path ~= nil) then
    return from_object(documented)
  end
  local found
  if type(given) == "string" then
    found = given:find "%S" and from_text(given)
  elseif type(given) == "table" then
    found = from_object(given)
  end
  if not found or found.server == "" and #found.segments == 0 and #found.query == 0 then return nil end
  if type(documented) == "table" then
    found.variables = read_variables(documented.variable)
    local query = read_query(documented.query)
    if #query > 0 then found.query = query end
  end
  return found
end

return url
