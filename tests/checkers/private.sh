#!/bin/sh
# SPDX-License-Identifier: MIT
# No file names a folder of somebody's machine, none leaves a note to self.
cd "$top_srcdir" || exit 99
# put together here, so that this file does not find itself
paths='(^|[^A-Za-z0-9_./$}-])/(work|root|home)''/'
notes='(^|[^A-Za-z0-9_])(TO''DO|FIX''ME|X''XX)([^A-Za-z0-9_]|$)'

# Folders that somebody builds in, within the tree.
builds() {
	find . -name config.status ! -path './config.status' 2>/dev/null | sed 's,^\./,,; s,/config\.status$,/,'
}

files() {
	if test -e .git && command -v git >/dev/null 2>&1 && git ls-files >/dev/null 2>&1; then
		git ls-files --cached --others --exclude-standard
	else
		ls bootstrap configure.ac Makefile.am cigo.pc.in .clang-format m4/cigo.m4 *.md 2>/dev/null
		find .ci lib tools include tests demos man docs bench -type f \( -name '*.[ch]' -o -name '*.cc' \
			-o -name '*.sh' -o -name '*.am' -o -name '*.pml' -o -name '*.map' -o -name '*.[1-9]' \
			-o -name '*.in' -o -name '*.py' -o -name '*.md' -o -name '*.txt' -o -name run \
			-o -name run-check \) 2>/dev/null
	fi
}

n=0
check() { # check PATTERN TEXT
	n=$((n + 1))
	found=$(files | BUILDS=$(builds) awk '
		BEGIN { n = split(ENVIRON["BUILDS"], folders, "\n") }
		{ for (i = 1; i <= n; i++) if (index($0, folders[i]) == 1) next; print }' |
		while IFS= read -r f; do
		test -f "$f" && grep -EnIH "$1" "$f"
	done)
	if test -z "$found"; then
		echo "ok $n - $2"
	else
		printf '%s\n' "$found" | sed 's/^/# /'
		echo "not ok $n - $2"
	fi
}
echo 1..2
check "$paths" "no path of a machine"
check "$notes" "no notes to self"
