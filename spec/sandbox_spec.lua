-- The sandbox over the wire: tokens as B2C gives them, who may do what, records
-- that come back byte for byte, every kind of fault, and a life that leaves
-- nothing behind. What our own client makes of all this is tested elsewhere.

local bignum = require "openssl.bignum"
local cjson = require "cjson"
local digest = require "openssl.digest"
local pkey = require "openssl.pkey"
local http = require "spec.support.http"
local sandbox = require "spec.support.sandbox"

local FORM = "application/x-www-form-urlencoded"
local server, tokens

local function escape(text)
  return (text:gsub("[^%w._~-]", function(c) return ("%%%02X"):format(c:byte()) end))
end

local function form(fields)
  local out = {}
  for name, value in pairs(fields) do out[#out + 1] = escape(name) .. "=" .. escape(value) end
  return table.concat(out, "&")
end

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

local function decode64(text)
  local bits, count, out = 0, 0, {}
  for c in text:gmatch(".") do
    bits = bits * 64 + ALPHABET:find(c, 1, true) - 1
    count = count + 6
    if count >= 8 then
      count = count - 8
      local high = math.floor(bits / 2 ^ count)
      out[#out + 1] = string.char(high)
      bits = bits - high * 2 ^ count
    end
  end
  return table.concat(out)
end

local function claims_of(token)
  return cjson.decode(decode64(token:match("^[^.]+%.([^.]+)%.")))
end

local function credentials(changes)
  local fields = {
    grant_type = "client_credentials", client_id = server.values.clientId,
    client_secret = server.values.clientSecret, scope = server.values.scope,
  }
  for name, value in pairs(changes or {}) do fields[name] = value or nil end
  return fields
end

local function ask_token(changes, content_type, url)
  return http.request {
    method = "POST", url = url or server.values.tokenUrl, ca_file = server.ca_file,
    headers = { ["Content-Type"] = content_type or FORM }, body = form(credentials(changes)),
  }
end

local SECRETS = {
  ["sandbox-coordinator"] = "made~up+Coordinator/secret=100%2B",
  ["sandbox-reader"] = "made~up+Reader/secret=50%25",
  ["sandbox-outsider"] = "made~up+Outsider/secret=7%7E",
}

local function fresh_token(client_id)
  local answer = assert(ask_token { client_id = client_id, client_secret = SECRETS[client_id] })
  assert.equal(200, answer.status, answer.body)
  return cjson.decode(answer.body).access_token
end

local function token_of(client_id)
  tokens[client_id] = tokens[client_id] or fresh_token(client_id)
  return tokens[client_id]
end

-- One call; `as` is a client's id, `token` a bearer as it is.
local function call(method, path, options)
  options = options or {}
  local headers = {}
  for name, value in pairs(options.headers or {}) do headers[name] = value end
  local token = options.token or token_of(options.as or "sandbox-coordinator")
  headers.Authorization = headers.Authorization or "Bearer " .. token
  if options.body then
    headers["Content-Type"] = headers["Content-Type"] or "application/json"
  end
  return http.request {
    method = method, url = server.base_url .. path, ca_file = server.ca_file, headers = headers,
    body = options.body, http1 = options.http1,
  }
end

local function code_of(answer)
  return cjson.decode(answer.body).error.code
end

local function assert_refused(status, code, answer)
  assert.equal(status, answer.status, answer.body)
  assert.equal(code, code_of(answer))
end

local function control(method, path, body)
  local answer = assert(http.request {
    method = method, url = server.base_url .. "/sandbox" .. path, ca_file = server.ca_file,
    headers = body and { ["Content-Type"] = "application/json" } or nil, body = body,
  })
  return answer
end

local function fault(text)
  local answer = control("POST", "/faults", text)
  assert.equal(201, answer.status, answer.body)
end

local function patient(number, more)
  return ('{"studyIdentifier":"ONC-301","siteIdentifier":"1042","screeningNumber":"%s"%s}')
    :format(number, more or "")
end

local function count_patients(number)
  local answer = call("GET", "/patients?studyIdentifier=ONC-301&screeningNumber=" .. number)
  return cjson.decode(answer.body).total
end

local function file_exists(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

local function write_file(text)
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return path
end

describe("the sandbox", function()
  local main

  setup(function()
    main, tokens = sandbox.start(), {}
  end)

  teardown(function()
    sandbox.stop_all_but()
  end)

  after_each(function()
    sandbox.stop_all_but(main) -- what a failed spec left running
  end)

  before_each(function()
    server = main
    control("POST", "/reset")
  end)

  describe("token endpoint", function()
    local function assert_b2c(code, kind, answer)
      assert.equal(400, answer.status)
      assert.truthy(answer.headers["content-type"]:find("application/json", 1, true))
      local body = cjson.decode(answer.body)
      assert.equal(kind, body.error)
      local text = body.error_description
      assert.truthy(text:find(("^AADB2C%d: "):format(code)), text)
      assert.truthy(text:find("\r\nCorrelation ID: %x+%-%x+%-%x+%-%x+%-%x+\r\n"), text)
      assert.truthy(text:find("\r\nTimestamp: %d%d%d%d%-%d%d%-%d%d %d%d:%d%d:%d%dZ\r\n$"), text)
      for key in pairs(body) do
        assert.truthy(key == "error" or key == "error_description", key)
      end
    end

    it("answers in B2C's shape, with an RS256 token that its key set verifies", function()
      local answer = ask_token()
      assert.equal(200, answer.status)
      local body = cjson.decode(answer.body)
      assert.equal("Bearer", body.token_type)
      assert.equal(3600, body.expires_in)
      assert.equal(body.not_before + 3600, body.expires_on)
      assert.is_nil(body.refresh_token)
      assert.is_nil(body.scope)

      local head, payload, signature = body.access_token:match("^([^.]+)%.([^.]+)%.([^.]+)$")
      local header = cjson.decode(decode64(head))
      assert.equal("RS256", header.alg)
      local claims = cjson.decode(decode64(payload))
      assert.equal("api.study.read api.site.manage api.patient.manage", claims.scp)
      assert.equal("sandbox-coordinator", claims.azp)
      assert.equal(body.resource, claims.aud)
      assert.equal(body.expires_on, claims.exp)
      assert.equal("1.0", claims.ver)
      assert.equal("b2c_1_signin_signup", claims.tfp)
      assert.truthy(claims.sub and claims.iat and claims.nbf)
      assert.is_nil(claims.roles)

      local root = server.values.tokenUrl:gsub("/oauth2/v2%.0/token$", "")
      local discovery = http.request {
        url = root .. "/v2.0/.well-known/openid-configuration", ca_file = server.ca_file,
      }
      local metadata = cjson.decode(discovery.body)
      assert.equal(claims.iss, metadata.issuer)
      assert.equal(server.values.tokenUrl, metadata.token_endpoint)
      local keys = cjson.decode(http.request {
        url = metadata.jwks_uri, ca_file = server.ca_file,
      }.body).keys
      assert.equal(header.kid, keys[1].kid)
      local key = pkey.new { type = "RSA", bits = 512 }
      key:setParameters {
        n = bignum.fromBinary(decode64(keys[1].n)), e = bignum.fromBinary(decode64(keys[1].e)),
      }
      assert.is_true(key:verify(decode64(signature),
        digest.new("sha256"):update(head .. "." .. payload)))
    end)

    it("takes policy and tenant without regard to case", function()
      local url = server.values.tokenUrl:gsub("b2c_1_signin_signup", "B2C_1_SignIn_SignUp")
      assert.equal(200, ask_token(nil, nil, url).status)
    end)

    it("answers an HTML 404 for a wrong policy or tenant", function()
      for _, wrong in ipairs { { "b2c_1_signin_signup", "b2c_1_other" },
        { "clinonesandbox%.", "someoneelse." } } do
        local answer = ask_token(nil, nil, (server.values.tokenUrl:gsub(wrong[1], wrong[2])))
        assert.equal(404, answer.status)
        assert.equal("text/html", answer.headers["content-type"])
      end
    end)

    it("names each mistake by B2C's code", function()
      assert_b2c(90081, "invalid_client", ask_token { client_secret = "wrong" })
      assert_b2c(90018, "invalid_client", ask_token { client_id = "nobody" })
      assert_b2c(90079, "invalid_request", ask_token { client_secret = false })
      assert_b2c(90083, "invalid_request", ask_token { grant_type = false })
      assert_b2c(90008, "invalid_request", ask_token { client_id = false })
      assert_b2c(90010, "invalid_request", ask_token { scope = false })
      assert_b2c(90086, "unsupported_grant_type", ask_token { grant_type = "password" })
      assert_b2c(90055, "invalid_request", ask_token { scope = "openid profile" })
      local scope = server.values.scope
      assert_b2c(90117, "invalid_scope", ask_token { scope = scope:gsub("clinoneapi", "other") })
      assert_b2c(90117, "invalid_scope", ask_token { scope = scope:gsub("%.default", "read") })
      assert_b2c(90146, "invalid_scope", ask_token { scope = scope .. " https://x.y/z/.default" })
    end)

    it("reads a form only, and decodes it", function()
      assert_b2c(90083, "invalid_request", ask_token(nil, "application/json"))
      local answer = http.request {
        method = "POST", url = server.values.tokenUrl, ca_file = server.ca_file,
        headers = { ["Content-Type"] = FORM },
        -- The secret as it is: its + and %2B are taken for something else.
        body = form(credentials { client_secret = false })
          .. "&client_secret=" .. server.values.clientSecret,
      }
      assert_b2c(90081, "invalid_client", answer)
    end)
  end)

  describe("bearer", function()
    it("is required, and verified for real", function()
      local good = token_of "sandbox-coordinator"
      local head, payload, signature = good:match("^([^.]+)%.([^.]+)%.([^.]+)$")
      local none = "eyJhbGciOiJub25lIn0" -- {"alg":"none"}
      local other = signature:sub(1, 1) == "A" and "B" or "A"
      for _, header in ipairs {
        "", "Bearer", "Basic " .. good, "Bearer x", "Bearer " .. good .. "x.",
        "Bearer " .. head .. "." .. payload .. "." .. other .. signature:sub(2),
        "Bearer " .. none .. "." .. payload .. ".", "Bearer " .. none .. "." .. payload .. ".AA",
      } do
        local answer = call("GET", "/patients", { headers = { Authorization = header } })
        assert_refused(401, "invalid_token", answer)
        assert.equal('Bearer error="invalid_token"', answer.headers["www-authenticate"])
      end
      assert.equal(200, call("GET", "/patients", { token = good }).status)
    end)

    it("from another sandbox is worth nothing", function()
      server = sandbox.start()
      local foreign = fresh_token "sandbox-coordinator"
      server.stop()
      server = main
      assert_refused(401, "invalid_token", call("GET", "/patients", { token = foreign }))
    end)
  end)

  describe("scopes and studies", function()
    it("lets a reader read, and nothing else", function()
      local as = "sandbox-reader"
      local list = cjson.decode(call("GET", "/patients", { as = as }).body)
      local path = "/patients/" .. list.items[1].id
      assert.equal(200, call("GET", path, { as = as }).status)
      local body = patient("R-1")
      assert_refused(403, "insufficient_scope", call("POST", "/patients", { as = as, body = body }))
      assert_refused(403, "insufficient_scope", call("PUT", path, { as = as, body = body }))
      assert_refused(403, "insufficient_scope", call("DELETE", path, { as = as }))
    end)

    it("follows the page's table of actions", function()
      local body = patient("S-1")
      local created = cjson.decode(call("POST", "/patients", { body = body }).body)
      local path = "/patients/" .. created.id
      local expected = {
        read = { GET = 200, POST = 403, PUT = 403, DELETE = 403 },
        write = { GET = 200, POST = 409, PUT = 200, DELETE = 403 },
        delete = { GET = 200, POST = 403, PUT = 403, DELETE = 204 },
        other = { GET = 403, POST = 403, PUT = 403, DELETE = 403 },
      }
      for _, action in ipairs { "read", "write", "other", "delete" } do
        fault(('{"operation":"token","kind":"scopes","scp":"api.site.manage api.patient.%s"}')
          :format(action))
        local token = fresh_token "sandbox-coordinator"
        for _, method in ipairs { "GET", "POST", "PUT", "DELETE" } do
          local writes = method == "POST" or method == "PUT"
          local answer = call(method, method == "POST" and "/patients" or path,
            { token = token, body = writes and body or nil })
          assert.equal(expected[action][method], answer.status, action .. " " .. method)
        end
      end
    end)

    it("keeps studies apart", function()
      local as = "sandbox-outsider"
      assert_refused(403, "study_not_associated",
        call("POST", "/patients", { as = as, body = patient("O-1") }))
      assert_refused(403, "study_not_associated",
        call("GET", "/patients?studyIdentifier=ONC-301", { as = as }))
      local all = cjson.decode(call("GET", "/patients").body)
      assert.equal(3, all.total)
      local id = all.items[1].id
      assert_refused(403, "study_not_associated", call("GET", "/patients/" .. id, { as = as }))
      assert_refused(403, "study_not_associated", call("DELETE", "/patients/" .. id, { as = as }))
      assert.equal(0, cjson.decode(call("GET", "/patients", { as = as }).body).total)
      local seen = cjson.decode(call("GET", "/studies", { as = as }).body)
      assert.equal(1, seen.total)
      assert.equal("CARD-7", seen.items[1].studyIdentifier)
      assert.equal(3, cjson.decode(call("GET", "/studies").body).total)
    end)

    it("knows no other studies and sites, and says so without the value", function()
      local function post(study, site)
        return call("POST", "/patients", {
          body = patient("U-1"):gsub("ONC%-301", study):gsub("1042", site),
        })
      end
      local answer = post("NOPE-9", "1042")
      assert_refused(404, "study_not_found", answer)
      assert.is_nil(answer.body:find("NOPE", 1, true))
      assert_refused(404, "site_not_found", post("ONC-301", "2001"))
      assert_refused(404, "study_not_found", call("GET", "/sites?studyIdentifier=NOPE-9"))
      assert_refused(404, "site_not_found",
        call("GET", "/patients?studyIdentifier=ONC-301&siteIdentifier=9999"))
      -- A resource's own identifier is a filter.
      for _, path in ipairs { "/studies?studyIdentifier=NOPE-9",
        "/sites?studyIdentifier=ONC-301&siteIdentifier=9999" } do
        assert.equal(0, cjson.decode(call("GET", path).body).total)
      end
    end)

    it("knows a site as soon as it is created", function()
      local site = '{"studyIdentifier":"CDISCPILOT01","siteIdentifier":"701"}'
      assert.equal(201, call("POST", "/sites", { body = site }).status)
      assert_refused(409, "duplicate", call("POST", "/sites", { body = site }))
      local body = '{"studyIdentifier":"CDISCPILOT01","siteIdentifier":"701",'
        .. '"screeningNumber":"01-701-1015"}'
      assert.equal(201, call("POST", "/patients", { body = body }).status)
      assert_refused(404, "study_not_found", call("POST", "/sites",
        { body = '{"studyIdentifier":"NOPE-9","siteIdentifier":"1"}' }))
    end)
  end)

  describe("records", function()
    it("come back byte for byte", function()
      local odd = ', "birthYear":123456789012345678901234567890,"visits":[],'
        .. '"sex" : null, "status":"\\u00e9\\/\195\169 \\ud83d\\ude00"'
      local body = patient("B-1", odd)
      local answer = call("POST", "/patients", { body = " \n" .. body .. "\n" })
      assert.equal(201, answer.status, answer.body)
      local id = answer.body:match('^{"id":"([^"]+)"')
      local stored = ('{"id":"%s",%s'):format(id, body:sub(2))
      assert.equal(stored, answer.body)
      assert.equal(stored, call("GET", "/patients/" .. id).body)
      local list = call("GET", "/patients?siteIdentifier=1042").body
      assert.truthy(list:find(stored, 1, true))
      -- With its id, as it was read, and without.
      assert.equal(stored, call("PUT", "/patients/" .. id, { body = stored }).body)
      assert.equal(stored, call("PUT", "/patients/" .. id, { body = body }).body)
    end)

    it("are replaced whole, and deleted once", function()
      local made = call("POST", "/patients", { body = patient("D-1", ',"sex":"F"') })
      local id = cjson.decode(made.body).id
      local replaced = call("PUT", "/patients/" .. id, { body = patient("D-2") })
      assert.equal(200, replaced.status)
      assert.is_nil(cjson.decode(call("GET", "/patients/" .. id).body).sex)
      assert.equal(0, count_patients "D-1")
      assert.equal(1, count_patients "D-2")
      local gone = call("DELETE", "/patients/" .. id)
      assert.equal(204, gone.status)
      assert.equal("", gone.body)
      assert_refused(404, "not_found", call("DELETE", "/patients/" .. id))
      assert_refused(404, "not_found", call("GET", "/patients/" .. id))
      assert_refused(404, "not_found", call("PUT", "/patients/" .. id, { body = patient("D-2") }))
      assert.equal(0, count_patients "D-2")
    end)

    it("have one natural key and their own id", function()
      local first = call("POST", "/patients", { body = patient("K-1") })
      assert_refused(409, "duplicate", call("POST", "/patients", { body = patient("K-1") }))
      assert.equal(201, call("POST", "/patients", { body = patient("K-2") }).status)
      local id = cjson.decode(first.body).id
      assert_refused(409, "duplicate", call("PUT", "/patients/" .. id, { body = patient("K-2") }))
      assert_refused(400, "id_not_allowed",
        call("POST", "/patients", { body = patient("K-3", ',"id":"x"') }))
      assert_refused(400, "id_not_allowed",
        call("POST", "/patients", { body = patient("K-3", ',"id":null') }))
      assert_refused(400, "id_mismatch",
        call("PUT", "/patients/" .. id, { body = patient("K-1", ',"id":"x"') }))
    end)

    it("are paged", function()
      for i = 1, 7 do call("POST", "/patients", { body = patient("P-" .. i) }) end
      local function page(query)
        return cjson.decode(call("GET", "/patients?siteIdentifier=1042" .. query).body)
      end
      local first = page ""
      assert.same({ 1, 50, 7, 7 }, { first.page, first.pageSize, first.total, #first.items })
      local second = page "&page=2&pageSize=3"
      assert.same({ 2, 3, 7, 3 }, { second.page, second.pageSize, second.total, #second.items })
      assert.equal("P-4", second.items[1].screeningNumber)
      assert.equal(1, #page "&page=3&pageSize=3".items)
      assert.equal(0, #page "&page=4&pageSize=3".items)
      for _, query in ipairs { "page=0", "page=x", "page=-1", "pageSize=0", "pageSize=101",
        "page=1.5" } do
        assert_refused(400, "invalid_parameter", call("GET", "/patients?" .. query))
      end
      assert.truthy(call("GET", "/patients?siteIdentifier=1042&screeningNumber=none").body
        :find('"items":[]', 1, true))
    end)

    it("are checked against the catalog", function()
      local function post(body, headers)
        return call("POST", "/patients", { body = body, headers = headers })
      end
      local missing = post '{"studyIdentifier":"ONC-301","siteIdentifier":"1042"}'
      assert_refused(400, "missing_field", missing)
      assert.truthy(missing.body:find("screeningNumber", 1, true))
      assert_refused(400, "missing_field", post((patient("x"):gsub('"x"', "null"))))
      assert_refused(400, "wrong_type", post(patient("x", ',"birthYear":"1961"')))
      assert_refused(400, "wrong_type", post(patient("x", ',"birthYear":1961.5')))
      assert_refused(400, "wrong_type", post(patient("x", ',"visits":{}')))
      assert_refused(400, "wrong_type", post "[]")
      assert_refused(400, "unknown_field", post(patient("x", ',"shoeSize":44')))
      assert_refused(400, "repeated_field", post(patient("x", ',"sex":"F","sex":"M"')))
      for _, body in ipairs { "{", "", "{'a':1}", '{"a":01}', '{"a":NaN}', '{"a":"\255"}',
        '{"a":1,}', "{}x" } do
        assert_refused(400, "invalid_json", post(body))
      end
      assert_refused(415, "unsupported_media_type",
        post(patient("x"), { ["Content-Type"] = "text/plain" }))
      assert.equal(201,
        post(patient("x"), { ["Content-Type"] = "Application/JSON; charset=utf-8" }).status)
      assert_refused(400, "unknown_parameter", call("GET", "/patients?colour=red"))
    end)

    it("stand under their routes only", function()
      assert_refused(404, "route_not_found", call("GET", "/patient"))
      assert_refused(404, "route_not_found", call("GET", "/patients/a/b"))
      local wrong = call("PATCH", "/patients/x", { body = "{}" })
      assert_refused(405, "method_not_allowed", wrong)
      assert.equal("DELETE, GET, PUT", wrong.headers.allow)
      -- An encoded slash is part of the id, never another route.
      assert_refused(404, "not_found", call("GET", "/patients/a%2Fb"))
      assert_refused(404, "not_found", call("GET", "/patients/%2e%2e"))
    end)

    it("take large bodies", function()
      local body = patient("L-1", ',"visits":["' .. ("x"):rep(8 * 1024 * 1024) .. '"]')
      local answer = call("POST", "/patients", { body = body })
      assert.equal(201, answer.status)
      assert.equal(#body + #'"id":"00000000-0000-0000-0000-000000000000",', #answer.body)
    end)
  end)

  describe("faults", function()
    it("strike as often as asked, and can be listed and cleared", function()
      fault '[{"operation":"patients.list","kind":"status","status":503,"count":2,"after":1}]'
      local seen = {}
      for i = 1, 5 do seen[i] = call("GET", "/patients").status end
      assert.same({ 200, 503, 503, 200, 200 }, seen)
      assert.equal(200, call("GET", "/sites").status)
      local listed = cjson.decode(control("GET", "/faults").body)
      assert.same({ 0, 2 }, { listed[1].count, listed[1].struck })
      fault '{"operation":"*","kind":"status","status":500,"count":9,"probability":0}'
      assert.equal(200, call("GET", "/patients").status)
      fault '{"operation":"*","kind":"status","status":500,"count":9}'
      assert.equal(500, call("GET", "/patients").status)
      assert.equal(200, ask_token().status)
      assert.equal(204, control("DELETE", "/faults").status)
      assert.equal("[]", control("GET", "/faults").body)
      assert.equal(200, call("GET", "/patients").status)
    end)

    it("are refused where they make no sense", function()
      for _, text in ipairs {
        '{"operation":"patients.create"}', '{"operation":"patients.create","kind":"explode"}',
        '{"operation":"patients.creat","kind":"cut"}', '{"kind":"cut"}', "{", '"cut"',
        '{"operation":"patients.list","kind":"latency"}',
        '{"operation":"patients.list","kind":"opaque"}',
        '{"operation":"patients.list","kind":"cut","times":2}',
        '{"operation":"patients.list","kind":"cut","count":"2"}',
        '[{"operation":"*","kind":"cut"},{"operation":"*","kind":"status"}]',
      } do
        assert.equal(400, control("POST", "/faults", text).status, text)
      end
      assert.equal("[]", control("GET", "/faults").body)
    end)

    it("latency", function()
      fault '{"operation":"patients.list","kind":"latency","seconds":1.1}'
      local before = os.time()
      assert.equal(200, call("GET", "/patients").status)
      assert.is_true(os.time() - before >= 1)
    end)

    it("unauthorized once, rate_limited, status", function()
      fault '{"operation":"patients.list","kind":"unauthorized"}'
      local answer = call("GET", "/patients")
      assert_refused(401, "invalid_token", answer)
      assert.truthy(answer.headers["www-authenticate"])
      assert.equal(200, call("GET", "/patients").status)

      fault '{"operation":"patients.list","kind":"rate_limited","retry_after":2}'
      answer = call("GET", "/patients")
      assert_refused(429, "rate_limited", answer)
      assert.equal("2", answer.headers["retry-after"])
      fault '{"operation":"patients.list","kind":"rate_limited","retry_after":2,"date":true}'
      answer = call("GET", "/patients")
      assert.truthy(answer.headers["retry-after"]:find("^%a+, %d+ %a+ %d+ %d+:%d+:%d+ GMT$"))

      fault '{"operation":"patients.list","kind":"status","status":503,"retry_after":7}'
      answer = call("GET", "/patients")
      assert_refused(503, "fault", answer)
      assert.equal("7", answer.headers["retry-after"])
      fault '{"operation":"patients.list","kind":"status","status":502,"html":true}'
      answer = call("GET", "/patients")
      assert.same({ 502, "text/html" }, { answer.status, answer.headers["content-type"] })
    end)

    it("cut is not applied, lost_answer is", function()
      for _, http1 in ipairs { true, false } do
        local number = http1 and "C-1" or "C-2"
        fault '{"operation":"patients.create","kind":"cut"}'
        assert.is_nil(call("POST", "/patients", { body = patient(number), http1 = http1 }))
        assert.equal(0, count_patients(number))
        fault '{"operation":"patients.create","kind":"lost_answer"}'
        assert.is_nil(call("POST", "/patients", { body = patient(number), http1 = http1 }))
        assert.equal(1, count_patients(number))
      end
      -- A refused request stays refused.
      fault '{"operation":"patients.create","kind":"lost_answer"}'
      assert.is_nil(call("POST", "/patients", { body = patient("C-3"), as = "sandbox-reader" }))
      assert.equal(0, count_patients "C-3")
    end)

    it("late_write is applied after a while", function()
      fault '{"operation":"patients.create","kind":"late_write","seconds":0.6}'
      assert.is_nil(call("POST", "/patients", { body = patient("W-1") }))
      assert.equal(0, count_patients "W-1")
      sandbox.sleep(0.8)
      assert.equal(1, count_patients "W-1")
    end)

    it("break answers", function()
      local whole = call("GET", "/patients").body
      fault '{"operation":"patients.list","kind":"truncated_json"}'
      local answer = call("GET", "/patients")
      assert.equal(200, answer.status)
      assert.equal(#answer.body, tonumber(answer.headers["content-length"]))
      assert.equal(whole:sub(1, #answer.body), answer.body)
      assert.is_false((pcall(cjson.decode, answer.body)))

      for _, http1 in ipairs { true, false } do
        fault '{"operation":"patients.list","kind":"short_body"}'
        assert.is_nil(call("GET", "/patients", { http1 = http1 }))
      end

      fault '{"operation":"patients.list","kind":"invalid_utf8"}'
      assert.truthy(call("GET", "/patients").body:find("\195\40", 1, true))

      fault '{"operation":"patients.create","kind":"empty"}'
      answer = call("POST", "/patients", { body = patient("E-1") })
      assert.same({ 200, "", "0" }, { answer.status, answer.body, answer.headers["content-length"] })
      assert.equal(1, count_patients "E-1")

      fault '{"operation":"patients.create","kind":"html"}'
      answer = call("POST", "/patients", { body = patient("E-2") })
      assert.same({ 200, "text/html" }, { answer.status, answer.headers["content-type"] })
      assert.equal(0, count_patients "E-2")

      fault '{"operation":"patients.list","kind":"redirect","location":"https://evil.example/x"}'
      answer = call("GET", "/patients")
      assert.same({ 302, "https://evil.example/x" }, { answer.status, answer.headers.location })
    end)

    describe("of the token endpoint", function()
      local function token_fault(more)
        fault('{"operation":"token",' .. more .. "}")
        local answer = assert(ask_token())
        local ok, body = pcall(cjson.decode, answer.body)
        return answer, ok and body or nil
      end

      it("expired_token", function()
        local _, body = token_fault '"kind":"expired_token"'
        assert.is_true(claims_of(body.access_token).exp < os.time())
        assert.equal(0, body.expires_in)
        assert_refused(401, "invalid_token", call("GET", "/patients", { token = body.access_token }))
      end)

      it("string_numbers and expires_on_only", function()
        local _, body = token_fault '"kind":"string_numbers"'
        assert.equal("3600", body.expires_in)
        assert.equal("string", type(body.expires_on))
        assert.equal("string", type(body.not_before))
        _, body = token_fault '"kind":"expires_on_only"'
        assert.is_nil(body.expires_in)
        assert.is_true(body.expires_on > os.time())
      end)

      it("opaque: no JWT, but good", function()
        local _, body = token_fault '"kind":"opaque"'
        assert.is_nil(body.access_token:find(".", 1, true))
        assert.equal(200, call("GET", "/patients", { token = body.access_token }).status)
      end)

      it("clock: another time everywhere, and still good", function()
        for _, skew in ipairs { 600, -7200 } do
          local answer, body = token_fault('"kind":"clock","skew":' .. skew)
          local claims = claims_of(body.access_token)
          assert.is_true(math.abs(claims.iat - os.time() - skew) < 5)
          assert.equal(claims.exp, body.expires_on)
          assert.equal(3600, body.expires_in)
          local listed = call("GET", "/patients", { token = body.access_token })
          assert.equal(200, listed.status)
          local plain = ask_token()
          assert.are_not.equal(plain.headers.date:sub(1, 22), answer.headers.date:sub(1, 22))
          assert.equal(answer.headers.date:sub(1, 19), listed.headers.date:sub(1, 19))
        end
      end)

      it("throttled, html_error, empty, status", function()
        local answer = token_fault '"kind":"throttled"'
        assert.same({ 429, "Too Many Requests", "60" },
          { answer.status, answer.body, answer.headers["retry-after"] })
        answer = token_fault '"kind":"html_error"'
        assert.same({ 502, "text/html" }, { answer.status, answer.headers["content-type"] })
        answer = token_fault '"kind":"empty"'
        assert.same({ 200, "" }, { answer.status, answer.body })
        answer = token_fault '"kind":"status","status":503'
        assert.equal(503, answer.status)
      end)
    end)
  end)

  describe("log", function()
    it("shows routes as templates, and no value", function()
      control("DELETE", "/log")
      local id = cjson.decode(call("POST", "/patients", {
        body = patient("LOG-1"), headers = { ["X-Request-Id"] = "req-1" },
      }).body).id
      local answer = call("GET", "/patients/" .. id, { headers = { ["X-Request-Id"] = "req-2" } })
      assert.equal("req-2", answer.headers["x-request-id"])
      call("GET", "/nothing/" .. id)
      fault '{"operation":"patients.list","kind":"cut"}'
      call("GET", "/patients?screeningNumber=LOG-1")
      ask_token()
      local text = control("GET", "/log").body
      assert.is_nil(text:find("LOG-1", 1, true))
      assert.is_nil(text:find(id, 1, true))
      local seen = {}
      for i, entry in ipairs(cjson.decode(text)) do
        seen[i] = ("%s %s %s %d"):format(entry.method, entry.operation or "-", entry.route,
          entry.status)
        assert.equal("number", type(entry.connection))
      end
      assert.same({
        "POST patients.create /patients 201", "GET patients.get /patients/{id} 200",
        "GET - (unknown route) 404", "GET patients.list /patients 444",
        "POST token /{tenant}/{policy}/oauth2/v2.0/token 200",
      }, seen)
      assert.equal("req-1", cjson.decode(text)[1].request_id)
    end)

    it("knows nothing else under /sandbox", function()
      assert.equal(404, control("GET", "/records").status)
      assert.equal(404, control("PUT", "/faults", "[]").status)
    end)
  end)
end)

describe("a sandbox's life", function()
  after_each(function() sandbox.stop_all_but() end)

  local function directory_of(handle) return (handle.environment:match("^(.*)/[^/]+$")) end

  -- What `nohup` leaves behind is inherited by everything started from here.
  local function under_nohup()
    local pipe = io.popen("kill -HUP $$; echo ignored")
    local said = pipe:read("*a")
    pipe:close()
    return said ~= ""
  end

  it("outlives a closed terminal under nohup only", function()
    local handle = sandbox.start { wrapper = "nohup" }
    os.execute("kill -HUP " .. handle.pid)
    sandbox.sleep(1.2)
    assert.is_true(sandbox.alive(handle.pid))
    local answer = http.request { url = handle.base_url .. "/sites", ca_file = handle.ca_file }
    assert.equal(401, answer.status)
    handle.stop()
    if under_nohup() then return end -- then there is no other way to be started
    handle = sandbox.start()
    assert.is_true(sandbox.kill(handle.pid, "HUP"))
    assert.is_false(file_exists(directory_of(handle)))
    handle.stop()
  end)

  it("ends with SIGTERM, SIGINT and SIGQUIT, and leaves nothing behind", function()
    for _, signal in ipairs { "TERM", "INT", "QUIT" } do
      local handle = sandbox.start()
      local directory = directory_of(handle)
      assert.is_true(file_exists(directory .. "/ca.pem"))
      assert.is_true(sandbox.kill(handle.pid, signal), signal)
      assert.is_false(file_exists(directory), signal)
      assert.is_nil((http.request { url = handle.base_url .. "/sandbox/log", ca_file = "/dev/null" }))
      handle.stop()
    end
  end)

  it("ends by itself after its lifetime", function()
    local handle = sandbox.start { arguments = "--lifetime 1" }
    sandbox.sleep(1.6)
    assert.is_false(sandbox.alive(handle.pid))
    assert.is_false(file_exists(directory_of(handle)))
    handle.stop()
  end)

  it("keeps its files to itself", function()
    local handle = sandbox.start()
    local pipe = io.popen("ls -lan " .. directory_of(handle))
    local listing = pipe:read("*a")
    pipe:close()
    assert.truthy(listing:find("\ndrwx%-%-%-%-%-%-[^\n]* %.\n"), listing)
    for name in ("environment.json settings.json server.key nginx.conf"):gmatch("%S+") do
      assert.truthy(listing:find("\n%-rw%-%-%-%-%-%-%-[^\n]* " .. name:gsub("%p", "%%%0") .. "\n"),
        name .. listing)
    end
    handle.stop()
  end)

  it("frees its port, and says when one is taken", function()
    local handle = sandbox.start()
    local exit, said = sandbox.command("sandbox --port " .. handle.port)
    assert.equal(1, exit)
    assert.truthy(said:find("port " .. handle.port, 1, true), said)
    assert.is_nil(said:find("emerg", 1, true), said)
    handle.stop()
    local again = sandbox.start { arguments = "--port " .. handle.port }
    assert.equal(handle.port, again.port)
    again.stop()
  end)

  it("says what is missing where there is no nginx with Lua", function()
    local exit, said = sandbox.command("sandbox --nginx /nowhere/nginx")
    assert.equal(1, exit)
    assert.truthy(said:find("/nowhere/nginx does not exist", 1, true), said)
    assert.truthy(said:find("libnginx-mod-http-lua", 1, true), said)
    exit, said = sandbox.command("sandbox --nginx /bin/true")
    assert.equal(1, exit)
    assert.truthy(said:find("/bin/true is no nginx", 1, true), said)

    local nginx = require "clinone.sandbox.nginx"
    local found, message = nginx.find { search = "/nowhere", usual = {} }
    assert.is_nil(found)
    assert.truthy(message:find("neither nginx nor openresty", 1, true), message)
    assert.truthy(message:find("brew install", 1, true))

    -- An nginx, but without the module's file.
    local directory = os.tmpname()
    os.remove(directory)
    os.execute("mkdir " .. directory)
    local file = assert(io.open(directory .. "/nginx", "w"))
    file:write("#!/bin/sh\necho 'nginx version: nginx/1.22.1'\n"
      .. "echo 'configure arguments: --with-http_ssl_module --with-http_v2_module'\n")
    file:close()
    os.execute("chmod +x " .. directory .. "/nginx")
    found, message = nginx.find { search = directory, usual = {}, usual_modules = { "/nowhere" } }
    os.remove(directory .. "/nginx")
    os.remove(directory)
    assert.is_nil(found)
    assert.truthy(message:find("nginx has no Lua module (ngx_http_lua_module.so", 1, true), message)
  end)

  it("says what is wrong with a fixtures file or a catalog", function()
    for _, case in ipairs {
      { "--fixtures /nowhere/f.json", "/nowhere/f.json" },
      { "--fixtures %s", "no valid JSON", "{" },
      { "--fixtures %s", 'unknown key "client"', '{"client":[]}' },
      { "--fixtures %s", "clients[1].secret", '{"clients":[{"id":"a"}]}' },
      { "--fixtures %s", "scopes", '{"clients":[{"id":"a","secret":"b","scopes":["x"]}]}' },
      { "--catalog %s", "is no JSON", "[" },
      { "--catalog %s", "resources", '{"catalog":1}' },
      { "--catalog %s", "a.b needs a method", '{"catalog":1,"resources":{"a":{"operations":{"b":{}}}}}' },
    } do
      local path = case[3] and write_file(case[3])
      local exit, said = sandbox.command("sandbox " .. case[1]:format(path))
      if path then os.remove(path) end
      assert.equal(1, exit)
      assert.truthy(said:find(case[2], 1, true), said)
      assert.is_nil(said:find("traceback", 1, true), said)
    end
  end)

  it("plays another catalog with other fixtures", function()
    local catalog = write_file [[{"catalog":1,"title":"Visits","resources":{
      "subjects":{"group":"subject","operations":{
        "find":{"method":"GET","path":"/v2/studies/{studyIdentifier}/subjects"},
        "add":{"method":"POST","path":"/v2/studies/{studyIdentifier}/subjects","aliases":["create"]},
        "show":{"method":"GET","path":"/v2/studies/{studyIdentifier}/subjects/{code}"},
        "search":{"method":"GET","path":"/v2/studies/{studyIdentifier}/subjects/search"},
        "ping":{"method":"POST","path":"/v2/ping"}}}}}]]
    local fixtures = write_file [[{"tenant":"acme","policy":"p1","clients":[
        {"id":"c","secret":"s","scopes":["api.subject.write"],"studies":["S1"]}],
      "keys":{"subjects":["code"],"studies":["studyIdentifier"]},
      "records":{"studies":[{"studyIdentifier":"S1"},{"studyIdentifier":"S2"}],
        "subjects":[{"studyIdentifier":"S1","code":"A","big":12345678901234567890}]}}]]
    server = sandbox.start { catalog = catalog, fixtures = fixtures }
    local token = cjson.decode(ask_token().body).access_token
    local function go(method, path, body)
      return call(method, "/v2" .. path, { token = token, body = body })
    end
    local checks = {
      { 200, go("GET", "/studies/S1/subjects") }, { 200, go("GET", "/studies/S1/subjects/A") },
      { 201, go("POST", "/studies/S1/subjects", '{"code":"B","any":[{}]}') },
      { 409, go("POST", "/studies/S1/subjects", '{"code":"B"}') },
      { 200, go("GET", "/studies/S1/subjects/B") }, { 404, go("GET", "/studies/S1/subjects/C") },
      { 403, go("GET", "/studies/S2/subjects") }, { 404, go("GET", "/studies/S3/subjects") },
      { 501, go("GET", "/studies/S1/subjects/search") }, { 501, go("POST", "/ping", "{}") },
      { 404, call("GET", "/patients", { token = token }) },
    }
    fault '{"operation":"subjects.create","kind":"status","status":500}'
    checks[#checks + 1] = { 500, go("POST", "/studies/S1/subjects", '{"code":"Z"}') }
    local url = server.values.tokenUrl
    server.stop()
    os.remove(catalog)
    os.remove(fixtures)
    for i, check in ipairs(checks) do assert.equal(check[1], check[2].status, i) end
    assert.truthy(checks[1][2].body:find('"big":12345678901234567890', 1, true))
    assert.truthy(url:find("/acme.onmicrosoft.com/p1/", 1, true))
  end)

  it("logs lines only when asked, without values", function()
    for _, arguments in ipairs { "", "--log" } do
      server, tokens = sandbox.start { arguments = arguments }, {}
      local id = cjson.decode(call("POST", "/patients", { body = patient("SECRET-7") }).body).id
      call("GET", "/patients/" .. id)
      local file = assert(io.open(server.stderr, "rb"))
      local said = file:read("*a")
      file:close()
      server.stop()
      assert.equal(arguments == "--log", said:find("GET /patients/{id} 200", 1, true) ~= nil, said)
      for _, value in ipairs { "SECRET-7", id, SECRETS["sandbox-coordinator"] } do
        assert.is_nil(said:find(value, 1, true))
      end
    end
  end)
end)

describe("the command", function()
  after_each(function() sandbox.stop_all_but() end)

  it("says how it is used", function()
    local exit, said = sandbox.command("--help")
    assert.equal(0, exit)
    assert.truthy(said:find("Exit codes", 1, true))
    exit, said = sandbox.command("sandbox --help")
    assert.equal(0, exit)
    assert.truthy(said:find("Examples", 1, true))
    for _, wrong in ipairs { "", "nothing", "sandbox --prot 1", "sandbox --port x",
      "sandbox --port 70000", "sandbox --lifetime 0" } do
      exit, said = sandbox.command(wrong)
      assert.equal(2, exit, wrong)
      assert.truthy(said:find("Usage:", 1, true), said)
    end
  end)

  it("prints fixtures that it takes", function()
    local exit, said = sandbox.command("sandbox --print-fixtures")
    assert.equal(0, exit)
    local path = write_file(said)
    local handle = sandbox.start { fixtures = path }
    handle.stop()
    os.remove(path)
  end)
end)
