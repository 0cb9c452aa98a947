--- One HTTPS request for specs that need the bare wire: what the sandbox
--- answers, not what the client makes of it.
--
-- For now through the curl command; its inside is to be replaced by the
-- project's own transport.

local http = {}

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function read_all(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

local function write_all(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function parse_headers(text)
  local status, headers = nil, {}
  for line in text:gmatch("[^\r\n]+") do
    local code = line:match("^HTTP/%S+ (%d+)")
    if code then
      status, headers = tonumber(code), {}
    else
      local name, value = line:match("^([^:]+):%s*(.-)%s*$")
      if name then headers[name:lower()] = value end
    end
  end
  return status, headers
end

---@class spec.Request
---@field method string|nil "GET"
---@field url string
---@field headers table<string, string>|nil
---@field body string|nil
---@field ca_file string
---@field http1 boolean|nil HTTP/1.1 only

--- Sends one request on a connection of its own. Header names of the response
--- are in lower case.
---@param options spec.Request
---@return {status: integer, headers: table<string, string>, body: string}|nil response
---@return string|nil message the exchange broke
function http.request(options)
  local head, body, sent = os.tmpname(), os.tmpname(), os.tmpname()
  local words = {
    "curl", "-sS", "--noproxy", "'*'", "--max-time", "20", "--globoff", "--path-as-is",
    options.http1 and "--http1.1" or "--http2", "--cacert", quote(options.ca_file),
    "-X", quote(options.method or "GET"), "-D", head, "-o", body,
  }
  for name, value in pairs(options.headers or {}) do
    words[#words + 1] = "-H " .. quote(name .. ": " .. value)
  end
  if options.body then
    write_all(sent, options.body)
    words[#words + 1] = "--data-binary @" .. sent
    local given = false
    for name in pairs(options.headers or {}) do
      given = given or name:lower() == "content-type"
    end
    if not given then words[#words + 1] = "-H 'Content-Type:'" end
  end
  words[#words + 1] = quote(options.url) .. " 2>&1; echo \"exit=$?\""
  local pipe = assert(io.popen(table.concat(words, " "), "r"))
  local said, exit = pipe:read("*a"):match("^(.-)exit=(%d+)%s*$")
  pipe:close()
  local status, headers = parse_headers(read_all(head))
  local text = read_all(body)
  for _, path in ipairs { head, body, sent } do os.remove(path) end
  if exit ~= "0" then return nil, ("curl %s: %s"):format(exit, said) end
  return { status = status, headers = headers, body = text }
end

return http
