--- Starts and stops a sandbox for specs. Works on any Lua; waits without
--- spinning; a sandbox that a crashed spec forgets ends by its lifetime.

local cjson = require "cjson"

local sandbox = {}

local LIFETIME_S = 600

local running = {} -- handle -> true

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- The interpreter that runs this spec, as the command line named it.
local function this_lua()
  local index = 0
  while arg and arg[index - 1] do index = index - 1 end
  return arg and arg[index] or "lua"
end

local function read_file(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read("*a")
  file:close()
  return text
end

local function run(command)
  local pipe = assert(io.popen(command, "r"))
  local said = pipe:read("*a")
  pipe:close()
  return said
end

--- Sleeps.
---@param seconds number
function sandbox.sleep(seconds)
  os.execute(("sleep %.3f"):format(seconds))
end

--- Whether a process lives. One that nobody has reaped yet does not. (No `ps`:
--- a bare machine has none.)
---@param pid integer
---@return boolean
function sandbox.alive(pid)
  if run(("kill -0 %d 2>&1 || echo no"):format(pid)) ~= "" then return false end
  local state = read_file(("/proc/%d/stat"):format(pid))
  return not (state and state:find("^%d+ %b() Z"))
end

--- Sends a signal and waits, at most 5 s, until the process is gone.
---@param pid integer
---@param signal string "TERM"
---@return boolean gone
function sandbox.kill(pid, signal)
  run(("kill -%s %d 2>/dev/null"):format(signal, pid))
  for _ = 1, 100 do
    if not sandbox.alive(pid) then return true end
    sandbox.sleep(0.05)
  end
  return false
end

--- Runs the command until it ends, for command lines that start nothing.
---@param arguments string words for the shell, after `clinone`
---@param lua string|nil
---@return integer exit_code
---@return string output standard output and standard error
function sandbox.command(arguments, lua)
  local line = ("%s bin/clinone %s 2>&1; echo \"exit=$?\""):format(lua or this_lua(), arguments)
  local said, exit = run(line):match("^(.-)exit=(%d+)%s*$")
  return tonumber(exit), said
end

---@class spec.Sandbox
---@field environment string path of the environment file
---@field base_url string
---@field port integer
---@field pid integer
---@field ca_file string
---@field values table<string, string> the environment file's values by key
---@field stderr string path of what it said on standard error; removed by stop
---@field stop fun()

---@class spec.SandboxOptions
---@field fixtures string|nil path
---@field catalog string|false|nil path; false: the sandbox looks for it itself
---@field lua string|nil interpreter, the one that runs the spec
---@field arguments string|nil more words for the shell
---@field wrapper string|nil a command that runs another one, such as nohup

--- Starts a sandbox on a free port and waits until it answers. Raises when it
--- does not start.
---@param options spec.SandboxOptions|nil
---@return spec.Sandbox
function sandbox.start(options)
  options = options or {}
  local stderr = os.tmpname()
  local words = {
    options.wrapper or "", options.lua or this_lua(), "bin/clinone", "sandbox", "--port 0",
    "--lifetime " .. LIFETIME_S,
  }
  if options.catalog ~= false then words[#words + 1] = "--catalog " .. quote(options.catalog or "builtin") end
  if options.fixtures then words[#words + 1] = "--fixtures " .. quote(options.fixtures) end
  words[#words + 1] = options.arguments
  -- The shell prints the process id; the sandbox prints its one line, then
  -- lets go of the pipe, which ends the reading.
  local said = run(("%s 2>%s & echo $!"):format(table.concat(words, " "), stderr))
  local pid = tonumber(said:match("^(%d+)"))
  local environment = said:match("export CLINONE_ENVIRONMENT=(%S+)")
  if not environment then
    local message = read_file(stderr)
    os.remove(stderr)
    error("the sandbox did not start: " .. tostring(message), 2)
  end

  local values = {}
  for _, value in ipairs(cjson.decode(read_file(environment)).values) do
    values[value.key] = value.value
  end
  local handle = {
    environment = environment, base_url = values.baseUrl, ca_file = values.caFile,
    port = tonumber(values.baseUrl:match(":(%d+)$")), pid = pid, values = values, stderr = stderr,
  }
  running[handle] = true
  function handle.stop()
    running[handle] = nil
    local gone = sandbox.kill(pid, "TERM")
    os.remove(stderr)
    if not gone then error("the sandbox did not stop", 2) end
  end
  return handle
end

--- Stops every sandbox that is still running, as a failed spec leaves them.
---@param kept spec.Sandbox|nil but this one
function sandbox.stop_all_but(kept)
  for handle in pairs(running) do
    if handle ~= kept then handle.stop() end
  end
end

return sandbox
