#!/bin/sh
# `area crosswalk` as a person runs it, on both stores: shares by ground, households and
# places of two small layers, as table, map and words; what does not fit; what is wrong said.
#   crosswalk_cli.sh JINGWEI
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

box() { printf '{"type":"Feature","properties":{"c":"%s"},"geometry":{"type":"Polygon","coordinates":[[[%s,0],[%s,0],[%s,0.001],[%s,0.001],[%s,0]]]}}' "$1" "$2" "$3" "$3" "$2" "$2"; }
map() { printf '{"type":"FeatureCollection","features":['; cat; printf ']}'; }
# two grids of 200 m beside each other; the police cut at three quarters, and end before the city
{ box A 10.000 10.002; echo ,; box B 10.002 10.004; } | map >grids.geojson
{ box P 10.000 10.003; echo ,; box Q 10.003 10.0035; } | map >police.geojson
cat >places.csv <<'J'
name,households,lon,lat
a,30,10.0005,0.0005
b,10,10.0025,0.0005
c,20,10.0032,0.0005
d,40,10.0038,0.0005
J

walk() {
    where=$1
    city=city_$1
    store=
    if [ "$where" = postgres ]; then
        psql -q "$JW_TEST_POSTGRES" -c "CREATE DATABASE cross_$$ TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
        store="--store ${JW_TEST_POSTGRES%/*}/cross_$$"
        ends 0 migrate
    fi
    ends 0 import areas grids.geojson --layer g --governing --level residential_area --code c --dissolve district=:X,City
    ends 0 import areas police.geojson --layer police --level subdistrict --code c
    ends 0 import places places.csv

    ends 0 area crosswalk g police pairs.csv --json
    says out '{"pairs":3,"places":4,"places_apart":1,"a":{"areas":2,"whole":1},"b":{"areas":2,"whole":1}}'
    # code, fit, shares of the ground; households, of the one, of the other; places likewise
    cut -d, -f1,3,5,7-14 pairs.csv | tr -d '\r' | sed 1d >got
    cat >expected <<'J'
A,P,whole,1.000000,0.666667,30,1.000000,0.750000,1,1.000000,0.500000
B,P,most,0.500000,0.333333,10,0.142857,0.250000,1,0.333333,0.500000
B,Q,part,0.250000,1.000000,20,0.285714,1.000000,1,0.333333,1.000000
J
    cmp -s got expected || { cat got; fail 'the table'; }
    ends 0 area crosswalk g police
    says out 'g：2，其中 1 个在 police 的一个网格之内'
    says out 'B → P 50.0 %（10 / 70 户 households），Q 25.0 %'
    says out 'P → A 66.7 %（30 / 40 户 households），B 33.3 %'
    ends 0 area crosswalk g:district police:subdistrict pairs.geojson --json
    says out '"pairs":2,'
    [ "$(grep -c '"geometry":{"type":"Polygon"' pairs.geojson)" = 2 ] || fail 'the map'
    says pairs.geojson '"a_code":"X","b_code":"Q","fit":"part"'

    ends 1 area crosswalk g nothing
    says err 'There is no layer with the code “nothing”'
    ends 1 area crosswalk g:micro_grid police
    says err 'The layer “g” has no areas with shapes on that level'
    ends 1 area crosswalk g:upper police
    says err 'There is no level “upper”'
    ends 2 area crosswalk g police pairs.txt
    ends 2 area crosswalk g
    ends 1 area crosswalk g police no/where.csv
    says err 'no/where.csv cannot be written'
}

walk sqlite
[ -z "$JW_TEST_POSTGRES" ] || walk postgres
echo "area crosswalk: both stores as they should be"
