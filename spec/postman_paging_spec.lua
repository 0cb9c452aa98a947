-- Paging, recognised from parameters and saved answers: beyond doubt, or not.

local native = require "clinone.native"
local paging = require "clinone.postman.paging"

local function recognise(names, bodies, more)
  local operation = { method = "GET", name = "Patients", params = {}, examples = {} }
  for name in names:gmatch "%S+" do operation.params[name] = { ["in"] = "query", type = "string" } end
  for i, body in ipairs(bodies or {}) do
    operation.examples[i] = type(body) == "table" and body or { status = 200, body = body }
  end
  for key, value in pairs(more or {}) do operation[key] = value end
  return paging.recognise(operation)
end

describe("paging by parameters", function()
  it("knows pages", function()
    assert.same({ style = "page", page = "page", size = "pageSize" }, recognise "page pageSize q")
    assert.same({ style = "page", page = "Page_Number", size = "per-page" }, recognise "Page_Number per-page")
    assert.same({ style = "page", page = "page[number]", size = "page[size]" }, recognise "page[number] page[size]")
    assert.same({ style = "page", page = "page", size = "limit" }, recognise "page limit offset")
    assert.same({ style = "page", page = "page" }, recognise "page")
  end)

  it("knows offsets", function()
    assert.same({ style = "offset", offset = "offset", size = "limit" }, recognise "offset limit")
    assert.same({ style = "offset", offset = "skip", size = "take" }, recognise "skip take")
    assert.same({ style = "offset", offset = "$skip", size = "$top" }, recognise "$skip $top")
  end)

  it("knows cursors by custom, and says that it guesses", function()
    assert.same({ style = "cursor", cursor = "pageToken", size = "limit", next = "nextPageToken", guess = true },
      recognise "pageToken limit")
  end)

  it("is in no doubt", function()
    for _, names in ipairs { "limit", "pageSize", "", "after limit", "cursor", "from to", "count" } do
      assert.is_nil(recognise(names), names)
    end
    assert.is_nil(recognise("page pageSize", nil, { method = "DELETE" }))
    assert.is_nil(recognise("page pageSize", nil, { method = "POST" }))
    assert.is_nil(recognise("page pageSize", { '{"id":1}' }))
    assert.is_nil(recognise("", nil, { params = { page = { ["in"] = "path", type = "string" } } }))
    assert.is_nil(recognise("", nil, { params = { page = { ["in"] = "query", type = "object" } } }))
    assert.is_nil(recognise("", nil, { params = { page = { ["in"] = "query", type = "string", example = "iv" } } }))
    assert.is_nil(paging.recognise { method = "GET" })
  end)

  it("knows a search that is posted", function()
    local found = recognise("", nil, { method = "POST", name = "Search patients", params = {
      page = { ["in"] = "body", type = "integer" }, pageSize = { ["in"] = "body", type = "integer" } } })
    assert.same({ style = "page", page = "page", size = "pageSize" }, found)
  end)

  it("counts pages from 0 where an example does", function()
    local params = { page = { ["in"] = "query", type = "integer", example = "0" } }
    assert.equal(0, recognise("", nil, { params = params }).first)
    assert.equal(0, recognise("page", { { status = 200, query = { page = "0" } } }).first)
    assert.equal(0, recognise("page", { '{"content":[],"number":0,"totalElements":0}' }).first)
    assert.equal(0, recognise("page", { '{"items":[],"meta":{"pageIndex":0}}' }).first)
    assert.is_nil(recognise("page", { '{"items":[{"page":0}],"number":0}' }).first)
  end)
end)

describe("paging by answers", function()
  it("finds the records", function()
    for body, items in pairs {
      ['{"items":[]}'] = "items", ['{"patients":[],"page":1}'] = "patients", ['{"links":[],"data":[]}'] = "data",
      ['{"data":{"items":[],"x":[]}}'] = "data.items", ['{"data":{"patients":[]}}'] = "data.patients",
      ['{"_embedded":{"patients":[]}}'] = "_embedded.patients", ['{"patients":[{{x}}, 1,]}'] = "patients",
    } do
      assert.equal(items, recognise("page", { body }).items, body)
    end
    assert.same({ style = "page", page = "page" }, recognise("page", { "[1]" }))
    assert.same({ style = "page", page = "page" }, recognise("page", { { status = 404, body = '{"error":1}' } }))
    assert.is_nil(recognise("page", { '{"a":[],"b":[]}' }))
    assert.equal("items", recognise("page", { '{"id":1}', '{"items":[1]}' }).items)
  end)

  it("finds their number, if it is theirs", function()
    local function total(body) return recognise("page", { body }).total end
    assert.equal("total", total '{"items":[1],"total":3}')
    assert.equal("meta.totalCount", total '{"items":[1],"meta":{"totalCount":1}}')
    assert.equal("@odata.count", total '{"value":[1],"@odata.count":10}')
    assert.equal("count", total '{"items":[1],"count":3}')
    assert.is_nil(total '{"items":[1],"count":1}') -- perhaps the page's own
    assert.is_nil(total '{"items":[1,2],"total":1}')
    assert.is_nil(total '{"items":[1],"total":"3 of 4"}')
    assert.same({ style = "page", page = "page", items = "items", pages = "totalPages" },
      recognise("page", { '{"items":[],"totalPages":3}' }))
  end)

  it("finds cursors", function()
    assert.same({ style = "cursor", cursor = "cursor", size = "limit", items = "data", next = "next_cursor",
      more = "has_more" }, recognise("cursor limit", { '{"data":[],"next_cursor":null,"has_more":false}' }))
    assert.same({ style = "cursor", cursor = "after", items = "data", next = "paging.cursors.after" },
      recognise("after", { '{"data":[1],"paging":{"cursors":{"after":"x","before":"y"}}}' }))
    assert.is_nil(recognise("cursor limit", { "[1]" }))
    assert.is_nil(recognise("after", { '{"data":[1],"date":"x"}' }))
  end)

  it("finds links", function()
    for body, wanted in pairs {
      ['{"value":[1],"@odata.nextLink":"https://x/y"}'] = { items = "value", next = "@odata.nextLink" },
      ['{"data":[1],"links":{"next":"/x?page=2"}}'] = { items = "data", next = "links.next" },
      ['{"_embedded":{"p":[]},"_links":{"next":{"href":"https://x/y"}}}'] = {
        items = "_embedded.p", next = "_links.next.href" },
      ['{"count":1,"next":null,"previous":null,"results":[1]}'] = { items = "results", next = "next" },
    } do
      wanted.style = "link"
      assert.same(wanted, recognise("q", { body }), body)
    end
    local function link(value)
      return recognise("q", { { status = 200, body = "[1]", headers = { Link = value } } })
    end
    assert.same({ style = "link" }, link '<https://x/y>; rel="next"')
    assert.same({ style = "link" }, link '<https://x/y>; rel="last", <https://x/z>; rel=next')
    assert.is_nil(link '<https://x/y>; rel="last"')
    assert.is_nil(recognise("q", { '{"data":[1],"next":null}' }))
    assert.equal("page", recognise("page", { '{"results":[1],"next":"https://x/y"}' }).style)
  end)

  it("survives any body", function()
    for _, body in ipairs { "", "{", "[", "null", '{"items":null}', '{"items":{"items":{}}}', '{"":[]}', '{"a.b":[1]}',
      ("["):rep(100), '{"total":99999999999999999999,"items":[]}', native.null, 7, {} } do
      assert.has_no.errors(function() recognise("page", { { status = 200, body = body } }) end)
    end
  end)
end)
