#!/bin/sh
# SPDX-License-Identifier: MIT
# Names are paths. cigo_a_b_c is defined in a_b_c.c, or else a_b.c, or else a.c: the longest
# of them that exists, in whichever folder of lib/. A header include/cigo/NOUN.h that declares
# functions has NOUN.c or NOUN.h there, and tests/suites/test_NOUN.c.
# And nothing lies about: each file of lib/, each suite, each demo is listed.
LC_ALL=C
export LC_ALL

test -n "$(find "$top_builddir/lib" -name 'libcigo_int_la-*.o' 2>/dev/null | sed 1q)" ||
	{ echo "1..0 # SKIP no objects"; exit 0; }

# Prints the path below lib/ of NAME, a file in some folder there; nothing if there is none.
in_lib() {
	(cd "$top_srcdir/lib" && ls ./*/"$1" 2>/dev/null | sed 's,^\./,,')
}

bad=$(for source in "$top_srcdir"/lib/*/*.c; do
	path=${source#"$top_srcdir"/lib/}
	noun=${path##*/}
	noun=${noun%.c}
	o=$top_builddir/lib/${path%/*}/libcigo_int_la-$noun.o
	test -f "$o" || o=$top_builddir/lib/${path%/*}/.libs/libcigo_int_la-$noun.o
	test -f "$o" && "${NM:-nm}" --defined-only "$o" | awk -v noun="$noun" \
		'$2 == "T" && $3 ~ /^cigo_/ && $3 !~ /\./ { print $3, noun }'
done | while read -r name noun; do
	path=${name#cigo_}
	while test -z "$(in_lib "$path.c")"; do
		case $path in
		*_*) path=${path%_*} ;;
		*) path= ; break ;;
		esac
	done
	if test -z "$path"; then
		echo "$name is in $noun.c; there is no ${name#cigo_}.c or shorter"
	elif test "$path" != "$noun"; then
		echo "$name is in $noun.c and belongs into $path.c"
	fi
done)

echo 1..3
if test -z "$bad"; then
	echo "ok 1 - every public function is where its name says"
else
	printf '%s\n' "$bad" | sed 's/^/# /'
	echo "not ok 1 - every public function is where its name says"
fi

bad=$(for header in "$top_srcdir"/include/cigo/*.h "$top_srcdir"/include/cigo/version.h.in; do
	noun=${header##*/}
	noun=${noun%%.*}
	grep -v '^[ 	]*#' "$header" | grep -q CIGO_API || continue
	test -n "$(in_lib "$noun.c")$(in_lib "$noun.h")" ||
		echo "include/cigo/$noun.h: no $noun.c, no $noun.h in lib/"
	test -f "$top_srcdir/tests/suites/test_$noun.c" ||
		echo "include/cigo/$noun.h: no tests/suites/test_$noun.c"
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
for f in lib/*/*.[ch] include/cigo/*.h; do
	test "$f" = include/cigo/version.h || unlisted lib/lib.am "$f"
done
for f in tools/*/*.[ch]; do unlisted tools/tools.am "$f"; done
for f in tests/suites/test_*.c; do unlisted tests/tests.am "${f%.c}"; done
for f in demos/*/*.c; do
	grep -q "[ 	]$f\( \|\$\)" demos/demos.am || echo "$f is not listed in demos/demos.am"
done)
if test -z "$bad"; then
	echo "ok 3 - every source is built"
else
	printf '%s\n' "$bad" | sed 's/^/# /'
	echo "not ok 3 - every source is built"
fi
