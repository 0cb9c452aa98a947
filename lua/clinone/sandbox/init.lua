--- The launcher: prepares a private directory (keys, certificate, nginx.conf,
--- environment file) and becomes nginx, so that the process a user started is
--- the one that SIGINT and SIGTERM reach.

local cjson = require "cjson"
local system = require "clinone.core".system
local config = require "clinone.sandbox.config"
local environment = require "clinone.sandbox.environment"
local fixtures = require "clinone.sandbox.fixtures"
local json = require "clinone.sandbox.json"
local nginx = require "clinone.sandbox.nginx"
local routes = require "clinone.sandbox.routes"
local tls = require "clinone.sandbox.tls"

local sandbox = {}

local function read_file(path)
  local file, message = io.open(path, "rb")
  if not file then return nil, message end
  local text = file:read("*a")
  file:close()
  if not text then return nil, path .. " cannot be read" end
  return text
end

local function load_fixtures(path)
  local text, message = fixtures.default_text(), nil
  if path then text, message = read_file(path) end
  if not text then return nil, message end
  local known, problem = fixtures.read(text)
  if not known then return nil, ("fixtures %s: %s"):format(path or "", problem) end
  return known, nil, text
end

-- The catalog as a table, and its text where it is a file.
local function load_catalog(path, known)
  local catalog, text
  if path and path ~= "builtin" then
    local message
    text, message = read_file(path)
    if not text then return nil, message end
    local root, problem = json.read(text)
    if not root then return nil, ("catalog %s: no valid JSON: %s"):format(path, problem) end
    catalog = cjson.decode(text)
  else
    catalog = require "clinone.builtin"
  end
  local found, problem = routes.compile(catalog, known.keys)
  if not found then return nil, ("catalog %s: %s"):format(path or "builtin", problem) end
  return catalog, nil, text
end

local function choose_port(wanted)
  if not wanted or wanted == 0 then return system.free_port() end
  local port, message = system.free_port(wanted)
  if port == wanted then return port end
  return nil, ("port %d on 127.0.0.1 cannot be used: %s"):format(wanted, message or "it is taken")
end

local function make_directory()
  local message
  for _, parent in ipairs {
    os.getenv("XDG_RUNTIME_DIR") or "", os.getenv("TMPDIR") or "", "/tmp",
  } do
    if parent ~= "" then
      local path
      path, message = system.make_private_dir(parent:gsub("/+$", "") .. "/clinone-sandbox-")
      if path then return path end
    end
  end
  return nil, message
end

-- Everything that will ever be in the directory, itself last.
local function files_of(directory)
  local files = {}
  for i, name in ipairs { "settings.json", "environment.json", "ca.pem", "server.pem", "server.key",
    "nginx.conf", "nginx.pid", "temporary" } do
    files[i] = directory .. "/" .. name
  end
  files[#files + 1] = directory
  return files
end

-- nginx runs LuaJIT, which must not find modules built for another Lua; a 5.1
-- launcher's own paths fit it, and may be where luaossl is.
local function lua_paths()
  local here = debug.getinfo(1, "S").source:match("^@(.*)/clinone/sandbox/init%.lua$") or "."
  if here:sub(1, 1) ~= "/" then
    local pipe = io.popen("pwd", "r")
    here = pipe:read("*l") .. "/" .. here
    pipe:close()
  end
  local path = ("%s/?.lua;%s/?/init.lua;"):format(here, here)
  if _VERSION ~= "Lua 5.1" then
    return path .. ";", ";;", { "-u", "LUA_PATH", "-u", "LUA_CPATH" }
  end
  return path .. package.path .. ";;", package.cpath .. ";;", {}
end

-- Whether this process ignores SIGHUP, as `nohup` leaves it. nginx resets that,
-- so it is looked up before. Where there is no /proc, SIGHUP is always ignored.
local function ignores_hangup()
  local status = read_file("/proc/self/status")
  local mask = status and status:match("SigIgn:%s*(%x+)")
  return not mask or tonumber(mask:sub(-1), 16) % 2 == 1
end

local function shell_word(text)
  return text:find("^[%w/_.-]+$") and text or nginx.quote(text)
end

local function explanation(base_url, catalog)
  local about = catalog.provisional
    and "Its routes are provisional: this project's guess, until you pull ClinOne's own catalog."
    or ("Its routes are those of the catalog %q."):format(catalog.title or "given")
  return ("A local ClinOne answers at %s; Ctrl-C or `kill %d` stops it.\n%s"):format(
    base_url, system.process_id(), about)
end

local function write_all(directory, texts)
  for name, text in pairs(texts) do
    local ok, message = system.write_private_file(directory .. "/" .. name, text)
    if not ok then return nil, message end
  end
  return true
end

local function prepare(options, directory)
  local base_url = "https://127.0.0.1:" .. options.port
  local certificates = tls.make()
  local path, cpath, unset = lua_paths()
  local addresses = { "127.0.0.1" }
  if system.free_port(options.port, "::1") == options.port then addresses[2] = "[::1]" end
  local files = files_of(directory)
  local settings = {
    base_url = base_url, fixtures = options.fixtures_text, catalog = options.catalog_text,
    log = options.log or false, lifetime = options.lifetime, files = files,
    nohup = ignores_hangup(),
    export = "export CLINONE_ENVIRONMENT=" .. shell_word(directory .. "/environment.json"),
    explanation = explanation(base_url, options.catalog),
  }
  local ok, message = write_all(directory, {
    ["ca.pem"] = certificates.ca,
    ["server.pem"] = certificates.certificate,
    ["server.key"] = certificates.key,
    ["environment.json"] = environment.text(base_url, directory .. "/ca.pem", options.known),
    ["settings.json"] = cjson.encode(settings),
    ["nginx.conf"] = config.text {
      directory = directory, files = files, advice = nginx.ADVICE, nginx = options.nginx,
      port = options.port, addresses = addresses, lua_path = path, lua_cpath = cpath,
    },
  })
  if not ok then return nil, message end
  local arguments = { "-p", directory .. "/", "-c", directory .. "/nginx.conf" }
  -- Else nginx complains of its compiled-in log file before it reads ours.
  if options.nginx.version >= 1019005 then
    arguments[#arguments + 1], arguments[#arguments + 2] = "-e", "stderr"
  end
  local good, said = nginx.check(options.nginx, arguments)
  if not good then return nil, "nginx refused to start:\n" .. said end
  return unset, arguments
end

local function start(options)
  local message
  options.known, message, options.fixtures_text = load_fixtures(options.fixtures)
  if not options.known then return message end
  options.catalog, message, options.catalog_text = load_catalog(options.catalog, options.known)
  if not options.catalog then return message end
  options.nginx, message = nginx.find { path = options.nginx }
  if not options.nginx then return message end
  options.port, message = choose_port(options.port)
  if not options.port then return message end
  local directory
  directory, message = make_directory()
  if not directory then return message end

  local ran, unset, arguments = pcall(prepare, options, directory)
  if ran and unset then
    -- env gives way to nginx, so the process id stays.
    local words = unset
    words[#words + 1] = options.nginx.path
    for _, argument in ipairs(arguments) do words[#words + 1] = argument end
    local _, problem = system.exec("env", words)
    arguments = problem
  end
  for _, path in ipairs(files_of(directory)) do os.remove(path) end
  return ran and arguments or unset
end

---@class clinone.sandbox.Options
---@field port integer|nil nil and 0: any free one
---@field fixtures string|nil path of a JSON file
---@field catalog string|nil path of a JSON file, or "builtin"
---@field nginx string|nil path of an nginx or OpenResty
---@field log boolean|nil one line per request on stderr
---@field lifetime number|nil seconds

--- Runs the sandbox: becomes nginx, or returns what kept it from that.
---@param options clinone.sandbox.Options
---@return string message
function sandbox.run(options)
  local own = {}
  for name, value in pairs(options) do own[name] = value end
  return tostring(start(own))
end

return sandbox
