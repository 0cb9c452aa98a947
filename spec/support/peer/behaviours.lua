--- What the peer does to a request, by the first part of its path; runs in
--- nginx. Arguments stand in the query. A behaviour that is not always the same
--- counts its visits under the argument `key`.

-- luacheck: globals ngx

local cjson = require "cjson"
local ffi = require "ffi"

ffi.cdef [[
int kill(int pid, int signal);
void _exit(int code);
]]

local behaviours = {}
local settings

-- --- answers ---------------------------------------------------------------

local function answer(body, status, headers)
  ngx.status = status or 200
  ngx.header["Content-Type"] = "application/json"
  for name, value in pairs(headers or {}) do ngx.header[name] = value end
  ngx.header["Content-Length"] = #body
  ngx.print(body)
  return ngx.exit(ngx.OK)
end

-- What was asked, back: who reads another's answer notices.
local function well(args)
  return answer(cjson.encode {
    nonce = args.n or cjson.null, method = ngx.req.get_method(), protocol = ngx.var.server_protocol,
    nth = tonumber(ngx.var.connection_requests), connection = tonumber(ngx.var.connection),
  })
end

-- Closes the connection (HTTP/1.1) or resets the stream (HTTP/2), no byte sent.
local function drop()
  return ngx.exit(444)
end

-- Bytes as they are, more of them a little later, then the end of the
-- connection. HTTP/1.1 only.
local function raw(text, later, seconds)
  local socket = assert(ngx.req.socket(true))
  assert(socket:send(text))
  if later then
    ngx.sleep(0.1)
    assert(socket:send(later))
  end
  if seconds then ngx.sleep(tonumber(seconds)) end
  return drop()
end

local function visits(args)
  return ngx.shared.peer:incr(assert(args.key, "the argument key is missing"), 1, 0)
end

local function on_kept_connection()
  return tonumber(ngx.var.connection_requests) > 1
end

-- --- behaviours ------------------------------------------------------------

local known = { well = well }

--- Answers the first request of a connection; takes the next and closes.
function known.drop_kept(args)
  if on_kept_connection() then return drop() end
  return well(args)
end

--- Takes the first `times` requests and closes, then answers.
function known.drop_first(args)
  if visits(args) <= tonumber(args.times or 1) then return drop() end
  return well(args)
end

--- Does what is asked and closes; finds nothing to do when asked again.
function known.done_then_gone(args)
  if visits(args) == 1 then return drop() end
  return answer('{"error":"not found"}', tonumber(args.status or 404))
end

--- Takes the request and ends the whole server process, every connection with
--- it: on HTTP/2 too, nothing but a closed socket. Once per key.
function known.die(args)
  if visits(args) == 1 then ffi.C._exit(0) end
  return well(args)
end

--- `status`, `retry_after`, `body`, `type`, the first `times` visits.
function known.status(args)
  if args.times and visits(args) > tonumber(args.times) then return well(args) end
  return answer(args.body or '{"error":"made_up"}', tonumber(args.status), {
    ["Retry-After"] = args.retry_after, ["Content-Type"] = args.type,
    Date = args.date,
  })
end

function known.redirect(args)
  return answer("", tonumber(args.status or 302), { Location = args.to })
end

--- `body` (`hex` instead: bytes as hexadecimal) with status 200.
function known.body(args)
  local body = args.body or ""
  if args.hex then body = args.hex:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end) end
  return answer(body, 200, { ["Content-Type"] = args.type })
end

function known.empty()
  ngx.status = 204
  return ngx.exit(204)
end

--- A JSON string of `bytes` characters.
function known.big(args)
  return answer('"' .. ("x"):rep(tonumber(args.bytes)) .. '"')
end

--- The same, gzip'd by nginx where the client can read that.
function known.packed(args)
  ngx.header["Content-Type"] = "application/json"
  ngx.print('"' .. ("x"):rep(tonumber(args.bytes)) .. '"')
end

--- What came, by its length and MD5; the log does without it.
function known.swallow()
  local body = ngx.req.get_body_data() or ""
  return answer(cjson.encode { bytes = #body, md5 = ngx.md5(body) })
end

--- In pieces, without a Content-Length.
function known.pieces(args)
  ngx.header["Content-Type"] = "application/json"
  ngx.print '["' ngx.flush(true)
  ngx.sleep(0.01)
  ngx.print(args.n, '", ') ngx.flush(true)
  ngx.sleep(0.01)
  ngx.print '2]'
end

function known.deep(args)
  local depth = tonumber(args.depth)
  return answer(("["):rep(depth) .. ("]"):rep(depth))
end

--- Headers that come twice, that are empty, that are written oddly.
function known.headers()
  ngx.header["X-Twice"] = { "one", "two" }
  ngx.header["x-lower"] = "small"
  ngx.header["X-MiXeD"] = "Kept As It Is"
  ngx.header["X-Empty"] = ""
  return well {}
end

--- Answers after `seconds`.
function known.slow(args)
  ngx.sleep(tonumber(args.seconds))
  return well(args)
end

--- Half an answer; the rest, which could be taken for another's, later.
function known.stall(args)
  local body = '{"nonce":"of the stalled one","method":"GET"}'
  ngx.header["Content-Type"] = "application/json"
  ngx.header["Content-Length"] = #body
  ngx.print(body:sub(1, 10)) ngx.flush(true)
  ngx.sleep(tonumber(args.seconds))
  ngx.print(body:sub(11))
end

--- Drips one byte every `every` seconds, `count` times.
function known.drip(args)
  ngx.header["Content-Type"] = "application/json"
  for _ = 1, tonumber(args.count) do
    ngx.print " " ngx.flush(true)
    ngx.sleep(tonumber(args.every))
  end
  ngx.print "true"
end

--- Pages 1 to `of` of a list, each of one record, that follow each other by
--- links: in a Link header, or in the field `next` where `field` says so. The
--- last one leads to `to`, if that is given. Other arguments stay in the links.
function known.pages(args)
  local number, last = tonumber(args.page or 1), tonumber(args.of)
  local target = number >= last and args.to or nil
  if number < last then
    local rest = { "page=" .. number + 1 }
    for name, value in pairs(args) do
      if name ~= "page" then rest[#rest + 1] = ngx.escape_uri(name) .. "=" .. ngx.escape_uri(value) end
    end
    target = (args.prefix or "") .. "?" .. table.concat(rest, "&")
  end
  local link = not args.field and target and ('<%s>; rel="next"'):format(target) or nil
  return answer(cjson.encode { records = { { n = number } }, next = args.field and target or cjson.null }, 200,
    { Link = link })
end

--- A token endpoint; `life` seconds, `seconds` slow. Tokens count up.
function known.token(args)
  if args.seconds then ngx.sleep(tonumber(args.seconds)) end
  local count = visits(args)
  return answer(cjson.encode {
    access_token = ("made-up-%s-%d"):format(args.key, count), token_type = "Bearer",
    expires_in = tonumber(args.life or 3600),
  })
end

--- 401 until the token's number is at least `from`.
function known.members(args)
  local number = tonumber((ngx.var.http_authorization or ""):match("%-(%d+)$"))
  if number and number >= tonumber(args.from) then return well(args) end
  return answer('{"error":"unauthorized"}', 401)
end

local flood = {}
for i = 1, 300 do flood[i] = ("X-Flood-%d: %s\r\n"):format(i, ("f"):rep(1000)) end

-- Whole answers, byte for byte.
local texts = {
  http_1_0 = "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n[1, 2]",
  short = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[1, 2]",
  cut_chunk = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n[1, 2]\r\n",
  flood = "HTTP/1.1 200 OK\r\n" .. table.concat(flood)
    .. "Content-Type: application/json\r\nContent-Length: 4\r\n\r\ntrue",
  continue = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    .. "Content-Length: 6\r\n\r\n[1, 2]",
  hints = "HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\nContent-Type: text/html\r\n\r\n"
    .. "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 6\r\n\r\n[1, 2]",
  no_http = "SSH-2.0-OpenSSH_9.2\r\n",
  no_status = "HTTP/1.1 nonsense\r\n\r\n",
  late = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 6\r\n\r\n[1, 2]",
  spread = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 6\r\n\r\n[1, 2]"
    .. "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"nonce\":\"smuggled\"}",
  trailer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
    .. "Trailer: X-Late\r\n\r\n6\r\n[1, 2]\r\n0\r\nX-Late: yes\r\n\r\n",
}

-- What comes a little after the text of that name.
local later = {
  late = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"nonce\":\"smuggled\"}",
}

--- The same, once per key; then an answer.
function known.raw_first(args)
  if visits(args) == 1 then return raw(texts[args.text]) end
  return well(args)
end

--- One of the texts above, by the argument `text`; the end after `seconds`.
function known.raw(args)
  return raw(assert(texts[args.text], "no such text"), later[args.text], args.seconds)
end

--- A published page of Postman's: `/api/collections/…` and `/view/metadata/…`
-- answer with the file that the spec has put there, as HTML or JSON by its
-- look; without one there is nothing.
local function publish(name)
  return function()
    local file = io.open(settings.directory .. "/" .. name, "rb")
    if not file then return answer("<html>Not found</html>", 404, { ["Content-Type"] = "text/html" }) end
    local text = file:read("*a")
    file:close()
    return answer(text, 200, { ["Content-Type"] = text:find("^%s*<") and "text/html" or nil })
  end
end

known.api, known.view = publish("collection"), publish("metadata")

-- --- nginx's phases --------------------------------------------------------

local function append(name, text)
  local file = assert(io.open(settings.directory .. "/" .. name, "ab"))
  file:write(text, "\n")
  file:close()
end

local function log(path, args)
  append("requests", cjson.encode {
    port = ngx.var.peer_server, method = ngx.req.get_method(), path = path, args = args,
    headers = ngx.req.get_headers(), body = path ~= "/swallow" and ngx.req.get_body_data() or nil,
    protocol = ngx.var.server_protocol,
    connection = tonumber(ngx.var.connection), nth = tonumber(ngx.var.connection_requests),
    client_verified = ngx.var.ssl_client_verify,
  })
end

-- The spec has gone, or it takes too long: so does the server.
local function watch(premature)
  if premature then return end
  local orphaned = ffi.C.kill(settings.spec_pid, 0) ~= 0
  if not orphaned and os.time() < settings.ends_at then return end
  for _, name in ipairs(settings.files) do os.remove(settings.directory .. "/" .. name) end
  os.remove(settings.directory)
  ffi.C.kill(require "ngx.process".get_master_pid(), 15)
end

--- init_worker_by_lua
---@param path string settings.json
function behaviours.start(path)
  local file = assert(io.open(path, "rb"))
  settings = cjson.decode(file:read("*a"))
  file:close()
  append("workers", tostring(ngx.worker.pid()))
  ngx.timer.every(1, watch)
end

--- content_by_lua
function behaviours.serve()
  local args = ngx.req.get_uri_args()
  ngx.req.read_body()
  log(ngx.var.uri, args)
  local behaviour = known[ngx.var.uri:match("^/([%w_]+)")]
  if not behaviour then return answer('{"error":"the peer knows no such behaviour"}', 418) end
  return behaviour(args)
end

--- content_by_lua of /unread/: closes after `seconds`, the body unread. Not in
-- the log.
function behaviours.refuse_to_read()
  ngx.sleep(tonumber(ngx.var.arg_seconds or 0))
  return drop()
end

return behaviours
