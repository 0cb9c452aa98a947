--- What a client sends through: transports (connections), and sessions (base
-- URL, header lines, limits) on them.

local errors = require "clinone.error"
local native = require "clinone.native"
local options = require "clinone.options"
local shared = require "clinone.shared"

local connection = {}

local config_error = errors.config

local function check_file(path, what)
  local file, message = io.open(path, "rb")
  if not file then return config_error(("%s cannot be read: %s"):format(what, message)) end
  file:close()
  return true
end

--- Turning verification off is for loopback; anywhere else it must be said
-- twice.
---@param settings table
---@param url table parsed
---@return boolean|nil ok
---@return clinone.Error|nil err
function connection.check_verify(settings, url)
  if settings.verify ~= false or settings.allow_insecure or url.loopback then return true end
  return config_error("verify = false would send tokens and records to anybody who answers",
    "Name your CA with ca_file. Hosts other than loopback need allow_insecure = true as well.")
end

--- The transport that the settings ask for, shared with other clients. A
-- client certificate proves who is calling: `anonymous` goes without.
---@param settings table
---@param anonymous boolean|nil
---@return userdata|nil transport
---@return clinone.Error|nil err
function connection.transport(settings, anonymous)
  for _, name in ipairs { "ca_file", "client_cert", "client_key" } do
    if settings[name] then
      local ok, err = check_file(settings[name], name)
      if not ok then return nil, err end
    end
  end
  local spec = {
    ca_file = settings.ca_file, proxy = settings.proxy, verify = settings.verify ~= false,
    http2 = settings.http2 ~= false, max_connections = settings.max_connections or 64,
  }
  if not anonymous then
    spec.client_cert, spec.client_key = settings.client_cert, settings.client_key
    spec.client_key_password = settings.client_key_password
  end
  local transport, kind, message = shared.transport(spec)
  if not transport then return nil, errors.new { kind = kind, message = message } end
  return transport
end

local function user_agent(settings)
  local own = "clinone/" .. native.version
  return settings.app and settings.app .. " " .. own or own
end

--- Header lines of every call: our own, unless the script has one of that
-- name, then the script's, sorted.
local function header_list(transport, settings, own_only)
  local headers = not own_only and settings.headers or {}
  local names, given = {}, {}
  for name in pairs(headers) do
    names[#names + 1] = name
    given[name:lower()] = true
  end
  table.sort(names)
  local list = {}
  local function add(name, value)
    if not given[name:lower()] then list[#list + 1] = { name, value } end
  end
  add("User-Agent", user_agent(settings))
  add("Accept", "application/json")
  add("Accept-Encoding", transport:encodings())
  for _, name in ipairs(names) do list[#list + 1] = { name, headers[name] } end
  return list
end

--- What a session of these settings is made of. Nothing in it proves who is
-- calling; the option `headers`, which may, is left out where `own_only`.
---@param settings table
---@param transport userdata
---@param base string URL
---@param own_only boolean|nil
---@return table spec for `connection.open`
function connection.spec(settings, transport, base, own_only)
  local spec = {
    base_url = base, transport = transport, headers = header_list(transport, settings, own_only),
    max_body_bytes = settings.max_body_bytes, max_depth = settings.max_depth,
    null_sentinel = settings.null == "sentinel",
  }
  for name, value in pairs(options.timeout_limits(settings.timeout)) do spec[name] = value end
  for name, value in pairs(options.retry_limits(settings.retry)) do spec[name] = value end
  return spec
end

---@param spec table
---@return userdata|nil session
---@return clinone.Error|nil err
function connection.open(spec)
  local session, kind, message = native.session(spec)
  if not session then
    return nil, errors.new { kind = kind == "validation" and "config" or kind, message = message }
  end
  return session
end

return connection
