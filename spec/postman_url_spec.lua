-- URLs in all their forms, and the paths of operations that come of them.

local growth = require "spec.support.growth"
local path = require "clinone.postman.path"
local url = require "clinone.postman.url"

-- "server path", and the query as "a=1&b" with "-" before what is disabled.
local function read(...)
  local found = url.read(...)
  if not found then return nil end
  local text, variables = path.build(found)
  local query = {}
  for i, entry in ipairs(found.query) do
    query[i] = (entry.disabled and "-" or "") .. entry.key .. (entry.value and "=" .. entry.value or "")
  end
  local line = found.server .. " " .. (text or "refused: " .. variables)
  if query[1] then line = line .. " " .. table.concat(query, "&") end
  return line, found, variables
end

describe("a URL as text", function()
  it("is cut as Postman cuts it", function()
    for given, wanted in pairs {
      ["https://x.example/a/b?q=1&r#frag"] = "https://x.example /a/b q=1&r",
      ["HTTPS://x.example:8443/"] = "https://x.example:8443 /",
      ["x.example/a"] = "http://x.example /a",
      ["https://x.example/a/"] = "https://x.example /a/",
      ["https://x.example/a//b"] = "https://x.example /a//b",
      ["https://x.example\\a\\b"] = "https://x.example /a/b",
      ["{{base}}/a"] = "{{base}} /a",
      ["{{base}}a/b"] = "{{base}} /a/b",
      ["{{base}}"] = "{{base}} /",
      ["{{base}}?a=1"] = "{{base}} / a=1",
      ["{{host}}:8080/a"] = "{{host}}:8080 /a",
      ["{{tenant}}.x.example/a"] = "{{tenant}}.x.example /a",
      ["{{scheme}}://{{host}}/a"] = "{{scheme}}://{{host}} /a",
      ["https://{{tenant}}.x.example/a"] = "https://{{tenant}}.x.example /a",
      ["/a/b"] = " /a/b",
      [" https://x.example/a\r\n"] = "https://x.example /a",
      ["https://x.example/a?b%5Bc%5D=d%20e&f=%zz&g=%ff"] = "https://x.example /a b[c]=d e&f=%zz&g=%ff",
    } do
      assert.equal(wanted, (read(given)))
    end
  end)

  it("is not cut inside a template", function()
    assert.equal("{{a/b?c#d}} /{x_y_z}", (read "{{a/b?c#d}}/{{x/y?z}}"))
    assert.equal("https://x.example / {{a&b=c}}=1", (read "https://x.example?{{a&b=c}}=1"))
  end)

  it("loses its user info, and says so", function()
    local text, found = read "https://me:s3cret@x.example/a"
    assert.equal("https://x.example /a", text)
    assert.is_true(found.userinfo)
  end)

  it("is none where there is nothing", function()
    for _, nothing in ipairs { "", "  ", {}, { raw = "" }, false, 7 } do assert.is_nil(url.read(nothing)) end
    assert.is_nil(url.read(nil))
  end)
end)

describe("a URL as an object", function()
  it("is made of its parts, whatever raw says", function()
    assert.equal("https://x.example:81 /a/b q=1&-r=2&s", (read {
      raw = "https://wrong.example/no", protocol = "https", host = { "x", "example" }, port = "81", path = { "a", "b" },
      query = { { key = "q", value = 1 }, { key = "r", value = "2", disabled = true }, { key = "s" }, false, {} },
    }))
    assert.equal("https://x.example /a/b", (read { protocol = "https:", host = "x.example", path = "/a/b" }))
    assert.equal("{{base}} /a", (read { host = { "{{base}}" }, path = { "a" } }))
    assert.equal("{{base}} /a/b", (read { host = { "{{base}}a" }, path = { "b" } }))
    assert.equal("https://x.example /a", (read { raw = "https://x.example/a", host = "x.example", path = { "a" } }))
  end)

  it("is raw where it has no parts", function()
    assert.equal("https://x.example /a q", (read { raw = "https://x.example/a?q" }))
    assert.equal("https://x.example /{id} -r", (read {
      raw = "https://x.example/:id", query = { { key = "r", disabled = true } }, variable = { { key = "id" } },
    }))
  end)

  it("may have a whole address in its host", function()
    assert.equal("https://x.example/y/rest /a", (read { host = { "https://x.example/y/rest/" }, path = { "a" } }))
  end)

  it("may have segments as objects, and a query in its path", function()
    assert.equal("{{b}} /a/{id} q=1", (read {
      host = { "{{b}}" }, path = { { type = "string", value = "a" }, { value = ":id" }, "?q=1" },
    }):gsub("/ ", " "))
  end)

  it("comes with the documenter's urlObject, which counts", function()
    assert.equal("https://x.example/basic /a/{id} -q", (read("https://x.example/basic/a/:id", {
      host = { "https://x.example/basic" }, path = { "a", ":id" }, query = { { key = "q", disabled = true } },
    })))
    local text, found = read("https://x.example/a/:id?q=1", { variable = { { id = "id", value = "7" } } })
    assert.equal("https://x.example /a/{id} q=1", text)
    assert.equal("7", found.variables.id.value)
  end)
end)

describe("a path", function()
  it("has its variables in one form, however they were written", function()
    for given, wanted in pairs {
      ["/:id"] = "/{id}", ["/{{id}}"] = "/{id}", ["/{id}"] = "/{id}", ["/x.{{id}}"] = "/x.{id}",
      ["/({{a}}.{{b}})"] = "/({a}.{b})", ["/:file.json"] = "/{file}.json", ["/:id:cancel"] = "/{id}:cancel",
      ["/p:batch"] = "/p:batch", ["/:"] = "/:", ["/::"] = "/::", ["/:{{id}}"] = "/:{id}",
      ["/:id/x/:id"] = "/{id}/x/{id}", ["/{{ id }}"] = "/{id}", ["/{{$guid}}"] = "/{guid}",
      ["/{{a b}}/{{a_b}}"] = "/{a_b}/{a_b_2}", ["/:study_identifier"] = "/{studyIdentifier}",
      ["/{{Site-Identifier}}"] = "/{siteIdentifier}", ["/<id>/x/<id>"] = "/{id}/x/{id}",
      ["/%3Cquote id%3e"] = "/{quote_id}", ["/a<b>"] = "/a%3Cb%3E", ["/<1>"] = "/%3C1%3E", ["/<>"] = "/%3C%3E",
    } do
      assert.equal("{{b}} " .. wanted, (read("{{b}}" .. given)))
    end
  end)

  it("encodes what is no variable, once", function()
    assert.equal("{{b}} /a%20b/a%20b/%C3%A9/%25zz/%7B%7D/%7B%7Bx", (read "{{b}}/a b/a%20b/é/%zz/{}/{{x"))
    assert.equal("{{b}} /$lookup/a,b;c=d/Patients('{id}')", (read "{{b}}/$lookup/a,b;c=d/Patients('{{id}}')"))
  end)

  it("never leaves the server", function()
    for _, dots in ipairs { "..", ".", "%2e%2E", ".%2e" } do
      assert.truthy(read("{{b}}/a/" .. dots .. "/c"):find("refused", 1, true))
    end
  end)

  it("knows the variables in front of its first word", function()
    local function leading(given)
      local _, _, variables = read(given)
      local list = {}
      for _, variable in ipairs(variables) do
        if variable.leading then list[#list + 1] = variable.key end
      end
      return table.concat(list, " ")
    end
    assert.equal("a b", leading "{{x}}/{{a}}/{{b}}/patients/{{c}}")
    assert.equal("", leading "{{x}}/{{a}}")
    assert.equal("", leading "{{x}}/:a/patients")
    assert.equal("", leading "{{x}}/patients/{{a}}/y")
  end)

  it("takes a time that grows with the length", function()
    for _, piece in ipairs { "{", "{{", ":", "/", "%", " ", "\\", "{{a", "a:b", "?" } do
      assert.is_true(growth.is_linear(function(count)
        read("https://x.example/" .. piece:rep(count))
        read("{{b}}" .. piece:rep(count))
      end, 100000), piece)
    end
  end)
end)
