#!/bin/sh
# SPDX-License-Identifier: MIT
# Every demo prints exactly what demos/expected/NAME.txt says, and exits with 0. In both models it comes to
# its end with 0, and the debug mode has nothing to say of it.
set -- $DEMOS
test $# -gt 0 || { echo "1..0 # SKIP no demos"; exit 0; }
echo "1..$(($# * 3))"
# found here where there is no static library to link with
LD_LIBRARY_PATH=$top_builddir/lib/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
# what they print is what they print by default
unset CIGO_MODEL CIGO_CLOCK CIGO_SEED CIGO_DEBUG CIGO_TRACE
. "$top_srcdir/tests/tools/loopback.sh"
limit=$((60 * ${CK_TIMEOUT_MULTIPLIER:-1}))
n=0
for demo; do
	n=$((n + 1))
	name=${demo##*/}
	expected=$top_srcdir/demos/expected/$name.txt
	got=./demo-$name.out.$$
	if ! loopback && grep -qE 'servers\.h|AF_INET' "$top_srcdir/demos/tour/$name.c"; then
		for i in 1 2 3; do
			echo "ok $((n + i - 1)) - $name # SKIP no loopback network"
		done
		n=$((n + 2))
		continue
	fi
	timeout -k 5 "$limit" "$top_builddir/$demo" </dev/null >"$got" 2>"$got.err"
	rc=$?
	if test $rc -ne 0; then
		sed 's/^/# /' "$got.err"
		echo "not ok $n - $name: exit status $rc"
	elif ! test -f "$expected"; then
		echo "not ok $n - $name: there is no demos/expected/$name.txt"
	elif ! diff -u "$expected" "$got" >"$got.diff"; then
		sed 's/^/# /' "$got.diff"
		echo "not ok $n - $name: prints something else"
	else
		echo "ok $n - $name"
	fi
	clock=virtual
	test "$name" = blocking && clock=real # a virtual one stands still while a coroutine blocks
	for model in cooperative preemptive; do
		n=$((n + 1))
		CIGO_DEBUG=1 CIGO_MODEL=$model CIGO_CLOCK=$clock timeout -k 5 "$limit" "$top_builddir/$demo" \
			</dev/null >"$got" 2>"$got.err"
		rc=$?
		if test $rc -eq 0 && ! grep -q '^cigo:' "$got.err"; then
			echo "ok $n - $name, $model: no complaints"
		else
			sed 's/^/# /' "$got.err"
			echo "not ok $n - $name, $model: exit status $rc"
		fi
	done
	rm -f "$got" "$got.err" "$got.diff"
done
