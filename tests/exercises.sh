#!/bin/sh
# SPDX-License-Identifier: MIT
# The exercises: as they are their tests fail (and end), with tests/solutions/ they pass.
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
for e; do
	"$top_builddir/tests/solutions/$e" >"$log" 2>&1
	report $? "$e: solved, its tests pass"
	"$top_builddir/docs/exercises/$e" >"$log" 2>&1
	test $? = 1 && grep -q ':F:' "$log" && ! grep -q ':E:' "$log"
	report $? "$e: as it is, one fails"
done
echo "there are others in docs/exercises: $(ls "$top_srcdir"/docs/exercises/test_*.c)" >"$log"
test "$(ls "$top_srcdir"/docs/exercises/test_*.c | wc -l)" -eq $#
report $? "each exercise has a solution"
