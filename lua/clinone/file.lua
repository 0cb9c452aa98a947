--- `clinone.file`: a file on disk that stands for its bytes in a body. It is
-- opened when a call is built and streamed by the core, piece by piece; Lua
-- never reads it.

local native = require "clinone.native"

local known = { type = true, name = true }

--- A file to be sent: as a field of a multipart body, or as a whole `body`.
---@param path string a regular file; it must not change until the call is over
---@param about { type: string?, name: string? }|nil media type (`application/pdf`); the name that the receiver is told, the path's last part unless said
---@return clinone.core.File
local function file(path, about)
  if type(path) ~= "string" then
    error(("clinone.file takes the path of a file, not a %s"):format(type(path)), 2)
  end
  if about ~= nil and type(about) ~= "table" then
    error("clinone.file: what is said about the file stands in a table, { type =, name = }", 2)
  end
  for key, value in pairs(about or {}) do
    if not known[key] then error(("clinone.file: %s is neither `type` nor `name`"):format(tostring(key)), 2) end
    if type(value) ~= "string" then error(("clinone.file: %s must be a string"):format(key), 2) end
  end
  local ok, made = pcall(native.file, path, about and about.type, about and about.name)
  if not ok then error("clinone.file: " .. made:gsub("^bad argument #%d to '.-' ", ""), 2) end
  return made
end

return file
