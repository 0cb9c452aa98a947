--- Links to a next page: found in a Link header (RFC 8288), made absolute
-- (RFC 3986), and followed only where the client's token may go.

local native = require "clinone.native"
local refusal = require "clinone.refusal"
local servers = require "clinone.servers"

local links = {}

--- The parameters of one link, `; rel="next"; title=x`; names in lower case,
-- the first of equal names; and where they end.
local function parameters(text, at)
  local found = {}
  while true do
    local name, stop = text:match("^%s*;%s*([^%s=;,\"]+)%s*()", at)
    if not name then return found, at end
    at = stop
    local value = ""
    if text:find("^=", at) then
      local quoted, after = text:match('^=%s*"([^"\\]*)"()', at)
      if not quoted then quoted, after = text:match('^=%s*"(.-[^\\])"()', at) end
      if not quoted then quoted, after = text:match("^=%s*([^%s;,]*)()", at) end
      value, at = quoted:gsub("\\(.)", "%1"), after
    end
    name = name:lower()
    found[name] = found[name] or value
  end
end

local function says_next(rel)
  for word in (rel or ""):gmatch "%S+" do
    if word:lower() == "next" then return true end
  end
  return false
end

--- The target of the first link of relation "next" in a Link header's value.
---@param header string|nil
---@return string|nil reference
function links.from_header(header)
  local at = 1
  while header do
    local reference, after = header:match("^[%s,]*<([^<>]*)>()", at)
    if not reference then return nil end
    local found, stop = parameters(header, after)
    -- One with an anchor is about another resource.
    if says_next(found.rel) and not found.anchor then return reference end
    at = header:find(",", stop, true)
    if not at then return nil end
  end
  return nil
end

--- Without "." and ".." segments, RFC 3986 section 5.2.4.
local function without_dots(path)
  local kept, result = {}, {}
  for segment in (path .. "/"):gmatch "([^/]*)/" do kept[#kept + 1] = segment end
  for i, segment in ipairs(kept) do
    if segment == ".." then
      if #result > 1 then result[#result] = nil end
      if i == #kept then result[#result + 1] = "" end
    elseif segment ~= "." then
      result[#result + 1] = segment
    elseif i == #kept then
      result[#result + 1] = ""
    end
  end
  return table.concat(result, "/")
end

--- A reference made absolute. What it is worth is not looked at.
---@param reference string
---@param url string absolute URL of the page that it stands in
---@return string
function links.absolute(reference, url)
  reference = reference:gsub("#.*$", "")
  if reference:find "^%a[%w+.%-]*:" then return reference end
  local scheme, authority, rest = url:match "^(%a+:)(//[^/?]*)(.*)$"
  if reference:find "^//" then return scheme .. reference end
  local path, query = reference:match "^([^?]*)(.*)$"
  local here = rest:match "^[^?]*"
  if path == "" then
    path = here
  elseif path:sub(1, 1) == "/" then
    path = without_dots(path)
  else
    path = without_dots((here:match "^.*/" or "/") .. path)
  end
  return scheme .. authority .. path .. query
end

local function not_followed(operation, what, hint)
  return nil, refusal.new(operation, "the link to the next page " .. what .. "; it is not followed", hint)
end

--- Path and query of a link under the base URL, or why it is not followed:
-- it must have scheme, host and port of base_url, and lie under its path.
---@param operation clinone.Operation
---@param link string absolute
---@param base string URL
---@return string|nil target
---@return clinone.Error|nil err never the link's path or query, which may hold a record's values
function links.target(operation, link, base)
  local url, _, message = native.text.url(link)
  if not url then return not_followed(operation, "is no URL that can be asked: " .. message) end
  local home = native.text.url(base)
  if url.userinfo or not servers.same_origin(url, home) then
    local host = url.host:find(":", 1, true) and "[" .. url.host .. "]" or url.host
    return not_followed(operation,
      ("leads to another place than base_url (%s://%s:%d)"):format(url.tls and "https" or "http", host, url.port),
      "A token must not leave its host. If the API is there, give it as base_url.")
  end
  local path, under = url.path or "", home.path or ""
  local rest = path:sub(#under + 1)
  if path:sub(1, #under) ~= under or not (rest == "" or rest:sub(1, 1) == "/") then
    return not_followed(operation, ("leads out of base_url's path, %s"):format(under))
  end
  if rest ~= "" then
    local ok
    ok, _, message = native.text.check_path(rest)
    if not ok then return not_followed(operation, "has a bad path: " .. message) end
  end
  return rest .. (url.query and "?" .. url.query or "")
end

return links
