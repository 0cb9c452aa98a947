--- Runs a piece of Lua in a process of its own, with the Lua that runs the specs.

local child = {}

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function this_lua()
  return os.getenv("CLINONE_TEST_LUA") or arg[-1]
end

local function written(code)
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(code)
  file:close()
  return path
end

local function read_file(path)
  local file = io.open(path, "rb")
  local text = file and file:read("*a") or ""
  if file then file:close() end
  return text
end

local function words(path, environment)
  -- The leak checker trips over libraries that the interpreter has unloaded at
  -- its end ("Tracer caught signal 11"); the specs' own process is checked.
  local list = { "env", "LSAN_OPTIONS=detect_leaks=0" }
  for name, value in pairs(environment or {}) do list[#list + 1] = quote(name .. "=" .. value) end
  list[#list + 1] = quote(this_lua())
  list[#list + 1] = quote(path)
  return table.concat(list, " ")
end

--- Waits for its end.
---@param code string
---@param environment table<string, string>|nil variables to set
---@param first string|nil shell commands before it, such as a limit
---@return string said standard output and standard error
---@return integer exit_code above 128: by a signal
function child.run(code, environment, first)
  local path = written(code)
  local before = first and first .. "; " or ""
  local pipe = assert(io.popen(before .. words(path, environment) .. ' 2>&1; echo "exit=$?"', "r"))
  local said, exit = pipe:read("*a"):match("^(.-)exit=(%d+)%s*$")
  pipe:close()
  os.remove(path)
  return said, tonumber(exit)
end

---@class spec.Child
---@field said fun(self): string what it has said so far
---@field exit_code fun(self): integer|nil once it has ended
---@field forget fun(self) removes its files

--- Does not wait.
---@param code string
---@return spec.Child
function child.start(code)
  local path, out, done = written(code), os.tmpname(), os.tmpname()
  os.execute(("{ %s >%s 2>&1; echo $? >%s; } &"):format(words(path), out, done))
  return {
    said = function() return read_file(out) end,
    exit_code = function() return tonumber(read_file(done):match("%d+")) end,
    forget = function()
      for _, name in ipairs { path, out, done } do os.remove(name) end
    end,
  }
end

return child
