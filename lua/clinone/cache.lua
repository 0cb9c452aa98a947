--- Places to keep a token between processes, for the option `token_cache`.
--
-- A cache is a table of four functions; any may fail, which never fails a
-- call: the token is then fetched alone.
--   get(key) -> string or nil
--   set(key, value, ttl_s)
--   add(key, value, ttl_s) -> true, or false when the key is there
--   del(key)

local native = require "clinone.native"
local textfile = require "clinone.textfile"

local cache = {}

--- A cache in one file (mode 0600, written aside and renamed), for scripts
-- that cron starts again and again. Holds one entry: the newest.
---@param path string
---@return { get: function, set: function, add: function, del: function }
function cache.file(path)
  if type(path) ~= "string" or path == "" then error("clinone.cache.file takes a path", 2) end
  local lock_path = path .. ".lock"
  local file = {}

  local function read()
    local text = textfile.read_raw(path)
    local entry = text and native.json.decode(text)
    return type(entry) == "table" and entry or nil
  end

  function file.get(key)
    local entry = read()
    if entry and entry.key == key and entry.expires_at > os.time() then return entry.value end
    return nil
  end

  function file.set(key, value, ttl_s)
    local text = native.json.encode { key = key, value = value, expires_at = os.time() + ttl_s }
    return native.system.write_private_file(path, text)
  end

  --- The lock beside the file: taken by whoever creates it; one older than
  -- its time was left by a process that died.
  function file.add(_, _, ttl_s)
    return native.system.take_lock(lock_path, ttl_s)
  end

  function file.del()
    return os.remove(lock_path)
  end

  return file
end

return cache
