#!/bin/sh
# Runs one suite and keeps its output in build/report/NAME.log; prints one
# line when it is well, everything when it is not. The suite's count is the
# sum of its lines `N passed, N failed`; no test at all, or a bad end without
# a failed test, is one failure more. build/report/NAME.sum holds the sums.
#
#   .ci/suite.sh NAME COMMAND...
name=$1
shift
report=build/report
mkdir -p $report
log=$report/$name.log
start=$(date +%s)
limit=
if command -v timeout >/dev/null; then limit='timeout -k 10 900'; fi
$limit "$@" >"$log" 2>&1 </dev/null
code=$?
seconds=$(($(date +%s) - start))
# shellcheck disable=SC2046 # two numbers
set -- $(awk '/^[0-9]+ passed, [0-9]+ failed$/ { p += $1; f += $3 }
  END { print p + 0, f + 0 }' "$log")
passed=$1 failed=$2
if [ $code -ne 0 ] && [ "$failed" = 0 ]; then
  echo "$name ended with code $code" >>"$log"
  failed=1
elif [ "$passed$failed" = 00 ]; then
  echo "$name ran no test" >>"$log"
  failed=1
fi
echo "$passed $failed" >$report/"$name".sum
line=$(printf '%-18s %5d passed %3d failed %4d s' \
  "$name" "$passed" "$failed" $seconds)
if [ "$failed" = 0 ]; then
  printf '%s\n' "$line"
else
  { printf -- '---- %s ----\n' "$name"; cat "$log"
    printf -- '---- %s: see above, kept in %s\n' "$line" "$log"; }
  exit 1
fi
