#!/bin/sh
# `import cases` as a person runs it: exit codes, the rejected rows and what becomes of
# them, files that are wrong, and kill -9 in the middle.  cases_cli.sh JINGWEI
jingwei=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"; [ -z "$feeder" ] || kill $feeder 2>/dev/null' EXIT
trap 'exit 130' INT TERM
cd "$dir" || exit 1
export JINGWEI_ZONE=UTC

fail() { echo "✗ $*"; cat out err 2>/dev/null; exit 1; }
# ends STATUS COMMAND …: runs it with the data directory, its output in out and err
ends() {
    want=$1
    shift
    "$jingwei" "$@" --data data >out 2>err </dev/null
    got=$?
    [ $got = "$want" ] || fail "exit code $got, not $want: $*"
}
says() { grep -qF -- "$2" "$1" || fail "$1 does not say: $2"; }

cat >grid.geojson <<'J'
{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"c":"S"},"geometry":{"type":"Polygon","coordinates":[[[10,10],[11,10],[11,11],[10,11],[10,10]]]}}]}
J
cat >map.json <<'J'
{"zone":"UTC","external_no":"no","text":"what","reported":"made","lon":"lon","lat":"lat"}
J
ends 0 import areas grid.geojson --layer g --governing --level subdistrict --code c

printf 'no,what,made,lon,lat\n1,A,2020-01-01,10.5,10.5\n2,"B, ""b""",never,10.5,10.5\n3,C,2020-01-03,,\n' >tickets.csv
ends 1 import cases tickets.csv --map map.json --rejects bad.csv --json
says out '"rows":3,"added":2,"there":0,"differ":0,"rejected":1'
says out '"placed":1'
says bad.csv 'jingwei_row,jingwei_reason_zh,jingwei_reason_en,no,what,made,lon,lat'
says bad.csv '"B, ""b""",never,10.5,10.5'
sed -i 's/never,/2020-01-02,/' bad.csv
ends 0 import cases bad.csv --map map.json --json
says out '"added":1'
ends 1 import cases tickets.csv --map map.json
says err 'Row 2: Column "made": "never"'
says err '--rejects FILE.csv keeps all 1 rows'

cp tickets.csv before.csv
ends 1 import cases tickets.csv --map map.json --rejects tickets.csv
says err '--rejects must not be an input'
cmp -s tickets.csv before.csv || fail 'the input was written over'
ends 1 import cases none.csv --map map.json
says err 'none.csv cannot be read'
ends 1 import cases . --map map.json
says err 'Is a directory'
ends 1 import cases tickets.csv --map grid.geojson
says err 'unknown member'
printf 'no,what\n1,A\n' >short.csv
ends 1 import cases short.csv --map map.json
says err 'The header has no column'
ends 1 import cases tickets.csv --map map.json --rejects no/where.csv
says err 'no/where.csv cannot be written'
ends 2 import cases tickets.csv
ends 2 import cases --map map.json
ends 0 import cases --help
says out 'Exit code 0: every row is a case'

# A workbook: of the same mapping, by the name of a sheet; its rejects are a CSV.
cat >book.py <<'P'
import sys, zipfile
def cell(v, style=None):
    return f'<c s="{style}"><v>{v}</v></c>' if style else f'<c t="inlineStr"><is><t>{v}</t></is></c>'
rows = [["no", "what", "made", "lon", "lat"], ["W1", "A", (43831, 1), 10.5, 10.5], ["W2", "B", "soon", 10.5, 10.5]]
def sheet(rows):
    return "<worksheet><sheetData>" + "".join(
        "<row>" + "".join(cell(*v) if isinstance(v, tuple) else cell(v) for v in r) + "</row>" for r in rows) + "</sheetData></worksheet>"
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("xl/workbook.xml", '<workbook><sheets><sheet name="说明" r:id="a"/><sheet name="工单" r:id="b"/></sheets></workbook>'.replace("<workbook>", '<workbook xmlns:r="r">'))
    z.writestr("xl/_rels/workbook.xml.rels", '<Relationships><Relationship Id="a" Target="s1.xml"/><Relationship Id="b" Target="s2.xml"/></Relationships>')
    z.writestr("xl/styles.xml", '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>')
    z.writestr("xl/s1.xml", sheet([["read me"]]))
    z.writestr("xl/s2.xml", sheet(rows))
P
python3 book.py tickets.xlsx || fail 'no workbook'
ends 1 import cases tickets.xlsx --map map.json --sheet 工单 --rejects bad.csv --json
says out '"rows":2,"added":1,"there":0,"differ":0,"rejected":1'
says bad.csv 'W2,B,soon,10.5,10.5'
sed -i 's/,soon,/,2020-01-02T08:00:00,/' bad.csv
ends 0 import cases bad.csv --map map.json --json
says out '"added":1'
ends 1 import cases tickets.xlsx --map map.json
says err 'The header has no column'
ends 1 import cases tickets.xlsx --map map.json --sheet none
says err 'There is no sheet “none”; there are: 说明, 工单'
ends 1 import cases tickets.csv --map map.json --sheet 工单
says err 'leave out --sheet'

# Killed while the table is being fed: what was written stays, the rest comes with the next run.
awk 'BEGIN { print "no,what,made,lon,lat"; for (i = 0; i < 3000; i++) printf "K%d,Thing %d of a long description that fills the pipe,2020-01-01,10.5,10.5\n", i, i }' >many.csv
echo "a password of the watch" | "$jingwei" user add watch Watch --data data >/dev/null 2>&1 || fail user
ends 0 user post watch dispatcher
mkfifo pipe
{ head -n 2500 many.csv && exec sleep 300; } >pipe &
feeder=$!
"$jingwei" import cases pipe --map map.json --data data >killed 2>&1 &
importer=$!
until "$jingwei" call case.count '{}' --as watch --data data 2>/dev/null | grep -q '"more":true'; do
    kill -0 $importer 2>/dev/null || { cat killed; fail 'the import ended before it was killed'; }
done
kill -9 $importer
wait $importer 2>/dev/null
ends 0 import cases many.csv --map map.json --json
says out '"rows":3000,"added":'
added=$(sed 's/.*"added":\([0-9]*\).*/\1/' out) there=$(sed 's/.*"there":\([0-9]*\).*/\1/' out)
[ $((added + there)) = 3000 ] && [ "$there" -gt 1000 ] && [ "$added" -ge 500 ] || fail "added $added, there $there"
ends 0 import cases many.csv --map map.json --json
says out '"added":0,"there":3000'
echo "all as it should be: $there were there when it was killed"
