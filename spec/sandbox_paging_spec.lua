-- Lists in pages, in every style that a catalog can name, as the bare wire and
-- through the client's `each`.

local cjson = require "cjson"
local clinone = require "clinone"
local sandbox = require "spec.support.sandbox"
local world = require "spec.support.world"

local function resource(name, paging, params, example)
  return ([["%s":{"group":"%s","operations":{
    "create":{"method":"POST","path":"/%s","params":{"n":{"in":"body"}}},
    "get":{"method":"GET","path":"/%s/{id}","params":{"id":{"in":"path","required":true}}},
    "list":{"method":"GET","path":"/%s"%s,"params":{%s}%s}}}]]):format(name, name, name, name, name,
    paging and ',"paging":{' .. paging .. "}" or "", params, example and ',"examples":[' .. example .. "]" or "")
end

local function query(...)
  local out = {}
  for i, name in ipairs { ... } do out[i] = ('"%s":{"in":"query"}'):format(name) end
  return table.concat(out, ",")
end

local CATALOG = [[{"catalog":1,"title":"Pages","inferred":true,"resources":{]] .. table.concat({
  resource("page", '"style":"page","page":"pageNumber","size":"pageSize","items":"data.rows"'
    .. ',"total":"meta.total","pages":"meta.pages"', query("pageNumber", "pageSize")),
  resource("zero", '"style":"page","page":"page","first":0,"size":"size","items":"items"', query("page", "size")),
  resource("bare", '"style":"page","page":"page","size":"per_page"', query("page", "per_page")),
  resource("offset", '"style":"offset","offset":"skip","size":"take","items":"items","total":"count"',
    query("skip", "take")),
  resource("cursor", '"style":"cursor","cursor":"after","next":"paging.next","more":"paging.more"'
    .. ',"size":"limit","items":"data"', query("after", "limit")),
  resource("link", '"style":"link","next":"_links.next","size":"limit","items":"data"', query("limit", "n")),
  resource("odata", '"style":"link","next":"@odata.nextLink","items":"value"', query "n"),
  resource("header", '"style":"link","size":"limit"', query("limit", "n")),
  resource("renamed", '"style":"page","page":"page","size":"size","items":"items"',
    '"page":{"in":"query","name":"page[number]"},"size":{"in":"query","name":"page[size]"}'),
  resource("all", nil, query "n"),
  resource("shown", nil, query "n", '{"status":200,"body":"{\\"ok\\":true,'
    .. '\\"result\\":{\\"things\\":[{\\"id\\":\\"a\\"}],\\"totalCount\\":1}}"}'),
  resource("listed", '"style":"page","page":"page","size":"size"', query("page", "size"),
    '{"status":200,"body":"{\\"things\\":[{\\"id\\":\\"a\\"}]}"}'),
}, ",") .. "}}"

describe("the sandbox's pages", function()
  local it_is, api

  setup(function()
    it_is = world.play(CATALOG)
    api = it_is:client { catalog = it_is.catalog }
    for name in pairs(it_is.catalog.resources) do
      for n = 1, 7 do clinone.check(api:call(name .. ".create", { n = n })) end
    end
  end)

  teardown(function()
    it_is:stop()
    sandbox.stop_all_but()
  end)

  local function ask(path)
    local answer = it_is:wire("GET", path)
    return cjson.decode(answer.body), answer
  end

  local function numbers(name, params)
    local seen = {}
    for record in api:each(name .. ".list", params) do seen[#seen + 1] = record.n end
    return table.concat(seen, " ")
  end

  it("are gone through by each, whatever their style", function()
    for name, params in pairs {
      page = { pageSize = 3 }, zero = { size = 3 }, bare = { per_page = 3 }, offset = { take = 3 },
      cursor = { limit = 3 }, link = { limit = 3 }, odata = {}, header = { limit = 3 },
      renamed = { size = 3 }, listed = { size = 3 },
    } do
      assert.equal("1 2 3 4 5 6 7", numbers(name, params), name)
    end
    assert.equal("6 7", numbers("offset", { skip = 5 }))
    assert.equal("4", numbers("link", { limit = 3, n = 4 }))
  end)

  it("have their fields where the catalog says", function()
    local page = ask "/page?pageNumber=3&pageSize=3"
    assert.same({ total = 7, pages = 3 }, page.meta)
    assert.equal(7, page.data.rows[1].n)
    page = ask "/zero?page=0&size=2"
    assert.same({ 0, 2, 1 }, { page.page, page.size, page.items[1].n })
    assert.equal(2, #ask "/bare?page=2&per_page=5")
    page = ask "/offset?skip=6&take=5"
    assert.same({ 7, 1 }, { page.count, #page.items })
    page = ask "/cursor?limit=6"
    assert.is_true(page.paging.more)
    page = ask("/cursor?limit=6&after=" .. page.paging.next)
    assert.same({ false, cjson.null, 7 }, { page.paging.more, page.paging.next, page.data[1].n })
    assert.equal(cjson.null, ask("/odata")["@odata.nextLink"])
    assert.equal(7, ask("/renamed?page[number]=4&page[size]=2").items[1].n)
  end)

  it("are linked by whole URLs that keep the query", function()
    local page = ask "/link?limit=3&extra=a%20b"
    local target = page._links.next:match("^" .. it_is.server.base_url:gsub("%p", "%%%0") .. "(/link%?.+)$")
    assert.truthy(target, page._links.next)
    assert.truthy(target:find("extra=a%20b", 1, true), target)
    assert.equal(4, ask(target).data[1].n)
    local _, answer = ask "/header?limit=3"
    assert.truthy(answer.headers.link:find('^<https://[^>]+>; rel="next"$'), answer.headers.link)
    _, answer = ask "/header?limit=7"
    assert.is_nil(answer.headers.link)
  end)

  it("come in the shape of the saved answer where the catalog says nothing", function()
    assert.equal(7, #ask "/all")
    local page = ask "/shown"
    assert.same({ 7, 7 }, { #page.result.things, page.result.totalCount })
    assert.equal(2, #ask("/listed?page=2&size=5").things)
    assert.equal(1, #ask "/all?n=4")
  end)

  it("refuse what is no page, and cap what is too large", function()
    for _, path in ipairs { "/page?pageNumber=0", "/page?pageNumber=x", "/zero?page=-1", "/page?pageSize=0",
      "/offset?skip=-1", "/offset?skip=1.5", "/cursor?after=3", "/link?page_token=x" } do
      local refused, answer = ask(path)
      assert.equal(400, answer.status, path)
      assert.equal("invalid_parameter", refused.error.code)
    end
    assert.equal(7, #ask("/page?pageSize=5000").data.rows)
    assert.equal(0, #ask("/page?pageNumber=9&pageSize=5").data.rows)
  end)
end)
