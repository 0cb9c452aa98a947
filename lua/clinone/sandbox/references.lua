--- The study and the site that a request names, however they are spelled and
--- wherever they stand: path, query, headers, body, deep inside a body.

local json = require "clinone.sandbox.json"

local references = {}

local KNOWN = { studyidentifier = "studyIdentifier", siteidentifier = "siteIdentifier" }

--- A name without what spellings differ in: `study_identifier`, `StudyIdentifier`.
---@param name string
---@return string
function references.fold(name)
  return (name:lower():gsub("[_%-]", ""))
end

--- "studyIdentifier" or "siteIdentifier" where a name is a spelling of it.
---@param name string
---@return string|nil
function references.known(name)
  return KNOWN[references.fold(name)]
end

---@class clinone.sandbox.Reference
---@field studyIdentifier string|nil
---@field siteIdentifier string|nil

-- Adds what a place names. Returns the identifier that has two values.
local function collect(reference, values)
  for name, value in pairs(values) do
    local known = KNOWN[references.fold(name)]
    if known and type(value) == "string" then
      if reference[known] ~= nil and reference[known] ~= value then return known end
      reference[known] = value
    end
  end
end

--- The study and site of the request as a whole. They may stand in several
--- places; all of them must say the same.
---@param request table path_params, query, headers and fields are read
---@param route clinone.sandbox.Route
---@return clinone.sandbox.Reference|nil
---@return string|nil differs the identifier that has different values
function references.outer(request, route)
  local headers = {}
  for name in pairs(route.params.header) do headers[name] = request.headers[name] end
  local reference = {}
  for _, place in ipairs { request.path_params, request.query, headers, request.fields or {} } do
    local differs = collect(reference, place)
    if differs then return nil, differs end
  end
  return reference
end

local function walk(found, text, node)
  local own, some = {}, false
  for _, child in ipairs(json.children(text, node)) do
    if child.kind == "object" or child.kind == "array" then
      walk(found, text, child)
    elseif child.key and child.kind ~= "null" and KNOWN[references.fold(child.key)] then
      own[KNOWN[references.fold(child.key)]] = json.text(text:sub(child.first, child.last))
      some = true
    end
  end
  if some then found[#found + 1] = own end
end

--- Those in the objects inside a body. Each stands for itself: a list may hold
--- records of several sites.
---@param text string|nil JSON
---@return clinone.sandbox.Reference[]
function references.nested(text)
  local found = {}
  if not text or not text:lower():find("identifier", 1, true) then return found end
  for _, child in ipairs(json.children(text, { first = 1 })) do
    if child.kind == "object" or child.kind == "array" then walk(found, text, child) end
  end
  return found
end

return references
