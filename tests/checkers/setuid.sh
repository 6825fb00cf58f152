#!/bin/sh
# SPDX-License-Identifier: MIT
# A program that runs with other rights than its caller's heeds no variable of cigo's: whoever starts it must
# not have it write files, or run in another way. A program without such rights does heed each, so that the
# test can fail.
LC_ALL=C
export LC_ALL
n=0
report() { # report OK TEXT
	n=$((n + 1))
	if test "$1" = 0; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

# Whatever can or cannot be run here: nobody reads one by another way.
if test -d "$top_srcdir/lib"; then
	found=$(cd "$top_srcdir" && grep -nE '(^|[^_])getenv\("?(CIGO|variable)' lib/*/*.c points/*.c)
	test -z "$found" || printf '%s\n' "$found" | sed 's/^/# /'
	test -z "$found"
	report $? "the library reads CIGO_ variables by secure_getenv alone"
fi

skip() {
	n=$((n + 1))
	echo "ok $n # SKIP $1"
	echo "1..$n"
	exit 0
}

program=$top_builddir/tests/tools/asleep
real=$top_builddir/tests/tools/.libs/asleep
test -x "$real" || real=$program
test -x "$program" || skip "the suites are not built"
test -z "$SAN_CFLAGS" || skip "a sanitizer's runtime refuses such programs"
grep -qE '^Uid:[[:space:]]+0[[:space:]]' /proc/self/status 2>/dev/null || skip "only root can make such a program"
grep -qE '^NoNewPrivs:[[:space:]]+1' /proc/self/status && skip "no_new_privs: nothing gets other rights here"
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
chmod 777 "$tmp"
cp "$real" "$tmp/plain" && cp "$real" "$tmp/setuid" && chown 65534 "$tmp/setuid" && chmod 4755 "$tmp/setuid" ||
	skip "the program's owner cannot be changed here"
cp "$(command -v id)" "$tmp/id" && chown 65534 "$tmp/id" && chmod 4755 "$tmp/id"
test "$("$tmp/id" -u)" = 65534 || skip "set-user-ID counts for nothing in $tmp (nosuid)"

# Does the program behave in another way than without the variable? It says "ready", and ends at the end of its input.
heeds() { # heeds PROGRAM VARIABLE=VALUE
	rm -f "$tmp/trace"
	(cd "$tmp" && ulimit -c 0 && exec env "$2" timeout 20 "./$1" </dev/null >out 2>err)
	rc=$?
	test "$rc" -ne 0 || test -s "$tmp/err" || test -e "$tmp/trace" || test "$(cat "$tmp/out")" != ready
}

unset CIGO_POLLER CIGO_CLOCK CIGO_MODEL CIGO_HOME CIGO_SPIN CIGO_SEED CIGO_DEBUG CIGO_DEBUG_CANCEL CIGO_DUMP
unset CIGO_TRACE CIGO_SCHEDULE CIGO_SCHEDULE_RECORD
for setting in CIGO_POLLER=? CIGO_CLOCK=? CIGO_MODEL=? CIGO_HOME=? CIGO_SPIN=? CIGO_SEED=? CIGO_DEBUG=? \
	CIGO_DEBUG_CANCEL=? CIGO_DUMP=? CIGO_TRACE="$tmp/trace" CIGO_SCHEDULE=?; do
	name=${setting%%=*}
	heeds plain "$setting"
	report $? "$name counts in a program without other rights"
	! heeds setuid "$setting"
	report $? "$name does not count in one that has them"
done
echo "1..$n"
