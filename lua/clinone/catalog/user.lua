--- Where the user's own files are: $XDG_CONFIG_HOME/clinone, else
-- ~/.config/clinone, with catalog.json, what overlays it, and the environment
-- that was pulled along with it.

local user = {}

-- ENOENT and ENOTDIR: there is no such file. Any other failure to open one
-- must be told, not taken for its absence.
local absent = { [2] = true, [20] = true }

--- The directory; nil where the process has neither variable.
---@return string|nil
function user.directory()
  local base = os.getenv "XDG_CONFIG_HOME"
  if not base or base == "" then
    local home = os.getenv "HOME"
    if not home or home == "" then return nil end
    base = home .. "/.config"
  end
  return base .. "/clinone"
end

local function file_in_directory(name)
  local directory = user.directory()
  return directory and directory .. "/" .. name
end

--- The path of the user's catalog, whether or not it is there.
---@return string|nil
function user.catalog()
  return file_in_directory "catalog.json"
end

--- The path of the environment pulled along with it.
---@return string|nil
function user.environment()
  return file_in_directory "environment.json"
end

--- The path of what overlays a catalog: `catalog.overlay.json` beside
-- `catalog.json`.
---@param path string of the catalog
---@return string
function user.overlay_of(path)
  return (path:gsub("%.json$", "") .. ".overlay.json")
end

--- Whether there is such a file, readable or not.
---@param path string
---@return boolean
function user.has(path)
  local file, _, code = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil or not absent[code]
end

return user
