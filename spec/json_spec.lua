-- JSON as a script meets it: the table of cases (spec/support/json_rows.lua)
-- in core.json, what cannot be sent, and records that go through the sandbox
-- and come back byte for byte.

local clinone = require "clinone"
local json = require("clinone.native").json
local rows = require "spec.support.json_rows"
local world = require "spec.support.world"

local null = clinone.null
local integers = math.type -- luacheck: ignore (5.3 and later)

local function decode(text, ...)
  local value, kind, message = json.decode(text, ...)
  assert(value ~= nil, message or kind)
  return value
end

describe("JSON", function()
  it("meets every row of the table of cases", function()
    assert.same({}, rows.faults(json, null))
  end)

  describe("numbers", function()
    it("keep their last bit: doubles", function()
      for _ = 1, 3000 do
        local value = (math.random() - 0.5) * 2 ^ math.random(-1000, 1000)
        local text = json.encode { value }
        assert.equal(value, decode(text)[1], text)
        assert.equal(text, json.encode(decode(text)))
      end
    end)

    it("keep their digits: decimals of any length", function()
      for _ = 1, 3000 do
        local digits = { tostring(math.random(1, 9)) }
        for i = 2, math.random(1, 22) do digits[i] = tostring(math.random(0, 9)) end
        digits[#digits] = tostring(math.random(1, 9)) -- no zero at the end, none at the start
        local whole = table.concat(digits)
        local text = whole:sub(1, 1) .. (#whole > 1 and "." .. whole:sub(2) or "") .. "e" .. math.random(-30, 30)
        local value = decode("[" .. text .. "]")
        local back = json.encode(value)
        if type(value[1]) == "string" then
          assert.truthy(#whole > 15, text)
          assert.equal("[" .. text .. "]", back)
        else
          assert.equal(tonumber(text), tonumber(back:sub(2, -2)), text)
          local shown = back:sub(2, -2):gsub("e.*", ""):gsub("%.", ""):gsub("^0+", ""):gsub("0+$", "")
          if #whole <= 15 then assert.equal(whole, shown, text) end
        end
      end
    end)

    it("are integers where Lua has them, and never end in .0", function()
      assert.equal("[3,3,-7]", json.encode { 3, 3.0, -7.0 })
      if integers then
        assert.equal("integer", integers(decode("[3]")[1]))
        assert.equal("[9007199254740993]", json.encode { 9007199254740993 })
      end
    end)
  end)

  describe("null", function()
    it('reads as clinone.null in objects too, with null = "sentinel"', function()
      local text = '{"a":null,"b":[null],"c":{"d":null}}'
      local value = decode(text, 128, true)
      assert.equal(null, value.a)
      assert.equal(null, value.c.d)
      assert.equal(text, json.encode(value))
      value.a = nil
      assert.equal('{"b":[null],"c":{"d":null}}', json.encode(value))
    end)

    it("is lua-cjson's", function()
      assert.equal(require("cjson").null, null)
      assert.equal('{"a":null}', json.encode { a = require("cjson").null })
      assert.equal("null", json.encode(null))
      assert.equal(null, decode "null")
    end)

    it("is forgotten by a copy made field by field", function()
      local copy = {}
      for key, value in pairs(decode '{"a":null,"b":1}') do copy[key] = value end
      assert.equal('{"b":1}', json.encode(copy))
    end)
  end)

  it("clinone.array makes [] of an empty table, and returns the table", function()
    local list = {}
    assert.equal(list, clinone.array(list))
    assert.equal('{"a":[],"b":[],"c":{}}', json.encode { a = list, b = clinone.array(), c = {} })
    assert.has_error(function() clinone.array "x" end)
    assert.equal("[1]", json.encode(clinone.array { 1 }))
  end)

  it("counts keys that stand twice, and takes the last", function()
    local value, duplicates = json.decode '{"a":1,"a":2,"b":{"c":1,"\\u0063":2}}'
    assert.same({ a = 2, b = { c = 2 } }, value)
    assert.equal(2, duplicates)
    assert.equal(0, select(2, json.decode '{"a":1,"A":1}'))
  end)

  it("is taken apart member by member, each as the text of its value", function()
    assert.same({ a = "[1, {}]", ["\tb"] = '"x\\"}"', c = "2" },
      json.members ' {"a": [1, {}], "\\tb":"x\\"}" , "c":1, "c":2}')
    assert.same({}, json.members "{}")
    for text, kind in pairs { [""] = "json", ["[]"] = "json", ['{"a":[}'] = "json", ['{"a":"'] = "json" } do
      local members, why, message = json.members(text)
      assert.is_nil(members, text)
      assert.equal(kind, why)
      assert.truthy(message:find("at byte offset", 1, true), message)
    end
    local members, why = json.members('{"a":[[]]}', 2)
    assert.is_nil(members)
    assert.equal("too_large", why)
  end)

  it("is not read deeper than max_depth", function()
    local function nested(depth) return ("["):rep(depth) .. ("]"):rep(depth) end
    assert.truthy(decode(nested(128)))
    local value, kind = json.decode(nested(129))
    assert.is_nil(value)
    assert.equal("too_large", kind)
    assert.truthy(decode(nested(1000), 1000))
    assert.equal(nested(1000), json.encode(decode(nested(1000), 1000), 1000))
    assert.equal("too_large", select(2, json.decode('{"a":[]}', 1)))
  end)

  describe("cannot express", function()
    local cyclic = { visits = { {} } }
    cyclic.visits[1].back = cyclic
    local deep = {}
    for _ = 1, 130 do deep = { deep } end
    for name, case in pairs {
      ["a function"] = { { a = { b = print } }, "a.b", "function" },
      ["a coroutine"] = { { coroutine.create(function() end) }, "[1]", "thread" },
      ["a userdata"] = { { a = io.stdout }, "a", "userdata" },
      ["NaN"] = { { visits = { { date = "x" }, { date = 0 / 0 } } }, "visits[2].date", "NaN" },
      ["an infinity"] = { { 1, -1 / 0 }, "[2]", "infinite" },
      ["a cycle"] = { cyclic, "visits[1].back", "cycle" },
      ["a table too deep"] = { deep, ("[1]"):rep(66), "max_depth" },
      ["a mixed table"] = { { a = { 1, x = 2 } }, "a", "named and numbered" },
      ["a hole"] = { { a = { 1, nil, 3 } }, "a", "holes" },
      ["a boolean key"] = { { a = { [true] = 1 } }, "a", "neither an object nor an array" },
      ["a float key"] = { { a = { [1.5] = 1 } }, "a", "neither an object nor an array" },
      ["a text that is no UTF-8"] = { { a = { "ok", "\255" } }, "a[2]", "UTF-8" },
      ["a key that is no UTF-8"] = { { a = { ["\255"] = 1 } }, "a", "UTF-8" },
      ["an array with a name"] = { { a = clinone.array { x = 1 } }, "a", "named entries" },
    } do
      it(name .. ", and says where", function()
        local text, message, path = json.encode(case[1])
        assert.is_nil(text)
        assert.truthy(message:find(case[3], 1, true), message)
        assert.equal(case[2], path:sub(1, #case[2]))
      end)
    end

    it("a table that stands twice is no cycle", function()
      local visit = { date = "2026-01-01" }
      assert.equal('[{"date":"2026-01-01"},{"date":"2026-01-01"}]', json.encode { visit, visit })
    end)
  end)
end)

describe("a record", function()
  local here, api

  setup(function()
    here = world.start()
    api = here:client()
  end)
  teardown(function() here:stop() end)

  local count = 0
  local function store(members, more)
    count = count + 1
    local record = ('{"screeningNumber":"J-%d","siteIdentifier":"1042","studyIdentifier":"ONC-301"%s%s}'):format(
      count, more or "", members and ',"visits":' .. members or "")
    return clinone.check(api:request { method = "POST", path = "/patients", body = record })
  end

  -- The record as our printer sends it, with sorted keys, and its id, which
  -- the sandbox puts in front and which goes to the path.
  local function updated(record)
    local _, response = clinone.check(api.patients:update(record))
    return (response.body:gsub('^{"id":"[^"]*",', "{"))
  end

  it("comes back byte for byte: every number of the table", function()
    local list, wanted = {}, {}
    for i, row in ipairs(rows.numbers) do
      list[i] = ('{"n":%s},[%s]'):format(row[1], row[1])
      wanted[i] = ('{"n":%s},[%s]'):format(row[4] or row[1], row[4] or row[1])
    end
    local created = store("[" .. table.concat(list, ",") .. "]")
    local record = clinone.check(api.patients:get(created.id))
    record.status = "enrolled"
    assert.truthy(updated(record):find('"visits":[' .. table.concat(wanted, ",") .. "]", 1, true))
  end)

  it("comes back byte for byte: nulls, empty arrays, odd texts", function()
    local members = '[{"a":null,"b":[],"c":{}},[null],"\240\159\152\128\\u0000\\\\"]'
    local created = store(members, ',"sex":null,"status":"x"')
    local record = clinone.check(api.patients:get(created.id))
    assert.is_nil(record.sex)
    local sent = updated(record)
    assert.truthy(sent:find('"sex":null', 1, true), sent)
    assert.truthy(sent:find('"visits":' .. members, 1, true), sent)
    record = clinone.check(api.patients:get(created.id))
    record.sex = "F"
    record.visits[1].a = 1
    sent = updated(record)
    assert.truthy(sent:find('"sex":"F"', 1, true), sent)
    assert.truthy(sent:find('{"a":1,"b":[],"c":{}}', 1, true), sent)
  end)

  -- A number that the VM cannot hold arrives as text. It went back as a
  -- string where it stood at the top of the record, or was refused as one.
  it("regression: a big number at its top goes back as a number", function()
    local created = store(nil, ',"birthYear":123456789012345678901234567890')
    local record = clinone.check(api.patients:get(created.id))
    assert.equal("123456789012345678901234567890", record.birthYear)
    assert.truthy(updated(record):find('"birthYear":123456789012345678901234567890', 1, true))
  end)

  it('null = "sentinel" shows nulls, and sends what is set', function()
    local sentinel = here:client { null = "sentinel" }
    local created = store(nil, ',"sex":null,"status":null')
    local record = clinone.check(sentinel.patients:get(created.id))
    assert.equal(null, record.sex)
    record.status = nil
    local _, response = clinone.check(sentinel.patients:update(record))
    assert.truthy(response.body:find('"sex":null', 1, true))
    assert.is_nil(response.body:find("status", 1, true))
  end)

  it("with a key that stands twice brings a warning", function()
    local events = {}
    local listening = here:client { on_event = function(e) events[#events + 1] = e end }
    local id = store('[{"x":1,"x":2}]').id
    local record, response = clinone.check(listening.patients:get(id))
    assert.same({ { x = 2 } }, record.visits)
    assert.equal(1, #response.warnings)
    assert.truthy(response.warnings[1]:find("twice", 1, true))
    local seen
    for _, e in ipairs(events) do seen = seen or e.type == "warning" and e end
    assert.equal("patients.get", seen.operation)
    assert.equal(response.request_id, seen.request_id)
  end)

  it("that cannot be sent is refused with the path of the fault", function()
    local function refused(visits)
      local value, err = api.patients:create {
        studyIdentifier = "ONC-301", siteIdentifier = "1042", screeningNumber = "bad", visits = visits,
      }
      assert.is_nil(value)
      assert.equal("validation", err.kind)
      assert.equal("not_sent", err.outcome)
      return err.message
    end
    assert.truthy(refused({ {}, { date = 0 / 0 } }):find("body.visits[2].date", 1, true))
    assert.truthy(refused({ { f = print } }):find("body.visits[1].f", 1, true))
    local cycle = {}
    cycle[1] = cycle
    assert.truthy(refused(cycle):find("body.visits[1]", 1, true))
  end)
end)
