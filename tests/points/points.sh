#!/bin/sh
# SPDX-License-Identifier: MIT
# Programs of plain threads under cigo-explore: faults are found, told and repeated; POSIX's words hold.
explore=$top_builddir/tools/cigo-explore
built=$top_builddir/tests/points
test -x "$built/posix" || { echo "1..0 # SKIP tests/points is not built: sanitizers have pthread functions of their own, or the compiler has no -fsanitize=thread"; exit 0; }
tmp=./points.$$
mkdir "$tmp" || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' INT TERM HUP
tmp=$(cd "$tmp" && pwd)
top=$(cd "$top_builddir" && pwd)
LD_LIBRARY_PATH=$top/lib/.libs:$top/points/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
unset CIGO_MODEL CIGO_CLOCK CIGO_SEED CIGO_DEBUG CIGO_TRACE CIGO_DUMP CIGO_SCHEDULE NO_COLOR DEBUGINFOD_URLS
slow=${CK_TIMEOUT_MULTIPLIER:-1}
src=$(cd "$top_srcdir/tests/points" && pwd)
explore=$(cd "$top_builddir/tools" && pwd)/cigo-explore
for program in bounded_buffer double_checked hostile lock_order lost_signal posix preloaded; do
	real=$built/.libs/$program
	test -x "$real" || real=$built/$program
	test ! -x "$real" || cp "$real" "$tmp"
done
cd "$tmp" || exit 99

n=0
report() { # report OK TEXT
	n=$((n + 1))
	if test "$1" = 0; then
		echo "ok $n - $2"
	else
		head -n 60 out | tr -d '\r\033' | sed 's/^/# /'
		head -n 30 err | tr -d '\r\033' | sed 's/^/# err: /'
		echo "not ok $n - $2"
	fi
}
skip() { # skip TEXT REASON
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}
run() { # run STATUS OPTION...: what it prints is in out and err
	local expected=$1 got
	shift
	timeout -k 5 $((120 * slow)) "$explore" "$@" >out 2>err </dev/null
	got=$?
	test $got = "$expected" && return
	echo "# exit status $got, not $expected" >>err
	return 1
}
says() { # says TEXT: out has it, whatever its lines
	tr -s '\n ' '  ' <out | grep -qF -e "$1"
}

# ---- faults ----
replays() { # replays PROGRAM TEXT: the line to type fails with the text, ten times of ten
	local line i
	line=$(sed -n "s,^CIGO_SCHEDULE=\(replay:[^ ]*\) gdb --args ./$1\$,\1,p" out)
	test -n "$line" || return 1
	for i in 1 2 3 4 5 6 7 8 9 10; do
		CIGO_SCHEDULE=$line timeout $((20 * slow)) "./$1" >again 2>&1 && return 1
		grep -qF -e "$2" again || return 1
	done
}
fault() { # fault PROGRAM TEXT WHERE: each strategy finds it
	local strategy found
	for strategy in exhaustive random:1 pct:1:3; do
		run 1 --strategy $strategy --schedules 5000 "./$1" && says "Failed: $2"
		found=$?
		report $found "$1: $strategy finds it: $(sed -n 's/ schedules\? tried.*//p' out) schedules"
		says "$3"
		report $? "$1: $strategy: the story says where"
		replays "$1" "$2"
		report $? "$1: $strategy: the line to type fails again, ten times of ten"
	done
	run 1 --all "./$1" && cp out first && run 1 --all "./$1" && cmp -s out first
	report $? "$1: a second time the same"
	run 0 "./$1" fixed && says "Complete: "
	report $? "$1: mended, it has no fault"
}
if command -v addr2line >/dev/null 2>&1; then
	at() { echo "at $1"; }
else
	at() { echo "goes on"; }
fi
fault bounded_buffer "bounded_buffer.c:" "$(at 'bounded_buffer.c:')"
fault double_checked "double_checked.c:" "$(at "double_checked.c:$(grep -n 'width = 4;' "$src/double_checked.c" 2>/dev/null | cut -d: -f1)")"
fault lock_order "deadlock: all wait for ever: " "about to call pthread_mutex_lock"
fault lost_signal "deadlock: all wait for ever: cigo_go (in pthread_cond_wait)" "about to call pthread_cond_wait"

# ---- what POSIX says ----
for place in worker coroutine busy; do
	for name in $(./posix); do
		test "$name" = self && continue
		timeout -k 5 $((120 * slow)) "$explore" --strategy random:1 --schedules 20 ./posix "$name" $place >out 2>err </dev/null
		got=$?
		test $got = 3 || test $got = 0 # one of which there is but one schedule
		report $? "$name, $place: by dice"
	done
done
for name in $(./posix); do
	test "$name" = self && continue
	run 0 --preemptions 1 ./posix "$name" && says "Complete: "
	report $? "$name: every schedule with at most one forced switch"
done
for name in due_sem due_cond; do
	run 0 --all --preemptions 1 ./posix $name && grep -q ' 0  late ' out && grep -q ' 0  in time ' out
	report $? "$name: what comes as the time is up is in time, or late"
done
for place in worker coroutine busy; do
	run 1 ./posix self $place && says "Failed: deadlock: all wait for ever: " && says "(in pthread_mutex_lock)"
	report $? "a mutex that its owner locks again, $place: a deadlock"
done

# ---- without a schedule ----
for name in normal recursive errorcheck readers writers spinlock once broadcast cond_recursive barriers \
	early_barrier short_barrier try_joins detached yields c11 atomic8 atomic64 atomic128 plain; do
	timeout $((20 * slow)) ./posix $name >out 2>err
	report $? "$name: without a schedule"
done
if command -v valgrind >/dev/null 2>&1 && valgrind -q --error-exitcode=9 ./hostile >out 2>err; then
	timeout $((60 * slow)) valgrind -q --error-exitcode=9 ./bounded_buffer fixed >out 2>err
	report $? "without a schedule, under valgrind"
	CIGO_SCHEDULE=random:1 timeout $((60 * slow)) valgrind -q --error-exitcode=9 ./bounded_buffer fixed >out 2>err
	report $? "under a schedule and valgrind"
else
	skip "without a schedule, under valgrind" "no valgrind that reads this program"
	skip "under a schedule and valgrind" "no valgrind that reads this program"
fi
if test -x preloaded; then
	run 0 ./preloaded && says "Complete: "
	report $? "a program that was not built with points: its pthread calls are none"
	(export LD_PRELOAD="$top/points/.libs/libcigo-points.so" && run 1 ./preloaded && says "Failed: deadlock: ")
	report $? "points are preloaded: its pthread calls are points"
else
	skip "a program that was not built with points" "no shared libraries"
	skip "points are preloaded" "no shared libraries"
fi

# ---- what no schedule can order ----
run 0 --preemptions 1 ./hostile fork && says "Complete: "
report $? "the child of a fork goes on without the schedule"
CIGO_SCHEDULE=random:1 timeout $((20 * slow)) ./hostile stray >out 2>err
grep -qF 'this process was forked under a schedule' err
report $? "the child of a fork that goes on with the loop is told"
run 1 --hang 0.5 ./hostile spin && says "it had not ended after 0.5 s, and was killed" && says "Chosen last: "
report $? "what computes for ever is killed, and named"
if command -v addr2line >/dev/null 2>&1; then
	where=", a[a-z]* hostile.c:[0-9]*" # at, after
else
	where=".*"
fi
for what in clock dice socket; do
	run 1 --schedules 2000 ./hostile $what && tr -s '\n ' '  ' <out |
		grep -q "Failed: not deterministic: choice [0-9]*$where, was among [a-z_ ]*, is among [a-z_ ]* "
	report $? "$what: it is said that the program is not deterministic, where, and what there was before"
done
run 0 --preemptions 1 ./hostile crowd && says "Complete: "
report $? "no more threads: pthread_create says so"
run 0 --preemptions 1 ./hostile cancel && says "Complete: "
report $? "threads that wait are cancelled"
echo "1..$n"
