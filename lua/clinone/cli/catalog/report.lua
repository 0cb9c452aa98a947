--- Prints the account of an import: what was converted, what was not, what to
--- look at, what to do next.

local common = require "clinone.cli.catalog.common"
local native = require "clinone.native"
local template = require "clinone.postman.template"
local walk = require "clinone.catalog.walk"

local report = {}

local MOST_GUESSES = 10

local TITLES = {
  { "refused", "Not imported" },
  { "renamed", "Renamed" },
  { "scripts", "Found in scripts and token requests" },
  { "warnings", "Warnings" },
  { "guessed", "Guessed" },
}

--- A word for the shell.
---@param text string
---@return string
function report.quoted(text)
  if text:find "^[%w_./+:@%%=-]+$" then return text end
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function print_list(title, list, most)
  if #list == 0 then return end
  io.stdout:write(("\n%s (%d):\n"):format(title, #list))
  for i = 1, math.min(#list, most) do
    io.stdout:write(("  %s: %s\n"):format(common.printable(list[i].place), common.printable(list[i].reason)))
  end
  if #list > most then io.stdout:write(("  ... %d more; --json has all\n"):format(#list - most)) end
end

--- The client's variables that the collection gives no value, without the one
-- that base_url stands for.
local function unset_variables(variables, base)
  local parts = {}
  for _, name in ipairs(walk.sorted_keys(variables)) do
    if name ~= base and variables[name].value == nil then
      parts[#parts + 1] = (walk.is_identifier(name) and name or "[" .. walk.quoted(name) .. "]") .. ' = "..."'
    end
  end
  return parts
end

--- What a client needs and the catalog alone does not give.
local function print_settings(document)
  local lines = {}
  local given = document.variables or {}
  local base = template.only((document.servers or {}).default)
  if base and (given[base] or {}).value == nil then
    lines[#lines + 1] = ("  export CLINONE_BASE_URL=...   # {{%s}}"):format(common.printable(base))
  end
  for _, pair in ipairs { { "token_url", "CLINONE_TOKEN_URL" }, { "scope", "CLINONE_SCOPE" } } do
    local value = (document.auth or {})[pair[1]]
    -- What still holds a template would be sent as it is.
    if value and not value:find("{{", 1, true) then
      lines[#lines + 1] = ("  export %s=%s"):format(pair[2], report.quoted(common.printable(value)))
    end
  end
  local variables = unset_variables(given, base)
  if #variables > 0 then
    lines[#lines + 1] = ("  clinone.new { variables = { %s } }"):format(common.printable(table.concat(variables, ", ")))
  end
  if #lines == 0 then return end
  io.stdout:write("\nTo be set, where the environment file does not:\n", table.concat(lines, "\n"), "\n")
end

--- For a program: the account alone.
---@param account clinone.postman.Report
function report.json(account)
  io.stdout:write(native.json.encode(account, 1000), "\n")
end

--- For a reader.
---@param account clinone.postman.Report
---@param document table the catalog
---@param installed clinone.catalog.Installed
function report.text(account, document, installed)
  io.stdout:write(("%s: %d operation%s imported, %d refused\n"):format(
    common.printable(document.title or "collection"), account.operations, account.operations == 1 and "" or "s",
    #account.refused))
  io.stdout:write(("%s%s\n"):format(common.printable(installed.path),
    installed.unchanged and ", the same as before" or " written"))
  if installed.previous then
    io.stdout:write(("The former catalog is kept: %s\n"):format(common.printable(installed.previous)))
  end
  for _, entry in ipairs(TITLES) do
    print_list(entry[2], account[entry[1]] or {}, entry[1] == "guessed" and MOST_GUESSES or math.huge)
  end
  print_settings(document)
end

--- What to do next.
---@param lines string[]
---@param own boolean|nil the user's own catalog was written
function report.next_steps(lines, own)
  io.stdout:write("\nNext:\n")
  if own and (os.getenv "CLINONE_CATALOG" or "") ~= "" then
    io.stdout:write("  unset CLINONE_CATALOG   # it names another catalog, which clients use instead\n")
  end
  for _, line in ipairs(lines) do io.stdout:write("  ", line, "\n") end
end

return report
