--- `clinone catalog`: where the client's routes come from, and what they are.
--- One file per subcommand.

local command = {
  name = "catalog",
  summary = "Import, look at and compare the routes of the ClinOne API.",
}

local EPILOG = [[
The vendor publishes its routes as a Postman collection. `pull` downloads it,
`import` reads an export of it; both make it the catalog that clinone.new{}
uses: catalog.json in $XDG_CONFIG_HOME/clinone, else ~/.config/clinone. The
former one is kept as catalog.previous.json. What you know better than the
collection goes into catalog.overlay.json beside it, which no pull touches.

Examples:
   clinone catalog pull
   clinone catalog import ClinOne.postman_collection.json
   clinone catalog show patients
   clinone catalog diff ~/.config/clinone/catalog.previous.json \
                        ~/.config/clinone/catalog.json
   clinone catalog types -o types/clinone_api.lua
   clinone catalog docs -o API.md]]

-- Each has `name`, `summary`, `configure(parser)` and `run(args)` -> exit code.
local SUBCOMMANDS = {
  "clinone.cli.catalog.pull", "clinone.cli.catalog.import", "clinone.cli.catalog.show",
  "clinone.cli.catalog.diff", "clinone.cli.catalog.types", "clinone.cli.catalog.docs",
}

local runners = {}

--- Declares the subcommands.
---@param parser table of argparse
function command.configure(parser)
  parser:epilog(EPILOG)
  parser:require_command(true)
  parser:command_target("catalog_command")
  for _, module in ipairs(SUBCOMMANDS) do
    local subcommand = require(module)
    runners[subcommand.name] = subcommand.run
    local its_parser = parser:command(subcommand.name, subcommand.summary)
    its_parser:help_max_width(80)
    subcommand.configure(its_parser)
  end
end

--- Runs the one that was named.
---@param args table
---@return integer exit_code
function command.run(args)
  return runners[args.catalog_command](args)
end

return command
