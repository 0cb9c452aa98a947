--- clinone's side of the benchmark: one record is created again and again by a
-- client with everything on that a script has on: client credentials, a
-- catalog, retries, a handler of events.
--
--   lua5.4 bench/call.lua URL CA-FILE strings|mixed CALLS [http1|memory]
--
-- Prints the seconds that the calls took, the first WARM_UP not counted;
-- with `memory`, the resident KiB after 1,000 calls and after all.

local clinone = require "clinone"
local system = require("clinone.native").system

local WARM_UP = 100

local url, ca_file, name, calls, mode = ...
calls = tonumber(calls)
local record = require "record"[name]

local types = { string = "string", number = "integer", table = "array", userdata = "string" }
local params = {}
for key, value in pairs(record) do params[key] = { ["in"] = "body", type = types[type(value)] } end

local events = 0
local api = clinone.check(clinone.new {
  base_url = url .. "/" .. name, token_url = url .. "/token", scope = "https://b2c.example/api/.default",
  client_id = "bench", client_secret = "not-secret", ca_file = ca_file, http2 = mode ~= "http1",
  on_event = function() events = events + 1 end,
  catalog = {
    catalog = 1, strict = true,
    resources = {
      records = {
        group = "record",
        operations = { create = { method = "POST", path = "/records", params = params } },
      },
    },
  },
})

local made = 0
local function run(count)
  local records = api.records
  for _ = 1, count do clinone.check(records:create(record)) end
  made = made + count
end

local function resident_kib()
  collectgarbage()
  collectgarbage()
  local file = assert(io.open "/proc/self/status")
  local text = file:read "a"
  file:close()
  return text:match "VmRSS:%s*(%d+)"
end

if mode == "memory" then
  run(1000)
  local early = resident_kib()
  run(calls - 1000)
  print(early, resident_kib())
else
  run(math.min(calls, WARM_UP))
  local start = system.clock()
  run(calls - made)
  print(("%.6f"):format(system.clock() - start))
end

-- Nothing was left out: a token, and an attempt and a result of each call.
local stats = api:stats()
assert(events == 2 * made + 1 and stats.calls == made and stats.attempts == made and stats.token_calls == 1)
assert(stats.connections_opened == 1, "the connection was not kept")
