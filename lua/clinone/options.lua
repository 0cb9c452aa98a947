--- The options of `clinone.new` and of one call: which there are, what type
-- each has, and what the core makes of them. layers.lua has where they come
-- from.

local errors = require "clinone.error"
local native = require "clinone.native"
local suggest = require "clinone.suggest"

local options = {}

options.log_levels = { error = true, info = true, debug = true }

-- option -> Lua types it may have
local known = {
  environment = "string", environment_name = "string",
  base_url = "string", token_url = "string", scope = "string",
  client_id = "string", client_secret = "string", auth = "table",
  catalog = "string table",
  timeout = "number table", retry = "boolean table",
  ca_file = "string", client_cert = "string", client_key = "string", client_key_password = "string",
  proxy = "string", verify = "boolean", allow_insecure = "boolean",
  headers = "table", null = "string", token_cache = "string table",
  dry_run = "boolean", log = "string", on_event = "function",
  max_body_bytes = "number", max_depth = "number",
  max_connections = "number", http2 = "boolean", app = "string", variables = "table",
}

local tables = {
  timeout = { connect = true, idle = true, total = true },
  retry = { attempts = true, base = true, cap = true, budget = true },
  budget = { capacity = true, refill = true },
}

local choices = {
  token_cache = { process = true },
  null = { ["nil"] = true, sentinel = true },
  log = options.log_levels,
}

local config_error = errors.config

local TINY, BILLION = 0.001, 1e9

-- option -> least and most that make sense
local ranges = {
  timeout = { TINY, BILLION },
  max_body_bytes = { 1, 2 ^ 53 }, max_depth = { 1, 1000 }, max_connections = { 1, 65535 },
}

--- Refuses NaN too: it compares with nothing.
local function check_amount(name, value, least, most)
  if type(value) == "number" and value >= least and value <= most then return end
  error(("%s must be a number from %g to %g"):format(name, least, most), 0)
end

local function check_table(name, value)
  for key, inner in pairs(value) do
    if not tables[name][key] then
      error(("unknown key %s.%s%s"):format(name, tostring(key), suggest.phrase(key, tables[name])), 0)
    end
    if key == "budget" then
      if type(inner) ~= "table" then error("retry.budget must be a table", 0) end
      check_table("budget", inner)
    else
      check_amount(name .. "." .. key, inner, name == "timeout" and TINY or 0, BILLION)
    end
  end
end

--- Wrong use raises, without a position: a name or a type that no machine's
-- state could cure.
---@param given table
function options.check(given)
  for name, value in pairs(given) do
    local types = known[name]
    if not types then
      error(("unknown option %s%s"):format(tostring(name), suggest.phrase(name, known)), 0)
    end
    if not types:find(type(value), 1, true) then
      error(("option %s must be a %s, not a %s"):format(name, types:gsub(" ", " or "), type(value)), 0)
    end
    if tables[name] and type(value) == "table" then check_table(name, value) end
    if ranges[name] and type(value) == "number" then
      check_amount("option " .. name, value, ranges[name][1], ranges[name][2])
    end
    if choices[name] and type(value) == "string" and not choices[name][value] then
      error(("option %s cannot be \"%s\"%s"):format(name, value, suggest.phrase(value, choices[name])), 0)
    end
  end
  for name, value in pairs(given.headers or {}) do
    if type(name) ~= "string" or type(value) ~= "string" then error("option headers must be a table of strings", 0) end
  end
  for name, value in pairs(given.variables or {}) do
    local is_number = type(value) == "number" and value - value == 0
    if type(name) ~= "string" or type(value) ~= "string" and not is_number then
      error("option variables must be a table of names with strings or numbers", 0)
    end
  end
  if given.app and given.app:find "%c" then error("option app must be one line of text", 0) end
  if given.retry == true then error("option retry is false, or a table", 0) end
end

--- Seconds of the option `timeout`, as milliseconds of a session.
---@param timeout number|table|nil
---@return table limits total_ms, connect_ms, idle_ms; only those that are set
function options.timeout_limits(timeout)
  if timeout == nil then return {} end
  local t = type(timeout) == "table" and timeout or { total = timeout }
  local function ms(seconds)
    return seconds and math.max(1, math.floor(seconds * 1000 + 0.5))
  end
  return { total_ms = ms(t.total), connect_ms = ms(t.connect), idle_ms = ms(t.idle) }
end

--- The option `retry`, as limits of a session.
---@param retry false|table|nil
---@return table limits max_attempts, base_ms, cap_ms, budget_capacity, budget_refill; only those that are set
function options.retry_limits(retry)
  if retry == nil then return {} end
  if retry == false then return { max_attempts = 1 } end
  local budget = retry.budget or {}
  return {
    max_attempts = retry.attempts and math.max(1, math.floor(retry.attempts)),
    base_ms = retry.base and retry.base * 1000,
    cap_ms = retry.cap and retry.cap * 1000,
    budget_capacity = budget.capacity,
    budget_refill = budget.refill,
  }
end

--- Options of one call: checks them, and gives what a session's `begin` takes.
---@param given table|nil `timeout`, `retry`, `headers`, `save_to`
---@return table|nil limits
function options.for_call(given)
  if given == nil then return nil end
  if type(given) ~= "table" then error("call options must be a table", 0) end
  local allowed = { timeout = "number table", retry = "boolean table", headers = "table", save_to = "string" }
  for name, value in pairs(given) do
    local types = allowed[name]
    if not types then
      error(("unknown call option %s%s"):format(tostring(name), suggest.phrase(name, allowed)), 0)
    end
    if not types:find(type(value), 1, true) then
      error(("call option %s must be a %s, not a %s"):format(name, types:gsub(" ", " or "), type(value)), 0)
    end
    if tables[name] and type(value) == "table" then check_table(name, value) end
    if ranges[name] and type(value) == "number" then
      check_amount("call option " .. name, value, ranges[name][1], ranges[name][2])
    end
  end
  if given.retry == true then error("call option retry is false, or a table", 0) end
  if given.save_to and (given.save_to == "" or given.save_to:find("\0", 1, true)) then
    error("call option save_to is the path of a file", 0)
  end
  local limits = options.timeout_limits(given.timeout)
  for name, value in pairs(options.retry_limits(given.retry)) do limits[name] = value end
  limits.save_to = given.save_to
  return limits
end

--- A base URL as it is used: checked, without a trailing slash.
---@param text string
---@param what string what it is called in a message
---@return string|nil base
---@return clinone.Error|table err_or_parts the parsed URL, or the error
function options.check_base_url(text, what)
  local url, _, message = native.text.url(text)
  local hint = "It looks like https://test1api.clinone.com; http:// is for loopback only."
  if not url then return config_error(("%s: %s"):format(what, message), hint) end
  local ok
  ok, _, message = native.text.check_target(text, what)
  if not ok then return config_error(message, hint) end
  if url.query then return config_error(what .. " must not have a query", hint) end
  local base = text:gsub("/+$", "")
  return base, url
end

return options
