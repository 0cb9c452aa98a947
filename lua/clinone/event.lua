--- What a client tells the outside while it works: events for `on_event`,
-- lines for `log`. Both are redacted by construction: they are built from
-- names, numbers and ids only.

local event = {}

local severity = { error = 1, info = 2, debug = 3 }

local function level_of(e)
  if e.type == "result" then return e.kind and 1 or 2 end
  if e.type == "warning" or e.type == "refresh" then return 2 end
  return 3
end

local order = { "operation", "attempt", "status", "outcome", "kind", "delay", "elapsed", "message", "request_id" }

local function line_of(e)
  local parts = { "clinone", e.type }
  for _, name in ipairs(order) do
    local value = e[name]
    if value ~= nil then
      if type(value) == "number" and value % 1 ~= 0 then value = ("%.3f"):format(value) end
      parts[#parts + 1] = name .. "=" .. (tostring(value):gsub("[%c]+", " "))
    end
  end
  return table.concat(parts, " ")
end

--- One function that tells everybody who listens, or nil when nobody does.
-- An error in the handler is contained: a broken metric must not break a call.
---@param on_event fun(e: table)|nil
---@param log "error"|"info"|"debug"|nil
---@return fun(e: table)|nil
function event.emitter(on_event, log)
  local most = log and severity[log]
  if not on_event and not most then return nil end
  if not most then return function(e) pcall(on_event, e) end end
  return function(e)
    if level_of(e) <= most then io.stderr:write(line_of(e), "\n") end
    if on_event then pcall(on_event, e) end
  end
end

return event
