--- The answer of a call, its second value. Header lines are kept as they came
-- and read when first asked for: most scripts never do.

local native = require "clinone.native"

---@class clinone.Response
---@field status integer HTTP status
---@field headers table<string, string> by lower-case name; look-up without regard to case; repeated ones joined by ", "
---@field body string|nil as it came, decompressed; nil where it was saved to a file
---@field saved_to string|nil where it was saved
---@field request_id string our id, the same for all attempts
---@field attempts integer how often the request was sent
---@field elapsed number seconds, waits and token included
---@field warnings string[]|nil what was odd about the request or the answer
---@field recovered boolean|nil an earlier attempt, whose answer was lost, had been applied
local Response = native.response

local headers_metatable = {
  __index = function(headers, name)
    if type(name) ~= "string" then return nil end
    local lower = name:lower()
    return lower ~= name and rawget(headers, lower) or nil
  end,
}

local function read_headers(block)
  local headers = {}
  for name, value in block:gmatch "([^:\r\n]+):[ \t]*([^\r\n]*)" do
    name, value = name:lower(), value:gsub("[ \t]+$", "")
    headers[name] = headers[name] and headers[name] .. ", " .. value or value
  end
  return setmetatable(headers, headers_metatable)
end

function Response.__index(response, key)
  if key ~= "headers" then return nil end
  local headers = read_headers(rawget(response, "header_block") or "")
  rawset(response, "headers", headers)
  rawset(response, "header_block", nil)
  return headers
end

function Response.__tostring(response)
  local size = response.saved_to and "saved to a file" or #(response.body or "") .. " bytes"
  return ("clinone.response: HTTP %d, %s"):format(response.status, size)
end

return Response
