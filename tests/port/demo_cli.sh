#!/bin/sh
# `demo --seed --as-of` gives the same city whenever it is made: every export, byte for
# byte; another seed or day gives another.  demo_cli.sh JINGWEI
jingwei=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
cd "$dir" || exit 1

fail() { echo "✗ $*"; cat err 2>/dev/null; exit 1; }
# made NAME OPTION …: a city, and each of its exports beside it
made() {
    name=$1
    shift
    "$jingwei" demo --data "$name" --households 1000 --cases 300 "$@" >/dev/null 2>err || fail "demo $*"
    for what in cases areas places orgs units seats cover exclusive exceptions; do
        "$jingwei" export $what --as dispatch "$name.$what" --data "$name" >/dev/null 2>err || fail "export $what of $name"
    done
}

made first --seed 7 --as-of 2025-06-20
made second --seed 7 --as-of 2025-06-20
for what in cases areas places orgs units seats cover exclusive exceptions; do
    cmp "first.$what" "second.$what" || fail "the same seed and day give another export of $what"
done
[ "$(wc -l <first.cases)" = 301 ] || fail "$(wc -l <first.cases) lines of 300 cases"
[ "$(wc -l <first.areas)" -gt 10 ] || fail "no areas"
made other --seed 8 --as-of 2025-06-20
cmp -s first.cases other.cases && fail 'another seed gives the same cases'
cmp -s first.places other.places && fail 'another seed gives the same places'
made later --seed 7 --as-of 2025-06-21
cmp -s first.cases later.cases && fail 'another day gives the same cases'
cmp "first.places" "later.places" || fail 'another day gives other places'

# Without a day it is made as of now: nothing is later, and today is among it.
made now --seed 7
[ "$(wc -l <now.cases)" = 301 ] || fail 'a city as of now'
"$jingwei" call case.list '{"limit":1}' --as dispatch --data now >/dev/null 2>err || fail 'a city as of now is asked'
exit 0
