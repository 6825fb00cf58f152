#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's packages: built with tests, looked at by lintian, installed into a root of its own, used there as
# debian/tests say, and purged without a trace. The root is kept in the build folder, as package-root.tar.
. "$top_srcdir/tests/package/tap.sh"
test -d "$top_srcdir/debian" || done_with "debian/ is in the repository alone"
for tool in dpkg-buildpackage dh; do
	command -v $tool >/dev/null || done_with "there is no $tool"
done
tarball=$top_builddir/cigo-$version.tar.gz
top_builddir=$(cd "$top_builddir" && pwd)
test -f "$tarball" || make -C "$top_builddir" dist >/dev/null 2>&1 || exit 99
# In a folder that has the same name each time, for the sake of a compiler's cache.
packages=$top_builddir/package-debian
rm -rf "$packages" && mkdir "$packages" || exit 99
tree=$packages/cigo-$version

cp "$tarball" "$packages/cigo_$version.orig.tar.gz" && tar -xzf "$tarball" -C "$packages" && cp -R "$top_srcdir/debian" "$tree" || exit 99
test "$(sed -n '1s/.*(\([^)-]*\).*/\1/p' "$tree/debian/changelog")" = "$version"
report $? "the changelog is that of version $version"
PATH=/usr/lib/ccache:$PATH
build() { (cd "$tree" && DEB_BUILD_OPTIONS="parallel=$jobs" dpkg-buildpackage -us -uc -d); }
quietly "dpkg-buildpackage, with tests" build || done_with "there are no packages"
grep '^# \(TOTAL\|FAIL\)' "$work/said"

if command -v lintian >/dev/null; then
	# Only an upload decides: who maintains it, which bug it closes, where releases are published and signed.
	lintian -IE --pedantic --allow-root "$packages"/cigo_*.changes 2>&1 | grep -vE '^N:|^$' | grep -vE \
		': (initial-upload-closes-no-bugs|no-homepage-field|upstream-metadata-file-is-missing|debian-watch-[a-z-]*|bogus-mail-host[a-z-]*|[a-z-]*-address-is-on-localhost)( |$)' >"$work/lintian"
	sed 's/^/# /' "$work/lintian"
	test ! -s "$work/lintian"
	report $? "lintian has nothing to say"
else
	skip "lintian has nothing to say" "there is no lintian"
fi

# ---- a root of its own ----

test "$(id -u)" = 0 || done_with "only root can make a root for the packages"
command -v debootstrap >/dev/null || done_with "there is no debootstrap"
root=$work/root
kept=$top_builddir/package-root.tar
mkdir "$root"
needs=gcc,libc6-dev,make,pkgconf,cmake,meson,ninja-build,man-db
if ! test -f "$kept"; then
	debootstrap --variant=minbase --include=$needs bookworm "$root" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$work/said" 2>&1 </dev/null ||
		{ tail -n 20 "$work/said" | sed 's/^/# /'; done_with "debootstrap cannot make a root here"; }
	tar -cf "$kept.tmp" -C "$root" . && mv "$kept.tmp" "$kept"
else
	tar -xpf "$kept" -C "$root"
fi
enter() { # enter COMMAND...: in the root, with its own /proc
	unshare --mount sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" env -u CC -u CXX LC_ALL=C.UTF-8 HOME=/root "$@"' "$root" "$@"
}
enter true 2>"$work/said" || done_with "no chroot with a /proc here: $(tail -n 1 "$work/said")"

files() { # what a purge may leave are caches, logs and dpkg's own files
	(cd "$root" && find . -xdev | grep -vE '^\./(proc|tmp|packages)/|^\./var/(cache|log|lib/dpkg|lib/apt)/' | sort)
}
mkdir "$root/packages" && cp "$packages"/*.deb "$root/packages" && rm -f "$root"/packages/*dbgsym*
cp -R "$tree" "$root/packages/source" && rm -rf "$root/packages/source/build-deb"
names=$(cd "$root/packages" && ls ./*.deb | sed 's,^\./\([^_]*\)_.*,\1,')
files >"$work/before"
quietly "apt-get install of all packages" enter sh -c 'apt-get install -y --no-install-recommends /packages/*.deb' || done_with "they are not installed"
quietly "man cigo_queue_get" enter man cigo_queue_get
for test in "$tree"/debian/tests/*; do
	name=${test##*/}
	test "$name" != control || continue
	quietly "autopkgtest: $name" enter sh -c "cd /packages/source && AUTOPKGTEST_TMP=\$(mktemp -d) debian/tests/$name"
done
quietly "apt-get purge" enter apt-get purge -y $names
files >"$work/after"
diff "$work/before" "$work/after" | sed -n 's/^[<>]/# &/p'
cmp -s "$work/before" "$work/after"
report $? "the purge leaves nothing"
rm -rf "$tree"
done_with
