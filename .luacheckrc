-- What all four Luas have; a newer function is named where it is used.
std = "min"
max_line_length = 120
max_comment_line_length = false -- one LuaLS annotation is one line
self = false
read_globals = { table = { fields = { "unpack", "pack" } }, "unpack", "jit" }

files["spec"] = { std = "min+busted" }
-- Declarations only.
files["lua/clinone/meta"] = { ignore = { "212", "241" } }
-- Runs inside nginx too.
files["lua/clinone/sandbox"] = { read_globals = { "ngx" } }
files[".ci/busted.lua"] = { globals = { "arg" } }
