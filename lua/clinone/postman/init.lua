--- A Postman collection as a catalog, with a report of what became of each
-- request. Nothing in a collection is run, and no secret of it is kept.

local convert = require "clinone.postman.convert"
local document = require "clinone.postman.document"
local errors = require "clinone.error"
local groups = require "clinone.postman.groups"
local names = require "clinone.postman.names"
local naming = require "clinone.postman.naming"
local offers = require "clinone.postman.offers"
local path = require "clinone.postman.path"
local report = require "clinone.postman.report"
local servers = require "clinone.postman.servers"
local text = require "clinone.postman.text"
local url = require "clinone.postman.url"
local verbs = require "clinone.postman.verbs"
local walk = require "clinone.postman.walk"

local postman = {}

--- The requests for which `read` gives something; the others are refused.
local function those_with(requests, field, read, account)
  local list = {}
  for _, entry in ipairs(requests) do
    local value, reason = read(entry)
    if value then
      entry[field] = value
      list[#list + 1] = entry
    else
      report.add(account, "refused", entry.place, reason)
    end
  end
  return list
end

local function url_of(entry)
  return url.read(entry.request.url, entry.request.urlObject), "it has no URL"
end

--- The resource of a request at the top: called by its path's first word.
local function top_resource(root, operation)
  local first, fallback
  for segment in operation.path:gmatch "[^/]+" do
    if not segment:find "[{}]" and not path.is_concrete(segment) then
      if names.is_prefix(segment) then
        fallback = fallback or segment
      else
        first = names.snake(segment) and segment
        if first then break end
      end
    end
  end
  local word = first or fallback or operation.server or "root"
  return walk.top_node(root, names.snake(word) or "root", word)
end

--- Converts all requests; `node.entries` are those that became operations.
local function convert_all(walked, account)
  local list = those_with(walked.requests, "url", url_of, account)
  local found_servers = servers.read(list, account)
  list = those_with(list, "route", function(entry) return convert.route(entry, found_servers) end, account)
  local settings = convert.settings(list)
  local proofs = {}
  for i, entry in ipairs(list) do
    local operation, proof = convert.request(entry, settings, found_servers, walked.found, account)
    local node = entry.node == walked.root and top_resource(walked.root, operation) or entry.node
    node.entries = node.entries or {}
    table.insert(node.entries, { name = entry.name, place = entry.place, operation = operation })
    proofs[i] = { place = entry.place, proof = proof, operation = operation }
  end
  account.operations = #list
  found_servers:tell()
  return found_servers, proofs
end

local build_resources

local function build_resource(node, key, account)
  local resource = { name = node.name, doc = node.doc, operations = {} }
  local taken = naming.assign(node.entries or {}, account)
  for _, entry in ipairs(node.entries or {}) do resource.operations[entry.key] = entry.operation end
  resource.resources = build_resources(node, taken, account)
  if not resource.resources and next(resource.operations) == nil then
    report.add(account, "warnings", node.place, "the folder holds no operation, and is left out")
    return nil
  end
  verbs.assign(resource, key)
  groups.derive(resource, key, node.place, account)
  return resource
end

--- The resources of a node; nil without one.
---@param node clinone.postman.Node
---@param taken table<string, integer>|nil names of operations beside them; nil at the top
---@param account clinone.postman.Report
---@return table|nil
function build_resources(node, taken, account)
  local resources
  for _, folder in ipairs(node.folders) do
    local free = names.free_of_methods(folder.key, taken and "operation" or "resource")
    while taken and taken[free] or node.by_key[free] and free ~= folder.key do free = free .. "_" end
    if free ~= folder.key then
      report.add(account, "renamed", folder.place,
        ("the name %s is taken by Lua, a method or a request: %s"):format(folder.key, free))
    end
    local resource = build_resource(folder, folder.key, account)
    if resource then
      resources = resources or {}
      resources[free] = resource
    end
  end
  return resources
end

local function title(collection)
  local info = type(collection.info) == "table" and collection.info or collection
  local name = type(info.name) == "string" and text.trim(info.name) or ""
  return name ~= "" and name or nil, info
end

local function convert_collection(collection, about, place)
  local account = report.new()
  local walked = walk.collect(collection, account)
  if walked.count == 0 and #account.refused == 0 then
    return nil, errors.new {
      kind = "config", message = place .. ": the collection has no requests",
      hint = "Export it again, from the workspace that holds its requests.",
    }
  end
  local found_servers, proofs = convert_all(walked, account)
  if account.operations == 0 then
    local first = account.refused[1]
    return nil, errors.new {
      kind = "config",
      message = ("%s: none of the collection's %d requests can be called"):format(place, #account.refused),
      hint = ("%s: %s."):format(first.place, first.reason),
    }
  end
  local name, info = title(collection)
  local catalog = {
    catalog = 1, title = name or "Postman collection", doc = text.plain(info.description), inferred = true,
    source = {
      kind = "postman", name = name, id = type(info._postman_id) == "string" and info._postman_id or nil,
      schema = about.schema, sha256 = about.sha256, published = about.published,
    },
    servers = next(found_servers.list) and found_servers.list or nil,
    auth = offers.read(walked.found, proofs, account),
    resources = build_resources(walked.root, nil, account) or {},
  }
  catalog.variables = next(found_servers.variables) and found_servers.variables or nil
  return catalog, account
end

--- Converts a collection in a text.
---@param given string
---@param place string how messages call it
---@return table|nil catalog
---@return clinone.postman.Report|clinone.Error report_or_err
function postman.read_text(given, place)
  local collection, about = document.parse(given, place)
  if not collection then return nil, about end
  return convert_collection(collection, about, place)
end

--- Converts a collection.
---@param source string|table path of a file, or the decoded collection
---@return table|nil catalog
---@return clinone.postman.Report|clinone.Error report_or_err
function postman.read(source)
  local collection, about
  local place = type(source) == "string" and source or "the table"
  if type(source) == "table" then
    collection, about = document.unwrap(source, place)
  elseif type(source) == "string" then
    collection, about = document.read(source)
  else
    error("a collection is given as a path or as a decoded table", 2)
  end
  if not collection then return nil, about end
  return convert_collection(collection, about, place)
end

return postman
