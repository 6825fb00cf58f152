#!/bin/sh
# SPDX-License-Identifier: MIT
# The page of traces (demos/timeline/timeline.h): that it is written or not at all; then looked at with a real
# browser, by tests/pages/timeline.py.
pages=$top_srcdir/tests/pages
draw=$top_builddir/tests/tools/draw
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
test -x "$draw" || { echo "1..0 # SKIP tests/tools/draw is not built"; exit 0; }
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
report() { # report OK TEXT
	if test "$1" = 0; then echo "ok $2"; else echo "not ok $2"; fi
}

echo '{"traceEvents":[]}' >"$tmp/empty.json"
"$draw" "$tmp/empty.html" Empty '' one "$tmp/empty.json" && test -s "$tmp/empty.html"
report $? "1 - a page of an empty trace"
"$draw" "$tmp/none.html" None '' one "$tmp/empty.json" two "$tmp/nowhere.json" 2>"$tmp/said"
test $? = 1 && ! test -e "$tmp/none.html" && grep -q 'No such file' "$tmp/said"
report $? "2 - no page without its traces, and it says why"
"$draw" "$tmp/nowhere/page.html" None '' 2>"$tmp/said"
test $? = 1 && grep -q 'No such file' "$tmp/said"
report $? "3 - it says so where it cannot be written"

why=
command -v python3 >/dev/null 2>&1 || why="no python3"
test -n "$why" || (cd "$pages" && python3 -c 'import browser, sys; sys.exit(browser.program() is None)') || why="no chromium"
if test -n "$why"; then
	echo "ok 4 # SKIP $why"
	echo 1..4
	exit 0
fi
FIRST=3 timeout -k 5 $((400 * ${CK_TIMEOUT_MULTIPLIER:-1})) python3 "$pages/timeline.py" "$draw" "$tmp"
