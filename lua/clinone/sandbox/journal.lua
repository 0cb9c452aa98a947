--- What was asked of the sandbox, for tests and for --log: routes as templates,
--- never a value of a path, a query, a header or a body.

local json = require "clinone.sandbox.json"

local journal = {}
journal.__index = journal

local MAX_ENTRIES = 20000
local SHOWN = { "method", "operation", "route", "status", "request_id", "connection" }

---@param print_lines boolean whether every request also prints a line on stderr
function journal.new(print_lines)
  return setmetatable({ entries = {}, print_lines = print_lines }, journal)
end

--- Notes a request at its arrival, so that one whose answer is lost or late is
--- there as well. Returns the entry; its `status` is set by journal:finish.
---@param request table
---@param operation string|nil "patients.create", "token"
---@param template string|nil "/patients/{id}"
---@return table entry
function journal:arrived(request, operation, template)
  if #self.entries >= MAX_ENTRIES then
    local kept = {}
    for i = MAX_ENTRIES / 2 + 1, #self.entries do kept[#kept + 1] = self.entries[i] end
    self.entries = kept
  end
  local entry = {
    method = request.method:match("^%u+$") or "?",
    operation = operation, route = template or "(unknown route)",
    request_id = request.request_id,
    connection = tonumber(ngx.var.connection), -- serial number of the connection
  }
  self.entries[#self.entries + 1] = entry
  return entry
end

--- Sets the status of an entry: what was sent, 444 for a closed connection.
---@param entry table
---@param status integer
---@param seconds number since the request's first byte
function journal:finish(entry, status, seconds)
  entry.status = status
  if self.print_lines then
    io.stderr:write(("%s %s %d %.3fs connection=%d request_id=%s\n"):format(entry.method,
      entry.route, status, seconds, entry.connection, entry.request_id or "-"))
  end
end

function journal:clear()
  self.entries = {}
end

--- The entries as a JSON list, oldest first. An unanswered one has no status.
---@return string
function journal:to_json()
  local out = {}
  for i, entry in ipairs(self.entries) do
    local members = {}
    for _, name in ipairs(SHOWN) do
      if entry[name] ~= nil then members[#members + 1] = { name, entry[name] } end
    end
    out[i] = json.object(members)
  end
  return "[" .. table.concat(out, ",") .. "]"
end

return journal
