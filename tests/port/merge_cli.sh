#!/bin/sh
# `area merge` as a person runs it, on both stores: grids that follow the borders of two
# layers, what they take, metres followed, new and crossed; residential areas whole and the
# rest in pieces; the proposal imported with its lineage; what is wrong said.
#   merge_cli.sh JINGWEI
jingwei=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
cd "$dir" || exit 1
export JINGWEI_ZONE=UTC

fail() { echo "✗ $where: $*"; cat out err 2>/dev/null; exit 1; }
ends() {
    want=$1
    shift
    # shellcheck disable=SC2086
    "$jingwei" "$@" --data "$city" $store >out 2>err </dev/null
    got=$?
    [ $got = "$want" ] || fail "exit code $got, not $want: $*"
}
says() { grep -qF -- "$2" "$1" || fail "$1 does not say: $2"; }

# a rectangle in thousandths of a degree, on the equator: 111 m each
box() { printf '{"type":"Feature","properties":{"c":"%s"},"geometry":{"type":"Polygon","coordinates":[[[10.%03d,0.%03d],[10.%03d,0.%03d],[10.%03d,0.%03d],[10.%03d,0.%03d],[10.%03d,0.%03d]]]}}' "$1" "$2" "$3" "$4" "$3" "$4" "$5" "$2" "$5" "$2" "$3"; }
map() { printf '{"type":"FeatureCollection","features":['; cat; printf ']}'; }
# eight residential areas, four in a row; the police cut in the middle, the Party across, and
# where the police do, too
{ for y in 0 2; do for x in 0 2 4 6; do [ $x$y = 00 ] || echo ,; box R$x$y $x $y $((x + 2)) $((y + 2)); done; done; } | map >areas.geojson
{ box P 0 0 4 4; echo ,; box Q 4 0 8 4; } | map >police.geojson
{ box E 0 0 4 2; echo ,; box F 0 2 4 4; echo ,; box G 4 0 8 4; } | map >party.geojson
{
    echo name,households,lon,lat
    for y in 1 3; do for x in 1 3 5 7; do echo "b$x$y,100,10.00$x,0.00$y"; done; done
} >places.csv

walk() {
    where=$1
    city=city_$1
    store=
    if [ "$where" = postgres ]; then
        psql -q "$JW_TEST_POSTGRES" -c "CREATE DATABASE merge_$$ TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
        store="--store ${JW_TEST_POSTGRES%/*}/merge_$$"
        ends 0 migrate
    fi
    ends 0 import areas areas.geojson --layer g --governing --level residential_area --code c --dissolve subdistrict=:X,Town
    ends 0 import areas police.geojson --layer police --level subdistrict --code c
    ends 0 import areas party.geojson --layer party --level subdistrict --code c
    ends 1 area merge police party --within X --min 300 --max 500
    says err 'No households are known in “X”'
    ends 0 import places places.csv

    ends 0 area merge police party --within X --min 300 --max 500 --json --grids-csv grids.csv --units-csv units.csv \
        --areas-csv parts.csv --map grids.geojson
    says out '"units":8,"pieces":0,"of":"places","left_out_households":0,"grids":2,"out_of_range":0,'
    says out '"new_m":0.0,'
    says out '{"layer":"police","areas":2,'
    # the police's border is the new one; of the Party's, half of it, too, ends inside
    tr -d '\r' <grids.csv | sed 1d | cut -d, -f1,3-6,9,10,13 >got
    cat >expected <<'J'
X-Z1,X,400,4,keeps,0.0,P,E; F
X-Z2,X,400,4,keeps,0.0,Q,G
J
    cmp -s got expected || { cat got; fail 'the grids'; }
    tr -d '\r' <units.csv | sed 1d | cut -d, -f1,2,4,5 | sort >got
    { for u in R00 R02 R20 R22; do echo "$u,X-Z1,area,100"; done; for u in R40 R42 R60 R62; do echo "$u,X-Z2,area,100"; done; } >expected
    cmp -s got expected || { cat got; fail 'the units'; }
    tr -d '\r' <parts.csv | sed 1d | cut -d, -f1,2,4,5,6,7 >got
    cat >expected <<'J'
police,P,X-Z1,whole,1.000000,1.000000
party,E,X-Z1,whole,1.000000,0.500000
party,F,X-Z1,whole,1.000000,0.500000
police,Q,X-Z2,whole,1.000000,1.000000
party,G,X-Z2,whole,1.000000,1.000000
J
    cmp -s got expected || { cat got; fail 'what becomes of the areas'; }
    [ "$(grep -c '"geometry":{"type":"Polygon"' grids.geojson)" = 2 ] || fail 'the map'
    says grids.geojson '"party":"E; F"'

    ends 0 area merge police party --within X --min 300 --max 500
    says out '综合网格 / comprehensive grids: 2（0 不合范围 / out of range）'
    says out '其中新划 / of them new: 0 m（0.0 %）'
    grep -q '方案 / proposal  *100.0  *49.8$' out || fail 'the comparison'
    grep -q '^  police  *–  *49.8 ' out || fail 'the police beside the Party'
    ends 0 area merge police party --within X --min 100 --max 300 --grids 3 --json
    says out '"grids":3,"out_of_range":0,'
    ends 0 area merge police party --within X --min 300 --max 350
    says out '! '

    # in pieces: three, which the layers make; P and Q were imported as subdistricts of their layers
    ends 0 area merge police party --within X --min 100 --max 400 --whole none --json --units-csv units.csv
    says out '"units":3,"pieces":3,'
    tr -d '\r' <units.csv | sed 1d | cut -d, -f1,4,5 | sort >got
    printf 'P+E,piece,200\nP+F,piece,200\nQ+G,piece,400\n' >expected
    cmp -s got expected || { cat got; fail 'the pieces'; }
    ends 0 area merge police party --within X --min 100 --max 400 --whole party --json
    says out '"units":3,"pieces":0,'

    # the proposal becomes the zone grids, with what they took hung beneath
    ends 0 import areas grids.geojson --layer g --level zone_grid --code code --name name --adopt-by units.csv,unit,grid --check
    ends 0 area merge police party --within X --min 300 --max 500 --units-csv units.csv --map grids.geojson
    ends 0 import areas grids.geojson --layer g --level zone_grid --code code --name name --adopt-by units.csv,unit,grid
    ends 0 locate 10.001 0.003
    says out 'Town第1综合网格'
    ends 0 locate 10.007 0.001
    says out 'Town第2综合网格'
    # another proposal has other codes
    ends 0 area merge police party --within X --min 300 --max 500 --units-csv units.csv
    says units.csv 'X-Z3'

    ends 2 area merge police party --min 300 --max 500
    ends 2 area merge police --within X --max 500 --keep 3
    ends 2 area merge police --within X --min 300 --max 500
    ends 1 area merge police nothing --within X --min 300 --max 500
    says err 'There is no layer with the code “nothing”'
    ends 1 area merge police party:upper --within X --min 300 --max 500
    says err 'There is no level “upper”'
    ends 1 area merge police party --within Y --min 300 --max 500
    says err '“Y”'
    ends 1 area merge police party --within X --min 500 --max 300
    ends 1 area merge police party --within X --min 300 --max 500 --map no/where.geojson
    says err 'no/where.geojson cannot be written'
}

walk sqlite
[ -z "$JW_TEST_POSTGRES" ] || walk postgres
echo "area merge: both stores as they should be"
