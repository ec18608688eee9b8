#!/bin/sh
# `export places` and `import places`: what was exported is what is there; a later file
# changes and ends, only if it is asked to.  places_cli.sh JINGWEI
jingwei=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
cd "$dir" || exit 1

fail() { echo "✗ $*"; cat out err 2>/dev/null; exit 1; }
ends() {
    want=$1
    shift
    "$jingwei" "$@" --data data >out 2>err </dev/null
    got=$?
    [ $got = "$want" ] || fail "exit code $got, not $want: $*"
}
says() { grep -qF -- "$2" "$1" || fail "$1 does not say: $2"; }

ends 0 demo --seed 3
ends 0 export places --as dispatch places.csv
n=$(($(wc -l <places.csv) - 1))
[ "$n" -gt 20 ] || fail "only $n places"
head -1 places.csv | grep -q '名称,网格,种类,代码,户数,人数,经度,纬度,别名,旧名,启用日期' || fail "headings: $(head -1 places.csv)"
ends 0 import places places.csv --json
says out "\"rows\":$n,\"added\":0,"
says out "\"there\":$n,\"differs\":0,\"changed\":0,\"ended\":0"

# codes from elsewhere, then a file with one less
grid=$(sed -n 2p places.csv | cut -d, -f2)
printf '代码,名称,网格,户数\nK1,甲一号,%s,5\nK2,甲二号,%s,6\n' "$grid" "$grid" >first.csv
printf '代码,名称,网格,户数\nK1,甲一号,%s,7\n' "$grid" >second.csv
ends 0 import places first.csv
says out '2 imported, 0 changed, 0 ended, 0 unchanged'
ends 0 import places second.csv
says out '0 imported, 0 changed, 0 ended, 0 unchanged'
says out 'it stays (--update takes what the file says): 1'
ends 0 import places second.csv --update --end-missing --day 2026-01-05 --check
says out '0 imported, 0 changed, 0 ended'
says out 'it is not in the file and ends: 1'
ends 0 import places second.csv --update --end-missing --day 2026-01-05
says out '0 imported, 1 changed, 1 ended, 0 unchanged'
ends 2 import places second.csv --day 2999-01-01
ends 0 check
echo '✓ places'
