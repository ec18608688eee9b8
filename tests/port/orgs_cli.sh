#!/bin/sh
# `import orgs` and `export orgs …` as a person runs them: exit codes, what is said, and a
# workbook that other programs open.  orgs_cli.sh JINGWEI
jingwei=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
cd "$dir" || exit 1
export JINGWEI_ZONE=Asia/Shanghai

fail() { echo "✗ $*"; cat out err 2>/dev/null; exit 1; }
ends() {
    want=$1
    shift
    "$jingwei" "$@" --data data >out 2>err </dev/null
    got=$?
    [ $got = "$want" ] || fail "exit code $got, not $want: $*"
}
says() { grep -qF -- "$2" "$1" || fail "$1 does not say: $2"; }

ends 0 demo
ends 0 export areas --as dispatch areas.csv
micro=$(awk -F, '$2 == "微网格" { print $3; exit }' areas.csv)
[ -n "$micro" ] || fail 'the demo has no micro-grid'

printf '党组织代码,党组织名称,组织类别,微网格编码,书记,党员数,预备党员数\r\nX1,=一网格党支部,功能型党支部,%s,张三,12,1\r\n' "$micro" >list.csv
ends 0 import orgs list.csv --since 2025-01-01 --check
says out '书记'
ends 0 import orgs list.csv --since 2025-01-01 --json
says out '"made":1'
says out '"left_out":[{"row":0,"column":"书记"'
ends 0 import orgs list.csv --since 2025-01-01 --json
says out '"made":0,"changed":0,"ended":0,"there":1'
printf '党组织代码,党组织名称,组织类别,微网格编码\r\nX2,二,法师,%s\r\nX3,三,党支部,M-none\r\n' "$micro" >bad.csv
ends 1 import orgs bad.csv --report findings.csv
says out 'row 2'
says out 'row 3'
says err '2 in all; nothing was imported'
says findings.csv 'M-none'
ends 2 import orgs list.csv --since yesterday

# a table and a workbook of the same rows; formulas are texts in both
ends 0 export orgs --as dispatch orgs.csv
says orgs.csv "'=一网格党支部"
for kind in orgs units seats cover exclusive exceptions; do
    ends 0 export $kind --as dispatch $kind.xlsx
    ends 0 export $kind --as dispatch $kind.csv
    [ "$(wc -l <$kind.csv)" -lt 2 ] || ends 0 import orgs $kind.xlsx --check
done
rm list.csv
! grep -q 张三 ./*.csv || fail 'a name is in an export'
if command -v python3 >/dev/null; then
    python3 - orgs.xlsx <<'P' || fail 'the workbook is not well-formed'
import sys, zipfile, xml.dom.minidom
book = zipfile.ZipFile(sys.argv[1])
assert book.testzip() is None
for name in book.namelist():
    xml.dom.minidom.parseString(book.read(name))
sheet = book.read('xl/worksheets/sheet1.xml').decode()
assert '>=一网格党支部<' in sheet and '<f>' not in sheet and '<v>11</v>' in sheet
P
fi
ends 0 export cases --as dispatch cases.xlsx
echo ok
