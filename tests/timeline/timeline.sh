#!/bin/sh
# SPDX-License-Identifier: MIT
# cigo-timeline: pages of traces that a program wrote, and what it says to what is none.
timeline=$top_builddir/tools/cigo-timeline
test -x "$timeline" || { echo "1..0 # SKIP tools/cigo-timeline is not built"; exit 0; }
tmp=./timeline.$$
mkdir "$tmp" || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' INT TERM HUP
LD_LIBRARY_PATH=$top_builddir/lib/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
unset CIGO_MODEL CIGO_CLOCK CIGO_SEED CIGO_DEBUG CIGO_TRACE CIGO_DUMP CIGO_SCHEDULE

n=0
report() { # report OK TEXT
	n=$((n + 1))
	if test "$1" = 0; then
		echo "ok $n - $2"
	else
		head -n 20 "$tmp/err" | sed 's/^/# /'
		echo "not ok $n - $2"
	fi
}
run() { # run STATUS OPTION...: what it prints is in out and err
	want=$1
	shift
	"$timeline" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	test $? = "$want"
}
says() { grep -qF -e "$1" "$tmp/err"; }
has() { grep -qF -e "$1" "$tmp/out"; }

for model in cooperative preemptive; do
	CIGO_MODEL=$model CIGO_TRACE=$tmp/$model.json "$top_builddir/demos/tasks" >"$tmp/out"
done
a=$tmp/cooperative.json b=$tmp/preemptive.json

run 0 "$a" && test ! -s "$tmp/err" && head -n 1 "$tmp/out" | grep -q '<!DOCTYPE html>' &&
	tail -n 1 "$tmp/out" | grep -q '</html>' && has 'data-label="cooperative"' && has '"model":"cooperative"'
report $? "a page of a trace, which is named by its file"
run 0 --title 'Two <models>' --name one "$a" -n two "$b" && has 'data-label="one"' && has 'data-label="two"' &&
	has 'Two &lt;models&gt;' && test "$(grep -c 'class="trace"' "$tmp/out")" = 2
report $? "two traces with names and a title"
run 0 "$a" "$b" && grep -A 1 '<title>' "$tmp/out" | grep -q '^cooperative, preemptive'
report $? "without a title the names are it"
run 0 -o "$tmp/page.html" "$a" && test ! -s "$tmp/out" && cp "$tmp/page.html" "$tmp/out" && has '</html>'
report $? "-o writes to a file"
head -c 3000 "$a" >"$tmp/cut.json"
run 0 "$tmp/cut.json" && has 'data-label="cut"'
report $? "a trace without its end will do"

run 2 && says 'no trace was given; see cigo-timeline --help'
report $? "no trace"
run 2 --bogus "$a" && says bogus && says 'see cigo-timeline --help'
report $? "an option that there is not"
run 2 "$a" --name late && says "--name 'late' needs a trace behind it"
report $? "a name without its trace"
run 2 --name a --name b "$a" && says "--name 'a' needs a trace behind it"
report $? "two names for a trace"
set --
while test $# -lt 33; do set -- "$@" "$a"; done
run 2 "$@" && says 'more than 32 traces'
report $? "too many traces"
run 1 "$tmp/nowhere.json" && says "$tmp/nowhere.json: No such file or directory" && test ! -s "$tmp/out"
report $? "no such trace, and no half page"
run 1 "$a" "$tmp" && says 'it is no regular file' && test ! -s "$tmp/out"
report $? "a folder is no trace"
: >"$tmp/empty.json"
run 1 "$tmp/empty.json" && says 'it is empty'
report $? "an empty file"
run 1 "$timeline" && says 'it is no trace'
report $? "a program is no trace"
echo '{"events":[]}' >"$tmp/other.json"
run 1 "$tmp/other.json" && says 'it is no trace'
report $? "other JSON is no trace"
{ printf '{"x":"' && head -c 65520 /dev/zero | tr '\0' x && printf '","traceEvents":[]}'; } >"$tmp/far.json"
run 0 "$tmp/far.json"
report $? "traceEvents across the edge of what is read at once"
run 1 -o "$a" "$a" && says 'it is a trace; the page would overwrite it' && test -s "$a"
report $? "a trace is not overwritten"
run 1 -o "$tmp/no/page.html" "$a" && says "$tmp/no/page.html: No such file or directory"
report $? "a page that cannot be made"
if test -w /dev/full; then
	"$timeline" "$a" >/dev/full 2>"$tmp/err"
	test $? = 1 && says 'the page: No space left on device'
	report $? "a full device is an error"
fi
run 0 --help && test "$(awk '{ if (length($0) > 80) print }' "$tmp/out" | wc -l)" = 0 && has 'usage: cigo-timeline'
report $? "--help, within 80 columns"
run 0 --version && has "cigo-timeline "
report $? "--version"
echo "1..$n"
