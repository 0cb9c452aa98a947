--- The sandbox's private directory (mode 0700): where it is made, what it will
--- hold, how it goes.

local system = require "clinone.native".system

local workspace = {}

local NAMES = {
  "settings.json", "environment.json", "ca.pem", "server.pem", "server.key", "nginx.conf",
  "nginx.pid", "temporary",
}

--- Makes the directory, in the user's runtime directory where there is one.
---@return string|nil path
---@return string|nil message
function workspace.make()
  local message
  for _, parent in ipairs {
    os.getenv("XDG_RUNTIME_DIR") or "", os.getenv("TMPDIR") or "", "/tmp",
  } do
    if parent ~= "" then
      local path
      path, message = system.make_private_dir(parent:gsub("/+$", "") .. "/clinone-sandbox-")
      if path then return path end
      message = parent .. ": " .. tostring(message)
    end
  end
  return nil, message
end

--- Everything that will ever be in the directory, the directory itself last.
---@param directory string
---@return string[] paths
function workspace.files(directory)
  local files = {}
  for i, name in ipairs(NAMES) do files[i] = directory .. "/" .. name end
  files[#files + 1] = directory
  return files
end

--- Writes files (mode 0600).
---@param directory string
---@param texts table<string, string> by name
---@return true|nil
---@return string|nil message
function workspace.write(directory, texts)
  for name, text in pairs(texts) do
    local path = directory .. "/" .. name
    local ok, message = system.write_private_file(path, text)
    if not ok then return nil, path .. ": " .. message end
  end
  return true
end

--- Removes the directory and what is in it.
---@param directory string
function workspace.remove(directory)
  for _, path in ipairs(workspace.files(directory)) do os.remove(path) end
end

return workspace
