#!/bin/sh
# Installs what is missing to build (no word), test (`test`) or measure (`bench`) on
# Debian 12 and Ubuntu 24.04, and the npm packages of web/. Asks dpkg first, so with
# all of it there it takes a moment and touches nothing. Elsewhere it looks whether
# the programs and libraries are there, and if not says what to install.
#
# Nothing is started: packages that bring a server are kept from starting it, and
# PostgreSQL from making a cluster. The tests start their own, and stop them.
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-build}

packages="gcc make meson ninja-build pkg-config libmicrohttpd-dev libjansson-dev libsqlite3-dev libpq-dev
    libgeos-dev libsodium-dev libcmocka-dev zlib1g-dev libexpat1-dev libzip-dev libxlsxwriter-dev libjpeg-dev libpng-dev libwebp-dev
    libcurl4-openssl-dev tzdata"
case $purpose in
build) ;;
test) packages="$packages sqlite3 postgresql clang-14 libclang-rt-14-dev clang-format-14 fonts-noto-cjk" ;;
bench) packages="$packages sqlite3 postgresql nginx-light wrk valgrind libmetis-dev" ;;
*) echo "usage: tools/setup.sh [build|test|bench]" >&2; exit 2 ;;
esac

system=other
if [ -r /etc/os-release ]; then
    system=$(. /etc/os-release && echo "$ID-${VERSION_ID:-}")
fi

# Debian's browser for the tests of the pages; Ubuntu has it only as a snap.
if [ "$purpose" = test ] && [ "$system" = debian-12 ]; then
    packages="$packages chromium"
fi

# Vector tiles are measured beside PostGIS.
if [ "$purpose" = bench ]; then
    case $system in
    debian-12) packages="$packages postgresql-15-postgis-3" ;;
    ubuntu-24.04) packages="$packages postgresql-16-postgis-3" ;;
    esac
fi

# The tools of the pages need a newer node than Debian 12 has. One that is there and
# new enough is used; else Debian's fetches node 22 from npm into tools/node, pinned
# by its lock file, and the Makefile puts that first.
PATH="$PWD/tools/node/bin:$PATH"
has_node() { command -v node >/dev/null && command -v npm >/dev/null; }
node_is_new() {
    has_node && node -e 'const [a, b] = process.versions.node.split(".").map(Number);
        process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)'
}
has_node || packages="$packages nodejs npm"

# Of the words given, those that dpkg has not installed.
missing_of() {
    dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | awk -v all="$*" '
        $2 == "installed" { have[$1] = 1 }
        END { n = split(all, p); for (i = 1; i <= n; i++) if (!(p[i] in have)) printf "%s ", p[i] }'
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        if [ -t 0 ]; then sudo "$@"; else sudo -n "$@"; fi
    else
        return 1
    fi
}

# Quiet unless it fails.
apt() {
    log=$(mktemp)
    if ! as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -q -y -o Dpkg::Use-Pty=0 \
        -o Dpkg::Options::=--force-confold "$@" >"$log" 2>&1 </dev/null; then
        tail -n 30 "$log" >&2
        rm -f "$log"
        echo "setup: apt-get $1 failed; above is why. Mend it and run make again." >&2
        return 1
    fi
    rm -f "$log"
}

# policy-rc.d is how Debian asks whether a package may start its server: no.
policy=/usr/sbin/policy-rc.d
allow_starting() { as_root rm -f "$policy"; }
forbid_starting() {
    [ -e "$policy" ] && return
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    trap allow_starting EXIT
    trap 'exit 1' INT TERM
}

install_packages() {
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        echo "setup: these packages are missing: $*" >&2
        echo "setup: run tools/setup.sh $purpose once as root (there is no sudo here), then make again." >&2
        exit 1
    fi
    echo "setup: installing $*"
    apt update
    forbid_starting
    case " $* " in
    *" postgresql "*)
        apt install --no-install-recommends postgresql-common
        as_root sed -i 's/^#* *create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
        ;;
    esac
    apt install --no-install-recommends "$@"
}

elsewhere() {
    lacking=
    for p in gcc make meson ninja pkg-config; do
        command -v "$p" >/dev/null || lacking="$lacking $p"
    done
    for l in libmicrohttpd jansson sqlite3 libpq libsodium cmocka zlib expat libzip xlsxwriter libjpeg libpng libwebp libcurl; do
        ! command -v pkg-config >/dev/null || pkg-config --exists "$l" || lacking="$lacking lib:$l"
    done
    node_is_new || lacking="$lacking node>=20.19 npm"
    if [ -n "$lacking" ]; then
        echo "setup: this is neither Debian 12 nor Ubuntu 24.04, so please install by hand:$lacking" >&2
        echo "setup: on Debian 12 these are:" $packages >&2
        exit 1
    fi
}

case $system in
debian-12 | ubuntu-24.04)
    missing=$(missing_of $packages)
    [ -z "$missing" ] || install_packages $missing
    ;;
*) elsewhere ;;
esac

npm_ci() {
    echo "setup: installing the npm packages of $1/"
    (cd "$1" && npm ci --no-audit --no-fund --no-progress --no-update-notifier --loglevel=error </dev/null)
}

if ! node_is_new; then
    npm_ci tools/node
    mkdir -p tools/node/bin
    ln -sf "$PWD"/tools/node/node_modules/node-linux-*/bin/node tools/node/bin/node
    hash -r
    node_is_new || { echo "setup: node 20.19 or later is needed, here is $(node -v), and npm gave no other; install one by hand." >&2; exit 1; }
fi

# The copy of the lock file is made last, so an install that was cut off is done again.
if [ -f web/package-lock.json ] && ! cmp -s web/package-lock.json web/node_modules/.installed-lock; then
    npm_ci web
    cp web/package-lock.json web/node_modules/.installed-lock
fi
