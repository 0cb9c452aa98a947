#!/bin/sh
# Runs the specs with the module that is built.
#
#   .ci/specs.sh LUA plain|gc|asan|valgrind [SPEC_FILE...]
set -eu
lua=$1 mode=$2
shift 2
# shellcheck disable=SC2046 # one word per file
[ $# -gt 0 ] || set -- $(find spec -name '*_spec.lua' | sort)
[ $# -gt 0 ] || { echo 'no spec files' >&2; exit 1; }

# The fuzzed importer is plain Lua: its long run is the plain one.
[ "$mode" = plain ] || export FUZZ_RUNS="${FUZZ_RUNS:-60}"

build=build/$lua
case $lua in luajit) interpreter=luajit ;; *) interpreter=lua$lua ;; esac
option=
case $mode in
  gc) option=--stop-the-world ;;
  asan)
    build=build/$lua-asan
    interpreter=$PWD/$build/lua ;;
  valgrind)
    mkdir -p build/valgrind
    interpreter=$PWD/build/valgrind/lua
    printf '#!/bin/sh\nexec %s lua%s "$@"\n' \
      'valgrind -q --error-exitcode=99 --leak-check=full' "$lua" \
      >"$interpreter"
    chmod +x "$interpreter" ;;
esac

. .ci/env.sh
export CLINONE_TEST_LUA="$interpreter" CLINONE_BUILD="$build"

# Sandboxes keep their files in here: one that is left behind is ended, and
# counts as a failure.
tmp=$(mktemp -d)
export TMPDIR="$tmp" XDG_RUNTIME_DIR="$tmp"
code=0
"$interpreter" .ci/busted.lua $option "$@" || code=$?
left=$(ls "$tmp")
if [ -n "$left" ]; then
  printf '%s\n' 'left behind:' "$left" '0 passed, 1 failed'
  for pid in "$tmp"/*/nginx.pid; do
    if [ -f "$pid" ]; then kill "$(cat "$pid")" || true; fi
  done
  code=1
fi
rm -rf "$tmp"
exit $code
