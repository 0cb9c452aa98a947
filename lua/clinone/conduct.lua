--- The conductor: carries out what the state machine of a call says, for
-- every way of waiting. The core says what to do next; here it is done.
--
-- A driver is one function, `wait(handle)`: give way until this handle (an
-- attempt under way, or a timer) is done. Plain Lua has the blocking one.

local failure = require "clinone.failure"
local scope = require "clinone.scope"

local conduct = {}

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
  if not tokens or operation.group == nil or tokens.allowed[operation] == generation then return true end
  if not scope.allowed(tokens:scopes(), operation.group, operation.method) then return false end
  tokens.allowed[operation] = generation
  return true
end

local function emit_attempt(emit, operation, call)
  local request_id, attempts = call:progress()
  emit { type = "attempt", operation = operation.name, request_id = request_id, attempt = attempts + 1 }
end

local function emit_wait(emit, operation, call, delay)
  local request_id, attempts, status = call:progress()
  emit {
    type = "wait", operation = operation.name, request_id = request_id, attempt = attempts,
    status = status ~= 0 and status or nil, delay = delay,
  }
end

local function emit_result(emit, operation, call, err)
  local request_id, attempts, status, elapsed = call:progress()
  emit {
    type = "result", operation = operation.name, request_id = request_id, attempt = attempts,
    status = status ~= 0 and status or nil, elapsed = elapsed,
    outcome = err and err.outcome or "ok", kind = err and err.kind or nil,
  }
end

--- Attempts, waits and tokens until the call is done. Returns the error that
-- ended it early, if one did.
local function carry_out(core, operation, call)
  local emit = core.emit
  while true do
    local action, detail, optional = call:next()
    if action == "attempt" then
      if detail ~= 0 and not allowed(core, operation, detail) then
        call:stop "scope"
        return failure.of_scope(core, operation, call)
      end
      if emit then emit_attempt(emit, operation, call) end
      local ok, kind, message = call:start()
      if not ok then
        call:next()
        return failure.of_call(core, operation, call, kind, message)
      end
      wait(call)
    elseif action == "done" then
      return nil
    elseif action == "wait" then
      if emit then emit_wait(emit, operation, call, detail) end
      wait(core.transport:timer(detail))
    else -- token
      local ok, err = core.tokens:obtain(detail, call:deadline(), core.asker)
      if ok then
        call:token_over "ok"
      else
        call:token_over(err.kind)
        if not optional then
          call:next()
          err.outcome = call:verdict()
          return err
        end
        core.tokens:keep_old(err, emit)
      end
    end
  end
end

local function warn(core, operation, call, response, warnings)
  response.warnings = response.warnings or {}
  for _, warning in ipairs(warnings) do
    response.warnings[#response.warnings + 1] = warning
    if core.emit then
      core.emit { type = "warning", operation = operation.name, request_id = call:progress(), message = warning }
    end
  end
end

--- Sends a call and gives its answer.
---@param core table the client's inside: `transport`, `tokens`, `asker`, `emit`
---@param operation clinone.Operation
---@param call userdata from `request.build`
---@param warnings string[]|nil
---@return any value nil when it failed
---@return clinone.Response|clinone.Error response_or_err
function conduct.run(core, operation, call, warnings)
  local emit = core.emit
  local err = carry_out(core, operation, call)
  local value, response
  if not err then
    local kind_or_response, extra, failed_response
    value, kind_or_response, extra, failed_response = call:result()
    if value == nil then
      err = failure.of_call(core, operation, call, kind_or_response, extra, failed_response)
    else
      response = kind_or_response
      if warnings then warn(core, operation, call, response, warnings) end
      if extra then
        warn(core, operation, call, response,
          { ("%d keys stand twice in one object of the answer; the last ones were taken"):format(extra) })
      end
    end
  end
  if emit then emit_result(emit, operation, call, err) end
  call:finish()
  if err then return nil, err end
  return value, response
end

return conduct
