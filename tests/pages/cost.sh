#!/bin/sh
# SPDX-License-Identifier: MIT
# The page of demos/lab --cost, of numbers that are planted, in a real browser.
lab=$top_builddir/demos/lab
test -x "$lab" || { echo "1..0 # SKIP demos/lab is not built"; exit 0; }
command -v python3 >/dev/null 2>&1 || { echo "1..0 # SKIP no python3"; exit 0; }
pages=$top_srcdir/tests/pages
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
(cd "$pages" && python3 -c 'import browser, sys; sys.exit(browser.program() is None)') || { echo "1..0 # SKIP no chromium"; exit 0; }
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' INT TERM HUP
LD_LIBRARY_PATH=$top_builddir/lib/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
timeout -k 5 $((200 * ${CK_TIMEOUT_MULTIPLIER:-1})) python3 "$pages/cost.py" "$lab" "$tmp"
