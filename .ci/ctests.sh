#!/bin/sh
# Runs C test programs one after the other. Each prints `N passed, N failed`;
# one that dies or ends badly without saying so counts as one failure.
#
#   .ci/ctests.sh c|c-asan|c-valgrind PROGRAM...
wrapper=
case $1 in *valgrind)
  wrapper='valgrind -q --error-exitcode=99 --leak-check=full' ;;
esac
shift
status=0
for program; do
  echo "== $program"
  out=$($wrapper "$program" 2>&1)
  code=$?
  printf '%s\n' "$out"
  if [ $code -ne 0 ]; then status=1; fi
  failed=$(printf '%s\n' "$out" |
    sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p')
  case $failed:$code in
    0:0 | [1-9]*) ;;
    *) echo "$program ended with code $code"
      echo '0 passed, 1 failed'
      status=1 ;;
  esac
done
exit $status
