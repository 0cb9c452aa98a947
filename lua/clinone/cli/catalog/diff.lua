--- `clinone catalog diff`: what a new catalog means for scripts.

local catalog = require "clinone.catalog"
local common = require "clinone.cli.catalog.common"
local diff = require "clinone.catalog.diff"
local native = require "clinone.native"
local textfile = require "clinone.textfile"

local command = { name = "diff", summary = "Compare two catalogs: what could break a script." }

local SAME, BREAKS, TROUBLE = 0, 1, 2

local EPILOG = [[
Exit codes:
   0   nothing that could break a script
   1   something that could
   2   a catalog cannot be read, or the command line is wrong

OLD and NEW are files, or "builtin"; what overlays them is left out.]]

--- Declares the options.
---@param parser table of argparse
function command.configure(parser)
  parser:epilog(EPILOG)
  parser:argument("old", "The catalog that scripts were written for.")
  parser:argument("new", "The one they are to run with.")
  parser:flag("--json", "Print {breaking, removed, renamed, changed, added}.")
end

--- The catalog as it is in the file: what overlays one would overlay the other
-- just so, and stands beside one of them only.
local function load(path)
  local text = path ~= "builtin" and textfile.read(path)
  local decoded = text and native.json.decode(text, 1000)
  if type(decoded) ~= "table" then decoded = nil end
  local document, err = catalog.load(decoded or path)
  if not document and decoded then err.message = path .. ": " .. err.message end
  return document and catalog.whole(document), err
end

--- Runs it.
---@param args table
---@return integer exit_code
function command.run(args)
  local old, new, err
  old, err = load(args.old)
  if old then new, err = load(args.new) end
  if not new then
    common.fail("diff", err)
    return TROUBLE
  end
  local result = diff.compare(old, new)
  if args.json then
    io.stdout:write(native.json.encode(result, 1000), "\n")
  else
    for line in diff.text(result):gmatch "[^\n]*\n" do io.stdout:write(common.printable(line:sub(1, -2)), "\n") end
  end
  return result.breaking and BREAKS or SAME
end

return command
