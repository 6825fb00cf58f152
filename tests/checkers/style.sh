#!/bin/sh
# SPDX-License-Identifier: MIT
# The sources are as clang-format would write them ("make format" does).
clang_format=${CLANG_FORMAT:-clang-format}
version=$("$clang_format" --version 2>/dev/null | sed -n 's/.*version \([0-9]*\)\..*/\1/p')
test "${version:-0}" -ge 14 || { echo "1..0 # SKIP no clang-format 14 or newer"; exit 0; }
cd "$top_srcdir" || exit 99
set --
for f in lib/*/*.[ch] tools/*/*.[ch] include/*.h include/cigo/*.h include/cigo/*.hpp tests/*/*.[ch] tests/*/*.cc demos/tour/*.cc docs/exercises/*.[ch] demos/*/*.[ch] man/examples/*.c bench/*.[ch] bench/peers/*.[ch]; do
	case $f in
	*'*'* | include/cigo/version.h | demos/cost/template.c | demos/timeline/page.c | tools/explore/page.c) ;;
	*) set -- "$@" "$f" ;;
	esac
done
echo 1..1
if "$clang_format" --style=file --dry-run --Werror "$@" 2>"$top_builddir/style.$$"; then
	echo "ok 1 - the sources are formatted (version $version)"
else
	grep -a 'error:' "$top_builddir/style.$$" | cut -d: -f1 | sort | uniq -c | sed 's/^/# /'
	echo "not ok 1 - the sources are formatted; make format does it (version $version)"
fi
rm -f "$top_builddir/style.$$"
