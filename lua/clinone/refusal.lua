--- Why a call is refused before it is sent, in plain words.

local errors = require "clinone.error"
local suggest = require "clinone.suggest"
local text = require "clinone.postman.text"

local refusal = {}

local MOST_DOC = 160 -- bytes, of a line that a person reads

--- The error of a refused call.
---@param operation clinone.Operation
---@param message string never a value
---@param hint string|nil
---@return clinone.Error
function refusal.new(operation, message, hint)
  return errors.new { kind = "validation", operation = operation.name, message = message, hint = hint }
end

--- What may be written in the place of an unknown key.
local function known_keys(operation)
  local known = { body = true, query = true, headers = true }
  for key in pairs(operation.params) do known[key] = true end
  return known
end

local function place_of(operation, key, path)
  local param = operation.params[key]
  local where = param and (param["in"] or "query") or "body"
  if type(where) == "table" then where = where[#where] end
  if key == "body" and not param then return path ~= "" and "body." .. path or "body" end
  if key then where = where .. "." .. tostring(key) end
  if path ~= "" then where = where .. (path:sub(1, 1) == "[" and "" or ".") .. path end
  return where
end

--- A key of params that the operation does not know and that looks like the
-- one that is missing.
local function misspelt(operation, params, missing)
  for key in pairs(params or {}) do
    if not operation.params[key] and suggest.nearest(key, { [missing] = true }) then return key end
  end
  return nil
end

local reasons = {}

function reasons.missing(operation, params, key)
  local other = misspelt(operation, params, key)
  local doc = (operation.params[key] or {}).doc
  doc = type(doc) == "string" and text.cut(text.first_line(doc), MOST_DOC):gsub("%.$", "") or ""
  return key .. " is missing" .. (other and (' (did you mean it by "%s"?)'):format(other) or ""),
    doc ~= "" and ("It is: %s."):format(doc) or nil
end

function reasons.unknown(operation, params, key)
  local is_whole = operation.body or params.body ~= nil and not operation.params.body
  return ("unknown key %s%s"):format(tostring(key), suggest.phrase(key, known_keys(operation))),
    is_whole and "The body is given whole here: body = ..." or nil
end

function reasons.bound(_, _, key)
  return ("%s is given by the handle, and the call names another one"):format(tostring(key)),
    "Leave it out, or make the call through another handle, or through the client itself."
end

function reasons.url(_, _, _, _, message) return message end
reasons.header = reasons.url

--- The core's reason as an error.
---@param operation clinone.Operation
---@param params table|nil what was given
---@param reason string "missing" "unknown" "bound" "url" "header" "type" "value" "json"
---@param key any the key concerned, or nil
---@param path string|nil where in the key's value
---@param message string|nil what is wrong
---@return clinone.Error
function refusal.of_core(operation, params, reason, key, path, message)
  local words = reasons[reason]
  if words then return refusal.new(operation, words(operation, params, key, path, message)) end
  return refusal.new(operation, ("%s: %s"):format(place_of(operation, key, path or ""), message))
end

return refusal
