--- Names as scripts write them: snake_case made of what a vendor wrote, in
-- any script and with any ornament, always a valid Lua name.

local latin = require "clinone.postman.latin"

local names = {}

local longest = 60
local most_read = 600 -- bytes of a text, of which a name has at most 60

local keywords = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat return then true
  until while]]):gmatch "%a+" do keywords[word] = true end

-- Methods of resource tables, and of clients and handles (handle.lua): what
-- the catalog calls otherwise gets a "_" there.
local resource_methods = { each = true, pages = true }
local handle_methods = {}
for word in ([[call request explain each pages can map stream all scopes auth_status stats close]]):gmatch "[%a_]+" do
  handle_methods[word] = true
end

local function split_camel(text)
  -- "patientIDs" is "patient_ids", not "patient_i_ds".
  text = text:gsub("(%u)(%u+s)%f[%A]", function(first, rest) return first .. rest:lower() end)
  return (text:gsub("(%l)(%u)", "%1_%2"):gsub("(%d)(%u%l)", "%1_%2"):gsub("(%u)(%u%l)", "%1_%2"))
end

--- Cut between two words, where there are several.
---@param name string snake_case
---@param most integer|nil
---@return string
function names.shorten(name, most)
  most = most or longest
  if #name <= most then return name end
  local cut = name:sub(1, most)
  if name:sub(most + 1, most + 1) ~= "_" then cut = cut:match "^(.+)_" or cut end
  return (cut:gsub("_+$", ""))
end

--- "2. Login", "03) Login", "5a. Login", "1.2 Login", "1 - Login": the number only orders a list.
local function without_ordinal(text)
  local rest = text:match "^%d+%l?%s*[.):]%s*(%a.*)$" or text:match "^%d+%.%d[%d.]*%)?%s+(%a.*)$"
    or text:match "^%d[%d.]*%s+%-+%s+(%a.*)$"
  return rest or text
end

local function snake(text)
  text = without_ordinal(latin.fold(text):gsub("^[^%w]+", ""))
  local name = split_camel(text):lower():gsub("[^%w]+", "_"):gsub("^_+", ""):gsub("_+$", "")
  return names.shorten(name)
end

local function valid(name)
  if name == "" then return nil end
  return name:find "^%d" and "_" .. name or name
end

--- The snake_case form of a name; nil when nothing is left of it.
---@param text any
---@return string|nil
function names.snake(text)
  return type(text) == "string" and valid(snake(text:sub(1, most_read))) or nil
end

--- Words such as "v2" or "api" that many paths begin with and that name nothing.
---@param segment string
---@return boolean
function names.is_prefix(segment)
  segment = segment:lower()
  return segment == "api" or segment == "apis" or segment == "rest" or segment:find "^v%d[%d._]*$" ~= nil
    or segment:find "^%d+%.%d[%d.]*$" ~= nil
end

--- A path's segments in words: `{"patients", "by_id"}`.
---@param path string template
---@param whole boolean|nil with "api", "v2" and their like in front
---@return string[]
function names.path_words(path, whole)
  local words, skipping = {}, not whole
  local literals = path:gsub("{[^{}]*}", "")
  local names_something = false
  for segment in literals:gmatch "[^/]+" do
    if not names.is_prefix(segment) and snake(segment:sub(1, most_read)) ~= "" then names_something = true end
  end
  for segment in path:gmatch "[^/]+" do
    local spoken = segment:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
    spoken = snake((spoken:sub(1, most_read):gsub("{([^{}]*)}", " by %1 ")))
    skipping = skipping and names_something and names.is_prefix(segment)
    if not skipping and spoken ~= "" then words[#words + 1] = spoken end
  end
  return words
end

--- A name made of method and path: `get_patients_by_id`.
---@param method string|nil
---@param path string template
---@return string|nil nil: neither says anything
function names.of_path(method, path)
  local words = names.path_words(path)
  if method then table.insert(words, 1, method:lower()) end
  return valid(names.shorten(table.concat(words, "_")))
end

--- What a name that is a route says: "GET /patients/{id}", "https://x/y".
local function spoken_route(text)
  text = text:sub(1, most_read):gsub("%a[%w+.%-]*://[^/%s]+/?", " "):gsub("{{[^{}]*}}/", "/")
  text = text:gsub("/{+([^{}/]*)}+", " by %1 "):gsub("/:([%w_%-]+)", " by %1 ")
  return text
end

--- An operation's name, made of the request's own name, or of its route where nothing is left of that.
---@param text any as the vendor wrote it
---@param method string
---@param path string template
---@return string
---@return boolean|nil is_own nil: made of method and path
function names.operation(text, method, path)
  local name = type(text) == "string" and names.snake(spoken_route(text))
  if name then return name, true end
  return names.of_path(method, path) or method:lower(), nil
end

--- Whether a name would lead out of the table that it is a key of: `__index`,
-- `../x`. What is made of it does not, and should be told.
---@param text string
---@return boolean
function names.leads_out(text)
  text = "/" .. text:sub(1, most_read) .. "/"
  return text:find("/__", 1, true) ~= nil or text:find("/../", 1, true) ~= nil
end

--- The name, or with a "_" where Lua or a method has taken it.
---@param name string
---@param where "resource"|"operation" a resource at the top, or what stands inside a resource
---@return string
function names.free_of_methods(name, where)
  local taken = where == "resource" and handle_methods or resource_methods
  return (keywords[name] or taken[name]) and name .. "_" or name
end

return names
