--- The launcher: prepares a private directory (keys, certificate, nginx.conf,
--- environment file) and becomes nginx, so that the process a user started is
--- the one that SIGINT and SIGTERM reach.

local cjson = require "cjson"
local native = require "clinone.native"
local catalog = require "clinone.catalog"
local config = require "clinone.sandbox.config"
local environment = require "clinone.sandbox.environment"
local fixtures = require "clinone.sandbox.fixtures"
local nginx = require "clinone.sandbox.nginx"
local routes = require "clinone.sandbox.routes"
local tls = require "clinone.sandbox.tls"
local workspace = require "clinone.sandbox.workspace"

local system = native.system

local sandbox = {}

local MOST_LEVELS = 900 -- lua-cjson, which reads it again, takes 1000

local function read_file(path)
  local file, message = io.open(path, "rb")
  if not file then return nil, message end
  local text = file:read("*a")
  file:close()
  if not text then return nil, path .. " cannot be read" end
  return text
end

-- The whole catalog, its overlay applied, and its groups where they are its own.
local function load_catalog(source)
  local document, err = catalog.load(source)
  if document then document, err = catalog.whole(document) end
  if not document then return nil, err.message .. (err.hint and "\n" .. err.hint or "") end
  local found, problem = routes.compile(document)
  if not found then return nil, ("catalog %s: %s"):format(source or document.title or "", problem) end
  return document, nil, not document.provisional and routes.groups(found) or nil
end

local function load_fixtures(path, groups)
  local text, message = fixtures.default_text(groups), nil
  if path then text, message = read_file(path) end
  if not text then return nil, message end
  local known, problem = fixtures.read(text)
  if not known then return nil, ("fixtures %s: %s"):format(path or "", problem) end
  return known, nil, text
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
-- so it is found out before: a child inherits it, and lives on or does not.
local function ignores_hangup()
  local pipe = io.popen("kill -HUP $$; echo ignored", "r")
  local said = pipe:read("*a")
  pipe:close()
  return said:find("ignored", 1, true) ~= nil
end

local function shell_word(text)
  return text:find("^[%w/_.-]+$") and text or nginx.quote(text)
end

local function explanation(base_url, document)
  local about = document.provisional
    and "Its routes are provisional: this project's guess, until you pull ClinOne's own catalog."
    or ("Its routes are those of the catalog \"%s\"."):format(tostring(document.title or "given"):gsub("%c", " "))
  return ("A local ClinOne answers at %s; Ctrl-C or `kill %d` stops it.\n%s"):format(
    base_url, system.process_id(), about)
end

-- Writes nginx.conf and lets nginx read it. A machine without ::1 gets none.
local function configure(options, settings)
  local arguments = { "-p", settings.directory .. "/", "-c", settings.directory .. "/nginx.conf" }
  -- Else nginx complains of its compiled-in log file before it reads ours.
  if settings.nginx.version >= 1019005 then
    arguments[5], arguments[6] = "-e", "stderr"
  end
  local function try(text, ...)
    local ok, message = workspace.write(settings.directory, { ["nginx.conf"] = text })
    if not ok then return nil, message end
    local words = { ... }
    for i = #arguments, 1, -1 do table.insert(words, 1, arguments[i]) end
    local good, said = nginx.run(settings.nginx, words)
    local address, reason = nginx.bind_failure(said)
    if good then return true end
    if not address then return nil, "nginx refused to start:\n" .. said end
    return nil, ("port %d cannot be used: %s: %s"):format(settings.port, address, reason), address
  end

  local ok, message, address = try(config.text(settings), "-t", "-q")
  if not ok and address and address:find("^%[::1%]") then
    settings.addresses = { "127.0.0.1" }
    ok, message = try(config.text(settings), "-t", "-q")
  end
  -- nginx -t does not mind a port that is taken.
  if ok and options.port ~= 0 then
    ok, message = try(config.probe(settings))
    ok = ok and workspace.write(settings.directory, { ["nginx.conf"] = config.text(settings) })
  end
  if not ok then return nil, message end
  return arguments
end

-- Fills the directory. Returns the words to become nginx by.
local function prepare(options, directory, port, certificates)
  local base_url = "https://127.0.0.1:" .. port
  local files = workspace.files(directory)
  local settings = {
    base_url = base_url, fixtures = options.fixtures_text, own_fixtures = options.fixtures ~= nil,
    catalog = options.catalog_text,
    log = options.log, lifetime = options.lifetime, files = files, nohup = ignores_hangup(),
    export = "export CLINONE_ENVIRONMENT=" .. shell_word(directory .. "/environment.json"),
    explanation = explanation(base_url, options.document),
  }
  local ok, message = workspace.write(directory, {
    ["ca.pem"] = certificates.ca,
    ["server.pem"] = certificates.certificate,
    ["server.key"] = certificates.key,
    ["environment.json"] = environment.text(base_url, directory .. "/ca.pem", options.known, options.document),
    ["settings.json"] = cjson.encode(settings),
  })
  if not ok then return nil, message end
  local path, cpath, words = lua_paths()
  local arguments
  arguments, message = configure(options, {
    directory = directory, files = files, advice = nginx.ADVICE, nginx = options.nginx,
    port = port, addresses = { "127.0.0.1", "[::1]" }, lua_path = path, lua_cpath = cpath,
  })
  if not arguments then return nil, message end
  words[#words + 1] = options.nginx.path
  for _, argument in ipairs(arguments) do words[#words + 1] = argument end
  return words
end

local function start(options)
  local message, groups
  options.document, message, groups = load_catalog(options.catalog)
  if not options.document then return message end
  options.known, message, options.fixtures_text = load_fixtures(options.fixtures, groups)
  if not options.known then return message end
  options.catalog_text, message = native.json.encode(options.document, MOST_LEVELS)
  if not options.catalog_text then return "the catalog: " .. message end
  for _, warning in ipairs(options.document.warnings or {}) do
    io.stderr:write("clinone sandbox: ", warning, "\n")
  end
  options.nginx, message = nginx.find { path = options.nginx }
  if not options.nginx then return message end
  local port, directory = options.port
  if port == 0 then
    port, message = system.free_port()
    if not port then return message end
  end
  local certificates = tls.make()
  directory, message = workspace.make()
  if not directory then return message end

  local ran, words, problem = pcall(prepare, options, directory, port, certificates)
  if ran and words then
    -- env gives way to nginx in turn, so the process id stays.
    words, problem = system.exec("env", words)
  end
  workspace.remove(directory)
  return problem or words
end

--- The default fixtures for a catalog, as a file to edit.
---@param source string|nil as for `run`
---@return string|nil text
---@return string|nil message
function sandbox.default_fixtures(source)
  local document, message, groups = load_catalog(source)
  if not document then return nil, message end
  return fixtures.default_text(groups)
end

---@class clinone.sandbox.Options
---@field port integer|nil nil and 0: any free one
---@field fixtures string|nil path of a JSON file
---@field catalog string|nil path of a JSON file, or "builtin"; nil: the user's own, else "builtin"
---@field nginx string|nil path of an nginx or OpenResty
---@field log boolean|nil one line per request on stderr
---@field lifetime number|nil seconds

--- Runs the sandbox: becomes nginx, or returns what kept it from that.
---@param options clinone.sandbox.Options
---@return string message
function sandbox.run(options)
  local own = { port = 0, log = false }
  for name, value in pairs(options) do own[name] = value end
  return tostring(start(own))
end

return sandbox
