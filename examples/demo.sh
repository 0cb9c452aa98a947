#!/bin/sh
# `make demo`: starts a sandbox on a free port, runs enroll.lua against it,
# stops it. Ends with the script's own exit code. Run it from the checkout's
# root, after `make`.
set -eu
lua=lua5.4 build=build/5.4
. .ci/env.sh

# The demo shows the built-in catalog, whatever the user has pulled.
export CLINONE_CATALOG=builtin

tmp=$(mktemp -d)
$lua bin/clinone sandbox --port 0 >"$tmp/out" 2>"$tmp/err" &
sandbox=$!
stop() {
  kill "$sandbox" 2>/dev/null || true
  wait "$sandbox" 2>/dev/null || true
  rm -rf "$tmp"
}
trap stop EXIT
trap 'exit 130' HUP INT TERM

# It prints one line, `export CLINONE_ENVIRONMENT=...`, once it answers.
tries=300
until grep -q '^export CLINONE_ENVIRONMENT=' "$tmp/out"; do
  tries=$((tries - 1))
  if [ $tries = 0 ] || ! kill -0 "$sandbox" 2>/dev/null; then
    echo 'The sandbox did not start:' >&2
    cat "$tmp/out" "$tmp/err" >&2
    exit 1
  fi
  sleep 0.1
done
eval "$(grep '^export CLINONE_ENVIRONMENT=' "$tmp/out")"

code=0
$lua examples/enroll.lua "$@" || code=$?
exit $code
