#!/bin/sh
# release.sh BUILD_DIR OUT_DIR – builds the program for others and packs it with its
# papers: jingwei-VERSION-linux-ARCH.tar.gz and its SHA-256. The same source, compiler
# and libraries give the same archive.
set -eu
cd "$(dirname "$0")/.."
build=$1 out=$2
ninja --quiet -C "$build" jingwei
version=$(sed -n "s/^project(.*version: '\([^']*\)'.*/\1/p" meson.build)
name=jingwei-$version-linux-$(uname -m)
rm -rf "$out/$name"
mkdir -p "$out/$name"
strip -o "$out/$name/jingwei" "$build/jingwei"
for paper in LICENSE README.md README.zh-CN.md CHANGELOG.md SECURITY.md; do
    [ ! -f "$paper" ] || cp "$paper" "$out/$name/"
done
when=$(git log -1 --format=%ct 2>/dev/null || date +%s)
tar -C "$out" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$when" -cf - "$name" | gzip -9n >"$out/$name.tar.gz"
(cd "$out" && sha256sum "$name.tar.gz" | tee "$name.tar.gz.sha256")
