#!/bin/sh
# `area split` as a person runs it: a map whose part has a hole, a table of buildings,
# areas beneath; and files that are wrong change nothing.  area_split_cli.sh JINGWEI
jingwei=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
cd "$dir" || exit 1
export JINGWEI_ZONE=UTC

fail() { echo "✗ $*"; cat out err 2>/dev/null; exit 1; }
ends() {
    want=$1
    shift
    "$jingwei" "$@" --data data >out 2>err </dev/null
    got=$?
    [ $got = "$want" ] || fail "exit code $got, not $want: $*"
}
says() { grep -qF -- "$2" "$1" || fail "$1 does not say: $2"; }
# box X Y W H: a ring
box() { echo "$1 $2 $3 $4" | awk '{printf "[[%s,%s],[%s,%s],[%s,%s],[%s,%s],[%s,%s]]",$1,$2,$1+$3,$2,$1+$3,$2+$4,$1,$2+$4,$1,$2}'; }
# part CODE RING…: a feature
part() {
    code=$1
    shift
    rings=$1
    [ -n "$2" ] && rings="$rings,$2"
    printf '{"type":"Feature","properties":{"code":"%s","name":"n%s"},"geometry":{"type":"Polygon","coordinates":[%s]}}' "$code" "$code" "$rings"
}
map() { printf '{"type":"FeatureCollection","features":[%s]}\n' "$1"; }

map "$(part S "$(box 10 10 1 1)")" >s.geojson
map "$(part A "$(box 10 10 .5 1)"),$(part B "$(box 10.5 10 .5 1)")" >grids.geojson
ends 0 import areas s.geojson --layer g --governing --level subdistrict --code code --name name --since 2025-01-01
ends 0 import areas grids.geojson --layer g --level micro_grid --code code --name name --since 2025-01-01

# a part with a hole, and what is in the hole
map "$(part A1 "$(box 10 10 .5 1)" "$(box 10.1 10.1 .2 .2)"),$(part A2 "$(box 10.1 10.1 .2 .2)")" >hole.geojson
ends 0 area split A hole.geojson --json
says out '{"parts":2,'
says out '"planned":false}'
ends 0 locate 10.2 10.2
says out 'A2 '
ends 0 locate 10.05 10.2
says out 'A1 '

# the area above, along its grids; not across one
map "$(part T1 "$(box 10 10 .5 1)"),$(part T2 "$(box 10.5 10 .5 1)")" >halves.geojson
map "$(part T1 "$(box 10 10 .7 1)"),$(part T2 "$(box 10.7 10 .3 1)")" >across.geojson
ends 1 area split S across.geojson
says err 'The area beneath “B” lies in two parts'
says err '下级网格“B”落在两个部分里'
ends 0 area split S halves.geojson --day 2099-01-01
says out 'Planned: split into 2 areas on 2099-01-01'
ends 1 area split S halves.geojson
says err 'Something is planned for “nS” on 2099-01-01'

# a mere list
printf '楼栋,户数,微网格\n一号楼,10,L\n二号楼,20,L\n' >list.csv
ends 0 import areas list.csv --layer g --level micro_grid --under S
printf '楼栋,新网格,新网格名称\n一号楼,L1,甲\n三号楼,L2,乙\n' >wrong.csv
ends 1 area split L wrong.csv
says err 'Row 2: in “L” there is no building “三号楼”.'
printf '楼栋,新网格\n一号楼,L1\n' >short.csv
ends 1 area split L short.csv
printf 'name,new\n一号楼,L1\n' >columns.csv
ends 1 area split L columns.csv
says err 'The header needs “part”'
printf '楼栋,新网格,新网格名称\n一号楼,L1,甲\n二号楼,L2,乙\n' >right.csv
ends 0 area split L right.csv
says out 'Split into 2 areas.'

# asked wrongly, and files that are none
ends 2 area split L
ends 2 area split L right.csv --day 2025-02-30
ends 2 area join L M
ends 1 area split L no.csv
ends 1 area split X right.csv
says err '“X”'
printf '{"type":' >cut.geojson
ends 1 area split A1 cut.geojson
ends 0 check
echo '✓ area split'
