--- The peer's nginx.conf: one worker under a master that starts it anew, one
--- server for each kind of certificate, every path in the private directory.

local config = {}

local TEMPLATE = [[
%(modules)%(user)
worker_processes 1;
worker_shutdown_timeout 100ms;
pid %(directory)/nginx.pid;
error_log stderr emerg;
events { worker_connections 512; }
http {
  access_log off;
  server_tokens off;
  types { }
  client_body_temp_path %(directory)/temporary;
  proxy_temp_path %(directory)/temporary;
  fastcgi_temp_path %(directory)/temporary;
  uwsgi_temp_path %(directory)/temporary;
  scgi_temp_path %(directory)/temporary;
  client_max_body_size 32m;
  client_body_buffer_size 32m;
  client_body_in_single_buffer on;
  keepalive_timeout 60s;
  merge_slashes off;
  gzip_types application/json;
  gzip_min_length 1;
  lua_shared_dict peer 1m;
  lua_socket_log_errors off;
  lua_package_path "%(lua_path)";
  init_worker_by_lua_block {
    require("spec.support.peer.behaviours").start("%(directory)/settings.json")
  }
%(servers)}
]]

local SERVER = [[
  server {
    listen 127.0.0.1:%(port)%(listen);
%(tls)    set $peer_server %(name);
    location / {
      content_by_lua_block { require("spec.support.peer.behaviours").serve() }
    }
    # Closes without reading the body: the client is still writing it.
    location /unread/ {
      content_by_lua_block { require("spec.support.peer.behaviours").refuse_to_read() }
    }
    location /packed/ {
      gzip on;
      content_by_lua_block { require("spec.support.peer.behaviours").serve() }
    }
  }
]]

local function fill(template, values)
  return (template:gsub("%%%((%w+_?%w*)%)", values))
end

-- What differs between the servers: certificate, and more lines.
local kinds = {
  tls = { "good" },
  other = { "good" },
  plain = {},
  expired = { "expired" },
  wrong_host = { "wrong_host" },
  self_signed = { "self_signed" },
  client_cert = { "good", "ssl_verify_client on; ssl_client_certificate %(directory)/ca.pem;" },
  old_tls = { "good", "ssl_protocols TLSv1 TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;" },
}

local function server(name, port, directory)
  local certificate, more = kinds[name][1], kinds[name][2]
  local lines = ""
  if certificate then
    lines = ([[
    ssl_certificate %s/%s.pem;
    ssl_certificate_key %s/%s.key;
    %s
]]):format(directory, certificate, directory, certificate,
      fill(more or "ssl_protocols TLSv1.2 TLSv1.3;", { directory = directory }))
  end
  return fill(SERVER, { name = name, port = port, listen = certificate and " ssl http2" or "", tls = lines })
end

---@class spec.PeerConfig
---@field directory string
---@field nginx clinone.sandbox.Nginx
---@field ports table<string, integer> by the server's name
---@field root boolean whether nginx is started by root
---@field lua_path string

---@param options spec.PeerConfig
---@return string
function config.text(options)
  local modules, servers = {}, {}
  for i, path in ipairs(options.nginx.load_modules) do modules[i] = ("load_module %s;\n"):format(path) end
  for name, port in pairs(options.ports) do servers[#servers + 1] = server(name, port, options.directory) end
  return fill(TEMPLATE, {
    modules = table.concat(modules), directory = options.directory, lua_path = options.lua_path,
    servers = table.concat(servers),
    -- Else the worker is nobody, who cannot write in here.
    user = options.root and "user root;" or "",
  })
end

return config
