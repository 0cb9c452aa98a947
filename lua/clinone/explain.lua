--- What a call would send, for a person to read. Sends nothing; the token and
-- any signature are left out.

local scope = require "clinone.scope"
local upload = require "clinone.upload"

local explain = {}

local function shell_quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- What stands for the token or signature, as a shell's word.
local proofs = { bearer = '"Authorization: Bearer $TOKEN"', hmac = '"$SIGNATURE_HEADER"' }

--- The words for the body, and whether curl writes the Content-Type itself.
local function body_words(lines, body, files)
  if not files then return body and { "--data-raw", body } or {} end -- a body may begin with "@"
  if body == "" then return { "--data-binary", "@" .. upload.curl_path(files[1]) } end
  for _, line in ipairs(lines) do
    local boundary = line:match "^Content%-Type: multipart/form%-data; boundary=(.*)$"
    if boundary then return upload.curl_fields(body, files, boundary), true end
  end
end

local function curl_command(method, url, lines, proof, words, own_type)
  local parts = { "curl", "-X", method }
  for _, line in ipairs(lines) do
    -- curl would print what it does not decode
    if not line:find "^Accept%-Encoding:" and not (own_type and line:find "^Content%-Type:") then
      parts[#parts + 1] = "-H"
      parts[#parts + 1] = shell_quote(line)
    end
  end
  if proof then
    parts[#parts + 1] = "-H"
    parts[#parts + 1] = proof
  end
  for i, word in ipairs(words) do parts[#parts + 1] = i % 2 == 1 and word or shell_quote(word) end
  parts[#parts + 1] = shell_quote(url)
  return table.concat(parts, " ")
end

--- Describes a built call, which then gives back what it holds.
---@param operation clinone.Operation
---@param call userdata
---@param mode string how the client proves who it is
---@return table explanation method, url, headers, body (text or nil), scope (names, any one of which serves), retry, curl
function explain.call(operation, call, mode)
  local method, url, lines, body, files = call:request()
  call:finish()
  local headers = {}
  for _, line in ipairs(lines) do
    local name, value = line:match "^([^:;]+)[:;] ?(.*)$"
    headers[name] = value
  end
  return {
    method = method, url = url, headers = headers, body = files and upload.describe(body, files) or body,
    scope = operation.group and scope.needed(operation.group, method) or nil,
    retry = operation.class,
    curl = curl_command(method, url, lines, not operation.anonymous and (proofs[mode] or proofs.bearer),
      body_words(lines, body, files)),
  }
end

return explain
