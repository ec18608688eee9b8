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
JW_CHROMIUM=$chromium exec node --test --test-concurrency=2 ./*.test.mjs
