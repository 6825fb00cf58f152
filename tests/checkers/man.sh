#!/bin/sh
# SPDX-License-Identifier: MIT
# The man pages are sound mdoc.
command -v mandoc >/dev/null 2>&1 || { echo "1..0 # SKIP no mandoc"; exit 0; }
cd "$top_srcdir" || exit 99
echo 1..1
if out=$(mandoc -T lint -W warning man/*.[1-9] 2>&1); then
	echo "ok 1 - mandoc finds nothing to say"
else
	printf '%s\n' "$out" | sed 's/^/# /'
	echo "not ok 1 - mandoc finds nothing to say"
fi
