-- Says where the rockspec's list of sources and modules differs from the
-- tree; with --write, brings the list up to date.
--
--   lua5.4 .ci/rockspec.lua [--write]

local path = "rockspec/clinone-scm-1.rockspec"

local function find(pattern)
  local pipe = assert(io.popen("find " .. pattern .. " | LC_ALL=C sort"))
  local files = {}
  for file in pipe:lines() do files[#files + 1] = file end
  pipe:close()
  return files
end

local lines = { "build = {", '  type = "builtin",', "  modules = {",
                '    ["clinone.core"] = {', "      sources = {" }
local function add(...) lines[#lines + 1] = string.format(...) end
for _, file in ipairs(find "src -name '*.c'") do add("        %q,", file) end
add("      },")
add('      incdirs = { "$(CURL_INCDIR)" },')
add('      libdirs = { "$(CURL_LIBDIR)" },')
add('      libraries = { "curl", "pthread" },')
add("    },")
for _, file in ipairs(find "lua -name '*.lua' ! -path 'lua/clinone/meta/*'") do
  local name = file:gsub("^lua/", ""):gsub("%.lua$", "")
  add("    [%q] = %q,", name:gsub("/init$", ""):gsub("/", "."), file)
end
add("  },")
add('  install = { bin = { clinone = "bin/clinone" } },')
add("}")
local wanted = table.concat(lines, "\n") .. "\n"

local file = assert(io.open(path))
local text = file:read "a"
file:close()
local head, build = text:match "^(.-)(build = {.*)$"
head = head or text .. "\n"
if arg[1] == "--write" then
  file = assert(io.open(path, "w"))
  assert(file:write(head, wanted))
  assert(file:close())
elseif build ~= wanted then
  local function compare(from, to, text_of)
    for line in from:gmatch "[^\n]+" do
      if not (to .. "\n"):find(line .. "\n", 1, true) then
        print(path .. ": " .. text_of .. line)
      end
    end
  end
  compare(wanted, build or "", "is missing ")
  compare(build or "", wanted, "has too much ")
  print "run: lua5.4 .ci/rockspec.lua --write"
  os.exit(1)
end
