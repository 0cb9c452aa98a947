#!/bin/sh
# Names the packages that a target needs and this machine lacks, and installs
# them. Costs one dpkg-query where nothing is missing.
#
#   .ci/deps.sh SET...     build demo test check memory bench extra
set -eu

# Packages of Debian and Ubuntu; `a|b` is met by either.
build='gcc libc6-dev ca-certificates pkg-config|pkgconf
  libcurl4-openssl-dev|libcurl4-gnutls-dev|libcurl4-nss-dev
  lua5.4 liblua5.4-dev lua-cjson'
sandbox='lua-argparse lua-luaossl nginx libnginx-mod-http-lua lua-resty-core'
others='lua5.1 liblua5.1-0-dev lua5.3 liblua5.3-dev luajit2 libluajit2-5.1-dev
  lua-busted curl procps locales'
linters='lua-check clang clang-format cppcheck'

packages() { # the packages of one set
  case $1 in
    build) echo "$build" ;;
    demo) echo "$build $sandbox" ;;
    test) echo "$build $sandbox $others $linters" ;;
    check) echo "$build $others $linters" ;;
    memory) echo "$build $sandbox $others valgrind" ;;
    bench) echo "$build $sandbox valgrind" ;;
    extra) echo "$build $sandbox $others luarocks" ;;
    *) echo "deps.sh: no such set: $1" >&2; exit 2 ;;
  esac
}

say() {
  printf '%s\n' "$@" >&2
}

# --- systems without apt: say what to do, change nothing -------------------

has_tool() {
  command -v "$1" >/dev/null 2>&1
}

has_module() { # interpreter, module
  has_tool "$1" && "$1" -e "require '$2'" >/dev/null 2>&1
}

probe() { # prints what is missing for the sets, one word each
  has_tool cc || echo cc
  has_tool pkg-config || echo pkg-config
  pkg-config --exists libcurl 2>/dev/null || has_tool curl-config ||
    echo libcurl
  has_tool lua5.4 || echo lua5.4
  has_module lua5.4 cjson || echo lua-cjson
  for set; do
    [ "$set" = build ] || {
      has_module lua5.4 argparse || echo argparse
      has_module lua5.4 openssl || echo luaossl
      has_tool openresty || has_tool nginx || echo openresty
    }
    case $set in test | extra)
      for lua in lua5.1 lua5.3 luajit; do has_tool $lua || echo $lua; done ;;
    esac
    case $set in test | memory) has_module lua5.4 busted || echo busted ;; esac
    case $set in test | check)
      for tool in luacheck clang clang-format cppcheck; do
        has_tool $tool || echo $tool
      done ;;
    esac
    case $set in memory | bench) has_tool valgrind || echo valgrind ;; esac
    case $set in extra) has_tool luarocks || echo luarocks ;; esac
  done
}

without_apt() {
  missing=$(probe "$@" | sort -u | tr '\n' ' ')
  [ -n "$missing" ] || exit 0
  say "Missing here: $missing" "clinone installs by itself on Debian and" \
    "Ubuntu only. On this system run, then try again:"
  rocks='luarocks --lua-version 5.4 install'
  case $(uname -s) in
    Darwin)
      say "  brew install pkgconf curl lua luajit luarocks openresty/brew/openresty" ;;
    *)
      say "  dnf install gcc pkgconf libcurl-devel lua lua-devel luarocks openresty" \
        "(or what your system calls them)" ;;
  esac
  say "  for rock in lua-cjson argparse luaossl busted luacheck; do $rocks \$rock; done"
  exit 1
}

# --- Debian and Ubuntu ------------------------------------------------------

lacking() { # of the packages given, prints those that are not installed
  # shellcheck disable=SC2046 # split on purpose
  installed=" $(dpkg-query -W -f '${db:Status-Status}=${Package} ' \
    $(printf '%s ' "$@" | tr '|' ' ') 2>/dev/null) " || true
  for package; do
    met=
    for choice in $(echo "$package" | tr '|' ' '); do
      case $installed in *" installed=$choice "*) met=1 ;; esac
    done
    [ -n "$met" ] || echo "${package%%|*}"
  done
}

# Debian starts nginx, on port 80, when it is installed, and again at every
# boot. We need the program, not the server: for as long as apt runs, its
# policy hook says no to nginx and nothing else; what was running runs on.
policy=/usr/sbin/policy-rc.d
mark='# left by clinone .ci/deps.sh, safe to remove'

forbid_nginx_start() {
  if [ -e $policy ] && ! grep -qF "$mark" $policy; then
    return 0 # somebody else's; theirs decides, and mute_nginx puts it right
  fi
  ours=1
  cat >$policy <<END
#!/bin/sh
$mark
case " \$* " in *" status "*) exit 0 ;; *" nginx"[\ .]*) exit 101 ;; esac
exit 0
END
  chmod 755 $policy
}

mute_nginx() { # also when interrupted; only an nginx that was not here before
  [ -z "$ours" ] || rm -f $policy
  [ -n "$had_no_nginx" ] || return 0
  if command -v systemctl >/dev/null; then
    systemctl disable nginx.service >/dev/null 2>&1 || true
  fi
  deb-systemd-helper disable nginx.service >/dev/null 2>&1 || true
  update-rc.d nginx disable >/dev/null 2>&1 || true
  if [ -e /run/nginx.pid ]; then
    invoke-rc.d nginx stop >/dev/null 2>&1 || true
  fi
}

install_packages() { # as root
  export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
  get='apt-get -q -o DPkg::Lock::Timeout=300'
  $get update >/dev/null ||
    say 'Some package lists could not be fetched; going on with the others.'
  # Never remove anything of the user's: ask apt first what it would do.
  if ! plan=$($get -s --no-install-recommends install "$@" 2>&1); then
    say "$plan"
    exit 1
  fi
  removed=$(echo "$plan" | sed -n 's/^Remv \([^ ]*\).*/\1/p' | tr '\n' ' ')
  if [ -n "$removed" ]; then
    say "Stopped: to install these, apt would have to remove: $removed"
    case $removed in *luajit*)
      say "Debian's nginx Lua module needs luajit2, which cannot stand beside" \
        "the plain luajit; it runs the same programs in its place." ;;
    esac
    say 'If that is all right, run this, then try again:' \
      "  apt-get install --no-install-recommends $*"
    exit 1
  fi
  ours='' had_no_nginx=$(lacking nginx)
  trap mute_nginx EXIT
  trap 'exit 130' HUP INT TERM
  forbid_nginx_start
  $get -y --no-install-recommends --no-remove install "$@" </dev/null
}

if [ "${1-}" = --install ]; then # we, once more, as root
  shift
  install_packages "$@"
  exit
fi
if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  without_apt "$@"
fi

wanted=
for set; do wanted="$wanted $(packages "$set")"; done
# shellcheck disable=SC2086 # split on purpose
missing=$(lacking $wanted | sort -u | tr '\n' ' ')
[ -n "$missing" ] || exit 0

say "Missing here: $missing"
if [ "$(id -u)" = 0 ]; then
  as_root=
elif sudo -n true 2>/dev/null; then
  as_root='sudo -n'
elif [ -t 0 ] && command -v sudo >/dev/null; then
  as_root=sudo # asks for the password
else
  say 'Run as root, then try again:' \
    "  sh .ci/deps.sh $*"
  exit 1
fi
say 'Installing them with apt-get.'
# shellcheck disable=SC2086 # split on purpose
exec $as_root sh "$0" --install $missing
