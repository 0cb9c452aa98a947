--- The collection's tree, walked: folders become nodes, requests are listed
-- with all that they inherit. Nothing of a request is judged here but
-- whether it is one.

local names = require "clinone.postman.names"
local offers = require "clinone.postman.offers"
local report = require "clinone.postman.report"
local scripts = require "clinone.postman.scripts"
local text = require "clinone.postman.text"
local url = require "clinone.postman.url"
local variables = require "clinone.postman.variables"

local walk = {}

-- A catalog nests twice per folder, and is decoded to 128 levels.
local deepest = 40

---@class clinone.postman.Node
---@field name string as written
---@field key string|nil snake_case; nil for the root
---@field doc string|nil
---@field place string
---@field folders clinone.postman.Node[]
---@field by_key table<string, clinone.postman.Node>
---@field requests clinone.postman.Request[]

---@class clinone.postman.Request
---@field item table
---@field request table as Postman has it
---@field name string as written
---@field place string
---@field auths any[] from the collection down to the request
---@field scope clinone.postman.Scope
---@field keep_body boolean GET and its like send a body, too
---@field node clinone.postman.Node
---@field order integer in the document

local function new_node(name, key, place)
  return { name = name, key = key, place = place, folders = {}, by_key = {}, requests = {} }
end

local function title(item)
  local name = item.name
  if type(name) == "number" then name = ("%.0f"):format(name) end
  return type(name) == "string" and text.trim(name) or ""
end

local function shown(name)
  return name ~= "" and name or "(no name)"
end

local function below(place, name)
  return place == "" and name or place .. " / " .. name
end

--- The first word of the first request's path: what a folder is called whose
-- own name leaves nothing.
local function peek(items, depth)
  for _, item in ipairs(items) do
    if type(item) == "table" then
      local inner = type(item.item) == "table" and depth < deepest and peek(item.item, depth + 1)
      local request = item.request
      local found = inner or url.read(type(request) == "table" and request.url or request)
      if type(found) == "string" then return found end
      for _, segment in ipairs(found and found.segments or {}) do
        local word = not segment:find "[:{}]" and not names.is_prefix(segment) and names.snake(segment)
        if word then return word end
      end
    end
  end
  return nil
end

local walker = {}
walker.__index = walker

function walker:refuse(place, reason)
  report.add(self.report, "refused", place, reason)
end

--- Every request below a folder that lies too deep is refused by itself.
function walker:refuse_all(items, place, seen)
  if seen[items] then return end
  seen[items] = true
  for _, item in ipairs(items) do
    if type(item) == "table" then
      if type(item.item) == "table" then
        self:refuse_all(item.item, place, seen)
      else
        self:refuse(below(place, shown(title(item))), ("it lies more than %d folders deep"):format(deepest))
      end
    end
  end
end

function walker:request(item, context, node)
  local name = title(item)
  local place = below(context.place, shown(name))
  local request = item.request
  if type(request) == "string" then request = { url = request } end
  if type(request) ~= "table" then return self:refuse(place, "it has no request") end
  local inner = self:inherit(item, context, place, request.auth)
  self.count = self.count + 1
  local entry = {
    item = item, request = request, name = name, place = place, auths = inner.auths, scope = inner.scope,
    keep_body = inner.keep_body, node = node, order = self.count,
  }
  node.requests[#node.requests + 1] = entry
  self.requests[self.count] = entry
end

--- What an element passes on to what it holds.
function walker:inherit(element, context, place, auth)
  if element.event ~= nil then scripts.read(element.event, place, self.found) end
  local auths = context.auths
  if auth ~= nil then
    offers.read_block(auth, place, self.found)
    auths = { auth }
    for i, outer in ipairs(context.auths) do table.insert(auths, i, outer) end
  end
  local behavior = element.protocolProfileBehavior
  local keep = type(behavior) == "table" and behavior.disableBodyPruning
  if type(keep) ~= "boolean" then keep = context.keep_body end
  return {
    place = place, auths = auths, keep_body = keep, depth = context.depth + 1,
    scope = variables.scope(element.variable, context.scope),
  }
end

--- The node of a folder; folders of one name side by side are one resource.
function walker:folder_node(item, name, place, parent)
  local own = names.snake(name)
  local key = own or peek(item.item, 0) or "folder"
  if not own then
    report.add(self.report, "renamed", place,
      ("nothing of %s can be written in Lua; the first path in it makes the name %s")
        :format(name ~= "" and '"' .. text.cut(name, 60) .. '"' or "its empty name", key))
  elseif names.leads_out(name) then
    report.add(self.report, "renamed", place, ('"%s" cannot be a name here: %s'):format(text.cut(name, 60), key))
  end
  local node = parent.by_key[key]
  if node then
    report.add(self.report, "renamed", place,
      ('it is one resource with the folder "%s" beside it'):format(node.name))
  else
    node = new_node(shown(name), key, place)
    parent.by_key[key] = node
    parent.folders[#parent.folders + 1] = node
  end
  node.doc = node.doc or text.plain(item.description)
  return node
end

function walker:folder(item, context, parent)
  local name = title(item)
  local place = below(context.place, shown(name))
  if item.request ~= nil then
    report.add(self.report, "warnings", place, "it has both requests and one of its own: that one is left out")
  end
  if context.depth >= deepest then
    report.add(self.report, "warnings", place, ("folders nest more than %d deep here"):format(deepest))
    return self:refuse_all(item.item, place, {})
  end
  local node = self:folder_node(item, name, place, parent)
  self:items(item.item, self:inherit(item, context, place, item.auth), node)
end

function walker:items(items, context, node)
  if self.open[items] then return end -- a table that holds itself
  self.open[items] = true
  for _, item in ipairs(items) do
    if type(item) == "table" then
      if type(item.item) == "table" then
        self:folder(item, context, node)
      else
        self:request(item, context, node)
      end
    end
  end
  self.open[items] = nil
end

--- Walks a collection.
---@param collection table
---@param account clinone.postman.Report
---@return { root: clinone.postman.Node, requests: clinone.postman.Request[], found: table[], count: integer }
function walk.collect(collection, account)
  local root = new_node("", nil, "")
  local self = setmetatable({ report = account, requests = {}, found = {}, count = 0, open = {} }, walker)
  local outside = { place = "", auths = {}, keep_body = false, depth = -1 }
  local context = self:inherit(collection, outside, "(collection)", collection.auth)
  context.place = ""
  self:items(collection.item, context, root)
  return { root = root, requests = self.requests, found = self.found, count = self.count }
end

--- The node of a resource at the top, made if there is none.
---@param root clinone.postman.Node
---@param key string
---@param name string as written
---@return clinone.postman.Node
function walk.top_node(root, key, name)
  local node = root.by_key[key]
  if not node then
    node = new_node(name, key, name)
    root.by_key[key] = node
    root.folders[#root.folders + 1] = node
  end
  return node
end

return walk
