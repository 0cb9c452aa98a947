-- The token recipe, read from auth blocks, scripts and token requests. Never
-- run, and never a secret.

local growth = require "spec.support.growth"
local auth = require "clinone.postman.auth"
local native = require "clinone.native"
local scripts = require "clinone.postman.scripts"

local place = "(collection)"

local function event(source, listen, disabled)
  return { listen = listen or "prerequest", script = { type = "text/javascript", exec = source }, disabled = disabled }
end

--- What a script tells, as "what=value" in order.
local function told(events)
  local found, list = {}, {}
  scripts.read(events, place, found)
  for i, entry in ipairs(found) do
    assert.equal(place, entry.place)
    list[i] = entry.what .. "=" .. entry.value
  end
  return list
end

local function tells(source, ...)
  assert.same({ ... }, told { event(source) }, source)
end

describe("auth.resolve", function()
  local function resolve(...)
    return auth.resolve { ... }
  end

  it("takes the nearest valid one", function()
    local bearer, none = { type = "bearer" }, { type = "noauth" }
    assert.same({ type = "bearer", public = false }, resolve(none, bearer))
    assert.same({ type = "noauth", public = true }, resolve(bearer, none))
    assert.same({ type = "bearer", public = false },
      resolve(bearer, native.null, false, 7, {}, { type = {} }, { type = "" }))
    assert.same({ type = "bearer", public = false }, auth.resolve { [1] = bearer, [4] = native.null })
    assert.same({ public = false }, resolve())
  end)

  local function oauth2(params)
    return { type = "oauth2", isInherited = true, source = { type = "collection" }, oauth2 = params }
  end

  local values = {
    accessTokenUrl = "https://id.example/oauth/token", scope = "api.read api.write", clientId = "{{cid}}",
    clientSecret = "{{ csecret }}", accessToken = "s3cret",
  }

  it("reads OAuth2 in all three forms", function()
    local list = {}
    for key, value in pairs(values) do list[#list + 1] = { key = key, value = value } end
    for _, params in ipairs { values, list, { basicConfig = list }, { basicConfig = {}, advancedConfig = list } } do
      assert.same({
        type = "oauth2", public = false, token_url = "https://id.example/oauth/token", scope = "api.read api.write",
        client_id_variable = "cid", client_secret_variable = "csecret",
      }, resolve(oauth2(params)))
    end
  end)

  it("gives no value of a secret, and no mask", function()
    local mask = ("\226\128\162"):rep(7)
    assert.same({ type = "oauth2", public = false }, resolve(oauth2 {
      clientId = "abc", clientSecret = "s3cret", scope = mask, accessTokenUrl = "https://user:s3cret@id.example/token",
    }))
    assert.same({ type = "oauth2", public = false },
      resolve(oauth2 { accessTokenUrl = "https://id.example/token?client_secret=s3cret", clientSecret = mask }))
  end)

  it("survives any type in any place", function()
    for _, value in ipairs { 7, true, "x", {}, native.null, { {} }, { { key = {} } }, { basicConfig = 7 } } do
      assert.has_no.errors(function() resolve(value, oauth2(value), { type = value }) end)
      assert.has_no.errors(function() resolve(oauth2 { { key = "scope", value = value } }) end)
    end
  end)
end)

describe("scripts.read", function()
  it("reads the vendor's form: one script, pm.sendRequest, a form's fields", function()
    tells({
      "// the token, for all requests",
      "pm.sendRequest({",
      "  url: 'https://t.b2clogin.com/t.onmicrosoft.com/b2c_1_x/oauth2/v2.0/token',",
      "  method: 'POST', header: {'Content-Type': 'application/x-www-form-urlencoded'},",
      "  body: { mode: 'urlencoded', urlencoded: [",
      "    {key: 'grant_type', value: 'client_credentials', disabled: false},",
      "    {key: 'client_id', value: pm.environment.get('hmac_CLIENT_KEY'), disabled: false},",
      "    {value: pm.environment.get(\"hmac_SECRET_KEY\"), type: 'text', key: 'client_secret'},",
      "    {key: 'scope', value: 'https://t.onmicrosoft.com/api/.default'}]}",
      "}, (err, res) => pm.environment.set('jwt', res.json().access_token));",
    }, "token_url=https://t.b2clogin.com/t.onmicrosoft.com/b2c_1_x/oauth2/v2.0/token",
      "client_id_variable=hmac_CLIENT_KEY", "client_secret_variable=hmac_SECRET_KEY",
      "scope=https://t.onmicrosoft.com/api/.default")
  end)

  it("follows local names, templates and sums", function()
    tells([[const id = pm.environment.get("AA"), tenant = pm.collectionVariables.get('tenant');
      let s = pm.variables.get('BB').trim();
      post({url: `https://${tenant}.b2clogin.com/${tenant}/oauth2/v2.0/token`,
        body: `grant_type=client_credentials&client_id=${id}&client_secret=${encodeURIComponent(s)}`
          + '&scope=https%3A%2F%2Fx%2F.default'})]],
      "token_url=https://{{tenant}}.b2clogin.com/{{tenant}}/oauth2/v2.0/token", "client_id_variable=AA",
      "client_secret_variable=BB", "scope=https://x/.default")
    tells([[f("https://" + host + "/connect/token", "client_id=" + pm.globals.get('K1') + "&client_secret="
      + postman.getEnvironmentVariable('K2'))]],
      "token_url=https://{{host}}/connect/token", "client_id_variable=K1", "client_secret_variable=K2")
    tells("x = pm.variables.replaceIn('{{auth}}/oauth/token'); q = {client_id: '{{cid}}', 'client_secret': s}",
      "token_url={{auth}}/oauth/token", "client_id_variable=cid")
    tells([[p.append('client_id', environment["vid"]); body.clientSecret = environment.vs]],
      "client_id_variable=vid", "client_secret_variable=vs")
    tells("p.set(`client_id`, pm.environment.get(`a`));"
      .. " x = `client_secret=${y}&client_id={{b}}&scope=api://z/.default`",
      "client_id_variable=a", "client_id_variable=b", "scope=api://z/.default")
    tells([[raw = '{"client_id": "{{a}}", "client_secret": {{b}}}']],
      "client_id_variable=a", "client_secret_variable=b")
  end)

  it("goes by a variable's own name where nothing else tells, in a script about tokens", function()
    tells([[u = "https://x/oauth/token";
      k = btoa(pm.environment.get("my_client_id") + ":" + pm.vault.get("my_secret_key"))]],
      "token_url=https://x/oauth/token", "client_id_variable=my_client_id", "client_secret_variable=my_secret_key")
    tells 'x = pm.environment.get("clientId")'
  end)

  it("reads no comment, no regular expression, and no other string", function()
    tells([[const r = /['"`]/g; // 'https://a.example/oauth/token'
      /* u = 'https://b.example/oauth/token' */ const q = a / b / c, e = "it's \"https://c.example/oauth/token\"";
      u = 'https://d.example/oauth/token'; v = 'https://e.example/token/oauth'; w = 'oauth/token']],
      "token_url=https://d.example/oauth/token")
  end)

  it("reads exec as text or lines, and no disabled event", function()
    local line = "u = 'https://x/oauth/token'"
    assert.equal(1, #told { event(line) })
    assert.equal(1, #told { event({ "// ", native.null, 7, line }, "test") })
    assert.equal(1, #told { event(line), event(line) })
    assert.equal(1, #told { { listen = "test", script = line } })
    assert.equal(0, #told { event(line, "prerequest", true) })
    for _, events in ipairs { 7, "x", {}, { 7, native.null, {} }, { { script = 7 } }, { event {} }, { event "" },
      { event { {} } } } do
      assert.equal(0, #told(events))
    end
  end)

  it("gives no secret", function()
    tells([[client_secret = 's3cret'; x = {key: "client_secret", value: "s3cret"}; a = "https://u:s3cret@x/oauth/token";
      b = "https://x/oauth/token?client_secret=s3cret"; c = "client_id=s3cret&client_secret=s3cret";
      d = "Bearer s3crets3cret/.default"; e = "https://x/oauth/token?p=b2c_1_x"]],
      "token_url=https://x/oauth/token?p=b2c_1_x")
  end)

  it("survives any text, and gives only what it may", function()
    local pieces = { "'", '"', "`", "${", "}", "{", "(", ")", "/", "//", "/*", "*/", "\\", "\n", "+", "=", ":", ",",
      ".", "pm.environment.get('a')", "client_id", "'client_secret'", "value", "key", "x", " ", "'s3cret'", "\0",
      "\255", "'https://x/oauth/token'", "String", "environment", "[", "]", "||", "?", "1" }
    local seed = 5
    local function random(n)
      seed = (seed * 16807) % 2147483647
      return seed % n + 1
    end
    for _ = 1, 4000 do
      local parts = {}
      for i = 1, random(30) do parts[i] = pieces[random(#pieces)] end
      local source = table.concat(parts)
      local ok, list = pcall(told, { event(source) })
      assert.is_true(ok, ("%q: %s"):format(source, tostring(list)))
      for _, entry in ipairs(list) do
        if not entry:find "^client" then
          assert.truthy(entry:find "^token_url=" or entry:find "^scope=", source)
        end
      end
    end
  end)

  it("takes a time that grows with the length", function()
    for _, piece in ipairs { "`${", "'a'+", "(/[", "(/", "a.b", "/*", "pm.environment.get('x')+", "b=a+a;", "(",
      "String(", "{", "key:", "x=`${x}${x}`;", "\\", "a='{{b}}=c';", "client_id=" } do
      assert.is_true(growth.is_linear(function(count)
        told { event("a='{{x}}client_id=';" .. piece:rep(count)) }
      end, 8000), piece)
    end
  end)
end)

describe("scripts.token_request", function()
  local function request(more)
    local fields = {
      { key = "grant_type", value = "client_credentials" }, { key = "client_id", value = "{{cid}}" },
      { key = "client_secret", value = "s3cret" }, { key = "scope", value = "api.read" },
    }
    local made = {
      method = "POST", url = "{{auth_url}}/oauth2/v2.0/token", body = { mode = "urlencoded", urlencoded = fields },
    }
    for key, value in pairs(more or {}) do made[key] = value end
    return made
  end

  local function found_in(given)
    local found, list = {}, {}
    local is_one = scripts.token_request(given, "Get token", found)
    for i, entry in ipairs(found) do list[i] = entry.what .. "=" .. entry.value end
    return is_one, list
  end

  it("reads one", function()
    local is_one, list = found_in(request())
    assert.is_true(is_one)
    assert.same({ "token_url={{auth_url}}/oauth2/v2.0/token", "client_id_variable=cid", "scope=api.read" }, list)
  end)

  it("reads URLs and bodies of every form", function()
    for _, url in ipairs { { raw = "https://x/oauth/token" }, { host = { "https://x/oauth" }, path = { "token" } },
      { protocol = "https", host = { "x" }, path = { "oauth", { value = "token" } } },
      { host = "x", path = "/oauth/token" } } do
      local _, list = found_in(request { url = url })
      assert.equal("token_url=https://x/oauth/token", list[1])
    end
    for _, body in ipairs { "grant_type=client_credentials&client_secret={{cs}}",
      { mode = "raw", raw = "grant_type=client_credentials&client_secret={{cs}}" },
      { mode = "raw", raw = '{"grant_type": "client_credentials", "client_secret": {{cs}}}' },
      { mode = "raw", raw = '{"grant_type": "client_credentials", "client_secret": "{{cs}}"}' },
      { mode = "formdata", formdata = { { key = "client_secret", value = "{{cs}}" } } } } do
      local _, list = found_in(request { body = body })
      assert.equal("client_secret_variable=cs", list[2])
    end
    local _, list = found_in(request { url = "https://x/any", auth = { type = "basic",
      basic = { username = "{{u}}", password = "{{p}}" } }, body = "grant_type=client_credentials" })
    assert.same({ "token_url=https://x/any", "client_id_variable=u", "client_secret_variable=p" }, list)
  end)

  it("takes no other request for one", function()
    for _, other in ipairs { { method = "GET" }, { url = "https://x/patients", body = {} },
      { body = "grant_type=password&username=x" }, { body = "grant_type=refresh_token" } } do
      local is_one, list = found_in(request(other))
      assert.is_false(is_one)
      assert.same({}, list)
    end
    for _, value in ipairs { 7, {}, "x", native.null, { {} }, { mode = "raw", raw = {} }, { host = {} } } do
      assert.has_no.errors(function()
        found_in(value)
        found_in(request { url = value })
        found_in(request { body = value, auth = value })
        found_in(request { method = value })
      end)
    end
  end)
end)
