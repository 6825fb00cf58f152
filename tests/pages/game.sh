#!/bin/bash
# SPDX-License-Identifier: MIT
# The page of cigo-explore --play, and of a lesson's --play: what is in it; then it is played with a real browser,
# by tests/pages/game.py.
explore=tools/cigo-explore
demos=demos
test -x "$top_builddir/demos/race_orders" || { echo "1..0 # SKIP demos/race_orders is not built"; exit 0; }
command -v python3 >/dev/null 2>&1 || { echo "1..0 # SKIP no python3"; exit 0; }
# The page has the program's path in the line to type, so the tests call it by a short one.
top_srcdir=$(cd "$top_srcdir" && pwd)
top_builddir=$(cd "$top_builddir" && pwd)
cd "$top_builddir" || exit 99
test -d "$demos/.libs" && test -x "$demos/.libs/race_orders" && demos=$demos/.libs
LD_LIBRARY_PATH=$top_builddir/lib/.libs:$top_builddir/points/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
PYTHONDONTWRITEBYTECODE=1
export LD_LIBRARY_PATH PYTHONDONTWRITEBYTECODE
unset CIGO_MODEL CIGO_CLOCK CIGO_SEED CIGO_DEBUG CIGO_TRACE CIGO_DUMP CIGO_SCHEDULE NO_COLOR DEBUGINFOD_URLS
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' INT TERM HUP
n=0
report() { # report OK TEXT
	n=$((n + 1))
	if test "$1" = 0; then
		echo "ok $n - $2"
	else
		head -n 30 "$tmp/said" | sed 's/^/# /'
		echo "not ok $n - $2"
	fi
}
holds() { # holds PAGE EXPRESSION: it is true of the data d, whose boards are b
	python3 - "$1" "$2" >>"$tmp/said" 2>&1 <<'EOF'
import json, sys
text = open(sys.argv[1], encoding="utf-8").read()
data = text.split('id="data">', 1)[1].split("</script>", 1)[0]
assert "<" not in data, "a raw < in the data"
d = json.loads(data)
b = d["boards"]
def runs(board):
    n = []
    for node in board["nodes"]:
        n.append(1 if node[0] < 0 else sum(n[c] for c in node[6] if c >= 0))
    return n[board["root"]]
def outcomes(board):
    return {d["texts"][node[3]] for node in board["nodes"] if node[0] < 0}
assert eval(sys.argv[2]), [(x["model"], runs(x), outcomes(x)) for x in b]
EOF
}

# ---- what is in it ----
"$explore" --play "$tmp/race.html" --title 'Race & <b>' --preemptions 1 "$demos/race_orders" >"$tmp/said" 2>&1
report $? "a page of both models"
grep -q '^cooperative: 6 schedules, 0 of them fail; 1 outcome\.$' "$tmp/said" &&
	grep -q '^preemptive: [0-9]* schedules, [0-9]* of them fail; .*; all with at most 1 forced switch\.$' "$tmp/said"
report $? "what was tried is said"
holds "$tmp/race.html" '[x["model"] for x in b] == ["cooperative", "preemptive"] and runs(b[0]) == 6'
report $? "all orders of the one model are in it"
holds "$tmp/race.html" 'runs(b[1]) > 100 and b[1]["preemptions"] == 1 and "balance 101" in outcomes(b[1])'
report $? "and of the other, within the bound"
holds "$tmp/race.html" '[f[0] for f in d["files"]] == ["race.c"] and "long sum = balance" in d["files"][0][1]'
report $? "the source is in it, by its name alone"
grep -qF '<title>' "$tmp/race.html" && grep -qF 'Race &amp; &lt;b>' "$tmp/race.html" && ! grep -qF "$top_srcdir" "$tmp/race.html"
report $? "the title is text; no folder of this machine is told"
"$explore" --play "$tmp/forks.html" --quiet --model cooperative --goal 'all=All = all.' "$demos/philosophers_orders" block 3 ++ \
	--model cooperative --say 'With salt.' --goal fail "$demos/philosophers_orders" await 2 >"$tmp/said" 2>&1 && test ! -s "$tmp/said"
report $? "two games on one page, quietly"
holds "$tmp/forks.html" '[runs(x) for x in b] == [6, 20] and b[0]["goals"] == [["all", "All = all."]] and b[1]["goals"] == [["fail", ""]] and b[1]["say"] == "With salt."'
report $? "each has its runs, its goals and its words"
holds "$tmp/forks.html" 'any(node[0] < 0 and node[1] == 3 and len(node[5]) == 3 for node in b[1]["nodes"])'
report $? "a deadlock says who is stuck"
CIGO_MODEL=preemptive "$explore" --play "$tmp/one.html" --schedules 20 "$demos/race_orders" >"$tmp/said" 2>&1 &&
	grep -q 'not all: the limit is 20 schedules' "$tmp/said" && holds "$tmp/one.html" 'len(b) == 1 and 0 < runs(b[0]) <= 20 and b[0]["why"]'
report $? "the environment names the model; a limit is said"

# ---- what cannot be ----
wrong() { # wrong TEXT ARGUMENT...
	local text=$1
	shift
	"$explore" "$@" >"$tmp/said" 2>&1
	test $? = 2 && grep -qF -e "$text" "$tmp/said" && ! test -e "$tmp/no.html"
	report $? "refused: $text"
}
wrong "No such file" --play "$tmp/nowhere/page.html" "$demos/race_orders"
wrong "--goal is fail, fail:N" --play "$tmp/no.html" --goal win "$demos/race_orders"
wrong "--goal is fail, fail:N" --play "$tmp/no.html" --goal fail:x "$demos/race_orders"
wrong "which PROGRAM?" --play "$tmp/no.html" "$demos/race_orders" ++ --goal fail
wrong "--goal is fail, fail:N" --play "$tmp/no.html" "$demos/race_orders" ++ --goal win "$demos/race_orders"
test "$(wc -l <"$tmp/said")" = 1
report $? "before anything was searched"
wrong "asked for no schedule" --play "$tmp/no.html" /bin/true
wrong "--play needs the name" --play '' "$demos/race_orders"

# ---- the lessons ----
if test -x "$top_builddir/demos/interleave"; then
	demos/interleave --play "$tmp/interleave.html" >"$tmp/said" 2>&1 &&
		holds "$tmp/interleave.html" 'runs(b[0]) == len(outcomes(b[0])) == 20 and len(outcomes(b[1])) == 22'
	report $? "interleave --play"
	demos/prodcons --play "$tmp/prodcons.html" >"$tmp/said" 2>&1 &&
		holds "$tmp/prodcons.html" '[runs(x) for x in b[::2]] == [4, 48] and [len(outcomes(x)) for x in b] == [2, 8, 6]'
	report $? "prodcons --play"
	demos/starve --play "$tmp/no.html" >"$tmp/said" 2>&1
	test $? = 2 && grep -qx 'starve: there is no game of this lesson; there is one of race, interleave, philosophers and prodcons' "$tmp/said"
	report $? "a lesson without a game says so"
fi

(cd "$top_srcdir/tests/pages" && python3 -c 'import browser, sys; sys.exit(browser.program() is None)') || {
	n=$((n + 1))
	echo "ok $n # SKIP no chromium"
	echo "1..$n"
	exit 0
}
FIRST=$n timeout -k 5 $((400 * ${CK_TIMEOUT_MULTIPLIER:-1})) python3 "$top_srcdir/tests/pages/game.py" "$tmp/race.html" "$tmp/interleave.html" \
	"$tmp/forks.html" "$tmp/prodcons.html" "$tmp"
