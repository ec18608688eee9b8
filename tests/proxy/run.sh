#!/bin/sh
# run.sh – the sample configurations of docs/operations, tried in front of JW_BINARY.
# Skips (77) where there is no nginx, openssl or node.
set -u
cd "$(dirname "$0")"
PATH=$PATH:/usr/sbin
for p in nginx openssl node; do
    command -v $p >/dev/null || { echo "proxy: skipped, there is no $p here"; exit 77; }
done
exec node --test --test-timeout=120000 nginx.test.mjs
