#!/bin/sh
# SPDX-License-Identifier: MIT
# What tells of the release agrees: version, changes, the recipes of distributions, Debian's list of symbols.
n=0
report() { # report OK TEXT
	n=$((n + 1))
	if test "$1" = 0; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
agrees() { # agrees WHERE VERSION
	test "$2" = "$version" || echo "# $1 says $2, configure.ac $version"
	test "$2" = "$version"
	report $? "$1 is of the version of configure.ac"
}
top=$top_srcdir
version=$(sed -n 's/^AC_INIT(\[cigo\], \[\(.*\)\])$/\1/p' "$top/configure.ac")
test -n "$version"
report $? "configure.ac has a version"
newest=$(sed -n 's/^## \[\(.*\)\].*/\1/p' "$top/CHANGES.md" | grep -v Unreleased | sed 1q)
agrees CHANGES.md "$newest"
! grep -qE '^## ' "$top/CHANGES.md" || ! grep -E '^## ' "$top/CHANGES.md" | grep -qvE '^## \[(Unreleased|[0-9.]+\] - [0-9]{4}-[0-9]{2}-[0-9]{2}$)'
report $? "each heading of CHANGES.md is a version and its day"
agrees packaging/rpm/cigo.spec "$(sed -n 's/^Version: *//p' "$top/packaging/rpm/cigo.spec")"
agrees packaging/alpine/APKBUILD "$(sed -n 's/^pkgver=//p' "$top/packaging/alpine/APKBUILD")"
if test -f "$top/debian/changelog"; then
	agrees debian/changelog "$(sed -n '1s/.*(\([^)-]*\).*/\1/p' "$top/debian/changelog")"
	if test -f "$top_builddir/lib/.libs/libcigo.so" && test -f "$top_builddir/points/.libs/libcigo-points.so" && test -z "$SAN_CFLAGS"; then
		sh "$top/packaging/debian-symbols.sh" --check "$top_builddir" >released.$$ 2>&1
		rc=$?
		sed 's/^/# /' released.$$
		rm -f released.$$
		report $rc "debian/*.symbols are what the libraries export"
	fi
fi
for recipe in packaging/alpine/APKBUILD debian/tests/pkgconf tests/consumer/consume.sh packaging/debian-symbols.sh; do
	test ! -f "$top/$recipe" || { sh -n "$top/$recipe"; report $? "$recipe is a sound script"; }
done
if command -v rpmspec >/dev/null 2>&1; then
	rpmspec -P "$top/packaging/rpm/cigo.spec" >released.$$ 2>&1
	rc=$?
	test $rc -eq 0 || sed 's/^/# /' released.$$
	rm -f released.$$
	report $rc "rpmspec reads packaging/rpm/cigo.spec"
fi
echo "1..$n"
