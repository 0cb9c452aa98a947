--- The one error object: plain fields, one printed line, no secret and no
-- value of a record in any of them.

---@class clinone.Error
---@field kind string `config` `validation` `scope` `auth` `dns` `connect` `network` `tls` `timeout` `http` `rate_limited` `json` `too_large` `phase` `dry_run`
---@field message string what failed
---@field hint string|nil the likely cause, and what cures it
---@field status integer|nil HTTP status
---@field code string|nil the server's own code
---@field correlation_id string|nil the server's correlation id
---@field operation string|nil which call, e.g. `patients.create`
---@field request_id string|nil our id, the same for all attempts of a call
---@field attempts integer|nil how often it was sent
---@field elapsed number|nil seconds
---@field retry_after number|nil seconds the server asked to wait
---@field outcome "not_sent"|"rejected"|"unknown" what became of the request
---@field retryable boolean the same call may be made again without harm, and might then succeed
local Error = {}
Error.__name = "clinone.error"
Error.__index = Error

-- Beside the objects, not in them: a table dumper must not print a body.
local responses = setmetatable({}, { __mode = "k" })
local explanations = setmetatable({}, { __mode = "k" })

local errors = {}

--- Control characters would forge lines in a log.
local function one_line(text)
  return (tostring(text):gsub("[%c]+", " "))
end

--- Makes an error. Unset outcome is `not_sent`, unset retryable false.
---@param fields table
---@return clinone.Error
function errors.new(fields)
  fields.outcome = fields.outcome or "not_sent"
  fields.retryable = fields.retryable or false
  fields.message = one_line(fields.message)
  fields.hint = fields.hint and one_line(fields.hint)
  return setmetatable(fields, Error)
end

--- What comes of a setting, or of a file that one names, which cannot be used.
---@param message string
---@param hint string|nil
---@return nil
---@return clinone.Error err kind `config`
function errors.config(message, hint)
  return nil, errors.new { kind = "config", message = message, hint = hint }
end

--- Lets `err:response()` give the answer that failed.
---@param err clinone.Error
---@param response clinone.Response|nil
function errors.attach_response(err, response)
  responses[err] = response
end

--- Lets `err:explain()` tell what a dry run did not send.
---@param err clinone.Error
---@param explanation table
function errors.attach_explanation(err, explanation)
  explanations[err] = explanation
end

---@param value any
---@return boolean
function errors.is(value)
  return getmetatable(value) == Error
end

--- The answer as it came (status, headers, body), or nil without one.
---@return clinone.Response|nil
function Error:response()
  return responses[self]
end

--- What a dry run would have sent: `{method, url, headers, body, ...}`.
---@return table|nil
function Error:explain()
  return explanations[self]
end

function Error:__tostring()
  local parts = { "clinone: " }
  if self.operation then parts[#parts + 1] = self.operation .. ": " end
  parts[#parts + 1] = self.message
  local facts = { "kind " .. self.kind }
  if self.status then facts[#facts + 1] = "HTTP " .. self.status end
  if self.code then facts[#facts + 1] = "code " .. self.code end
  if self.outcome == "unknown" and not self.retryable then facts[#facts + 1] = "it may have been applied" end
  if self.attempts and self.attempts > 1 then facts[#facts + 1] = self.attempts .. " attempts" end
  if self.correlation_id then facts[#facts + 1] = "correlation id " .. self.correlation_id end
  if self.request_id then facts[#facts + 1] = "request " .. self.request_id end
  parts[#parts + 1] = " [" .. table.concat(facts, ", ") .. "]"
  if self.hint then parts[#parts + 1] = " " .. self.hint end
  return table.concat(parts)
end

return errors
