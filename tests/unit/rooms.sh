#!/bin/sh
# The rooms, tried from both wrong ways: naming a header of a room one may not see,
# which the compiler must not find, and climbing to it with "..", which must be
# refused by name. And the right way: what a room may see, it finds.
#
#   rooms.sh BUILD_DIR    with exactly the include flags that Meson gives each room
#   rooms.sh --includes   only what the sources name: no "..", and each outside
#                         library in its own room (part of `make lint`)
set -u
cd "$(dirname "$0")/../.."
root=$(pwd)

rooms="base geo engine store domain port http api cli main"

# What each room may include besides itself and base: the drawing in DESIGN, written
# down a second time on purpose (and decisions 0001 and 0023).
sees() {
    case $1 in
    geo | store | http | base) ;;
    engine) echo geo ;;
    domain) echo store engine geo ;;
    port) echo domain engine geo ;;
    api) echo http port domain ;;
    cli) echo api port domain engine ;;
    main) echo cli ;;
    esac
}

# Outside headers and the rooms that may know them.
outside="sqlite3.h:store libpq-fe.h:store microhttpd.h:http geos_c.h:geo jansson.h:base,port sodium.h:base,http
    zip.h:port expat.h:port xlsxwriter.h:port iconv.h:base"

passed=0
failed=0
good() { passed=$((passed + 1)); }
bad() {
    failed=$((failed + 1))
    echo "rooms: $*" >&2
}

# Includes that climb out of their room, in the files given.
climbing() { grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<][^">]*\.\.' "$@" /dev/null; }

check_includes() {
    files=$(find src tests tools bench -name '*.[ch]' 2>/dev/null)
    if climbing $files >&2; then
        bad "an include with .. goes around the rooms; name the header alone"
    else
        good
    fi
    for pair in $outside; do
        header=${pair%%:*}
        allowed=$(echo "${pair#*:}" | tr ',' '|')
        name=$(echo "$header" | sed 's/\./\\./')
        if grep -rnE --include='*.[ch]' "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]([a-z0-9]+/)?$name" src |
            grep -vE "^src/($allowed)/" >&2; then
            bad "only $allowed may include $header"
        else
            good
        fi
    done
    # A name in two rooms would let the wrong one be found.
    twice=$(find src -name '*.h' | sed 's|.*/||' | sort | uniq -d)
    if [ -n "$twice" ]; then
        bad "headers of one name in two rooms:" $twice
    else
        good
    fi
}

check_climbing_is_refused() {
    printf '#include "../store/store.h"\n' >"$try/up.c"
    printf '#  include <x/../store.h>\n' >"$try/up2.c"
    printf '#include "store.h" /* ../store */\n' >"$try/straight.c"
    for wrong in up up2; do
        if climbing "$try/$wrong.c" >/dev/null; then good; else bad "the check lets $(cat "$try/$wrong.c") pass"; fi
    done
    if climbing "$try/straight.c" >/dev/null; then bad "the check refuses a straight include"; else good; fi
}

# The compiler and include flags of the first source of a room; nothing if it has none.
flags_of() {
    if [ "$1" = main ]; then where='/src/main\.c"'; else where="/src/$1/[^/]*\\.c\""; fi
    awk -v where="$where" '
        /"command":/ { command = $0 }
        /"file":/ && $0 ~ where && !done {
            n = split(command, word, " ")
            for (i = 1; i <= n; i++) if (word[i] ~ /^-I/) printf "%s ", word[i]
            done = 1
        }' "$build/compile_commands.json"
}

# compiles FLAGS HEADER: where Meson runs the compiler
compiles() {
    printf '#include "%s"\n' "$2" >"$try/try.c"
    (cd "$build" && ${CC:-cc} -std=gnu17 -D_GNU_SOURCE -w -fsyntax-only $1 "$try/try.c") >"$try/said" 2>&1
}

check_rooms() {
    for room in $rooms; do
        flags=$(flags_of "$room")
        [ -n "$flags" ] || continue
        for other in base geo engine store domain port http api cli; do
            header=$(ls "$root/src/$other"/*.h 2>/dev/null | head -n 1 | sed 's|.*/||')
            [ -n "$header" ] || continue
            case " base $room $(sees "$room") " in
            *" $other "*)
                if compiles "$flags" "$header"; then
                    good
                else
                    bad "$room should see $other, but $header does not compile there:"
                    head -n 5 "$try/said" >&2
                fi
                ;;
            *)
                if compiles "$flags" "$header"; then
                    bad "$room must not see $other, but $header compiles there"
                elif grep -q "$header" "$try/said"; then
                    good
                else
                    bad "$room: $header fails for another reason:"
                    head -n 5 "$try/said" >&2
                fi
                ;;
            esac
        done
    done
}

try=$(mktemp -d)
trap 'rm -rf "$try"' EXIT
case ${1:-} in
--includes) check_includes ;;
?*)
    build=$(cd "$1" && pwd)
    check_includes
    check_climbing_is_refused
    check_rooms
    ;;
*)
    echo "usage: rooms.sh BUILD_DIR | --includes" >&2
    exit 2
    ;;
esac
echo "[  PASSED  ] $passed test(s)."
[ "$failed" = 0 ] || echo "[  FAILED  ] $failed test(s)."
[ "$failed" = 0 ]
