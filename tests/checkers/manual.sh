#!/bin/sh
# SPDX-License-Identifier: MIT
# Every public call and macro has a page in section 3, made of its comment; the pages are sound
# mdoc; and their examples do what they say.
LC_ALL=C
export LC_ALL
manual=$top_srcdir/tools/manual/manual.py
pages=$top_builddir/man/man3
test -f "$pages/made" || pages=$top_srcdir/man/man3
test -f "$pages/made" || { echo "1..0 # SKIP no pages: there is no Python 3 to make them"; exit 0; }
tmp=./manual.$$
mkdir "$tmp" || exit 99
trap 'rm -rf "$tmp"' EXIT

n=0
report() { # report RC TEXT
	n=$((n + 1))
	if test "$1" = 0; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

skip() { # skip TEXT REASON
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

told() { # told FILE: its lines, as what a test has to say
	sed 's/^/# /' "$1"
	test ! -s "$1"
}

if command -v python3 >/dev/null 2>&1; then
	python3 "$manual" "$top_srcdir" >"$tmp/faults" 2>&1
	told "$tmp/faults"
	report $? "each comment says what a page needs: whether it suspends, what is owned, each code and its cause"
else
	skip "each comment says what a page needs" "no python3"
fi

# Functions as declared.sh finds them; macros are those that do not end with _ or _H.
{
	sh "$top_srcdir/tests/checkers/declared.sh"
	sed -n 's/^#define \(\(cigo\|CIGO\)_[A-Za-z0-9_]*\).*/\1/p' "$top_srcdir"/include/cigo/*.h "$top_srcdir"/include/cigo/version.h.in |
		grep -v -e '_$' -e '_H$' -e '^CIGO_API$' -e '^CIGO_CHECK$' -e '^CIGO_PRINTF$'
} | sort -u >"$tmp/names"
while read -r name; do
	test -f "$pages/$name.3" || echo "$name has no page"
done <"$tmp/names" >"$tmp/without"
told "$tmp/without"
report $? "every public function and macro has a page"

for page in "$pages"/*.3; do
	link=$(sed -n 's,^\.so man3/,,p' "$page")
	if test -n "$link"; then
		grep -q '^\.Sh NAME' "$pages/$link" || echo "${page##*/}: a link to $link, which is no page"
	else
		for section in NAME LIBRARY SYNOPSIS DESCRIPTION EXAMPLES "SEE ALSO"; do
			grep -q "^\.Sh $section\$" "$page" || echo "${page##*/}: no section $section"
		done
		echo "$page" >>"$tmp/pages"
	fi
done >"$tmp/unsound"
told "$tmp/unsound"
report $? "the pages have their sections, and links lead to pages"

if command -v mandoc >/dev/null 2>&1; then
	# not what depends on the pages that this machine has
	xargs mandoc -T lint -W style <"$tmp/pages" 2>/dev/null |
		grep -v -e 'mandoc\.db' -e 'referenced manual not found' >"$tmp/lint"
	told "$tmp/lint"
	report $? "mandoc finds nothing to say"
else
	skip "mandoc finds nothing to say" "no mandoc"
fi

# The examples are cut from the pages, as a reader would: one file for each that differs.
mkdir "$tmp/examples"
while read -r page; do
	sed -n '/^\.Sh EXAMPLES/,/^\.Ed/p' "$page" | sed -e '1,2d' -e '$d' -e 's/\\-/-/g' -e 's/\\(ga/`/g' -e 's/^\\&//' -e 's/\\e/\\/g' >"$tmp/example.c"
	sum=$(cksum <"$tmp/example.c" | tr -c '0-9\n' _)
	test -f "$tmp/examples/$sum.c" || { mv "$tmp/example.c" "$tmp/examples/$sum.c"; echo "${page##*/}" >"$tmp/examples/$sum.page"; }
done <"$tmp/pages"

lib=$top_builddir/lib/.libs/libcigo.a
test -f "$lib" || lib="$top_builddir/lib/.libs/libcigo.so -Wl,-rpath,$top_builddir/lib/.libs"
loopback() { # can a program talk to itself by TCP? Where the kernel does not say, it can.
	test ! -r /proc/net/fib_trie || grep -q '127\.0\.0\.1' /proc/net/fib_trie
}
for source in "$tmp"/examples/*.c; do
	name=$(cat "${source%.c}.page")
	if grep -q '"tcp"' "$source" && ! loopback; then
		skip "the example of $name runs" "the loopback interface is down"
		continue
	fi
	if ! ${CC:-cc} -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Werror -pthread $SAN_CFLAGS \
		-I"$top_builddir/include" -I"$top_srcdir/include" "$source" $lib -o "${source%.c}" >"$tmp/out" 2>&1; then
		told "$tmp/out"
		report 1 "the example of $name compiles"
		continue
	fi
	timeout 60 "${source%.c}" >"$tmp/out" 2>&1
	rc=$?
	sed -n '/^ \* It prints:$/,$p' "$source" | sed -e 1d -e '$d' -e 's/^ \* //' >"$tmp/expected"
	if test $rc = 0 && test -s "$tmp/expected" && ! diff "$tmp/expected" "$tmp/out" >"$tmp/diff"; then
		sed 's/^/# /' "$tmp/diff"
		rc=1
	fi
	test $rc = 0 || sed 's/^/# /' "$tmp/out"
	report $rc "the example of $name runs, and prints what it says"
done
echo "1..$n"
