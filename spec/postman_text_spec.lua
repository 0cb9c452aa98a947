-- Texts of a collection: descriptions, templates, and what must not be shown.

local growth = require "spec.support.growth"
local secret = require "clinone.postman.secret"
local template = require "clinone.postman.template"
local text = require "clinone.postman.text"

describe("text.plain", function()
  it("reads the documenter's HTML", function()
    assert.equal("Hello you & AB\n\n- one\n- two\n\na  b\n c", text.plain(
      "<html><head></head><body><p>Hello\n <b>you</b> &amp; &#x41;&#66;</p>\n<ul>\n<li>one</li>\n"
      .. "<li><p>two</p></li>\n</ul>\n<pre><code>a  b\n  c</code></pre></body></html>"))
    assert.equal("y <id>", text.plain { content = "<p>y &lt;id&gt;</p>\n", type = "text/plain" })
    assert.equal("a\nb", text.plain "<p>a<br/>b<script>alert(1)</script><!-- <p>no</p> --></p>")
    assert.equal("x", text.plain '<p>x<img src="data:image/png;base64,AAAA"></p>')
  end)

  it("keeps Markdown, without links and images", function()
    assert.equal("# Title\n\nSee docs, `<id>` and a < b\n\n- l1\n  - l2", text.plain(
      "# Title\r\n\r\nSee [docs](http://x)![i](y), `<id>` and a < b\n\n\n\n- l1\n  - l2   \n"))
    assert.equal("a\nb", text.plain "a<br>b")
  end)

  it("drops control characters, also those that turn the writing direction", function()
    assert.equal("[31mred text", text.plain "\27[31mred\0 \226\128\174te\194\155xt\127")
  end)

  it("is nil where nothing is to be read", function()
    for _, nothing in ipairs { "", "  \n\t", "<p></p>\n", 7, false, {}, { content = {} }, { content = " " } } do
      assert.is_nil(text.plain(nothing))
    end
    assert.is_nil(text.plain(nil))
  end)

  it("keeps at most 2,000 bytes, whole characters", function()
    local plain = text.plain("x" .. ("\195\169"):rep(3000))
    assert.equal(1999, #plain)
    assert.equal("\195\169", plain:sub(-2))
  end)

  it("takes a time that grows with the length", function()
    for _, piece in ipairs { "<p ", "<", "[", "![a](", "&", "<!--", " ", "\n", "\n ", "<li>" } do
      assert.is_true(growth.is_linear(function(count) text.plain(piece:rep(count)) end, 100000), piece)
    end
  end)

  it("has a first line", function()
    assert.equal("Head of all", text.first_line "## Head of all\nmore")
    assert.is_nil(text.first_line(nil))
  end)
end)

describe("text.char", function()
  it("is UTF-8, and never a surrogate", function()
    assert.equal("A\195\169\226\130\172\240\159\152\128\239\191\189\239\191\189", text.char(0x41) .. text.char(0xE9)
      .. text.char(0x20AC) .. text.char(0x1F600) .. text.char(0xD800) .. text.char(0x110000))
  end)
end)

describe("template.resolve", function()
  local function resolved(given, values, wanted, open, loops)
    local result, unresolved, looped = template.resolve(given, values)
    assert.equal(wanted, result)
    assert.equal(open or "", table.concat(unresolved, " "))
    assert.equal(loops or false, looped)
  end

  it("puts values in, and values of values", function()
    resolved("{{a}}/x/{{b}}", { a = "https://{{b}}", b = 1 }, "https://1/x/1")
    resolved("{{ a }}{{a b/c?}}", { a = true, ["a b/c?"] = "2" }, "true2")
    resolved("no template {{ {a} }", {}, "no template {{ {a} }")
  end)

  it("leaves what it does not know, and names it once", function()
    resolved("{{a}}{{b}}{{a}}{{$guid}}", { b = {} }, "{{a}}{{b}}{{a}}{{$guid}}", "a b")
  end)

  it("goes 19 passes deep, and sees circles", function()
    local values = { v20 = "end" }
    for i = 1, 19 do values["v" .. i] = ("{{v%d}}"):format(i + 1) end
    resolved("{{v2}}", values, "end")
    resolved("{{a}}", { a = "{{a}}" }, "{{a}}", "a", true)
    local _, unresolved, looped = template.resolve("{{a}}", { a = "{{b}}", b = "{{a}}" })
    assert.is_true(looped)
    assert.equal(1, #unresolved)
  end)

  it("stops values that grow without end", function()
    local result, _, looped = template.resolve("{{a}}", { a = "{{a}}{{a}}" })
    assert.is_true(looped)
    assert.is_true(#result <= 65536)
    result, _, looped = template.resolve(("{{a}}"):rep(10000), { a = ("x"):rep(60000) })
    assert.is_true(looped)
    assert.is_true(#result <= 65536)
  end)

  it("knows a text that is one variable", function()
    assert.equal("a b", template.only " {{ a b }} ")
    for _, other in ipairs { "{{a}}b", "{{}}", "{{a}}{{b}}", "a", "", 7 } do assert.is_nil(template.only(other)) end
  end)
end)

describe("secret", function()
  it("knows the names of secrets", function()
    for _, name in ipairs { "client_secret", "clientSecret", "PASSWORD", "access_token", "x-api-key", "hmac_SECRET_KEY",
      "hmac_CLIENT_KEY", "Authorization", "refreshToken", "pwd", "jwt", "Set-Cookie", "Ocp-Apim-Subscription-Key" } do
      assert.is_true(secret.is_name(name), name)
    end
  end)

  it("takes no other name for one", function()
    for _, name in ipairs { "studyIdentifier", "nextPageToken", "page_token", "continuationToken", "token_type",
      "tokenUrl", "keyword", "author", "pinned", "passed", "status", "" } do
      assert.is_false(secret.is_name(name), name)
    end
    assert.is_false(secret.is_name(7))
    assert.is_true(secret.is_name "page_token_secret")
  end)

  it("knows the look of credentials", function()
    for _, value in ipairs { "Bearer abcdefgh1234", "basic dXNlcjpwYXNz", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
      "\226\128\162\226\128\162\226\128\162", "-----BEGIN RSA PRIVATE KEY-----" } do
      assert.is_true(secret.is_value(value), value)
    end
    for _, value in ipairs { "Bearer {{token}}", "Bearer <token>", "Basic", "basic level", "eyJ",
      "a \226\128\162 b", 7 } do
      assert.is_false(secret.is_value(value), tostring(value))
    end
  end)
end)
