-- Saved answers: what the catalog keeps of them, and what it must not.

local growth = require "spec.support.growth"
local examples = require "clinone.postman.examples"
local native = require "clinone.native"

local operation = { method = "GET", path = "/patients/{id}" }
local notes

--- Stands for the reader of URLs: paths as they are.
local function read_url(url)
  if type(url) ~= "string" then return nil end
  return { path = url, query = { page = "1", api_key = "s3cret" }, variables = { id = { value = "12 3" } } }
end

local function read(...)
  notes = {}
  local function note(kind, reason) notes[#notes + 1] = kind .. ": " .. reason end
  return examples.read({ ... }, operation, read_url, note)
end

describe("a saved answer", function()
  it("has name, status, type, headers, body and the request that it answers", function()
    assert.same({ {
      name = "Found", status = 200, content_type = "application/json; charset=utf-8", body = '{"id":1}',
      method = "POST", path = "/patients/12%203/visits", query = { page = "1" },
      headers = { ["X-Total-Count"] = "3", Link = "<x>; rel=next" },
    } }, read {
      name = " Found ", code = 200, body = '{"id":1}',
      originalRequest = { method = "post", url = "/patients/:id/visits" },
      header = { { key = "content-type", value = "application/json; charset=utf-8" }, { key = "Date", value = "x" },
        { key = "X-Total-Count", value = "3" }, { key = "Link", value = "<x>; rel=next" }, native.null, 7,
        { key = "Set-Cookie", value = "s=1" } },
    })
  end)

  it("falls back on the operation's own path", function()
    for _, original in ipairs { false, 7, {}, { url = {} }, native.null } do
      assert.equal(operation.path, read({ originalRequest = original })[1].path)
    end
    assert.equal("/x/{{open}}/12%203", read({ originalRequest = "/x/:open/:id" })[1].path)
  end)

  it("has its status from the code, else from the phrase", function()
    for _, case in ipairs { { 404, { code = 404 } }, { 201, { code = "201" } }, { 404, { status = "Not Found" } },
      { 422, { status = "Unprocessable Entity (WebDAV) (RFC 4918)" } }, { 503, { status = "503 Service Unavailable" } },
      { 200, {} }, { 200, { code = 7, status = {} } }, { 200, { code = {}, status = "Fine" } },
      { 200, { code = 200.5 } } } do
      assert.equal(case[1], read(case[2])[1].status)
    end
  end)

  it("has its type from the header, the viewer's language, or its look", function()
    for _, case in ipairs { { "text/csv", { header = "Content-Type: text/csv\r\nX: y" } },
      { "application/xml", { _postman_previewlanguage = "xml" } },
      { "text/plain", { _postman_previewlanguage = "Text" } },
      { "application/json", { body = "[1]", _postman_previewlanguage = "" } }, { nil, { body = "hello" } },
      { nil, { header = native.null } }, { nil, { header = { { key = "Content-Type", value = "a\nb: c" } } } } } do
      assert.equal(case[1], read(case[2])[1].content_type)
    end
  end)

  it("is kept without a body that holds a secret", function()
    for _, body in ipairs { '{"access_token":"abc"}', '{"user":{"Password" : "abc"}}', '{"x":"eyJhbGci.eyJzdWIi.x"}',
      "<a><ns:password kind='x'>abc</ns:password></a>", "token=abc&x=1", "-----BEGIN PRIVATE KEY-----" } do
      local list = read { body = body, name = "Login" }
      assert.is_nil(list[1].body, body)
      assert.truthy(notes[1]:find('warnings: the saved answer "Login" is kept without its body, which holds', 1, true))
    end
    for _, body in ipairs { '{"token":"{{token}}"}', '{"password":"<string>"}', '{"nextPageToken":"abc"}',
      '{"token":""}', '{"passwordChanged":true}', '{"token":"\226\128\162\226\128\162\226\128\162"}', "" } do
      assert.equal(body ~= "" and body or nil, read({ body = body })[1].body)
      assert.same({}, notes)
    end
  end)

  it("is kept without a body that is too large or no text", function()
    assert.is_nil(read({ body = ("x"):rep(262145) })[1].body)
    assert.truthy(notes[1]:find("256 KiB", 1, true))
    assert.is_nil(read({ body = "\255" })[1].body)
    assert.truthy(notes[1]:find("no text", 1, true))
    assert.is_nil(read({ body = native.null })[1].body)
    assert.same({}, notes)
  end)

  it("is left out, and told, where it is none", function()
    local list = read(native.null, 7, { name = "x" })
    assert.equal(1, #list)
    assert.equal(2, #notes)
    for _, given in ipairs { 7, "x", {}, native.null } do
      assert.is_nil(examples.read(given, operation, read_url, error))
    end
  end)

  it("survives any type in any place", function()
    local fields = { "name", "code", "status", "header", "body", "originalRequest", "_postman_previewlanguage" }
    for _, value in ipairs { 7, true, "x", {}, native.null, { {} }, { "x" }, { key = {} },
      { { key = "Link", value = {} } } } do
      for _, key in ipairs(fields) do
        assert.has_no.errors(function() read { [key] = value } end)
      end
      assert.has_no.errors(function() read { originalRequest = { url = value, method = value } } end)
    end
  end)

  it("takes a time that grows with the length", function()
    for _, piece in ipairs { "<", "<a", "a", '"a', '"a" ', "eyJ", "eyJ.", "a=", '"a":"' } do
      assert.is_true(growth.is_linear(function(count)
        read({ body = piece:rep(count) }, { body = "<" .. piece:rep(count) })
      end, 40000), piece)
    end
  end)
end)
