-- Answers that are wrong, cut, strange or merely unusual: each is read for what
-- it is, or is an error of its kind; no value is ever made of half an answer.

local clinone = require "clinone"
local peer = require "spec.support.peer"
local system = require "clinone.core".system

local server

local function get(path, query, changes)
  return server:client(changes):request { path = path, query = query }
end

local function both_protocols(run)
  for _, http2 in ipairs { true, false } do run(http2) end
end

describe("an answer", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)
  before_each(function() server:forget() end)
  after_each(function() server:close_clients() end)

  -- --- bodies that are no JSON ----------------------------------------------

  local broken = {
    ["truncated JSON"] = { body = '{"id": "7f3c", "visits": [1, 2' },
    ["invalid UTF-8"] = { hex = "22ff22" },
    ["a surrogate in UTF-8"] = { hex = "22eda08022" },
    ["two values"] = { body = "{} {}" },
    ["bytes after a NUL"] = { hex = "31003132" },
    ["a number that JSON has not"] = { body = "[NaN]" },
    ["HTML that is called JSON"] = { body = "<html>Sign in</html>" },
    ["only spaces"] = { body = "  " },
    ["a byte order mark alone"] = { hex = "efbbbf" },
  }
  for name, query in pairs(broken) do
    it("with " .. name .. " is of kind json; what a write did is unknown", function()
      both_protocols(function(http2)
        local value, err = get("/body", query, { http2 = http2 })
        assert.is_nil(value)
        assert.same({ "json", 200, 1, "unknown", true },
          { err.kind, err.status, err.attempts, err.outcome, err.retryable })
        assert.equal(200, err:response().status)
        if query.body then assert.equal(query.body, err:response().body) end
        value, err = server:client { http2 = http2 }:request { method = "POST", path = "/body", query = query }
        assert.is_nil(value)
        assert.same({ "json", "unknown", false }, { err.kind, err.outcome, err.retryable })
        assert.is_nil(tostring(err):find("Sign in", 1, true))
      end)
      assert.equal(4, #server:requests())
    end)
  end

  it("of another type is a string, byte for byte", function()
    both_protocols(function(http2)
      assert.equal("\0\255<html>", (get("/body", { hex = "00ff3c68746d6c3e", type = "text/html" }, { http2 = http2 })))
      assert.equal("{}", (get("/body", { body = "{}", type = "text/plain" }, { http2 = http2 })))
      assert.same({ 1 }, (get("/body", { body = "[1]", type = "application/problem+json; charset=utf-8" })))
    end)
  end)

  it("without a body is true, and null is clinone.null", function()
    both_protocols(function(http2)
      for _, path in ipairs { "/body", "/empty" } do
        for _, method in ipairs { "GET", "POST", "PUT", "DELETE" } do
          local value, response = server:client { http2 = http2 }:request { method = method, path = path }
          assert.is_true(value, tostring(response))
          assert.equal("", response.body)
          assert.equal(path == "/empty" and 204 or 200, response.status)
        end
      end
      assert.equal(clinone.null, (get("/body", { body = "null" }, { http2 = http2 })))
      assert.is_false((get("/body", { body = "false" }, { http2 = http2 })))
    end)
  end)

  -- --- cut answers ----------------------------------------------------------

  for _, text in ipairs { "short", "cut_chunk", "no_http", "no_status" } do
    it(("that is cut or no HTTP (%s) is never a value: made again by GET, unknown to POST"):format(text), function()
      local api = server:client { http2 = false }
      local value, err = api:request { path = "/raw", query = { text = text } }
      assert.is_nil(value)
      assert.same({ "network", "unknown", true }, { err.kind, err.outcome, err.retryable })
      assert.equal(4, #server:requests())
      server:forget()
      value, err = api:request { method = "POST", path = "/raw", query = { text = text }, body = {} }
      assert.is_nil(value)
      assert.same({ "network", "unknown", false, 1 }, { err.kind, err.outcome, err.retryable, err.attempts })
      assert.equal(1, #server:requests())
    end)
  end

  -- --- statuses -------------------------------------------------------------

  it("of 502 in HTML is made again by GET; to POST and PATCH it is unknown", function()
    both_protocols(function(http2)
      local api = server:client { http2 = http2 }
      local query = { status = "502", body = "<html>Bad Gateway</html>", type = "text/html", times = "2", n = "third",
        key = "html" .. tostring(http2) }
      local value, response = api:request { path = "/status", query = query }
      assert.equal("third", value.nonce)
      assert.equal(3, response.attempts)
      query.times = nil
      for _, method in ipairs { "POST", "PATCH" } do
        server:forget()
        local nothing, err = api:request { method = method, path = "/status", query = query }
        assert.is_nil(nothing)
        assert.same({ "http", 502, "unknown", false, 1 },
          { err.kind, err.status, err.outcome, err.retryable, err.attempts })
        assert.equal(1, #server:requests())
        assert.equal("<html>Bad Gateway</html>", err:response().body)
        assert.is_nil(tostring(err):find("<html>", 1, true))
      end
    end)
  end)

  it("of another host's address is not followed", function()
    for _, status in ipairs { "301", "302", "303", "307", "308" } do
      for _, to in ipairs { server.urls.other .. "/well", server.urls.plain .. "/well", "/well",
        "//127.0.0.1:" .. server.ports.other .. "/well" } do
        server:forget()
        local api = server:client()
        local value, err = api:request { path = "/redirect", query = { status = status, to = to } }
        assert.is_nil(value)
        assert.same({ "http", tonumber(status), "rejected", 1 }, { err.kind, err.status, err.outcome, err.attempts })
        assert.truthy(err.hint:find("redirect", 1, true))
        local seen = server:requests()
        assert.same({ 1, "tls", "/redirect" }, { #seen, seen[1].port, seen[1].path })
      end
    end
  end)

  it("of each status is retried, refused or doubted as it should be", function()
    -- status -> GET is made again, outcome of a POST
    local rows = {
      [400] = { false, "rejected" }, [403] = { false, "rejected" }, [404] = { false, "rejected" },
      [405] = { false, "rejected" }, [408] = { true, "unknown" }, [409] = { false, "rejected" },
      [415] = { false, "rejected" }, [422] = { false, "rejected" }, [500] = { true, "unknown" },
      [501] = { false, "rejected" }, [503] = { true, "unknown" }, [504] = { true, "unknown" },
    }
    local api = server:client { retry = { attempts = 2, base = 0.001 } }
    for status, row in pairs(rows) do
      server:forget()
      local value, err = api:request { path = "/status", query = { status = status } }
      assert.is_nil(value)
      assert.same({ status, "http", row[1] and 2 or 1 }, { err.status, err.kind, #server:requests() })
      server:forget()
      value, err = api:request { method = "POST", path = "/status", query = { status = status } }
      assert.is_nil(value)
      assert.same({ status, "http", row[2], 1, false },
        { err.status, err.kind, err.outcome, #server:requests(), err.retryable })
      assert.equal("made_up", err.code)
    end
  end)

  -- --- sizes ----------------------------------------------------------------

  it("larger than max_body_bytes is too_large, packed or not", function()
    both_protocols(function(http2)
      for _, path in ipairs { "/big", "/packed/gzip", "/pieces" } do
        local limit = path == "/pieces" and 5 or 10000
        local query = { bytes = "200000", n = "1" }
        local value, err = get(path, query, { http2 = http2, max_body_bytes = limit })
        assert.is_nil(value)
        assert.same({ "too_large", 1, true }, { err.kind, err.attempts, err.retryable or true })
        assert.truthy(err.hint:find("max_body_bytes", 1, true))
        value, err = server:client { http2 = http2, max_body_bytes = limit }:request {
          method = "POST", path = path, query = query,
        }
        assert.is_nil(value)
        assert.same({ "too_large", "unknown", false }, { err.kind, err.outcome, err.retryable })
      end
      -- At the limit it is not.
      assert.equal(98, #get("/big", { bytes = "98" }, { http2 = http2, max_body_bytes = 100 }))
      local value, err = get("/big", { bytes = "99" }, { http2 = http2, max_body_bytes = 100 })
      assert.is_nil(value)
      assert.equal("too_large", err.kind)
    end)
  end)

  it("deeper than max_depth is too_large", function()
    assert.is_table((get("/deep", { depth = "128" })))
    assert.is_table((get("/deep", { depth = "3" }, { max_depth = 3 })))
    for _, row in ipairs { { "129", nil }, { "4", 3 }, { "100000", nil } } do
      local value, err = get("/deep", { depth = row[1] }, { max_depth = row[2] })
      assert.is_nil(value)
      assert.equal("too_large", err.kind)
      assert.truthy(err.hint:find("max_depth", 1, true))
    end
  end)

  it("with more than 256 KiB of headers is too_large, and says that it was the headers", function()
    local value, err = get("/raw", { text = "flood" }, { http2 = false })
    assert.is_nil(value)
    assert.same({ "too_large", 1 }, { err.kind, err.attempts })
    assert.truthy(err.message:find("header", 1, true), err.message)
    assert.is_nil(err.hint and err.hint:find("max_body_bytes", 1, true))
  end)

  -- --- unusual, but right ---------------------------------------------------

  it("that is packed, in pieces, of HTTP/1.0, or comes after a 1xx is read", function()
    both_protocols(function(http2)
      local value, response = get("/packed/gzip", { bytes = "5000" }, { http2 = http2 })
      assert.equal(5000, #value)
      assert.equal("gzip", response.headers["content-encoding"])
      assert.same({ "p", 2 }, (get("/pieces", { n = "p" }, { http2 = http2 })))
    end)
    for _, text in ipairs { "http_1_0", "continue", "hints", "trailer" } do
      local value, response = get("/raw", { text = text }, { http2 = false })
      assert.same({ 1, 2 }, value, text)
      assert.equal(200, response.status)
      assert.is_nil(response.headers["x-early"])
      assert.equal("application/json", response.headers["content-type"])
    end
    assert.equal(6, #server:requests() - 2)
  end)

  it("to HEAD has headers and no body", function()
    both_protocols(function(http2)
      local api = server:client { http2 = http2 }
      local value, response = api:request { method = "HEAD", path = "/big", query = { bytes = "98" } }
      assert.is_true(value)
      assert.equal("100", response.headers["Content-Length"])
      -- What the handle was used for before leaves no trace.
      for _, method in ipairs { "GET", "POST", "HEAD", "DELETE", "PUT", "OPTIONS", "PATCH", "GET" } do
        assert.is_truthy((api:request { method = method, path = "/well" }))
      end
      local methods = {}
      for i, seen in ipairs(server:requests()) do methods[i] = seen.method end
      assert.equal("HEAD GET POST HEAD DELETE PUT OPTIONS PATCH GET", table.concat(methods, " "))
      server:forget()
    end)
  end)

  it("gives its headers without regard to case, repeated ones joined", function()
    both_protocols(function(http2)
      local _, response = get("/headers", nil, { http2 = http2 })
      local headers = response.headers
      for _, name in ipairs { "x-twice", "X-Twice", "X-TWICE" } do assert.equal("one, two", headers[name]) end
      assert.equal("small", headers["X-Lower"])
      assert.equal("Kept As It Is", headers["x-mixed"])
      assert.equal("Kept As It Is", headers["X-MiXeD"])
      assert.is_nil(headers["x-nothing"])
      assert.is_nil(headers[1])
      for name in pairs(headers) do assert.equal(name:lower(), name) end
    end)
  end)
end)

describe("a place that does not answer", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)
  after_each(function() server:close_clients() end)

  it("as a dead port is of kind connect; even a POST is tried again", function()
    for _, method in ipairs { "GET", "POST" } do
      local api = server:client { base_url = "https://127.0.0.1:" .. system.free_port() }
      local value, err = api:request { method = method, path = "/well" }
      assert.is_nil(value)
      assert.same({ "connect", "not_sent", true, 4 }, { err.kind, err.outcome, err.retryable, err.attempts })
      assert.truthy(err.hint:find("port", 1, true))
    end
  end)

  it("as a name that nobody knows is of kind dns", function()
    local api = server:client { base_url = "https://nonexistent.invalid", retry = { attempts = 2, base = 0.001 } }
    local value, err = api:request { method = "POST", path = "/well" }
    assert.is_nil(value)
    assert.same({ "dns", "not_sent", true, "request" }, { err.kind, err.outcome, err.retryable, err.operation })
    assert.truthy(err.hint:find("host name", 1, true))
  end)

  it("as a token endpoint keeps its kind, with operation token", function()
    local rows = {
      { "dns", "https://nonexistent.invalid/token" },
      { "connect", "https://127.0.0.1:" .. system.free_port() .. "/token" },
      { "network", server.urls.tls .. "/drop_first?key=t&times=1000" },
      { "timeout", server.urls.tls .. "/slow?seconds=3" },
    }
    for _, row in ipairs(rows) do
      local kind, token_url = row[1], row[2]
      server:forget()
      local api = server:client {
        auth = false, client_id = "made-up", client_secret = "made-up", scope = "s", token_url = token_url,
        retry = { attempts = 2, base = 0.001 }, timeout = kind == "timeout" and 0.3 or 10,
      }
      local value, err = api:request { method = "POST", path = "/well" }
      assert.is_nil(value)
      assert.same({ kind, "token", "not_sent", true }, { err.kind, err.operation, err.outcome, err.retryable })
      for _, seen in ipairs(server:requests()) do assert.not_equal("/well", seen.path) end
    end
  end)
end)

describe("a token endpoint", function()
  setup(function() server = peer.start() end)
  teardown(function() server:stop() end)
  after_each(function() server:close_clients() end)

  local function client(path, changes)
    local options = {
      auth = false, client_id = "made-up-id", client_secret = "made-up secret+&=", scope = "https://x/.default",
      token_url = server.urls.other .. path, retry = { attempts = 2, base = 0.001 },
    }
    for name, value in pairs(changes or {}) do options[name] = value end
    return server:client(options)
  end

  local answers = {
    ["HTML"] = "/body?body=%3Chtml%3Esecret-of-a-proxy%3C%2Fhtml%3E&type=text/html",
    ["HTML that is called JSON"] = "/body?body=%3Chtml%3E",
    ["nothing"] = "/body",
    ["204"] = "/empty",
    ["JSON without a token"] = "/body?body={}",
    ["JSON null"] = "/body?body=null",
    ["an empty token"] = "/body?body={%22access_token%22:%22%22}",
    ["a token with a line break"] = "/body?body={%22access_token%22:%22a%5Cnb%22}",
    ["a token that is a number"] = "/body?body={%22access_token%22:1}",
    ["a redirect"] = "/redirect?to=/token%3Fkey=redirected",
    ["a redirect elsewhere"] = "/redirect?to=https://nonexistent.invalid/",
    ["502 in HTML"] = "/status?status=502&type=text/html&body=%3Chtml%3E",
    ["404 in HTML"] = "/status?status=404&type=text/html&body=%3Chtml%3E",
    ["401"] = "/status?status=401",
    ["429"] = "/status?status=429",
    ["too much"] = "/big?bytes=200000",
  }
  for name, path in pairs(answers) do
    it("that answers " .. name .. " is of kind auth, and nothing is sent to the API", function()
      server:forget()
      local value, err = client(path, { max_body_bytes = 100000 }):request { method = "POST", path = "/well" }
      assert.is_nil(value)
      assert.same({ "auth", "token", "not_sent" }, { err.kind, err.operation, err.outcome }, tostring(err))
      assert.is_string(err.hint)
      for _, seen in ipairs(server:requests()) do
        assert.equal("other", seen.port)
        assert.not_equal("redirected", seen.args.key)
      end
      local printed = tostring(err)
      for key, field in pairs(err) do printed = printed .. tostring(key) .. tostring(field) end
      assert.is_nil(printed:find("secret-of-a-proxy", 1, true))
      assert.is_nil(printed:find("made-up secret", 1, true))
    end)
  end

  it("that answers well gets id and secret as a form, once", function()
    server:forget()
    local api = client("/token?key=well")
    assert(api:request { path = "/well" })
    assert(api:request { path = "/well" })
    local seen = server:requests()
    assert.equal(3, #seen)
    assert.equal("application/x-www-form-urlencoded", seen[1].headers["content-type"])
    assert.equal("client_id=made-up-id&client_secret=made-up%20secret%2B%26%3D&grant_type=client_credentials"
      .. "&scope=https%3A%2F%2Fx%2F.default", (seen[1].body:gsub("%+", "%%20")))
    assert.is_nil(seen[1].headers.authorization)
    assert.equal("Bearer made-up-well-1", seen[2].headers.authorization)
    assert.is_nil(seen[2].headers["content-type"])
    assert.same({ 1, 1 }, { api:stats().token_calls, seen[3].nth - seen[2].nth })
  end)

  it("is asked anew after a 401, once, and the call replayed, a POST too", function()
    server:forget()
    local api = client("/token?key=again")
    local value = assert(api:request { method = "POST", path = "/members", query = { from = 2, n = "in" }, body = {} })
    assert.equal("in", value.nonce)
    assert.equal(4, #server:requests()) -- token, 401, token, answer
    local nothing, err = api:request { method = "POST", path = "/members", query = { from = 9 } }
    assert.is_nil(nothing)
    assert.same({ "auth", 401, "rejected", 2 }, { err.kind, err.status, err.outcome, err.attempts })
    assert.equal(4 + 3, #server:requests()) -- 401, token, 401
  end)
end)
