#!/bin/sh
# Baltimore in a temporary directory, then baltimore_test on it. Skips (77) where the
# shared data is not there.  run.sh JINGWEI BALTIMORE_TEST SHARED/data/baltimore
[ -d "$3" ] || { echo "skipped: no real data at $3"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
set -e
here=$(cd "$(dirname "$0")" && pwd)
if [ "$JW_REAL_STORE" = postgres ]; then
    [ -n "$JW_TEST_POSTGRES" ] || { echo "skipped: no PostgreSQL"; exit 77; }
    store=${JW_TEST_POSTGRES%/*}/baltimore_$$
    psql -q "$JW_TEST_POSTGRES" -c "CREATE DATABASE baltimore_$$ TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
    "$1" migrate --data "$dir/data" --store "$store"
fi
KILL=1 "$here/baltimore.sh" "$1" "$3" "$dir/data" ${store:+--store "$store"}
"$2" "$3" "$dir/data" $store
