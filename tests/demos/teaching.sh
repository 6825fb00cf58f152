#!/bin/bash
# SPDX-License-Identifier: MIT
# What docs/teaching.md says is so. Each line "$ COMMAND" of its blocks ```console is run in the build folder, and the
# lines below must be what it prints: "..." alone stands for any lines, at the end of a line for its rest, and "N to M" for a
# number met by chance. The exercises that it names, their number, files and links are there.
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

# ---- the rest ----
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
