--- A Postman collection's document: read from a file, decoded, unwrapped, or
-- refused by the name of what it is instead.

local errors = require "clinone.error"
local native = require "clinone.native"
local textfile = require "clinone.textfile"

local document = {}

-- The largest public collection known to us has 3.6 MB.
local max_bytes = 64 * 1024 * 1024
local max_depth = 1000 -- the most that the decoder does
local vendor_host = "https://developer.clinone.com"

---@class clinone.postman.About
---@field schema string|nil "2.1.0", as the collection says
---@field sha256 string|nil of the file's bytes; nil for a table
---@field owner string|nil of the published page
---@field published_id string|nil
---@field published string|nil date

local function refused(message, hint)
  return nil, errors.new { kind = "config", message = message, hint = hint }
end

local export_hint = "In Postman: the collection, ..., Export, Collection v2.1; then clinone catalog import FILE."

local function is_table(value)
  return type(value) == "table"
end

local function is_variable_list(list)
  local first = list[1]
  return is_table(first) and first.key ~= nil and first.item == nil and first.request == nil
end

--- What kind of document a decoded JSON value is.
---@param decoded any
---@return "collection"|"wrapped"|"metadata"|"v1"|"environment"|"globals"|"dump"|"catalog"|"openapi"|"no_items"|"list"|"other" kind
function document.kind(decoded)
  if not is_table(decoded) then return "other" end
  if decoded.catalog ~= nil and is_table(decoded.resources) then return "catalog" end
  if is_table(decoded.item) then return "collection" end
  local inner = decoded.collection
  if is_table(inner) then
    if is_table(inner.item) then return "wrapped" end
    if is_table(inner.requests) then return "v1" end
    if is_table(inner.info) then return "metadata" end
  end
  if is_table(decoded.requests) and (decoded.order ~= nil or decoded.folders ~= nil or decoded.name ~= nil) then
    return "v1"
  end
  if is_table(decoded.values) or is_table(decoded.environment) then
    return decoded._postman_variable_scope == "globals" and "globals" or "environment"
  end
  if is_table(decoded.globals) then return "globals" end
  if is_table(decoded.collections) then return "dump" end
  if decoded.openapi ~= nil or decoded.swagger ~= nil then return "openapi" end
  if is_table(decoded.info) and decoded.info.schema ~= nil then return "no_items" end
  if is_variable_list(decoded) then return "globals" end
  return decoded[1] ~= nil and "list" or "other"
end

local function word(value)
  return type(value) == "string" and value:match "^[%w%-]+$" or nil
end

--- Where the collection of a published page can be downloaded.
---@param metadata table the page's metadata document, decoded
---@return string|nil url
function document.download_url(metadata)
  local info = is_table(metadata) and is_table(metadata.collection) and metadata.collection.info
  if not is_table(info) then return nil end
  local owner, published = word(info.owner), word(info.publishedId)
  if not (owner and published) then return nil end
  local host = type(info.publicUrl) == "string" and info.publicUrl:match "^https://[%w.%-]+" or vendor_host
  return ("%s/api/collections/%s/%s?segregateAuth=true&versionTag=latest"):format(host, owner, published)
end

-- kind -> what to say about it; %s is the place.
local refusals = {
  v1 = { "%s is a Postman collection in the old format v1", export_hint },
  environment = { "%s is a Postman environment, not a collection",
    "An environment is given to clinone.new as `environment`, or as CLINONE_ENVIRONMENT. " .. export_hint },
  globals = { "%s holds Postman's global variables, not a collection", export_hint },
  dump = { "%s is a Postman data dump (several collections), not one collection",
    "Import the dump into Postman, then export the one collection. " .. export_hint },
  catalog = { "%s is a clinone catalog already: there is nothing to convert",
    'Use it as it is: clinone.new{catalog = "FILE"}, or CLINONE_CATALOG.' },
  openapi = { "%s is an OpenAPI description, not a Postman collection",
    "Import it into Postman (File, Import), then export the collection. " .. export_hint },
  no_items = { "%s is a Postman collection without its list of requests (`item`)", export_hint },
  list = { "%s is a JSON list, not a Postman collection", export_hint },
  other = { "%s is JSON, but no Postman collection", export_hint },
}

local function refuse_metadata(decoded, place)
  local url = document.download_url(decoded)
  return refused(place .. " is a published page's metadata: there are no routes in here",
    ("The routes are in the collection%s. Get it with: clinone catalog pull %s"):format(
      url and ", at " .. url or "", place:find "^[%w%p]+$" and place or "FILE"))
end

local function text_of(value)
  if type(value) == "number" then return ("%.0f"):format(value) end
  return type(value) == "string" and value ~= "" and value or nil
end

local function about_of(collection)
  local info = is_table(collection.info) and collection.info or {}
  local schema = type(info.schema) == "string" and info.schema:match "/v(%d+%.%d+%.%d+)" or nil
  return {
    schema = schema, owner = word(text_of(info.owner)), published_id = word(text_of(info.publishedId)),
    published = text_of(info.publishDate),
  }
end

--- The collection in a decoded document.
---@param decoded any
---@param place string how messages call it
---@return table|nil collection
---@return clinone.postman.About|clinone.Error about_or_err
function document.unwrap(decoded, place)
  local kind = document.kind(decoded)
  if kind == "metadata" then return refuse_metadata(decoded, place) end
  if refusals[kind] then return refused(refusals[kind][1]:format(place), refusals[kind][2]) end
  local collection = kind == "wrapped" and decoded.collection or decoded
  local about = about_of(collection)
  if about.schema and about.schema:match "^[01]%." then
    return refused(refusals.v1[1]:format(place), refusals.v1[2])
  end
  return collection, about
end

--- Whether JSON ends too early: where the fault is, little or nothing follows
-- (a word or an escape may be cut in two), and no bracket closes.
local function is_cut_off(text, why)
  if not text:find "^%s*[{%[]" then return false end
  if why:find("the text ends", 1, true) then return true end
  if why:find("after the value", 1, true) then return false end
  local offset, rest = tonumber(why:match "at byte offset (%d+)"), text:match "^.*%S"
  return offset ~= nil and offset >= #rest - 5 and not rest:find "[%]}]$"
end

local function explain_bad_json(text, place, kind, why)
  if not text:find "%S" then return refused(place .. " is empty", export_hint) end
  if text:find "^%s*<" then
    return refused(place .. " is a web page (HTML), not a Postman collection",
      "A published page shows its collection; it is not the file. " .. export_hint)
  end
  if kind == "too_large" then return refused(("%s cannot be read: %s"):format(place, why), export_hint) end
  if is_cut_off(text, why) then
    return refused(("%s is cut off: %s"):format(place, why), "Download or export it again.")
  end
  return refused(("%s is no JSON: %s"):format(place, why), export_hint)
end

local function too_large(place, bytes)
  return refused(("%s has %.0f MiB; a collection may have %.0f"):format(place, bytes / 1048576, max_bytes / 1048576),
    "Export a part of it (a folder of its own) as a collection.")
end

--- The collection in a text.
---@param text string in UTF-8 or UTF-16
---@param place string how messages call it
---@return table|nil collection
---@return clinone.postman.About|clinone.Error about_or_err
function document.parse(text, place)
  if #text > max_bytes then return too_large(place, #text) end
  local utf8 = textfile.to_utf8(text)
  local decoded, kind, why = native.json.decode(utf8, max_depth)
  if decoded == nil then return explain_bad_json(utf8, place, kind, why) end
  local collection, about = document.unwrap(decoded, place)
  if collection then about.sha256 = native.text.sha256(text) end
  return collection, about
end

--- The collection in a file.
---@param path string
---@return table|nil collection
---@return clinone.postman.About|clinone.Error about_or_err
function document.read(path)
  local file, message = io.open(path, "rb")
  if not file then return refused("the collection cannot be read: " .. message) end
  local bytes = file:seek "end"
  file:close()
  -- A directory has no sensible size: reading it gives the system's message.
  if bytes and bytes > max_bytes and bytes < 2 ^ 53 then return too_large(path, bytes) end
  local text
  text, message = textfile.read_raw(path)
  if not text then return refused("the collection cannot be read: " .. message) end
  return document.parse(text, path)
end

return document
