#!/bin/sh
# `import roster` and `export roster` as a person runs them: every wrong row is told with its
# number and nothing of the file is taken; again is nothing new; out and in gives the same,
# by table and by workbook.  roster_cli.sh JINGWEI
jingwei=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
cd "$dir" || exit 1
export JINGWEI_ZONE=Asia/Shanghai

fail() { echo "✗ $*"; cat out err 2>/dev/null; exit 1; }
ends() {
    want=$1 data=$2
    shift 2
    "$jingwei" "$@" --data "$data" >out 2>err </dev/null
    got=$?
    [ $got = "$want" ] || fail "exit code $got, not $want: $*"
}
says() { grep -qF -- "$2" "$1" || fail "$1 does not say: $2"; }

ends 0 data demo --small
ends 0 other demo --small

cat >good.csv <<'END'
登录名,姓名,角色,单位代码,网格编码,自,至
road,王五,处置员,U2,,2026-12-07 08:00,2026-12-07 20:00
road,王五,unit_handler,,,2026-12-08 08:00,2026-12-08T20:00
lead,张三,,,,2026-12-07 20:00,2026-12-08 08:00
dispatch,李四,派单员,,990100,2026-12-07 08:00,2026-12-07 20:00
END
ends 0 data import roster good.csv --check
says out '4 planned'
ends 0 data export roster --as lead
[ "$(wc -l <out)" = 1 ] || fail 'a check writes'
ends 0 data import roster good.csv --json
says out '"rows":4,"planned":4,"there":0,"refused":0,"left":"姓名"'
ends 0 data import roster good.csv --json
says out '"rows":4,"planned":0,"there":4,"refused":0'

cat >bad.csv <<'END'
登录名,角色,单位代码,自,至
road,,,2026-12-09 08:00,2026-12-09 20:00
nobody,,,2026-12-09 08:00,2026-12-09 20:00
road,法师,,2026-12-09 08:00,2026-12-09 20:00
road,,U3,2026-12-10 08:00,2026-12-10 20:00
road,,,tomorrow,2026-12-09 20:00
road,,,2026-12-09 19:00,2026-12-09 21:00
road,,,2026-12-10 20:00,2026-12-10 08:00
END
ends 1 data import roster bad.csv --report wrong.csv
says err '6 rows are wrong; nothing was imported.'
for row in 3 4 5 6 7 8; do says out "row $row: "; done
says out 'row 7: He has a shift at that time already.'
says out 'row 8: A shift ends after it begins.'
says wrong.csv '他那天没有这样的岗位。'
ends 0 data export roster --as lead
[ "$(wc -l <out)" = 5 ] || fail 'something of a refused file was taken'

printf '登录名,自\nroad,2026-12-09 08:00\n' >short.csv
ends 1 data import roster short.csv
says err '至'
ends 2 data import roster
ends 1 data import roster none.csv

for file in out.csv out.xlsx; do
    ends 0 data export roster --as lead $file
    ends 0 other import roster $file --json
    says out '"rows":4'
    says out '"refused":0'
done
says out '"there":4'
ends 0 data export roster --as lead
cut -d, -f1-6 out | sort >here
ends 0 other export roster --as lead
cut -d, -f1-6 out | sort >there
cmp here there || fail 'what was exported is not what was imported'
echo ok
