--- Puts a catalog where the client finds it: written aside, then renamed, so
-- that a failure leaves the former one as it was.

local errors = require "clinone.error"
local native = require "clinone.native"
local textfile = require "clinone.textfile"
local user = require "clinone.catalog.user"
local walk = require "clinone.catalog.walk"

local install = {}

local function failed(message, hint)
  return nil, errors.new { kind = "config", message = message, hint = hint }
end

-- --- text ----------------------------------------------------------------------

-- Keys whose tables are laid out, one line for each thing in them; whatever is
-- below stands on that line. `*` stands for any name.
local LAYOUT = { servers = {}, source = {}, variables = {}, auth = {} }
local RESOURCES = { ["*"] = { operations = {} } }
RESOURCES["*"].resources = RESOURCES
LAYOUT.resources = RESOURCES

local function is_object(value)
  return type(value) == "table" and getmetatable(value) ~= native.array_mark and #value == 0
end

--- Raises what the encoder refuses; caught in `install.text`.
local function encoded(value, path)
  local text, message, where = native.json.encode(value, 1000)
  if text then return text end
  error({ message = ("%s%s: %s"):format(path, where and where ~= "" and "." .. where or "", message) }, 0)
end

local function lay_out(parts, value, layout, indent, path)
  local keys = is_object(value) and layout and walk.sorted_keys(value) or {}
  if #keys == 0 then
    parts[#parts + 1] = encoded(value, path)
    return
  end
  local inner = indent .. "  "
  for i, key in ipairs(keys) do
    parts[#parts + 1] = (i == 1 and "{\n" or ",\n") .. inner .. encoded(key, path) .. ": "
    lay_out(parts, value[key], layout[key] or layout["*"], inner, path .. "." .. key)
  end
  parts[#parts + 1] = "\n" .. indent .. "}"
end

--- A catalog as the text of its file: keys sorted, one operation per line, so
-- that equal catalogs are equal files and a diff of two reads well.
---@param document table
---@return string|nil text
---@return clinone.Error|nil err
function install.text(document)
  local parts = {}
  local ok, err = pcall(lay_out, parts, document, LAYOUT, "", "catalog")
  if ok then return table.concat(parts) .. "\n" end
  if type(err) ~= "table" then error(err, 0) end
  return failed("the catalog cannot be written as JSON: " .. err.message)
end

-- --- files ---------------------------------------------------------------------

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- Makes a directory and its parents, for this user alone.
local function make_directory(path)
  local result = os.execute(("umask 077 && mkdir -p -- %s 2>/dev/null"):format(quote(path)))
  return result == true or result == 0 -- 5.1 gives the code
end

local function random_name()
  return (native.system.random_bytes(6):gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

--- Writes a file that anybody may read as the umask says: aside, then renamed.
-- Devices are written as they are.
---@param path string
---@param text string
---@return true|nil ok
---@return clinone.Error|nil err
function install.write(path, text)
  local device = path:find "^/dev/" ~= nil
  local aside = device and path or ("%s.%s"):format(path, random_name())
  local file, message = io.open(aside, "wb")
  if not file then return failed(("%s cannot be written: %s"):format(path, (message:gsub("^.*: ", "")))) end
  local ok, why = file:write(text)
  local closed, late = file:close()
  if ok and closed and not device then
    ok, why = os.rename(aside, path)
  end
  if ok and closed then return true end
  if not device then os.remove(aside) end
  return failed(("%s cannot be written: %s"):format(path, tostring(why or late)))
end

--- Writes a file of the user's own folder, which is made where it is missing.
---@param name string
---@param text string
---@return string|nil path
---@return clinone.Error|nil err
function install.write_own(name, text)
  local directory = user.directory()
  if not directory then
    return failed("there is no place for the catalog: neither XDG_CONFIG_HOME nor HOME is set",
      "Set one of them, or name a file with -o.")
  end
  local path = directory .. "/" .. name
  if not make_directory(directory) then return failed(("the directory %s cannot be made"):format(directory)) end
  local ok, message = native.system.write_private_file(path, text)
  if not ok then return failed(("%s cannot be written: %s"):format(path, message)) end
  return path
end

---@class clinone.catalog.Installed
---@field path string
---@field previous string|nil where the former catalog is kept; nil: there was none, or it was the same
---@field unchanged boolean the former one was the same

--- Installs a catalog as the user's own, and keeps the former one beside it.
---@param document table
---@return clinone.catalog.Installed|nil
---@return clinone.Error|nil err
function install.own(document)
  local text, err = install.text(document)
  if not text then return nil, err end
  local there = user.catalog()
  local former, why, previous
  if there and user.has(there) then
    former, why = textfile.read_raw(there)
    if not former then return failed("the former catalog cannot be read, so it cannot be kept: " .. why) end
  end
  if former and former ~= text then
    -- A copy, no rename: at no moment is there no catalog.
    previous, err = install.write_own("catalog.previous.json", former)
    if not previous then return nil, err end
  end
  local path
  path, err = install.write_own("catalog.json", text)
  if not path then return nil, err end
  return { path = path, previous = previous, unchanged = former == text }
end

--- Writes a catalog to a file of the caller's choice.
---@param document table
---@param path string
---@return clinone.catalog.Installed|nil
---@return clinone.Error|nil err
function install.at(document, path)
  local text, err = install.text(document)
  if not text then return nil, err end
  local former = textfile.read_raw(path)
  local ok
  ok, err = install.write(path, text)
  if not ok then return nil, err end
  return { path = path, unchanged = former == text }
end

return install
