#!/bin/sh
# SPDX-License-Identifier: MIT
# <cigo/cigo.hpp>: without a warning in each standard and by each compiler that is here, with and
# without exceptions; and its tests run.
LC_ALL=C
export LC_ALL
tmp=./cpp.$$
mkdir "$tmp" || exit 99
trap 'rm -rf "$tmp"' EXIT
tests=$top_srcdir/tests/cpp
includes="-I$tmp/include -I$tests"
mkdir "$tmp/include" "$tmp/include/cigo" # names without spaces, wherever the sources are
cp "$top_srcdir/include/cigo.h" "$tmp/include/"
cp "$top_srcdir"/include/cigo/*.h* "$top_builddir/include/cigo/version.h" "$tmp/include/cigo/"
cp "$tests"/*.cc "$tests"/*.hpp "$tmp/"
includes="-I$tmp/include"
strict="-Wall -Wextra -Wpedantic -Wold-style-cast -Wshadow -Wconversion -Werror"
lib=$top_builddir/lib/.libs/libcigo.a
test -f "$lib" || lib=$top_builddir/lib/.libs/libcigo.so

n=0
report() { # report RC TEXT
	n=$((n + 1))
	if test "$1" = 0; then echo "ok $n - $2"; else sed 's/^/# /' "$tmp/out"; echo "not ok $n - $2"; fi
}

compilers=
for compiler in "${CXX:-}" g++ clang++; do
	case "
$compilers" in *"
$compiler
"*) continue ;; esac
	test -n "$compiler" && echo 'int main() {}' | $compiler -std=c++17 -x c++ -fsyntax-only - 2>/dev/null &&
		compilers="$compilers$compiler
"
done
test -n "$compilers" || { echo "1..0 # SKIP no C++ compiler"; exit 0; }

try_compiler() { # try_compiler COMPILER...
	for std in c++17 c++20 c++2b c++2c; do
		echo 'int main() {}' | "$@" -std=$std -x c++ -fsyntax-only - 2>/dev/null || continue
		for option in -fexceptions -fno-exceptions; do
			rc=0
			for header in "$tmp"/include/cigo/*.hpp; do
				# the header alone, twice: its guard is tried too
				name=cigo/${header##*/}
				printf '#include <%s>\n#include <%s>\n' "$name" "$name" | "$@" -std=$std $strict $option $includes \
					-fsyntax-only -x c++ - >>"$tmp/out" 2>&1 || rc=1
			done
			report $rc "$*: each header compiles alone as $std, $option"
			: >"$tmp/out"
		done
	done
	for options in "-std=c++17 -O1" "-std=c++2b -fno-exceptions"; do
		rm -f "$tmp/program"
		"$@" -g $options $strict $SAN_CFLAGS -pthread $includes "$tmp"/*.cc "$lib" -Wl,-rpath,"$top_builddir/lib/.libs" \
			-o "$tmp/program" >"$tmp/out" 2>&1
		report $? "$*: the tests compile ($options)"
		timeout 120 "$tmp/program" >"$tmp/out" 2>&1
		rc=$?
		test "$(grep -c '^ok' "$tmp/out")" -ge 13 || rc=1
		report $rc "$*: the tests run ($options)"
		CIGO_MODEL=preemptive timeout 120 "$tmp/program" >"$tmp/out" 2>&1
		report $? "$*: the tests run in the preemptive model ($options)"
		case $options in *-fno-exceptions*) continue ;; esac
		{ (ulimit -c 0; timeout 60 "$tmp/program" callback >"$tmp/out" 2>&1); } 2>/dev/null
		rc=$?
		test $rc -ne 0 && grep -q '^cigo: an exception has left a callback: planted$' "$tmp/out"
		report $? "$*: an exception that leaves a callback is named"
	done
	echo '#include <cigo/cigo.hpp>' | "$@" -std=c++14 $includes -fsyntax-only -x c++ - >"$tmp/out" 2>&1
	rc=$?
	test $rc -ne 0 && grep -q 'cigo.hpp needs C++17' "$tmp/out"
	report $? "$*: with an older standard it says which one it needs"
}

# What people are shown: the demo, and the program of docs/cpp.md.
shown() { # shown FILE TEXT EXPECTED
	$first -std=c++17 $strict $SAN_CFLAGS -pthread $includes -x c++ "$1" -x none "$lib" -Wl,-rpath,"$top_builddir/lib/.libs" \
		-o "$tmp/program" >"$tmp/out" 2>&1 && timeout 60 "$tmp/program" >"$tmp/out" 2>&1 && printf "$3" | cmp - "$tmp/out"
	report $? "$2 runs, and prints what it should"
}
first=$(printf '%s' "$compilers" | sed 1q)
shown "$top_srcdir/demos/tour/hello.cc" demos/tour/hello.cc 'lambdas\nqueues\nexceptions\nthe speaker: nothing more to say\n'
if test -f "$top_srcdir/docs/cpp.md"; then
	awk '/^```cpp/ { on = 1; next } /^```/ { on = 0 } on' "$top_srcdir/docs/cpp.md" >"$tmp/page.cpp"
	shown "$tmp/page.cpp" "the program of docs/cpp.md" 'hello, world\n'
fi

while read -r compiler; do
	test -z "$compiler" || try_compiler $compiler
done <<L
$compilers
L
echo "1..$n"
