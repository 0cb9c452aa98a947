--- A private directory for the files of one spec.

local process = require "spec.support.process"
local system = require "clinone.core".system

---@class spec.Drawer
---@field path string
local Drawer = {}
Drawer.__index = Drawer

--- Names of what is in it, sorted.
---@return string[]
function Drawer:list()
  local names = {}
  local pipe = assert(io.popen("ls -A " .. process.quote(self.path), "r"))
  for name in pipe:lines() do names[#names + 1] = name end
  pipe:close()
  return names
end

--- The path of a name in it; with a text, that is written there.
---@param name string
---@param text string|nil
---@return string
function Drawer:file(name, text)
  local path = self.path .. "/" .. name
  if text then process.write_file(path, text) end
  return path
end

---@param name string
---@return string
function Drawer:read(name)
  return process.read_file(self.path .. "/" .. name)
end

--- Removes it and all that is in it.
function Drawer:remove()
  os.execute("rm -rf " .. process.quote(self.path))
end

local drawer = {}

---@return spec.Drawer
function drawer.new()
  local parent = os.getenv "TMPDIR" or "/tmp"
  return setmetatable({ path = assert(system.make_private_dir(parent .. "/drawer-")) }, Drawer)
end

return drawer
