--- clinone: the ClinOne API from short Lua scripts.
--
--   local clinone = require "clinone"
--   local api = clinone.check(clinone.new { environment = "test" })
--   local patients = api:study("ONC-301"):site("1042").patients

local auth = require "clinone.auth"
local cache = require "clinone.cache"
local client = require "clinone.client"
local file = require "clinone.file"
local layers = require "clinone.layers"
local native = require "clinone.native"
local options = require "clinone.options"
require "clinone.response"

---@class clinone
---@field version string of the module
---@field null lightuserdata JSON null, the same value as lua-cjson's
---@field auth table ways to prove who is calling
---@field cache table ways to share a token between processes
---@field file fun(path: string, about: { type: string?, name: string? }?): clinone.core.File a file to be sent
---@field catalog { from_postman: fun(source: string|table): table|nil, clinone.postman.Report|clinone.Error }
local clinone = {
  version = native.version,
  null = native.null,
  auth = auth,
  cache = cache,
  file = file,
  catalog = {},
}

--- Turns the vendor's Postman collection into a catalog.
---@param source string|table path of the exported file, or the collection decoded
---@return table|nil catalog for `clinone.new{catalog = ...}`
---@return clinone.postman.Report|clinone.Error report_or_err
function clinone.catalog.from_postman(source)
  return require("clinone.postman").read(source)
end

--- Makes a client. An unknown option, or one of a wrong type, raises.
---@param given table|nil see the README's table of options
---@return clinone.Client|nil
---@return clinone.Error|nil err kind `config`
function clinone.new(given)
  if given ~= nil and type(given) ~= "table" then error("clinone.new takes a table of options", 2) end
  given = given or {}
  local ok, message = pcall(options.check, given)
  if not ok then error("clinone.new: " .. message, 2) end
  local settings, sources = layers.resolve(given)
  if not settings then return nil, sources end
  return client.new(settings, sources)
end

--- Our assert: gives its arguments back, or raises the error's whole line,
-- which every host shows when nobody catches it.
---@generic T
---@param value T|nil
---@param err any
---@return T value
---@return any response
function clinone.check(value, err, ...)
  if value then return value, err, ... end
  error(err == nil and "clinone.check: the value is " .. tostring(value) or tostring(err), 2)
end

--- Marks a table as an array, so that it is sent as [] even when empty.
---@param list table|nil nil makes a new one
---@return table
function clinone.array(list)
  return native.json.array(list)
end

return clinone
