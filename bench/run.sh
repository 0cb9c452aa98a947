#!/bin/sh
# shellcheck disable=SC1091,SC2034,SC2086,SC2317 # sourced; split on purpose
# What one call of clinone costs, against the least it could cost: the same
# request by libcurl on one kept handle with lua-cjson (baseline.c). Counted in
# instructions (callgrind), as the difference of two run lengths: the same on a
# busy machine and an idle one. Fails when a bar is missed.
#
#   sh bench/run.sh      in the checkout's root, once `make LUA=5.4` is done
set -eu

SHORT=200 LONG=1200 # calls; what is reported is (LONG - SHORT) calls
ROUNDS=5            # of the clock, which is only informed about
GROWTH_KIB=512      # of memory after the first 1,000 of 100,000 calls: not 6 bytes each

build=build/5.4
. .ci/env.sh
LUA_PATH="$PWD/bench/?.lua;$LUA_PATH"
export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin

dir=$(mktemp -d)
server=
stop() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  [ -z "$server" ] || wait "$server" 2>/dev/null || true
  rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' HUP INT TERM

die() {
  echo "bench: $*" >&2
  exit 1
}

# --- the baseline -----------------------------------------------------------

# The interpreter has its VM linked in; so has the baseline, where there is a
# library to do so: calls into a shared one cost a little more.
version=$(lua5.4 -e 'print(require("clinone").version)')
liblua=$(pkg-config --variable=libdir lua5.4)/liblua5.4.a
[ -e "$liblua" ] || liblua=$(pkg-config --libs lua5.4)
# shellcheck disable=SC2046 # lists of flags
${CC:-cc} -std=c99 -O2 -g -Wall -Wextra -DUSER_AGENT="\"clinone/$version\"" \
  $(pkg-config --cflags lua5.4 libcurl) -o "$dir/baseline" bench/baseline.c \
  -Wl,-E $liblua $(pkg-config --libs libcurl) -lm -ldl

# --- the server -------------------------------------------------------------

base64url() {
  openssl base64 -A | tr '+/' '-_' | tr -d '='
}

make_token() { # 1,000 bytes, as long as those of Azure AD B2C
  head=$(printf '{"alg":"RS256","typ":"JWT"}' | base64url)
  claims=$(printf '{"exp":%d,"scp":"api.record.manage"}' \
    $(($(date +%s) + 86400)) | base64url)
  left=$((1000 - ${#head} - ${#claims} - 2))
  printf '%s.%s.%s' "$head" "$claims" \
    "$(printf "%${left}s" '' | tr ' ' 'x')" >"$dir/token"
}

start_server() { # TLS port, the next one is plain
  sed -e "s|{DIR}|$dir|g" -e "s|{TLS_PORT}|$1|g" -e "s|{PORT}|$(($1 + 1))|g" \
    -e "s|{TOKEN}|$(cat "$dir/token")|" \
    -e "s|{STRINGS}|$(lua5.4 bench/record.lua strings)|" \
    -e "s|{MIXED}|$(lua5.4 bench/record.lua mixed)|" \
    bench/nginx.conf >"$dir/nginx.conf"
  nginx -e "$dir/error.log" -c "$dir/nginx.conf" &
  server=$!
  while [ ! -s "$dir/nginx.pid" ]; do # written once it listens
    kill -0 "$server" 2>/dev/null || return 1
    sleep 0.1
  done
}

make_token
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 \
  -addext subjectAltName=IP:127.0.0.1 \
  -keyout "$dir/server.key" -out "$dir/server.pem" 2>/dev/null
port=$((20000 + $$ % 20000))
tries=0
until start_server $port; do
  server=
  tries=$((tries + 1))
  [ $tries -lt 5 ] || die "nginx does not start: $(cat "$dir/error.log")"
  port=$((port + 1000))
done
tls=https://127.0.0.1:$port
plain=http://127.0.0.1:$((port + 1))

# --- one run of either side ---------------------------------------------------

# side, URL, record, calls [, http1 or memory]; `tool` is put before it.
tool=
run() {
  side=$1 url=$2
  shift 2
  if [ "$side" = bare ]; then
    set -- "$dir/baseline" "$url" "$dir/server.pem" "$dir/token" "$@"
  else
    set -- lua5.4 bench/call.lua "$url" "$dir/server.pem" "$@"
  fi
  $tool "$@" 2>"$dir/stderr" || die "$* failed: $(cat "$dir/stderr")"
}

sent() { # side, record: what the last of a few calls sent
  : >"$dir/requests.log"
  run "$1" "$plain/logged" "$2" 3 >/dev/null
  sleep 0.1
  # The id is fresh each time; the body's keys have no order.
  tail -n 11 "$dir/requests.log" | sed '7s/[0-9a-f]/0/g; 11s/[][{}]//g' |
    awk 'NR < 11 { print; next } { n = split($0, m, ",")
      for (i = 1; i <= n; i++) print m[i] | "sort" }'
}

total() { # like run: instructions of the whole process
  tool="valgrind --tool=callgrind --callgrind-out-file=$dir/callgrind"
  run "$@" >/dev/null
  tool=
  sed -n 's/^totals: //p' "$dir/callgrind"
}

per_call() { # side, URL, record [, http1]
  few=$(total "$1" "$2" "$3" $SHORT ${4-})
  many=$(total "$1" "$2" "$3" $LONG ${4-})
  echo $(((many - few) / (LONG - SHORT)))
}

median() {
  sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# --- what is measured ---------------------------------------------------------

failed=0

for record in strings mixed; do
  sent bare $record >"$dir/bare"
  sent clinone $record >"$dir/clinone"
  [ "$(wc -l <"$dir/bare")" -gt 11 ] || die "no request was logged"
  diff "$dir/bare" "$dir/clinone" ||
    die "the two sides do not send the same bytes"
done

compare() { # name, URL, record, bar [, http1]
  bare=$(per_call bare "$2" "$3" ${5-})
  ours=$(per_call clinone "$2" "$3" ${5-})
  awk -v name="$1, $3" -v bare="$bare" -v ours="$ours" -v bar="$4" 'BEGIN {
    missed = ours > bare * bar
    printf "%-26s %9d %9d   %.3f   %s%s\n", name, bare, ours, ours / bare,
      bar, missed ? "   MISSED" : ""
    exit missed }' || failed=1
}

echo "instructions per call         bare   clinone   ratio   bar"
compare 'https, HTTP/2' "$tls" strings 1.10
compare 'https, HTTP/2' "$tls" mixed 1.15
# Where neither TLS nor HTTP/2 hides anything.
compare 'http, HTTP/1.1' "$plain" strings 1.10
compare 'http, HTTP/1.1' "$plain" mixed 1.15

for _ in $(seq $ROUNDS); do
  bare=$(run bare "$tls" strings 2100)
  ours=$(run clinone "$tls" strings 2100)
  awk -v ours="$ours" -v bare="$bare" 'BEGIN { print ours / bare }'
done | median | awk '{ printf "by the clock (median of pairs, no bar)    %.2f\n", $1 }'

# shellcheck disable=SC2046 # two numbers
set -- $(run clinone "$tls" mixed 100000 memory)
echo "memory: $1 KiB after 1,000 calls, $2 KiB after 100,000:" \
  "$(($2 - $1)) KiB more, bar $GROWTH_KIB"
[ $(($2 - $1)) -le $GROWTH_KIB ] || failed=1

sh bench/catalog.sh || failed=1
exit $failed
