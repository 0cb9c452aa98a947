--- The `clinone` command: reads the command line and hands it to one file per
--- command.

local has_argparse, argparse = pcall(require, "argparse")

local cli = {}

cli.OK, cli.FAILED, cli.USAGE = 0, 1, 2

-- Each has `name`, `configure(parser)` and `run(args)` -> exit code.
local COMMANDS = { "clinone.cli.catalog", "clinone.cli.sandbox" }

local EPILOG = [[
Exit codes:
   0   done
   1   failed; standard error says why (catalog diff: a script could break)
   2   the command line is wrong (catalog diff: or a catalog cannot be read)

Examples:
   clinone catalog pull             the vendor's routes, from its public page
   clinone catalog import FILE      the same, from a file exported from Postman
   clinone catalog show patients    what can be called, as a table
   clinone sandbox                  start a local ClinOne on a free port
   clinone catalog --help           more of these
   clinone --version]]

local function version_text()
  return "clinone " .. require "clinone".version
end

local function build()
  local parser = argparse("clinone",
    "Talk to the ClinOne clinical API, and test against a local one.")
  parser:help_max_width(80)
  parser:epilog(EPILOG)
  parser:require_command(true)
  parser:command_target("command")
  parser:flag("--version", "Print the version and exit.")
    :action(function()
      print(version_text())
      os.exit(cli.OK)
    end)
  local commands = {}
  for _, module in ipairs(COMMANDS) do
    local command = require(module)
    commands[command.name] = command
    command.configure(parser:command(command.name, command.summary))
  end
  return parser, commands
end

--- Runs a command line.
---@param words string[] without the program's name
---@return integer exit_code
function cli.run(words)
  if not has_argparse then
    io.stderr:write("clinone: the Lua module argparse is missing: ",
      "apt-get install lua-argparse, or luarocks install argparse\n")
    return cli.FAILED
  end
  local parser, commands = build()
  -- argparse's own way out exits with 255.
  local wrong
  function parser.error(at, message)
    wrong = true
    io.stderr:write(at:get_usage(), "\n\nError: ", message, "\n")
    error(cli, 0) -- unwinds argparse; caught below
  end
  local ok, result = pcall(parser.parse, parser, words)
  if wrong then return cli.USAGE end
  if not ok then error(result, 0) end
  return commands[result.command].run(result)
end

return cli
