--- Fetches a published document: https (or http on loopback), through the
--- client's own transport, with no token, and no redirect followed.

local conduct = require "clinone.conduct"
local errors = require "clinone.error"
local native = require "clinone.native"
local request = require "clinone.request"
local shared = require "clinone.shared"
require "clinone.response"

local download = {}

local MAX_BYTES = 64 * 1024 * 1024
local DEADLINE_MS = 300000

local BY_HAND = "By hand: open the page (https://developer.clinone.com), \"Run in Postman\" or fork the collection, "
  .. "then in Postman: the collection, ..., Export, Collection v2.1; then: clinone catalog import FILE"

download.by_hand = BY_HAND

local function failed(kind, message, hint)
  return nil, errors.new { kind = kind, message = message, hint = hint or BY_HAND }
end

local function open_transport(options)
  if options.ca_file then
    local file, message = io.open(options.ca_file, "rb")
    if not file then
      return failed("config", "the CA file cannot be read: " .. message, "Name a file of CA certificates.")
    end
    file:close()
  end
  local transport, kind, message = shared.transport {
    ca_file = options.ca_file, proxy = options.proxy, verify = true, http2 = true, max_connections = 2,
  }
  if not transport then return failed(kind, message, "Check the CA file and the proxy.") end
  return transport
end

local function operation_of(path)
  return {
    name = "catalog pull", method = "GET", path = path, params = {}, reads = true, takes_identifier = false,
    compiled = native.operation {
      method = "GET", pieces = { path }, entries = {}, strict = true, safe = true, anonymous = true,
    },
  }
end

local network = { dns = true, connect = true, network = true, timeout = true }

local function explain(url, err)
  local host = url:match "^%a+://([^/?#]+)"
  local status = err.status
  if not status or err.kind ~= "http" then
    local hint = err.kind == "tls" and err.hint or BY_HAND
    if network[err.kind] then hint = "Check the network and the proxy (CLINONE_PROXY, HTTPS_PROXY). " .. BY_HAND end
    local message = err.kind == "too_large" and "the answer has more than 64 MiB" or err.message
    return failed(err.kind, ("%s: %s"):format(host, message), hint)
  elseif status >= 300 and status < 400 then
    local response = err:response()
    local to = response and response.headers.location
    to = to and to:match "^[^?#]*" -- what is behind may be a key
    return failed("http", ("%s sends elsewhere (HTTP %d%s); no redirect is followed"):format(
      host, status, to and ", to " .. to or ""),
      "If you trust that place, name it: clinone catalog pull URL. " .. BY_HAND)
  elseif status == 404 or status == 410 then
    return failed("http", ("%s has nothing there any more (HTTP %d)"):format(host, status))
  end
  return failed("http", ("%s answered HTTP %d"):format(host, status))
end

local function fetch(transport, url)
  local origin, rest = url:match "^(%a+://[^/?]+)(.*)$"
  if rest:sub(1, 1) ~= "/" then rest = "/" .. rest end
  local session, kind, message = native.session {
    base_url = origin, transport = transport, max_body_bytes = MAX_BYTES, max_depth = 1000, total_ms = DEADLINE_MS,
    headers = {
      { "User-Agent", "clinone/" .. native.version }, { "Accept", "application/json" },
      { "Accept-Encoding", transport:encodings() },
    },
  }
  if not session then return failed(kind, message, "Check the URL.") end
  local core = { session = session, transport = transport }
  local ok, operation = pcall(operation_of, rest)
  local call, err
  if ok then call, err = request.build(core, operation) end
  if not call then
    session:close()
    return failed("config", "the URL cannot be used: " .. (ok and err.message or tostring(operation)), "Check the URL.")
  end
  local value, response = conduct.run(core, operation, call, err)
  session:close()
  if value ~= nil then return response.body end
  -- Text that is no JSON is for the reader of it to judge.
  local answer = response.kind == "json" and response:response()
  if answer then return answer.body end
  return explain(url, response)
end

--- Fetches a document.
---@param url string
---@param options { ca_file: string|nil, proxy: string|nil }
---@return string|nil text as it came
---@return clinone.Error|nil err
function download.get(url, options)
  url = url:gsub("#.*$", "")
  local ok, _, message = native.text.check_target(url, "the URL")
  if not ok then return failed("config", message, "It looks like https://developer.clinone.com/api/collections/...") end
  local transport, err = open_transport(options)
  if not transport then return nil, err end
  local text
  text, err = fetch(transport, url)
  shared.release(transport)
  return text, err
end

return download
