--- What a large catalog costs before it is used: from `clinone.new` to
-- `api:explain` of one operation of 2,000, against one lua-cjson decode.
--
--   lua5.4 bench/catalog.lua write nested|flat FILE    makes the catalog
--   lua5.4 bench/catalog.lua nothing|read|decode|explain nested|flat FILE
--
-- The runs differ by what is measured only; counted is the difference.

local OPERATIONS, FOLDERS = 2000, 100

local mode, form, path = ...

local function operation(resource, number)
  local singular = resource:gsub("s$", "")
  local function param(place, type, doc, required)
    return { ["in"] = place, type = type, doc = doc, required = required }
  end
  local example = ('{"id":"%08x-7c1e-4b52","status":"active","studyIdentifier":"ONC-301","siteIdentifier":"1042",'
    .. '"createdAt":"2024-03-18T09:30:00Z","visits":[{"name":"Baseline","day":0,"done":true}]}'):format(number * 7919)
  return {
    name = ("Update %s %d"):format(singular, number), method = "PUT", path = ("/%s/%d/{id}"):format(resource, number),
    doc = ("Changes a %s that the External Client may see; what is left out stays as it is."):format(singular),
    params = {
      id = param("path", "string", "ClinOne's own id", true),
      studyIdentifier = param("query", "string", "External study identifier", true),
      siteIdentifier = param("query", "string", "External site identifier"),
      status = param("body", "string", "planned, active or closed"),
      consentDate = param("body", "string", "ISO 8601 date"),
    },
    examples = { { name = "Success", status = 200, body = example, path = ("/%s/%d/42"):format(resource, number) } },
  }
end

local function document()
  local resources, folders = {}, form == "flat" and 1 or FOLDERS
  for folder = 1, folders do
    local name, operations = ("records_%d"):format(folder), {}
    for number = 1, OPERATIONS / folders do
      local made = operation(name, number)
      if number == OPERATIONS / folders then made.aliases = { "update" } end
      operations[("update_record_%d"):format(number)] = made
    end
    resources[name] = { name = ("Records %d"):format(folder), group = "record", operations = operations }
  end
  return {
    catalog = 1, title = "A large one", inferred = true, servers = { default = "https://test1api.clinone.com" },
    resources = resources,
  }
end

local cjson = require "cjson"
local clinone = require "clinone"

local function read()
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

if mode == "write" then
  local file = assert(io.open(path, "wb"))
  file:write(cjson.encode(document()))
  file:close()
elseif mode == "read" then
  read()
elseif mode == "decode" then
  cjson.decode(read())
elseif mode == "explain" then
  local api = clinone.check(clinone.new {
    base_url = "https://127.0.0.1:1", auth = clinone.auth.bearer "t", catalog = path,
  })
  local name = ("records_%d.update"):format(form == "flat" and 1 or FOLDERS)
  local told = clinone.check(api:explain(name, { id = 42, studyIdentifier = "ONC-301" }))
  assert(told.method == "PUT" and told.url:find("/42?studyIdentifier=ONC-301", 1, true))
end
os.exit(0, false) -- freeing what was decoded is not counted
