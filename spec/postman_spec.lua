-- A Postman collection becomes a catalog: which documents are taken, where
-- requests go, what their parameters are, which get a plain verb, and the
-- account of it all.

local clinone = require "clinone"
local document = require "clinone.postman.document"
local json = require("clinone.native").json
local operation = require "clinone.operation"
local postman = require "clinone.postman"
local process = require "spec.support.process"

local unpack = table.unpack or unpack -- luacheck: ignore (5.1 has the second)

local function get(path, more)
  local request = { method = "GET", url = path }
  for key, value in pairs(more or {}) do request[key] = value end
  return request
end

local function item(name, request)
  return { name = name, request = type(request) == "table" and request or get(request) }
end

-- A collection of these items, with {{base}} known.
local function collection(items, more)
  local made = {
    info = { name = "Made up", schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
    variable = { { key = "base", value = "https://a.example/v1" } }, item = items,
  }
  for key, value in pairs(more or {}) do made[key] = value end
  return made
end

local function compile_all(resources, catalog, prefix)
  for name, resource in pairs(resources or {}) do
    for key, data in pairs(resource.operations) do
      operation.compile((prefix or "") .. name .. "." .. key, data, resource, catalog)
    end
    compile_all(resource.resources, catalog, (prefix or "") .. name .. ".")
  end
end

local function import(items, more)
  local catalog, report = postman.read(collection(items, more))
  assert(catalog, tostring(report))
  compile_all(catalog.resources, catalog)
  assert(json.encode(catalog))
  return catalog, report
end

-- One request in a folder "F": its operation.
local function one(request, more)
  local catalog, report = import({ { name = "F", item = { item("it", request) } } }, more)
  return catalog.resources.f and catalog.resources.f.operations.it, report, catalog
end

local function told(report, list, part)
  for _, entry in ipairs(report[list]) do
    if (entry.place .. ": " .. entry.reason):find(part, 1, true) then return true end
  end
  return false
end

local function has_entry(report, list, part)
  assert.is_true(told(report, list, part), part)
end

describe("a document", function()
  local function refused(text, ...)
    local catalog, err = postman.read_text(text, "FILE")
    assert.is_nil(catalog)
    assert.equal("config", err.kind)
    for _, part in ipairs { ... } do assert.truthy(tostring(err):find(part, 1, true), tostring(err)) end
  end

  it("that is none is refused by the name of what it is", function()
    refused("", "empty", "Export")
    refused(" \r\n", "empty")
    refused("<!DOCTYPE html><p>", "web page")
    refused("hello", "no JSON")
    refused("[]", "no Postman collection")
    refused("null", "no Postman collection")
    refused('{"a":1}', "no Postman collection")
    refused('{"name":"x","requests":[],"order":[]}', "v1", "Collection v2.1")
    refused('{"collection":{"requests":[]}}', "v1")
    refused('{"info":{"schema":"https://schema.getpostman.com/json/collection/v1.0.0/"},"item":[]}', "v1")
    refused('{"name":"x","values":[{"key":"a"}]}', "environment", "CLINONE_ENVIRONMENT")
    refused('{"environment":{"values":[]}}', "environment")
    refused('{"values":[],"_postman_variable_scope":"globals"}', "global variables")
    refused('[{"key":"a","value":"b"}]', "global variables")
    refused('{"version":1,"collections":[],"environments":[]}', "data dump")
    refused('{"catalog":1,"resources":{}}', "clinone catalog already")
    refused('{"openapi":"3.0.0","paths":{}}', "OpenAPI")
    refused('{"info":{"schema":"x","name":"y"}}', "list of requests")
  end)

  it("that is cut off is told from one that is no JSON", function()
    local whole = '{"info":{"name":"x"},"item":[{"name":"a","request":{"url":"https://a.example/\\u0062","x":true}}]}'
    for last = 1, #whole - 1 do
      if not whole:sub(last, last):find "[%]}]" then refused(whole:sub(1, last), "cut off") end
    end
    refused('{"item":[x]}', "no JSON")
    refused('{"info":{},"item":[]} x', "FILE is no JSON", "bytes after the value")
  end)

  it("that is a page's metadata names the download", function()
    local text = '{"collection":{"info":{"owner":"12","publishedId":"2s8Y"}},"environments":[]}'
    refused(text, "no routes in here", "clinone catalog pull FILE",
      "https://developer.clinone.com/api/collections/12/2s8Y?segregateAuth=true&versionTag=latest")
    refused('{"collection":{"info":{"owner":"../x","publishedId":"2s8Y"}}}', "no routes in here")
    assert.is_nil(document.download_url { collection = { info = { owner = "../x", publishedId = "2" } } })
    assert.equal("metadata", document.kind(json.decode(text)))
  end)

  it("without a request is refused", function()
    refused('{"info":{"name":"x"},"item":[]}', "FILE: the collection has no requests")
    local _, err = postman.read { item = {} }
    assert.truthy(err.message:find("the table: the collection has no requests", 1, true))
    refused('{"info":{"name":"x"},"item":[{"name":"f","item":[null]}]}', "no requests")
  end)

  it("of which nothing can be called says why", function()
    refused('{"item":[{"name":"f","item":[{"name":"a"}]}]}', "FILE: none of the collection's 1 requests",
      "f / a: it has no")
  end)

  it("is taken in every form a collection has", function()
    local items = '"item":[{"name":"A","request":"https://a.example/a"}]}'
    for _, text in ipairs {
      '{"info":{"name":"x","schema":"https://schema.getpostman.com/json/collection/v2.0.0/collection.json"},' .. items,
      '{"info":{"name":"x","schema":"https://schema.postman.com/json/draft-07/collection/v2.1.0/"},' .. items,
      '{"info":{"name":"x"},' .. items, '{"name":"x",' .. items, "{" .. items,
      '{"collection":{"info":{"name":"x"},' .. items .. "}", '\239\187\191{"info":{"name":"x"},' .. items,
    } do
      local catalog, report = postman.read_text(text, "FILE")
      assert(catalog, tostring(report))
      assert.equal(1, report.operations)
      assert.equal("GET", catalog.resources.a.operations.a.method)
    end
  end)

  it("is a file, in UTF-8 or UTF-16, whose bytes are named", function()
    local text = '{"info":{"name":"x","schema":"https://schema.getpostman.com/json/collection/v2.0.0/collection.json",'
      .. '"_postman_id":"7","publishDate":"2024-01-02"},"item":[{"name":"A","request":"https://a.example/a"}]}'
    local path = process.temporary("\255\254" .. text:gsub(".", "%0\0"))
    local catalog = clinone.check(clinone.catalog.from_postman(path))
    os.remove(path)
    assert.equal("postman", catalog.source.kind)
    assert.equal("2.0.0", catalog.source.schema)
    assert.equal("7", catalog.source.id)
    assert.equal("2024-01-02", catalog.source.published)
    assert.truthy(catalog.source.sha256:find "^%x+$")
    -- Of what `printf '{"item":[{"request":"https://a.example"}]}' | sha256sum` reads.
    catalog = postman.read_text('{"item":[{"request":"https://a.example"}]}', "FILE")
    assert.equal("a7343f35fdab35f49e2e4684891cc954d5f9508928c36220a749bba58b392bbf", catalog.source.sha256)
  end)

  it("that cannot be read says why", function()
    local catalog, err = clinone.catalog.from_postman "/no/such/file"
    assert.is_nil(catalog)
    assert.truthy(tostring(err):find "No such file")
    catalog, err = clinone.catalog.from_postman "/"
    assert.is_nil(catalog)
    assert.equal("config", err.kind)
    assert.has_error(function() clinone.catalog.from_postman(7) end)
  end)

  it("may be 200 levels deep; beyond what we take, every request is accounted for", function()
    local text = '{"name":"deepest","request":"https://a.example/a"},{"name":"too","request":"https://a.example/b"}'
    for i = 200, 1, -1 do text = ('{"name":"f%d","item":[%s]}'):format(i, text) end
    text = '{"item":[{"name":"A","request":"https://a.example/a"},' .. text .. "]}"
    local catalog, report = postman.read_text(text, "FILE")
    assert.equal(1, report.operations)
    assert.equal(2, #report.refused)
    has_entry(report, "refused", "deepest: it lies more than 40 folders deep")
    assert.truthy(catalog.resources.a)
    refused(("["):rep(2000) .. ("]"):rep(2000), "nested deeper")
  end)

  it("of 40 folders in each other makes a catalog that can be read again", function()
    local folder = { item("it", {
      method = "POST", url = "https://a.example/x",
      body = { mode = "raw", raw = '{"a":{"b":{"c":{"d":{"e":[{"f":1}]}}}}}' },
    }) }
    for _ = 1, 40 do folder = { { name = "f", item = folder } } end
    local catalog, report = import(folder)
    assert.equal(1, report.operations)
    assert.truthy(json.decode(json.encode(catalog)))
  end)

  it("with tables that hold themselves comes to an end", function()
    local loop = { name = "loop" }
    loop.item = { loop, item("a", "https://a.example/a") }
    local _, report = import { loop }
    assert.equal(1, report.operations)
  end)
end)

describe("a request", function()
  it("is refused with a reason, and the rest imported", function()
    local catalog, report = import {
      { name = "F", item = {
        { name = "none" }, { name = "null", request = json.decode "[null]"[1] }, item("empty", { url = "" }),
        item("blank", { method = "GET" }), item("dots", "{{base}}/../x"),
        item("verb", { method = "G T", url = "{{base}}/x" }), item("file", "ftp://a.example/x"),
        item("good", "{{base}}/good"), item("odd", { method = 7, url = "{{base}}/x" }),
      } },
    }
    assert.equal(1, report.operations)
    assert.equal(8, #report.refused)
    assert.equal("/good", catalog.resources.f.operations.good.path)
    has_entry(report, "refused", "F / none: it has no request")
    has_entry(report, "refused", "F / verb: \"G T\" is no HTTP method")
  end)

  it("is a GET if nothing else is said, and its method in capitals", function()
    assert.equal("GET", one({ url = "{{base}}/x" }).method)
    assert.equal("GET", one({ url = "{{base}}/x", method = " " }).method)
    assert.equal("PUT", one({ url = "{{base}}/x", method = "put" }).method)
  end)

  it("that holds requests is a folder, and what is lost is said", function()
    local catalog, report = import { { name = "F", request = get "{{base}}/no", item = { item("a", "{{base}}/a") } } }
    assert.equal(1, report.operations)
    assert.equal("/a", catalog.resources.f.operations.a.path)
    has_entry(report, "warnings", "F: it has both")
  end)

  it("that names one record says so", function()
    local made, report = one "{{base}}/patients/123"
    assert.equal("/patients/123", made.path)
    has_entry(report, "warnings", "one record's own id")
  end)
end)

describe("a server", function()
  it("is the base that most requests have; a variable's value counts as that URL", function()
    local catalog, report = import {
      item("a", "{{base}}/a"), item("b", "https://a.example/v1/b"), item("c", "https://a.example/other"),
      item("d", "https://b.example/d"), item("e", "{{base}}/e"), item("f", "{{pci-host}}/f"),
    }
    assert.same({
      default = "{{base}}", a_example = "https://a.example", b_example = "https://b.example",
      pci_host = "{{pci-host}}",
    }, catalog.servers)
    assert.same({ base = { value = "https://a.example/v1" }, ["pci-host"] = {} }, catalog.variables)
    assert.equal("/b", catalog.resources.b.operations.b.path)
    assert.is_nil(catalog.resources.b.operations.b.server)
    assert.equal("a_example", catalog.resources.other.operations.c.server)
    assert.equal("pci_host", catalog.resources.f.operations.f.server)
    has_entry(report, "guessed", "{{base}} is the default server: 3 of 6")
    has_entry(report, "warnings", "without any auth")
  end)

  it("may be a variable without a value", function()
    local catalog = import { item("a", "{{where}}/a") }
    assert.same({ default = "{{where}}" }, catalog.servers)
    assert.same({ where = {} }, catalog.variables)
  end)

  -- The variable stayed behind at import, and a script that set it spoke to
  -- the collection's own host all the same.
  it("is where the client's variable says", function()
    local catalog = import { item("a", "{{base}}/a") }
    local api = assert(clinone.new {
      catalog = catalog, variables = { base = "https://mine.example/v2" }, auth = clinone.auth.bearer "x",
    })
    assert.equal("https://mine.example/v2/a", assert(api:explain "a.a").url)
  end)

  -- A variable that is known and has no value was read as the boolean "false".
  it("and a path of variables without values guesses no type", function()
    local catalog = import({ item("o", "{{base}}/orders/{{order_id}}") }, {
      variable = { { key = "base", value = "https://a.example" }, { key = "order_id", value = "" } },
    })
    assert.same({ ["in"] = "path", required = true, type = "string" },
      catalog.resources.orders.operations.o.params.order_id)
  end)

  -- The core puts texts and integers into a path: another type from a sample
  -- could never be met.
  it("and a path's parameters are texts or integers", function()
    local catalog = import({ item("o", { url = {
      raw = "{{base}}/a/:flag/:ratio/:n", host = { "{{base}}" }, path = { "a", ":flag", ":ratio", ":n" },
      variable = { { key = "flag", value = "false" }, { key = "ratio", value = "1.60" }, { key = "n", value = "7" } },
    } }) }, { variable = { { key = "base", value = "https://a.example" } } })
    local params = catalog.resources.a.operations.o.params
    assert.same({ "string", "false" }, { params.flag.type, params.flag.example })
    assert.same({ "string", "1.60" }, { params.ratio.type, params.ratio.example })
    assert.same({ "integer", 7 }, { params.n.type, params.n.example })
  end)

  it("is one for a variable that is built on the base's, and for two of one value", function()
    local catalog = import({
      item("a", "{{base}}/a"), item("a2", "{{base}}/a2"), item("b", "{{authUrl}}/b"), item("c", "{{same}}/c"),
    }, {
      variable = {
        { key = "base", value = "https://a.example" }, { key = "authUrl", value = "{{base}}/auth" },
        { key = "same", value = "https://a.example/" },
      },
    })
    assert.same({ default = "{{base}}" }, catalog.servers)
    assert.equal("/auth/b", catalog.resources.auth.operations.b.path)
  end)

  it("takes the last enabled of equal variables, and a folder's own", function()
    local catalog = import({
      item("a", "{{base}}/a"), item("a2", "{{base}}/a2"),
      { name = "F", variable = { { key = "base", value = "https://f.example" } }, item = { item("b", "{{base}}/b") } },
    }, {
      variable = {
        { key = "base", value = "https://no.example" }, { id = "base", value = "https://a.example" },
        { key = "base", value = "https://off.example", disabled = true },
      },
    })
    assert.same({ default = "{{base}}", f_example = "https://f.example" }, catalog.servers)
    assert.equal("f_example", catalog.resources.f.operations.b.server)
  end)

  it("is not made of variables that name each other in a circle", function()
    local items = { { name = "F", item = { item("a", "{{x}}/a"), item("b", "https://b.example/b") } } }
    local catalog, report = import(items, {
      variable = { { key = "x", value = "{{y}}" }, { key = "y", value = "{{x}}" } },
    })
    assert.equal(2, report.operations)
    assert.equal("{{x}}", catalog.servers.default)
    has_entry(report, "warnings", "F / a: the variables in {{x}} name each other in a circle")
  end)

  it("is read out of a variable that is the whole address", function()
    local catalog = import({ item("a", "{{all}}"), item("b", "https://a.example/b") }, {
      variable = { { key = "all", value = "https://a.example/get?q=1" } },
    })
    assert.equal("/get", catalog.resources.get.operations.a.path)
    assert.equal("1", tostring(catalog.resources.get.operations.a.params.q.example))
    assert.same({ default = "https://a.example" }, catalog.servers)
  end)

  it("gets its protocol where it has none", function()
    local items = { item("a", "{{host}}/a") }
    local catalog, report = import(items, { variable = { { key = "host", value = "a.example/v1" } } })
    assert.equal("https://a.example/v1", catalog.servers.default)
    has_entry(report, "guessed", "names no protocol")
    catalog = import(items, { variable = { { key = "host", value = "localhost:3000" } } })
    assert.equal("http://localhost:3000", catalog.servers.default)
    catalog = import { item("a", "https://{{base}}/a") }
    assert.equal("https://a.example/v1", catalog.servers.default)
  end)

  it("never holds a password or a secret", function()
    local text = json.encode { import({ item("a", "https://me:s3cret@a.example/a"), item("b", "{{x}}/b"),
      item("c", { url = "{{x}}/c?api_key=s3cret&t={{apiToken}}",
        header = { { key = "X-Api-Key", value = "s3cret" }, { key = "Authorization", value = "s3cret" } } }) }, {
      variable = { { key = "x", value = "https://me:s3cret@b.example" }, { key = "apiToken", value = "s3cret" } },
    }) }
    assert.is_nil(text:find("s3cret", 1, true))
  end)
end)

describe("parameters", function()
  local function keys(made)
    local list = {}
    for key, param in pairs(made.params) do
      local place = type(param["in"]) == "table" and table.concat(param["in"], "+") or param["in"]
      place = place .. (param.required and "!" or "")
      list[#list + 1] = key .. "@" .. place .. (param.name and "=" .. param.name or "")
    end
    table.sort(list)
    return table.concat(list, " ")
  end

  it("of the path are required, and have the sample and words of their variable", function()
    local made, report = one { url = {
      host = { "{{base}}" }, path = { "p", ":id", "{{visit}}" },
      variable = { { key = "id", value = 12, description = { content = "<p>Which</p>\n", type = "text/plain" } } },
    } }
    assert.equal("/p/{id}/{visit}", made.path)
    assert.equal("id@path! visit@path!", keys(made))
    assert.equal("Which", made.params.id.doc)
    assert.equal("integer", made.params.id.type)
    has_entry(report, "guessed", "{{visit}} in the path is the parameter visit")
  end)

  it("that are settings of the collection are client variables", function()
    local made, _, catalog = one({ url = "{{base}}/{{realm}}/p/{{apiVersion}}/{{lang}}/{{id}}" }, {
      variable = {
        { key = "base", value = "https://a.example" }, { key = "apiVersion", value = "v2" },
        { key = "id", value = "7" },
      },
    })
    assert.equal("apiVersion", made.params.apiVersion.variable)
    assert.equal("realm", made.params.realm.variable)
    assert.is_nil(made.params.lang.variable)
    assert.is_nil(made.params.id.variable)
    assert.equal("v2", catalog.variables.apiVersion.value)
    assert.same({}, catalog.variables.realm)
    assert.is_nil(catalog.variables.id)
  end)

  it("of the query are required where enabled and of use", function()
    local made, report = one { url = {
      host = { "{{base}}" }, path = { "p" }, query = {
        { key = "status", value = "open" }, { key = "off", value = "1", disabled = true },
        { key = "empty", value = "" },
        { key = "bare" }, { key = "page", value = "1" },
        { key = "may", value = "1", description = "Optional. Which" },
        { key = "must", disabled = true, description = "[required] it" }, { key = "tag", value = "a" },
        { key = "tag", value = "b" }, { key = "{{filter}}" }, { key = "date", value = "{{today}}" },
      },
    } }
    assert.equal("bare@query date@query! empty@query may@query must@query! off@query page@query status@query! "
      .. "tag@query!", keys(made))
    assert.equal("array", made.params.tag.type)
    has_entry(report, "warnings", "{{filter}}")
    made, report = one "{{base}}/p?/^var[.][a-z]+$/=1&x=1"
    assert.equal("x@query!", keys(made))
    has_entry(report, "warnings", '"/^var[.][a-z]+$/" is left out')
  end)

  it("of headers leave out what is ours, and keep what is the API's", function()
    local made = one({ url = "{{base}}/p", header = {
      { key = "Content-Type", value = "text/x" }, { key = "Authorization", value = "Bearer x" },
      { key = "Accept", value = "x" }, { key = "X-Mode", value = "fast" }, { key = "X-Trace-Id", value = "1" },
      { key = "X-Off", value = "{{off}}", disabled = true }, { key = "X-Need", value = "{{need}}" },
      { key = "X-Org", value = "{{org}}" }, { key = "x-api-key", value = "{{apiKey}}" },
      { key = "Bad Name", value = "1" }, { key = "X-Guid", value = "{{$guid}}" },
    } }, { variable = { { key = "base", value = "https://a.example" }, { key = "org", value = "5" } } })
    assert.equal("X-Guid@header X-Mode@header X-Need@header! X-Off@header X-Org@header X-Trace-Id@header "
      .. "x-api-key@header!", keys(made))
    assert.equal("apiKey", made.params["x-api-key"].variable)
    assert.is_nil(made.params["X-Off"].variable)
    assert.equal("fast", made.params["X-Mode"].default)
    assert.is_nil(made.params["X-Trace-Id"].default)
    assert.equal("org", made.params["X-Org"].variable)
  end)

  it("are settings or not wherever they stand, as most paths have it", function()
    local paths = { "{{base}}/{{realm}}", "{{base}}/{{realm}}/p", "{{base}}/{{realm}}/q", "{{base}}/x/{{realm}}",
      "{{base}}/{{slug}}/p", "{{base}}/x/{{slug}}", "{{base}}/y/{{slug}}" }
    local items = {}
    for i, given in ipairs(paths) do items[i] = item("r" .. i, given) end
    items[#items + 1] = { name = "Deep", item = { item("r", "{{base}}/{{realm}}/z") } }
    local catalog, report = import { { name = "F", item = items } }
    local operations = catalog.resources.f.operations
    for i = 1, 3 do assert.equal("realm", operations["r" .. i].params.realm.variable) end
    for i = 5, 7 do assert.is_nil(operations["r" .. i].params.slug.variable) end
    has_entry(report, "guessed", "F: {{realm}} in the path is a client variable (5 requests)")
    has_entry(report, "guessed", "F: {{slug}} in the path is the parameter slug (3 requests)")
    assert.equal(4, #report.guessed) -- and two scope groups
  end)

  it("of a path that is written as documentation does are variables, too", function()
    local made, report = one "{{base}}/quotes/<quoteId>/x/%3CaccountId%3E"
    assert.equal("/quotes/{quoteId}/x/{accountId}", made.path)
    assert.equal("accountId@path! quoteId@path!", keys(made))
    has_entry(report, "guessed", "F / it: <quoteId> in the path is the parameter quoteId")
  end)

  it("have the type of a placeholder, which is no value", function()
    local made = one { url = { host = { "{{base}}" }, path = { "p", ":id" },
      query = { { key = "open", value = "<boolean>" }, { key = "name", value = "<string>" } },
      variable = { { key = "id", value = "<long>" } },
    }, header = { { key = "X-Mode", value = "<string>" } } }
    assert.same({ ["in"] = "header", type = "string", required = true }, made.params["X-Mode"])
    assert.same({ ["in"] = "path", type = "integer", required = true }, made.params.id)
    assert.same({ ["in"] = "query", type = "boolean", required = true }, made.params.open)
    assert.is_nil(made.params.name.example)
  end)

  it("of headers have an Accept that says more than ours", function()
    local function accept(value, disabled)
      local made = one { url = "{{base}}/p", header = { { key = "accept", value = value, disabled = disabled } } }
      return made.params.accept
    end
    for _, usual in ipairs {
      "*/*", "application/json", "Application/JSON; charset=utf-8", "application/json, text/plain, */*", "",
      "text/html,application/xhtml+xml,application/xml;q=0.9", "{{accept}}", "<string>", "json",
    } do
      assert.is_nil(accept(usual), usual)
    end
    assert.is_nil(accept("text/csv", true))
    for _, own in ipairs { "application/fhir+json", "application/fhir+json, text/csv", "text/csv", "image/*" } do
      assert.same({ ["in"] = "header", type = "string", default = own }, accept(own))
    end
  end)

  it("called query, headers or body are told, since they mean something else elsewhere", function()
    local made, report = one "{{base}}/search?query=x"
    assert.equal("query@query!", keys(made))
    has_entry(report, "guessed", "query is a parameter in the query: query = ... is that one, not the table")
  end)

  it("of one name in path and query are one, if they can be", function()
    assert.equal("id@path+query!", keys(one "{{base}}/p/{{id}}?id={{id}}"))
    assert.equal("id@path! query_id@query!=id", keys(one { url = {
      host = { "{{base}}" }, path = { ":id" }, query = { { key = "id", value = "2" } },
      variable = { { key = "id", value = "1" } },
    } }))
  end)

  local function with_body(method, url, raw)
    local body = { mode = "raw", raw = raw, options = { raw = { language = "json" } } }
    return one { method = method, url = url, body = body }
  end

  it("of one name in the body and elsewhere are two, but for a record's own id", function()
    local made, report = with_body("POST", "{{base}}/p/{{id}}?status=open", '{"id": 1, "status": "closed"}')
    assert.equal("body_id@body=id body_status@body=status id@path! status@query!", keys(made))
    has_entry(report, "renamed", "body_status")
    made, report = with_body("PUT", "{{base}}/p/{{id}}", '{"id": 1, "name": "x"}')
    assert.equal("id@path+body! name@body", keys(made))
    has_entry(report, "guessed", "id in path and body is one parameter")
    made = one { method = "PUT", body = { mode = "raw", raw = '{"id": 1}' }, url = {
      host = { "{{base}}" }, path = { ":id" }, variable = { { key = "id", value = "2" } },
    } }
    assert.equal("body_id@body=id id@path!", keys(made))
    -- What an update's record belongs to stands in the record, too.
    made = with_body("PUT", "{{base}}/studies/{{studyId}}/p/{{id}}", '{"id": 1, "studyId": 2}')
    assert.equal("id@path+body! studyId@path+body!", keys(made))
  end)

  it("that are studyIdentifier or siteIdentifier are found in any spelling and place", function()
    local made = with_body("POST", "{{base}}/s/:study_identifier/p?site-identifier=1",
      '{"StudyIdentifier": "A", "x": 1}')
    assert.equal("/s/{studyIdentifier}/p", made.path)
    assert.equal("siteIdentifier@query!=site-identifier studyIdentifier@path+body!=StudyIdentifier x@body", keys(made))
    assert.equal("string", made.params.siteIdentifier.type)
    made = with_body("POST", "{{base}}/p", '{"patient": {"studyIdentifier": "A"}}')
    assert.same({ "patient" }, made.params.studyIdentifier.nested)
  end)

  it("that nobody can write are left out, with a warning", function()
    local made, report = with_body("POST", "{{base}}/p", json.encode { [("x"):rep(300)] = 1, a = 1 })
    assert.equal("a@body", keys(made))
    has_entry(report, "warnings", "too long")
  end)
end)

describe("plain verbs", function()
  local function aliases(...)
    local items = { ... }
    local catalog = import { { name = "Patients", item = items } }
    local list = {}
    for key, made in pairs(catalog.resources.patients.operations) do
      if made.aliases then list[#list + 1] = key .. "=" .. table.concat(made.aliases, ",") end
    end
    table.sort(list)
    return table.concat(list, " ")
  end

  local function call(name, method, path)
    return item(name, { method = method, url = "{{base}}" .. path })
  end

  it("are given where method and path show them", function()
    assert.equal("add=create change=update one=get remove=delete search=list", aliases(
      call("search", "GET", "/patients"), call("add", "POST", "/patients"), call("one", "GET", "/patients/{{id}}"),
      call("change", "PUT", "/patients/{{id}}"), call("remove", "DELETE", "/patients/{{id}}"),
      call("patch", "PATCH", "/patients/{{id}}"), call("count", "GET", "/patients/count"),
      call("visits", "GET", "/patients/{{id}}/visits")))
    assert.equal("change=update", aliases(call("change", "PATCH", "/patients/:id/")))
  end)

  it("are never given to two, nor over another's name", function()
    assert.equal("one=get", aliases(call("a", "GET", "/patients?x=1"), call("b", "GET", "/patients?y=1"),
      call("one", "GET", "/patients/:id")))
    assert.equal("all=list one=get", aliases(call("all", "GET", "/patients"), call("b", "GET", "/patients?y=1"),
      call("one", "GET", "/patients/:id")))
    assert.equal("one=get", aliases(call("create", "DELETE", "/x"), call("b", "POST", "/patients"),
      call("one", "GET", "/patients/:id")))
  end)

  it("are not given in doubt", function()
    assert.equal("", aliases(call("login", "POST", "/login"), call("me", "GET", "/me")))
    assert.equal("", aliases(call("one", "GET", "/patients/123")))
    assert.equal("", aliases(call("one", "GET", "/patients?patientId=1")))
    assert.equal("", aliases(call("one", "GET", "/patients?id=1")))
    assert.equal("", aliases(call("count", "GET", "/patients/count")))
    local single = call("mine", "GET", "/patients")
    single.response = { { name = "ok", code = 200, body = '{"id": 1}' } }
    assert.equal("", aliases(single))
    assert.equal("", aliases(call("a", "GET", "/visits"), call("b", "GET", "/visits/:id"), call("c", "GET", "/labs"),
      call("d", "GET", "/labs/:id")))
  end)

  it("are not given where the request's own name says otherwise", function()
    assert.equal("get_x=get", aliases(call("search patients", "POST", "/patients"),
      call("update all", "GET", "/patients"), call("get x", "GET", "/patients/:id"),
      call("find more", "PUT", "/patients/:id"), call("creates one", "DELETE", "/patients/:id")))
    for _, name in ipairs { "Get a patient", "Get patient", "Patient by name" } do
      assert.equal("", aliases(call(name, "GET", "/patients")))
    end
    assert.equal("patients_of_a_patient=list", aliases(call("Patients of a patient", "GET", "/patients")))
    local catalog = import { { name = "Password", item = { call("Change", "POST", "/me/password") } },
      { name = "Orders", item = { call("Place order", "POST", "/orders") } } }
    assert.is_nil(catalog.resources.password.operations.change.aliases)
    assert.same({ "create" }, { unpack(catalog.resources.orders.operations.place_order.aliases) })
  end)

  it("are given to a list by its plural alone", function()
    assert.equal("all=list", aliases(call("all", "GET", "/patients"), call("count", "GET", "/patients/count")))
    local catalog = import {
      { name = "Study", item = { call("All", "GET", "/studies?siteIdentifier=1") } },
      call("Sites", "GET", "/api/v1/sites"), call("Status", "GET", "/status"),
    }
    local resources = catalog.resources
    assert.same({ "list" }, { unpack(resources.study.operations.all.aliases) })
    assert.same({ "list" }, { unpack(resources.sites.operations.sites.aliases) })
    assert.is_nil(resources.status.operations.status.aliases)
  end)

  it("are given to a list that shows itself by its answer", function()
    local listed = call("all", "GET", "/patients")
    listed.response = { { name = "ok", code = 200, body = ' [{"id": 1}]' } }
    assert.equal("all=list", aliases(listed))
    listed = call("mine", "GET", "/mine")
    listed.response = { { name = "ok", code = 200, body = "[]" } }
    assert.equal("mine=list", aliases(listed))
  end)
end)

describe("auth", function()
  local bearer = { type = "bearer", bearer = { { key = "token", value = "{{token}}" } } }

  it("is inherited, and noauth is public", function()
    local catalog = import({ { name = "F", auth = { type = "noauth" }, item = {
      item("open", "{{base}}/open"), item("closed", { url = "{{base}}/closed", auth = bearer }),
    } }, item("top", "{{base}}/top") }, { auth = bearer })
    assert.is_true(catalog.resources.f.operations.open.public)
    assert.is_nil(catalog.resources.f.operations.closed.public)
    assert.is_nil(catalog.resources.top.operations.top.public)
  end)

  it("of another kind is warned of, once", function()
    local _, report = import({ item("a", "{{base}}/a"), item("b", "{{base}}/b") }, { auth = { type = "basic" } })
    has_entry(report, "warnings", "by basic")
    assert.equal(1, #report.warnings)
    -- The client proves itself so when it asks for the token, and only there.
    local token = { method = "POST", url = "{{base}}/oauth2/token", auth = { type = "basic" },
      body = { mode = "urlencoded", urlencoded = { { key = "grant_type", value = "client_credentials" } } } }
    _, report = import({ item("a", "{{base}}/a"), item("token", token) }, { auth = bearer })
    assert.same({}, { unpack(report.warnings) })
  end)

  local function script(...)
    local lines = {}
    for i, key in ipairs { ... } do
      lines[i] = ("body.%s = pm.environment.get('%s');"):format(key:match "^%w+_%w+", key)
    end
    return { { listen = "prerequest", script = { exec = lines } } }
  end

  it("is offered from one place, the most complete one", function()
    local function chosen(collection_script, folder_script)
      local catalog, report = import({ { name = "F", event = folder_script, item = { item("a", "{{base}}/a") } } },
        { event = collection_script })
      return catalog.auth, report
    end
    local auth, report = chosen(script "client_id", script("client_id_f", "client_secret_f"))
    assert.same({ place = "F", client_id_variable = "client_id_f", client_secret_variable = "client_secret_f" }, auth)
    has_entry(report, "scripts", '(collection): the client id is taken from the variable "client_id"')
    auth = chosen(script("client_id_c", "client_secret_c"), script("client_id_f", "client_secret_f"))
    assert.equal("(collection)", auth.place)
    assert.equal("client_id_c", auth.client_id_variable)
  end)

  it("of a block is told where the block stands, and once", function()
    local block = { type = "oauth2", oauth2 = { accessTokenUrl = "https://a.example/oauth2/token" } }
    local repeated = { type = "oauth2", oauth2 = block.oauth2, isInherited = true }
    local _, report = import({ { name = "F", auth = repeated, item = {
      item("a", { url = "{{base}}/a", auth = repeated }), item("b", "{{base}}/b"),
    } } }, { auth = block })
    assert.equal(1, #report.scripts)
    assert.equal("(collection)", report.scripts[1].place)
  end)

  it("is offered as a script has it, with its place and without a secret", function()
    local catalog, report = import({ item("a", "{{base}}/a") }, { event = { { listen = "prerequest", script = { exec = {
      'pm.sendRequest({ url: "https://t.b2clogin.com/t.onmicrosoft.com/p/oauth2/v2.0/token", method: "POST",',
      'body: { mode: "urlencoded", urlencoded: [{ key: "client_id", value: pm.environment.get("clientKey") },',
      '{ key: "client_secret", value: pm.environment.get("clientSecret") },',
      '{ key: "scope", value: "https://t.onmicrosoft.com/api/.default" }] } }, done);',
    } } } } })
    assert.same({
      token_url = "https://t.b2clogin.com/t.onmicrosoft.com/p/oauth2/v2.0/token", place = "(collection)",
      scope = "https://t.onmicrosoft.com/api/.default", client_id_variable = "clientKey",
      client_secret_variable = "clientSecret",
    }, catalog.auth)
    assert.equal(4, #report.scripts)
    has_entry(report, "scripts", "(collection): token URL https://t.b2clogin.com")
    has_entry(report, "scripts", '"clientKey"')
  end)

  it("is offered by a token request, which is public itself", function()
    local catalog, report = import { item("a", "{{base}}/a"), { name = "Auth", item = { item("Get token", {
      method = "POST", url = "https://login.example/oauth2/v2.0/token", body = { mode = "urlencoded", urlencoded = {
        { key = "grant_type", value = "client_credentials" }, { key = "client_id", value = "{{id}}" },
        { key = "client_secret", value = "{{secret}}" },
      } },
    }) } } }
    assert.equal("https://login.example/oauth2/v2.0/token", catalog.auth.token_url)
    assert.is_true(catalog.resources.auth.operations.get_token.public)
    has_entry(report, "scripts", "Auth / Get token")
  end)
end)

describe("the report", function()
  it("has every list, empty ones as lists", function()
    local _, report = import { item("a", "{{base}}/a") }
    local text = json.encode(report)
    for _, list in ipairs { "refused", "renamed", "scripts", "warnings" } do
      assert.truthy(text:find('"' .. list .. '":[]', 1, true), text)
    end
    assert.equal(1, report.operations)
  end)

  it("keeps to one line, whatever a name holds", function()
    local _, report = import {
      { name = "a\nb" .. ("x"):rep(500), item = { { name = "c\0d" } } }, item("a", "{{base}}/a"),
    }
    assert.truthy(report.refused[1].place:find "^a b")
    assert.is_nil(report.refused[1].place:find "%c")
    assert.is_true(#report.refused[1].place <= 300)
  end)
end)

describe("odd types", function()
  it("anywhere in a collection do no harm", function()
    local values = { 7, true, "x", {}, { {} }, { 1, "a" }, { key = 1 } }
    for _, value in ipairs(values) do
      for _, key in ipairs { "url", "method", "header", "body", "auth", "description", "urlObject" } do
        local request = get "{{base}}/x"
        request[key] = value
        import { item("it", request), item("other", "{{base}}/y") }
      end
      for _, key in ipairs { "name", "event", "variable", "response", "description", "protocolProfileBehavior" } do
        local element = item("it", "{{base}}/x")
        element[key] = value
        import { element, { name = "F", item = { element }, [key] = value }, item("other", "{{base}}/y") }
      end
      import({ item("other", "{{base}}/y"), value }, { info = value, variable = value, auth = value, event = value })
      for _, key in ipairs { "host", "path", "query", "variable", "port", "protocol", "raw", "hash", "auth" } do
        local url = { host = { "{{base}}" }, path = { "x" } }
        url[key] = value
        import { item("it", { url = url }), item("other", "{{base}}/y") }
      end
    end
  end)
end)
