#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/architecture.md is true: each function of its journeys is defined in the file it names.
cd "$top_srcdir" || exit 99
doc=docs/architecture.md
test -f "$doc" || { echo "1..0 # SKIP no $doc"; exit 0; }

hops=$(sed -n 's/^| `\([a-z_/]*\.c\)` | `\([a-z_]*\)` |.*/\1 \2/p' "$doc")
missing=$(printf '%s\n' "$hops" | while read -r file function; do
	grep -qE "^[a-z].*[ *]$function\(" "lib/$file" 2>/dev/null || echo "$function is not in lib/$file"
done
for file in $(grep -oE '`[a-z_]+/[a-z_]+\.[ch]`' "$doc" | tr -d '`' | sort -u); do
	test -f "lib/$file" || echo "there is no lib/$file"
done)
echo 1..2
test "$(printf '%s\n' "$hops" | wc -l)" -ge 20 && echo "ok 1 - the journeys were read" ||
	echo "not ok 1 - the journeys were read"
if test -z "$missing"; then
	echo "ok 2 - each hop is where the document says"
else
	printf '%s\n' "$missing" | sed 's/^/# /'
	echo "not ok 2 - each hop is where the document says"
fi
