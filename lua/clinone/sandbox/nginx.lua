--- Finds an nginx or OpenResty that has the Lua module.

local nginx = {}

---@class clinone.sandbox.Nginx
---@field path string
---@field load_modules string[] dynamic modules to load, in order
---@field version integer 1022001 for 1.22.1
---@field lacks table<string, boolean> HTTP modules it was built without

-- Where it is beyond PATH: Debian keeps it out of a plain user's PATH, and
-- OpenResty puts nothing there by itself.
local USUAL_DIRECTORIES = {
  "/usr/local/openresty/bin", "/usr/local/openresty/nginx/sbin", "/usr/sbin",
  "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin", "/opt/homebrew/opt/openresty/bin",
}
local USUAL_MODULE_DIRECTORIES = {
  "/usr/share/nginx/modules", "/usr/lib/nginx/modules", "/usr/lib64/nginx/modules",
  "/opt/homebrew/lib/nginx/modules", "/usr/local/lib/nginx/modules",
}

nginx.ADVICE = [[
What to install:
  Debian, Ubuntu:  apt-get install nginx-light libnginx-mod-http-lua lua-resty-core \
                   lua-cjson lua-luaossl
  macOS:           brew install openresty/brew/openresty
                   luarocks --lua-version=5.1 install luaossl
Or name one with --nginx FILE.]]

local function exists(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

--- A word for the shell.
---@param text string
---@return string
function nginx.quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function describe(path)
  local pipe = io.popen(nginx.quote(path) .. " -V 2>&1", "r")
  if not pipe then return "" end
  local text = pipe:read("*a")
  pipe:close()
  return text
end

local function find_modules(built, usual)
  local directories = { built:match("%-%-modules%-path=(%S+)") }
  for _, directory in ipairs(usual or USUAL_MODULE_DIRECTORIES) do
    directories[#directories + 1] = directory
  end
  for _, directory in ipairs(directories) do
    local lua = directory .. "/ngx_http_lua_module.so"
    local kit = directory .. "/ndk_http_module.so"
    if exists(lua) and exists(kit) then return { kit, lua } end
  end
end

-- What a binary offers, or nil and what it lacks.
local function examine(path, usual_modules)
  local built = describe(path)
  local major, minor, patch = built:match("nginx version: %a+/(%d+)%.(%d+)%.(%d+)")
  if not major then
    major, minor, patch = built:match("(%d+)%.(%d+)%.(%d+)")
  end
  if not major or not built:find("configure arguments", 1, true) then
    return nil, path .. " is no nginx that runs"
  end
  for _, module in ipairs { "http_ssl", "http_v2" } do
    if not built:find("with-" .. module .. "_module", 1, true) then
      return nil, ("%s was built without its %s module"):format(path, module)
    end
  end
  local modules = {}
  local inside = built:find("%-%-add%-module=%S*ngx_lua")
    or built:find("%-%-add%-module=%S*lua%-nginx%-module")
  if not inside then
    modules = find_modules(built, usual_modules)
    if not modules then
      return nil, path .. " has no Lua module (ngx_http_lua_module.so and ndk_http_module.so)"
    end
  end
  local lacks = {}
  for name in built:gmatch("%-%-without%-http_(%w+)_module") do lacks[name] = true end
  return {
    path = path, load_modules = modules, lacks = lacks,
    version = tonumber(major) * 1000000 + tonumber(minor) * 1000 + tonumber(patch),
  }
end

---@class clinone.sandbox.Search
---@field path string|nil this binary and no other
---@field search string|nil instead of $PATH
---@field usual string[]|nil instead of the usual directories
---@field usual_modules string[]|nil instead of the usual directories of modules

--- The first of PATH and the usual places that has the Lua module.
---@param options clinone.sandbox.Search
---@return clinone.sandbox.Nginx|nil
---@return string|nil message what was found and what is missing, several lines
function nginx.find(options)
  local candidates = { options.path }
  if not options.path then
    local directories = {}
    for directory in (options.search or os.getenv("PATH") or ""):gmatch("[^:]+") do
      directories[#directories + 1] = directory
    end
    for _, directory in ipairs(options.usual or USUAL_DIRECTORIES) do
      directories[#directories + 1] = directory
    end
    for _, directory in ipairs(directories) do
      for _, name in ipairs { "openresty", "nginx" } do
        candidates[#candidates + 1] = directory .. "/" .. name
      end
    end
  end
  local tried, seen = {}, {}
  for _, path in ipairs(candidates) do
    if exists(path) and not seen[path] then
      seen[path] = true
      local found, problem = examine(path, options.usual_modules)
      if found then return found end
      tried[#tried + 1] = "  " .. problem
    end
  end
  if #tried == 0 then
    tried[1] = options.path and ("  %s does not exist"):format(options.path)
      or "  neither nginx nor openresty was found"
  end
  return nil, "the sandbox needs nginx or OpenResty with its Lua module:\n"
    .. table.concat(tried, "\n") .. "\n" .. nginx.ADVICE
end

--- Runs nginx until it ends.
---@param found clinone.sandbox.Nginx
---@param arguments string[]
---@return boolean ok whether it ended with exit code 0
---@return string output what it said
function nginx.run(found, arguments)
  local words = { nginx.quote(found.path) }
  for _, argument in ipairs(arguments) do words[#words + 1] = nginx.quote(argument) end
  -- popen's close reports the exit status differently on every Lua.
  local pipe = io.popen(table.concat(words, " ") .. " 2>&1; echo \"exit=$?\"", "r")
  if not pipe then return false, "no shell" end
  local output = pipe:read("*a")
  pipe:close()
  local said, status = output:match("^(.-)exit=(%d+)%s*$")
  return status == "0", said or output
end

--- The address that nginx could not listen on, and why, of what it said.
---@param said string
---@return string|nil address "127.0.0.1:8443"
---@return string|nil reason "Address already in use"
function nginx.bind_failure(said)
  return said:match("bind%(%) to (%S+) failed %(%d+: ([^)]+)%)")
end

return nginx
