-- explain: what a call would send, without sending it, for a person and for
-- the shell.

local clinone = require "clinone"
local process = require "spec.support.process"

-- Nothing listens there: what were sent would fail.
local function client(options)
  local given = {
    base_url = "https://127.0.0.1:1", token_url = "https://127.0.0.1:1/t", scope = "s", catalog = "builtin",
    client_id = "made-up-id", client_secret = "made-up-secret", app = "spec/1",
  }
  for name, value in pairs(options or {}) do given[name] = value end
  return clinone.check(clinone.new(given))
end

describe("explain", function()
  it("has method, url, headers, body, scope, retry and curl", function()
    local told = clinone.check(client():explain("patients.create", {
      studyIdentifier = "ONC-301", siteIdentifier = 1042, screeningNumber = "1042-0007", visits = {},
    }))
    assert.equal("POST", told.method)
    assert.equal("https://127.0.0.1:1/patients", told.url)
    assert.same({ Accept = "application/json", ["Content-Type"] = "application/json" },
      { Accept = told.headers.Accept, ["Content-Type"] = told.headers["Content-Type"] })
    assert.equal('{"screeningNumber":"1042-0007","siteIdentifier":"1042","studyIdentifier":"ONC-301","visits":[]}',
      told.body)
    assert.same({ "api.patient.manage", "api.patient.write" }, told.scope)
    assert.equal("never", told.retry)
    assert.truthy(told.curl:find("^curl %-X POST "))
  end)

  it("knows every method's scopes and retry class", function()
    local api = client()
    local site = { studyIdentifier = "S", siteIdentifier = "1" }
    for name, case in pairs {
      ["sites.list"] = { site, "GET", "safe", "api.site.delete api.site.manage api.site.read api.site.write" },
      ["sites.create"] = { site, "POST", "never", "api.site.manage api.site.write" },
      ["patients.get"] = { "7", "GET", "safe",
        "api.patient.delete api.patient.manage api.patient.read api.patient.write" },
      ["patients.delete"] = { "7", "DELETE", "safe", "api.patient.delete api.patient.manage" },
    } do
      local told = clinone.check(api:explain(name, case[1]))
      assert.same({ case[2], case[3], case[4] }, { told.method, told.retry, table.concat(told.scope, " ") })
    end
  end)

  it("refuses what the call would refuse", function()
    local api = client()
    assert.equal("validation", select(2, api:explain("patients.create", {})).kind)
    assert.equal("validation", select(2, api:explain "patients.creat").kind)
    assert.equal("validation", select(2, api:explain("patients.get", "..")).kind)
  end)

  it("leaves out token, secret and signature", function()
    for _, auth in ipairs {
      clinone.auth.bearer "made-up-token", clinone.auth.hmac { key = "made-up-key", secret = "made-up-secret" },
    } do
      local told = client({ auth = auth }):explain("patients.get", "7")
      for _, value in pairs(told.headers) do assert.is_nil(value:find("made-up", 1, true)) end
      assert.is_nil(told.curl:find("made-up", 1, true))
      assert.is_nil(told.headers.Authorization)
    end
    assert.truthy(client():explain("patients.get", "7").curl:find('-H "Authorization: Bearer $TOKEN"', 1, true))
  end)

  it("quotes curl's words for the shell", function()
    local odd = "it's $(touch x) `y` \"z\" \\ !\n"
    local told = client { headers = { ["X-Odd"] = "o'clock $HOME" } }:explain("patients.create", {
      studyIdentifier = odd, siteIdentifier = "1", screeningNumber = "a b&c" })
    -- The shell reads it; a function in curl's place says what it was given.
    local path = process.temporary("curl() { for word do printf '%s\\0' \"$word\"; done; }\nTOKEN=t0ken\n" .. told.curl)
    local pipe = assert(io.popen("sh " .. path, "r"))
    local said = pipe:read "*a"
    pipe:close()
    os.remove(path)
    local words = {}
    for word in said:gmatch "(%Z*)%z" do words[#words + 1] = word end
    assert.same({ "-X", "POST" }, { words[1], words[2] })
    assert.equal(told.url, words[#words])
    local seen = {}
    for i, word in ipairs(words) do
      if word == "-H" or word == "--data-raw" then seen[words[i + 1]] = true end
    end
    assert.truthy(seen["X-Odd: o'clock $HOME"])
    assert.truthy(seen["Authorization: Bearer t0ken"])
    assert.truthy(seen[told.body])
  end)
end)
