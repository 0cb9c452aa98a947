--- The C core. The one Lua file that requires it, so that where it comes
-- from is decided in one place. See `meta/core.lua` for what it offers.
return require "clinone.core"
