#!/bin/sh
# build.sh TYPES STAMP DEPFILE – makes web/dist: puts the printed types in their
# place, installs what package-lock.json names, runs Vite. Several build
# directories share one web/, so the work is under a lock and is skipped while
# the sources are what the last run saw. Meson calls it (see meson.build).
set -eu
web=$(cd "$(dirname "$0")" && pwd)
types=$(realpath "$1") stamp=$(realpath "$2") depfile=$(realpath "$3")
cd "$web"
exec 9<.
flock 9

if ! cmp -s package-lock.json node_modules/.installed-lock; then
    npm ci --no-progress --loglevel=error
    cp package-lock.json node_modules/.installed-lock
fi
cmp -s "$types" shared/api/types.ts || cp "$types" shared/api/types.ts

sources=$(find index.html console phone public shared package-lock.json vite.config.ts build.sh -type f | LC_ALL=C sort)
now=$(cat $sources | sha256sum)
if [ ! -f dist/index.html ] || [ "$now" != "$(cat node_modules/.built 2>/dev/null)" ]; then
    node_modules/.bin/vite build
    echo "$now" >node_modules/.built
fi
{
    printf '%s:' "$2"
    for s in $sources; do [ "$s" = shared/api/types.ts ] || printf ' %s/%s' "$web" "$s"; done
    echo
} >"$depfile"
date >"$stamp"
