#!/bin/bash
# SPDX-License-Identifier: MIT
# What cigo-explore finds in the lessons' programs of demos/orders: exact numbers, and replays.
demos=$top_builddir/demos
explore=$top_builddir/tools/cigo-explore
test -x "$demos/race_orders" || { echo "1..0 # SKIP demos/race_orders is not built"; exit 0; }
command -v python3 >/dev/null 2>&1 || { echo "1..0 # SKIP no python3"; exit 0; }
tmp=./orders.$$
mkdir "$tmp" || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' INT TERM HUP
LD_LIBRARY_PATH=$top_builddir/lib/.libs:$top_builddir/points/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
unset CIGO_MODEL CIGO_CLOCK CIGO_SEED CIGO_DEBUG CIGO_TRACE CIGO_DUMP CIGO_SCHEDULE NO_COLOR DEBUGINFOD_URLS

# Without a static library libtool puts a script before each program, which cannot be explored.
test -d "$demos/.libs" && test -x "$demos/.libs/race_orders" && demos=$demos/.libs
n=0
report() { # report OK TEXT
	n=$((n + 1))
	if test "$1" = 0; then
		echo "ok $n - $2"
	else
		head -n 60 "$tmp/out" | sed 's/^/# /'
		head -n 30 "$tmp/err" | sed 's/^/# err: /'
		echo "not ok $n - $2"
	fi
}
explore() { # explore STATUS OPTION...: the report, as JSON, is in $tmp/out
	local status=$1
	shift
	"$explore" --json "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	test $? = "$status"
}
holds() { # holds EXPRESSION: it is true of the report r
	python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
text = lambda o: o["text"]
story = " ".join(" ".join(r["story"] or []).split())
assert '"$1" "$tmp/out" >>"$tmp/err" 2>&1
}
# Each outcome is had again by its replay: what the program then says, on stdout or when it aborts, has the
# outcome text.
replays() { # replays MODEL PROGRAM...
	python3 - "$tmp/out" "$@" >>"$tmp/err" 2>&1 <<'EOF'
import json, os, subprocess, sys
report, model, *program = sys.argv[1:]
for o in json.load(open(report))["outcomes"]:
    p = subprocess.run(program, env={**os.environ, "CIGO_MODEL": model, "CIGO_SCHEDULE": o["replay"]}, text=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said = p.stderr if o["failures"] else p.stdout
    assert o["text"] in said, (o, p.returncode, p.stdout, p.stderr)
    assert (p.returncode == 0) == (o["failures"] == 0), (o, p.returncode)
EOF
}
ten_of_ten() { # ten_of_ten MODEL PROGRAM...: the smallest failing schedule fails each time, in one way
	python3 - "$tmp/out" "$@" >>"$tmp/err" 2>&1 <<'EOF'
import json, os, subprocess, sys
report, model, *program = sys.argv[1:]
r = json.load(open(report))
said = set()
for _ in range(10):
    p = subprocess.run(program, env={**os.environ, "CIGO_MODEL": model, "CIGO_SCHEDULE": r["replay"]}, text=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert p.returncode == -6, (p.returncode, p.stderr)
    assert r["failure"].split("\n")[0] in p.stderr, (r["failure"], p.stderr)
    said.add(p.stderr)
assert len(said) == 1, said
EOF
}

# ---- interleave ----
explore 0 --all "$demos/interleave_orders" 3 &&
	holds 'r["complete"] and r["schedules"] == 20 and len(r["outcomes"]) == 20 and r["failures"] == 0' &&
	holds 'all(sorted(text(o)) == sorted("AaAaAaBbBbBb") and o["count"] == 1 for o in r["outcomes"])'
report $? "interleave: cooperatively 20 orders, and no other"
replays cooperative "$demos/interleave_orders" 3
report $? "interleave: each is had again by its replay"
explore 0 --all "$demos/interleave_orders" 4 && holds 'r["complete"] and r["schedules"] == len(r["outcomes"]) == 70'
report $? "interleave: with four letters, 70"
# 22 is also what a model of the strokes in another language counts, with any number of switches.
explore 1 --all --model preemptive "$demos/interleave_orders" 1 &&
	holds 'r["complete"] and r["preemptions"] == 2 and len(r["outcomes"]) == 22' &&
	holds 'sorted(text(o) for o in r["outcomes"] if o["failures"] < o["count"]) == ["AaBb", "BbAa"]' &&
	holds 'all(o["failures"] in (0, o["count"]) for o in r["outcomes"])'
report $? "interleave: preemptively 22 texts of one letter each, by two forced switches at most"
replays preemptive "$demos/interleave_orders" 1
report $? "interleave: each is had again by its replay"
ten_of_ten preemptive "$demos/interleave_orders" 1
report $? "interleave: the replay of a torn text fails ten times of ten"
cp "$tmp/out" "$tmp/first"
explore 1 --all --model preemptive "$demos/interleave_orders" 1 && cmp -s "$tmp/out" "$tmp/first"
report $? "interleave: a second search gives the same report, byte for byte"

# ---- race ----
explore 0 --all --model cooperative "$demos/race_orders" &&
	holds 'r["complete"] and r["schedules"] == 6 and [text(o) for o in r["outcomes"]] == ["balance 111"]'
report $? "race: cooperatively no order loses money"
line=$(grep -n '^	balance = sum;' "$top_srcdir/demos/orders/race.c" | sed 's/:.*//')
explore 1 --model preemptive "$demos/race_orders" && holds '"balance 101, not 111" in r["failure"]' &&
	holds 'story.count("is interrupted") == 1 and "race.c:'"$line"' (clerk)" in story'
report $? "race: preemptively one forced switch is enough, and the story names the line"
explore 0 --preemptions 0 --all --model preemptive "$demos/race_orders" &&
	holds 'r["complete"] and r["preemptions"] == 0 and [text(o) for o in r["outcomes"]] == ["balance 111"]'
report $? "race: without a forced switch no money is lost"
explore 1 --model preemptive "$demos/race_orders" && holds 'r["repeats"] is True'
report $? "race: the line that is printed was tried, and fails again"
ten_of_ten preemptive "$demos/race_orders"
report $? "race: its replay fails ten times of ten"
explore 1 --all --model preemptive "$demos/race_orders" &&
	holds 'r["complete"] and sorted(int(text(o).split()[1]) for o in r["outcomes"]) == [1, 10, 11, 100, 101, 110, 111]'
report $? "race: any clerks' money can be lost, but not all of it"
replays preemptive "$demos/race_orders"
report $? "race: each balance is had again by its replay"

# ---- producers and consumers ----
explore 0 --all --model cooperative "$demos/prodcons_orders" && holds 'r["complete"] and r["schedules"] == 4 and len(r["outcomes"]) == 2'
report $? "prodcons: cooperatively no order loses an item of a bare buffer"
explore 1 --all --model preemptive --preemptions 1 "$demos/prodcons_orders" bare &&
	holds 'r["complete"] and sorted(text(o)[9] + text(o)[-1] for o in r["outcomes"] if o["failures"]) == sorted("aa bb a- -a b- -b".split())' &&
	holds 'story.count("is interrupted") == 1 and "(into_buffer)" in story'
report $? "prodcons: preemptively one forced switch loses one, or has one come out twice"
replays preemptive "$demos/prodcons_orders" bare
report $? "prodcons: each outcome is had again by its replay"
ten_of_ten preemptive "$demos/prodcons_orders" bare
report $? "prodcons: its replay fails ten times of ten"
explore 1 --all "$demos/prodcons_orders" if && holds 'r["complete"] and (r["schedules"], r["failures"]) == (48, 4)'
report $? "prodcons: who does not look again takes what is not there, in 4 of 48 orders"
explore 0 --all "$demos/prodcons_orders" while && holds 'r["complete"] and r["schedules"] == 48'
report $? "prodcons: who looks again, in none"

# ---- philosophers ----
explore 1 --all "$demos/philosophers_orders" await 2 &&
	holds 'r["complete"] and (r["schedules"], r["failures"]) == (20, 18)'
report $? "philosophers: cooperatively two are stuck in 18 of 20 orders"
explore 1 --all "$demos/philosophers_orders" await 3 &&
	holds 'r["complete"] and (r["schedules"], r["failures"]) == (1761, 1431)' &&
	holds '"deadlock: Plato #2 -> Hypatia #3 -> Kant #4 -> Plato #2" in story'
report $? "philosophers: three in 1431 of 1761, and the shortest is told"
ten_of_ten cooperative "$demos/philosophers_orders" await 3
report $? "philosophers: its replay is stuck ten times of ten"
explore 0 --all --model cooperative "$demos/philosophers_orders" block 3 && holds 'r["schedules"] == 6'
report $? "philosophers: cooperatively none is stuck who does not await with a fork in the hand"
explore 1 --all --preemptions all --model preemptive "$demos/philosophers_orders" block 2 &&
	holds 'r["complete"] and r["preemptions"] == -1 and r["failures"] == 99' &&
	holds 'story.count("is interrupted") == 1 and "Hypatia (in pthread_mutex_lock)" in story'
report $? "philosophers: preemptively two are stuck in 99 orders, the shortest with one forced switch"
ten_of_ten preemptive "$demos/philosophers_orders" block 2
report $? "philosophers: its replay is stuck ten times of ten"
echo "1..$n"
