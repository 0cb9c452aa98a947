-- Lists page by page: against the sandbox, and against made-up servers that
-- count, cap and fail in their own ways.

local clinone = require "clinone"
local errors = require "clinone.error"
local pages = require "clinone.pages"
local process = require "spec.support.process"
local world = require "spec.support.world"

local PAGING = { page = "page", size = "pageSize", items = "items", total = "total" }

-- A server with records 1..count; `answer` may change each answer.
local function server(count, size, answer)
  local asked = {}
  local function call(params)
    asked[#asked + 1] = params
    local list = {}
    for i = (params.page - 1) * size + 1, math.min(params.page * size, count) do list[#list + 1] = i end
    local value = { items = list, total = count }
    if answer then return answer(value, #asked) end
    return value, {}
  end
  return call, asked
end

local function operation(paging)
  return { name = "things.list", paging = paging or PAGING }
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

describe("each", function()
  it("gives every record once, whatever the sizes", function()
    for _, case in ipairs { { 0, 5 }, { 1, 5 }, { 5, 5 }, { 6, 5 }, { 10, 5 }, { 11, 1 }, { 3, 100 } } do
      local call, asked = server(case[1], case[2])
      assert.same(numbers(case[1]), collect(pages.each(call, operation())))
      assert.equal(math.max(1, math.ceil(case[1] / case[2])), #asked)
    end
  end)

  it("loses nothing when the server caps the page size", function()
    local call, asked = server(25, 10)
    assert.same(numbers(25), collect(pages.each(call, operation(), { pageSize = 1000 })))
    assert.equal(1000, asked[3].pageSize)
  end)

  it("goes on to an empty page where the total is missing or no number", function()
    for _, total in ipairs { false, "x", {}, clinone.null } do
      local call, asked = server(10, 5, function(value)
        value.total = total or nil
        return value, {}
      end)
      assert.same(numbers(10), collect(pages.each(call, operation())))
      assert.equal(3, #asked)
    end
  end)

  it("reads a list that is the answer itself", function()
    local call = server(7, 3, function(value) return clinone.array(value.items), {} end)
    assert.same(numbers(7), collect(pages.each(call, operation { page = "page" })))
  end)

  it("skips no null and no false in a list", function()
    local function call(params)
      return { items = params.page == 1 and { 1, clinone.null, false, 2 } or {} }, {}
    end
    local iterator, seen = pages.each(call, operation()), {}
    for _ = 1, 4 do seen[#seen + 1] = iterator:next() end
    assert.same({ 1, clinone.null, false, 2 }, seen)
    assert.is_nil(iterator:next())
  end)

  it("leaves the parameters as they were", function()
    local params = { filter = "x" }
    local call, asked = server(3, 2)
    collect(pages.each(call, operation(), params))
    assert.same({ filter = "x" }, params)
    assert.same({ filter = "x", page = 2 }, asked[2])
  end)

  -- Pages of two different lists were put together.
  it("regression: reads the list that it was asked for, whatever becomes of the script's table", function()
    local params = { filter = "x" }
    local call, asked = server(5, 2)
    for _ in pages.each(call, operation(), params) do params.filter = "y" end
    assert.same({ "x", "x", "x" }, { asked[1].filter, asked[2].filter, asked[3].filter })
  end)

  it("starts at the page that is named", function()
    local call = server(12, 5)
    assert.same({ 6, 7, 8, 9, 10, 11, 12 }, collect(pages.each(call, operation(), { page = 2 })))
  end)
end)

describe("a failure", function()
  local function failing(from)
    return server(15, 5, function(value, asked)
      if asked == from then
        return nil, errors.new { kind = "http", status = 502, operation = "things.list", message = "made up" }
      end
      return value, {}
    end)
  end

  it("raises its whole line in a for", function()
    local seen = 0
    local ok, message = pcall(function()
      for _ in pages.each(failing(2), operation()) do seen = seen + 1 end
    end)
    assert.is_false(ok)
    assert.equal(5, seen)
    assert.truthy(message:find("clinone: things.list: made up [kind http, HTTP 502]", 1, true), message)
    assert.truthy(message:find("pages_spec.lua:%d+: "), message)
  end)

  it("is a value to next, which may be asked again", function()
    local iterator = pages.each(failing(2), operation())
    for i = 1, 5 do assert.equal(i, iterator:next()) end
    local value, err = iterator:next()
    assert.is_nil(value)
    assert.equal(502, err.status)
    assert.same({ 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 }, collect(iterator))
    assert.is_nil(iterator:next())
    assert.is_nil(select(2, iterator:next()))
  end)

  it("says that an answer has no list, and ends", function()
    for _, answer in ipairs { { things = {} }, "text", true, { items = 7 } } do
      local iterator = pages.each(function() return answer, { status = 200, request_id = "r" } end, operation())
      local value, err = iterator:next()
      assert.is_nil(value)
      assert.same({ "json", 'the answer has no list "items"', "things.list", 200 },
        { err.kind, err.message, err.operation, err.status })
      assert.truthy(err.hint:find("paging", 1, true))
      assert.is_nil(iterator:next())
    end
  end)

  it("wrong use raises", function()
    local call = server(1, 1)
    assert.has_error(function() pages.pages(call, { name = "things.get" }) end,
      "things.get is not a list that comes in pages, as far as the catalog knows: call it for its answer, "
      .. 'or say in catalog.overlay.json how its pages follow each other ("paging")')
    assert.has_error(function() pages.pages(call, operation(), "x") end,
      "things.list takes a table of parameters, not a string")
    for _, from in ipairs { "x", "1", "1:2", "1:2:3:4", 7, "-1:0:" } do
      assert.has_error(function() pages.pages(call, operation(), nil, from) end,
        "`from` is not what a page's `next` held")
    end
  end)
end)

describe("next of a page", function()
  it("is a plain string from which another run goes on exactly", function()
    for stop = 1, 5 do
      local call = server(13, 3)
      local seen, from = {}, nil
      local iterator = pages.pages(call, operation())
      for _ = 1, stop do
        local page = iterator:next()
        for _, value in ipairs(page) do seen[#seen + 1] = value end
        from = page.next
      end
      assert.equal(stop == 5 and "nil" or "string", type(from))
      if from then
        for page in pages.pages(call, operation(), nil, from) do
          for _, value in ipairs(page) do seen[#seen + 1] = value end
        end
      end
      assert.same(numbers(13), seen)
    end
  end)

  -- Another page size would have begun at another record.
  it("keeps the page size, and refuses another one", function()
    local call, asked = server(9, 3)
    local page = pages.pages(call, operation(), { pageSize = 3 }):next()
    assert.equal(4, pages.each(call, operation(), nil, page.next)())
    assert.equal(4, pages.each(call, operation(), { pageSize = 3 }, page.next)())
    assert.same({ 3, 3, 3 }, { asked[1].pageSize, asked[2].pageSize, asked[3].pageSize })
    assert.has_error(function() pages.pages(call, operation(), { pageSize = 4 }, page.next) end,
      "`from` goes on with pageSize = 3")
  end)
end)

describe("in the sandbox", function()
  local here, api, patients

  setup(function()
    here = world.start()
    api = here:client()
    patients = api:study("ONC-301"):site("1042").patients
    for i = 1, 23 do clinone.check(patients:create { screeningNumber = ("P-%02d"):format(i) }) end
  end)
  teardown(function() here:stop() end)
  before_each(function() here:control("DELETE", "/log") end)

  local function screening_numbers(iterator)
    local list = {}
    for patient in iterator do list[#list + 1] = patient.screeningNumber end
    return table.concat(list, " ")
  end

  local ALL = {}
  for i = 1, 23 do ALL[i] = ("P-%02d"):format(i) end
  ALL = table.concat(ALL, " ")

  it("each and pages walk a list, holding one page", function()
    for _, size in ipairs { 1, 7, 23, 100 } do
      here:control("DELETE", "/log")
      assert.equal(ALL, screening_numbers(patients:each { pageSize = size }))
      assert.equal(math.ceil(23 / size), #here:log "patients.list")
    end
    assert.equal(ALL, screening_numbers(patients:each()))
    local sizes = {}
    for page in api:pages("patients.list", { siteIdentifier = "1042", pageSize = 10 }) do sizes[#sizes + 1] = #page end
    assert.same({ 10, 10, 3 }, sizes)
    assert.is_nil(patients:each({ screeningNumber = "none" }):next())
  end)

  it("fetches a page only when it is needed", function()
    local iterator = patients:each { pageSize = 10 }
    assert.equal(0, #here:log())
    for _ = 1, 10 do iterator:next() end
    assert.equal(1, #here:log "patients.list")
  end)

  it("another process goes on from next", function()
    local page = patients:pages({ pageSize = 20 }):next()
    local result = process.run(([[
      local clinone = require "clinone"
      local api = clinone.check(clinone.new { catalog = "builtin" })
      local patients = api:study("ONC-301"):site("1042").patients
      for page in patients:pages({}, { from = %q }) do
        for _, patient in ipairs(page) do io.write(patient.screeningNumber, " ") end
      end
    ]]):format(page.next), { CLINONE_ENVIRONMENT = here.server.environment })
    assert.equal("", result.stderr)
    assert.equal("P-21 P-22 P-23 ", result.stdout)
  end)

  it("takes call options, and refuses what a call refuses", function()
    here:fault { operation = "patients.list", kind = "status", status = 502, count = 1 }
    local value, err = patients:each({}, { retry = false }):next()
    assert.is_nil(value)
    assert.same({ 502, 1 }, { err.status, err.attempts })
    assert.equal("validation", select(2, patients:each({ pagesize = 3 }):next()).kind)
    assert.has_error(function() patients:each({}, { retri = false }):next() end)
    assert.has_error(function() api.patients:each(7) end)
    assert.has_error(function() api:each "patients.lits" end, 'no operation "lits" in patients (did you mean "list"?)')
  end)
end)
