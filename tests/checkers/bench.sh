#!/bin/sh
# SPDX-License-Identifier: MIT
# The bench judges its bars on a quiet machine only.
test -f "$top_srcdir/bench/quiet.py" || { echo "1..0 # SKIP no bench"; exit 0; }
command -v python3 >/dev/null || { echo "1..0 # SKIP no python3"; exit 0; }
PYTHONDONTWRITEBYTECODE=1 exec python3 "$top_srcdir/tests/checkers/bench.py" "$top_srcdir"
