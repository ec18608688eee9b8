#!/bin/sh
# fuzz.sh SECONDS [NAME …] – runs each fuzzer (or those named) for so long with
# libFuzzer. New inputs are kept in ci-out/fuzz/NAME; one that crashes is printed and
# belongs, with its test, into tests/fuzz/corpus/NAME.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- $(cd tests/fuzz && ls *_fuzz.c | sed 's/_fuzz\.c$//')
ninja --quiet -C build-fuzz $(for name in "$@"; do echo "tests/fuzz/${name}_fuzz"; done)
failed=0
for name in "$@"; do
    kept=ci-out/fuzz/$name
    mkdir -p "$kept"
    if build-fuzz/tests/fuzz/"${name}_fuzz" -max_total_time="$seconds" -max_len=20000 -timeout=10 -rss_limit_mb=1024 \
        -artifact_prefix="$kept/" -verbosity=0 "$kept" "tests/fuzz/corpus/$name" >"ci-out/fuzz/$name.log" 2>&1; then
        echo "$name: nothing found in $seconds s"
    else
        tail -n 40 "ci-out/fuzz/$name.log"
        echo "$name: FOUND something, see above and $kept"
        failed=1
    fi
done
exit $failed
