--- `clinone catalog docs`: a Markdown reference with Lua snippets.

local common = require "clinone.cli.catalog.common"
local docs = require "clinone.catalog.docs"

local command = { name = "docs", summary = "Write a Markdown reference with a Lua snippet for each operation." }

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
  local document, err = common.load("docs", args.catalog_file)
  if not document then return common.fail("docs", err) end
  return common.put("docs", args.output, docs.text(document))
end

return command
