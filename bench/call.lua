--- clinone's side of the benchmark: one record is created again and again, by
-- a client with everything on that a script has on: client credentials, a
-- catalog, retries, an on_event handler.
--
--   lua5.4 bench/call.lua URL CA strings|mixed CALLS [http1]
--
-- Prints the seconds that the calls took, the first WARM_UP not counted.

local clinone = require "clinone"

local WARM_UP = 100

local url, ca_file, name, calls, http1 = table.unpack(arg)
local record = dofile(arg[0]:gsub("call%.lua$", "record.lua"))[name]

local types = { string = "string", number = "integer", table = "array", userdata = "string" }
local params = {}
for key, value in pairs(record) do
  params[key] = { ["in"] = "body", type = types[type(value)], required = key == "studyIdentifier" }
end

local events = 0
local api = clinone.check(clinone.new {
  base_url = url .. "/" .. name, token_url = url .. "/token", scope = "https://b2c.example/api/.default",
  client_id = "bench", client_secret = "bench-secret", ca_file = ca_file, http2 = not http1,
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

--- As clinone._G's clock would: seconds, of the whole machine.
local function now()
  return require("clinone.native").system.clock()
end

local function run(count)
  local create, records = nil, api.records
  for _ = 1, count do
    local answer = clinone.check(records:create(record))
    create = answer
  end
  return create
end

run(WARM_UP)
local start = now()
local answer = run(calls - WARM_UP)
print(("%.6f"):format(now() - start))

assert(answer.studyIdentifier == record.studyIdentifier)
assert(events == 2 * calls + 1) -- an attempt and a result each, one refresh
assert(api:stats().connections_opened <= 2)
