--- One call from its name or its method to its answer: the gate that every
-- way of calling goes through.

local catalog = require "clinone.catalog"
local conduct = require "clinone.conduct"
local errors = require "clinone.error"
local explain = require "clinone.explain"
local follow = require "clinone.paging.follow"
local links = require "clinone.paging.links"
local operations = require "clinone.operation"
local prefix = require "clinone.prefix"
local request = require "clinone.request"
local servers = require "clinone.servers"

local invoke = {}

--- The compiled operation under its full name; raises on a catalog whose data
-- make no sense.
---@param core table
---@param name string canonical full name
---@param data table
---@param resource table
---@return clinone.Operation
function invoke.compiled(core, name, data, resource)
  local operation = core.operations[name]
  if not operation then
    operation = operations.compile(name, data, resource, core.catalog)
    if not core.closed then servers.settle(core, operation) end
    if operation.fills then prefix.settle(core, operation) end
    core.operations[name] = operation
  end
  return operation
end

--- The operation a script names.
---@param core table
---@param name string
---@return clinone.Operation|nil
---@return clinone.Error|nil err kind `validation`
function invoke.by_name(core, name)
  local data, canonical, resource = catalog.find(core.catalog, name)
  if not data then
    return nil, errors.new { kind = "validation", message = canonical }
  end
  return invoke.compiled(core, canonical, data, resource)
end

--- Raises on a closed client.
---@param core table
function invoke.check_open(core)
  if core.closed then error("client is closed", 3) end
end

--- A worker of nginx must never be blocked in silence; the driver that gives
-- way there is not part of this version.
local function phase_error(operation)
  return nil, errors.new {
    kind = "phase", operation = operation.name,
    message = "a call would block this nginx worker",
    hint = "This version of clinone gives way in plain Lua only; run the script outside nginx.",
  }
end

local function provisional_error(core, operation)
  return nil, errors.new {
    kind = "config", operation = operation.name,
    message = ("the built-in catalog's routes are this project's guess; %s is no local sandbox"):format(core.host),
    hint = 'Give the catalog of your ClinOne API (option catalog, CLINONE_CATALOG); '
      .. 'or say catalog = "builtin" outright.',
  }
end

local function dry_run_error(core, operation, call)
  local err = errors.new {
    kind = "dry_run", operation = operation.name,
    message = ("dry run: %s was not sent"):format((operation.method .. " " .. operation.path):gsub(" $", "")),
    hint = "err:explain() has what would have been sent.",
  }
  errors.attach_explanation(err, explain.call(operation, call, core.mode))
  return nil, err
end

--- What stands in the way of any call of an operation, whatever its
-- parameters.
local function gate(core, operation, free)
  invoke.check_open(core)
  if core.in_nginx then return phase_error(operation) end
  if core.provisional and not free then return provisional_error(core, operation) end
  if operation.misplaced then return nil, operation.misplaced() end
  return true
end

--- Makes a call.
---@param core table
---@param operation clinone.Operation
---@param params any
---@param bound table|nil identifiers of a handle
---@param call_options table|nil
---@param free boolean|nil `api:request`, which needs no catalog
---@return any value
---@return clinone.Response|clinone.Error response_or_err
function invoke.call(core, operation, params, bound, call_options, free)
  -- Asked in place: most calls pass, and a call of a function costs as much
  -- as all four questions.
  if core.closed or core.in_nginx or core.provisional or operation.misplaced then
    local ok, err = gate(core, operation, free)
    if not ok then return nil, err end
  end
  local call, id, warnings = request.build(core, operation, params, bound, call_options)
  if not call then return nil, id end
  if core.dry_run and not operation.reads then return dry_run_error(core, operation, call) end
  return conduct.run(core, operation, call, id, warnings)
end

--- Makes the call for one page of a list.
---@param core table
---@param operation clinone.Operation
---@param params table
---@param bound table|nil
---@param call_options table|nil
---@param link string|nil absolute URL of the page, from the page before
---@return any value
---@return clinone.Response|clinone.Error response_or_err
---@return string|nil url what was asked, where pages follow each other by links
function invoke.page(core, operation, params, bound, call_options, link)
  local ok, err = gate(core, operation)
  if not ok then return nil, err end
  local asked = operation
  if link then
    local target
    target, err = links.target(operation, link, operation.base_url or core.base_url)
    if not target then return nil, err end
    asked, params = follow.operation(operation, target), follow.params(operation, params)
  end
  local call, id, warnings = request.build(core, asked, params, bound, call_options)
  if not call then return nil, id end
  if core.dry_run and not operation.reads then return dry_run_error(core, asked, call) end
  local url
  if operation.paging.style == "link" then url = select(2, call:request()) end
  local value, response = conduct.run(core, asked, call, id, warnings)
  return value, response, url
end

--- Describes a call; sends nothing.
---@return table|nil explanation
---@return clinone.Error|nil err
function invoke.explain(core, operation, params, bound)
  invoke.check_open(core)
  if operation.misplaced then return nil, operation.misplaced() end
  local call, err = request.build(core, operation, params, bound)
  if not call then return nil, err end
  return explain.call(operation, call, core.mode)
end

return invoke
