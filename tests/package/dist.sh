#!/bin/sh
# SPDX-License-Identifier: MIT
# What is packed: the same bytes at any time, by anybody; and all files of the repository but those that are for it alone.
. "$top_srcdir/tests/package/tap.sh"
tarball=cigo-$version.tar.gz

pack() { # pack NAME UMASK
	(umask "$2" && make -C "$top_builddir" dist) >"$work/said" 2>&1 || { sed 's/^/# /' "$work/said"; return 1; }
	cp "$top_builddir/$tarball" "$work/$1"
}

pack first 022
report $? "make dist"
sleep 1.1
find "$top_srcdir/docs" -name design.md -exec touch {} + # another time, the same words
pack second 077
cmp "$work/first" "$work/second"
report $? "again: the same bytes, though times and the umask are others"
SOURCE_DATE_EPOCH=1000000000 pack third 022
tar --utc --full-time -tvzf "$work/third" >"$work/list"
grep -qv ' 2001-09-09 01:46:40 ' "$work/list"
test $? -eq 1
report $? "all files have the time of SOURCE_DATE_EPOCH"
cp "$work/first" "$top_builddir/$tarball"

if git -C "$top_srcdir" rev-parse --git-dir >/dev/null 2>&1 && test -e "$top_srcdir/.git"; then
	tar -tzf "$work/first" | sed "s,^cigo-$version/,," | sort >"$work/packed"
	git -C "$top_srcdir" ls-files | grep -vE '^(\.gitignore|\.editorconfig|GNUmakefile|debian/.*|docs/measurements/.*)$' |
		sort >"$work/kept"
	comm -13 "$work/packed" "$work/kept" >"$work/missing"
	sed 's/^/# not packed: /' "$work/missing"
	test ! -s "$work/missing"
	report $? "all files of the repository are packed"
else
	skip "all files of the repository are packed" "this is no clone"
fi
done_with
