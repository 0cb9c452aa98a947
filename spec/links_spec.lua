-- Links to a next page: how they are read, made absolute, and followed only
-- where the client's token may go.

local links = require "clinone.paging.links"
local peer = require "spec.support.peer"

describe("a Link header", function()
  it("names the target of relation next", function()
    for header, target in pairs {
      ['<https://a.test/x?page=2>; rel="next"'] = "https://a.test/x?page=2",
      ["<?page=2>;rel=next"] = "?page=2",
      ['<a>; rel="prev", <b>; rel="next", <c>; rel="last"'] = "b",
      ['<a>; REL="NEXT"'] = "a",
      ['<a>; rel="last next"'] = "a",
      ['<a>; title="one, two; rel=\\"next\\""; rel="last", <b?x=1,2;y>; title="x" ; rel = "next"'] = "b?x=1,2;y",
      ['<a>; rel="prev"; rel="next", <b>; rel="next"'] = "b",
      ['<a>; rel="next"; anchor="#other", <b>; rel="next"'] = "b",
      ['  , <a>;;rel="x" , <b>; type=text/html; rel="next"'] = "b",
      ["<>; rel=next"] = "",
    } do
      assert.equal(target, links.from_header(header), header)
    end
  end)

  it("without one names none, whatever it holds", function()
    assert.is_nil(links.from_header(nil))
    for _, header in ipairs {
      "", "next", "<a", '<a>; rel="nextpage"', '<a>; rel="prev"', '<a>; title="rel=next"', "<a>", ",,,", "<a>,<b>",
      '<a>; rel="next', "<a>; rel", "<a>; =next", '<a> rel="next"', ("<a>; x,"):rep(50000), ("<"):rep(50000),
    } do
      assert.is_nil(links.from_header(header), header)
    end
  end)
end)

describe("a relative link", function()
  it("is made absolute as RFC 3986 says", function()
    local page = "https://a.test:8443/v1/things/list?page=1&x=/y"
    for reference, absolute in pairs {
      ["https://b.test/x"] = "https://b.test/x", ["//b.test/x"] = "https://b.test/x",
      ["/v2/x?p=2"] = "https://a.test:8443/v2/x?p=2", ["?p=2"] = "https://a.test:8443/v1/things/list?p=2",
      ["more?p=2#top"] = "https://a.test:8443/v1/things/more?p=2", ["./more"] = "https://a.test:8443/v1/things/more",
      ["../x?a=/../b"] = "https://a.test:8443/v1/x?a=/../b", ["../../../../x"] = "https://a.test:8443/x",
      ["/a/./b/../c/"] = "https://a.test:8443/a/c/", [".."] = "https://a.test:8443/v1/",
    } do
      assert.equal(absolute, links.absolute(reference, page), reference)
    end
    assert.equal("https://a.test/x", links.absolute("x", "https://a.test"))
    assert.equal("https://a.test?p=2", links.absolute("?p=2", "https://a.test"))
  end)
end)

describe("the place of a link", function()
  local operation = { name = "things.list" }

  it("is path and query under base_url, the query exactly as given", function()
    local base = "https://a.test/v1"
    for link, target in pairs {
      ["https://a.test/v1/things?page=2&x=%2F%20+&y=a,b"] = "/things?page=2&x=%2F%20+&y=a,b",
      ["HTTPS://A.test:443/v1/things"] = "/things", ["https://a.test/v1?p=2"] = "?p=2", ["https://a.test/v1"] = "",
    } do
      assert.equal(target, links.target(operation, link, base))
    end
    assert.equal("/x?p=1", links.target(operation, "https://a.test/x?p=1", "https://a.test"))
  end)

  it("elsewhere is refused, and the link's values are not repeated", function()
    for link, part in pairs {
      ["https://b.test/v1/x?patient=secret"] = "leads to another place than base_url (https://b.test:443); it is not",
      ["http://a.test/v1/x?patient=secret"] = "(http://a.test:80)",
      ["https://a.test:8443/v1/x?patient=secret"] = "(https://a.test:8443)",
      ["https://[::1]/v1/x?patient=secret"] = "(https://[::1]:443)",
      ["https://a.test@b.test/v1/x?patient=secret"] = "another place",
      ["https://secret@a.test/v1/x"] = "another place",
      ["https://a.test/v2/x?patient=secret"] = "leads out of base_url's path, /v1",
      ["https://a.test/v1secret/x"] = "leads out of", ["https://a.test/?patient=secret"] = "leads out of",
      ["https://a.test/v1/../secret"] = "has a bad path", ["https://a.test/v1/%2e%2e/secret"] = "has a bad path",
      ["javascript:secret"] = "no URL that can be asked",
      ["https://a.test/v1/x?secret=a b"] = "no URL that can be asked",
      ["https://a.test\\@b.test/secret"] = "no URL that can be asked",
    } do
      local target, err = links.target(operation, link, "https://a.test/v1")
      assert.is_nil(target, link)
      assert.same({ "validation", "not_sent", "things.list" }, { err.kind, err.outcome, err.operation })
      assert.truthy(err.message:find(part, 1, true), err.message)
      assert.is_nil(tostring(err):find("secret", 1, true), tostring(err))
    end
  end)
end)

describe("a client", function()
  local there

  setup(function() there = peer.start() end)
  teardown(function() there:stop() end)
  before_each(function() there:forget() end)
  after_each(function() there:close_clients() end)

  local function client(paging, more)
    paging.style = "link"
    local list = { method = "GET", path = "/records", paging = paging, params = {
      of = { ["in"] = "query" }, to = { ["in"] = "query" }, field = { ["in"] = "query" }, prefix = { ["in"] = "query" },
      x = { ["in"] = "query", default = "a b" }, tenant = { ["in"] = "header", name = "X-Tenant", default = "t" },
      studyIdentifier = { ["in"] = { "query", "header" }, name = "X-Study" },
    } }
    for name, value in pairs(more or {}) do list[name] = value end
    return there:client { base_url = there.urls.tls .. "/pages",
      catalog = { catalog = 1, inferred = true, resources = { things = { operations = { list = list } } } } }
  end

  local function seen(iterator)
    local list = {}
    for record in iterator do list[#list + 1] = record.n end
    return list
  end

  it("follows them with token and headers, path and query as they came", function()
    for _, case in ipairs {
      { {}, {} }, { { next = "next" }, { field = "1" } }, { {}, { prefix = there.urls.tls .. "/pages/records" } },
      { {}, { prefix = "/pages/records" } },
    } do
      there:forget()
      case[2].of = 3
      local api = client(case[1])
      assert.same({ 1, 2, 3 }, seen(api:study("S-1").things:each(case[2])))
      local requests = there:requests()
      assert.equal(3, #requests)
      for i, request in ipairs(requests) do
        local number = i > 1 and tostring(i) or nil
        assert.same({ "/pages/records", "Bearer made-up-token", "t", "S-1", "S-1", "a b", number },
          { request.path, request.headers.authorization, request.headers["x-tenant"], request.headers["x-study"],
            request.args["X-Study"], request.args.x, request.args.page })
      end
    end
  end)

  it("goes on from one in another run", function()
    local api = client {}
    local page = api.things:pages({ of = 3 }):next()
    assert.equal("string", type(page.next))
    assert.same({ 2, 3 }, seen(client({}).things:each({ of = 3 }, { from = page.next })))
    -- What another API's page held is not followed.
    local elsewhere = page.next:gsub("%d+/pages", "1/pages")
    local value, err = api.things:each(nil, { from = elsewhere }):next()
    assert.is_nil(value)
    assert.equal("validation", err.kind)
  end)

  it("never follows one to another host, and never ends in silence there", function()
    local api = client {}
    local target = there.urls.other .. "/pages/records?patient=made-up"
    local iterator = api.things:each { of = 2, to = target }
    assert.same({ 1, 2 }, { iterator:next().n, iterator:next().n })
    for _ = 1, 2 do
      local value, err = iterator:next()
      assert.is_nil(value)
      assert.same({ "validation", "not_sent" }, { err.kind, err.outcome })
      assert.truthy(err.message:find("leads to another place than base_url", 1, true))
      assert.is_nil(tostring(err):find("made-up", 1, true))
    end
    assert.equal(2, #there:requests())
    local ok, message = pcall(seen, api.things:each { of = 1, to = target })
    assert.is_false(ok)
    assert.truthy(message:find("leads to another place", 1, true))
  end)

  it("lists at a POST keep their body", function()
    local api = client({}, { method = "POST", params = {
      of = { ["in"] = "query" }, studyIdentifier = { ["in"] = "body", type = "string", nested = { "filter" } },
    } })
    local params = { of = 2, filter = { status = "open" }, more = 1 }
    assert.same({ 1, 2 }, seen(api:study("S-1").things:each(params)))
    local first, second = there:requests()[1], there:requests()[2]
    assert.same({ "POST", first.body }, { second.method, second.body })
    assert.truthy(first.body:find('"studyIdentifier":"S-1"', 1, true), first.body)
    assert.same({ of = 2, filter = { status = "open" }, more = 1 }, params)
  end)
end)
