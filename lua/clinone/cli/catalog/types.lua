--- `clinone catalog types`: definitions for the Lua language server.

local common = require "clinone.cli.catalog.common"
local types = require "clinone.catalog.types"

local command = { name = "types", summary = "Write a LuaLS definition file, so that editors complete the calls." }

--- Declares the options.
---@param parser table of argparse
function command.configure(parser)
  common.configure_output(parser)
  common.configure_source(parser)
end

--- Runs it.
---@param args table
---@return integer exit_code
function command.run(args)
  local document, err = common.load("types", args.catalog_file)
  if not document then return common.fail("types", err) end
  return common.put("types", args.output, types.text(document))
end

return command
