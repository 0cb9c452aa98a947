--- The control routes under /sandbox/: faults, log, reset. No bearer: whoever
--- reaches the loopback port may use them.

local answer = require "clinone.sandbox.answer"

local control = {}

local routes = {}

routes["POST /sandbox/faults"] = function(world, request)
  local added, message = world.faults:add(request.body, world.operations)
  if not added then return answer.failure(400, "bad_fault", message) end
  return answer.json(201, world.faults:to_json())
end

routes["GET /sandbox/faults"] = function(world)
  return answer.json(200, world.faults:to_json())
end

routes["DELETE /sandbox/faults"] = function(world)
  world.faults:clear()
  return { status = 204, body = "", headers = {} }
end

routes["GET /sandbox/log"] = function(world)
  return answer.json(200, world.journal:to_json())
end

routes["DELETE /sandbox/log"] = function(world)
  world.journal:clear()
  return { status = 204, body = "", headers = {} }
end

-- Records and faults as at the start; issued tokens stay valid.
routes["POST /sandbox/reset"] = function(world)
  world.reset()
  return { status = 204, body = "", headers = {} }
end

local function is_loopback(address)
  return address == "::1" or address:find("^127%.") ~= nil
end

--- Whether a path belongs to the control routes.
---@param segments string[]
---@return boolean
function control.owns(segments)
  return segments[1] == "sandbox"
end

--- Answers a control request.
---@param world table the server's rooms
---@param request table
---@return clinone.sandbox.Answer
function control.serve(world, request)
  if not is_loopback(ngx.var.remote_addr) then
    return answer.failure(403, "loopback_only", "Control routes answer to this machine only.")
  end
  local route = routes[request.method .. " " .. request.path]
  if not route then return answer.failure(404, "route_not_found", "No such control route.") end
  return route(world, request)
end

return control
