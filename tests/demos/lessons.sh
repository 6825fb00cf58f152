#!/bin/sh
# SPDX-License-Identifier: MIT
# What the lessons must show. Where chance plays a part, how often is said.
demos=$top_builddir/demos
test -x "$demos/race" || { echo "1..0 # SKIP demos are not built"; exit 0; }
LD_LIBRARY_PATH=$top_builddir/lib/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
unset CIGO_MODEL CIGO_CLOCK CIGO_SEED CIGO_DEBUG CIGO_TRACE CIGO_DUMP
patience=$((30 * ${CK_TIMEOUT_MULTIPLIER:-1}))

tmp=./lessons.$$
mkdir "$tmp" || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' INT TERM HUP
n=0
report() { # report OK TEXT
	n=$((n + 1))
	if test "$1" = 0; then
		echo "ok $n - $2"
	else
		sed 's/^/# /' "$tmp/out"
		head -n 30 "$tmp/err" | sed 's/^/# /'
		echo "not ok $n - $2"
	fi
}
demo() { # demo NAME OPTION...: what it prints is in $tmp/out
	name=$1
	shift
	"$demos/$name" --patience "$patience" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
}
# How many of so many runs came out wrong: wrong LEAST MOST RUNS NAME OPTION...
wrong() {
	least=$1 most=$2 runs=$3
	shift 3
	demo "$@" --runs "$runs" --quiet || return 1
	test -s "$tmp/out" && awk -v least="$least" -v most="$most" \
		'{ sub(/.*: /, "") } $1 < least || $1 > most { bad = 1 } END { exit bad }' "$tmp/out"
}
# A value of the table in $tmp/out: value VARIANT ROW COLUMN
value() {
	awk -v variant="$1" -v row="$2" -v column="$3" '
		/^[^ ]/ { here = index($0, variant ": ") == 1 && !done }
		here && index($0, "  " row "  ") == 1 {
			split(substr($0, length(row) + 3), v, /  +/)
			print v[column + 1]; done = 1; exit }' "$tmp/out"
}
# The same as a time, in ns.
time_of() {
	value "$@" | awk '{ print $1 * ($2 == "s" ? 1e9 : $2 == "ms" ? 1e6 : $2 == "ns" ? 1 : 1e3) }'
}
at_least() { # at_least A FACTOR B: A >= FACTOR * B
	awk -v a="$1" -v f="$2" -v b="$3" 'BEGIN { exit !(a != "" && b != "" && a + 0 >= f * b) }'
}
quiet() { # what runs cooperatively has nothing to say on stderr, a sanitizer neither
	test ! -s "$tmp/err"
}
on_one_cpu() {
	cpu=$(sed -n 's/^Cpus_allowed_list:[^0-9]*\([0-9]*\).*/\1/p' /proc/self/status)
	taskset -c "$cpu" "$@"
}

# ---- the kit ----
demo race --help && grep -q -e --timeline "$tmp/out"
report $? "--help"
for name in race starve philosophers prodcons interleave generators echo httpd; do
	test -x "$demos/$name" || continue
	demo "$name" --help && ! grep -n '.\{81\}' "$tmp/out" >"$tmp/err"
	report $? "$name --help fits 80 columns"
done
"$demos/race" --model none 2>"$tmp/out"
grep -qx "race: there is no model 'none' (cooperative, preemptive, all)" "$tmp/out"
report $? "an unknown model: it names those there are"
"$demos/race" extra 2>"$tmp/out"
grep -qx "race: unexpected argument 'extra'" "$tmp/out"
report $? "an argument too many is named"
for server in echo chat; do
	"$demos/$server" bogus >"$tmp/out" 2>&1
	test $? = 1 && grep -qx "$server: 'bogus' is not HOST:PORT" "$tmp/out"
	report $? "$server: what is no address is named"
done
for option in --nonsense "--model none" "--variant none" "--runs 0" "--transfers x" more; do
	"$demos/race" $option >"$tmp/out" 2>"$tmp/err"
	test $? = 2 && test -s "$tmp/err"
	report $? "race $option is refused"
done
"$demos/race" --patience 1 --variant call --model cooperative --transfers 100000000 >"$tmp/out" 2>"$tmp/err"
test "$(value call 'how the run ended' 1)" = "hung, killed after 1 s"
report $? "a run that hangs is killed"
if command -v python3 >/dev/null 2>&1; then
	demo race --json --transfers 10 2>/dev/null
	python3 -c '
import json, sys
t = json.load(open(sys.argv[1]))
assert t["demo"] == "race" and t["title"] and t["lesson"] and t["models"] == ["cooperative", "preemptive"]
assert [v["name"] for v in t["variants"]] == ["call", "await", "mutex"]
assert all(v["title"] and v["see"] for v in t["variants"])
assert all(len(r["values"]) == 2 and r["what"] and r["variant"] for r in t["rows"]) and t["notes"] == []
lost = [r["values"][0] for r in t["rows"] if r["what"] == "lost updates"]
assert len(lost) == 3 and lost[0] == "0" and lost[1] != "0" and lost[2] == "0", lost
' "$tmp/out" >>"$tmp/err" 2>&1
	report $? "--json"
	python3 -c '
import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 80, 0, 0))
    os.execv(sys.argv[1], sys.argv[1:])
text = b""
try:
    while more := os.read(fd, 4096):
        text += more
except OSError:
    pass
lines = text.decode().split("\r\n")
print(*lines, sep="\n")
assert "preemptive" in text.decode() and max(map(len, lines)) <= 80
' "$demos/generators" >"$tmp/out" 2>"$tmp/err"
	report $? "a terminal of 80 columns is wide enough"
else
	for i in 1 2; do
		n=$((n + 1))
		echo "ok $n # SKIP no python3"
	done
fi

demo race --variant call --transfers 10 --timeline "$tmp/page.html" &&
	grep -q 'call: cooperative' "$tmp/page.html" && grep -q 'call: preemptive' "$tmp/page.html" &&
	grep -q 'lost updates' "$tmp/page.html"
report $? "--timeline"
demo race --transfers 10 --trace "$tmp/trace"
ok=$?
for model in cooperative preemptive; do
	for variant in call await mutex; do
		grep -q "\"model\":\"$model\"" "$tmp/trace-$variant-$model" && grep -q '"clerk"' "$tmp/trace-$variant-$model" || ok=1
	done
done
report $ok "--trace"

# The picture shows what the table says, also where chance plays a part and the run is small: here
# that the watchdog has ended the dinner.
ok=0
for i in 1 2 3; do
	demo philosophers --variant call --model preemptive --meals 1000 --trace "$tmp/trace" || ok=1
	test "$(value call deadlock 1)" = no ||
		grep -q '"name":"cancel".*"task":"[PHKLA][a-z]*"' "$tmp/trace" || ok=1
done
report $ok "the picture shows what the table says"
(CIGO_MODEL=preemptive CIGO_TRACE=$tmp/nowhere "$demos/race" --variant call --transfers 10 >"$tmp/out" 2>"$tmp/err") &&
	test "$(grep -c ' is ignored; use --' "$tmp/err")" = 2 && test ! -e "$tmp/nowhere"
report $? "CIGO_MODEL, CIGO_TRACE: it says that they are ignored"

# ---- what stays behind ----
if test -c /dev/full; then
	"$demos/race" --variant call --transfers 10 >/dev/full 2>"$tmp/err"
	test $? = 1 && grep -q '^race: cannot write to standard output: No space left' "$tmp/err"
	report $? "a full disk: it says so"
	demo race --variant call --transfers 10 --timeline /dev/full
	test $? = 1 && test -c /dev/full
	report $? "a page that cannot be written: what is no file is not removed"
fi
mkdir "$tmp/tmp"
ends() { # ends SIGNAL SECONDS NAME OPTION...
	signal=$1 after=$2 name=$3
	shift 3
	TMPDIR=$tmp/tmp "$demos/$name" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null &
	pid=$!
	sleep "$after"
	kill -"$signal" "$pid"
	wait "$pid" 2>/dev/null
	test $? -gt 128 && test -z "$(ls "$tmp/tmp")" && ! grep -l "$tmp/tmp" /proc/[0-9]*/environ >/dev/null 2>&1
}
ends TERM 0.5 starve --runs 100 --timeline "$tmp/page.html"
report $? "ended in the middle: no process is left"
if test -x "$demos/httpd"; then
	ends HUP 0.5 httpd --compare --runs 100
	report $? "httpd, ended in the middle: no folder is left"
fi
ends TERM 0.5 lab --out "$tmp/lab" && test -z "$(ls "$tmp/lab" | grep -v 'html$')"
report $? "the lab, ended in the middle: nor what it has begun"
CIGO_DUMP=1 "$demos/starve" --variant crunch --model cooperative --runs 5 >"$tmp/out" 2>"$tmp/err" &
pid=$!
sleep 0.3
for i in 1 2 3 4 5 6; do
	kill -USR1 "$pid" 2>/dev/null
	sleep 0.2
done
wait "$pid" && grep -q 'cruncher #4 holds the baton' "$tmp/err" && grep -q '^ *ticker #[0-9]*  ' "$tmp/err"
report $? "CIGO_DUMP: SIGUSR1 is the run's"

# ---- race ----
wrong 9 10 10 race --variant call --model preemptive
report $? "race: preemptively money vanishes, in 9 of 10 runs at least"
case $SAN_CFLAGS in
*thread*)
	grep -q 'data race' "$tmp/err"
	report $? "race: ThreadSanitizer names the race there"
	;;
esac
wrong 0 0 1000 race --variant call --model cooperative --transfers 50 && quiet
report $? "race: cooperatively never, in 1,000 runs"
wrong 10 10 10 race --variant await --model cooperative && quiet
report $? "race: with an await inside, cooperatively too, in every run"
wrong 0 0 5 race --variant mutex --transfers 200 && quiet
report $? "race: a mutex helps in both models"
if command -v taskset >/dev/null 2>&1; then
	on_one_cpu "$demos/race" --variant call --model preemptive --runs 10 --quiet >"$tmp/out" 2>"$tmp/err" &&
		awk '{ exit $3 < 9 }' "$tmp/out"
	report $? "race: one CPU is enough for that"
else
	n=$((n + 1))
	echo "ok $n # SKIP no taskset"
fi

# ---- starve ----
# Times: on a busy machine others hold the CPU as well, so one good run of three is enough.
late="tick lateness, median"
worst="tick lateness, worst"
later() { # later VARIANT COLUMN: cooperatively beside the cruncher ticks are 10 times later than here
	at_least "$(time_of crunch "$late" 1)" 10 "$(time_of "$1" "$late" "$2")"
}
starve() {
	demo starve || return 1
	later crunch 2 && later yield 1 && later blocking 1 && later go 1
}
starve || starve || starve
quiet
report $? "starve runs"
later crunch 2
report $? "starve: cooperatively ticks are 10 times later than preemptively: $(value crunch "$late" 1), $(value crunch "$late" 2)"
for cure in yield blocking go; do
	later $cure 1
	report $? "starve: $cure helps, 10 times: $(value $cure "$late" 1)"
done
at_least "$(time_of crunch "$worst" 1)" 1 250000000
report $? "starve: the worst tick waits for nearly all of the work: $(value crunch "$worst" 1)"

# ---- philosophers ----
wrong 0 0 20 philosophers --variant call --model cooperative && quiet
report $? "philosophers: cooperatively none is stuck, in 20 runs"
wrong 9 10 10 philosophers --variant call --model preemptive --meals 1000
report $? "philosophers: preemptively they are, in 9 of 10 runs at least"
# Each line begins with the one the line before ended with, and the last leads to the first.
cycle() { # cycle MODEL
	sed -n "/^[a-z]*, $1:/,/^\$/p" "$tmp/out" | awk '
		/ waits for fork [1-5], which .* holds$/ {
			if (!n++) first = $1
			else if ($1 != next_one) exit bad = 1
			next_one = $(NF - 1)
		}
		END { exit bad || n < 2 || next_one != first }'
}
demo philosophers --variant call --model preemptive --meals 100000 && cycle preemptive
report $? "philosophers: the watchdog names the cycle"
wrong 5 5 5 philosophers --variant await
report $? "philosophers: an await with a fork in the hand, and both models are stuck, in every run"
demo philosophers --variant await --model cooperative && quiet && cycle cooperative
report $? "philosophers: the cycle is named"
for model in cooperative preemptive; do
	demo philosophers --variant await --model $model
	# the loop's own dump closes the circle as well: the first is the last
	sed -n 's/^ *deadlock: //p' "$tmp/out" | awk '{ n = NF; if ($1 $2 == $(NF - 1) $NF) fine = 1 }
		END { exit !(fine && n > 10) }'
	report $? "philosophers: so it is in the loop's dump, $model"
done
wrong 0 0 5 philosophers --variant ordered && quiet
report $? "philosophers: an order on the forks helps in both"

# ---- producers and consumers ----
wrong 0 0 5 prodcons --variant condition && quiet
report $? "prodcons: conditions lose nothing, in both models"
wrong 0 0 5 prodcons --variant queue && quiet
report $? "prodcons: a queue neither"
wrong 0 0 20 prodcons --variant bare --model cooperative && quiet
report $? "prodcons: cooperatively a bare array neither"
wrong 9 10 10 prodcons --variant bare --model preemptive --items 1000
report $? "prodcons: preemptively it does, in 9 of 10 runs at least"

# ---- interleave ----
demo interleave --model cooperative && quiet
report $? "interleave runs"
is() { # is ROW VALUE
	test "$(value pen "$1" 1)" = "$2"
}
is "orders of whole letters seen" "20 of 20" && is "texts with torn or lost letters" "0 of 1000"
report $? "interleave: the seeds show every order of the letters, and tear none"
mv "$tmp/out" "$tmp/first"
demo interleave --model cooperative &&
	test "$(grep '^  seed' "$tmp/first")" = "$(grep '^  seed' "$tmp/out")" && grep -q '^  seed' "$tmp/out"
report $? "interleave: the same seed, the same order"
wrong 9 10 10 interleave --model preemptive --tries 1000
report $? "interleave: preemptively letters are torn, in 9 of 10 runs at least"
demo interleave --model preemptive
torn=$(sed -n 's/^  run [0-9]* wrote \([ABab]*\): .*; no cooperative order can do this$/\1/p' "$tmp/out")
(test -n "$torn" || exit 1; for order in $torn; do ! grep -q "^  seed [0-9]* wrote $order\$" "$tmp/first" || exit 1; done)
report $? "interleave: as no seed does: $(echo $torn)"

# ---- generators ----
wrong 0 0 3 generators && quiet
report $? "generators: the walk, and the same leaves, in both models and without a loop"

# ---- servers ----
for server in echo httpd; do
	if test -x "$demos/$server"; then
		wrong 0 0 1 $server --compare --milliseconds $((100 + 200 * (${CK_TIMEOUT_MULTIPLIER:-1} - 1)))
		report $? "$server: coroutines in both models, threads, epoll: all serve fifty at a time"
	else
		n=$((n + 1))
		echo "ok $n # SKIP demos/$server is not built"
	fi
done
echo "1..$n"
