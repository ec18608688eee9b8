#!/bin/sh
# run.sh – every end-to-end test, against JW_BINARY or the server at JW_URL. Skips
# (77) where there is no browser (Ubuntu has it only as a snap, which sees no /tmp)
# or no packages of web/ to drive it with.
set -u
cd "$(dirname "$0")"
skip() { echo "e2e: skipped, $1"; exit 77; }
chromium=${JW_CHROMIUM:-$(command -v chromium || command -v chromium-browser || echo none)}
[ -x "$chromium" ] || skip "there is no chromium here"
case $(readlink -f "$chromium") in */snap | /snap/*) skip "chromium is a snap here" ;; esac
! head -c 300 "$chromium" | grep -q snap || skip "chromium is a snap here"
command -v node >/dev/null || skip "there is no node here"
[ -d ../../web/node_modules/playwright-core ] || skip "the packages of web/ are not installed"

# Two files at a time. A file that fails is told in full and tried again, alone, twice
# at most: a browser that starves beside another says nothing of the page, a page that
# is wrong fails each time.
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
export JW_CHROMIUM="$chromium"
ls ./*.test.mjs | xargs -P 2 -I{} sh -c 'node --test {} >"$0/{}.log" 2>&1 || echo {} >>"$0/failed"' "$logs"
status=0
for file in ./*.test.mjs; do
    if grep -qxF "$file" "$logs/failed" 2>/dev/null; then
        sed 's/^/first try: /' "$logs/$file.log"
        echo "e2e: $file failed and is tried again, alone"
        node --test "$file" >"$logs/again" 2>&1 || {
            sed 's/^/second try: /' "$logs/again"
            node --test "$file" >"$logs/again" 2>&1 || status=1
        }
        cat "$logs/again"
    else
        cat "$logs/$file.log"
    fi
done
exit $status
