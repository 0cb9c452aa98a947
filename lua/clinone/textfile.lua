--- Reads a text file as UTF-8: a byte order mark is cut, UTF-16 (as
-- PowerShell writes it) is converted.

local textfile = {}

--- A code point as UTF-8.
---@param code integer
---@return string
function textfile.char(code)
  local char = string.char
  if code < 0x80 then return char(code) end
  if code < 0x800 then return char(0xC0 + math.floor(code / 64), 0x80 + code % 64) end
  if code < 0x10000 then
    return char(0xE0 + math.floor(code / 4096), 0x80 + math.floor(code / 64) % 64, 0x80 + code % 64)
  end
  return char(0xF0 + math.floor(code / 262144), 0x80 + math.floor(code / 4096) % 64,
    0x80 + math.floor(code / 64) % 64, 0x80 + code % 64)
end

local function from_utf16(text, low, high)
  local parts, i = {}, 1
  while i + 1 <= #text do
    local code = text:byte(i + low) + 256 * text:byte(i + high)
    i = i + 2
    if code >= 0xD800 and code < 0xDC00 and i + 1 <= #text then
      local second = text:byte(i + low) + 256 * text:byte(i + high)
      if second >= 0xDC00 and second < 0xE000 then
        code = 0x10000 + (code - 0xD800) * 1024 + (second - 0xDC00)
        i = i + 2
      end
    end
    parts[#parts + 1] = textfile.char(code)
  end
  return table.concat(parts)
end

--- The text without byte order mark, as UTF-8.
---@param text string
---@return string
function textfile.to_utf8(text)
  if text:sub(1, 3) == "\239\187\191" then return text:sub(4) end
  if text:sub(1, 2) == "\255\254" then return from_utf16(text:sub(3), 0, 1) end
  if text:sub(1, 2) == "\254\255" then return from_utf16(text:sub(3), 1, 0) end
  -- UTF-16 without a mark: JSON begins with an ASCII character.
  if text:byte(2) == 0 and text:byte(1) ~= 0 then return from_utf16(text, 0, 1) end
  return text
end

--- The whole file, raw; or nil and the system's message.
---@param path string
---@param most_bytes integer|nil a larger file is not read
---@return string|nil text
---@return string|nil message
function textfile.read_raw(path, most_bytes)
  local file, message = io.open(path, "rb")
  if not file then return nil, message end
  local size = most_bytes and file:seek "end"
  if size then
    file:seek "set"
    if size > most_bytes and file:read(0) then -- a directory has a size, and nothing to read
      file:close()
      return nil, ("%s: larger than %g MiB"):format(path, most_bytes / 1048576)
    end
  end
  local text, why = file:read "*a"
  file:close()
  if not text then return nil, path .. ": " .. tostring(why or "is no file") end
  return text
end

--- The whole file as UTF-8; or nil and the system's message.
---@param path string
---@param most_bytes integer|nil a larger file is not read
---@return string|nil text
---@return string|nil message
function textfile.read(path, most_bytes)
  local text, message = textfile.read_raw(path, most_bytes)
  if not text then return nil, message end
  return textfile.to_utf8(text)
end

return textfile
