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

# an official list: what differs is told, in the table as well
cat >list.csv <<'J'
code,name
S,Something else
T,Missing
J
# shellcheck disable=SC2086
{
ends 0 import areas grid.geojson --layer listed --level subdistrict --code c --codes list.csv --report codes.csv
says out '名称与官方名单不同 / name differs from the official list'
says out '#1 (1) S | Something else'
says codes.csv 'renamed,'
says codes.csv 'unmapped,'
ends 2 import areas grid.geojson --layer listed2 --level subdistrict --code c --codes list.csv,code
says err '--codes'

# three million corners in one feature: told before memory is asked for
awk 'BEGIN {
    printf "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"c\":\"M\"},"
    printf "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[["
    for (i = 0; i < 3000000; i++) printf "[%.6f,%d],", 10 + i / 1e6, i % 2
    print "[10,0]]]}}]}"
}' >many.geojson
ends 1 import areas many.geojson --layer many --level subdistrict --code c
says err 'Feature 1 (line 1): It has 3000001 positions, and a feature may have 250000'
}
