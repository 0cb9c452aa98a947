# shellcheck shell=sh disable=SC2154
# Sourced: the environment in which specs and the demo run. The module is the
# one just built, and nothing of the user's own set-up leaks in.
#
#   build=build/5.4; . .ci/env.sh      in the checkout's root
for name in $(env | sed -n 's/^\(CLINONE_[A-Za-z0-9_]*\)=.*/\1/p'); do
  unset "$name"
done
unset LUA_INIT LUA_PATH_5_3 LUA_CPATH_5_3 LUA_PATH_5_4 LUA_CPATH_5_4
unset LUA_INIT_5_3 LUA_INIT_5_4
# The user's own path stays behind ours: their lua-cjson may be found by it.
export LUA_PATH="$PWD/lua/?.lua;$PWD/lua/?/init.lua;${LUA_PATH:+$LUA_PATH;};"
export LUA_CPATH="$PWD/$build/?.so;${LUA_CPATH:+$LUA_CPATH;};"
