#!/bin/sh
# SPDX-License-Identifier: MIT
# Programs of other versions run with this library: one whose structs lack their last field, as an
# older version's would, and one whose structs have one more, as a newer version's will. The newer one
# is told so where it uses that field, and only there. docs/abi.md has the rules.
LC_ALL=C
export LC_ALL
lib=$top_builddir/lib/.libs/libcigo.a
test -f "$lib" || lib="$top_builddir/lib/.libs/libcigo.so -Wl,-rpath,$top_builddir/lib/.libs"
tmp=./versions.$$
mkdir "$tmp" || exit 99
trap 'rm -rf "$tmp"' EXIT

n=0
report() { # report RC TEXT
	n=$((n + 1))
	if test "$1" = 0; then echo "ok $n - $2"; else test ! -f "$tmp/out" || sed 's/^/# /' "$tmp/out"; echo "not ok $n - $2"; fi
}

# The structs that begin with their size, which the program fills: those with "sizeof this struct".
awk '/^typedef struct cigo_[a-z_]* \{/ { name = $3 } /size_t size;.*sizeof this struct/ { print name }' \
	"$top_srcdir"/include/cigo/*.h | sort >"$tmp/structs"

# headers KIND: a copy of the headers in $tmp/KIND
headers() {
	mkdir -p "$tmp/$1/cigo"
	cp "$top_srcdir/include/cigo.h" "$tmp/$1/"
	for header in "$top_srcdir"/include/cigo/*.h "$top_builddir/include/cigo/version.h"; do
		awk -v kind="$1" -v names="$(tr '\n' ' ' <"$tmp/structs")" '
			BEGIN { count = split(names, list, " "); for (i = 1; i <= count; i++) sized[list[i]] = 1 }
			# a line of a struct is kept back until it is known whether it is the last field
			function flush() { if (held != "") printf "%s", held; held = "" }
			/^typedef struct cigo_[a-z_]* \{/ { inside = ($3 in sized) ? $3 : ""; print; next }
			inside && /^\} cigo_/ {
				if (kind == "newer") { flush(); print "\tuint64_t planted;" }
				held = ""; inside = ""; print; next
			}
			# a field begins a new piece; its comment may go on below it
			inside && /^\t[a-z].*;/ { flush(); held = $0 "\n"; next }
			inside && held != "" { held = held $0 "\n"; next }
			{ print }' "$header" >"$tmp/$1/cigo/${header##*/}"
	done
}

compiled() { # compiled KIND FLAG...
	headers "$1"
	kind=$1
	shift
	${CC:-cc} -std=gnu11 -Wall -Wextra -Wno-missing-field-initializers -Werror -pthread $SAN_CFLAGS "$@" -I"$tmp/$kind" \
		"$top_srcdir/tests/consumer/sizes.c" $lib -o "$tmp/$kind.program" >"$tmp/out" 2>&1
}

test "$(wc -l <"$tmp/structs")" -ge 13
report $? "the structs with a size were found"

compiled older
report $? "a program compiles with headers whose structs lack their last field"
timeout 60 "$tmp/older.program" >"$tmp/out" 2>&1
report $? "it runs with this library"

compiled newer -DNEWER
report $? "a program compiles with headers whose structs have one field more"
timeout 60 "$tmp/newer.program" >"$tmp/out" 2>&1
report $? "it runs with this library while it does not use that field"

# What the library fills is not looked at; all else is.
while read -r name; do
	case $name in
	cigo_stats) continue ;;
	esac
	{ (ulimit -c 0; timeout 60 "$tmp/newer.program" "$name" >"$tmp/out" 2>&1); } 2>/dev/null
	rc=$?
	if test "$name" = cigo_report; then
		test $rc = 0 # a result: it is overwritten
		report $? "what is in a $name before the call does not matter"
		continue
	fi
	test $rc -ne 0 && grep -q "of a $name is not zero: the program uses a field of a later cigo" "$tmp/out"
	report $? "where it uses the new field of $name, it is told so"
done <"$tmp/structs"
echo "1..$n"
