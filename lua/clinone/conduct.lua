--- The conductor: carries out what the state machine of a call says, for
-- every way of waiting. The core says what to do next; here it is done.
--
-- A driver is one function, `wait(handle)`: give way until this handle (an
-- attempt under way, or a timer) is done. Plain Lua has the blocking one.

local failure = require "clinone.failure"
local native = require "clinone.native"
local scope = require "clinone.scope"

local conduct = {}

-- Looked up once: a call is asked and told six times on its way.
local next_action, start = native.call.next, native.call.start
local read, progress, finish = native.call.result, native.call.progress, native.call.finish

local ATTEMPT, WAIT, DONE = native.action.attempt, native.action.wait, native.action.done

--- The blocking driver: this thread drives the transport. Each drive ends
-- after at most half a second, so that Ctrl-C gets its turn.
---@param handle userdata
function conduct.wait(handle)
  while not handle:drive() do end
end

local wait = conduct.wait

--- Whether the token just had allows the operation; asked once per token.
local function allowed(core, operation, generation)
  local tokens = core.tokens
  if not tokens or operation.group == nil or operation.group_derived or tokens.allowed[operation] == generation then
    return true
  end
  if not scope.allowed(tokens:scopes(), operation.group, operation.method) then return false end
  tokens.allowed[operation] = generation
  return true
end

local function emit_wait(emit, operation, call, request_id, delay)
  local attempts, status = progress(call)
  emit {
    type = "wait", operation = operation.name, request_id = request_id, attempt = attempts,
    status = status, delay = delay,
  }
end

local function emit_result(emit, operation, call, request_id, err)
  local attempts, status, elapsed = progress(call)
  emit {
    type = "result", operation = operation.name, request_id = request_id, attempt = attempts,
    status = status, elapsed = elapsed, outcome = err and err.outcome or "ok", kind = err and err.kind,
  }
end

--- Gets the token that a call asks for. Returns the error that ends the call,
-- if there is one: a failed refresh ahead of time does not.
local function fetch_token(core, call, generation, optional)
  local ok, err = core.tokens:obtain(generation, call:deadline(), core.asker)
  call:token_over(ok and "ok" or err.kind)
  if ok then return nil end
  if optional then
    core.tokens:keep_old(err, core.emit)
    return nil
  end
  call:next()
  err.outcome = call:verdict()
  return err
end

--- Attempts, waits and tokens until the call is done. Returns the error that
-- ended it early, if one did.
local function carry_out(core, operation, call, request_id)
  local emit = core.emit
  while true do
    local action, detail, extra = next_action(call)
    if action == ATTEMPT then
      if detail ~= 0 and not allowed(core, operation, detail) then
        call:stop "scope"
        return failure.of_scope(core, operation, call)
      end
      if emit then
        emit { type = "attempt", operation = operation.name, request_id = request_id, attempt = extra }
      end
      local ok, kind, message = start(call)
      if not ok then
        call:next()
        return failure.of_call(core, operation, call, kind, message)
      end
      wait(call)
    elseif action == DONE then
      return nil
    elseif action == WAIT then
      if emit then emit_wait(emit, operation, call, request_id, detail) end
      wait(core.transport:timer(detail))
    else
      local err = fetch_token(core, call, detail, extra)
      if err then return err end
    end
  end
end

local function warn(core, operation, request_id, response, warnings)
  response.warnings = response.warnings or {}
  for _, warning in ipairs(warnings) do
    response.warnings[#response.warnings + 1] = warning
    if core.emit then
      core.emit { type = "warning", operation = operation.name, request_id = request_id, message = warning }
    end
  end
end

--- The value and the response of a call that is done, or nil and its error.
local function read_result(core, operation, call, request_id, warnings)
  local value, response, extra, failed_response = read(call)
  if value == nil then
    return nil, failure.of_call(core, operation, call, response, extra, failed_response)
  end
  if warnings then warn(core, operation, request_id, response, warnings) end
  if extra then
    warn(core, operation, request_id, response,
      { ("%d keys stand twice in one object of the answer; the last ones were taken"):format(extra) })
  end
  return value, response
end

--- Sends a call and gives its answer.
---@param core table the client's inside: `transport`, `tokens`, `asker`, `emit`
---@param operation clinone.Operation
---@param call userdata from `request.build`
---@param request_id string likewise
---@param warnings string[]|nil likewise
---@return any value nil when it failed
---@return clinone.Response|clinone.Error response_or_err
function conduct.run(core, operation, call, request_id, warnings)
  local value, response = nil, carry_out(core, operation, call, request_id)
  if not response then
    value, response = read_result(core, operation, call, request_id, warnings)
  end
  if core.emit then
    emit_result(core.emit, operation, call, request_id, value == nil and response or nil)
  end
  finish(call)
  return value, response
end

return conduct
