-- What a client tells while it works: the events of a call in their order, and
-- the lines of `log`. Neither holds a value, and neither can break a call.

local clinone = require "clinone"
local event = require "clinone.event"
local process = require "spec.support.process"
local world = require "spec.support.world"

describe("on_event", function()
  local here, events, api

  setup(function() here = world.start() end)
  teardown(function() here:stop() end)
  before_each(function()
    here:reset()
    events = {}
    api = here:client { on_event = function(e) events[#events + 1] = e end }
  end)

  local function types()
    local list = {}
    for i, e in ipairs(events) do list[i] = e.type end
    return table.concat(list, " ")
  end

  it("tells of token, attempt and result", function()
    local _, response = clinone.check(api.studies:list())
    assert.equal("refresh attempt result", types())
    assert.equal("token", events[1].operation)
    assert.same({ type = "attempt", operation = "studies.list", request_id = response.request_id, attempt = 1 },
      events[2])
    local result = events[3]
    assert.same({ "studies.list", response.request_id, 1, 200, "ok", nil },
      { result.operation, result.request_id, result.attempt, result.status, result.outcome, result.kind })
    assert.equal(response.elapsed, result.elapsed)
    events = {}
    clinone.check(api.studies:list())
    assert.equal("attempt result", types())
  end)

  it("tells of each wait and each attempt", function()
    here:fault { operation = "studies.list", kind = "status", status = 503, retry_after = 1, count = 1 }
    clinone.check(api.studies:list())
    assert.equal("refresh attempt wait attempt result", types())
    assert.same({ 1, 503 }, { events[3].attempt, events[3].status })
    assert.truthy(events[3].delay > 0 and events[3].delay <= 1)
    assert.same({ 1, 2, 2 }, { events[2].attempt, events[4].attempt, events[5].attempt })
    for i = 3, 5 do assert.equal(events[2].request_id, events[i].request_id) end
  end)

  it("tells of a replay with a new token, and of a failure", function()
    here:fault { operation = "studies.list", kind = "unauthorized", count = 1 }
    clinone.check(api.studies:list())
    assert.equal("refresh attempt refresh attempt result", types())
    events = {}
    here:fault { operation = "patients.create", kind = "lost_answer", count = 1 }
    local _, err = api.patients:create {
      studyIdentifier = "ONC-301", siteIdentifier = "1042", screeningNumber = "made-up-1" }
    assert.equal("attempt result", types())
    assert.same({ "network", "unknown", err.request_id, err.elapsed },
      { events[2].kind, events[2].outcome, events[2].request_id, events[2].elapsed })
    assert.is_nil(events[2].status)
    events = {}
    local none = here:client { client_secret = "wrong", on_event = function(e) events[#events + 1] = e end }
    assert.is_nil((none.studies:list()))
    assert.equal("refresh result", types())
    assert.same({ "auth", "not_sent", 0 }, { events[2].kind, events[2].outcome, events[2].attempt })
    events = {}
    api.patients:create {}
    assert.equal("", types()) -- nothing was begun
  end)

  -- The first client of a configuration heard of every refresh, the others of
  -- none.
  it("regression: tells of a refresh the client that asked for it", function()
    local heard = { {}, {} }
    local clients = {}
    for i = 1, 2 do
      clients[i] = here:client_as("sandbox-reader", { token_cache = "shared",
        on_event = function(e) if e.type == "refresh" then heard[i][#heard[i] + 1] = e end end })
    end
    clinone.check(clients[2].studies:list())
    assert.same({ 0, 1 }, { #heard[1], #heard[2] })
  end)

  it("holds no value", function()
    clinone.check(api:study("ONC-301"):site("1042").patients:create { screeningNumber = "made-up-2" })
    api.patients:get "made-up-2"
    api:request { path = "/patients/made-up-2", query = { x = "made-up-2" } }
    assert.truthy(#events > 6)
    for _, e in ipairs(events) do
      for key, value in pairs(e) do
        assert.is_nil(tostring(value):find("made-up", 1, true), key)
        assert.is_nil(tostring(value):find("eyJ", 1, true), key)
      end
    end
  end)

  it("that raises breaks nothing", function()
    local count = 0
    local brave = here:client { on_event = function()
      count = count + 1
      error "a broken metric"
    end }
    clinone.check(brave.studies:list())
    assert.equal(3, count)
  end)
end)

describe("log", function()
  local here

  setup(function() here = world.start() end)
  teardown(function() here:stop() end)
  before_each(function() here:reset() end)

  local function lines(options, variables, wait)
    here:fault { operation = "patients.get", kind = "status", status = 503, retry_after = wait or 0, count = 1 }
    variables = variables or {}
    variables.CLINONE_ENVIRONMENT = here.server.environment
    local result = process.run(([[
      local clinone = require "clinone"
      local api = clinone.check(clinone.new { catalog = "builtin", %s })
      local site = api:study("ONC-301"):site("1042")
      site.patients:create { screeningNumber = "made-up-3" }
      api.patients:get "made-up-3"
    ]]):format(options), variables)
    assert.same({ 0, "" }, { result.code, result.stdout })
    assert.is_nil(result.stderr:find("made-up", 1, true))
    assert.is_nil(result.stderr:find("eyJ", 1, true))
    return result.stderr
  end

  local function kinds(text)
    local list = {}
    for line in text:gmatch "[^\n]+" do list[#list + 1] = line:match "^clinone (%l+) " or line end
    return table.concat(list, " ")
  end

  it("is silent unless asked for", function()
    assert.equal("", lines "")
  end)

  it("error: failures only", function()
    local text = lines 'log = "error"'
    assert.equal("result", kinds(text))
    assert.truthy(text:find("^clinone result operation=patients.get attempt=2 status=404 outcome=rejected kind=http "
      .. "elapsed=%d+%.?%d* request_id=%x[%x-]+\n$"), text)
  end)

  it("info: results and refreshes, also by the variable", function()
    assert.equal("refresh result result", kinds(lines 'log = "info"'))
    here:reset()
    assert.equal("refresh result result", kinds(lines("", { CLINONE_LOG = "info" })))
  end)

  it("debug: everything", function()
    assert.equal("refresh attempt result attempt wait attempt result", kinds(lines('log = "debug"', {}, 1)))
  end)

  it("and on_event stand side by side", function()
    local text = lines 'log = "error", on_event = function(e) io.stderr:write("heard ", e.type, "\\n") end'
    assert.equal(7, select(2, text:gsub("\n", "")))
  end)
end)

it("nobody who listens costs nothing: there is no emitter", function()
  assert.is_nil(event.emitter(nil, nil))
  assert.truthy(event.emitter(print, nil))
  assert.truthy(event.emitter(nil, "error"))
end)
