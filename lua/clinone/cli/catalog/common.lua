--- What the subcommands of `clinone catalog` share: which catalog is meant,
--- where output goes, how a failure is told.

local catalog = require "clinone.catalog"
local install = require "clinone.catalog.install"
local show = require "clinone.catalog.show"

local common = {}

common.OK, common.FAILED = 0, 1

common.printable = show.printable

--- Tells on standard error why it failed.
---@param name string of the subcommand
---@param err any
---@return integer exit_code
function common.fail(name, err)
  local text = type(err) == "table" and err.message or err
  io.stderr:write(("clinone catalog %s: %s\n"):format(name, common.printable(text)))
  if type(err) == "table" and err.hint then io.stderr:write("  ", common.printable(err.hint), "\n") end
  return common.FAILED
end

--- Declares the option that says which catalog.
---@param parser table of argparse
function common.configure_source(parser)
  parser:option("--catalog", "The catalog to use. Default: CLINONE_CATALOG, else the one "
    .. "pulled or imported, else the built-in one.")
    :argname("FILE"):target("catalog_file")
end

local function warn_of(name, document)
  for _, warning in ipairs(document.warnings or {}) do
    local text = type(warning) == "table" and (tostring(warning.place) .. ": " .. tostring(warning.reason)) or warning
    io.stderr:write(("clinone catalog %s: %s\n"):format(name, common.printable(text)))
  end
end

--- The catalog that clinone.new would take, whole; its warnings are told.
---@param name string of the subcommand
---@param path string|nil as named on the command line
---@return table|nil document
---@return clinone.Error|nil err
function common.load(name, path)
  local variable = os.getenv "CLINONE_CATALOG"
  local document, err = catalog.load(path or (variable ~= "" and variable or nil))
  if not document then return nil, err end
  document, err = catalog.whole(document)
  if not document then return nil, err end
  warn_of(name, document)
  return document
end

--- Says that routes are a guess; to standard error where standard output is
--- for a program.
---@param document table
---@param file file*
function common.tell_provisional(document, file)
  if not document.provisional then return end
  file:write("PROVISIONAL: these routes are this project's guess, made so that scripts can be\n",
    "tried against `clinone sandbox`. The vendor's own come with `clinone catalog pull`.\n\n")
end

--- Declares where a text goes.
---@param parser table of argparse
function common.configure_output(parser)
  parser:option("-o --output", "Write it there. Default: standard output."):argname("OUT")
end

--- Writes a text where it was asked for.
---@param name string of the subcommand
---@param path string|nil nil: standard output
---@param text string
---@return integer exit_code
function common.put(name, path, text)
  if path then
    local ok, err = install.write(path, text)
    if not ok then return common.fail(name, err) end
    return common.OK
  end
  local ok, message = io.stdout:write(text)
  if not ok then return common.fail(name, "standard output: " .. tostring(message)) end
  return common.OK
end

return common
