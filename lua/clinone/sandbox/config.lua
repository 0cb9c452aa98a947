--- The text of nginx.conf: one process in the foreground, loopback only, every
--- path inside the sandbox's private directory.

local config = {}

local MAX_BODY = "70m"

-- A word of nginx.conf.
local function quote(text)
  return '"' .. text:gsub('[\\"]', "\\%0") .. '"'
end

local TEMPLATE = [[
# Written by `clinone sandbox`; gone when it stops.
%(modules)daemon off;
master_process off;
pid %(pid);
# "emerg": nginx's other messages quote request lines, which hold ids.
error_log stderr emerg;
events { worker_connections 4096; }
http {
  access_log off;
  server_tokens off;
  types { }
  %(temporary)
  # A body never touches the disk: its buffer is as large as the limit.
  client_max_body_size %(max_body);
  client_body_buffer_size %(max_body);
  client_body_in_single_buffer on;
  large_client_header_buffers 8 32k;
  keepalive_requests 10000000;
  lua_max_pending_timers 65536;
  lua_max_running_timers 16384;
  lua_package_path %(lua_path);
  lua_package_cpath %(lua_cpath);
  init_worker_by_lua_block { %(init) }
  exit_worker_by_lua_block { require("clinone.sandbox.server").stopped() }
  server {
%(listen)
    ssl_certificate %(certificate);
    ssl_certificate_key %(key);
    ssl_protocols TLSv1.2 TLSv1.3;
    location / {
      content_by_lua_block { require("clinone.sandbox.server").content() }
      log_by_lua_block { require("clinone.sandbox.server").log() }
    }
  }
}
]]

-- Runs in nginx, in the phase where it catches signals already (init_by_lua is
-- earlier: a SIGTERM there would leave the private directory behind). What
-- cannot be loaded is said in plain words, and the directory goes: the exit hook
-- does not run after a failed start.
local INIT = [[
    local ok, problem = pcall(function() require("clinone.sandbox.server").start(%q) end)
    if not ok then
      for _, path in ipairs { %s } do os.remove(path) end
      io.stderr:write("clinone sandbox: nginx's Lua cannot run it: ", tostring(problem), "\n")
      io.stderr:write(%q, "\n")
      os.exit(1)
    end
  ]]

local function init_code(options)
  local files = {}
  for i, path in ipairs(options.files) do files[i] = ("%q"):format(path) end
  local settings = options.directory .. "/settings.json"
  return INIT:format(settings, table.concat(files, ", "), options.advice)
end

local function modules(options)
  local lines = {}
  for i, module in ipairs(options.nginx.load_modules) do
    lines[i] = "load_module " .. quote(module) .. ";\n"
  end
  return table.concat(lines)
end

local function temporary(options)
  local directory = quote(options.directory .. "/temporary")
  local lines = {}
  for _, name in ipairs { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" } do
    if not options.nginx.lacks[name] then
      lines[#lines + 1] = ("%s_temp_path %s;"):format(name, directory)
    end
  end
  return table.concat(lines, "\n  ")
end

local function listen(options)
  -- 1.25.1 took "http2" out of listen's parameters.
  local apart = options.nginx.version >= 1025001
  local suffix = apart and "" or " http2"
  local lines = {}
  for i, address in ipairs(options.addresses) do
    lines[i] = ("    listen %s:%d ssl%s;"):format(address, options.port, suffix)
  end
  if apart then lines[#lines + 1] = "    http2 on;" end
  return table.concat(lines, "\n")
end

---@class clinone.sandbox.Config
---@field directory string
---@field files string[] all that the directory will hold, itself last
---@field advice string what to install where nginx's Lua lacks something
---@field nginx clinone.sandbox.Nginx
---@field port integer
---@field addresses string[] "127.0.0.1", "[::1]"
---@field lua_path string
---@field lua_cpath string

--- A configuration under which nginx listens, and ends at once: whether a port
--- can be had is asked of the one who will need it.
---@param options clinone.sandbox.Config
---@return string
function config.probe(options)
  return modules(options) .. ([[
daemon off;
master_process off;
pid %s;
error_log stderr emerg;
events { worker_connections 64; }
http {
  access_log off;
  %s
  init_worker_by_lua_block { os.exit(0) }
  server {
%s
    ssl_certificate %s;
    ssl_certificate_key %s;
  }
}
]]):format(quote(options.directory .. "/nginx.pid"), temporary(options), listen(options),
    quote(options.directory .. "/server.pem"), quote(options.directory .. "/server.key"))
end

--- The configuration.
---@param options clinone.sandbox.Config
---@return string
function config.text(options)
  local values = {
    modules = modules(options),
    pid = quote(options.directory .. "/nginx.pid"),
    temporary = temporary(options),
    max_body = MAX_BODY,
    lua_path = quote(options.lua_path),
    lua_cpath = quote(options.lua_cpath),
    init = init_code(options),
    listen = listen(options),
    certificate = quote(options.directory .. "/server.pem"),
    key = quote(options.directory .. "/server.key"),
  }
  return (TEMPLATE:gsub("%%%((%w+_?%w*)%)", values))
end

return config
