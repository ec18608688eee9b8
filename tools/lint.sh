#!/bin/sh
# What make ci refuses besides warnings: C that clang-format would change, an include
# that climbs out of its room, a library header in a room that may not know it, and
# what the pages' own checks find. Says all of it, then fails.
set -u
cd "$(dirname "$0")/.."
failed=0
files=$(git ls-files --cached --others --exclude-standard 'src/*.[ch]' 'tests/*.[ch]' 'tools/*.[ch]' 'bench/*.[ch]')

format=clang-format-14
command -v $format >/dev/null || format=clang-format
if ! $format --version | grep -q 'version 14'; then
    echo "lint: clang-format 14 is needed (make test installs it); later ones format differently" >&2
    failed=1
elif ! $format --dry-run -Werror $files; then
    echo "lint: run clang-format -i on the files above" >&2
    failed=1
fi

sh tests/unit/rooms.sh --includes || failed=1

# The API as the newest program prints it, for lint:api.
program=$(ls -t build*/jingwei 2>/dev/null | head -n 1)
mkdir -p ci-out
if [ -n "$program" ] && ! "$program" openapi >ci-out/openapi.json; then
    echo "lint: $program prints no OpenAPI" >&2
    failed=1
fi

has_script() { [ -f web/package.json ] && node -e 'process.exit(require("./web/package.json").scripts?.[process.argv[1]] ? 0 : 1)' "$1"; }
for script in check lint lint:api; do
    if has_script "$script"; then
        (cd web && npm run --silent "$script") || failed=1
    fi
done
exit $failed
