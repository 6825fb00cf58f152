#!/bin/sh
# SPDX-License-Identifier: MIT
# The library exports what lib/cigo.map lists, the map lists what the public
# headers declare, and all of it is named cigo_...
LC_ALL=C
export LC_ALL
tmp=./symbols.$$
mkdir "$tmp" || exit 99
trap 'rm -rf "$tmp"' EXIT

# The functions after CIGO_API in the headers: the first cigo_name( of each declaration.
cat "$top_srcdir"/include/cigo.h "$top_srcdir"/include/cigo/*.h | awk '
	/^[ \t]*#/ { cont = /\\$/; next }
	cont { cont = /\\$/; next }
	{ gsub(/\/\*[^*]*\*\//, ""); text = text " " $0 }
	END {
		n = split(text, parts, "CIGO_API")
		for (i = 2; i <= n; i++)
			if (match(parts[i], /cigo_[a-z0-9_]+[ \t]*\(/)) {
				name = substr(parts[i], RSTART, RLENGTH)
				sub(/[ \t]*\(/, "", name)
				print name
			}
	}' | sort >"$tmp/declared"
sed -n 's/^[ 	]*\([A-Za-z_][A-Za-z0-9_]*\);.*$/\1/p' "$top_srcdir/lib/cigo.map" | sort >"$tmp/mapped"

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

echo 1..4
same "no name is declared twice" "$tmp/declared" - <<L
$(uniq "$tmp/declared")
L
same "the map lists what the headers declare" "$tmp/mapped" "$tmp/declared"
so=$top_builddir/lib/.libs/libcigo.so
if test -f "$so"; then
	"${NM:-nm}" -D --defined-only "$so" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$tmp/exported"
	same "the library exports what the map lists" "$tmp/mapped" "$tmp/exported"
	grep -v '^cigo_' "$tmp/exported" >"$tmp/foreign"
	: >"$tmp/nothing"
	same "every exported name starts with cigo_" "$tmp/nothing" "$tmp/foreign"
else
	echo "ok 3 # SKIP no shared library"
	echo "ok 4 # SKIP no shared library"
fi
