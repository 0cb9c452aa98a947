--- Scripts of a collection, read for the token recipe that may stand in them:
-- token URLs and scopes written as literals, and the names of the variables
-- that hold the client's id and secret. Nothing is run, and no value of a
-- variable or secret is taken.

local expression = require "clinone.postman.expression"
local form = require "clinone.postman.form"
local javascript = require "clinone.postman.javascript"
local recipe = require "clinone.postman.recipe"
local template = require "clinone.postman.template"
local token_request = require "clinone.postman.token_request"

local scripts = {}

local function mark_at(tokens, at, text)
  local token = tokens[at]
  return token ~= nil and token.kind == "mark" and token.text == text
end

local function word_at(tokens, at)
  local token = tokens[at]
  return token and (token.kind == "name" or token.kind == "string") and token.text or nil
end

--- The `key` that stands beside a `value` in one object, before or after it.
local function key_beside(tokens, at, after)
  for i = at - 1, math.max(1, at - 16), -1 do
    if mark_at(tokens, i, "{") or mark_at(tokens, i, "}") then break end
    if mark_at(tokens, i, ":") and word_at(tokens, i - 1) == "key" then return word_at(tokens, i + 1) end
  end
  for i = after, math.min(#tokens, after + 16) do
    if mark_at(tokens, i, "{") or mark_at(tokens, i, "}") then break end
    if mark_at(tokens, i, ":") and word_at(tokens, i - 1) == "key" then return word_at(tokens, i + 1) end
  end
  return nil
end

--- What the script calls the value at a token: the member, the variable or
-- the form field that it is for.
local function label_of(tokens, at, after)
  if mark_at(tokens, at - 1, ":") then
    local name = word_at(tokens, at - 2)
    return name == "value" and key_beside(tokens, at - 2, after) or name
  elseif mark_at(tokens, at - 1, "=") then
    if mark_at(tokens, at - 2, "]") then return word_at(tokens, at - 3) end
    return word_at(tokens, at - 2)
  elseif mark_at(tokens, at - 1, ",") and mark_at(tokens, at - 3, "(") then
    return word_at(tokens, at - 2) -- append("client_id", ...)
  end
  return nil
end

--- The local variable that is given the value at a token.
local function declared(tokens, at)
  local name = mark_at(tokens, at - 1, "=") and tokens[at - 2]
  if not name or name.kind ~= "name" or mark_at(tokens, at - 3, ".") then return nil end
  return name.text
end

local reader = {}
reader.__index = reader

--- What one text of a script tells.
function reader:text(text, label)
  local url = recipe.token_url(expression.readable(text))
  if url then
    self.speaks_of_tokens = true
    self.add("token_url", url)
  end
  local scope = recipe.scope(expression.readable(text))
  if scope then
    self.speaks_of_tokens = true
    self.add("scope", scope)
  end
  if text:find("client_credentials", 1, true) or text:find("grant_type", 1, true) then self.speaks_of_tokens = true end
  if label then self:member(label, text) end
  if text:find "[=:]" then self:members(text) end
end

function reader:member(label, value)
  local role, variable = recipe.role(label), template.only(value)
  if role and variable and variable:sub(1, 1) ~= "$" then
    self.roles[role] = true
    self.add(role, variable)
  end
end

--- The fields of a form or of JSON that stands in a string.
function reader:members(text)
  for label, value in text:gmatch "%f[%w_%-]([%w_%-]+)[\"']?%s*[=:]%s*[\"']?({{[^{}]+}})" do
    self:member(label, value)
  end
  for _, field in ipairs(form.entries(text)) do
    local scope = field.key == "scope" and recipe.scope(field.value)
    if scope then self.add("scope", scope) end
  end
end

--- A variable that is used and that nothing beside it explains: its own name
-- may do so.
function reader:own_names()
  if not self.speaks_of_tokens then return end
  for _, name in ipairs(self.variables) do
    local role = recipe.role(name)
    if role and not self.roles[role] then self.add(role, name) end
  end
end

function reader:script(source)
  local tokens = javascript.tokens(source)
  local locals = {}
  local budget = 1048576 + 4 * #source
  for at = 1, #tokens do
    if expression.begins(tokens, at) then
      local text, after = expression.read(tokens, at, locals)
      local name = declared(tokens, at)
      if name then locals[name] = text end
      budget = budget - #text
      if budget < 0 then break end
      for variable in text:gmatch "{{([^{}]+)}}" do self.variables[#self.variables + 1] = variable end
      self:text(text, label_of(tokens, at, after))
    elseif tokens[at].kind == "name" and recipe.role(tokens[at].text) then
      self.speaks_of_tokens = true
    end
  end
end

--- The text of an event's script: one string, or a list of lines.
local function source_of(event)
  if type(event) ~= "table" or event.disabled == true then return nil end
  local script = event.script
  local exec = type(script) == "table" and script.exec or script
  if type(exec) == "string" then return exec end
  if type(exec) ~= "table" then return nil end
  local lines = {}
  for _, line in ipairs(exec) do
    if type(line) == "string" then lines[#lines + 1] = line end
  end
  return #lines > 0 and table.concat(lines, "\n") or nil
end

--- Reads the scripts of a collection, a folder or a request.
---@param events any `event` as Postman has it
---@param place string
---@param found clinone.postman.Found[] is added to
function scripts.read(events, place, found)
  if type(events) ~= "table" then return end
  local self = setmetatable({ add = recipe.adder(place, found), variables = {}, roles = {} }, reader)
  for _, event in ipairs(events) do
    local source = source_of(event)
    if source and source:find "%S" then self:script(source) end
  end
  self:own_names()
end

--- Reads a request that is itself the one that gets the token.
---@param request any the Postman request
---@param place string
---@param found clinone.postman.Found[] is added to
---@return boolean is_one
function scripts.token_request(request, place, found)
  return token_request.read(request, recipe.adder(place, found))
end

return scripts
