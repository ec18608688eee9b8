#!/bin/sh
# `import areas` as a person runs it: what --check leaves alone, and a report that
# cannot be written.  areas_cli.sh JINGWEI
jingwei=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
cd "$dir" || exit 1
export JINGWEI_ZONE=UTC

fail() { echo "✗ $*"; cat out err 2>/dev/null; exit 1; }
# ends STATUS COMMAND …: runs it with the data directory, its output in out and err
ends() {
    want=$1
    shift
    "$jingwei" "$@" --data data >out 2>err </dev/null
    got=$?
    [ $got = "$want" ] || fail "exit code $got, not $want: $*"
}
says() { grep -qF -- "$2" "$1" || fail "$1 does not say: $2"; }

cat >grid.geojson <<'J'
{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"c":"S"},"geometry":{"type":"Polygon","coordinates":[[[10,10],[11,10],[11,11],[10,11],[10,10]]]}}]}
J
as_grid="--layer g --governing --level subdistrict --code c"

# a check makes nothing, not even the directory; what it compares with must be there
# shellcheck disable=SC2086
{
ends 0 import areas grid.geojson $as_grid --check --json
says out '"written":false,"features":1'
[ ! -e data ] || fail 'a check made the data directory'
ends 1 import areas grid.geojson $as_grid --check --compare other
says err 'There is no layer with the code “other”'
[ ! -e data ] || fail 'a check made the data directory'

# a report that has no place: nothing is imported
ends 1 import areas grid.geojson $as_grid --report no/where.csv
says err 'no/where.csv cannot be written'
[ ! -e data ] || fail 'imported without a report'
mkdir taken.csv
ends 1 import areas grid.geojson $as_grid --report taken.csv
says err 'taken.csv cannot be written: Is a directory'

# an import that could not be judged leaves the report of the one before, and no new one
echo before >old.csv
printf '{"type":' >cut.geojson
ends 1 import areas cut.geojson $as_grid --report old.csv
[ "$(cat old.csv)" = before ] || fail 'the report before is gone'
ends 1 import areas cut.geojson $as_grid --report new.csv
[ ! -e new.csv ] || fail 'an empty report is left'

ends 0 import areas grid.geojson $as_grid --report old.csv --json
says out '"written":true'
says old.csv 'kind,'
grep -q before old.csv && fail 'the report before is still in it'
ends 1 import areas grid.geojson $as_grid --check --json --report new.csv
says out '"taken":1'
says new.csv 'taken,'
ends 0 locate 10.5 10.5
}
