-- A client as a whole: private, changed by nobody, cheap to make again, and
-- closed when it should be.

local clinone = require "clinone"
local world = require "spec.support.world"

describe("a client", function()
  local here

  setup(function() here = world.start() end)
  teardown(function() here:stop() end)

  local function deep_copy(value)
    if type(value) ~= "table" then return value end
    local copy = {}
    for key, inner in pairs(value) do copy[key] = deep_copy(inner) end
    return copy
  end

  it("never changes its options, and is not changed through them", function()
    local options = {
      environment = here.server.environment, headers = { ["X-Study"] = "a" }, timeout = { total = 20 },
      retry = { attempts = 2, budget = { capacity = 5 } }, catalog = deep_copy(require "clinone.builtin"),
    }
    local before = deep_copy(options)
    local api = clinone.check(clinone.new(options))
    clinone.check(api.patients:list { pageSize = 1 })
    assert.same(before, options)

    options.headers["X-Study"] = "changed"
    options.catalog.resources.patients.operations.get.path = "/elsewhere/{id}"
    options.catalog.resources.sites = nil
    assert.equal("a", api:explain("sites.list").headers["X-Study"])
    assert.truthy(api:explain("patients.get", "7").url:find("/patients/7", 1, true))
    api:close()
  end)

  it("of equal configuration shares token and connections, and may be closed first", function()
    here:reset()
    local options = { token_cache = "shared" }
    local one, two = here:client_as("sandbox-reader", options), here:client_as("sandbox-reader", options)
    clinone.check(one.studies:list())
    one:close()
    clinone.check(two.studies:list())
    assert.equal(1, #here:log "token")
    assert.equal(1, two:stats().token_calls)
    assert.equal(1, two:stats().connections_opened)
    local log = here:log()
    assert.equal(log[1].connection, log[#log].connection)
  end)

  -- The token was fetched over the connections of the client that came first:
  -- once that one was closed, every other raised "client is closed".
  it("regression: fetches a token though the client that came first is closed", function()
    local options = { token_cache = "shared", retry = { attempts = 3 } }
    local first = here:client_as("sandbox-outsider", options)
    options.max_connections = 3 -- another transport, the same token
    local second = here:client_as("sandbox-outsider", options)
    first:close()
    clinone.check(second.studies:list())
    second:close()
    clinone.check(here:client_as("sandbox-outsider", options).studies:list())
  end)

  -- The client was closed as soon as nobody held the object itself, on Luas
  -- with finalizers for tables.
  it("regression: lives as long as a handle or a resource of it", function()
    local options = { environment = here.server.environment, catalog = "builtin" }
    local study = clinone.check(clinone.new(options)):study "ONC-301"
    local patients = clinone.check(clinone.new(options)).patients
    for _ = 1, 3 do collectgarbage() end
    clinone.check(study.patients:list())
    clinone.check(patients:list())
  end)

  -- All clients of one User-Agent shared one transport, whatever their TLS and
  -- proxy options: one with verify = false switched it off for all others.
  it("regression: shares connections only where everything about them is equal", function()
    local loose = here:client { verify = false }
    clinone.check(loose.studies:list())
    local stranger = clinone.check(clinone.new {
      base_url = here.server.base_url, auth = clinone.auth.bearer "x", retry = false, catalog = "builtin",
    })
    local value, err = stranger.studies:list()
    assert.is_nil(value)
    assert.equal("tls", err.kind)
    stranger:close()
    clinone.check(here:client().studies:list())
    local other = here:client { http2 = false }
    clinone.check(other.studies:list())
    assert.equal(1, other:stats().connections_opened)
  end)

  it("that is dropped gives its connections back", function()
    local transport = setmetatable({}, { __mode = "v" })
    do
      local api = here:client { max_connections = 7 }
      clinone.check(api.sites:list())
      transport[1] = require("clinone.client").cores[api].transport
      here.opened = {}
    end
    for _ = 1, 3 do collectgarbage() end
    assert.is_nil(transport[1])
  end)
end)
