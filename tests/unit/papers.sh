#!/bin/sh
# papers.sh – what the papers must not fall behind: every noun that is stored
# and every choice stands in GLOSSARY.md with its Chinese word, every link between
# papers leads somewhere, and every test that docs/promises.md names is run.
set -u
cd "$(dirname "$0")/../.."
failed=0
say() { echo "papers: $*"; failed=1; }

# A row of the glossary: | word | 中文 | …, several words of one row separated by commas.
missing=$(awk -F'"' '
    FILENAME == "GLOSSARY.md" { row = $0; gsub(/`/, "", row); n = split(row, cell, / *\| */)
        if (n > 3) { words = cell[2]; k = split(words, w, /, */); for (i = 1; i <= k; i++) zh[w[i]] = zh[w[i]] "|" cell[3] "|" }
        next }
    /^CHOICE\(/ { word = $2; chinese = $4 }
    /^RECORD\(/ && $2 ~ /,/ || /^RECORD\([A-Za-z]+, [a-z_]+, "/ { split($1, c, /, */); word = c[2]; chinese = $4 }
    /^CHOICE\(/ || /^RECORD\([A-Za-z]+, [a-z_]+, "/ {
        if (index(zh[word], "|" chinese "|") == 0) print FILENAME ": " word " " chinese }
' GLOSSARY.md src/domain/records/*.def)
[ -z "$missing" ] || say "these words are not in GLOSSARY.md (| word | 中文 | meaning |):
$missing"

for paper in *.md docs/*.md docs/*/*.md; do
    dir=$(dirname "$paper")
    for to in $(grep -o '](\([^)#: ]*\)[^):]*)' "$paper" | sed 's/^](//; s/[#)].*$//'); do
        [ -e "$dir/$to" ] || say "$paper links to $to, which is not there"
    done
done

# `file` `test`, `test`, `file` …: a test is a function, and stands in the list of its program.
for word in $(grep '^|' docs/promises.md | grep -o '`[^`]*`' | tr -d '`'); do
    case $word in
    */*) [ -f "$word" ] || say "docs/promises.md names $word, which is not there"; file=$word ;;
    *) [ "$(grep -cw "$word" "$file")" -ge 2 ] || say "$file runs no test $word, but docs/promises.md names it" ;;
    esac
done

exit $failed
