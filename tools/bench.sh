#!/bin/sh
# Measures the promises of speed:  tools/bench.sh [NAME …]   (all, without a name)
#
# Each bench runs both sides in one run and prints a table; its last line is JSON and
# goes to ci-out/bench/NAME.json. A promise in it is {"what", "measured"} with the
# least ("goal") or the most ("most") that it may be; a table of all ends the run.
# Numbers, never tests: a promise that is missed is said, and is no failure.
set -u
cd "$(dirname "$0")/.."
out=ci-out/bench
mkdir -p "$out"
work=$(mktemp -d "$PWD/$out/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
wanted=${*:-get post steps similar start import http store locate address tile adjacency overlay micro merge clock classify alike audit partition pages demo million}
broken=

# run NAME COMMAND …
run() {
    name=$1
    shift
    case " $wanted " in *" $name "*) ;; *) return ;; esac
    echo "== $name"
    mkdir -p "$work/$name"
    if timeout 600 "$@" >"$out/$name.txt" 2>"$work/$name.err" </dev/null; then
        grep -v '^{' "$out/$name.txt"
        grep '^{' "$out/$name.txt" | tail -n 1 >"$out/$name.json"
    else
        cat "$out/$name.txt" "$work/$name.err"
        broken="$broken $name"
    fi
}

ninja -C build jingwei tests/contract/store_bench $(for n in get post steps similar start import http locate address tile adjacency overlay micro merge clock classify alike audit partition; do echo "bench/bench_$n"; done) >"$out/build.log" ||
    { tail -n 40 "$out/build.log"; exit 1; }
run get build/bench/bench_get build/jingwei "$work/get"
run post build/bench/bench_post build/jingwei "$work/post"
run steps build/bench/bench_steps build/jingwei "$work/steps"
run similar build/bench/bench_similar build/jingwei "$work/similar"
run start build/bench/bench_start build/jingwei "$work/start"
run import build/bench/bench_import build/jingwei "$work/import"
run http build/bench/bench_http
run store tools/with_postgres.sh --own sh -c 'exec build/tests/contract/store_bench "$0" ${JW_TEST_POSTGRES:+"$JW_TEST_POSTGRES"}' "$work/store"
run locate build/bench/bench_locate
run tile tools/with_postgres.sh --own build/bench/bench_tile
run adjacency tools/with_postgres.sh --own build/bench/bench_adjacency
run overlay build/bench/bench_overlay
run micro build/bench/bench_micro
run merge build/bench/bench_merge
run address build/bench/bench_address
run clock build/bench/bench_clock
JW_SOURCE=. run classify build/bench/bench_classify
JW_SOURCE=. run alike build/bench/bench_alike
run audit build/bench/bench_audit
run partition build/bench/bench_partition
run pages node bench/pages.mjs "$PWD/build/jingwei" "$work/pages" ${JW_BENCH_CASES:-}
# 1.6 GB of disk while it runs; `million` is `pages` on the city that `demo` made.
run demo node bench/demo.mjs "$PWD/build/jingwei" "$work/demo"
[ ! -d "$work/demo/city" ] || run million node bench/pages.mjs "$PWD/build/jingwei" "$work/demo" 1000000

echo "== promises"
node -e '
const fs = require("fs"), dir = process.argv[1];
for (const file of fs.readdirSync(dir).filter(f => f.endsWith(".json")).sort()) {
  const text = fs.readFileSync(dir + "/" + file, "utf8").trim();
  for (const p of (text ? JSON.parse(text).promises : null) || []) {
    const met = p.goal !== undefined ? p.measured >= p.goal : p.measured <= p.most;
    console.log(p.what.padEnd(46) + String(p.measured).padStart(12) +
      (p.goal !== undefined ? "  at least " + p.goal : "  at most " + p.most).padEnd(20) + (met ? "met" : "missed"));
  }
}' "$out"
[ -z "$broken" ] || { echo "did not run:$broken"; exit 1; }
