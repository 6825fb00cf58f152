#!/bin/bash
# SPDX-License-Identifier: MIT
# What docs/teaching.md says is so. Each line "$ COMMAND" of its blocks ```console is run in the build folder, and the
# lines below must be what it prints: "..." alone stands for any lines, at the end of a line for its rest, and "N to M" for a
# number met by chance. The exercises that it names, their number, files and links are there. Each other sentence has a
# row in teaching.claims, which says what proves it.
doc=$top_srcdir/docs/teaching.md
test -f "$doc" || { echo "1..0 # SKIP there is no docs/teaching.md here"; exit 0; }
cd "$top_builddir" || exit 99
test -x demos/race_orders || { echo "1..0 # SKIP demos/race_orders is not built"; exit 0; }
command -v addr2line >/dev/null 2>&1 || { echo "1..0 # SKIP no addr2line"; exit 0; }
tmp=$PWD/teaching.$$
mkdir "$tmp" || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' INT TERM HUP
LD_LIBRARY_PATH=$PWD/lib/.libs:$PWD/points/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
unset CIGO_MODEL CIGO_CLOCK CIGO_SEED CIGO_DEBUG CIGO_TRACE CIGO_DUMP CIGO_SCHEDULE NO_COLOR DEBUGINFOD_URLS
# Where programs stand behind scripts (no static library), cigo-explore is given what the scripts start.
behind=
test -x demos/.libs/race_orders && behind=.libs/
n=0
report() { # report OK TEXT
	n=$((n + 1))
	if test "$1" = 0; then
		echo "ok $n - $2"
	else
		head -n 60 "$tmp/out" | sed 's/^/# /'
		sed 's/^/# expected: /' "$tmp/wanted"
		echo "not ok $n - $2"
	fi
}
# Are the lines of the file wanted those of the file out?
matches() {
	awk 'function fits(want, got,   bounds) {
		if (want ~ /^[0-9]+ to [0-9]+$/) {
			split(want, bounds, " to ")
			return got ~ /^[0-9]+$/ && got + 0 >= bounds[1] + 0 && got + 0 <= bounds[2] + 0
		}
		if (want ~ /[.][.][.]$/ && index(got, substr(want, 1, length(want) - 3)) == 1)
			return 1
		return want == got
	}
	function all(w, o,   i) { # wanted lines from w on are those of out from o on
		if (w > wanted)
			return o > out
		if (want[w] == "...") {
			for (i = o; i <= out + 1; i++)
				if (all(w + 1, i))
					return 1
			return 0
		}
		return o <= out && fits(want[w], got[o]) && all(w + 1, o + 1)
	}
	{ sub(/[ \t]+$/, "") }
	FILENAME == ARGV[1] { want[++wanted] = $0; next }
	{ got[++out] = $0 }
	END { exit !all(1, 1) }' "$tmp/wanted" "$tmp/out"
}
check() { # check COMMAND
	local command=$1
	test -z "$behind" || command=${1//demos\//demos/$behind}
	timeout $((300 * ${CK_TIMEOUT_MULTIPLIER:-1})) bash -c "$command" >"$tmp/out" 2>/dev/null </dev/null
	matches
	report $? "$1"
}
command=
while IFS= read -r line; do
	case $line in
	'$ '*)
		test -z "$command" || check "$command"
		command=${line#??}
		: >"$tmp/wanted"
		;;
	'```')
		test -z "$command" || check "$command"
		command=
		;;
	*) printf '%s\n' "$line" >>"$tmp/wanted" ;;
	esac
done < <(sed -n '/^```console$/,/^```$/p' "$doc" | grep -v '^```console$')
test $n -ge 10
report $? "there are ten commands at least"

# ---- sentences ----
# explored EXPRESSION ARGUMENT...: it is true of what cigo-explore says: the report r, its outcomes o by text. shows(outcome,
# PROGRAM...): names and values that the program shows when it has that outcome again.
explored() {
	local expression=$1
	shift
	tools/cigo-explore --json "$@" >"$tmp/report" </dev/null
	python3 - "$tmp/report" "$tmp/shown" "$expression" <<'EOF'
import json, os, subprocess, sys
r = json.load(open(sys.argv[1]))
o = {x["text"]: x for x in r["outcomes"]}
def shows(outcome, *program):
    env = dict(os.environ, CIGO_SCHEDULE=outcome["replay"], CIGO_TRACE=sys.argv[2], **({"CIGO_MODEL": r["model"]} if r["model"] else {}))
    subprocess.run(program, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    events = [json.loads(line.strip().lstrip(",")) for line in open(sys.argv[2]) if '"cat":"show"' in line]
    return [(e["name"], str(e["args"]["value"])) for e in events]
assert eval(sys.argv[3]), (sys.argv[3], r)
EOF
}
at_a_terminal() { # at_a_terminal COMMAND KEY...: what it says there; the keys are typed when it asks
	python3 - "$@" <<'EOF'
import os, pty, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execvp("bash", ["bash", "-c", sys.argv[1]])
time.sleep(1)
for key in sys.argv[2:]:
    os.write(fd, key.encode() + b"\n")
os.write(fd, b"q\n")
try:
    while more := os.read(fd, 4096):
        sys.stdout.write(more.decode(errors="replace"))
except OSError:
    pass
EOF
}
points() { # points SOURCE PROGRAM: built as the programs of demos/orders are
	sed 's|"demos/|"'"$src"'/demos/|' "$1" >"$1.c" &&
		COMPILE="$CC -I$src -I$src/include -I$PWD/include -pthread -fsanitize=thread -g" && $COMPILE -c -o "$2.o" "$1.c" &&
		$CC -pthread -o "$2" "$2.o" -L"$PWD/points/.libs" -L"$PWD/lib/.libs" -lcigo-points -lcigo
}
answers() { # answers EXERCISE TEXT: the right answer has that text
	! test -d "$src/tests/solutions" || grep -q -e "$2" "$src/tests/solutions/$1.c"
}
wrong() { # wrong NAME: there is that wrong answer, which exercises.sh tries
	! test -d "$src/tests/solutions" || test -f "$src/tests/solutions/$1.c"
}
src=$top_srcdir exercises=$(sed -n 's/^EXERCISES = //p' "$top_srcdir/docs/exercises/exercises.am")
export -f explored at_a_terminal points answers wrong
export src doc tmp exercises CC
proven() { # proven KIND PROOF
	case $1 in
	done | known) ;;
	shown) grep -qxF -e "\$ $2" "$doc" ;;
	test) test -f "$top_srcdir/${2%%: *}" && grep -qF -e "${2#*: }" "$top_srcdir/${2%%: *}" ;;
	run)
		local command=$2
		test -z "$behind" || command=${2//demos\//demos/$behind}
		timeout $((100 * ${CK_TIMEOUT_MULTIPLIER:-1})) bash -c "$command" >"$tmp/out" 2>&1 </dev/null
		;;
	*) false ;;
	esac
}
: >"$tmp/wanted"
if command -v python3 >/dev/null 2>&1; then
	python3 "$top_srcdir/tests/demos/claims.py" "$doc" "$top_srcdir/tests/demos/teaching.claims" >"$tmp/claims" 2>"$tmp/out"
	report $? "each sentence of the page has a row in teaching.claims, and each row a sentence"
	{ cat "$doc"; echo && echo "A sentence that nobody has proven."; } >"$tmp/more.md"
	sed -i 's/^## Sources$//' "$tmp/more.md"
	python3 "$top_srcdir/tests/demos/claims.py" "$tmp/more.md" "$top_srcdir/tests/demos/teaching.claims" >"$tmp/out" 2>&1
	test $? = 1 && grep -qx 'it has no row: A sentence that nobody has proven\.' "$tmp/out"
	report $? "one without a row is found"
	while IFS=$'\t' read -r kind proof sentence; do
		: >"$tmp/out"
		proven "$kind" "$proof"
		report $? "$kind: $sentence"
	done < <(grep -v '^done' "$tmp/claims")
fi

# ---- the rest ----
: >"$tmp/wanted"
# Of each part the minutes before it are those of the table.
python3 - "$doc" >"$tmp/out" 2>&1 <<'EOF'
import re, sys
text = open(sys.argv[1], encoding="utf-8").read()
took = dict(re.findall(r"^## (.*)\n\n\*(\d+) minutes\.", text, re.M))
rows = re.findall(r"^\| (\d+) \| (?:\[(.*?)\]\(|(\w+)).*\|$", text, re.M)
rows = [(int(m), part or what) for m, part, what in rows]
assert len(rows) >= 8, rows
for (begin, part), (end, _) in zip(rows, rows[1:]):
    if part in took:
        assert end - begin == int(took[part]), (part, begin, end)
assert {p for _, p in rows} >= set(took), (rows, took)
EOF
report $? "the parts begin when the table says"
: >"$tmp/wanted"
: >"$tmp/out"
sed -n 's/^EXERCISES = //p' "$top_srcdir/docs/exercises/exercises.am" | tr ' ' '\n' | sort >"$tmp/wanted"
sed -n '/^| exercise |/,/^$/s/^| `\([a-z]*\)` .*/\1/p' "$doc" | sort >"$tmp/out"
cmp -s "$tmp/wanted" "$tmp/out" && test "$(wc -l <"$tmp/out")" = 10
report $? "the table of exercises has the ten that there are"
grep -o '](\.\{0,1\}[a-zA-Z./_]*)' "$doc" | tr -d '()]' | grep -v '^http' >"$tmp/out"
fine=0
while read -r link; do
	test -e "$top_srcdir/docs/$link" || { echo "$link is missing" >>"$tmp/out" && fine=1; }
done <"$tmp/out"
report $fine "its links lead somewhere"
grep -oE '\bdemos/(race|starve) --variant [a-z]+' "$doc" | sort -u | while read -r program option variant; do
	"$program" --help 2>&1 | grep -q -- "$variant" || echo "$program has no $variant"
done >"$tmp/out" 2>&1
test ! -s "$tmp/out"
report $? "the variants of the lessons that it names are there"
if demos/race --help 2>&1 | grep -q -e '--play'; then
	demos/race --play "$tmp/race.html" >"$tmp/out" 2>&1 && grep -q '<html' "$tmp/race.html"
	report $? "demos/race --play writes a page"
else
	n=$((n + 1))
	echo "ok $n - demos/race --play writes a page # SKIP it has no --play yet"
fi
sed -n '/long sum = balance/,/balance = sum/p' "$top_srcdir/demos/orders/race.c" >"$tmp/code"
sed -n '/^```c$/,/^```$/p' "$doc" | grep -v '^```' | head -n 3 | cmp - "$tmp/code" >"$tmp/out" 2>&1
report $? "the lines of race.c are those of race.c"
# The sums of the tables of minutes.
test "$(sed -n 's/^\*\([0-9]*\) minutes\.\*.*/\1/p' "$doc" | awk '{ sum += $1 } END { print sum }')" = 100
report $? "the parts before the exercise take a hundred minutes"
if test -d "$top_srcdir/tests/solutions"; then
	grep -q buffer-if.c "$doc" && test -f "$top_srcdir/tests/solutions/buffer-if.c"
	report $? "the wrong answer that it names is there"
fi
echo "1..$n"
