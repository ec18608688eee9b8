#!/bin/sh
# places.sh – real places (../shared/data) through `import places`, with the exact
# numbers, and their addresses asked back. Skips, and says so, where the data is not
# there.
set -u
data=${JW_SHARED:-$JW_SOURCE/../shared}/data
[ -r "$data/baltimore/baltimore_blocks.geojson" ] || { echo "skipped: no $data"; exit 77; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
passed=0
failed=0

# expect NAME STATUS TEXT: the last command ended so and said that
expect() {
    if [ "$status" = "$2" ] && grep -qF -- "$3" "$dir/out"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1: status $status, and not $3 in:"
        head -n 3 "$dir/out" "$dir/err"
    fi
}

# run CITY WORDS…
run() {
    city=$1
    shift
    "$JW_BINARY" "$@" --data "$dir/$city" --json >"$dir/out" 2>"$dir/err"
    status=$?
}

# plan_feasible N: no more than N grids break the range, at most ten of them without a proof
# that they must
plan_feasible() {
    outside=$(grep -o '"out_of_range":[0-9]*' "$dir/out" | cut -d: -f2)
    unproved=$(grep -o '"none_found":[0-9]*' "$dir/out" | cut -d: -f2)
    if [ "${outside:-999}" -le "$1" ] && [ "${unproved:-999}" -le 10 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$outside grids out of range ($1 at most), $unproved without a proof"
    fi
}

# 10,025 census blocks; 72 lie in no neighbourhood.
run baltimore import areas "$data/baltimore/neighborhoods.geojson" --layer governing --governing \
    --level residential_area --code name --name name --dissolve district=:BC,Baltimore
expect neighborhoods 0 '"features":278'
run baltimore import places "$data/baltimore/baltimore_blocks.geojson" --name geoid20 --code geoid20 \
    --households housing20 --population pop20 --kind block --report "$dir/findings.csv"
expect blocks 1 '"rows":10025,"added":9953,"by_code":0,"by_point":9953,"orphans":72,"households":293249,"population":585708,"looks_gcj02":false'
[ "$(wc -l <"$dir/findings.csv")" -eq 73 ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "findings.csv"; }
run baltimore import places "$data/baltimore/baltimore_blocks.geojson" --name geoid20 --code geoid20 \
    --households housing20 --population pop20 --kind block
expect again 1 '"added":0,'
# Micro-grids of them, neighbourhoods as hard borders: contiguous, and where the range is
# not kept it is told why.
run baltimore plan micro --within BC --out "$dir/map.geojson"
expect graph 0 '"of":"places","units":9953,"left_out":0,"left_out_households":0,"households":293242,"hard_areas":279,"borders":{"exact":19652,"near":0,"street":6,"cell":0}'
expect whole 0 '"torn":0,'
plan_feasible 121
run baltimore import places "$data/baltimore/rec_centers.geojson" --kind facility
expect centers 0 '"rows":48,"added":48,'

# 12,626 blocks of flats. Three have no coordinates but 0, 0 and no subzone; of the 12,623
# that have some, 12,622 lie in the subzone that they name, and one (6A ADMIRALTY RD)
# names none and lies in none.
run singapore import areas "$data/singapore/subzones.geojson" --layer governing --governing \
    --level residential_area --code SUBZONE_N --name SUBZONE_N --dissolve district=:SG,Singapore
expect subzones 0 '"features":332'
run singapore import places "$data/singapore/hdb_blocks.csv" --name address --area polygon \
    --households total_dwelling_units
expect flats 1 '"rows":12626,"added":12622,"by_code":12622,"by_point":0,"orphans":4,"households":1112052,'
expect elsewhere 1 '"elsewhere":0,'
run singapore plan micro --within SG
expect graph 0 '"of":"places","units":12622,"left_out":0,"left_out_households":0,"households":1111622,"hard_areas":333,'
expect whole 0 '"torn":0,'
plan_feasible 33
run points import areas "$data/singapore/subzones.geojson" --layer governing --governing \
    --level residential_area --code SUBZONE_N --name SUBZONE_N --dissolve district=:SG,Singapore
run points import places "$data/singapore/hdb_blocks.csv" --name address --households total_dwelling_units \
    --report "$dir/lost.csv"
expect points 1 '"rows":12626,"added":12622,"by_code":0,"by_point":12622,"orphans":4,'
for lost in '141A SERANGOON NTH AVE 2' '4 WOODLANDS ST 12' '5 BANDA ST' '6A ADMIRALTY RD'; do
    grep -qF "$lost" "$dir/lost.csv" && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "not told: $lost"; }
done
run singapore locate --text 'Blk 1 Beach Road #05-12'
expect beach 0 '"verdict":"certain"'
expect beach 0 '"name":"1 BEACH RD"'
expect beach 0 '"word":"#05-12"'
run singapore locate --text 'Beach Road'
expect road 0 '"reason":"only_name"'

echo "$passed of $((passed + failed))"
[ "$failed" = 0 ]
