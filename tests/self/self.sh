#!/bin/bash
# SPDX-License-Identifier: MIT
# The library explored itself: compiled with points (-fsanitize=thread, CI_SELF), so that threads of the
# preemptive model may be switched at each of its own accesses, locks and semaphores. Each program of this
# folder runs under many schedules, by priorities and by few forced switches. A lost wake-up that is planted in
# the inbox must be found then.
#
#   bash tests/self/self.sh BUILD SELF
#
# BUILD has cigo-explore. SELF is configured, and nothing else is built there. CIGO_SELF_SCHEDULES=N tries N
# schedules of each kind.
set -u
here=$(cd "$(dirname "$0")" && pwd) src=$(cd "$(dirname "$0")/../.." && pwd)
explore=$(cd "$1" && pwd)/tools/cigo-explore
cd "$2" || exit 99
schedules=${CIGO_SELF_SCHEDULES:-1000}
cc=${CC:-gcc}

# What orders the threads is not explored itself.
plain=(lib/task/libcigo_int_la-points.lo lib/engine/libcigo_int_la-turn.lo lib/engine/libcigo_int_la-entry.lo)
for f in "$src"/lib/schedule/*.c; do
	name=${f##*/}
	plain+=("lib/schedule/libcigo_int_la-${name%.c}.lo")
done
compile() {
	make -s "${plain[@]}" "CFLAGS=-g -O1 -DCI_SELF" &&
		make -s lib/libcigo-int.la "CFLAGS=-g -O1 -DCI_SELF -fsanitize=thread" || return
	mkdir -p points self
	for f in "$src"/points/*.c; do
		$cc -g -O1 -D_GNU_SOURCE -I"$src/include" -Iinclude -c "$f" -o "points/$(basename "$f" .c).o" || return
	done
	for f in "$here"/*.c; do
		$cc -g -O1 -fsanitize=thread -I"$src/include" -Iinclude -c "$f" -o self/program.o &&
			$cc -o "self/$(basename "$f" .c)" self/program.o points/*.o lib/.libs/libcigo-int.a -pthread || return
	done
	plant
}
plant() { # outside.c with another inbox.c
	sed -f "$here/lost_wake.sed" "$src/lib/engine/inbox.c" >self/inbox.c
	if cmp -s self/inbox.c "$src/lib/engine/inbox.c"; then
		echo "lost_wake.sed changes nothing"
		return 1
	fi
	$cc -DHAVE_CONFIG_H -D_GNU_SOURCE -I. -Iinclude -I"$src/include" -I"$src/lib" -g -O1 -w -fvisibility=hidden \
		-DCI_SELF -fsanitize=thread -c self/inbox.c -o self/inbox.o &&
		$cc -g -O1 -fsanitize=thread -I"$src/include" -Iinclude -c "$here/outside.c" -o self/program.o &&
		$cc -o self/planted self/program.o self/inbox.o points/*.o lib/.libs/libcigo-int.a -pthread
}
if ! compile >self.log 2>&1; then
	cat self.log
	echo "Bail out! the library does not build with points"
	exit 99
fi

n=0 failed=0
try() { # try PROGRAM OPTION...
	local program=$1
	shift
	n=$((n + 1))
	"$explore" --schedules "$schedules" --time 60 "$@" "self/$program" >self/report 2>&1
	case $? in
	0) echo "ok $n - $program $*: all, $(head -n 1 self/report)" ;;
	3) echo "ok $n - $program $*: $(head -n 1 self/report)" ;;
	*)
		failed=$((failed + 1))
		sed 's/^/# /' self/report
		echo "not ok $n - $program $*"
		;;
	esac
}
for f in "$here"/*.c; do
	program=$(basename "$f" .c)
	try "$program" --strategy random:1
	try "$program" --strategy pct:1:3
	try "$program" --preemptions 1
done

# How many schedules each needs depends on what the compiler makes of the library.
find_it() { # find_it OPTION...: the lost wake-up
	n=$((n + 1))
	"$explore" --schedules "$schedules" --time 60 "$@" self/planted >self/report 2>&1
	if test $? = 1 && grep -q '^Failed: deadlock: ' self/report; then
		echo "ok $n - a lost wake-up, $*: $(head -n 1 self/report)"
	elif test "$2" = random:1; then
		echo "ok $n - a lost wake-up, $*: not found in $schedules schedules, which may be"
	else
		failed=$((failed + 1))
		sed 's/^/# /' self/report
		echo "not ok $n - a lost wake-up, $*"
	fi
}
find_it --strategy random:1
find_it --strategy pct:1:3
find_it --preemptions 1
echo "1..$n"
echo "Testsuite summary for the library explored by itself"
printf '# TOTAL: %d\n# PASS: %d\n# FAIL: %d\n' "$n" $((n - failed)) "$failed"
test "$failed" -eq 0
