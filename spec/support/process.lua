--- Runs a Lua script in a process of its own: for what only a whole process
--- shows (environment variables, what an uncaught failure prints, `require`).

local process = {}

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function write_file(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function read_file(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

process.quote, process.write_file, process.read_file = quote, write_file, read_file

--- A file with this text; the caller removes it.
---@param text string
---@return string path
function process.temporary(text)
  local path = os.tmpname()
  write_file(path, text)
  return path
end

-- What the child keeps of this process's environment: where its modules are,
-- and nothing that the client would read.
local function kept()
  local words = {}
  for _, name in ipairs { "PATH", "LUA_PATH", "LUA_CPATH", "TMPDIR", "XDG_RUNTIME_DIR", "ASAN_OPTIONS" } do
    local value = os.getenv(name)
    if value then words[#words + 1] = quote(name .. "=" .. value) end
  end
  words[#words + 1] = "HOME=/nonexistent"
  return words
end

--- Runs a script under the Lua that runs the specs.
---@param script string Lua source
---@param variables table<string, string>|nil environment variables
---@return { code: integer, stdout: string, stderr: string }
function process.run(script, variables)
  local lua = assert(os.getenv "CLINONE_TEST_LUA", "CLINONE_TEST_LUA names no interpreter")
  local path, out, err = process.temporary(script), os.tmpname(), os.tmpname()
  local words = { "env", "-i", table.concat(kept(), " ") }
  for name, value in pairs(variables or {}) do words[#words + 1] = quote(name .. "=" .. value) end
  words[#words + 1] = ("%s %s >%s 2>%s </dev/null; echo $?"):format(lua, path, out, err)
  local pipe = assert(io.popen(table.concat(words, " "), "r"))
  local code = tonumber(pipe:read("*l"))
  pipe:close()
  local result = { code = code, stdout = read_file(out), stderr = read_file(err) }
  for _, file in ipairs { path, out, err } do os.remove(file) end
  return result
end

return process
