--- From a call that has ended badly to the error a script sees.

local errors = require "clinone.error"
local hints = require "clinone.hints"
local native = require "clinone.native"

local failure = {}

local function identifier(value)
  if type(value) == "number" then value = tostring(value) end
  -- A code or an id, never prose: prose may repeat a patient's data.
  return type(value) == "string" and value:match "^[%w_%.%-]+$" and #value <= 64 and value or nil
end

--- The server's own code and correlation id, from a JSON error body or the
-- usual headers.
local function server_words(response)
  local body = native.json.decode(response.body)
  local code, correlation
  if type(body) == "table" then
    local inner = type(body.error) == "table" and body.error or body
    code = identifier(inner.code) or identifier(inner.errorCode) or identifier(body.error)
    correlation = identifier(inner.correlationId) or identifier(inner.correlation_id) or identifier(body.traceId)
  end
  local headers = response.headers
  return code, correlation or identifier(headers["x-correlation-id"]) or identifier(headers["x-ms-request-id"])
end

local phrases = {
  [400] = "the server refused the request as malformed",
  [401] = "the server did not accept the credentials",
  [403] = "the server forbids this call",
  [404] = "not found",
  [405] = "the server does not allow this method here",
  [409] = "conflict with a record that exists",
  [415] = "the server does not take this Content-Type",
  [422] = "the server refused the record",
  [429] = "too many requests",
  [500] = "the server failed",
  [502] = "a gateway before the server failed",
  [503] = "the server is not available",
  [504] = "the server did not answer its gateway in time",
}

local function message_of(kind, message, status)
  if kind == "json" then return "the answer is no valid JSON: " .. message end
  if message ~= "" then return message end
  if kind == "timeout" then return "the deadline of the call passed" end
  if status and status >= 300 and status < 400 then return "the server answered with a redirect" end
  return status and (phrases[status] or "the server refused the call") or "the call failed"
end

--- The error of an ended call.
---@param core table the client's inside
---@param operation clinone.Operation
---@param call userdata
---@param kind string
---@param message string the transport's or the scanner's words, or ""
---@param response clinone.Response|nil
---@return clinone.Error
function failure.of_call(core, operation, call, kind, message, response)
  local outcome, retryable, retry_after, _, safe = call:verdict()
  local attempts, _, elapsed = call:progress()
  local status = response and response.status
  local code, correlation_id
  if response and response.body and kind ~= "json" then code, correlation_id = server_words(response) end
  if outcome == "ok" then
    -- A 2xx whose body cannot be read, or saved: the server has acted.
    outcome, retryable = "unknown", safe
  end
  message = message_of(kind, message, status)
  local hint = hints.for_call(core, operation, kind, status, message, code)
  if outcome == "unknown" and not safe then
    hint = "The record may be there: look it up before you send it again." .. (hint and " " .. hint or "")
  end
  local err = errors.new {
    kind = kind, message = message, hint = hint,
    status = status, code = code, correlation_id = correlation_id,
    operation = operation.name, request_id = call:id(), attempts = attempts, elapsed = elapsed,
    outcome = outcome, retryable = retryable, retry_after = retry_after,
  }
  if response then errors.attach_response(err, response) end
  return err
end

--- The error of a call that the token's scopes do not allow.
---@param core table
---@param operation clinone.Operation
---@param call userdata
---@return clinone.Error
function failure.of_scope(core, operation, call)
  local attempts, _, elapsed = call:progress()
  return errors.new {
    kind = "scope", operation = operation.name, request_id = call:id(), attempts = attempts, elapsed = elapsed,
    message = ("the token does not allow %s on %s"):format(operation.method, operation.group),
    hint = hints.for_call(core, operation, "http", 403, ""), outcome = (call:verdict()),
  }
end

return failure
