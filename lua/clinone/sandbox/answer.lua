--- Answers as plain tables, made by every room, sent by one.
--
-- Keeping them apart from nginx lets a fault take an answer and break it
-- before it goes out, or throw it away.

-- luacheck: globals ngx

local json = require "clinone.sandbox.json"

local answer = {}

---@class clinone.sandbox.Answer
---@field status integer
---@field body string
---@field type string content type
---@field headers table<string, string>
---@field close boolean? close without a byte (HTTP/2: reset the stream)
---@field declared_length integer? Content-Length to claim, larger than the body

--- An answer with a JSON text.
---@param status integer
---@param body string
---@param headers table<string, string>|nil
---@return clinone.sandbox.Answer
function answer.json(status, body, headers)
  local content_type = "application/json; charset=utf-8"
  return { status = status, body = body, type = content_type, headers = headers or {} }
end

--- An API error. The message names fields and rules, never a value.
---@param status integer
---@param code string
---@param message string
---@param headers table<string, string>|nil
---@return clinone.sandbox.Answer
function answer.failure(status, code, message, headers)
  local inner = json.object { { "code", code }, { "message", message } }
  return answer.json(status, '{"error":' .. inner .. "}", headers)
end

--- An HTML page, as gateways and proxies send them.
---@param status integer
---@param title string
---@return clinone.sandbox.Answer
function answer.html(status, title)
  local page = "<!DOCTYPE html>\n<html><head><title>%s</title></head>"
    .. "<body><h1>%s</h1></body></html>\n"
  return { status = status, body = page:format(title, title), type = "text/html", headers = {} }
end

--- Plain text.
---@param status integer
---@param body string
---@param headers table<string, string>|nil
---@return clinone.sandbox.Answer
function answer.text(status, body, headers)
  return { status = status, body = body, type = "text/plain", headers = headers or {} }
end

--- Closes the connection without an answer.
---@return clinone.sandbox.Answer
function answer.nothing()
  return { status = 444, body = "", headers = {}, close = true }
end

--- Sends an answer as the current request's. Does not return when it has to
--- break the connection.
---@param given clinone.sandbox.Answer
---@param request_id string|nil echoed
function answer.send(given, request_id)
  if given.close then return ngx.exit(444) end
  ngx.status = given.status
  if request_id then ngx.header["X-Request-Id"] = request_id end
  for name, value in pairs(given.headers) do ngx.header[name] = value end
  if given.status == 204 then return ngx.exit(204) end
  if given.type and given.body ~= "" then
    ngx.header["Content-Type"] = given.type
  else
    ngx.header["Content-Type"] = "" -- no body, so no default type either
  end
  ngx.header["Content-Length"] = given.declared_length or #given.body
  ngx.print(given.body)
  if given.declared_length then
    ngx.flush(true)
    return ngx.exit(444)
  end
end

return answer
