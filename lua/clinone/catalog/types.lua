--- A catalog as a LuaLS definition file: what an editor completes and explains.
--- Everything from the catalog stands in comments and in quoted strings, so
--- that no text of it can become code.

local facts = require "clinone.catalog.facts"
local shapes = require "clinone.catalog.types_shapes"
local walk = require "clinone.catalog.walk"

local types = {}

local identifiers = { studyIdentifier = true, siteIdentifier = true }

local HEAD = [=[
---@meta
--- %s
--- Made by `clinone catalog types`: make it anew, do not edit it. Put it where the
--- Lua language server finds it (Lua.workspace.library in .luarc.json).

---@class clinone.CallOptions
---@field timeout? number|table # seconds, or { connect =, idle =, total = }
---@field retry? false|table # false for none
---@field headers? table<string, string> # further headers
---@field save_to? string # the file that the answer goes to

---@class clinone.PageOptions: clinone.CallOptions
---@field from? string # where another run ended: a page's `next`

---@class clinone.Iterator
---@overload fun(): any
---@field next fun(self: clinone.Iterator): any, clinone.Error?

---@class clinone.core.File

---@class clinone.Client: clinone.Handle
---@field scopes fun(self: clinone.Client): string[]?, clinone.Error?
---@field auth_status fun(self: clinone.Client): table
---@field stats fun(self: clinone.Client): table
---@field close fun(self: clinone.Client)
]=]

--- Comment lines of a longer text.
local function doc_lines(out, text)
  for _, line in ipairs(shapes.lines(text)) do out[#out + 1] = line == "" and "---" or "--- " .. line end
end

--- What a script may leave out: a default, a variable of the client or a
--- handle gives it.
local function is_optional(key, param)
  return not param.required or param.default ~= nil or param.variable ~= nil or identifiers[key] or false
end

local function remark(key, param)
  local words = { table.concat(facts.places_of(param), " and ") }
  if param.required and identifiers[key] then
    words[#words + 1] = "required, unless a handle gives it"
  elseif param.variable then
    words[#words + 1] = "else the client's variable " .. tostring(param.variable)
  end
  if param.default ~= nil and type(param.default) ~= "table" then
    words[#words + 1] = "default " .. tostring(param.default)
  end
  local doc = shapes.one_line(param.doc or "")
  return shapes.one_line(("%s (%s)"):format(doc, table.concat(words, "; ")))
end

--- The class of an operation's parameters. Gives what `params` may be.
local function params_class(out, entry, class)
  local params = facts.params_and_body(entry)
  local fields, path_keys, all_optional = {}, 0, true
  for _, key in ipairs(facts.param_order(params)) do
    local param = params[key]
    local optional = is_optional(key, param)
    if not optional then all_optional = false end
    if facts.places_of(param)[1] == "path" then path_keys = path_keys + 1 end
    fields[#fields + 1] = {
      key = key, optional = optional, remark = remark(key, param),
      type = shapes.type_of(out, param, class .. "." .. shapes.word(key), facts.places_of(param)[1] ~= "body"),
    }
  end
  for _, extra in ipairs {
    { "body", "any", "the whole body, as given" }, { "query", "table<string, any>", "further query parameters" },
    { "headers", "table<string, string>", "further headers" },
  } do
    if not params[extra[1]] then
      fields[#fields + 1] = { key = extra[1], optional = true, type = extra[2], remark = extra[3] }
    end
  end
  out[#out + 1] = "---@class " .. class
  for _, field in ipairs(fields) do out[#out + 1] = shapes.field(field) end
  out[#out + 1] = ""
  local accepted = class
  if path_keys == 1 then accepted = class .. "|string|integer" end
  return accepted, all_optional
end

local function describe(out, entry)
  local data = entry.data
  doc_lines(out, ("**%s**: `%s %s`"):format(shapes.one_line(data.name or entry.key), entry.method,
    shapes.one_line(entry.path)))
  if data.doc then
    out[#out + 1] = "---"
    doc_lines(out, data.doc)
  end
  out[#out + 1] = "---"
  local group, derived = facts.group(entry)
  local words = { "Retry class " .. shapes.one_line(facts.retry(entry)) }
  if data.public then
    words[#words + 1] = "public, sent without a token"
  elseif group then
    words[#words + 1] = "scope group " .. shapes.one_line(group) .. (derived and " (derived)" or "")
  end
  if data.server then words[#words + 1] = "at a server of its own" end
  doc_lines(out, table.concat(words, "; ") .. ".")
end

local function method(out, name, parameters, optional, returns, options)
  out[#out + 1] = "---@param params" .. (optional and "? " or " ") .. parameters
  out[#out + 1] = "---@param options? " .. (options or "clinone.CallOptions")
  for _, text in ipairs(returns) do out[#out + 1] = "---@return " .. text end
  if walk.is_identifier(name) then
    out[#out + 1] = ("function resource:%s(params, options) end"):format(name)
  else
    out[#out + 1] = ("resource[%s] = function(self, params, options) end"):format(walk.quoted(name))
  end
  out[#out + 1] = ""
end

local RESULT = { "any value nil when it failed", "clinone.Response|clinone.Error response_or_err" }

local function write_place(out, place, place_class)
  local parameters = {}
  for _, entry in ipairs(place.entries) do
    local class = shapes.new_class(out, ("%s.%s.params"):format(place_class, shapes.word(entry.key)))
    local accepted, optional = params_class(out, entry, class)
    parameters[entry] = { accepted, optional, class }
  end
  -- A block each: Lua takes 200 local variables, catalogs have more resources.
  out[#out + 1] = "do"
  if place.data.doc then doc_lines(out, place.data.doc) end
  out[#out + 1] = "---@class " .. place_class
  if place.name == "study" or place.name == "site" then
    out[#out + 1] = "---@overload fun(api: clinone.Handle, id: string|integer): clinone.Handle"
  end
  for _, nested in ipairs(place.nested or {}) do
    out[#out + 1] = shapes.field(nested)
  end
  out[#out + 1] = "local resource = {}"
  out[#out + 1] = ""
  for _, entry in ipairs(place.entries) do
    for _, name in ipairs(entry.names) do
      describe(out, entry)
      method(out, walk.method_name(name), parameters[entry][1], parameters[entry][2], RESULT)
    end
  end
  if place.list and place.list.data.paging then
    local class = parameters[place.list][3]
    out[#out + 1] = "--- Over the records, pages fetched as the loop needs them."
    method(out, "each", class, true, { "clinone.Iterator" }, "clinone.PageOptions")
    out[#out + 1] = "--- Over the pages."
    method(out, "pages", class, true, { "clinone.Iterator" }, "clinone.PageOptions")
  end
  out[#out + 1] = "end"
  out[#out + 1] = ""
end

--- Classes of all resources; each is a field of what it is nested in. Gives
-- the fields of the client and the class of each place.
local function name_classes(out, places)
  local roots, place_of, classes = {}, {}, {}
  for _, place in ipairs(places) do
    classes[place] = shapes.new_class(out, "clinone.api." .. shapes.words(place.name))
    place_of[place.name] = place
    local siblings = roots
    if place.parent then
      local parent = place_of[place.parent]
      parent.nested = parent.nested or {}
      siblings = parent.nested
    end
    siblings[#siblings + 1] = {
      key = place.step, type = classes[place], remark = shapes.one_line(place.data.name or place.name),
    }
  end
  return roots, classes
end

--- The definition file.
---@param document table a whole catalog
---@return string text
function types.text(document)
  local out = { classes = {} }
  local places = walk.places(document)
  local roots, classes = name_classes(out, places)
  out[1] = HEAD:format(shapes.one_line(document.title or "A catalog of the ClinOne API") .. (document.provisional
    and "\n--- PROVISIONAL: these routes are this project's guess, not the vendor's." or ""))
  out[#out + 1] = "---@class clinone.Handle"
  for _, root in ipairs(roots) do out[#out + 1] = shapes.field(root) end
  out[#out + 1] = ""
  for _, place in ipairs(places) do write_place(out, place, classes[place]) end
  return table.concat(out, "\n")
end

return types
