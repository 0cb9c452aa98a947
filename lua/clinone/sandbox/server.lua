--- The server's entry: what nginx calls in each of its phases.
--
-- One process, one Lua state: everything the sandbox knows is in `world`. A
-- request is read into a table, routed, perhaps struck by a fault, answered.

-- luacheck: globals ngx

local cjson = require "cjson"
local access = require "clinone.sandbox.access"
local answer = require "clinone.sandbox.answer"
local b2c = require "clinone.sandbox.b2c"
local control = require "clinone.sandbox.control"
local examples = require "clinone.sandbox.examples"
local faults = require "clinone.sandbox.faults"
local fixtures = require "clinone.sandbox.fixtures"
local journal = require "clinone.sandbox.journal"
local jwt = require "clinone.sandbox.jwt"
local process = require "clinone.sandbox.process"
local records = require "clinone.sandbox.records"
local request = require "clinone.sandbox.request"
local routes = require "clinone.sandbox.routes"
local store = require "clinone.sandbox.store"
local token = require "clinone.sandbox.token"
local variants = require "clinone.sandbox.variants"

local server = {}

local world

local TOKEN = { token = true }

-- Everything the sandbox knows, from the settings that the launcher wrote.
local function load_world(path)
  local file = assert(io.open(path, "rb"))
  local settings = cjson.decode(file:read("*a"))
  file:close()
  local known = assert(fixtures.read(settings.fixtures))
  local catalog = cjson.decode(settings.catalog)
  math.randomseed(ngx.time() + ngx.worker.pid())
  world = {
    settings = settings,
    fixtures = known,
    routes = assert(routes.compile(catalog, known.keys, known.records, settings.own_fixtures)),
    token = token.new(known, jwt.new(), settings.base_url),
    faults = faults.new(),
    journal = journal.new(settings.log),
    operations = { token = true, ["*"] = true },
  }
  for _, route in ipairs(world.routes.list) do
    for name in pairs(route.names) do world.operations[name] = true end
  end
  function world.reset()
    world.faults:clear()
    world.collections = store.fill(world.routes, known)
  end
  world.reset()
end

--- init_worker_by_lua: the port is open by now, so a script may be told.
---@param path string settings.json
function server.start(path)
  load_world(path)
  process.watch_hangup(world.settings.nohup)
  if world.settings.lifetime then
    ngx.timer.at(world.settings.lifetime, function(premature)
      if not premature then process.stop() end
    end)
  end
  io.stdout:write(world.settings.export, "\n")
  process.release_stdout()
  io.stderr:write(world.settings.explanation, "\n")
end

--- exit_worker_by_lua: leaves nothing behind.
function server.stopped()
  for _, path in ipairs(world.settings.files) do os.remove(path) end
end

-- A saved example of the routes that fit a request.
local function serve_example(given, hit, route)
  local pool = {}
  for _, variant in ipairs(hit.variants) do
    for _, example in ipairs(variant.examples) do pool[#pool + 1] = example end
  end
  for _, stray in ipairs(hit.strays) do pool[#pool + 1] = stray.examples[1] end
  local example = examples.choose(pool, given, given.asked, route)
  if example then return examples.answer(example, given) end
  if given.asked then
    return answer.failure(404, "example_not_found",
      "The catalog has no saved example that the x-mock-response headers ask for.")
  end
  return answer.failure(501, "not_played",
    "The sandbox keeps no records for this route, and the catalog has no saved example of it. "
      .. "Save one in Postman and import the collection again, or add one to the catalog.")
end

local function serve_api(given, hit, route)
  local caller, refused = access.ANYBODY, nil
  if not route.public then
    caller, refused = access.caller(given, world.token)
    refused = refused or access.check_scope(caller, route)
  end
  if not refused and not given.asked then
    refused = request.check(given, route)
      or access.check_identifiers(given, route, caller, world.collections)
  end
  local answered = refused
  if not answered and route.role and not given.asked then
    answered = records.serve(given, route, caller, world.collections)
  end
  answered = answered or serve_example(given, hit, route)
  if caller and caller.skew then
    answered.headers.Date = ngx.http_time(given.now + caller.skew)
  end
  return answered
end

local function play(names, serve)
  local fault = world.faults:take(names)
  if fault then return faults.play(fault, serve) end
  return serve()
end

-- server.log finds the entry again by the request's context.
local function note(given, operation, template)
  ngx.ctx.entry = world.journal:arrived(given, operation, template)
end

local function handle(given)
  if control.owns(given.segments) then return control.serve(world, given) end

  local endpoint = b2c.endpoint(given.segments, world.fixtures)
  if endpoint == "token" and given.method == "POST" then
    note(given, "token", b2c.TOKEN_ROUTE)
    return play(TOKEN, function(change) return world.token:serve(given, change) end)
  elseif endpoint then
    note(given, nil, "(B2C " .. endpoint .. ")")
    return b2c.serve(endpoint, given.method, world.token)
  end

  local hit, allowed = routes.find(world.routes, given.method, given.segments, given.slash)
  local route = hit and variants.choose(hit.variants, given)
  note(given, route and route.operation, route and route.path)
  if not route and #allowed == 0 then
    return answer.failure(404, "route_not_found", "The API has no such route.")
  elseif not route then
    return answer.failure(405, "method_not_allowed", "The route does not take this method.",
      { Allow = table.concat(allowed, ", ") })
  end
  given.captures, given.path_params = hit.captures, routes.path_params(route, hit.captures)
  given.asked = examples.asked(given.headers)
  return play(route.names, function() return serve_api(given, hit, route) end)
end

--- content_by_lua.
function server.content()
  local given = request.read()
  local ok, answered = xpcall(handle, debug.traceback, given)
  if not ok then
    -- A mistake of the sandbox itself; nginx's own log line would hold the URL.
    io.stderr:write("clinone sandbox: ", answered, "\n")
    answered = answer.failure(500, "sandbox_error",
      "The sandbox made a mistake; see its standard error.")
  end
  answer.send(answered, given.request_id)
end

--- log_by_lua.
function server.log()
  local entry = ngx.ctx.entry
  if entry then world.journal:finish(entry, ngx.status, ngx.now() - ngx.req.start_time()) end
end

return server
