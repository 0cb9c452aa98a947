#!/bin/bash
# `make test-extra`: what a user does who installs clinone, each into a fresh
# tree, and then from outside the checkout.
#
# LuaRocks builds and installs our rockspec, but with --deps-mode none: the
# rocks we depend on are not fetched, Debian's packages stand in for them.
cd "$(dirname "$0")/.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL
build=build/none
. .ci/env.sh
unset LUA_PATH LUA_CPATH
top=$PWD/build/extra
rm -rf "$top"
mkdir -p "$top"
passed=0 failed=0

check() { # name, command...
  local name=$1 log=$top/log
  shift
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
    echo "ok    $name"
  else
    failed=$((failed + 1))
    echo "FAIL  $name"
    sed 's/^/      /' "$log"
  fi
}

rocks() { # Lua version: a copy of the sources, as LuaRocks builds in place
  mkdir "$top/src-$1" && cp -r src lua bin rockspec "$top/src-$1" &&
    (cd "$top/src-$1" && luarocks --lua-version "$1" --tree "$top/rocks-$1" \
      make --deps-mode none rockspec/clinone-scm-1.rockspec)
}

install() { # LUA
  make -s LUA="$1" PREFIX=/usr DESTDIR="$top/install-$1" install
}

# Folder (an installed prefix), ABI, interpreter: runs from somewhere else.
inside() {
  cd / && LUA_PATH="$1/share/lua/$2/?.lua;$1/share/lua/$2/?/init.lua;;" \
    LUA_CPATH="$1/lib/lua/$2/?.so;;" "${@:3}"
}
loads() {
  (inside "$1" "$2" "$3" -e 'print(assert(require("clinone").version))')
}
says_version() {
  (inside "$1" "$2" "$1/bin/clinone" --version)
}

for lua in 5.4 5.1; do
  check "luarocks make, Lua $lua" rocks $lua
  check "its clinone loads, Lua $lua" loads "$top/rocks-$lua" $lua lua$lua
done
for lua in 5.1 5.3 5.4 luajit; do
  abi=$lua interpreter=lua$lua
  if [ $lua = luajit ]; then abi=5.1 interpreter=luajit; fi
  prefix=$top/install-$lua/usr
  check "make install, $interpreter" install $lua
  check "its clinone loads, $interpreter" loads "$prefix" $abi $interpreter
  check "its command runs, $interpreter" says_version "$prefix" $abi
  check "its command names $interpreter" \
    grep -q "^#!/usr/bin/env $interpreter\$" "$prefix/bin/clinone"
done

echo "$passed passed, $failed failed"
[ $failed = 0 ]
