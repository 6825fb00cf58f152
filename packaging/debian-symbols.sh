#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: debian-symbols.sh [--check] BUILD
#
# Brings debian/*.symbols to what the libraries of the folder BUILD export: a symbol that is new gets the version of the
# newest entry of debian/changelog, the others keep theirs. A symbol that is gone is only told: its library needs another
# name then (see the ABI's rules). --check: writes nothing, and tells what is to be done.
set -eu
LC_ALL=C
export LC_ALL
check=
test "$1" != --check || { check=yes; shift; }
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
version=$(sed -n '1s/.*(\([^)-]*\).*/\1/p' debian/changelog)
rc=0

# Prints NAME@VERSION of each symbol; those of the version itself, too.
exported() { # exported FILE
	"${NM:-nm}" -D --defined-only --with-symbol-versions "$1" | sed -n 's/.* \([A-Za-z_][^ ]*\)$/\1/p' |
		sed 's/@@/@/; /@/!s/^\(CIGO_.*\)$/\1@\1/; /@/!s/$/@Base/' | sort -u
}

symbols() { # symbols PACKAGE SONAME FILE
	file=debian/$1.symbols
	new=$build/$1.symbols.new
	test -f "$file" || : >"$file"
	{
		printf '%s %s #MINVER#\n* Build-Depends-Package: libcigo-dev\n' "$2" "$1"
		exported "$3" | awk -v version="$version" -v file="$file" '
			BEGIN { while ((getline line < file) > 0) if (split(line, f, " ") == 2 && line ~ /^ /) since[f[1]] = f[2] }
			{ print " " $1, ($1 in since ? since[$1] : version); seen[$1] = 1 }
			END { for (s in since) if (!(s in seen)) { print file ": " s " is gone" > "/dev/stderr"; gone = 1 }; exit gone }'
	} >"$new" || rc=1
	if cmp -s "$new" "$file"; then
		:
	elif test "$check"; then
		diff -u "$file" "$new" >&2 || :
		echo "make debian-symbols writes $file anew" >&2
		rc=1
	else
		cp "$new" "$file"
	fi
	rm -f "$new"
}

symbols libcigo0 libcigo.so.0 "$build/lib/.libs/libcigo.so"
symbols libcigo-points0 libcigo-points.so.0 "$build/points/.libs/libcigo-points.so"
exit $rc
