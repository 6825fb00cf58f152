#!/bin/sh
# SPDX-License-Identifier: MIT
# Faults are planted in copies of library files (tests/planted/*.sed), each linked into a program of a
# few lines. cigo-explore must find each fault with each strategy, in 5 s; and nothing without it. What
# fails must stop at the same place under gdb, each time. Prints how many schedules each needed, as the table of
# docs/schedules.md says.
command -v gdb >/dev/null 2>&1 || { echo "1..0 # SKIP no gdb"; exit 0; }
test -z "$SAN_CFLAGS" || { echo "1..0 # SKIP a sanitizer makes it slow"; exit 0; }
explore=$(cd "$top_builddir/tools" && pwd)/cigo-explore
test -x "$explore" || { echo "1..0 # SKIP cigo-explore is not built"; exit 0; }
src=$(cd "$top_srcdir" && pwd)
build=$(cd "$top_builddir" && pwd)
tmp=./planted.$$
mkdir "$tmp" || exit 99
tmp=$(cd "$tmp" && pwd)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' INT TERM HUP
cd "$tmp" || exit 99
unset CIGO_MODEL CIGO_CLOCK CIGO_SEED CIGO_DEBUG CIGO_TRACE CIGO_DUMP CIGO_SCHEDULE DEBUGINFOD_URLS
limit=$((5 * ${CK_TIMEOUT_MULTIPLIER:-1}))

n=0
report() { # report OK TEXT
	n=$((n + 1))
	if test "$1" = 0; then
		echo "ok $n - $2"
	else
		head -n 30 out | tr -d '\r\033' | sed 's/^/# /'
		echo "not ok $n - $2"
	fi
}

# plant NAME PROGRAM FILE:SED...: a program with copies of the library's files, each changed by its SED
plant() {
	local name=$1 program=$2 edit objects=
	shift 2
	for edit; do
		local file=${edit%%:*} script=${edit#*:}
		sed -f "$src/tests/planted/$script.sed" "$src/lib/$file" >$script.c
		cmp -s $script.c "$src/lib/$file" && { echo "$script.sed changes nothing" >out; return 1; }
		$CC -DHAVE_CONFIG_H -D_GNU_SOURCE -I"$build" -I"$build/include" -I"$src/include" -I"$src/lib" \
			-pthread -O1 -g -w -fvisibility=hidden -c $script.c -o $script.o >out 2>&1 || return 1
		objects="$objects $script.o"
	done
	$CC -I"$build/include" -I"$src/include" -pthread -O1 -g "$src/tests/planted/$program.c" $objects \
		"$build/lib/.libs/libcigo-int.a" -o $name >out 2>&1
}

# The schedules that a search tried before it found a fault; 0: it found none.
tried() { # tried MODEL STRATEGY PROGRAM
	timeout -k 5 $((3 * limit)) "$explore" --time $limit --model $1 --strategy $2 ./$3 >out 2>&1 </dev/null
	test $? = 1 && sed -n 's/^\([0-9]*\) schedule.* tried, 1 failed.*/\1/p' out || echo 0
}

# Where a replay stops under gdb: the stack, without addresses.
stops() { # stops MODEL REPLAY PROGRAM
	CIGO_MODEL=$1 CIGO_SCHEDULE=$2 timeout -k 5 60 gdb -nx -q -batch -iex 'set debuginfod enabled off' \
		-ex run -ex bt ./$3 2>&1 </dev/null | sed -n '/received signal SIGABRT/p; s/0x[0-9a-f]*//g; /^#/p' |
		sed 's/^Thread [0-9]* //; s/(Thread .*)//; s/LWP [0-9]*//; s/ *$//'
}

again() { # again MODEL PROGRAM: the failure that is in out
	local replay=$(sed -n 's/.*CIGO_SCHEDULE=\([^ ]*\) gdb.*/\1/p' out) first second
	first=$(stops $1 "$replay" $2)
	second=$(stops $1 "$replay" $2)
	{ echo "$replay"; echo "$first"; } >out
	case $first in *SIGABRT*first*|*SIGABRT*use*|*SIGABRT*ci_schedule_fail*) ;; *) return 1 ;; esac
	test "$first" = "$second"
}

table() { # table CELL...: a line of the table
	printf '| %s ' "$@" >row
	echo '|' >>row
	cat row >>table
	sed 's/^/# /' row
}

find_it() { # find_it NAME WORDS MODEL
	local strategy counts= count
	for strategy in exhaustive random:1 random:2 random:3 pct:1:3 pct:2:3 pct:3:3; do
		count=$(tried $3 $strategy $1)
		test "$count" -gt 0
		report $? "$2, $3: $strategy finds it"
		counts="$counts $count"
	done
	again $3 $1
	report $? "$2, $3: the replay stops at the same place under gdb"
	table "$2" $3 $counts
}

# Nothing is found in a program without a fault: under all its orders, or under the first thousand.
sound() { # sound NAME
	"$explore" --time 60 --model cooperative ./$1 >out 2>&1 </dev/null
	report $? "$1 without a fault, cooperative: none is found"
	"$explore" --time 60 --model preemptive --schedules 1000 ./$1 >out 2>&1 </dev/null
	test $? != 1 && grep -q ' tried, 0 failed' out
	report $? "$1 without a fault, preemptive: none is found"
}

fault() { # fault NAME WORDS PROGRAM FILE:SED...
	local name=$1 words=$2
	shift 2
	plant $name "$@"
	report $? "$words: is planted"
	find_it $name "$words" cooperative
	find_it $name "$words" preemptive
}

table fault model exhaustive random:1 random:2 random:3 pct:1:3 pct:2:3 pct:3:3
fault dropped_wake "queue: a put wakes one getter too few" queue sync/queue.c:dropped_wake
fault no_recheck "queue: no second look after a wake-up" thief sync/queue.c:no_recheck
fault lost_cancel "a cancelled get waits again, for ever" thief sync/queue.c:recheck task/park.c:lost_cancel
fault lost_unit "semaphore: a unit goes with a cancelled waiter" semaphore sync/semaphore.c:lost_unit
fault two_owners "mutex: unlock wakes two" mutex sync/mutex.c:two_owners
for program in queue thief semaphore mutex; do
	plant $program $program && sound $program
done
plant second_look thief sync/queue.c:recheck && sound second_look
grep -vxF -f "$src/docs/schedules.md" table >out
test $? = 1
report $? "docs/schedules.md has this table"
echo "1..$n"
