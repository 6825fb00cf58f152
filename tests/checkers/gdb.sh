#!/bin/sh
# SPDX-License-Identifier: MIT
# A debugger shows every coroutine by name, with its stack: of a live process,
# and from a core file.
program=$top_builddir/tests/tools/asleep
test -x "$program" || { echo "1..0 # SKIP the suites are not built"; exit 0; }
command -v gdb >/dev/null 2>&1 || { echo "1..0 # SKIP no gdb"; exit 0; }
test -z "$SAN_CFLAGS" || { echo "1..0 # SKIP a sanitizer's frames are in the way"; exit 0; }
real=$top_builddir/tests/tools/.libs/asleep
test -x "$real" || real=$program
tmp=./gdb.$$
mkdir "$tmp" || exit 99
trap 'exec 3>&-; wait; rm -rf "$tmp"' EXIT # it ends when its stdin does

n=0
report() { # report OK TEXT
	n=$((n + 1))
	if test "$1" = 0; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

# Before a function's name. Of one that was inlined (by -flto, for example) gdb says no address, and no "in".
in='(in|^#[0-9]+) +'

# shows FILE TEXT PATTERN...: the file has a line of each pattern
shows() {
	file=$1
	text=$2
	shift 2
	for pattern; do
		grep -qE "$pattern" "$file" && continue
		echo "# no line like: $pattern"
		sed 's/^/# /' "$file"
		report 1 "$text"
		return
	done
	report 0 "$text"
}

debug() { # debug FILE ARGUMENT...
	file=$1
	shift
	timeout -k 5 120 gdb -nx -q -batch -iex 'set debuginfod enabled off' "$@" >"$file" 2>&1 </dev/null
}

mkfifo "$tmp/in" || exit 99
unset CIGO_MODEL CIGO_CLOCK CIGO_SEED CIGO_DEBUG CIGO_TRACE CIGO_DUMP
begin() { # begin FOLDER: the program runs there, and waits
	: >"$tmp/out"
	(cd "$1" && exec "$real" <"$fifo" >"$tmp_out") &
	pid=$!
	exec 3>"$tmp/in"
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		grep -q ready "$tmp/out" && break
		sleep 0.5
	done
	sleep 0.3 # the watchman waits too now
}
fifo=$(cd "$tmp" && pwd)/in
tmp_out=${fifo%in}out

begin .
debug "$tmp/live" -p "$pid" -ex 'info threads' -ex 'thread apply all bt' -ex "generate-core-file $tmp/core"
if grep -qiE 'ptrace: |not permitted' "$tmp/live"; then
	echo "1..0 # SKIP processes may not be traced here"
	exit 0
fi
shows "$tmp/live" "gdb -p names the threads of a process" '"main"' '"sleeper"' '"by_another_name' '"watchman"'
shows "$tmp/live" "and shows their stacks" "${in}dreams_of_sheep \(" "${in}sleeper \(" "${in}watchman \(" \
	"${in}demo \(" 'coroutine \(name=0x[0-9a-f]+ "by_another_name", id=3' \
	'coroutine \(name=0x[0-9a-f]+ "main", id=1'

# Half of a backtrace must not be the library's: its frames above the program's own.
frames=$(awk '/^Thread / { n = 0 } / at .*lib\/[a-z]*\/[a-z_]*\.[ch]:/ { n++ }
	/(in|^#[0-9]+) +dreams_of_sheep / { if (n > most) most = n } END { print most + 0 }' "$tmp/live")
test "$frames" -gt 0 && test "$frames" -le 7
report $? "a coroutine in await has at most 7 frames of the library above its own ($frames)"
exec 3>&-
wait "$pid"
report $? "and the process goes on, to its end"

of_core() { # of_core FILE TEXT
	debug "$tmp/seen" "$real" "$1" -ex 'thread apply all bt'
	shows "$tmp/seen" "$2" "${in}dreams_of_sheep \(" "${in}watchman \(" "${in}demo \(" \
		'coroutine \(name=0x[0-9a-f]+ "main", id=1' \
		'coroutine \(name=0x[0-9a-f]+ "sleeper", id=2' \
		'coroutine \(name=0x[0-9a-f]+ "by_another_name", id=3' \
		'coroutine \(name=0x[0-9a-f]+ "watchman", id=4'
}

of_core "$tmp/core" "so does the core file that gdb writes"
mkdir "$tmp/dead"
case $(cat /proc/sys/kernel/core_pattern 2>/dev/null) in
'' | '|'* | */*) ;; # it goes elsewhere
*) ulimit -c unlimited 2>/dev/null && begin "$tmp/dead" && kill -ABRT "$pid" && wait "$pid" 2>/dev/null ;;
esac
set -- "$tmp"/dead/*
if test -s "$1"; then
	of_core "$1" "and the core file of one that aborted"
else
	n=$((n + 1))
	echo "ok $n # SKIP no core files are written here"
fi
echo "1..$n"
