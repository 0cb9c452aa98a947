--- The catalog: resources and operations as plain data, from a file, a table
-- or the built-in provisional one. Nothing of an operation is looked at
-- before it is used; what overlays a file is applied as it is loaded.

local builtin = require "clinone.builtin"
local errors = require "clinone.error"
local find = require "clinone.catalog.find"
local lazy = require "clinone.catalog.lazy"
local native = require "clinone.native"
local overlay = require "clinone.catalog.overlay"
local textfile = require "clinone.textfile"
local user = require "clinone.catalog.user"

local catalog = {
  resource = find.resource,
  operation = find.operation,
  names = find.names,
  find = find.by_name,
}

local MOST_BYTES = 64 * 1024 * 1024 -- of a file
local MOST_LEVELS = 100 -- of resources, in a table, which may hold itself

local config_error = errors.config

--- Deep: what a script does to its table later is nothing to the client. A
-- null is no value, as in a file.
local function copy_of(value, seen)
  if type(value) ~= "table" then return value end
  if not seen[value] then
    local copy = {}
    seen[value] = copy
    for key, inner in pairs(value) do
      if inner ~= native.null or type(key) == "number" then copy[key] = copy_of(inner, seen) end
    end
    if getmetatable(value) == native.array_mark then native.json.array(copy) end
  end
  return seen[value]
end

local types = {
  title = "string", doc = "string", strict = "boolean", inferred = "boolean", provisional = "boolean",
  source = "table", variables = "table", auth = "table", servers = "table",
}

--- What is cheap to see; mistakes further down show when they are used.
local function check(document, what)
  if type(document) ~= "table" then return config_error(what .. " is no catalog") end
  if document.item or document.values then
    return config_error(what .. " is a Postman document, not a catalog",
      "Make a catalog of a collection with: clinone catalog import FILE")
  end
  if document.catalog ~= 1 then
    return config_error(what .. ' is no catalog: it has no "catalog": 1')
  end
  if type(document.resources) ~= "table" then
    return config_error(what .. " has no resources")
  end
  for key, expected in pairs(types) do
    local value = document[key]
    if value ~= nil and type(value) ~= expected then
      return config_error(('%s: "%s" must be a %s, not a %s'):format(what, key, expected, type(value)))
    end
  end
  for name, url in pairs(document.servers or {}) do
    if type(name) ~= "string" or type(url) ~= "string" then
      return config_error(('%s: "servers" must be names and URLs'):format(what))
    end
  end
  return document
end

--- The first entry of a given table that is no table itself: its place.
local function odd_entry(list, place, level)
  if type(list) ~= "table" or level > MOST_LEVELS then return place end
  for name, resource in pairs(list) do
    local here = place .. "." .. tostring(name)
    if type(name) ~= "string" or type(resource) ~= "table" then return here end
    local operations = resource.operations or {}
    if type(operations) ~= "table" then return here .. ".operations" end
    for key, operation in pairs(operations) do
      if type(key) ~= "string" or type(operation) ~= "table" then return here .. ".operations." .. tostring(key) end
    end
    local odd = odd_entry(resource.resources or {}, here .. ".resources", level + 1)
    if odd then return odd end
  end
  return nil
end

local function from_table(given)
  local document, err = check(copy_of(given, {}), "the catalog")
  if not document then return nil, err end
  local odd = odd_entry(document.resources, "resources", 1)
  if odd then
    return config_error(("the catalog's %s is no table of named entries"):format(odd:sub(1, 200)))
  end
  return document
end

local function parse(text, path)
  local ok, document = pcall(lazy.read, text)
  if not ok then return config_error(("%s (%s)"):format(document, path)) end
  if not document then
    local _, why
    document, _, why = native.json.decode(text)
    if document == nil then return config_error(("the catalog %s is no JSON: %s"):format(path, why)) end
  end
  return check(document, "the catalog " .. path)
end

-- Clients of one catalog share it as long as one of them lives: the file is
-- read again by each, and taken apart again only where it has changed.
local loaded = setmetatable({}, { __mode = "v" }) -- path -> document
local texts = setmetatable({}, { __mode = "k" }) -- document -> { its text, its overlay's }

local function from_file(path)
  local text, message = textfile.read(path, MOST_BYTES)
  if not text then return config_error("the catalog cannot be read: " .. message) end
  local beside = user.overlay_of(path)
  local patches, document, err
  patches, err = overlay.read(beside)
  if not patches then return nil, err end
  document = loaded[path]
  if document and texts[document][1] == text and texts[document][2] == patches then return document end
  document, err = parse(text, path)
  if document and patches ~= "" then document, err = overlay.apply(document, patches, beside) end
  if not document then return nil, err end
  loaded[path], texts[document] = document, { text, patches }
  return document
end

--- Loads a catalog, for reading only: clients share it. Its resources and
-- operations may be stubs that are decoded as they are used; whoever walks
-- through all asks `catalog.whole`.
---@param source string|table|nil "builtin", a path, a table; nil: the user's own, else "builtin"
---@return table|nil document `warnings` in it (list of texts, or nil) is what no longer fits of the overlay
---@return clinone.Error|nil err kind `config`
function catalog.load(source)
  if source == nil then
    local own = user.catalog()
    source = own and user.has(own) and own or "builtin"
  end
  if source == "builtin" then return builtin end
  if type(source) == "table" then return from_table(source) end
  return from_file(source)
end

--- Decodes what is left of a loaded catalog: all of it is plain tables then,
-- for whoever walks through it or prints it.
---@param document table
---@return table|nil document the same
---@return clinone.Error|nil err kind `config`: a part is no JSON
function catalog.whole(document)
  local ok, message = pcall(lazy.open_all, document.resources)
  if not ok then return config_error(message) end
  return document
end

return catalog
