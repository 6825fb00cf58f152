#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: release-check.sh REPOSITORY [LANE...]
#
# All that is asked before a release, in a clean clone: what is committed is all there is; version, changes and recipes
# agree; every lane of .ci/run (or only those named); and two clones pack the same bytes, which are left in the current
# folder.
set -eu
repository=$(cd "$1" && pwd)
shift
out=$(pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/cigo-release.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 143' INT TERM HUP

fail() {
	echo "release-check: $*" >&2
	exit 1
}
git -C "$repository" rev-parse --git-dir >/dev/null 2>&1 || fail "$repository is no clone"
test -z "$(git -C "$repository" status --porcelain)" || fail "there are changes that are not committed"
git clone -q --no-hardlinks "$repository" "$work/first clone"
git clone -q --no-hardlinks "$repository" "$work/second"
cd "$work/first clone"
version=$(sed -n 's/^AC_INIT(\[cigo\], \[\(.*\)\])$/\1/p' configure.ac)
sed -n '/^## /{p;q}' CHANGES.md | grep -q "^## \[$version\] - " || fail "CHANGES.md does not begin with version $version and its day"
! git rev-parse -q --verify "refs/tags/v$version" >/dev/null || fail "v$version is released already"

pack() { # pack CLONE
	(cd "$1" && autoreconf -i && mkdir -p build-release && cd build-release && ../configure && make dist) >"$work/log" 2>&1 ||
		{ tail -n 40 "$work/log" >&2; fail "$1 cannot be packed"; }
}
pack "$work/first clone"
pack "$work/second"
cmp "$work/first clone/build-release/cigo-$version.tar.gz" "$work/second/build-release/cigo-$version.tar.gz" ||
	fail "two clones are packed to other bytes"
cp "$work/second/build-release/cigo-$version.tar.gz" "$out"
cd "$work/second"
bash .ci/run "$@" || fail "not all lanes are green"
echo "release-check: cigo-$version.tar.gz may go out: $(sha256sum <"$out/cigo-$version.tar.gz" | cut -d' ' -f1)"
