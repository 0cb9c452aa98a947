local cjson = require "cjson"
local collection = require "spec.support.small_collection"
local command = require "spec.support.command"
local peer = require "spec.support.peer"

local OWNER, PAGE, ENVIRONMENT = "1234567", "2sAbCdEfGh", "0a1b2c3d-0000-4000-8000-00000000000e"

local function encoded(changes)
  local copy = {}
  for key, value in pairs(collection) do copy[key] = value end
  for key, value in pairs(changes or {}) do copy[key] = value end
  return cjson.encode(copy)
end

local function metadata(changes)
  local document = {
    collection = {
      info = { name = "Made-up API", owner = OWNER, publishedId = PAGE, schema = collection.info.schema },
      statusCode = 200,
    },
    environments = { {
      name = "Test one", id = ENVIRONMENT, owner = OWNER, published = true, values = {
        { key = "baseUrl", value = "https://test.example.com", enabled = true, type = "default" },
        { key = "hmac_SECRET_KEY", value = "made-up, must not be written", enabled = true, type = "default" },
        { key = "apiPin", value = "made-up, must not be written", enabled = true, type = "secret" },
      },
    } },
  }
  for key, value in pairs(changes or {}) do document[key] = value end
  return cjson.encode(document)
end

local function has(text, wanted)
  assert.is_truthy(text:find(wanted, 1, true), wanted .. "\n\n" .. text)
end

local function values_of(text)
  local values = {}
  for _, one in ipairs(cjson.decode(text).values) do values[one.key] = one.value end
  return values
end

describe("clinone catalog pull", function()
  local server, home
  local path = ("/api/collections/%s/%s?segregateAuth=true&versionTag=latest"):format(OWNER, PAGE)

  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)

  before_each(function()
    home = command.home()
    server:publish("collection", encoded())
    server:publish("metadata", metadata())
    server:forget()
  end)
  after_each(function() home:remove() end)

  local function pull(words, variables)
    local all = { "catalog", "pull" }
    for _, word in ipairs(words) do all[#all + 1] = word end
    local given = { CLINONE_CA_FILE = server.files.ca }
    for name, value in pairs(variables or {}) do given[name] = value or nil end
    return home:run(all, given)
  end

  local function fails(words, wanted, variables)
    local result = pull(words, variables)
    assert.equal(1, result.code, result.stdout)
    assert.equal("", result.stdout)
    has(result.stderr, wanted)
    assert.is_nil(result.stderr:find("stack traceback", 1, true), result.stderr)
    return result.stderr
  end

  local function by_hand(said)
    has(said, "Export, Collection v2.1")
    has(said, "clinone catalog import FILE")
  end

  it("downloads, installs, records where from, and brings the environment", function()
    local result = pull { server.urls.tls .. path }
    assert.equal(0, result.code, result.stderr)
    assert.equal("", result.stderr)
    has(result.stdout, "3 operations imported")
    has(result.stdout, "Published: 2024-05-06T07:08:09.000Z")
    has(result.stdout, "export CLINONE_ENVIRONMENT=" .. home.own .. "/environment.json")
    assert.equal("catalog.json environment.json", home:names())
    local source = cjson.decode(home:text "catalog.json").source
    assert.equal(server.urls.tls .. path, source.url)
    assert.equal("2024-05-06T07:08:09.000Z", source.published)
    local values = values_of(home:text "environment.json")
    assert.equal("https://test.example.com", values.baseUrl)
    assert.equal("https://login.example.com/tenant/oauth2/v2.0/token", values.tokenUrl)
    assert.equal("https://login.example.com/api/.default", values.scope)
    assert.equal("", values.clientId)
    assert.equal("", values.clientSecret)
    assert.equal("", values.hmac_SECRET_KEY)
    assert.equal("", values.apiPin)
    assert.is_nil(home:text "environment.json":find("must not be written", 1, true))
  end)

  it("sends no token, and asks for nothing else", function()
    pull { server.urls.tls .. path }
    local seen = server:requests()
    assert.equal(2, #seen)
    for _, request in ipairs(seen) do
      assert.equal("GET", request.method)
      assert.is_nil(request.headers.authorization)
      has(request.headers["user-agent"], "clinone/")
    end
    assert.equal("/api/collections/" .. OWNER .. "/" .. PAGE, seen[1].path)
    assert.same({ segregateAuth = "true", versionTag = "latest" }, seen[1].args)
    assert.equal("/view/metadata/" .. PAGE, seen[2].path)
  end)

  it("keeps and prints no key of a share link", function()
    local link = server.urls.tls .. path .. "&access_key=made-up-key"
    assert.equal(0, pull({ link }).code)
    assert.equal("made-up-key", server:requests()[1].args.access_key)
    assert.equal(server.urls.tls .. path, cjson.decode(home:text "catalog.json").source.url)
    server:publish("collection", "<html>")
    local said = fails({ link }, "is a web page")
    said = said .. fails({ server.urls.tls .. "/redirect?to=https://x.example.com/%3Faccess_key%3Dmade-up-key" },
      "to https://x.example.com/)")
    assert.is_nil(said:find("made-up-key", 1, true))
  end)

  it("takes no more than 64 MiB", function()
    by_hand(fails({ server.urls.tls .. "/big?bytes=67200000" }, "the answer has more than 64 MiB"))
    assert.equal("", home:names())
  end)

  it("prints nothing but the report with --json", function()
    local result = pull { server.urls.tls .. path, "--json" }
    assert.equal(0, result.code, result.stderr)
    assert.equal(3, cjson.decode(result.stdout).operations)
    assert.equal("export CLINONE_ENVIRONMENT=" .. home.own .. "/environment.json\n", result.stderr)
  end)

  it("goes by a page's metadata: a URL, or a file", function()
    local wanted = { segregateAuth = "true", versionTag = "latest", environment = OWNER .. "-" .. ENVIRONMENT }
    local result = pull { server.urls.tls .. "/view/metadata/" .. PAGE }
    assert.equal(0, result.code, result.stderr)
    assert.same(wanted, server:requests()[2].args)
    assert.equal(2, #server:requests())

    server:forget()
    local file = home:file("page.json", metadata { canonicalUrl = server.urls.tls .. "/view/metadata/" .. PAGE })
    result = pull { file }
    assert.equal(0, result.code, result.stderr)
    assert.same(wanted, server:requests()[1].args)
    assert.equal(1, #server:requests())
    has(cjson.decode(home:text "catalog.json").source.url, "environment=" .. OWNER .. "-" .. ENVIRONMENT)
  end)

  it("takes the environment that the URL names", function()
    server:publish("metadata", metadata { environments = {
      { name = "A", id = "aaa", owner = OWNER, values = { { key = "baseUrl", value = "https://a.example.com" } } },
      { name = "B", id = "bbb", owner = OWNER, values = { { key = "baseUrl", value = "https://b.example.com" } } },
    } })
    local result = pull { server.urls.tls .. path .. "&environment=" .. OWNER .. "-bbb" }
    assert.equal("https://b.example.com", values_of(home:text "environment.json").baseUrl)
    has(result.stdout, 'publishes 2 environments; "B" was taken')
  end)

  it("is content without metadata, and says so", function()
    server:publish("metadata", nil)
    local result = pull { server.urls.tls .. path }
    assert.equal(0, result.code, result.stderr)
    has(result.stdout, "the page's metadata cannot be had")
    assert.equal("https://api.example.com", values_of(home:text "environment.json").baseUrl)
  end)

  it("never overwrites an environment that was filled in", function()
    pull { server.urls.tls .. path }
    local filled = home:text "environment.json":gsub('("key":"clientId"[^}]*"value":)""', '%1"mine"')
    filled = filled:gsub("}$", ', "note": 1}')
    home:file("clinone/environment.json", filled)
    local result = pull { server.urls.tls .. path }
    assert.equal("catalog.json environment.json", home:names())
    assert.equal(filled, home:text "environment.json")
    has(result.stdout, "export CLINONE_ENVIRONMENT=" .. home.own .. "/environment.json")

    server:publish("metadata", metadata { environments = {
      { name = "A", id = "aaa", owner = OWNER, values = { { key = "baseUrl", value = "https://a.example.com" } } },
    } })
    result = pull { server.urls.tls .. path }
    assert.equal(0, result.code)
    assert.equal(filled, home:text "environment.json")
    has(result.stdout, "environment.json is kept as it is")
    assert.equal("https://a.example.com", values_of(home:text "environment.new.json").baseUrl)
  end)

  it("keeps the former catalog", function()
    pull { server.urls.tls .. path }
    local first = home:text "catalog.json"
    server:publish("collection", encoded { variable = { { key = "baseUrl", value = "https://other.example.com" } } })
    pull { server.urls.tls .. path }
    assert.equal(first, home:text "catalog.previous.json")
  end)

  it("says how to export by hand where there is no collection, and changes nothing", function()
    pull { server.urls.tls .. path }
    local first = home:text "catalog.json"
    for _, row in ipairs {
      { "<!DOCTYPE html><html></html>", "is a web page" }, { "{\"item\": [", "is cut off" },
      { "[]", "JSON" }, { "", "is empty" }, { "hello", "no JSON" }, { '{"values":[]}', "environment" },
    } do
      server:publish("collection", row[1])
      by_hand(fails({ server.urls.tls .. path }, row[2]))
    end
    server:publish("collection", nil)
    by_hand(fails({ server.urls.tls .. path }, "nothing there any more (HTTP 404)"))
    by_hand(fails({ server.urls.tls .. "/status?status=500" }, "HTTP 500"))
    assert.equal(first, home:text "catalog.json")
    assert.equal("catalog.json environment.json", home:names())
  end)

  it("follows no redirect", function()
    local said = fails({ server.urls.tls .. "/redirect?to=" .. server.urls.other .. "/api/collections/1/x" },
      "no redirect is followed")
    has(said, "to " .. server.urls.other)
    assert.equal(1, #server:requests())
  end)

  it("verifies the server", function()
    fails({ server.urls.self_signed .. path }, "127.0.0.1")
    fails({ server.urls.tls .. path }, "127.0.0.1", { CLINONE_CA_FILE = server.files.stranger })
    fails({ server.urls.tls .. path }, "CLINONE_CA_FILE", { CLINONE_CA_FILE = false })
    fails({ server.urls.tls .. path }, "the CA file cannot be read", { CLINONE_CA_FILE = "/no/such/file" })
    assert.equal("", home:names())
    local result = pull({ server.urls.tls .. path, "--ca-file", server.files.ca },
      { CLINONE_CA_FILE = "/no/such/file" })
    assert.equal(0, result.code, result.stderr)
  end)

  it("speaks http to loopback only", function()
    assert.equal(0, pull({ server.urls.plain .. path }).code)
    fails({ "http://developer.example.com" .. path }, "https")
    fails({ "ftp://127.0.0.1/x" }, "https")
  end)

  it("asks the vendor's page by itself, through the proxy", function()
    -- Nobody listens there: the attempt shows the way that was taken.
    local said = fails({}, "developer.clinone.com: ", { CLINONE_PROXY = "http://127.0.0.1:9" })
    has(said, "127.0.0.1")
    by_hand(said)
  end)

  it("tells a collection in a file where it belongs", function()
    local file = home:file("export.json", encoded())
    has(fails({ file }, "is no page's metadata"), "clinone catalog import " .. file)
    fails({ home.directory .. "/nowhere" }, "cannot be read")
    fails({ home:file("page.json", '{"collection":{"info":{}}}') }, "does not say whose page")
  end)
end)

describe("the vendor's page", function()
  local published = require "clinone.postman.published"

  it("has this download URL", function()
    assert.equal("https://developer.clinone.com/api/collections/22121128/2s8YzRyNKH?segregateAuth=true"
      .. "&versionTag=latest&environment=22121128-a5880425-0a17-4a01-af34-ccebc68c6099", published.default_url)
    assert.equal("https://developer.clinone.com/view/metadata/2s8YzRyNKH",
      published.metadata_url(published.default_url))
  end)

  it("comes with the published token URL where the scripts tell none", function()
    local values = values_of(cjson.encode(published.environment_file({
      name = "x", values = { { key = "baseUrl", value = "https://test1api.clinone.com" } },
    }, { servers = {} })))
    has(values.tokenUrl, "https://clinoneb2cqa.b2clogin.com/")
    has(values.scope, "/.default")
    values = values_of(cjson.encode(published.environment_file(nil, {
      servers = { default = "https://a.example.com" },
    })))
    assert.is_nil(values.tokenUrl)
  end)
end)
