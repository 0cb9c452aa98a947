-- Bodies as people write them: whatever stands there, a tree or a reason.

local growth = require "spec.support.growth"
local loose_json = require "clinone.postman.loose_json"
local native = require "clinone.native"

--- A tree in short: keys in order, kinds, values.
local function short(node)
  if node.kind == "object" then
    local parts = {}
    for i, key in ipairs(node.keys) do parts[i] = key .. "=" .. short(node.members[key]) end
    if node.open then parts[#parts + 1] = "+" end
    return "{" .. table.concat(parts, " ") .. "}"
  elseif node.kind == "array" then
    local parts = {}
    for i, item in ipairs(node.items) do parts[i] = short(item) end
    return "[" .. table.concat(parts, " ") .. "]"
  end
  return node.kind .. (node.name and ":" .. node.name or node.value ~= nil and ":" .. tostring(node.value) or "")
end

local function reads(source, wanted, more)
  local tree, info = loose_json.parse(source)
  assert.is_table(tree, source .. ": " .. tostring(info))
  assert.equal(wanted, short(tree), source)
  assert.equal(more or false, info.more, source)
  return info
end

describe("loose_json", function()
  it("reads JSON, with its order and its kinds", function()
    local info = reads('{"b":1,"a":[1.5,"x",null,true,{}],"c":{"d":[]}}',
      "{b=integer:1 a=[number:1.5 string:x null boolean:true {}] c={d=[]}}")
    assert.is_true(info.strict)
    reads('"\\u00e9\\ud83d\\ude00\\ud800\\n\\/"', "string:\195\169\240\159\152\128\239\191\189\n/")
    reads("12345678901234567890", "integer:12345678901234567890")
  end)

  it("reads templates without quotes", function()
    reads('{"a": {{x}},"b":[{{y}}, {{ z z }}],"c":{"d":{{w}}}}',
      "{a=template:x b=[template:y template:z z] c={d=template:w}}")
    reads("{{payload}}", "template:payload")
    reads('{"a":{{y}}-01-01, "b":1{{x}}}', "{a=any b=any}")
    reads('{{{key}}: 1, "b": 2, {{rest}}}', "{{{key}}=integer:1 b=integer:2 +}")
    assert.is_false(reads('{"a":{{x}}}', "{a=template:x}").strict)
  end)

  it("reads comments, but not inside strings", function()
    reads('// first\n{"u":"https://x//y" /* two\nlines */, // "v": 2\n "w":"/* no */"} // end',
      "{u=string:https://x//y w=string:/* no */}")
  end)

  it("reads commas too many or too few, dots, other quotes, other words", function()
    reads('{"a":1,,"b":[1,2,],}', "{a=integer:1 b=[integer:1 integer:2]}")
    reads('{"a":1 "b":[1 2]}', "{a=integer:1 b=[integer:1 integer:2]}")
    reads('{"a":[1, 2, ...], ...}', "{a=[integer:1 integer:2]}")
    reads("{'a':'it\\'s', b: NaN, c: undefined, d: <id>}", "{a=string:it's b=any c=any d=any}")
    reads("{\194\160\"a\":1\194\160}", "{a=integer:1}")
  end)

  it("takes the last of equal keys, and the first of two documents", function()
    reads('{"a":1,"b":2,"a":"x"}', "{a=string:x b=integer:2}")
    reads('{"a":1}\n{"b":2}', "{a=integer:1}", true)
    reads('{"a":1} or so', "{a=integer:1}", true)
  end)

  it("says why there is no tree", function()
    for source, reason in pairs {
      [""] = "it is empty", [" // x"] = "it is empty", ["hello"] = "it is plain text", ["a=b&c=d"] = "it is plain text",
      ["<a/>"] = "it is plain text", ["{"] = "an object does not end", ["[1"] = "an array does not end",
      ['"x'] = "a string does not end", ['{"a"}'] = "a field has no value", ['{"a":}'] = "there is no value",
      ["{:1}"] = "a field has no name", ["]"] = "there is no value",
    } do
      local tree, why = loose_json.parse(source)
      assert.is_nil(tree, source)
      assert.equal(reason, why, source)
    end
  end)

  it("goes 64 levels deep", function()
    assert.is_table(loose_json.parse(("["):rep(64) .. ("]"):rep(64)))
    local tree, why = loose_json.parse(("["):rep(65) .. ("]"):rep(65))
    assert.is_nil(tree)
    assert.equal("too deep", why)
    assert.is_nil(loose_json.parse(('{"a":'):rep(100000)))
  end)

  it("reads what the core prints", function()
    local seed = 7
    local function random(n)
      seed = (seed * 16807) % 2147483647
      return seed % n + 1
    end
    local function value(depth)
      local kind = random(depth > 3 and 4 or 6)
      if kind == 1 then return random(1000) end
      if kind == 2 then return random(2) == 1 end
      if kind == 3 then return "s\"\\\n\226\130\172" .. random(100) end
      if kind == 4 then return native.null end
      local made = kind == 5 and native.json.array {} or {}
      for i = 1, random(4) - 1 do made[kind == 5 and i or "k" .. i] = value(depth + 1) end
      return made
    end
    local function same(given, node)
      if node.kind == "object" then
        local count = 0
        for key, member in pairs(given) do
          count = count + 1
          same(member, node.members[key])
        end
        assert.equal(count, #node.keys)
      elseif node.kind == "array" then
        assert.equal(#given, #node.items)
        for i, item in ipairs(given) do same(item, node.items[i]) end
      elseif node.kind == "null" then
        assert.equal(native.null, given)
      else
        assert.equal(given, node.value)
      end
    end
    for _ = 1, 300 do
      local given = { value = value(0) }
      local tree, info = loose_json.parse((assert(native.json.encode(given))))
      assert.is_table(tree)
      assert.is_true(info.strict)
      same(given, tree)
    end
  end)

  it("survives any bytes", function()
    local pieces = { "{", "}", "[", "]", "{{", "}}", "{{x}}", '"', "'", "\\", ",", ":", "//", "/*", "*/", "\n", " ",
      "1", "-", ".", "...", "a", "null", "true", "\0", "\255", "\195", "\226\128\166", "e", "u12", "\\ud800",
      "\194\160" }
    local seed = 11
    local function random(n)
      seed = (seed * 16807) % 2147483647
      return seed % n + 1
    end
    for _ = 1, 5000 do
      local parts = {}
      for i = 1, random(24) do parts[i] = pieces[random(#pieces)] end
      local source = table.concat(parts)
      local ok, tree, why = pcall(loose_json.parse, source)
      assert.is_true(ok, ("%q: %s"):format(source, tostring(tree)))
      assert.equal(tree and "table" or "string", type(why), source)
    end
  end)

  it("takes a time that grows with the length", function()
    for _, piece in ipairs { "{{", "{{a", "{{a}}", '{"a":', "'", "//", "/*", "/**/", "a ", '"\\', "...", " ", "a:1,",
      "1{{a}}", "1", '"a" "', "{{ ", "[" } do
      assert.is_true(growth.is_linear(function(count)
        for _, opening in ipairs { "", "[", "{" } do loose_json.parse(opening .. piece:rep(count)) end
      end, 50000), piece)
    end
  end)
end)
