-- The importer against what nobody meant to give it: random JSON in the words
-- of the format, and the collections of spec/collections with keys gone, types
-- swapped, parts moved, nested and blown up, and bytes changed. Nothing may
-- raise or hang; what comes out must be usable, and every request accounted for.
--
-- FUZZ_SEED and FUZZ_RUNS change the seed and how many of each kind are tried.

local growth = require "spec.support.growth"
local json = require("clinone.native").json
local operation = require "clinone.operation"
local postman = require "clinone.postman"
local support = require "spec.support.postman"
local textfile = require "clinone.textfile"

local SEED = tonumber(os.getenv "FUZZ_SEED") or 20260304
local RUNS = tonumber(os.getenv "FUZZ_RUNS") or 300
local COLLECTIONS = {
  "names", "urls", "bodies", "auth-v2.1.0", "auth-v2.0.0", "scripts", "documenter", "variables", "answers", "paging",
  "clinone-form", "hospital",
}

-- The same numbers on every Lua.
local state = SEED
local function random(most)
  state = state * 16807 % 2147483647
  return state % most + 1
end

local function one_of(list) return list[random(#list)] end

-- --- judging ----------------------------------------------------------------

-- A count of instructions, not a clock: the same on a busy machine. Hooks are
-- not seen by compiled code.
local function bounded(steps, fn, ...)
  local compiler = rawget(_G, "jit")
  if compiler then compiler.off() end
  debug.sethook(function()
    debug.sethook()
    error "the importer does not come to an end"
  end, "", steps)
  local results = { pcall(fn, ...) }
  debug.sethook()
  if compiler then compiler.on() end
  return results[1], results[2], results[3]
end

local function check_catalog(catalog, report, document)
  local text = assert(json.encode(catalog))
  assert(json.encode((assert(json.decode(text)))) == text, "the catalog does not survive being written")
  assert(json.decode(assert(json.encode(report))))
  local count = 0
  support.each_operation(catalog.resources, function(name, data, resource)
    count = count + 1
    operation.compile(name, data, resource, catalog)
  end)
  assert(count == report.operations, ("%d operations, the report says %s"):format(count, tostring(report.operations)))
  assert(count > 0, "a catalog without an operation")
  local collection = type(document.item) == "table" and document or document.collection
  local requests = support.count(collection.item)
  assert(requests == report.operations + #report.refused, ("%d requests, %d operations and %d refused"):format(
    requests, report.operations, #report.refused))
  for _, name in ipairs { "refused", "renamed", "guessed", "scripts", "warnings" } do
    for _, entry in ipairs(report[name]) do
      assert(type(entry.place) == "string" and type(entry.reason) == "string", name)
    end
  end
  return text
end

local function check_text(text)
  local catalog, report = postman.read_text(text, "fuzzed.json")
  if not catalog then
    assert(type(report) == "table" and report.kind == "config" and type(report.message) == "string",
      "neither a catalog nor an error")
    return nil
  end
  return check_catalog(catalog, report, (assert(json.decode(textfile.to_utf8(text), 1000))))
end

-- Gives whether it was a catalog.
local function judge(text, what)
  local ok, outcome = bounded(5e6 + 3000 * #text, check_text, text)
  if not ok then
    local path = os.tmpname()
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
    error(("%s (seed %d, kept as %s): %s"):format(what, SEED, path, tostring(outcome)), 0)
  end
  return outcome ~= nil
end

-- --- making -----------------------------------------------------------------

local words = {
  "info", "item", "request", "response", "name", "url", "method", "header", "body", "mode", "raw", "query", "variable",
  "key", "value", "id", "path", "host", "auth", "event", "script", "exec", "listen", "type", "description", "disabled",
  "urlencoded", "formdata", "graphql", "file", "src", "variables", "options", "language", "originalRequest", "code",
  "status", "urlObject", "protocol", "port", "hash", "bearer", "oauth2", "noauth", "basicConfig", "schema", "content",
  "protocolProfileBehavior", "collection", "token", "scope", "studyIdentifier", "page", "__index", "1", "",
}

local texts = {
  "", " ", "{{baseUrl}}/a/:id", "https://x.example/{{a}}/{b}?c={{d}}&e", "{{a", "}}", "{{}}", "{{{{a}}}}", ":",
  "/", "//", "..", "__index", "end", "登录", "🙂", "\0", "\r\n", "GET", "post", "raw", "json", "true", "7",
  "1e400", "null", "{", "{}", "[]", '{"a": {{b}}, // c\n "d": [1,,]}', '{"a":', "<html>", "\\", "%", "%s", "%zz",
  "?", "#", "@", "&=&", "a=b&c", "noauth", "bearer", "client_credentials", "https://x.example/oauth2/v2.0/token",
  "pm.environment.get('a", "X-A: b\r\n c\r\n", "'", '"', "`", "/*", "//", "--", "]]", "$", "{{$guid}}",
  "x{{a}}.{{b}}", "http://[::1", "https://", "://", "a:b:c@d:e/f",
}

local function value(depth)
  local kind = random(depth > 0 and 9 or 6)
  if kind == 1 then return json.null or require("clinone").null end
  if kind == 2 then return random(2) == 1 end
  if kind == 3 then return random(1000) - 500 end
  if kind == 4 then return random(1000) / 7 end
  if kind <= 6 then return one_of(texts) end
  local made = {}
  if kind == 7 then
    for i = 1, random(4) - 1 do made[i] = value(depth - 1) end
    return json.array(made)
  end
  for _ = 1, random(6) - 1 do made[one_of(words)] = value(depth - 1) end
  return made
end

-- A collection as far as its outermost form goes.
local function random_collection()
  local items = {}
  for i = 1, random(4) do
    items[i] = { name = value(0), request = value(4), response = random(2) == 1 and value(4) or nil }
    if random(3) == 1 then items[i].item = json.array { { name = value(0), request = value(4) }, value(3) } end
    if random(3) == 1 then
      items[i].request = { method = one_of(texts), url = value(4), body = value(4), header = value(3) }
    end
    if random(4) == 1 then items[i].event = value(4) end
  end
  return {
    info = random(4) > 1 and { name = value(0), schema = one_of(texts) } or value(2), item = json.array(items),
    variable = value(3), auth = value(3), event = value(3),
  }
end

-- Every table in the document with each of its keys, as places to change.
local function places_of(document)
  local places = {}
  local function walk(node)
    for _, key in ipairs(support.sorted_keys(node)) do
      places[#places + 1] = { node, key }
      if type(node[key]) == "table" then walk(node[key]) end
    end
  end
  walk(document)
  return places
end

local function copy(node)
  if type(node) ~= "table" then return node end
  local made = {}
  for key, inner in pairs(node) do made[key] = copy(inner) end
  return node[1] ~= nil and json.array(made) or made
end

local function nested(inner)
  for _ = 1, one_of { 3, 30, 300 } do
    inner = json.array { inner }
    if random(2) == 1 then inner = { item = inner } end
  end
  return inner
end

local changes = {
  function(node, key) if type(key) == "number" then table.remove(node, key) else node[key] = nil end end,
  function(node, key) node[key] = value(3) end,
  function(node, key) node[key] = one_of(texts) end,
  function(node, key) node[key] = json.array { node[key] } end,
  function(node, key) node[key] = { [one_of(words)] = node[key] } end,
  function(node, key) node[key] = nested(node[key]) end,
  function(node, key) node[key] = one_of(texts):rep(one_of { 2, 100, 5000 }) end,
  function(node, key) node[one_of(words)] = type(node[1]) == "nil" and copy(node[key]) or nil end,
  function(node, key, places)
    local other = one_of(places)
    local mine, theirs = copy(node[key]), copy(other[1][other[2]])
    node[key] = theirs
    other[1][other[2]] = mine
  end,
  function(node, key) if node[1] ~= nil and type(key) == "number" then table.insert(node, key, copy(node[key])) end end,
}

local function changed(document)
  for _ = 1, one_of { 1, 1, 2, 5, 20 } do
    local places = places_of(document)
    if #places == 0 then break end
    local place = one_of(places)
    one_of(changes)(place[1], place[2], places)
  end
  return document
end

local function bytes_changed(text)
  for _ = 1, one_of { 1, 1, 3, 10 } do
    local at = random(#text)
    local upto = math.min(#text, at + one_of { 0, 0, 1, 20, 500 })
    local new = one_of { "", string.char(random(256) - 1), one_of(texts), one_of { "{", "}", "[", "]", '"', ",", ":" } }
    text = text:sub(1, at - 1) .. new .. text:sub(upto + 1)
    if text == "" then return "{" end
  end
  return text
end

-- A collection in which this text stands wherever one may stand.
local function with_text_everywhere(text)
  return {
    info = { name = text, description = text, schema = text },
    variable = json.array { { key = text, value = text } },
    item = json.array {
      { name = text, description = text, request = {
        method = "POST", url = "https://long.example/" .. text, header = text,
        body = { mode = "raw", raw = text, options = { raw = { language = "json" } } },
      }, event = json.array { { listen = "prerequest", script = { exec = text } } },
        response = json.array { { code = 200, body = text, header = text, originalRequest = text } } },
      { name = "json", request = { method = "POST", url = "{{" .. text .. "}}/x?" .. text, body = '{"a": ' .. text } },
      { name = "parts", request = { method = text, url = {
        protocol = text, host = text, port = text, path = text, query = text, raw = text,
      } } },
      { name = "form", request = { method = "POST", url = "https://long.example/a", body = {
        mode = "urlencoded", urlencoded = text } } },
      { name = "graph", request = { method = "POST", url = "https://long.example/a", body = {
        mode = "graphql", graphql = { query = text, variables = text, operationName = text } } } },
      { name = "query", request = { url = { host = "x", path = json.array { text }, query = json.array {
        { key = text, value = text, description = text } } } } },
      { name = text, item = json.array { { name = text, request = text } } },
    },
  }
end

-- --- trying -----------------------------------------------------------------

describe("the importer", function()
  io.stderr:write(("fuzzing with FUZZ_SEED=%d FUZZ_RUNS=%d\n"):format(SEED, RUNS))

  it("takes random JSON", function()
    for i = 1, RUNS do judge(assert(json.encode(value(6), 1000)), "random value " .. i) end
  end)

  it("takes random collections", function()
    local taken = 0
    for i = 1, RUNS do
      if judge(assert(json.encode(random_collection(), 1000)), "random collection " .. i) then taken = taken + 1 end
    end
    assert.is_true(taken > RUNS / 10, taken .. " were taken")
  end)

  it("takes collections with parts changed", function()
    local taken = 0
    for i = 1, RUNS do
      local name = one_of(COLLECTIONS)
      local text = json.encode(changed(support.document(name)), 1000)
      if text and judge(text, ("%s changed %d"):format(name, i)) then taken = taken + 1 end
    end
    assert.is_true(taken > RUNS / 2, taken .. " were taken")
  end)

  it("takes long texts wherever a text may stand, in a time that grows no faster than they", function()
    for _, piece in ipairs {
      "a", " ", "/", ":", "{", "{{", "}}", "{{a}}", "[", "[{", '{"a":', "/*", "//", '"', "'", "\\", "<p>", "<", "&amp;",
      "&", "?", "=", "&a=", "#", "@", "%", ".", "-", "_", "A", "aA", "é", "🙂", "\r\n ", "a:b\r\n", "\n", "(", "1",
      "https://", "/oauth2/v2.0/token", "'https://a/.default", "pm.environment.get('", ",", "...", "$", "+",
      "<!--", "`",
    } do
      for _, around in ipairs { "", "x" } do
        assert.is_true(growth.is_linear(function(length)
          local text = around .. piece:rep(math.floor(length / #piece)) .. around
          judge(json.encode(with_text_everywhere(text)), ("%d of %q"):format(length, piece))
        end, 8000), piece)
      end
    end
  end)

  it("takes collections with bytes changed", function()
    for i = 1, RUNS do
      local name = one_of(COLLECTIONS)
      judge(bytes_changed(support.text(name)), ("%s, bytes changed %d"):format(name, i))
    end
  end)
end)
