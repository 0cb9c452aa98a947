--- `clinone catalog show`: the operations as a table.

local common = require "clinone.cli.catalog.common"
local native = require "clinone.native"
local show = require "clinone.catalog.show"

local command = { name = "show", summary = "List operations: Lua call, method, path, scope, retry class." }

local EPILOG = [[
LUA CALL is how a script calls it; ALSO has its other names.
SCOPE is the group of an operation's scopes (api.GROUP.ACTION); "derived" means
that it was made from the folder's name, and blocks nothing.
RETRY: safe calls are sent again after a lost answer; never and check_first
ones are not: look the record up before you send them again.]]

--- Declares the options.
---@param parser table of argparse
function command.configure(parser)
  parser:epilog(EPILOG)
  parser:argument("resource", "Only this resource, such as patients."):args("?"):argname("RESOURCE")
  parser:flag("--json", "Print a list of records.")
  common.configure_source(parser)
end

--- Columns there are to print in; nil: no terminal, and none are set.
local function width()
  local set = tonumber(os.getenv "COLUMNS" or "")
  if set and set >= 1 then return math.floor(set) end
  local result = os.execute "test -t 1"
  if result ~= true and result ~= 0 then return nil end -- 5.1 gives the code
  local pipe = io.popen("stty size 2>/dev/null </dev/tty", "r")
  local said = pipe and pipe:read "*a" or ""
  if pipe then pipe:close() end
  local columns = tonumber(said:match "^%d+ (%d+)")
  return columns and columns > 0 and columns or nil
end

--- Runs it.
---@param args table
---@return integer exit_code
function command.run(args)
  local document, err = common.load("show", args.catalog_file)
  if not document then return common.fail("show", err) end
  local records, message = show.records(document, args.resource)
  if not records then return common.fail("show", message) end
  common.tell_provisional(document, args.json and io.stderr or io.stdout)
  if args.json then
    io.stdout:write(native.json.encode(native.json.array(records), 1000), "\n")
  else
    io.stdout:write(show.layout(records, document, width()))
  end
  return common.OK
end

return command
