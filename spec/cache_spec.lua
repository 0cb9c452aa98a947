-- Token caches: a private file that processes share, and tables of the
-- script's own, which may fail in every way without failing a call.

local clinone = require "clinone"
local process = require "spec.support.process"
local world = require "spec.support.world"

local here, path

local function mode(file)
  local pipe = assert(io.popen("ls -l " .. file, "r"))
  local said = pipe:read "*a"
  pipe:close()
  return said:sub(1, 10)
end

local function exists(file)
  local handle = io.open(file, "rb")
  if handle then handle:close() end
  return handle ~= nil
end

describe("a token cache", function()
  setup(function() here = world.start() end)
  teardown(function() here:stop() end)
  before_each(function()
    here:reset()
    path = os.tmpname()
    os.remove(path)
  end)
  after_each(function()
    os.remove(path)
    os.remove(path .. ".lock")
  end)

  describe("in a file", function()
    it("is private, holds a token under a digest, and leaves no lock", function()
      local api = here:client { token_cache = clinone.cache.file(path) }
      clinone.check(api.studies:list())
      assert.equal("-rw-------", mode(path))
      assert.is_false(exists(path .. ".lock"))
      local text = process.read_file(path)
      assert.is_nil(text:find(here.server.values.clientSecret, 1, true))
      assert.is_nil(text:find(here.server.values.clientId, 1, true))
      assert.truthy(text:find "eyJ")
      assert.equal("table", api:auth_status().cache)
    end)

    local SCRIPT = [[
      local clinone = require "clinone"
      local api = clinone.check(clinone.new { catalog = "builtin", token_cache = clinone.cache.file(%q), %s })
      clinone.check(api.studies:list())
      io.write(api:stats().token_calls)
    ]]
    local function run(options)
      local result = process.run(SCRIPT:format(path, options or ""), { CLINONE_ENVIRONMENT = here.server.environment })
      assert.equal("", result.stderr)
      return result.stdout
    end

    it("serves one token to many processes", function()
      assert.equal("1", run())
      assert.equal("0", run())
      assert.equal("0", run())
      assert.equal(1, #here:log "token")
      assert.equal(3, #here:log "studies.list")
    end)

    it("keeps clients apart: another secret, another token", function()
      assert.equal("1", run())
      local reader = ("client_id = %q, client_secret = %q"):format("sandbox-reader", world.secrets["sandbox-reader"])
      assert.equal("1", run(reader))
      assert.equal("0", run(reader))
      local wrong = here:client { client_secret = "wrong", token_cache = clinone.cache.file(path) }
      assert.equal("auth", select(2, wrong.studies:list()).kind)
    end)

    it("serves no token that a 401 refused", function()
      run()
      local api = here:client { token_cache = clinone.cache.file(path) }
      here:fault { operation = "studies.list", kind = "unauthorized", count = 1 }
      clinone.check(api.studies:list())
      assert.equal(1, api:stats().token_calls)
      assert.equal(2, #here:log "token")
      assert.equal("0", run())
    end)

    it("that is broken, or from another time, is no harm", function()
      for _, text in ipairs {
        "", "garbage", "[]", "7", '{"key":7}', "\0\0", '{"key":"x","value":"y","expires_at":"z"}',
      } do
        process.write_file(path, text)
        local api = here:client { token_cache = clinone.cache.file(path) }
        clinone.check(api.studies:list())
        assert.equal(1, api:stats().token_calls, text)
      end
      local file = clinone.cache.file(path)
      file.set("k", "v", 60)
      assert.equal("v", file.get "k")
      assert.is_nil(file.get "other")
      for _, entry in ipairs { '{"key":"k","value":"v","expires_at":1}', '{"key":"k","value":"v"}',
        '{"key":"k","value":"v","expires_at":"z"}' } do
        process.write_file(path, entry)
        local ok, value = pcall(file.get, "k")
        assert.is_nil(ok and value or nil)
      end
    end)

    it("that cannot be written is no harm", function()
      for _, place in ipairs { "/nowhere/token", "/", here.server.environment .. "/x" } do
        local api = here:client { token_cache = clinone.cache.file(place) }
        clinone.check(api.studies:list())
        assert.equal(1, api:stats().token_calls)
      end
      assert.has_error(function() clinone.cache.file() end)
      assert.has_error(function() clinone.cache.file "" end)
    end)

    it("is locked by one at a time; a lock that was left behind is taken over", function()
      local file = clinone.cache.file(path)
      assert.is_true(file.add("k", "1", 60))
      assert.is_false(file.add("k", "1", 60))
      file.del "k"
      assert.is_true(file.add("k", "1", 60))
      os.execute("touch -d '1 hour ago' " .. path .. ".lock")
      assert.is_true(file.add("k", "1", 60))
      assert.is_false(file.add("k", "1", 60))
    end)

    it("whoever waits for another's token takes that one", function()
      -- The other holds the lock, and has written its token meanwhile.
      run()
      local file = clinone.cache.file(path)
      local text = process.read_file(path)
      os.remove(path)
      local asked = 0
      local api = here:client { token_cache = {
        get = function(key)
          asked = asked + 1
          if asked == 3 then process.write_file(path, text) end
          return file.get(key)
        end,
        add = function() return false end,
      } }
      clinone.check(api.studies:list())
      assert.same({ 3, 0 }, { asked, api:stats().token_calls })
    end)
  end)

  describe("of the script's own", function()
    local function memory()
      local held, calls = {}, {}
      local function note(...) calls[#calls + 1] = table.concat({ ... }, " ") end
      return {
        get = function(key) note "get" return held[key] end,
        set = function(key, value, ttl) note("set", type(value), ttl) held[key] = value end,
        add = function(key, value, ttl)
          note("add", value, ttl)
          if held[key] then return false end
          held[key] = value
          return true
        end,
        del = function(key) note "del" held[key] = nil end,
      }, calls
    end

    it("is asked first, locked, filled and let go", function()
      local cache, calls = memory()
      clinone.check(here:client { token_cache = cache }.studies:list())
      assert.equal("get|add 1 15|set string 3600|del", table.concat(calls, "|"):gsub("35%d%d", "3600"))
      assert.equal(1, #here:log "token")
    end)

    it("may raise, lie or lack anything", function()
      local function broken() error "the cache is down" end
      for name, cache in pairs {
        raising = { get = broken, set = broken, add = broken, del = broken },
        empty = {}, get_only = { get = function() end },
        lying = { get = function() return 7 end, set = function() return nil, "full" end, add = function() end },
        garbage = { get = function() return "garbage" end },
        old = { get = function() return '{"token":"eyJ.old.x","expires_at":1}' end },
        half = { get = function() return '{"token":"x"}' end },
        crlf = { get = function() return '{"token":"a\\r\\nb","expires_at":99999999999}' end },
      } do
        here:reset()
        local api = here:client { token_cache = cache }
        clinone.check(api.studies:list())
        assert.equal(1, api:stats().token_calls, name)
      end
    end)
  end)
end)
