#!/bin/sh
# Adds up what the suites counted, as the run's last line.
#
#   .ci/sum.sh NAME...      the suites that had to run; one that left no sum
#                           behind (it did not build) is one failure
cd build/report || exit 1
for name; do
  if [ -f "$name.sum" ]; then
    cat "$name.sum"
  else
    echo "$name did not run" >&2
    echo '0 1'
  fi
done | awk '{ p += $1; f += $2 }
  END { printf "%d passed, %d failed\n", p, f; exit f > 0 || p == 0 }'
