--- `clinone catalog import`: an exported Postman collection becomes a catalog.

local common = require "clinone.cli.catalog.common"
local install = require "clinone.catalog.install"
local report = require "clinone.cli.catalog.report"

local command = { name = "import", summary = "Make a catalog of a Postman collection in a file." }

local EPILOG = [[
FILE is a collection exported from Postman (v2.0 or v2.1), or a download of a
published page. Exit code 0 when a catalog was written, whether or not requests
were refused; else 1, and the former catalog is as it was.]]

--- Declares the options.
---@param parser table of argparse
function command.configure(parser)
  parser:epilog(EPILOG)
  parser:argument("file", "The collection."):argname "FILE"
  parser:option("-o --output", "Write the catalog there, instead of making it the user's own."):argname("OUT")
  parser:flag("--json", "Print only the report: {operations, refused, renamed, guessed, scripts, warnings}.")
end

--- Runs it.
---@param args table
---@return integer exit_code
function command.run(args)
  local document, account = require "clinone.postman".read(args.file)
  if not document then return common.fail("import", account) end
  local installed, err
  if args.output then
    installed, err = install.at(document, args.output)
  else
    installed, err = install.own(document)
  end
  if not installed then return common.fail("import", err) end
  if args.json then
    report.json(account)
    return common.OK
  end
  report.text(account, document, installed)
  local steps = { "clinone catalog show" }
  if args.output then
    steps = {
      "export CLINONE_CATALOG=" .. report.quoted(args.output),
      "clinone catalog show --catalog " .. report.quoted(args.output),
    }
  end
  report.next_steps(steps, not args.output)
  return common.OK
end

return command
