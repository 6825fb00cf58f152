#!/bin/sh
# SPDX-License-Identifier: MIT
# The snippets of README.md and docs/moving.md are cut from demos: a block after a line
# <!-- from demos/NAME --> is found there, white space aside.
test -f "$top_srcdir/README.md" || { echo "1..0 # SKIP no README.md"; exit 0; }
tmp=./readme.$$
mkdir "$tmp" || exit 99
trap 'rm -rf "$tmp"' EXIT

# One file a snippet: its first line the demo, then the text.
awk -v dir="$tmp" '
	/^<!-- from demos\/[^ ]* -->[ \t]*$/ { from = $3; next }
	/^```[a-z]+[ \t]*$/ && from { file = sprintf("%s/%03d", dir, ++n); print from > file; on = 1; next }
	/^```/ { if (on) close(file); on = 0; from = ""; next }
	on { print > file; next }
	NF { from = "" }' "$top_srcdir/README.md" "$top_srcdir/docs/moving.md"

set -- "$tmp"/[0-9]*
test -f "$1" || { echo "1..0 # SKIP no snippets"; exit 0; }
echo "1..$#"
n=0
for snippet; do
	n=$((n + 1))
	demo=$(sed 1q "$snippet")
	if ! test -f "$top_srcdir/$demo"; then
		echo "not ok $n - snippet $n: there is no $demo"
		continue
	fi
	if awk '
		FNR == 1 { file++; if (file == 1) next }
		{ gsub(/[ \t\r]+/, ""); text[file] = text[file] $0 }
		END { exit !(text[1] != "" && index(text[2], text[1])) }' "$snippet" "$top_srcdir/$demo"; then
		echo "ok $n - snippet $n is in $demo"
	else
		sed '1d; s/^/# /' "$snippet"
		echo "not ok $n - snippet $n is in $demo"
	fi
done
