#!/bin/bash
# What can be said about the tree without running it: linters, warnings as
# errors, and the invariants of the design. One line per check, and the count.
cd "$(dirname "$0")/.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL
shopt -s nullglob globstar
out=build/check
passed=0 failed=0

check() { # name, command...: well if the command succeeds and prints nothing
  local name=$1 output code
  shift
  output=$("$@" 2>&1)
  code=$?
  if [ $code = 0 ] && [ -z "$output" ]; then
    passed=$((passed + 1))
    echo "ok    $name"
  else
    failed=$((failed + 1))
    echo "FAIL  $name"
    printf '%s\n' "${output:-ended with code $code}" | sed 's/^/      /'
  fi
}

absent() { # pattern, file...: prints the lines that should not be there
  local pattern=$1
  shift
  [ $# = 0 ] || ! grep -nHE "$pattern" "$@"
}

others() { # all files of src but those whose path matches
  find src -name '*.[ch]' | grep -vE "$1"
}

# --- linters and compilers --------------------------------------------------

build() { # compiler: the module for every Lua, and the C tests
  local lua options="-s -j2 BUILD=$out/$1 CC=$1 WERROR=-Werror"
  for lua in 5.1 5.3 5.4 luajit; do
    # shellcheck disable=SC2086
    make $options LUA=$lua all ctests || return
  done
}

format() {
  local file
  for file in src/*.[ch] spec/c/*.[ch] bench/*.[ch]; do
    clang-format --dry-run -Werror "$file" >/dev/null 2>&1 ||
      echo "clang-format -i $file"
  done
}

lint_c() {
  cppcheck -q --std=c99 --enable=warning,performance,portability \
    --inline-suppr --error-exitcode=1 --suppress=missingIncludeSystem \
    -Isrc src
}

lint_lua() {
  luacheck -q --no-color --formatter plain lua spec \
    bin/* examples/*.lua bench/*.lua .ci/*.lua
}

# --- what the core may touch ------------------------------------------------

# A guest in nginx: it neither ends the process, nor prints, nor takes signals.
calls() {
  local banned='abort|_?exit|_Exit|quick_exit|v?f?printf|f?puts|f?putc|putchar'
  banned="$banned|perror|signal|sigaction|setlocale|system|atexit|__assert_fail"
  banned="$banned|__v?f?printf_chk|stdout|stderr"
  ! nm -D --undefined-only "$module" | grep -wE "($banned)(@.*)?$"
}

# No variable outlives a call: nothing in .data or .bss but in worker.c.
state() {
  local object
  for object in $out/gcc/c/*.o $out/gcc/5.4/*.o; do
    case $object in */worker.o | *_test.o) continue ;; esac
    size -A "$object" | awk -v object="${object##*/}" '
      /^\.(data|bss|tdata|tbss)/ && $1 !~ /^\.data\.rel\.ro/ && $2 > 0 {
        print object ": " $2 " bytes in " $1; bad = 1 }
      END { exit bad }' || return
    nm "$object" | grep ' C '
  done
  true
}

exports() {
  local symbols
  symbols=$(nm -D --defined-only "$module" | awk '{ print $3 }')
  [ "$symbols" = luaopen_clinone_core ] || echo "$symbols"
}

links() { # libcurl and the C library; pthread was one of its own before 2.34
  readelf -d "$module" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' |
    grep -vE '^(libcurl.*|libpthread|libc|ld-linux.*)\.so\.[0-9]+$'
  true
}

# --- what belongs where -----------------------------------------------------

one_requirer() {
  local files
  files=$(grep -lE "require[ (]*[\"']clinone\.core[\"']" -r lua bin)
  [ "$(echo "$files" | grep -c .)" = 1 ] || echo "${files:-nobody does}"
}

one_version() {
  local version
  version=$(sed -n 's/^#define CLN_VERSION "\(.*\)"/\1/p' src/clinone.h)
  [ -n "$version" ] || { echo 'no CLN_VERSION in src/clinone.h'; return; }
  grep -rnF "\"$version\"" src lua bin rockspec | grep -v '#define CLN_VERSION'
  true
}

doc_comments() {
  local file
  for file in lua/**/*.lua; do
    head -n 1 "$file" | grep -q '^--' || echo "$file opens without a comment"
  done
}

# Every function that the binding registers is in the LuaLS meta file.
documented() {
  local meta=lua/clinone/meta/core.lua name
  head -n 1 $meta | grep '^---@meta' >/dev/null || return
  grep -ohE '\{"[a-z][a-z0-9_]*", *Lcln_[a-z_0-9]+\}' src/l*.c |
    sed 's/{"\([^"]*\)".*/\1/' | sort -u | while read -r name; do
    grep -qE "function [A-Za-z_.]+[.:]$name\(" $meta ||
      echo "$name is registered but not in $meta"
  done
}

specs() { # a spec that no runner would pick up
  local file
  for file in spec/**/*.lua; do
    case $file in
      spec/support/*_spec.lua) echo "$file: specs stand outside support" ;;
      *_spec.lua) ;;
      spec/support/*) ! grep -lE '^ *describe\(' "$file" ;;
      *) echo "$file: not named *_spec.lua, and not in spec/support" ;;
    esac
  done
  find . -name '*_spec.lua' ! -path './spec/*' ! -path './build/*'
  for file in spec/**/*.c; do
    case $file in
      spec/c/*_test.c) grep -qE '^int main\(' "$file" || echo "$file: no main" ;;
      *) ! grep -lE '^int main\(' "$file" ;;
    esac
  done
}

sizes() {
  wc -l src/*.[ch] lua/**/*.lua bin/* |
    awk '$2 != "total" && $1 > 450'
}

rockspec() {
  lua5.4 .ci/rockspec.lua
}

build gcc >/dev/null 2>&1
module=$out/gcc/5.4/clinone/core.so

check 'gcc, no warning' build gcc
check 'clang, no warning' build clang
check 'clang-format' format
check 'cppcheck' lint_c
check 'luacheck' lint_lua
# shellcheck disable=SC2046 # one word per file
check 'lua.h in l*.c and compat.h only' \
  absent '#include *[<"](lua|lauxlib|lualib|luajit)\.h' \
  $(others '/(l[a-z]*\.[ch]|compat\.h)$')
# shellcheck disable=SC2046
check 'curl.h in the transport only' \
  absent '#include *[<"](curl/|transport_job\.h)' \
  $(others '/transport(_[a-z]+\.c|_job\.h|\.c)$')
check 'a guest: no exit, print, signal' calls
check 'no file-scope state' state
check 'one exported symbol' exports
check 'links libcurl and libc only' links
check 'one file requires clinone.core' one_requirer
check 'the version stands once' one_version
check 'every Lua file opens with its purpose' doc_comments
check 'every C function is in the meta file' documented
check 'every spec is picked up' specs
check 'no file over 450 lines' sizes
check 'the rockspec lists every file' rockspec

echo "$passed passed, $failed failed"
[ $failed = 0 ]
