#!/bin/sh
# Makes an interpreter that can load a module built with sanitizers: the
# runtime has to be there before the program, so it is preloaded. What this
# Lua starts in turn (a shell, nginx) must run without it: a second preloaded
# library takes the variable away again.
#
#   CC=... .ci/asan-lua.sh lua5.4 build/5.4-asan/lua
set -eu
interpreter=$1
out=$PWD/$2
unpreload=${out%/*}/unpreload.so
printf '%s\n' '#include <stdlib.h>' \
  '__attribute__((constructor)) static void unpreload(void)' \
  '{ unsetenv("LD_PRELOAD"); }' |
  $CC -shared -fPIC -x c -o "$unpreload" -
runtime=$($CC -print-file-name=libasan.so)
cat >"$out" <<END
#!/bin/sh
export LD_PRELOAD='$runtime $unpreload'
export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=0
export UBSAN_OPTIONS=print_stacktrace=1
exec $interpreter "\$@"
END
chmod +x "$out"
