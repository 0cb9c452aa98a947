--- A catalog as a Markdown reference: for each operation its parameters and a
--- Lua snippet that is ready to run.

local facts = require "clinone.catalog.facts"
local markdown = require "clinone.catalog.docs_markdown"
local snippet = require "clinone.catalog.docs_snippet"
local walk = require "clinone.catalog.walk"

local docs = {}

local PROVISIONAL = "> **Provisional.** These routes are this project's guess, made so that scripts can be "
  .. "tried against `clinone sandbox`.\n> The vendor's own come with `clinone catalog pull`."

local INFERRED = "> Made from saved examples: fields may exist that are not listed here. They are sent, with a warning."

local START = [[
```lua
local clinone = require "clinone"
local api = clinone.check(clinone.new())
```]]

local HANDLES = 'A handle fills in the identifiers: `api:study("ONC-301"):site("1042")` has the same resources and '
  .. "operations as `api`, with `studyIdentifier` and `siteIdentifier` given."

local function takes_identifier(places)
  for _, place in ipairs(places) do
    for _, entry in ipairs(place.entries) do
      local params = facts.params(entry)
      if params.studyIdentifier or params.siteIdentifier then return true end
    end
  end
  return false
end

local function type_text(param)
  local text = param.type or "any"
  if text == "array" and type(param.items) == "table" and param.items.type then
    text = text .. " of " .. tostring(param.items.type)
  end
  return text
end

local function remarks(key, param)
  local parts = {}
  if param.doc then parts[#parts + 1] = markdown.cell(param.doc) end
  if param.name and param.name ~= key then
    parts[#parts + 1] = ("Sent as %s."):format(markdown.code(param.name, true))
  end
  if param.variable then
    parts[#parts + 1] = ("Else the client's variable %s."):format(markdown.code(param.variable, true))
  end
  if param.default ~= nil and type(param.default) ~= "table" then
    parts[#parts + 1] = ("Default: %s."):format(markdown.code(param.default, true))
  end
  return table.concat(parts, " ")
end

local function parameters(out, entry)
  local params = facts.params_and_body(entry)
  local keys = facts.param_order(params)
  if #keys == 0 then return end
  out[#out + 1] = "| parameter | in | type | required | notes |\n|---|---|---|---|---|"
  for _, key in ipairs(keys) do
    local param = params[key]
    out[#out + 1] = ("| %s | %s | %s | %s | %s |"):format(markdown.code(key, true),
      table.concat(facts.places_of(param), ", "), markdown.cell(type_text(param)),
      param.required and "yes" or "", remarks(key, param))
  end
  out[#out + 1] = ""
end

--- Where an operation goes that is not under `base_url`.
local function server_remark(server)
  local names = {}
  for name in server:gmatch "{{([^{}]+)}}" do names[#names + 1] = markdown.code(name) end
  return ("At a server of its own, %s%s; the token goes to the host of `base_url` only."):format(markdown.code(server),
    #names > 0 and " (the option `variables` sets " .. table.concat(names, ", ") .. ")" or "")
end

local function remarks_on(entry, servers)
  local parts = {}
  local data = entry.data
  local group, derived = facts.group(entry)
  if data.public then
    parts[#parts + 1] = "Public: sent without a token."
  elseif group then
    parts[#parts + 1] = ("Scope group %s%s."):format(markdown.code(group), derived and " (derived)" or "")
  end
  if data.server then
    parts[#parts + 1] = server_remark(tostring(servers[data.server] or data.server))
  end
  if data.content and data.content ~= "json" then
    parts[#parts + 1] = ("The body goes as %s."):format(markdown.code(data.content_type or data.content))
  end
  parts[#parts + 1] = ("Retry class %s."):format(markdown.text(facts.retry(entry)))
  if #entry.also > 0 then
    local also = {}
    for i, call in ipairs(entry.also) do also[i] = markdown.code(call) end
    parts[#parts + 1] = "Also " .. table.concat(also, ", ") .. "."
  end
  return table.concat(parts, " ")
end

local function operation(out, entry, servers)
  out[#out + 1] = ("### %s\n"):format(markdown.text(entry.data.name or entry.key))
  out[#out + 1] = markdown.code(entry.method .. " " .. entry.path) .. "\n"
  if entry.data.doc then out[#out + 1] = markdown.block(entry.data.doc) .. "\n" end
  out[#out + 1] = remarks_on(entry, servers) .. "\n"
  parameters(out, entry)
  out[#out + 1] = markdown.fence(snippet.call(entry)) .. "\n"
  if entry.data.paging then out[#out + 1] = markdown.fence(snippet.each(entry)) .. "\n" end
end

--- The reference.
---@param document table a whole catalog
---@return string text
function docs.text(document)
  local out = { ("# %s\n"):format(markdown.text(document.title or "The ClinOne API in Lua")) }
  if document.provisional then out[#out + 1] = PROVISIONAL .. "\n" end
  if document.inferred then out[#out + 1] = INFERRED .. "\n" end
  if document.doc then out[#out + 1] = markdown.block(document.doc) .. "\n" end
  out[#out + 1] = "Every snippet begins with:\n\n" .. START .. "\n"
  local places = walk.places(document)
  if takes_identifier(places) then out[#out + 1] = HANDLES .. "\n" end
  for _, place in ipairs(places) do
    if #place.entries > 0 then
      out[#out + 1] = ("- [%s](#%s)"):format(markdown.text(place.name), markdown.anchor(place.name))
    end
  end
  out[#out + 1] = ""
  for _, place in ipairs(places) do
    if #place.entries > 0 then
      out[#out + 1] = ('<a id="%s"></a>\n\n## %s\n'):format(markdown.anchor(place.name),
        markdown.code(place.access or place.name))
      if place.data.doc then out[#out + 1] = markdown.block(place.data.doc) .. "\n" end
      for _, entry in ipairs(place.entries) do operation(out, entry, document.servers or {}) end
    end
  end
  return table.concat(out, "\n")
end

return docs
