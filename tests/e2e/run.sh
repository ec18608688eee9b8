#!/bin/sh
# run.sh – every end-to-end test, against JW_BINARY or the server at JW_URL. Skips
# (77) where there is no browser or no packages of web/ to drive it with.
set -u
cd "$(dirname "$0")"
chromium=${JW_CHROMIUM:-$(command -v chromium || command -v chromium-browser || echo none)}
[ -x "$chromium" ] || { echo "e2e: skipped, there is no chromium here"; exit 77; }
[ -d ../../web/node_modules/playwright-core ] || { echo "e2e: skipped, the packages of web/ are not installed"; exit 77; }
JW_CHROMIUM=$chromium exec node --test --test-concurrency=1 ./*.test.mjs
