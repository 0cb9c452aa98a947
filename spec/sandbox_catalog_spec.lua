-- Which catalog the sandbox plays: the one that is named, else the user's own, what
-- overlays it applied; a large one costs little.

local cjson = require "cjson"
local sandbox = require "spec.support.sandbox"
local world = require "spec.support.world"

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local CATALOG = [[{"catalog":1,"title":"Mine","inferred":true,"resources":{
  "notes":{"group":"note","group_derived":true,"operations":{
    "list":{"method":"GET","path":"/notes","examples":[{"status":200,"body":"[ 1.0, \"\u0000\\n\\u00e9\" ]"}]},
    "other":{"method":"GET","path":"/other","params":{"q":{"in":"query"}}}}}}}]]
local OVERLAY = [[{"overlay":1,"resources":{"notes":{"group":"memo","operations":{
  "other":{"required":["q"]},"gone":{"hide":true}}}}}]]

describe("the catalog that the sandbox plays", function()
  local directory

  setup(function()
    directory = os.tmpname()
    os.remove(directory)
    os.execute("mkdir -p " .. directory .. "/clinone")
    write(directory .. "/clinone/catalog.json", CATALOG)
    write(directory .. "/clinone/catalog.overlay.json", OVERLAY)
  end)

  teardown(function()
    sandbox.stop_all_but()
    os.execute("rm -r " .. directory)
  end)

  local function claims(it_is)
    return cjson.decode(require "clinone.native".text.base64url_decode(it_is:token():match "^[^.]+%.([^.]+)%."))
  end

  it("is the user's own where none is named, with its overlay", function()
    local it_is = world.start { catalog = false, wrapper = "env XDG_CONFIG_HOME=" .. directory }
    assert.equal('[ 1.0, "\\u0000\\n\\u00e9" ]', (it_is:wire("GET", "/notes").body:gsub("%z", "\\u0000")))
    assert.equal("api.memo.manage", claims(it_is).scp)
    assert.equal(400, it_is:wire("GET", "/other").status)
    local file = assert(io.open(it_is.server.stderr, "rb"))
    local said = file:read "*a"
    file:close()
    assert.truthy(said:find('Its routes are those of the catalog "Mine"', 1, true), said)
    assert.truthy(said:find("no such operation", 1, true), said) -- what no longer fits of the overlay
    it_is:stop()
  end)

  it("is the one that a variable names", function()
    local path = directory .. "/other.json"
    write(path, CATALOG)
    local it_is = world.start { catalog = false, wrapper = "env CLINONE_CATALOG=" .. path }
    assert.equal("api.note.manage", claims(it_is).scp)
    assert.equal(501, it_is:wire("GET", "/other").status)
    it_is:stop()
  end)

  it("gives the default fixtures their scopes", function()
    local exit, said = sandbox.command("sandbox --print-fixtures --catalog " .. directory .. "/clinone/catalog.json")
    assert.equal(0, exit)
    assert.same({ "api.memo.read" }, cjson.decode(said).clients[2].scopes)
    exit, said = sandbox.command "sandbox --print-fixtures --catalog /nowhere/c.json"
    assert.equal(1, exit)
    assert.truthy(said:find("/nowhere/c.json", 1, true))
  end)

  it("may be large", function()
    local body = cjson.encode(cjson.encode { items = { { id = 1, name = ("x"):rep(1400) } } })
    local parts = {}
    for i = 1, 500 do
      parts[i] = ('"r%d":{"group":"g%d","operations":{'):format(i, i)
        .. ('"list":{"method":"GET","path":"/v1/r%d","examples":[{"body":%s}]},'):format(i, body)
        .. ('"create":{"method":"POST","path":"/v1/r%d"},'):format(i)
        .. ('"get":{"method":"GET","path":"/v1/r%d/{id}"},'):format(i)
        .. ('"act":{"method":"GET","path":"/v1/r%d/{id}/act","examples":[{"body":%s}]}}}'):format(i, body)
    end
    local text = '{"catalog":1,"inferred":true,"resources":{' .. table.concat(parts, ",") .. "}}"
    local before = os.time()
    local it_is = world.play(text)
    assert.is_true(os.time() - before < 10)
    local bearer = it_is:token()
    assert.is_true(#bearer < 4096)
    assert.equal(201, it_is:wire("POST", "/v1/r499", { body = "{}" }).status)
    assert.equal(200, it_is:wire("GET", "/v1/r499/7/act").status)
    it_is:stop()
  end)
end)
