#!/bin/sh
# SPDX-License-Identifier: MIT
# demos/many with fewer tasks than it is for: the count is right with one loop
# and with two, and where not all fit it says why and counts what it has.
LD_LIBRARY_PATH=$top_builddir/lib/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
unset CIGO_MODEL CIGO_CLOCK CIGO_SEED CIGO_DEBUG CIGO_TRACE
many=$top_builddir/demos/many
tasks=1000
test -z "$SAN_CFLAGS" || tasks=100
limit=$((60 * ${CK_TIMEOUT_MULTIPLIER:-1}))
n=0
report() { # report OK TEXT
	n=$((n + 1))
	if test "$1" = 0; then
		echo "ok $n - $2"
	else
		printf '%s\n' "$out" | sed 's/^/# /'
		echo "not ok $n - $2"
	fi
}

# counts TASKS ARGUMENTS: all of them count ten times
counts() {
	expected=$1
	shift
	out=$(timeout -k 5 "$limit" "$many" --tasks "$expected" --sleep 20 "$@" 2>&1)
	test $? -eq 0 && printf '%s\n' "$out" | grep -qx "sum of all counts: ${expected}0" &&
		! printf '%s\n' "$out" | grep -q failed
}

echo 1..4
counts $tasks
report $? "each of $tasks tasks counts ten times"
counts $((tasks + 1)) --loops 2
report $? "each of $((tasks + 1)) tasks in two loops"

out=$("$many" --help 2>&1)
printf '%s\n' "$out" | grep -q -- --loops
report $? "it helps"

if test -n "$SAN_CFLAGS" || ! command -v prlimit >/dev/null 2>&1 || ! command -v setpriv >/dev/null 2>&1 ||
	! test "$(id -u)" = 0; then
	echo "ok 4 - too few threads # SKIP not root, or without prlimit and setpriv, or under a sanitizer"
	exit 0
fi
used=$(ps -eLo uid= | awk '$1 == 65534 { n++ } END { print n + 0 }')
out=$(timeout -k 5 "$limit" setpriv --reuid 65534 --clear-groups prlimit --nproc=$((used + 400)) \
	"$many" --tasks 1000 --sleep 20 2>&1)
rc=$?
tasks=$(printf '%s\n' "$out" | sed -n 's/^\([0-9]*\) tasks in .*/\1/p')
count=$(printf '%s\n' "$out" | sed -n 's/^sum of all counts: //p')
test $rc -eq 0 && test "${tasks:-1000}" -lt 400 && test "${tasks:-0}" -gt 100 &&
	test "${count:-0}" -eq $((10 * tasks)) &&
	printf '%s\n' "$out" | grep -q '^1000 tasks do not fit: RLIMIT_NPROC is '
report $? "too few threads: it says why, and counts honestly"
