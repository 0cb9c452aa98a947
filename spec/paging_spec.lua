-- The styles of paging, against made-up servers: where each begins, ends,
-- goes on in another run, and what it never does: end in silence, or never.

local clinone = require "clinone"
local native = require "clinone.native"
local pages = require "clinone.pages"
local records = require "clinone.paging.records"

local function operation(paging)
  return { name = "things.list", paging = paging }
end

local function collect(iterator)
  local seen = {}
  for value in iterator do seen[#seen + 1] = value end
  return seen
end

local function numbers(count)
  local list = {}
  for i = 1, count do list[i] = i end
  return list
end

-- Records 1..count in pages of `size`, by the first record's place from 0.
local function slice(at, size, count)
  local list = clinone.array()
  for i = at + 1, math.min(at + size, count) do list[#list + 1] = i end
  return list
end

-- Goes on after each page in a run of its own.
local function collect_in_runs(call, paging, params)
  local seen, from, runs = {}, nil, 0
  repeat
    local page = pages.pages(call, operation(paging), params, from):next()
    for _, value in ipairs(page or {}) do seen[#seen + 1] = value end
    from, runs = page and page.next, runs + 1
    assert(runs < 50)
  until not from
  return seen
end

local function fails(part, iterator, kind)
  local value, err
  for _ = 1, 50 do
    value, err = iterator:next()
    if value == nil then break end
  end
  assert.is_nil(value)
  assert.equal(kind or "json", err and err.kind)
  assert.truthy(tostring(err):find(part, 1, true), tostring(err))
  return err
end

describe("pages by number", function()
  local function server(first, extra)
    local asked = {}
    return function(params)
      asked[#asked + 1] = params.page
      local value = { items = slice((params.page - first) * 3, 3, 10) }
      for name, make in pairs(extra or {}) do value[name] = make end
      return value, {}
    end, asked
  end

  it("count from 0 or from 1, and end at the total, the last page or an empty one", function()
    for _, first in ipairs { 0, 1 } do
      for extra, calls in pairs {
        [{}] = 5, [{ total = 10 }] = 4, [{ total = "10" }] = 4, [{ pages = 4 }] = 4, [{ pages = "4" }] = 4,
        -- What is no total of this list is not believed.
        [{ total = 4 }] = 5, [{ total = -1, pages = 0 }] = 5, [{ total = "ten" }] = 5,
      } do
        local paging = {
          style = "page", page = "page", first = first, items = "items", total = "total", pages = "pages",
        }
        local call, asked = server(first, extra)
        assert.same(numbers(10), collect(pages.each(call, operation(paging))))
        assert.same({ first, calls }, { asked[1], #asked })
        assert.same(numbers(10), collect_in_runs(call, paging))
      end
    end
  end)

  it("start where the script says", function()
    local paging = { page = "page", items = "items", pages = "meta.pages" }
    local call, asked = server(1, { meta = { pages = 4 } })
    assert.same({ 7, 8, 9, 10 }, collect(pages.each(call, operation(paging), { page = "3" })))
    assert.same({ 3, 4 }, asked)
    assert.has_error(function() pages.pages(call, operation(paging), { page = "x" }) end, "page must be an integer")
  end)

  -- A server that does not know `page` gives the first one for ever.
  it("that are the same again and again are an error", function()
    local body = '[{"n":1},{"n":2}]'
    local function call() return native.json.decode(body), { body = body } end
    fails("the server gives the same page again and again", pages.each(call, operation { page = "page" }))
    fails("same page", pages.each(call, operation { style = "offset", offset = "skip" }))
  end)

  -- With a total that was never hit they came for ever; with a number of pages
  -- the first one came that often, and the others never.
  it("regression: that are the same again are an error beside a count, too", function()
    local function server_of(body)
      return function() return native.json.decode(body), { body = body } end
    end
    local paging = { page = "page", items = "items", total = "total", pages = "pages" }
    for _, count in ipairs { '"total":5', '"pages":3' } do
      fails("same page", pages.each(server_of(('{"items":[{"id":1},{"id":2}],%s}'):format(count)), operation(paging)))
    end
    fails("same page", pages.each(server_of '{"items":[{"n":1},{"n":2}],"total":5}', operation(paging)))
    -- Rows without an id may be alike.
    local alike = { { n = 1 }, { n = 1 }, { n = 1 }, { n = 1 } }
    assert.same(alike, collect(pages.each(server_of '{"items":[{"n":1},{"n":1}],"total":4}', operation(paging))))
    assert.same(alike, collect(pages.each(server_of '{"items":[{"n":1},{"n":1}],"pages":2}', operation(paging))))
  end)

  it("regression: take a page size as a text or a float, and go on with it", function()
    local paging = { page = "page", size = "size", items = "items" }
    for _, size in ipairs { 3, "3", 9 / 3 } do
      local call = server(1)
      assert.same(numbers(10), collect_in_runs(call, paging, { size = size }))
      assert.equal("2:3:3", pages.pages(call, operation(paging), { size = size }):next().next)
    end
  end)
end)

describe("pages by offset", function()
  local paging = { style = "offset", offset = "skip", size = "take", items = "d.results", total = "d.count" }

  local function server(count, cap)
    local asked = {}
    return function(params)
      asked[#asked + 1] = params.skip .. "+" .. (params.take or "")
      return { d = { results = slice(params.skip, math.min(params.take or cap, cap), 10), count = count } }, {}
    end, asked
  end

  it("go on by what came, not by what was asked for", function()
    local call, asked = server(10, 4)
    assert.same(numbers(10), collect(pages.each(call, operation(paging), { take = 1000 })))
    assert.same({ "0+1000", "4+1000", "8+1000" }, asked)
    call, asked = server(nil, 5)
    assert.same(numbers(10), collect(pages.each(call, operation(paging))))
    assert.same({ "0+", "5+", "10+" }, asked)
  end)

  it("start and go on anywhere", function()
    local call, asked = server("10", 4)
    assert.same({ 9, 10 }, collect(pages.each(call, operation(paging), { skip = 8 })))
    assert.same({ "8+" }, asked)
    assert.same(numbers(10), collect_in_runs(call, paging, { take = 3 }))
    local page = pages.pages(call, operation(paging), { take = 3 }):next()
    assert.has_error(function() pages.pages(call, operation(paging), { take = 4 }, page.next) end,
      "`from` goes on with take = 3")
  end)
end)

describe("pages by cursor", function()
  local paging = { style = "cursor", cursor = "after", next = "meta.next", more = "meta.more", size = "limit" }

  -- `cursors`: from the one that is asked for ("" first) to the next.
  local function server(cursors, more)
    local asked, n = {}, 0
    return function(params)
      asked[#asked + 1] = params.after or ""
      n = n + 1
      return { data = clinone.array { n }, meta = { next = cursors[params.after or ""], more = more } }, {}
    end, asked
  end

  it("follow the answers until there is none", function()
    for _, ending in ipairs { "", clinone.null, false } do
      local call, asked = server { [""] = "a:b", ["a:b"] = 17, ["17"] = ending }
      assert.same({ 1, 2, 3 }, collect(pages.each(call, operation(paging))))
      assert.same({ "", "a:b", "17" }, asked)
    end
    assert.same({ 1, 2, 3 }, collect_in_runs(server { [""] = "a:b", ["a:b"] = "17" }, paging, { limit = 2 }))
    local call, asked = server { [""] = "a", a = "b" }
    assert.same({ 1, 2 }, collect(pages.each(call, operation(paging), { after = "a" })))
    assert.same({ "a", "b" }, asked)
    assert.same({ 1 }, collect(pages.each(server({ [""] = "a" }, false), operation(paging))))
  end)

  it("do not end at an empty page", function()
    local step = 0
    local function call()
      step = step + 1
      local data = clinone.array { step == 3 and "last" or nil }
      return { data = data, meta = { next = step < 3 and "c" .. step or nil } }, {}
    end
    assert.same({ "last" }, collect(pages.each(call, operation(paging))))
  end)

  it("that repeat are an error, not an endless list", function()
    fails("would never end", pages.each(server { [""] = "a", a = "a" }, operation(paging)))
    fails("would never end", pages.each(server { [""] = "a", a = "b", b = "c", c = "a" }, operation(paging)))
    fails("would never end", pages.each(server { a = "a" }, operation(paging), { after = "a" }))
  end)

  -- Rounded, it was the cursor of another place in the list.
  it("regression: that are numbers keep every digit", function()
    local answers = { [""] = "9007199254740993", ["9007199254740993"] = "1699999999.123" }
    local asked = {}
    local function call(params)
      asked[#asked + 1] = params.after or ""
      return native.json.decode(('{"data":[1],"meta":{"next":%s}}'):format(answers[params.after or ""] or "null")), {}
    end
    collect(pages.each(call, operation(paging)))
    assert.same({ "", "9007199254740993", "1699999999.123" }, asked)
  end)

  it("without a cursor where there is more are an error", function()
    fails('there is more, and gives no "meta.next"', pages.each(server({ [""] = "a" }, true), operation(paging)))
  end)

  -- An imported list may have a cursor and no saved answer: the field that
  -- holds the next one is then guessed, and a wrong guess must not end the list.
  it("with a guessed name do not end at a full page that lacks it", function()
    local guessed = { style = "cursor", cursor = "after", next = "next", size = "limit", guess = true }
    local function call() return { data = { 1, 2 }, cursor = "elsewhere" }, {} end
    fails('has no "next", and that name is only guessed', pages.each(call, operation(guessed)))
    fails("only guessed", pages.each(call, operation(guessed), { limit = 2 }))
    fails("only guessed", pages.each(call, operation(guessed), { limit = "2" }))
    assert.same({ 1, 2 }, collect(pages.each(call, operation(guessed), { limit = 3 })))
    local function none() return { data = clinone.array {} }, {} end
    assert.same({}, collect(pages.each(none, operation(guessed))))
  end)

  it("keep the page size in another run", function()
    local sizes = {}
    local function call(params)
      sizes[#sizes + 1] = params.limit
      return { data = { 1 }, meta = { next = params.after == nil and "x" or nil } }, {}
    end
    local page = pages.pages(call, operation(paging), { limit = 5 }):next()
    assert.equal("cursor:5:x", page.next)
    collect(pages.each(call, operation(paging), nil, page.next))
    assert.same({ 5, "5" }, { sizes[1], tostring(sizes[2]) })
    for _, from in ipairs { "1:2:3", "cursor:5:", "cursor:x", "link:x" } do
      assert.has_error(function() pages.pages(call, operation(paging), nil, from) end,
        "`from` is not what a page's `next` held")
    end
  end)
end)

describe("pages by link", function()
  local function server(field, list)
    local asked, at = {}, 0
    return function(_, link)
      at = at + 1
      asked[at] = link or "first"
      local url = link or "https://a.test/v1/things?page=1"
      return { value = { at }, next = field and list[at] or nil },
        { headers = { link = not field and list[at] or nil } }, url
    end, asked
  end

  it("take the field, or the header, absolute or relative", function()
    local absolute = "https://a.test/v1/things?page=2"
    for _, reference in ipairs {
      absolute, "/v1/things?page=2", "?page=2", "things?page=2", "//a.test/v1/things?page=2",
    } do
      local call, asked = server(true, { reference })
      assert.same({ 1, 2 }, collect(pages.each(call, operation { style = "link", next = "next" })))
      assert.same({ "first", absolute }, asked)
      call, asked = server(false, { ('<%s>; rel="next"'):format(reference) })
      assert.same({ 1, 2 }, collect(pages.each(call, operation { style = "link" })))
      assert.same({ "first", absolute }, asked)
    end
    local call = server(true, { { href = absolute } }) -- HAL
    assert.same({ 1, 2 }, collect(pages.each(call, operation { style = "link", next = "next" })))
  end)

  it("go on in another run", function()
    local list = { "?page=2", "?page=3" }
    local call, asked = server(true, list)
    assert.same({ 1, 2, 3 }, collect_in_runs(call, { style = "link", next = "next" }))
    assert.same({ "first", "https://a.test/v1/things?page=2", "https://a.test/v1/things?page=3" }, asked)
  end)

  it("that lead back are an error", function()
    fails("would never end", pages.each(server(true, { "?page=1" }), operation { style = "link", next = "next" }))
    local call = server(true, { "?page=2", "?page=3", "?page=2", "?page=3", "?page=2", "?page=3" })
    fails("would never end", pages.each(call, operation { style = "link", next = "next" }))
  end)
end)

describe("the records of an answer", function()
  local function found(text, items)
    return native.json.encode(records.find(native.json.decode(text), items) or clinone.null)
  end

  it("stand where the catalog says, in the usual places, or in the only list", function()
    for text, list in pairs {
      ["[1]"] = "[1]", ["[]"] = "[]", ['{"items":[1],"data":[2]}'] = "[1]", ['{"data":[2],"results":[3]}'] = "[2]",
      ['{"results":[]}'] = "[]", ['{"value":[4],"x":[5]}'] = "[4]", ['{"records":[6]}'] = "[6]",
      ['{"entries":[7]}'] = "[7]", ['{"content":[8]}'] = "[8]", ['{"patients":[9],"total":1}'] = "[9]",
      ['{"data":{"x":1},"patients":[]}'] = "[]", ['{"a":[1],"b":[2]}'] = "null", ['{"data":{"items":[1]}}'] = "null",
      ["{}"] = "null", ['"x"'] = "null", ['{"total":0}'] = "null",
    } do
      assert.equal(list, found(text), text)
    end
    assert.equal("[1]", found('{"a":{"b":[1]}}', "a.b"))
    assert.equal("[2]", found('{"a.b":[2],"a":{"b":[1]}}', "a.b"))
    assert.equal("null", found('{"items":[1]}', "a.b"))
    assert.equal("null", found('{"a":null}', "a"))
    -- It was a list without records, and all of them were lost in silence.
    assert.equal("null", found('{"a":{"items":[1]}}', "a"))
    assert.equal("{}", found('{"a":{}}', "a"))
  end)

  it("an answer without a body is an empty page", function()
    local function call(params) return params.page == 1 and { 1 } or true, { status = 204, body = "" } end
    assert.same({ 1 }, collect(pages.each(call, operation { page = "page" })))
  end)
end)

describe("a catalog's paging", function()
  it("of an unknown style raises", function()
    assert.has_error(function() pages.pages(function() end, operation { style = "curser" }) end,
      'the catalog\'s operation things.list has pages of the unknown style curser (did you mean "cursor"?)')
    assert.has_error(function() pages.pages(function() end, operation { style = "cursor", cursor = "c" }) end,
      'the catalog\'s operation things.list has pages without "next"')
  end)
end)
