#!/bin/sh
# Runs tests and keeps the tally of a run in ci-out/tally, one line a step:
# passed, failed, name. `make test` and `make ci` are made of these:
#
#   begin                       a new run
#   suite DIR [meson test …]    builds DIR, runs its tests, counts each single test
#   check NAME COMMAND …        one command that must succeed, counted as one
#   end                         the last line, "N passed, N failed"; fails if any did
#
# Steps go on after a failure, so that one run tells all; `end` has the last word.
set -u
cd "$(dirname "$0")/.."
tally=ci-out/tally

# Counts what meson's log says of each program: cmocka's and node's own counts, and
# one for a program that keeps none. A program that fails without naming a test
# (a crash, a leak, a time-out) counts as one failed.
count='
const fs = require("fs");
let passed = 0, failed = 0, skipped = [];
for (const line of fs.readFileSync(process.argv[1], "utf8").split("\n").filter(Boolean)) {
  const t = JSON.parse(line), out = (t.stdout || "") + "\n" + (t.stderr || "");
  const sum = re => [...out.matchAll(re)].reduce((n, m) => n + Number(m[1]), 0);
  let good = sum(/\[  PASSED  \] (\d+) test/g) + sum(/^(?:#|\u2139) pass (\d+)$/gm);
  let bad = sum(/\[  FAILED  \] (?:\S+ )?(\d+) test/g) + sum(/^(?:#|\u2139) fail (\d+)$/gm);
  if (t.result === "SKIP") { skipped.push(t.name); continue; }
  if (t.result === "OK" && good + bad === 0) good = 1;
  if (t.result !== "OK" && bad === 0) bad = 1;
  passed += good; failed += bad;
  if (!bad) continue;
  console.error("failed: " + t.name + " (" + t.result + ")");
  // What failed and why, for `end`, which says it once more where it is seen: the lines
  // of cmocka, of node and of a sanitizer, or the last ones of what says nothing.
  const lines = out.split("\n"), shown = new Set();
  lines.forEach((l, i) => {
    if (/^(?! *(first|second) try:).*(not ok \d|\[  (ERROR|FAILED)  \]|ERROR: |runtime error|Assertion)/.test(l)) for (let k = i; k < i + 12 && k < lines.length; k++) shown.add(k);
  });
  if (!shown.size) lines.slice(-20).forEach((_, k, all) => shown.add(lines.length - all.length + k));
  fs.appendFileSync("ci-out/failed", "== " + t.name + " (" + t.result + ")\n" + [...shown].sort((a, b) => a - b).slice(0, 60).map((k) => lines[k].slice(0, 300) + "\n").join(""));
}
if (skipped.length) console.error("skipped: " + skipped.join(", "));
console.log(passed + " " + failed);
'

note() { echo "$1 $2 $3" >>"$tally"; }

suite() {
    dir=$1
    shift
    if ! ninja -C "$dir" >"ci-out/$dir.log" 2>&1; then
        grep -E -A5 'FAILED|error|warning' "ci-out/$dir.log" | head -n 60
        echo "failed: $dir does not build; ci-out/$dir.log has it all"
        note 0 1 "$dir"
        return
    fi
    rm -f "$dir/meson-logs/testlog.json"
    # One private PostgreSQL for the whole run; tests make databases of their own in it.
    tools/with_postgres.sh meson test -C "$dir" --no-rebuild --print-errorlogs "$@" </dev/null && [ ! -f "$dir/meson-logs/testlog.json" ] && return # none asked for
    if ! counts=$(node -e "$count" "$dir/meson-logs/testlog.json"); then
        echo "failed: $dir ran no tests"
        counts="0 1"
    fi
    note $counts "$dir"
}

check() {
    name=$1
    shift
    echo "== $name"
    if "$@" </dev/null; then
        note 1 0 "$name"
    else
        echo "failed: $name"
        note 0 1 "$name"
    fi
}

end() {
    [ -s "$tally" ] || { echo "0 passed, 1 failed"; exit 1; }
    [ -s ci-out/failed ] && { echo "== what failed"; cat ci-out/failed; }
    awk '{ p += $1; f += $2; printf "%-28s %5d passed %3d failed\n", $3, $1, $2 }
         END { printf "%d passed, %d failed\n", p, f; exit f > 0 || p == 0 }' "$tally"
}

mkdir -p ci-out
verb=${1:-}
[ $# -gt 0 ] && shift
case $verb in
begin) : >"$tally" && rm -f ci-out/failed ;;
suite | check) "$verb" "$@" ;;
end) end ;;
*) echo "usage: tools/run_tests.sh begin | suite DIR [meson test …] | check NAME COMMAND … | end" >&2; exit 2 ;;
esac
