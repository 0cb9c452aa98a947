--- The table of JSON cases: what arrives, what a script sees, what goes back.
-- Plain data and a judge, so that json_spec walks it with Debian's lua-cjson,
-- and cjson_fork_spec in a child process with a stand-in for OpenResty's.

local rows = {}

local wide = math.type ~= nil -- luacheck: ignore (5.3 and later: 64-bit integers)

local function kind_of(value)
  if type(value) ~= "number" then return type(value) == "string" and "text" or type(value) end
  return wide and math.type(value) or "number" -- luacheck: ignore
end

-- { literal, seen with integers, seen with doubles only, what goes back (nil: the same) }
rows.numbers = {
  { "0", "integer", "number" },
  { "-0", "float", "number" },
  { "1", "integer", "number" },
  { "-1", "integer", "number" },
  { "1961", "integer", "number" },
  { "1234567890123456", "integer", "number" }, -- Debian's lua-cjson prints 1.2345678901235e+15
  { "9007199254740991", "integer", "number" }, -- 2^53 - 1
  { "9007199254740992", "integer", "number" }, -- 2^53
  { "9007199254740993", "integer", "text" }, -- 2^53 + 1
  { "-9007199254740993", "integer", "text" },
  { "9223372036854775807", "integer", "text" }, -- the largest int64
  { "-9223372036854775807", "integer", "text" },
  { "9223372036854775808", "text", "text" }, -- a double holds it; some lua-cjson saturate
  { "9223372036854775809", "text", "text" },
  { "10000000000000000000", "text", "text" },
  { "18446744073709551616", "text", "text" },
  { "-100000000000000000000", "text", "text" },
  { "-9223372036854775809", "text", "text" },
  { "18446744073709551615", "text", "text" },
  { "123456789012345678901234567890", "text", "text" },
  { "0.1", "float", "number" },
  { "-0.1", "float", "number" },
  { "0.30000000000000004", "float", "number" },
  { "1.10", "float", "number", "1.1" },
  { "1.0", "float", "number", "1" },
  { "-0.0", "float", "number", "-0" },
  { "1e2", "float", "number", "100" },
  { "1E+2", "float", "number", "100" },
  { "15e-1", "float", "number", "1.5" },
  { "0e999", "float", "number", "0" },
  { "1e15", "float", "number", "1000000000000000" },
  { "1e300", "float", "number", "1e+300" },
  { "1.7976931348623157e308", "float", "number", "1.7976931348623157e+308" }, -- the largest double
  { "2.2250738585072014e-308", "float", "number" }, -- the smallest normal one
  { "5e-324", "float", "number", "4.94065645841247e-324" }, -- the smallest: all printed digits name it
  { "3.14159265358979323846", "text", "text" }, -- more digits than a double has
  { "0.12345678901234567890", "text", "text" },
  { "1e400", "text", "text" },
  { "-1e400", "text", "text" },
  { "1e-400", "text", "text" },
}

-- { text that arrives, what a script does with the value, text that goes back (nil: the same) }
local function nothing() end

rows.documents = {
  { '{"a":[],"b":{},"c":[[],{}],"d":{"e":[],"f":{"g":[]}}}', nothing },
  { "[]", nothing },
  { "{}", nothing },
  { "[[[]]]", nothing },
  { '{"a":null,"b":[null,1,null],"c":[{"d":null}]}', function(v, null)
    assert(v.a == nil and v.b[1] == null and v.b[3] == null and v.c[1].d == nil)
  end },
  { '{"a":null}', function(v) v.a = "set" end, '{"a":"set"}' },
  { '{"a":null,"b":null}', function(v) v.b = false end, '{"a":null,"b":false}' },
  { '{"a":1}', function(v, null) v.a = null end, '{"a":null}' },
  { '{"a":1,"b":null}', function(v) v.a = nil end, '{"b":null}' },
  { '{"a":{"b":null}}', function(v) v.a.c = 1 end, '{"a":{"b":null,"c":1}}' },
  { '{"a":[1,2]}', function(v) table.remove(v.a) table.remove(v.a) end, '{"a":[]}' },
  { '[[{"x":1}]]', function(v) v[1][1] = nil end, "[[]]" },
  { '{"a":[]}', function(v) v.a[1] = "x" end, '{"a":["x"]}' },
  { '{"a":{}}', function(v) v.a.x = 1 v.a.x = nil end, '{"a":{}}' },
  { "[null]", function(v) table.remove(v) end, "[]" },
  { '{"\\u0061":null,"\\n":[],"":1}', function(v)
    assert(v.a == nil and v[""] == 1)
  end, '{"":1,"\\n":[],"a":null}' },
  { '{"a":18446744073709551615}', function(v) v.b = v.a end,
    '{"a":18446744073709551615,"b":"18446744073709551615"}' }, -- a copy is a string
  { '{"a":18446744073709551615}', function(v) v.a = 7 end, '{"a":7}' },
  { "[1e400,2,18446744073709551615]", function(v) table.remove(v, 1) end, "[2,18446744073709551615]" },
  { "[1,1e400]", function(v) table.insert(v, 1, "1e401") end, '["1e401",1,1e400]' },
  -- A string equal to a number's text stays one where it stands.
  { '[1e400,"1e400"]', nothing },
  { '{"a":1e400,"b":"1e400"}', nothing },
  { '{"a":[{"n":1e400}],"b":[[1e400]]}', function(v) v.b[1][2] = "x" end, '{"a":[{"n":1e400}],"b":[[1e400,"x"]]}' },
  -- Members are sorted, blanks gone, escapes in their short form.
  { ' { "b" : 1 ,\r\n\t"a" : [ true , false ] } ', nothing, '{"a":[true,false],"b":1}' },
  { '"\\u00e9\\/\\u0041\\ud83d\\ude00"', nothing, '"\195\169/A\240\159\152\128"' },
  { '"\\b\\f\\n\\r\\t\\u0000\\u001f\\"\\\\\127"', nothing },
  { '"\226\128\168"', nothing }, -- U+2028
  { "true", nothing },
  { '""', nothing },
  { '{"1":"a","01":"b"}', nothing, '{"01":"b","1":"a"}' },
  { '\239\187\191{"a":1}', nothing, '{"a":1}' }, -- a byte order mark
  { '{"a":1,"a":2}', nothing, '{"a":2}' },
  { '{"a":null,"a":2}', nothing, '{"a":2}' },
  { '{"a":2,"a":null}', nothing, '{"a":null}' },
  { '{"a":[],"a":{}}', nothing, '{"a":{}}' },
  { '{"a":1e400,"\\u0061":"1e400"}', nothing, '{"a":"1e400"}' },
}

-- Each is refused, whatever lua-cjson thinks of it.
rows.refused = {
  "", " ", "nul", "NULL", "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x10", "NaN", "nan", "Infinity", "-Infinity",
  "1 2", "[1,]", "[,1]", "[1", "[1}", "{", '{"a"}', '{"a":}', '{"a":1,}', "{a:1}", "{'a':1}", "{1:2}", "// x\n1",
  '"a', "'a'", '"\t"', '"a\nb"', '"\\x41"', '"\\u12"', '"\\ud800"', '"\\ud800\\u0041"', '"\\udc00"',
  '"\255"', '"\192\128"', '"\237\160\128"', '"\244\144\128\128"', '"\195"', '{"\195(":1}',
  "1\0", '{"a":1}\0garbage', "{}\0", "[1]x", "\239\187\191", "\254\255\0{\0}",
}

--- Judges every row. `encode` and `decode` are core.json's.
---@param json table
---@param null lightuserdata
---@return string[] faults
function rows.faults(json, null)
  local faults = {}
  local function fault(...) faults[#faults + 1] = table.concat({ ... }, " | ") end
  local function expect(wanted, got, what)
    if wanted ~= got then fault(what, "wanted " .. tostring(wanted), "got " .. tostring(got)) end
  end

  local function back(text, change)
    local value, kind, message = json.decode(text)
    if value == nil then return nil, kind .. ": " .. message end
    local ok, why = pcall(change, value, null)
    if not ok then return "the script sees something else: " .. tostring(why) end
    local again, why_not = json.encode(value)
    return again or why_not
  end

  for _, row in ipairs(rows.numbers) do
    local literal, seen = row[1], wide and row[2] or row[3]
    for _, frame in ipairs { '{"v":%s}', '{"w":[{"v":%s}]}', "[%s]", "[0,[%s]]" } do
      local wanted = frame:format(row[4] or literal)
      expect(wanted, back(frame:format(literal), function(v)
        local value = v.v or v.w and v.w[1].v or v[1]
        if type(v[2]) == "table" then value = v[2][1] end
        expect(seen, kind_of(value), literal .. " is seen")
        if seen == "text" then expect(literal, value, "its text")
        else expect(tonumber(literal), value, "its value") end
      end), frame:format(literal))
    end
    local root = json.decode(literal)
    expect(seen, kind_of(root), literal .. " at the root")
  end
  for _, row in ipairs(rows.documents) do
    expect(row[3] or row[1], back(row[1], row[2]), row[1])
  end
  for _, text in ipairs(rows.refused) do
    local value, kind, message = json.decode(text)
    if value ~= nil or kind ~= "json" or type(message) ~= "string" then fault(text, "is not refused") end
    if message and #text > 3 and message:find(text, 1, true) then fault(text, "stands in the message") end
  end
  return faults
end

return rows
