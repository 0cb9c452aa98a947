--- A second test server: an nginx with its Lua module that misbehaves as it is
--- told. What it does to a request stands in the request's path (see
--- behaviours.lua); what it has seen is read from its log.
--
-- A master and one worker, all files in one private directory, everything on
-- 127.0.0.1. Ends by `stop`, with the process that started it, or by its
-- lifetime.

local cjson = require "cjson"
local clinone = require "clinone"
local config = require "spec.support.peer.config"
local nginx = require "clinone.sandbox.nginx"
local sandbox = require "spec.support.sandbox"
local system = require "clinone.core".system
local tls = require "clinone.sandbox.tls"

local peer = {}

local LIFETIME_S = 300
local SERVERS = {
  "tls", "other", "plain", "expired", "wrong_host", "self_signed", "client_cert", "old_tls",
}
local FILES = {
  "ca.pem", "stranger.pem", "good.pem", "good.key", "expired.pem", "expired.key", "wrong_host.pem",
  "wrong_host.key", "self_signed.pem", "self_signed.key", "client.pem", "client.key", "nginx.conf",
  "settings.json", "start.log", "requests", "workers", "nginx.pid", "temporary",
  "collection", "metadata",
}

local certificates -- made once for a spec file

local function make_certificates()
  local here, now = { "127.0.0.1", "::1" }, os.time()
  local ours, stranger = tls.authority("peer CA"), tls.authority("stranger CA")
  local texts = { ["ca.pem"] = ours.ca, ["stranger.pem"] = stranger.ca }
  local function put(name, authority, leaf)
    texts[name .. ".pem"], texts[name .. ".key"] = authority.issue(leaf)
  end
  put("good", ours, { names = { "localhost" }, addresses = here })
  put("expired", ours, { addresses = here, from = now - 7200, to = now - 3600 })
  put("wrong_host", ours, { names = { "api.elsewhere.example" } })
  put("client", ours, { names = { "an integrator" }, usage = "clientAuth" })
  -- Signed by nobody that anybody knows.
  put("self_signed", tls.authority("unknown CA"), { addresses = here })
  return texts
end

local function read_file(path)
  local file = io.open(path, "rb")
  if not file then return "" end
  local text = file:read("*a")
  file:close()
  return text
end

local function shell(command)
  local pipe = assert(io.popen(command, "r"))
  local said = pipe:read("*a")
  pipe:close()
  return said
end

--- Waits until `done()` gives something true, at most `seconds`. Gives it.
---@param seconds number
---@param done fun(): any
---@return any
function peer.wait_for(seconds, done)
  local limit = system.clock() + seconds
  while true do
    local value = done()
    if value or system.clock() > limit then return value end
    sandbox.sleep(0.02)
  end
end

local function free_ports()
  local ports, taken = {}, {}
  for _, name in ipairs(SERVERS) do
    repeat ports[name] = system.free_port() until not taken[ports[name]]
    taken[ports[name]] = true
  end
  return ports
end

local function launch(found, directory, ports)
  local here = shell("pwd"):gsub("%s+$", "")
  system.write_private_file(directory .. "/settings.json", cjson.encode {
    directory = directory, files = FILES, other = ports.other,
    spec_pid = system.process_id(), ends_at = os.time() + LIFETIME_S,
  })
  system.write_private_file(directory .. "/nginx.conf", config.text {
    directory = directory, nginx = found, ports = ports, root = shell("id -u"):match("^0") ~= nil,
    lua_path = ("%s/?.lua;%s/lua/?.lua;;"):format(here, here),
  })
  -- nginx runs LuaJIT: the paths of another Lua are not for it.
  local clean = _VERSION == "Lua 5.1" and "" or "env -u LUA_PATH -u LUA_CPATH "
  return shell(("%s%s -e stderr -p %s/ -c %s/nginx.conf >%s/start.log 2>&1; echo $?"):format(
    clean, nginx.quote(found.path), directory, directory, directory)):match("^0") ~= nil
end

local function remove(directory)
  for _, name in ipairs(FILES) do os.remove(directory .. "/" .. name) end
  os.remove(directory)
end

---@class spec.Peer
---@field urls table<string, string> base URL of each of its servers, by name
---@field files table<string, string> paths: `ca`, `stranger` (a CA that signed nothing), `client_cert`, `client_key`
local Peer = {}
Peer.__index = Peer

--- The requests that have arrived since the last `forget`, oldest first: `port`
--- (a server's name), `method`, `path`, `args`, `headers`, `body`, `protocol`,
--- `connection` (serial), `nth` (on that connection).
---@return table[]
function Peer:requests()
  local list = {}
  for line in read_file(self.directory .. "/requests"):sub(self.seen + 1):gmatch("[^\n]+") do
    list[#list + 1] = cjson.decode(line)
  end
  return list
end

--- Waits until that many requests have arrived, at most 5 s.
---@param count integer
---@return table[]
function Peer:await(count)
  peer.wait_for(5, function() return #self:requests() >= count end)
  return self:requests()
end

--- What has arrived so far is no longer listed.
function Peer:forget()
  self.seen = #read_file(self.directory .. "/requests")
end

local function workers(self)
  local list = {}
  for pid in read_file(self.directory .. "/workers"):gmatch("%d+") do list[#list + 1] = tonumber(pid) end
  return list
end

--- A new worker takes over; the old one closes its idle connections, as after
--- a reload of the server's configuration.
function Peer:reload()
  local before = workers(self)
  shell(("kill -HUP %d"):format(self.pid))
  local ok = peer.wait_for(5, function()
    return #workers(self) > #before and not sandbox.alive(before[#before])
  end)
  if not ok then error("the peer did not reload", 2) end
end

--- Ends the worker at once, connections and all; the master starts another.
function Peer:kill_worker()
  local before = workers(self)
  shell(("kill -KILL %d"):format(before[#before]))
  if not peer.wait_for(5, function() return #workers(self) > #before end) then
    error("the peer's worker did not come back", 2)
  end
end

--- Stops answering: connections are taken (by the kernel) and never served.
function Peer:freeze()
  local list = workers(self)
  shell(("kill -STOP %d 2>&1"):format(list[#list]))
end

--- Ends what `freeze` began.
function Peer:thaw()
  local list = workers(self)
  shell(("kill -CONT %d 2>&1"):format(list[#list]))
end

--- Puts the file there that stands for a published page's `collection` or
--- `metadata`; nil takes it away.
---@param name "collection"|"metadata"
---@param text string|nil
function Peer:publish(name, text)
  local path = self.directory .. "/" .. name
  os.remove(path)
  if text then assert(system.write_private_file(path, text)) end
end

--- Options for a client of the main server; `changes` replace, false removes.
---@param changes table|nil
---@return table
function Peer:options(changes)
  local options = {
    base_url = self.urls.tls, ca_file = self.files.ca, auth = clinone.auth.bearer("made-up-token"),
    catalog = "builtin", retry = { base = 0.01, cap = 0.02 }, timeout = 20,
  }
  for name, value in pairs(changes or {}) do
    -- `http2`, `retry` and `verify` are false in earnest.
    if value == false and (name == "auth" or name == "ca_file" or name == "catalog") then value = nil end
    options[name] = value
  end
  return options
end

--- A client of the main server. Closed by `close_clients`.
---@param changes table|nil
---@return clinone.Client
function Peer:client(changes)
  local api = clinone.check(clinone.new(self:options(changes)))
  self.clients[#self.clients + 1] = api
  return api
end

--- Closes all that `client` has made.
function Peer:close_clients()
  for _, api in ipairs(self.clients) do api:close() end
  self.clients = {}
end

--- Ends it; raises when it cannot.
function Peer:stop()
  self:close_clients()
  self:thaw()
  local gone = sandbox.kill(self.pid, "TERM")
  remove(self.directory)
  if not gone then error("the peer did not stop", 2) end
end

--- Starts a peer. Raises when it does not start.
---@return spec.Peer
function peer.start()
  local found = assert(nginx.find {})
  local parent = os.getenv("TMPDIR") or "/tmp"
  local directory = assert(system.make_private_dir(parent:gsub("/+$", "") .. "/clinone-peer-"))
  certificates = certificates or make_certificates()
  for name, text in pairs(certificates) do
    assert(system.write_private_file(directory .. "/" .. name, text))
  end
  local ports
  for attempt = 1, 3 do -- another process may have taken a port meanwhile
    ports = free_ports()
    if launch(found, directory, ports) then break end
    if attempt == 3 then
      local said = read_file(directory .. "/start.log")
      remove(directory)
      error("the peer did not start: " .. said, 2)
    end
  end
  local self = setmetatable({
    directory = directory, ports = ports, seen = 0, clients = {}, urls = {},
    files = {
      ca = directory .. "/ca.pem", stranger = directory .. "/stranger.pem",
      client_cert = directory .. "/client.pem", client_key = directory .. "/client.key",
    },
  }, Peer)
  for name, port in pairs(ports) do
    self.urls[name] = ("%s://127.0.0.1:%d"):format(name == "plain" and "http" or "https", port)
  end
  self.pid = peer.wait_for(5, function() return tonumber(read_file(directory .. "/nginx.pid"):match("%d+")) end)
  peer.wait_for(5, function() return #workers(self) > 0 end)
  return self
end

return peer
