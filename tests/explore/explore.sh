#!/bin/sh
# SPDX-License-Identifier: MIT
# cigo-explore, from its command line to its exit status, on tests/explore/door.c.
explore=$top_builddir/tools/cigo-explore
built=$top_builddir/tests/explore
test -x "$built/door" || { echo "1..0 # SKIP tests/explore/door is not built"; exit 0; }
tmp=./explore.$$
mkdir "$tmp" || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' INT TERM HUP
tmp=$(cd "$tmp" && pwd)
LD_LIBRARY_PATH=$(cd "$top_builddir" && pwd)/lib/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
unset CIGO_MODEL CIGO_CLOCK CIGO_SEED CIGO_DEBUG CIGO_TRACE CIGO_DUMP CIGO_SCHEDULE NO_COLOR DEBUGINFOD_URLS
# ThreadSanitizer sleeps for a second where a program ends
TSAN_OPTIONS="$TSAN_OPTIONS atexit_sleep_ms=0"
export TSAN_OPTIONS
slow=${CK_TIMEOUT_MULTIPLIER:-1}
hang=0.4
test "$slow" = 1 || hang=$slow
explore=$(cd "$top_builddir/tools" && pwd)/cigo-explore
built=$(cd "$built" && pwd)
real=$built/.libs/door
test -x "$real" || real=$built/door
cp "$real" "$tmp/door"
src=$(cd "$top_srcdir" && pwd)
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
run() { # run STATUS OPTION...: what it prints is in out and err
	local expected=$1 got
	shift
	timeout -k 5 $((60 * slow)) "$explore" "$@" >out 2>err </dev/null
	got=$?
	test $got = "$expected" && return
	echo "# exit status $got, not $expected" >>err
	return 1
}
says() { # says FILE LINE: it has this line
	grep -qxF -e "$2" "$1"
}

# ---- the command line ----
run 0 --help && test ! -s err && ! grep -n '.\{81\}' out
report $? "--help fits 80 columns"
cp out help
ok=0
for option in $(grep -o -e '^  --[a-z-]*' help | sort -u); do
	grep -qF -- "$(printf '%s' "${option#--}" | sed 's/-/\\-/g')" "$src/man/cigo-explore.1" || ok=1
done
report $ok "the man page has every option of --help"
run 0 --version && grep -q '^cigo-explore [0-9]' out
report $? "--version"
wrong() { # wrong TEXT ARGUMENT...: is refused, and told so
	local text=$1
	shift
	run 2 "$@" && test ! -s out && grep -qF -e "$text" err
	report $? "refused: cigo-explore $*"
}
wrong "which PROGRAM?"
wrong "which PROGRAM?" --all --
wrong "'--nonsense'" --nonsense ./door
wrong "--strategy is exhaustive, random:SEED or pct:SEED:DEPTH, not 'best'" --strategy best ./door
wrong "not 'replay:1'" --strategy replay:1 ./door
wrong "random:SEED needs a number" --strategy random:x ./door
wrong "depth from 1" --strategy pct:1:0 ./door
wrong "'--time' requires an argument" --time
for value in 0 -1 x 1e99 '' nan; do
	wrong "--time needs a number of seconds" --time "$value" ./door
	wrong "--hang needs a number of seconds" --hang "$value" ./door
done
wrong "--schedules needs a number" --schedules 0 ./door
wrong "--schedules needs a number" --schedules 99999999999999999999 ./door
wrong "--preemptions needs a number" --preemptions -2 ./door
wrong "--preemptions needs a number" --preemptions none ./door
wrong "--model is cooperative or preemptive, not 'other'" --model other ./door

# ---- the program ----
: >empty
printf '#!/bin/sh\nexit 0\n' >script
echo text >text
printf '\177ELF and no more' >broken
cp door own
chmod +x empty script text broken
chmod u+s own
mkfifo fifo
wrong "no-such-program: not found in PATH" no-such-program
wrong "door: not found in PATH; here it is ./door" door
wrong "./none: No such file or directory" ./none
wrong ".: is a folder" ./.
wrong "./help: is not executable" ./help
wrong "./script: is a script" ./script
wrong "./text: is not a program" ./text
wrong "./empty: is not a program" ./empty
wrong "./fifo: is not a program" ./fifo
wrong "./broken: cannot be executed: " ./broken
wrong "./own: is set-user-ID" ./own
wrong "asked for no schedule." "$(command -v true)"
wrong "asked for no schedule (exit status 1)." "$(command -v false)"
wrong "asked for no schedule (exit status 4)." ./door "no loop"
wrong "  | " "$(command -v ls)" /nowhere
(export PATH="$tmp:$PATH" && run 1 door) && says out "CIGO_SCHEDULE=replay:1 gdb --args door"
report $? "a program is found in PATH"

# ---- every order ----
run 1 --all ./door && says out "6 schedules tried, 2 failed; at most 3 choices in one." && test ! -s err
report $? "a check that fails is found, and all orders are counted"
ok=0
while IFS= read -r line; do
	says help "$line" || { echo "# not in the help: $line" >>err; ok=1; }
done <out
report $ok "the example of --help is what it prints"
cp out first
run 1 --all ./door && cmp -s out first
report $? "a second time the same"
run 1 ./door && says out "CIGO_SCHEDULE=replay:1 gdb --args ./door"
report $? "it ends with the first failure, and says what to type"
CIGO_SCHEDULE=replay:1 ./door >out 2>err
test $? = 134 && grep -q 'walked into the closed door' err
report $? "what it said to type fails again"
run 0 ./door other && grep -q '^Complete: ' out
report $? "a program in which nothing fails: 0"
run 3 --schedules 3 ./door other && grep -q '^Not complete: the limit is 3 schedules' out
report $? "a limit: not complete, 3"
run 3 --strategy random:1 --schedules 20 ./door other && grep -q '^20 schedules tried, 0 failed' out
report $? "by dice: never complete"
for strategy in random:1 pct:1:2; do
	run 1 --strategy $strategy --schedules 200 ./door && grep -q '^CIGO_SCHEDULE=replay:[0-9.x]* gdb' out
	report $? "$strategy finds it"
done
run 1 --strategy random:7 --all --schedules 50 --json ./door && cp out first &&
	run 1 --strategy random:7 --all --schedules 50 --json ./door && cmp -s out first
report $? "random: a second time the same"
(export CIGO_SEED=5 CIGO_TRACE=trace.json && run 1 ./door) && test ! -e trace.json &&
	says out "CIGO_SEED= CIGO_SCHEDULE=replay:1 gdb --args ./door"
report $? "CIGO_SEED and CIGO_TRACE are kept from the program"
run 1 --model cooperative ./door && says out "CIGO_MODEL=cooperative CIGO_SCHEDULE=replay:1 gdb --args ./door"
report $? "--model goes into the line to type"
mkdir "a dir" && cp door "a dir/it's"
run 1 "a dir/it's" -- 2>/dev/null || run 0 "a dir/it's" --
report $? "arguments are the program's, also --"
run 1 "a dir/it's" && says out "CIGO_SCHEDULE=replay:1 gdb --args 'a dir/it'\\''s'"
report $? "names are quoted for the shell"

# ---- how a run ends ----
ends() { # ends WHAT TEXT
	run 1 --hang $hang ./door "$1" && grep -qF -e "Failed: $2" out && grep -q '^CIGO_SCHEDULE=replay:1 gdb' out
	report $? "ends: $2"
}
ends status "exit status 3"
says out "  | a bump" && says out "  | an ache"
report $? "what the program has printed is shown"
ends fault "killed by SIGSEGV (Segmentation fault)"
ends abort "aborted"
ends misuse "aborted: cigo: misuse: cigo_loop_run: "
ends hang "it had not ended after $hang s, and was killed"
ends spin "it had not ended after $hang s, and was killed"
ends flood "it had not ended after $hang s, and was killed"
! grep -q "$(printf '\033')" out && grep -q '  | more and more' out
report $? "what it prints cannot reach the terminal's controls"
run 1 ./door stuck && grep -q '^Failed: .*deadlock' out
report $? "ends: a deadlock"
run 1 ./door dice && grep -q '^Failed: not deterministic: choice [0-9]' out &&
	grep -qxF 'But when it was replayed, the program ended otherwise. It depends on more than its' out
report $? "ends: it depends on chance"
said=$(tr -s '\n ' '  ' <out)
case $said in
*": choice "*", at door.c:"*", was among visitor porter"*", is among visitor porter"*) true ;;
*) ! command -v addr2line >/dev/null 2>&1 ;;
esac
report $? "it is told where, what the choice was among, and what it is among"
run 1 ./door scribble && grep -q '^Failed: the program has overwritten' out
report $? "ends: it has overwritten the record"
run 1 ./door "scribble behind" && grep -q '^Failed: the program has overwritten' out
report $? "ends: it has overwritten what was learnt in earlier schedules"
run 1 --all --time 20 ./door scribble && says out "Not complete: the choices of a schedule were lost." &&
	grep -q '  the program has overwritten' out && grep -q '  through the door  ' out
report $? "the search goes on after that, with what was known before"
run 0 ./door family
! (for p in /proc/[0-9]*; do
	test "$(readlink "$p/exe")" = "$tmp/door" && echo; done) 2>/dev/null | grep -q .
report $? "what a program has started is ended, too"

# ---- JSON ----
if command -v python3 >/dev/null 2>&1; then
	run 1 --json --all ./door check "$(printf 'a"\\\t\377\303\251')" && test ! -s err && python3 -c '
import json, sys
r = json.loads(open("out", "rb").read().decode("utf-8", "strict"))
assert r["command"] == ["./door", "check", "a\"\\\t\ufffd\u00e9"], r["command"]
assert r["schedules"] == 6 and r["failures"] == 2 and r["complete"] and r["repeats"] is True
assert r["why_not_complete"] is None and r["model"] is None and r["strategy"] == "exhaustive"
assert [(o["text"], o["count"], o["failures"], o["replay"]) for o in r["outcomes"]][0] == ("through the door", 4, 0, "replay:")
assert r["replay"] == "replay:1" and "closed door" in r["failure"] and r["story"][-1].startswith("Then: ")
' >>err 2>&1
	report $? "--json"
	cp out first
	run 1 --json --all ./door check "$(printf 'a"\\\t\377\303\251')" && cmp -s out first
	report $? "--json: a second time the same"
	run 3 --json --schedules 1 ./door other && python3 -c '
import json
r = json.load(open("out"))
assert not r["complete"] and r["why_not_complete"] and r["failure"] is None and r["story"] == [] and r["repeats"] is None
' >>err 2>&1
	report $? "--json where nothing failed"
	cat >terminal.py <<'P'
# Runs the command on a terminal of 60 columns; keys are sent after 1.5 s. What it wrote is printed.
import fcntl, os, pty, select, struct, sys, termios, time
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    os.execv(sys.argv[2], sys.argv[2:])
keys, begin, text = sys.argv[1].encode(), time.time(), b""
while True:
    if keys and time.time() - begin > 1.5:
        os.write(fd, keys)
        keys = b""
    if not select.select([fd], [], [], 0.1)[0]:
        continue
    try:
        more = os.read(fd, 4096)
    except OSError:
        break
    if not more:
        break
    text += more
sys.stdout.buffer.write(text)
status = os.waitpid(pid, 0)[1]
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
P
	terminal() { # terminal STATUS KEYS ARGUMENT...
		local expected=$1 keys=$2 got
		shift 2
		TERM=xterm timeout -k 5 $((60 * slow)) python3 terminal.py "$keys" "$explore" "$@" >out 2>err </dev/null
		got=$?
		test $got = "$expected" && return
		echo "# exit status $got, not $expected" >>err
		return 1
	}
	red=$(printf '\033[1;31m')
	terminal 3 '' --strategy random:1 --time 1 ./door other &&
		tr '\r' '\n' <out | grep -q '^[0-9]* schedules, [0-9]*/s, none failed, 1 outcome, [0-9]* choices'
	report $? "a terminal: progress"
	tr '\r' '\n' <out | sed "s/$(printf '\033')\\[[0-9;]*[mK]//g" | grep '/s, ' | awk 'length > 59 { exit 1 }'
	report $? "a terminal: progress takes one line"
	terminal 1 '' --all ./door && grep -qF -e "$red" out
	report $? "a terminal: colors"
	terminal 1 '' --all --no-color ./door && ! grep -qF -e "$(printf '\033')[1" -e "$(printf '\033')[3" out
	report $? "a terminal: --no-color"
	(export NO_COLOR=1 && terminal 1 '' --all ./door) && ! grep -qF -e "$(printf '\033')[1" -e "$(printf '\033')[3" out
	report $? "a terminal: NO_COLOR"
	terminal 3 "$(printf '\003')" --strategy random:1 --time 50 ./door other &&
		grep -q 'Not complete: interrupted' out
	report $? "Ctrl-C ends the search, and there is a report"
	terminal 1 "$(printf '\003')" --strategy random:1 --all --time 50 ./door &&
		grep -q 'Not complete: interrupted' out && grep -q 'gdb --args' out
	report $? "Ctrl-C, after a failure: that is reported"
	terminal 3 "$(printf '\003')" --hang 50 ./door hang && grep -q 'nterrupted' out
	report $? "Ctrl-C ends a run that does not end"
else
	for i in 1 2 3 4 5 6 7 8 9 10 11; do
		n=$((n + 1))
		echo "ok $n # SKIP no python3"
	done
fi

# ---- output ----
run 0 --quiet ./door other && test ! -s out && test ! -s err
report $? "--quiet: nothing where nothing failed"
run 1 --quiet ./door && grep -q '^Failed: ' out
report $? "--quiet: the report of a failure"
if test -c /dev/full; then
	"$explore" ./door other >/dev/full 2>err
	test $? = 2 && grep -q 'cannot write to standard output: No space left' err
	report $? "a full disk: it says so"
fi
"$explore" ./door other >out 2>err <&- && grep -q '^Complete' out
report $? "without a standard input"
"$explore" --json ./door >/dev/null 2>&- <&-
test $? = 1
report $? "without standard error"

# ---- places ----
if command -v addr2line >/dev/null 2>&1; then
	"$built/places" >out 2>err && says out "not known" && grep -qxE 'places\.c:[0-9]+ \(main\)|main' out
	report $? "an address is told as a place"
else
	n=$((n + 1))
	echo "ok $n # SKIP no addr2line"
fi
mkdir none
places=$built/.libs/places
test -x "$places" || places=$built/places
PATH=$tmp/none "$places" >out 2>err && grep -qx 'places+0x[0-9a-f]*' out && says out "no addr2line"
report $? "without addr2line: as an address"
echo "1..$n"
