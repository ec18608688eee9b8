#!/bin/sh
# Makes Baltimore in an empty data directory, with the commands of docs/baltimore.md:
#   tests/real/baltimore.sh JINGWEI SHARED/data/baltimore DIR [--store postgresql://…]
# With KILL=1 the import of the tickets is first fed through a pipe that stays open in
# the middle, and killed there (kill -9): for the test. NO_TICKETS=1: all but the tickets.
set -e
jingwei=$1 from=$2 data=$3
shift 3
store=$*
here=$(cd "$(dirname "$0")" && pwd)
export JINGWEI_ZONE=America/New_York
mkdir -p "$data"

# shellcheck disable=SC2086
run() { "$jingwei" "$@" --data "$data" $store; }
areas() { # FILE LAYER LEVEL CODE …
    file=$1 layer=$2 level=$3 code=$4
    shift 4
    run import areas "$from/$file.geojson" --layer "$layer" --level "$level" --code "$code" --name name \
        --since 2010-01-01 "$@" --json >"$data/areas-$layer.json"
}
tickets() { run import cases "$1" --map "$here/baltimore.json" --rejects "$data/rejects.csv" --json; }

echo "neighbourhoods, under the csas of a table, all in one district"
# The map numbers one csa more than the table (51, the jail), and has one neighbourhood
# under a name that the table lacks.
{
    awk -F, 'NR > 1 && $1 >= 51 { sub(/^[0-9]+/, $1 + 1) } { print }' "$from/xwalk_csa2nsa.csv"
    echo '25,"Harford/Echodale","North Harford Road","North Harford Road"'
} >"$data/xwalk.csv"
areas neighborhoods neighborhoods residential_area name --governing \
    --dissolve "subdistrict=@$data/xwalk.csv,neighborhood,id,csa" --dissolve district=:BAL,Baltimore

echo "four other layers; the csas are compared with the grouped neighbourhoods"
areas council_districts council subdistrict id
areas police_districts police subdistrict number
areas planning_districts planning subdistrict id
areas csas csas subdistrict id --compare neighborhoods

echo "request types as the catalogue"
{
    echo 'code,category,zh,en,finish_limit,finish_clock'
    echo 'SR,,Service requests,Service requests,,'
    sed -n '2,$ s/^"\(.*\)"$/"\1",SR,"\1","\1",5,work_day/p' "$from/request_types.csv"
} >"$data/catalogue.csv"
run import catalogue "$data/catalogue.csv" --json

echo "agencies as units, and what they serve"
run import orgs "$from/respagency_codes.csv" --kind agency --area BAL --json
run import orgs "$here/baltimore_units.csv" --kind agency --area BAL --json

if [ "$KILL" ]; then
    echo "tickets, killed in the middle"
    echo "a password of the watch" | run user add watch Watch >/dev/null
    run user post watch dispatcher >/dev/null
    mkfifo "$data/pipe"
    { head -c 1800000 "$from/311_sample_10000.csv" && exec sleep 300; } >"$data/pipe" &
    feeder=$!
    # shellcheck disable=SC2086
    "$jingwei" import cases "$data/pipe" --map "$here/baltimore.json" --data "$data" $store >"$data/killed" 2>&1 &
    importer=$!
    until run call case.count '{}' --as watch 2>/dev/null | grep -q '"more":true'; do :; done
    kill -9 $importer
    wait $importer 2>/dev/null || true
    kill $feeder 2>/dev/null || true
    rm "$data/pipe"
    [ ! -s "$data/killed" ] || { cat "$data/killed"; echo "it ended before it was killed"; exit 1; }
fi

[ -z "$NO_TICKETS" ] || exit 0
echo "tickets"
tickets "$from/311_sample_10000.csv" | tee "$data/tickets.json"
