--- What a call would send, for a person to read. Sends nothing; the token and
-- any signature are left out.

local scope = require "clinone.scope"

local explain = {}

local function shell_quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- What stands for the token or signature, as a shell's word.
local proofs = { bearer = '"Authorization: Bearer $TOKEN"', hmac = '"$SIGNATURE_HEADER"' }

local function curl_command(method, url, lines, body, proof)
  local parts = { "curl", "-X", method }
  for _, line in ipairs(lines) do
    if not line:find "^Accept%-Encoding:" then -- curl would print what it does not decode
      parts[#parts + 1] = "-H"
      parts[#parts + 1] = shell_quote(line)
    end
  end
  parts[#parts + 1] = "-H"
  parts[#parts + 1] = proof
  if body then
    parts[#parts + 1] = "--data-binary"
    parts[#parts + 1] = shell_quote(body)
  end
  parts[#parts + 1] = shell_quote(url)
  return table.concat(parts, " ")
end

--- Describes a built call.
---@param operation clinone.Operation
---@param call userdata
---@param mode string how the client proves who it is
---@return table explanation method, url, headers, body (text or nil), scope (names, any one of which serves), retry, curl
function explain.call(operation, call, mode)
  local method, url, lines, body = call:request()
  local headers = {}
  for _, line in ipairs(lines) do
    local name, value = line:match "^([^:;]+)[:;] ?(.*)$"
    headers[name] = value
  end
  return {
    method = method, url = url, headers = headers, body = body,
    scope = operation.group and scope.needed(operation.group, method) or nil,
    retry = operation.class,
    curl = curl_command(method, url, lines, body, proofs[mode] or proofs.bearer),
  }
end

return explain
