--- What a failure probably means and what cures it, in the words of the
-- vendor's page and of our own options.

local scope = require "clinone.scope"

local hints = {}

local support = "If it stays so, write to support@clinone.com with the request id."

local by_kind = {
  dns = "Check the host name in base_url (or token_url), the network, and the proxy setting.",
  connect = "Check that host and port are right and reachable, and the proxy setting (option proxy, HTTPS_PROXY).",
  network = "The connection broke: check proxies and firewalls on the way.",
  timeout = "Raise the option timeout, or check the network.",
  too_large = "Ask for less at once, or raise max_body_bytes / max_depth.",
  json = "The answer is not JSON that can be trusted; err:response().body has it as it came.",
  rate_limited = "Wait as long as retry_after says before the next call.",
}

local function tls_hint(message)
  if message:find("expired", 1, true) then
    return "The server's certificate has expired, or this machine's clock is wrong."
  end
  if message:find("host name", 1, true) or message:find("hostname", 1, true)
    or message:find("does not match", 1, true) or message:find("subject name", 1, true) then
    return "The certificate is for another host: check base_url."
  end
  if message:find("client certificate", 1, true) or message:find("private key", 1, true) then
    return "Check the options client_cert, client_key and client_key_password."
  elseif message:find("protocol version", 1, true) or message:find("unsupported protocol", 1, true) then
    return "The server speaks no TLS 1.2 or newer, and nothing older is safe."
  elseif message:find("wrong version number", 1, true) then
    return "What answers at this port speaks no TLS: check base_url."
  end
  return "If the server's CA is your own, name it with the option ca_file (or CLINONE_CA_FILE)."
end

local function denied(core, operation)
  local held = core.tokens and core.tokens:scopes()
  local allowed, known = scope.allowed(held, operation.group, operation.method)
  local guess = operation.group_derived and operation.group
    and (" (The group %s is derived from the catalog's folder.)"):format(operation.group) or ""
  if allowed and known then
    return "The token has the scope, so the External Client is probably not associated with this study: "
      .. "ClinOne > API Management > Authentication & Authorization > the External Client > studies." .. guess
  end
  local needed = operation.group and table.concat(scope.needed(operation.group, operation.method), " or ") or ""
  local phrase = operation.group_derived and "; needed is probably " or "; needed is "
  return ("The token carries %s%s. Ask your ClinOne representative to assign the scope; mention CO-1619 and CO-1150.%s")
    :format(held and #held > 0 and table.concat(held, " ") or "no scopes that can be read",
      needed ~= "" and phrase .. needed or "", guess)
end

--- It went out without a token: so the catalog says.
local function unproved(operation)
  if operation.foreign then
    return "This operation is at another host than base_url, where no token is ever sent."
  end
  return 'The catalog says that this operation is public, so it was sent without a token: take "public" out of it.'
end

local attributes = "Check the external identifiers: they are the attribute values set in ClinOne "
  .. "(Org > Attributes; Study > Attributes; Manage Sites > the site > Attributes)."

local function of_answer(core, operation, status, code)
  if operation.anonymous and (status == 401 or status == 403) then
    return unproved(operation)
  elseif status == 401 then
    return "Check that base_url and token_url (or the keys) belong to the same environment."
  elseif status == 403 then
    return denied(core, operation)
  elseif (status == 400 or status == 404 or status == 422) and operation.takes_identifier then
    return attributes
  elseif status == 400 or status == 422 then
    return "The server refused the record; err:response().body says why."
  elseif status == 404 then
    return "There is no such record, or no such route under base_url."
  elseif status == 501 and code == "not_played" then
    return "This is the sandbox: save an example of the answer in Postman, and import the collection again."
  elseif status == 405 or status == 501 then
    return "The server has no such route: check the catalog."
  elseif status == 409 then
    return "Nothing was changed. Look the record up by its key; it may be there from an earlier run."
  elseif status == 415 then
    return "The server takes another Content-Type."
  elseif status >= 300 and status < 400 then
    return "No redirect is followed: a token must not leave its host. Check base_url."
  end
  return support
end

--- The hint for a failed call; nil when there is nothing sensible to say.
---@param core table the client's inside
---@param operation clinone.Operation
---@param kind string
---@param status integer|nil
---@param message string
---@param code string|nil the server's own
---@return string|nil
function hints.for_call(core, operation, kind, status, message, code)
  if kind == "tls" then return tls_hint(message) end
  if kind == "too_large" and message:find("header", 1, true) then return "Check what answers at base_url." end
  if status and (kind == "http" or kind == "auth") then return of_answer(core, operation, status, code) end
  return by_kind[kind]
end

return hints
