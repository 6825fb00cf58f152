#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs exercises, and prints which tests of each still fail: run.sh NAME...
solved=0
for e; do
	if said=$(CK_VERBOSITY=normal "docs/exercises/$e" 2>&1); then
		echo "$e: solved"
		solved=$((solved + 1))
	else
		echo "$e: not solved yet"
		# lines of Check: file:line:F:case:test:0: message
		printf '%s\n' "$said" | awk -F: '$3 ~ /^[FE]$/ {
			test = $5; message = $0
			sub(/^[^:]*:[^:]*:[^:]*:[^:]*:[^:]*:[^:]*: */, "", message)
			gsub(/_/, " ", test)
			print "    " test ": " message }'
	fi
done
echo "$solved of $# exercises solved"
test $solved -eq $#
