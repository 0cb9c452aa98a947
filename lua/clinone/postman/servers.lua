--- Where the requests of a collection go: the base that most of them share
-- is the default server, the others get a name.

local names = require "clinone.postman.names"
local native = require "clinone.native"
local report = require "clinone.postman.report"
local template = require "clinone.postman.template"
local url = require "clinone.postman.url"
local variables = require "clinone.postman.variables"

local servers = {}

---@class clinone.postman.Servers
---@field list table<string, string> as in the catalog
---@field default string|nil the default's text as the requests have it
---@field variables table<string, { value: string|nil, doc: string|nil }> as in the catalog
local Servers = {}
Servers.__index = Servers

--- Origin and prefix of a resolved base, or nil.
local function parse(text)
  local parsed = native.text.url(text)
  if not parsed or parsed.query or parsed.fragment or parsed.userinfo then return nil end
  return {
    origin = ("%s://%s:%d"):format(parsed.tls and "https" or "http", parsed.host:lower(), parsed.port),
    prefix = (parsed.path or ""):match "^(.*[^/])" or "", host = parsed.host, loopback = parsed.loopback,
  }
end

--- A base that lacks its protocol: "api.x.com", "localhost:3000/v1".
local function with_protocol(text)
  if #text > 1000 or text:find("://", 1, true) or not text:find "^[%w.%-]+:?%d*[/%w._~%-]*$" then return text, nil end
  local loopback = (parse("http://" .. text) or {}).loopback
  if not loopback and not text:find("%.", 2) then return text, nil end
  local protocol = loopback and "http://" or "https://"
  return protocol .. text, protocol
end

--- Without blanks around it and slashes at its end.
local function trim(text)
  local last = #text
  while last > 0 and text:find("^[/%s]", last) do last = last - 1 end
  return (text:sub(1, last):gsub("^%s+", ""))
end

--- What a base comes to in a request's scope.
function Servers:resolve(text, scope, place)
  local cache = self.cache[scope] or {}
  self.cache[scope] = cache
  local base = cache[text]
  if base then return base end
  local resolved, _, looped = template.resolve(text, scope.values)
  base = { text = text, scope = scope, templated = text:find("{{", 1, true) ~= nil, resolved = text }
  if looped then
    report.add(self.report, "warnings", place,
      ("the variables in %s name each other in a circle; they are left as they are"):format(text))
  else
    local protocol
    -- "https://{{baseUrl}}", and the value has its protocol itself.
    resolved = trim(resolved):gsub("^%a+://(%a+://)", "%1")
    resolved, protocol = with_protocol(resolved)
    base.url = not resolved:find("{{", 1, true) and parse(resolved) or nil
    if base.url then
      base.resolved = resolved
      base.protocol = base.templated and protocol or nil
    end
  end
  base.key = base.url and base.url.origin .. base.url.prefix or "\0" .. text
  cache[text] = base
  return base
end

--- A URL that is one variable whose value is a whole route, with path or
-- query: the value is read in its place.
local function expand(entry)
  local read = entry.url
  if #read.segments > 0 or #read.query > 0 or not template.only(read.server) then return end
  local value, _, looped = template.resolve(read.server, entry.scope.values)
  if looped or value == read.server then return end
  local inner = url.read(value)
  if inner and inner.server ~= "" and (#inner.query > 0 or #inner.segments > 0) then
    entry.expanded = inner
  end
end

--- Reads the bases of all requests and chooses the default.
---@param requests clinone.postman.Request[] those with a `url`
---@param account clinone.postman.Report
---@return clinone.postman.Servers
function servers.read(requests, account)
  local self = setmetatable({
    report = account, cache = {}, list = {}, variables = {}, named = {}, taken = { default = true },
  }, Servers)
  local shared = {} -- bases under which something else is, too
  for _, entry in ipairs(requests) do
    if #entry.url.segments > 0 then shared[entry.url.server] = true end
  end
  for _, entry in ipairs(requests) do
    if not shared[entry.url.server] then expand(entry) end
    if entry.expanded then entry.url = entry.expanded end
  end
  self:choose(requests)
  return self
end

function Servers:choose(requests)
  local counts, order = {}, {}
  for _, entry in ipairs(requests) do
    local text = entry.url.server
    if text ~= "" then
      local base = self:resolve(text, entry.scope, entry.place)
      local group = counts[base.key]
      if not group and (base.templated or base.url) then
        group = { base = base, count = 0, first = #order + 1 }
        counts[base.key] = group
        order[#order + 1] = group
      end
      if group then
        group.count = group.count + 1
        if base.templated and not group.base.templated then group.base = base end
      end
    end
  end
  table.sort(order, function(a, b)
    if a.count ~= b.count then return a.count > b.count end
    if a.base.templated ~= b.base.templated then return a.base.templated end
    return a.first < b.first
  end)
  local best = order[1]
  if not best then return end
  self.default = best.base
  self:refer(best.base.text, best.base.scope)
  self.list.default = self:lasting(best.base)
  local count = 0
  for _, entry in ipairs(requests) do
    local read = entry.url
    local base = read.server ~= "" and self:resolve(read.server, entry.scope, entry.place)
    if not base or self:on_default(base, read.segments) then count = count + 1 end
  end
  if count < #requests then
    report.add(self.report, "guessed", "(collection)",
      ("%s is the default server: %d of %d requests go there"):format(best.base.text, count, #requests))
  end
  if best.base.protocol then
    report.add(self.report, "guessed", "(collection)",
      ("%s names no protocol: %s is taken"):format(best.base.text, best.base.protocol))
  end
end

--- Lists the variables that a text refers to.
function Servers:refer(text, scope)
  variables.named_in(text, scope, function(name)
    self.variables[name] = self.variables[name] or { value = scope.values[name] or nil, doc = scope.docs[name] }
  end)
end

--- Segments that a base has beyond the default's, or nil where it is another place.
local function beyond(default, base)
  if not (default.url and base.url) or default.url.origin ~= base.url.origin then return nil end
  local prefix = default.url.prefix
  if base.url.prefix:sub(1, #prefix) ~= prefix then return nil end
  local rest = base.url.prefix:sub(#prefix + 1)
  return (rest == "" or rest:sub(1, 1) == "/") and rest or nil
end

local function prepend(prefix, segments)
  local joined = {}
  for segment in prefix:gmatch "[^/]+" do joined[#joined + 1] = segment end
  for _, segment in ipairs(segments) do joined[#joined + 1] = segment end
  return joined
end

--- Segments below the default's own prefix, where a literal base is shorter.
local function cut_prefix(default, base, segments)
  if not (default.url and base.url) or default.url.origin ~= base.url.origin or base.url.prefix ~= "" then
    return nil
  end
  local i = 0
  for wanted in default.url.prefix:gmatch "[^/]+" do
    i = i + 1
    if segments[i] ~= wanted then return nil end
  end
  local rest = {}
  for k = i + 1, #segments do rest[#rest + 1] = segments[k] end
  return rest
end

--- Whether a variable's value is written with the default's own variable:
-- `{{authUrl}}` = "{{baseUrl}}/auth".
local function built_on(default, base)
  local name = template.only(base.text)
  local value = name and base.scope.values[name]
  return value and default.templated and value:sub(1, #default.text) == default.text
end

--- Segments relative to the default server; nil: another server.
function Servers:on_default(base, segments)
  local default = self.default
  if base.key == default.key then return segments end
  if base.templated and not built_on(default, base) then return nil end
  local rest = beyond(default, base)
  if rest then return prepend(rest, segments) end
  return cut_prefix(default, base, segments)
end

--- Whether a base's variables have the values that the catalog lists.
function Servers:listed_alike(base)
  local alike = true
  variables.named_in(base.text, base.scope, function(name)
    local listed = self.variables[name]
    if listed and listed.value ~= (base.scope.values[name] or nil) then alike = false end
  end)
  return alike
end

--- What the catalog keeps of a base: its variables, for a client to set,
-- where their listed values make the very address.
function Servers:lasting(base)
  if base.templated and base.url and self:listed_alike(base)
    and trim((template.resolve(base.text, base.scope.values))) == base.resolved then
    return base.text
  end
  return base.resolved
end

--- The name of another server. It stays a variable, unless a folder gives
-- that one a value of its own.
function Servers:name(base, place)
  local is_variable = base.templated and self:listed_alike(base)
  local text = is_variable and base.text or base.resolved
  local key = is_variable and text or base.key
  if self.named[key] then
    self.named[key].count = self.named[key].count + 1
    return self.named[key].name
  end
  local stem = names.snake(template.only(text) or base.url and base.url.host or (text:gsub("^%a+://", ""))) or "server"
  local name, count = stem, 1
  while self.taken[name] do
    count = count + 1
    name = stem .. "_" .. count
  end
  self.taken[name] = true
  self.named[key] = { name = name, text = text, count = 1, place = place }
  self.list[name] = (base.protocol or "") .. text
  self:refer(text, base.scope)
  return name
end

--- Segments of a URL below its own server, without taking note of that server.
---@param read clinone.postman.Url
---@param scope clinone.postman.Scope
---@param place string
---@return string[]
function Servers:below(read, scope, place)
  if read.server == "" or not self.default then return read.segments end
  return self:on_default(self:resolve(read.server, scope, place), read.segments) or read.segments
end

--- Where a URL goes: the segments below the server, and its name (nil: the
-- default); or nil, reason.
---@param read clinone.postman.Url
---@param scope clinone.postman.Scope
---@param place string
---@return string[]|nil segments
---@return string|nil name_or_reason
function Servers:place(read, scope, place)
  if read.server == "" then
    if not self.default then return nil, "its URL names no host, and no other request does" end
    return read.segments, nil
  end
  local base = self:resolve(read.server, scope, place)
  local protocol = base.resolved:match "^(%a[%w+.%-]*)://"
  if protocol and protocol ~= "http" and protocol ~= "https" then
    return nil, ("it goes to %s://, and only http and https are spoken here"):format(protocol)
  end
  if not (base.templated or base.url) then return nil, "the host in its URL cannot be read" end
  local segments = self:on_default(base, read.segments)
  if segments then return segments, nil end
  return read.segments, self:name(base, place)
end

--- Says in the report which other servers there are.
function Servers:tell()
  local list = {}
  for _, server in pairs(self.named) do list[#list + 1] = server end
  table.sort(list, function(a, b) return a.name < b.name end)
  for _, server in ipairs(list) do
    local one = server.count == 1
    local reason = ('%s another server, %s ("%s"); on another host than base_url %s sent without any auth'):format(
      one and "1 request goes to" or server.count .. " requests go to", server.text, server.name,
      one and "it is" or "they are")
    local variable = template.only(server.text)
    if variable and not (self.variables[variable] or {}).value then
      reason = reason .. ('; set variables = { ["%s"] = ... }'):format(variable)
    end
    report.add(self.report, "warnings", server.place, reason)
  end
end

return servers
