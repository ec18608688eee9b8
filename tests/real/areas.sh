#!/bin/sh
# areas.sh – real maps (../shared/data) through `import areas`, with the exact numbers
# of their findings. Skips, and says so, where the data is not there.
set -u
data=${JW_SHARED:-$JW_SOURCE/../shared}/data
[ -r "$data/baltimore/neighborhoods.geojson" ] || { echo "skipped: no $data"; exit 77; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
passed=0
failed=0

# expect NAME TEXT: the first line of the last report holds it
expect() {
    if grep -qF -- "$2" "$dir/first"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1: no $2 in:"
        cat "$dir/first" "$dir/err"
    fi
}

# import FILE OPTIONS…
import() {
    file=$1
    shift
    "$JW_BINARY" import areas "$data/$file" "$@" --json --data "$dir/city" >"$dir/out" 2>"$dir/err"
    status=$?
    head -n 1 "$dir/out" >"$dir/first"
}

import baltimore/neighborhoods.geojson --layer governing --governing --level residential_area --code name --name name \
    --dissolve "subdistrict=@$data/baltimore/xwalk_csa2nsa.csv,neighborhood,id,csa" --dissolve district=:BC,Baltimore
expect neighborhoods '"written":true,"features":278,"buildings":0,"areas":{"district":1,"subdistrict":55,"residential_area":278}'
expect neighborhoods '"repaired":2,"rings":0,"vertices":3,"overlap":6,"gap":10,"orphan":1,"astride":0,"nest":0,"mismatch":0,"alone":0,"row":1,'

import baltimore/neighborhoods.geojson --layer governing --level residential_area --code name --name name
expect again '"written":false'
expect again '"taken":278'
[ "$status" = 1 ] && grep -q 'Findings that stop it: 278;' "$dir/err" && passed=$((passed + 1)) || failed=$((failed + 1))

import baltimore/csas.geojson --layer csa --level subdistrict --code id --name name --compare governing
expect csas '"written":true,"features":56'
expect csas '"mismatch":55,"alone":1,'

for layer in council_districts:14:id police_districts:9:number planning_districts:12:id; do
    name=${layer%%:*}
    rest=${layer#*:}
    import "baltimore/$name.geojson" --layer "$name" --level district --code "${rest#*:}" --name name
    expect "$name" "\"written\":true,\"features\":${rest%:*}"
done

import baltimore/baltimore_blocks.geojson --layer blocks --level micro_grid --code geoid20 --name name20 \
    --households housing20 --pattern '^[0-9]{15}$' --report "$dir/findings.csv"
expect blocks '"written":true,"features":10025'
expect blocks '"repaired":0,"rings":0,"vertices":0,"overlap":0,"gap":0,'
expect blocks '"size":9982'
[ "$(wc -l <"$dir/findings.csv")" -eq 9983 ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "findings.csv"; }

import shanghai/shanghai_districts.geojson --layer shanghai --level district --code district --name district
expect districts '"written":true,"features":16'
import shanghai/shanghai_subdistricts_osm.geojson --layer shanghai --level subdistrict \
    --code official_control_code_2023 --name osm_name --parent district --pattern ''
expect subdistricts '"written":true,"features":113'
expect subdistricts '"parent":0,'
import shanghai/shanghai_subdistricts_osm.geojson --layer unions --level subdistrict \
    --code official_control_code_2023 --name osm_name --dissolve district=district
expect unions '"areas":{"district":8,"subdistrict":113}'

import shanghai/shanghai_subdistricts_osm.geojson --layer unions2 --level subdistrict \
    --code official_control_code_2023 --name osm_name --codes "$data/shanghai/shanghai_streets.csv"
expect official '"exchanged":1,"unlisted":1,"unmapped":122,"renamed":0,'
grep -q '{"kind":"exchanged","code":"310107021000","other":"310107022000"' "$dir/out" && passed=$((passed + 1)) ||
    { failed=$((failed + 1)); echo "the exchanged codes of 310107"; }
grep -q '{"kind":"unlisted","code":"310106100000","other":"310106101"' "$dir/out" && passed=$((passed + 1)) ||
    { failed=$((failed + 1)); echo "310106100 is not told"; }

# Nobody's ground twice: 东明路街道 lies within 三林镇, which has a hole for it and nothing
# else; 虹梅路街道 has two exclaves.
"$JW_POINTS" "$dir/city" shanghai 1 20000 7 >"$dir/first" 2>"$dir/err"
expect points '"areas":113,"points":20000,'
expect points '"twice":0,'
expect points '"parts":[{"code":"310104012000","parts":3,"holes":0},{"code":"310115130000","parts":1,"holes":1}]'
expect points '"within":[{"code":"310115015000","in":"310115130000"}]'

# The official lists, level by level, without shapes.
import shanghai/shanghai_areas.csv --layer codes --level district --code code --name name --pattern '^([0-9]{3}){2,4}$'
expect codes '"written":true,"features":16'
import shanghai/shanghai_streets.csv --layer codes --level subdistrict --code code --name name --parent areaCode
expect codes '"written":true,"features":234'
expect codes '"parent":0,"cycle":0,'
import shanghai/shanghai_villages.csv --layer codes --level residential_area --code code --name name --parent streetCode
expect codes '"written":true,"features":6509'
expect codes '"duplicate":0,"taken":0,"code":0,"name":0,"hopeless":0,"parent":0,"cycle":0,'

import singapore/subzones.geojson --layer singapore --level micro_grid --code SUBZONE_C --name SUBZONE_N \
    --dissolve residential_area=PLN_AREA_C,PLN_AREA_N --dissolve district=REGION_C,REGION_N
expect singapore '"features":332,"buildings":0,"areas":{"district":5,"residential_area":55,"micro_grid":332}'

"$JW_BINARY" locate -76.61 39.3 --json --data "$dir/city" >"$dir/first" 2>"$dir/err"
expect locate '"code":"Penn-Fallsway"'
expect locate '"code":"51","name":"Oldtown/Middle East"'
expect locate '"code":"BC"'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
