#!/bin/sh
# shellcheck disable=SC1091,SC2034 # sourced
# A large catalog costs nothing until it is used: from `clinone.new` to
# `api:explain` of one operation of 2,000, in instructions (callgrind), against
# one lua-cjson decode of the same file (reading it not counted). Fails above
# the bar.
#
#   sh bench/catalog.sh      in the checkout's root, once `make LUA=5.4` is done
set -eu

BAR=1.2

build=build/5.4
. .ci/env.sh

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' HUP INT TERM

total() { # mode, form: instructions of the whole process
  valgrind --tool=callgrind --callgrind-out-file="$dir/callgrind" \
    lua5.4 bench/catalog.lua "$1" "$2" "$dir/$2.json" 2>"$dir/stderr" || {
    cat "$dir/stderr" >&2
    exit 1
  }
  sed -n 's/^totals: //p' "$dir/callgrind"
}

failed=0
echo 'catalog of 2,000             decode   explain   ratio   bar'
for form in nested flat; do
  lua5.4 bench/catalog.lua write $form "$dir/$form.json"
  # Assigned one by one: a failure in $() ends the script only here.
  decode=$(total decode $form)
  read=$(total read $form)
  explain=$(total explain $form)
  nothing=$(total nothing $form)
  awk -v name="$form" -v kib="$(($(wc -c <"$dir/$form.json") / 1024))" \
    -v decode=$((decode - read)) -v explain=$((explain - nothing)) \
    -v bar=$BAR 'BEGIN {
    missed = explain > decode * bar
    printf "%-24s %10d %9d   %.3f   %s%s\n", name " (" kib " KiB)",
      decode, explain, explain / decode, bar, missed ? "   MISSED" : ""
    exit missed }' || failed=1
done
exit $failed
