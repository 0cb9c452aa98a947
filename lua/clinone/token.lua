--- Where a client's tokens come from. One source is shared by all clients of
-- equal configuration; it owns the token store of the core, but no
-- connection: whichever client needs a token fetches it over its own. A token
-- is fetched when first needed, refreshed ahead of its end, never printed.

local b2c = require "clinone.b2c"
local conduct = require "clinone.conduct"
local errors = require "clinone.error"
local native = require "clinone.native"
local request = require "clinone.request"
local scope = require "clinone.scope"

local REMEMBER_S = 60 -- a lasting refusal is not asked for again before
local POSTPONE_S = 30 -- after a failed refresh ahead
local UNKNOWN_LIFE_S = 300 -- B2C's shortest, where an answer tells no lifetime
local LOCK_S = 15 -- how long another process may take to fetch

local token = {}

---@class clinone.TokenSource
---@field store userdata the core's token store
---@field allowed table<table, integer> operation -> generation of the token that allowed it
---@field mode "client_credentials"|"bearer"
local Source = {}
Source.__index = Source

--- Takes a token into the store. Keeps its claims, not the token.
function Source:take(value, lifetime, claims)
  local ok, kind, message = self.store:set(value, lifetime, native.system.random_bytes(1):byte() / 256)
  if not ok then
    return nil, errors.new {
      kind = kind, operation = "token", message = message,
      hint = "A token is one line of printable characters, without \"Bearer \" before it.",
    }
  end
  self.claims = claims
  self.held = scope.list(claims)
  self.digest = native.text.digest(value)
  return true
end

--- Scopes of the current token; nil when there is none, or it does not say.
---@return string[]|nil
function Source:scopes()
  return self.held
end

--- Failures of a cache never fail a call: the token is fetched alone.
local function ask_cache(cache, what, ...)
  if not cache or not cache[what] then return nil end
  local ok, value = pcall(cache[what], ...)
  if ok then return value end
  return nil
end

--- A token that another process left in the cache, if it is of use.
function Source:from_cache()
  local text = ask_cache(self.cache, "get", self.key)
  local entry = type(text) == "string" and native.json.decode(text)
  if type(entry) ~= "table" or type(entry.token) ~= "string" or type(entry.expires_at) ~= "number" then
    return false
  end
  local left = entry.expires_at - os.time()
  if left <= 0 or native.text.digest(entry.token) == self.digest then return false end
  return self:take(entry.token, left, scope.claims(entry.token)) or false
end

function Source:to_cache(found)
  local text = native.json.encode { token = found.value, expires_at = os.time() + math.floor(found.lifetime) }
  ask_cache(self.cache, "set", self.key, text, math.floor(found.lifetime))
end

--- One fetcher among the processes that share a cache: the others wait for
-- its token, but never longer than it may take.
function Source:wait_for_other(deadline_ms, asker)
  if not self.cache or not self.cache.add then return false end
  local lock = self.key .. ":lock"
  local first = ask_cache(self.cache, "add", lock, "1", LOCK_S)
  if first ~= false then return false, lock end
  local until_s = math.min(native.system.clock() + LOCK_S, deadline_ms / 1000)
  while native.system.clock() < until_s do
    conduct.wait(asker.transport:timer(0.1))
    if self:from_cache() then return true end
  end
  return false
end

--- Asks the token endpoint.
function Source:fetch(deadline_ms, asker)
  local call, id = request.build(asker, self.operation, {
    grant_type = "client_credentials", client_id = self.client_id,
    client_secret = self.client_secret, scope = self.scope,
  }, nil, nil, { deadline_ms = deadline_ms })
  if not call then
    id.operation = "token"
    return nil, id
  end
  self.calls = self.calls + 1
  local answer, response = conduct.run(asker, self.operation, call, id)
  if answer == nil then
    local err = response
    local failed = err:response()
    if not failed then return nil, err end
    -- Any answer without a usable token is of kind auth.
    local refusal, lasting = b2c.failure(failed)
    refusal.attempts, refusal.elapsed, refusal.retry_after = err.attempts, err.elapsed, err.retry_after
    refusal.retryable = err.retryable
    if lasting then
      refusal.hint = refusal.hint .. self.origin
      self.refusal, self.refused_until = refusal, native.system.clock() + REMEMBER_S
    end
    return nil, refusal
  end
  return b2c.token(answer, response)
end

--- Sees to it that the store has a token newer than `generation`.
---@param generation integer 0: any that lives
---@param deadline_ms number of the call that needs it
---@param asker table the client that needs it, for the token host: `session`, `transport`, `tell` (event function or nil)
---@return true|nil ok
---@return clinone.Error|nil err
function Source:obtain(generation, deadline_ms, asker)
  local state, current = self.store:state()
  if current > generation and (state == "fresh" or state == "aging") then return true end
  if self.refusal and native.system.clock() < self.refused_until then return nil, self:refused_again() end
  self.refusal = nil
  if asker.tell then asker.tell { type = "refresh", operation = "token" } end
  if self:from_cache() then return true end
  local served, lock = self:wait_for_other(deadline_ms, asker)
  if served then return true end
  local found, err = self:fetch(deadline_ms, asker)
  local ok
  if found then
    found.lifetime = found.lifetime or UNKNOWN_LIFE_S
    ok, err = self:take(found.value, found.lifetime, found.claims)
    if ok and self.cache then self:to_cache(found) end
  end
  if lock then ask_cache(self.cache, "del", lock) end
  if ok then return true end
  return nil, err
end

--- A copy of the remembered refusal, for another call.
function Source:refused_again()
  local copy = {}
  for key, value in pairs(self.refusal) do copy[key] = value end
  local err = errors.new(copy)
  errors.attach_response(err, self.refusal:response())
  return err
end

--- A refresh ahead failed; the token that still lives serves on.
---@param err clinone.Error
---@param emit function|nil
function Source:keep_old(err, emit)
  self.store:postpone(err.retry_after or POSTPONE_S)
  if emit then
    emit { type = "warning", operation = "token", message = "the token could not be refreshed ahead: " .. err.message }
  end
end

--- A source that asks the token endpoint (OAuth2 client credentials).
---@param settings table `operation`, `client_id`, `client_secret`, `scope`, `key`, `cache`, `origin` (where id and secret came from, for hints)
---@return clinone.TokenSource
function token.client_credentials(settings)
  settings.store = native.store()
  settings.allowed = setmetatable({}, { __mode = "k" })
  settings.mode = "client_credentials"
  settings.calls = 0
  return setmetatable(settings, Source)
end

--- A source whose token the script gives: a string, or a function that gives
-- one (asked again after a 401).
---@param given string|fun(): string|nil, string|nil
---@return clinone.TokenSource
function token.bearer(given)
  local source = setmetatable({
    store = native.store(), allowed = setmetatable({}, { __mode = "k" }), mode = "bearer", calls = 0,
  }, Source)
  function source.obtain(self)
    local value, message = given, nil
    if type(given) == "function" then
      local ok
      ok, value, message = pcall(given)
      if not ok then value, message = nil, "the bearer function raised an error" end
    end
    if type(value) ~= "string" then
      return nil, errors.new {
        kind = "auth", operation = "token",
        message = message and type(message) == "string" and "no token: " .. message
          or "the bearer function gave no token (a string)",
      }
    end
    return self:take(value, nil, scope.claims(value))
  end
  return source
end

return token
