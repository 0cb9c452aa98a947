-- What all four Luas have; a newer function is named where it is used.
std = "min"
max_line_length = 120
self = false
read_globals = { table = { fields = { "unpack", "pack" } }, "unpack", "jit" }

files["spec"] = { std = "min+busted" }
-- Runs inside nginx too.
files["lua/clinone/sandbox"] = { read_globals = { "ngx" } }
files[".ci/busted.lua"] = { globals = { "arg" } }
