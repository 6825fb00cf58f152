#!/bin/sh
# SPDX-License-Identifier: MIT
# The library exports what the public headers declare, and nothing else.
LC_ALL=C
export LC_ALL
tmp=./symbols.$$
mkdir "$tmp" || exit 99
trap 'rm -rf "$tmp"' EXIT

sh "$top_srcdir/tests/checkers/declared.sh" >"$tmp/declared"

n=0
same() { # same TEXT FILE FILE
	n=$((n + 1))
	if diff -u "$2" "$3" >"$tmp/diff"; then
		echo "ok $n - $1"
	else
		sed 's/^/# /' "$tmp/diff"
		echo "not ok $n - $1"
	fi
}

echo 1..2
same "no name is declared twice" "$tmp/declared" - <<L
$(uniq "$tmp/declared")
L
so=$top_builddir/lib/.libs/libcigo.so
if test -f "$so"; then
	"${NM:-nm}" -D --defined-only "$so" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$tmp/exported"
	same "the library exports what the headers declare" "$tmp/declared" "$tmp/exported"
else
	echo "ok 2 # SKIP no shared library"
fi
