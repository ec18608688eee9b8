#!/bin/sh
# `plan micro` as a person runs it, on both stores: buildings as points and with outlines,
# areas as units, what is there now kept, reasons told, and what is wrong said.
#   plan_cli.sh JINGWEI
jingwei=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
cd "$dir" || exit 1
export JINGWEI_ZONE=UTC

fail() { echo "✗ $where: $*"; cat out err 2>/dev/null; exit 1; }
# ends STATUS COMMAND …: on the city in hand, its output in out and err
ends() {
    want=$1
    shift
    # shellcheck disable=SC2086
    "$jingwei" "$@" --data "$city" $store >out 2>err </dev/null
    got=$?
    [ $got = "$want" ] || fail "exit code $got, not $want: $*"
}
says() { grep -qF -- "$2" "$1" || fail "$1 does not say: $2"; }

# A: 24 buildings of 50 households, three grids of 400. B: 250 households, fewer than the
# least, right beside it. C: nobody.
box() { printf '{"type":"Feature","properties":{"c":"%s"},"geometry":{"type":"Polygon","coordinates":[[[%s,%s],[%s,%s],[%s,%s],[%s,%s],[%s,%s]]]}}' "$1" "$2" "$3" "$4" "$3" "$4" "$5" "$2" "$5" "$2" "$3"; }
map() { printf '{"type":"FeatureCollection","features":['; cat; printf ']}'; }
{
    box A 121.000 31.000 121.006 31.004; echo ,
    box B 121.006 31.000 121.012 31.004; echo ,
    box C 121.012 31.000 121.018 31.004
} | map >areas.geojson
awk 'BEGIN { print "name,code,households,lon,lat"
    for (y = 0; y < 4; y++) for (x = 0; x < 6; x++) printf "A%d%d,A%d%d,50,%.4f,%.4f\n", x, y, x, y, 121.0005 + x / 1000, 31.0005 + y / 1000
    for (x = 0; x < 5; x++) printf "B%d,B%d,50,%.4f,31.002\n", x, x, 121.0065 + x / 1000 }' >points.csv
# the same buildings 70 m wide, with 20 to 40 m between
awk -F, 'NR > 1 { w = $4 - 0.00038; e = $4 + 0.00038; s = $5 - 0.00036; n = $5 + 0.00036
    printf "%s{\"type\":\"Feature\",\"properties\":{\"name\":\"%s\",\"code\":\"%s\",\"households\":%d},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[%.7f,%.7f],[%.7f,%.7f],[%.7f,%.7f],[%.7f,%.7f],[%.7f,%.7f]]]}}", (NR > 2 ? "," : ""), $1, $2, $3, w, s, e, s, e, n, w, n, w, s }' points.csv | map >outlines.geojson

# every other one of them
sed 's/},{"type":"Feature"/},\n{"type":"Feature"/g' outlines.geojson | awk 'NR % 2' | sed '1s/^[^[]*\[//; s/,$//; s/\]}$//' | paste -sd, - | map >some.geojson

begin() { # CITY: the areas, in a new database of that kind
    city=$1
    store=
    if [ "$where" = postgres ]; then
        psql -q "$JW_TEST_POSTGRES" -c "CREATE DATABASE plan_$1_$$ TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
        store="--store ${JW_TEST_POSTGRES%/*}/plan_$1_$$"
        ends 0 migrate
    fi
    ends 0 import areas areas.geojson --layer g --governing --level residential_area --code c --dissolve district=:X,City
}
shape_of() { # the households of the grids of out.geojson, and how many have ground
    grep -o '"households":[0-9]*' map.geojson | cut -d: -f2 | sort -n | tr '\n' ' '
    grep -c '"geometry":{' map.geojson
}

walk() {
    where=$1
    begin points
    ends 1 plan micro --within X
    says err 'There is nothing in “X” to make grids of'
    ends 0 import places points.csv
    ends 0 plan micro --within X --out map.geojson --json
    says out '"of":"places","units":29,"left_out":0,"left_out_households":0,"households":1450,"hard_areas":4'
    says out '"grids":4,"out_of_range":1,"households_outside":50,"torn":0'
    says out '"keeps":3,'
    says out '"part_under":1,'
    # households from few to many, and how many grids: B's alone, then A's within the range
    set -- $(shape_of)
    [ "$1 $5" = "250 4" ] && [ "$2" -ge 300 ] && [ "$4" -le 500 ] && [ $(($2 + $3 + $4)) = 1200 ] || fail "the map: $*"
    grep -q '"within":"A",.*"B0"' map.geojson && fail 'a grid of A has a building of B'
    cp map.geojson first.geojson
    ends 0 plan micro --within X --out map.geojson
    cmp -s map.geojson first.geojson || fail 'the same seed, another plan'
    says out 'the whole part within its hard borders has fewer than the least'
    ends 0 plan micro --within B --min 100 --max 250 --json
    says out '"grids":1,"out_of_range":0'
    ends 0 plan micro --within A --min 100 --max 200 --json
    says out '"out_of_range":0'

    says map.geojson '"code":"A-01","name":"A 1","within":"A"'
    says map.geojson '"code":"B-01","name":"B 1","within":"B"'

    # nothing is kept where there is nothing; words that make no sense
    ends 1 plan micro --within X --keep
    says err 'There are no grids of that level in “X” yet'
    ends 1 plan micro --within C
    says err 'There is nothing in “C”'
    ends 1 plan micro --within C --units places
    says err 'no building with known households and coordinates in “C”'
    ends 1 plan micro --within nowhere
    ends 2 plan micro
    ends 2 plan micro --within X --units houses
    says err '“houses”'
    ends 2 plan micro --within X --min few
    ends 1 plan micro --within X --min 500 --max 300
    ends 1 plan micro --within X --out no/where.geojson
    says err 'no/where.geojson cannot be written'

    # the plan becomes the micro-grids of the city; then nothing needs to move
    ends 0 plan micro --within X --out map.geojson
    ends 0 import areas map.geojson --layer g --level micro_grid --code code --name name --parent within --households households
    ends 0 import places points.csv --update --json
    says out '"changed":29,'
    ends 0 plan micro --within X --keep --json
    says out '"moved":0,'
    says out '"grids":4,"out_of_range":1,'

    # zone grids: A has 1,200 households in its micro-grids, B 250, C none
    ends 0 plan zone --within X --min 200 --max 1200 --json
    says out '"of":"areas","units":3,"left_out":0,"left_out_households":0,"households":1450,"hard_areas":1,"borders":{"exact":2,'
    says out '"grids":2,"out_of_range":0,'
    ends 0 plan zone --within X --min 200 --max 1200 --alike 100 --balance 20 --json
    says out '"grids":2,"out_of_range":0,'
    says out '"spread":'
    ends 0 plan zone --within X --min 200 --max 1500
    says out 'X-Z1 City 1'
    ends 1 plan zone --within X --min 200 --max 1500 --keep
    says err 'There are no grids of that level in “X” yet'
    ends 2 plan zone --within X
    ends 2 plan zone --within X --min 200 --max 1500 --units places

    # with outlines they are neighbours across the streets
    begin outlines
    ends 0 import places outlines.geojson
    ends 0 plan micro --within X --out map.geojson --json
    says out '"borders":{"exact":0,"near":0,"street":42,"cell":0},"grids":4,"out_of_range":1,'
    # a grid has the street up to its middle: the grids fill their areas, and can be imported
    [ "$(grep -c '"type":"Polygon"' map.geojson)" = 4 ] || fail 'a grid in pieces'
    ends 0 import areas map.geojson --layer g --level micro_grid --code code --name name --parent within --households households
    ends 0 import places outlines.geojson --update --json
    says out '"changed":29,'
    ends 0 plan micro --within X --keep --json
    says out '"moved":0,'

    # where only some have one, those count, and the others are points
    begin some
    ends 0 import places points.csv
    ends 0 import places some.geojson --update --json
    says out '"changed":15,'
    ends 0 plan micro --within X --out map.geojson --json
    says out '"of":"places","units":29,"left_out":0,"left_out_households":0,"households":1450,"hard_areas":4,"borders":{"exact":0,"near":0,"street":0,"cell":'
    says out '"grids":4,"out_of_range":1,'
    [ "$(grep -c '"type":"Polygon"' map.geojson)" = 4 ] || fail 'a grid in pieces'
    ends 0 import areas map.geojson --layer g --level micro_grid --code code --name name --parent within --households households

    # micro-grids are there: kept as they are where they fit; one too large gives a little
    {
        box A1 121.000 31.000 121.002 31.004; echo ,
        box A2 121.002 31.000 121.004 31.004; echo ,
        box A3 121.004 31.000 121.006 31.004
    } | map >micro.geojson
    begin kept
    ends 0 import areas micro.geojson --layer g --level micro_grid --code c
    ends 0 import places points.csv
    ends 0 plan micro --within A --keep --json
    says out '"grids":3,"out_of_range":0,"households_outside":0,"torn":0'
    says out '"moved":0,'
    sed 's/^A00,A00,50/A00,A00,170/' points.csv >more.csv
    ends 0 import places more.csv --update
    ends 0 plan micro --within A --keep --json
    says out '"out_of_range":0'
    moved=$(grep -o '"moved":[0-9]*' out | cut -d: -f2)
    [ "$moved" -ge 1 ] && [ "$moved" -le 3 ] || fail "moved $moved"
    # who continues a micro-grid has its code; who is new has a number that is free
    ends 0 plan micro --within A --keep --out map.geojson
    [ "$(grep -o '"code":"[^"]*"' map.geojson | sort | tr '\n' ' ')" = '"code":"A1" "code":"A2" "code":"A3" ' ] || fail 'codes'
    ends 0 plan micro --within A --keep --min 100 --max 200 --out map.geojson
    for code in A1 A2 A3 A-01; do says map.geojson "\"code\":\"$code\""; done

    # the plan takes their place; the buildings go along, and nothing needs to move any more
    ends 0 plan micro --within X --keep --out map.geojson
    ends 0 import areas map.geojson --layer g --level micro_grid --code code --name name --parent within --households households --replace
    ends 0 plan micro --within A --keep --json
    says out '"grids":3,"out_of_range":0,'
    says out '"moved":0,'

    # as a draft in the database; one that was drawn is read in, for a part of the city or all of it
    ends 0 plan micro --within A --save --label first --json
    says out '"label":"first","grids":3,"out_of_range":0,'
    ends 0 plan import map.geojson --within A --json
    says out '"grids":3,"out_of_range":0,'
    says out '"moved":0,'
    ends 0 plan micro --within X --keep map.geojson --json
    says out '"moved":0,'
    ends 1 plan micro --within A --save --out other.geojson
    ends 2 plan import map.geojson
    box A1 121.000 31.000 121.002 31.004 | map >part.geojson
    ends 1 plan import part.geojson --within A
    says err 'units lie in none of the grids, such as'

    # blocks that are areas: the micro-grids themselves as units
    ends 0 plan micro --within A --units areas --json
    says out '"of":"areas","units":3,'
    says out '"borders":{"exact":2,"near":0,"street":0,"cell":0}'
}

walk sqlite
[ -z "$JW_TEST_POSTGRES" ] || walk postgres
echo "plan micro: both stores as they should be"
