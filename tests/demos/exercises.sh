#!/bin/sh
# SPDX-License-Identifier: MIT
# The exercises: unsolved, their tests fail (and end); with tests/solutions/ they pass. Exercises that
# were changed are not checked.
unset CIGO_MODEL CIGO_CLOCK CIGO_SEED CIGO_DEBUG CIGO_TRACE
set --
for f in "$top_srcdir"/tests/solutions/*.c; do
	name=${f##*/}
	set -- "$@" "${name%.c}"
done
test -x "$top_builddir/tests/solutions/$1" || { echo "1..0 # SKIP the suites are not built"; exit 0; }
echo "1..$(($# * 2 + 1))"
log=./exercises.$$
trap 'rm -f "$log"' EXIT
n=0
report() { # report OK TEXT
	n=$((n + 1))
	test "$1" = 0 || sed 's/^/# /' "$log"
	if test "$1" = 0; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
as_it_comes() { # as it was committed; in a release, which does not know: not solved
	if git -C "$top_srcdir" rev-parse HEAD >/dev/null 2>&1; then
		git -C "$top_srcdir" diff --quiet HEAD -- "docs/exercises/$1.c" "docs/exercises/test_$1.c"
	else
		! "$top_builddir/docs/exercises/$1" >/dev/null 2>&1
	fi
}
for e; do
	"$top_builddir/tests/solutions/$e" >"$log" 2>&1
	report $? "$e: solved, its tests pass"
	if ! as_it_comes "$e"; then
		n=$((n + 1))
		echo "ok $n - $e: # SKIP changed, so not checked"
		continue
	fi
	"$top_builddir/docs/exercises/$e" >"$log" 2>&1
	test $? = 1 && grep -q ':F:' "$log" && ! grep -q ':E:' "$log"
	report $? "$e: unsolved, one of its tests fails"
done
echo "there are others in docs/exercises: $(ls "$top_srcdir"/docs/exercises/test_*.c)" >"$log"
test "$(ls "$top_srcdir"/docs/exercises/test_*.c | wc -l)" -eq $#
report $? "each exercise has a solution"
