#!/bin/sh
# SPDX-License-Identifier: MIT
# Names are paths. cigo_a_b_c is defined in lib/a_b_c.c, or else lib/a_b.c, or
# else lib/a.c: the longest of them that exists. A header include/cigo/NOUN.h
# that declares functions has lib/NOUN.c or lib/NOUN.h, and tests/test_NOUN.c.
# And nothing lies about: each file of lib/, each suite, each demo is listed.
LC_ALL=C
export LC_ALL

objects=$top_builddir/lib
ls "$objects"/libcigo_int_la-*.o >/dev/null 2>&1 || objects=$top_builddir/lib/.libs
ls "$objects"/libcigo_int_la-*.o >/dev/null 2>&1 || { echo "1..0 # SKIP no objects"; exit 0; }

bad=$(for source in "$top_srcdir"/lib/*.c; do
	noun=${source##*/}
	noun=${noun%.c}
	o=$objects/libcigo_int_la-$noun.o
	test -f "$o" && "${NM:-nm}" --defined-only "$o" | awk -v noun="$noun" \
		'$2 == "T" && $3 ~ /^cigo_/ && $3 !~ /\./ { print $3, noun }'
done | while read -r name noun; do
	path=${name#cigo_}
	while ! test -f "$top_srcdir/lib/$path.c"; do
		case $path in
		*_*) path=${path%_*} ;;
		*) path= ; break ;;
		esac
	done
	if test -z "$path"; then
		echo "$name is in lib/$noun.c; there is no lib/${name#cigo_}.c or shorter"
	elif test "$path" != "$noun"; then
		echo "$name is in lib/$noun.c and belongs into lib/$path.c"
	fi
done)

echo 1..3
if test -z "$bad"; then
	echo "ok 1 - every public function is where its name says"
else
	printf '%s\n' "$bad" | sed 's/^/# /'
	echo "not ok 1 - every public function is where its name says"
fi

bad=$(for header in "$top_srcdir"/include/cigo/*.h; do
	noun=${header##*/}
	noun=${noun%.h}
	grep -v '^[ 	]*#' "$header" | grep -q CIGO_API || continue
	test -f "$top_srcdir/lib/$noun.c" || test -f "$top_srcdir/lib/$noun.h" ||
		echo "include/cigo/$noun.h: no lib/$noun.c, no lib/$noun.h"
	test -f "$top_srcdir/tests/test_$noun.c" || echo "include/cigo/$noun.h: no tests/test_$noun.c"
done)
if test -z "$bad"; then
	echo "ok 2 - every public header has its source and its suite"
else
	printf '%s\n' "$bad" | sed 's/^/# /'
	echo "not ok 2 - every public header has its source and its suite"
fi

bad=$(cd "$top_srcdir" || exit
unlisted() { # unlisted LIST NAME
	grep -q "^[ 	]*$2\( \\\\\)\{0,1\}\$" "$1" || echo "$2 is not listed in $1"
}
for f in lib/*.[ch] include/cigo/*.h; do
	test "$f" = include/cigo/version.h || unlisted lib/lib.am "$f"
done
for f in tests/test_*.c; do unlisted tests/tests.am "${f%.c}"; done
for f in demos/*.c; do
	grep -q "^[ 	]*$f\( \\\\\)\{0,1\}\$" demos/demos.am || unlisted demos/demos.am "${f%.c}"
done)
if test -z "$bad"; then
	echo "ok 3 - every source is built"
else
	printf '%s\n' "$bad" | sed 's/^/# /'
	echo "not ok 3 - every source is built"
fi
