#!/bin/sh
# SPDX-License-Identifier: MIT
# Each public header compiles alone, as strict C99, C11, C++11 and C++17, and
# says of every function what it does.
tmp=./headers.$$
mkdir "$tmp" || exit 99
trap 'rm -rf "$tmp"' EXIT

n=0
report() { # report RC TEXT
	n=$((n + 1))
	if test "$1" = 0; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

for std in c99 c11 c++11 c++17; do
	case $std in
	c++*) compiler=$CXX language=c++ ;;
	*) compiler=$CC language=c ;;
	esac
	if test -z "$compiler"; then
		n=$((n + 1))
		echo "ok $n # SKIP no C++ compiler"
		continue
	fi
	rc=0
	for header in "$top_srcdir"/include/cigo.h "$top_srcdir"/include/cigo/*.h; do
		name=${header#"$top_srcdir"/include/}
		echo "#include <$name>" >"$tmp/alone.$language"
		# twice: its guard is tried too
		echo "#include <$name>" >>"$tmp/alone.$language"
		$compiler -std=$std -pedantic-errors -Wall -Wextra -Werror -fsyntax-only \
			-I"$top_srcdir/include" -I"$top_builddir/include" -x "$language" "$tmp/alone.$language" \
			>"$tmp/out" 2>&1 || { echo "# $name"; sed 's/^/# /' "$tmp/out"; rc=1; }
	done
	report $rc "every public header compiles alone as $std"
done

# The line before a declaration (which may begin with CIGO_CHECK) ends a comment.
awk '
	FNR == 1 { before = ""; macro = 0 }
	macro { macro = /\\$/; before = $0; next }
	/^[ \t]*#/ { macro = /\\$/; before = $0; next }
	/CIGO_API/ && before !~ /^[ \t]*(\/\*.*|\*.*)?\*\/[ \t]*$/ {
		print "# " FILENAME ":" FNR ": no comment before it: " $0; bad = 1
	}
	{ before = $0 }
	END { exit bad }' "$top_srcdir"/include/cigo.h "$top_srcdir"/include/cigo/*.h
report $? "every public function is preceded by its comment"
echo "1..$n"
