--- Runs the real `clinone` command in a process of its own, with a folder of
--- its own for what belongs to the user.

local core = require "clinone.core"
local process = require "spec.support.process"

local command = {}

local SCRIPT = [[
arg = { [0] = "bin/clinone", %s }
dofile "bin/clinone"
]]

---@class spec.Home
---@field directory string what XDG_CONFIG_HOME is set to
---@field own string its folder of clinone, made by the command
local Home = {}
Home.__index = Home

--- A new, empty folder.
---@return spec.Home
function command.home()
  local parent = (os.getenv "TMPDIR" or "/tmp"):gsub("/+$", "")
  local directory = assert(core.system.make_private_dir(parent .. "/clinone-home-"))
  return setmetatable({ directory = directory, own = directory .. "/clinone" }, Home)
end

--- Removes it.
function Home:remove()
  os.execute("rm -rf " .. process.quote(self.directory))
end

--- Writes a file in it; gives its path.
---@param name string
---@param text string
---@return string
function Home:file(name, text)
  local path = self.directory .. "/" .. name
  process.write_file(path, text)
  return path
end

--- The text of a file in the command's own folder; nil: there is none.
---@param name string
---@return string|nil
function Home:text(name)
  local file = io.open(self.own .. "/" .. name, "rb")
  if not file then return nil end
  local text = file:read "*a"
  file:close()
  return text
end

--- Names of the files in the command's own folder, sorted, in one string.
---@return string
function Home:names()
  local pipe = assert(io.popen("ls -A " .. process.quote(self.own) .. " 2>/dev/null", "r"))
  local names = pipe:read "*a":gsub("%s+", " "):gsub(" $", "")
  pipe:close()
  return names
end

--- Runs it until it ends.
---@param words string[] after `clinone`
---@param variables table<string, string>|nil environment variables
---@return { code: integer, stdout: string, stderr: string }
function Home:run(words, variables)
  local given = {
    XDG_CONFIG_HOME = self.directory, CLINONE_BUILD = os.getenv "CLINONE_BUILD",
    LSAN_OPTIONS = "detect_leaks=0", -- argparse ends `--help` with the Lua state open
  }
  for name, value in pairs(variables or {}) do given[name] = value end
  local quoted = {}
  for i, word in ipairs(words) do quoted[i] = ("%q"):format(word) end
  return process.run(SCRIPT:format(table.concat(quoted, ", ")), given)
end

return command
