#!/bin/sh
# SPDX-License-Identifier: MIT
# The library's ABI is the one of abi/libcigo.abi, or has grown in a way that programs do not notice.
# Where it was broken, "make abi" renews that file, and CHANGES.md says so in the same commit.
LC_ALL=C
export LC_ALL
command -v abidiff >/dev/null 2>&1 || { echo "1..0 # SKIP no abidiff (Debian's abigail-tools)"; exit 0; }
tmp=$PWD/abi.$$
mkdir "$tmp" || exit 99
trap 'rm -rf "$tmp"' EXIT
abi=$top_srcdir/abi
so=$top_builddir/lib/.libs/libcigo.so

n=0
report() { # report RC TEXT
	n=$((n + 1))
	if test "$1" = 0; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

skip() { # skip TEXT REASON
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# compare OLD NEW: "same", "grown" (programs do not notice) or "broken"; $tmp/diff says how.
compare() {
	abidiff --suppressions "$abi/growth.abignore" --no-added-syms "$1" "$2" >"$tmp/diff" 2>&1
	case $? in
	0) ;;
	4 | 8 | 12) echo broken; return ;;
	*) echo failed; return ;;
	esac
	if abidiff "$1" "$2" >"$tmp/diff" 2>&1; then
		echo same
	elif grep -q -e 'data member deletion' -e 'data member change' "$tmp/diff"; then
		echo broken # a last field that has become another passes for one that was inserted
	else
		echo grown
	fi
}

# silent DIR: the commits of the repository DIR (the last ten that touch the file) that break the ABI and
# leave CHANGES.md as it was; and what is not committed yet.
silent() {
	(cd "$1" || exit
	for commit in $(git log -10 --format=%h -- abi/libcigo.abi); do
		git show "$commit^:abi/libcigo.abi" >"$tmp/before.abi" 2>/dev/null || continue
		git show "$commit:abi/libcigo.abi" >"$tmp/after.abi"
		test "$(compare "$tmp/before.abi" "$tmp/after.abi")" = broken || continue
		git diff --quiet "$commit^" "$commit" -- CHANGES.md && echo "$commit breaks the ABI, and CHANGES.md does not say so"
	done
	git diff --quiet HEAD -- abi/libcigo.abi && exit
	git show HEAD:abi/libcigo.abi >"$tmp/before.abi" 2>/dev/null || exit
	test "$(compare "$tmp/before.abi" abi/libcigo.abi)" = broken || exit
	git diff --quiet HEAD -- CHANGES.md && echo "the ABI is broken, and CHANGES.md does not say so")
}

# --- would it be noticed? A small library, changed in several ways.

library() { # library NAME EXPRESSION: a variant, made by sed
	mkdir -p "$tmp/$1/include/cigo"
	sed "$2" >"$tmp/$1/include/cigo/planted.h" <<'L'
#include <stddef.h>
typedef struct cigo_go_options {
	size_t size;
	const char *name;
	/* here */
} cigo_go_options;
typedef struct cigo_bytes {
	char *data;
	size_t size;
	/* or here */
} cigo_bytes;
int cigo_planted_go(const cigo_go_options *o);
int cigo_planted_more(cigo_bytes *b);
L
	printf '%s\n' '#include "include/cigo/planted.h"' 'int cigo_planted_go(const cigo_go_options *o) { return o->name != 0; }' \
		'int cigo_planted_more(cigo_bytes *b) { return b->data != 0; }' | sed "$2" >"$tmp/$1/planted.c"
	(cd "$tmp/$1" && ${CC:-cc} -g -shared -fPIC planted.c -o planted.so && sh "$abi/dump.sh" ./planted.so >planted.abi) || echo "# $1 is not built"
}

expect() { # expect ANSWER NAME TEXT
	got=$(compare "$tmp/first/planted.abi" "$tmp/$2/planted.abi")
	test "$got" = "$1" || echo "# it is $got, not $1"
	test "$got" = "$1"
	report $? "$3"
}

library first ''
library longer 's,/\* here \*/,long more;,'
library inserted 's,const char \*name;,long more; const char *name;,'
library narrower 's,const char \*name;,short name;,'
library frozen 's,/\* or here \*/,long more;,'
library argument 's,cigo_bytes \*b,cigo_bytes b,; s,b->data,b.data,'
library fewer '/planted_more/d'
library another 's,^int cigo_planted_go(.*) {,int cigo_planted_another(void) { return 0; }\n&,'
expect same first "a library is like itself"
expect grown longer "a struct with a size may grow at its end"
expect broken inserted "a field in the middle of a struct breaks the ABI"
expect broken narrower "another type of a field breaks the ABI"
expect broken frozen "growth of a struct without a size breaks the ABI"
expect broken argument "another argument breaks the ABI"
expect broken fewer "a function that is gone breaks the ABI"
expect grown another "a new function does not"

if command -v git >/dev/null 2>&1; then
	mkdir -p "$tmp/repository/abi"
	(cd "$tmp/repository" && git init -q . && git config user.email nobody@example.org && git config user.name nobody
	keep() { cp "../$1/planted.abi" abi/libcigo.abi && test -z "$2" || echo "$2" >CHANGES.md; git add . && git commit -qm "$1"; }
	keep first text && keep longer '' && keep fewer '' && keep inserted more && git tag done
	cp ../fewer/planted.abi abi/libcigo.abi) >/dev/null 2>&1
	silent "$tmp/repository" >"$tmp/found"
	test "$(wc -l <"$tmp/found")" = 2 && grep -q '^the ABI is broken' "$tmp/found" &&
		grep -q "^$(git -C "$tmp/repository" log -1 --format=%h done^) breaks" "$tmp/found"
	report $? "a break that CHANGES.md does not tell is found, in commits and before"
else
	skip "a break that CHANGES.md does not tell is found" "no git"
fi

# --- the library

text="programs that were built with abi/libcigo.abi run with this library"
machine=$(sed -n "s/.*architecture='\([^']*\)'.*/\1/p" "$abi/libcigo.abi" | sed 1q)
if ! test -f "$so"; then
	skip "$text" "no shared library"
elif test -n "$SAN_CFLAGS"; then
	skip "$text" "a sanitizer is in it"
elif ! readelf -S "$so" 2>/dev/null | grep -q '\.debug_info'; then
	skip "$text" "it has no debug information"
elif ! sh "$abi/dump.sh" "$so" >"$tmp/now.abi" || ! grep -q "architecture='$machine'" "$tmp/now.abi"; then
	skip "$text" "the baseline is of $machine"
else
	answer=$(compare "$abi/libcigo.abi" "$tmp/now.abi")
	sed 's/^/# /' "$tmp/diff"
	test "$answer" != grown || echo "# it has grown; before a release: make abi"
	test "$answer" != broken || echo "# if that is meant: make abi, an entry in CHANGES.md, another -version-info (docs/abi.md)"
	test "$answer" = same || test "$answer" = grown
	report $? "$text"
fi

if test -e "$top_srcdir/.git" && git -C "$top_srcdir" rev-parse -q --verify HEAD >/dev/null 2>&1; then
	silent "$top_srcdir" >"$tmp/found"
	sed 's/^/# /' "$tmp/found"
	test ! -s "$tmp/found"
	report $? "each break of the ABI stands in CHANGES.md"
else
	skip "each break of the ABI stands in CHANGES.md" "no repository"
fi
echo "1..$n"
