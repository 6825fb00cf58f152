#!/bin/sh
# SPDX-License-Identifier: MIT
# Built in place from what is packed: in a folder whose name has letters beyond ASCII the library is built, tested,
# installed and removed without a trace; two folders give the same bytes; in one with a space the library is built.
. "$top_srcdir/tests/package/tap.sh"
tarball=$top_builddir/cigo-$version.tar.gz
test -f "$tarball" || make -C "$top_builddir" dist >/dev/null 2>&1 || exit 99
one=$work/Plätze
spaced="$work/with a space"
two=$work/plain
options="--disable-demos --enable-reproducible --without-python --without-libuv --without-npth --without-pth --without-st"
CC=${CC:-gcc}
quick="TESTS=tests/suites/test_queue tests/checkers/headers.sh tests/checkers/symbols.sh"
built="check_PROGRAMS=tests/suites/test_queue"

build() { # build FOLDER CONFIGURE
	mkdir -p "$1" && cd "$1" && "$2" --prefix=/usr $options CC="$CC" CFLAGS="-O1 -g" && make -j"$jobs"
}
for folder in "$one" "$two" "$spaced"; do
	mkdir -p "$folder" && tar -xzf "$tarball" -C "$folder" || exit 99
done
tree=cigo-$version

quietly "a build in place, under '${one##*/}'" build "$one/$tree" ./configure || done_with
quietly "its tests" make -C "$one/$tree" -j"$jobs" check "$quick" "$built" check_LTLIBRARIES=tests/libharness.la
quietly "make install" make -C "$one/$tree" install DESTDIR="$work/root"
quietly "make installcheck" make -C "$one/$tree" installcheck DESTDIR="$work/root"
quietly "make uninstall" make -C "$one/$tree" uninstall DESTDIR="$work/root"
find "$work/root" ! -type d >"$work/left"
find "$work/root" -name '*cigo*' >>"$work/left"
sed 's/^/# left: /' "$work/left"
test ! -s "$work/left"
report $? "which leaves neither a file nor a folder of its own"

# libcigo-points.so names its folder until it is linked again, when it is installed.
for folder in lib/.libs/libcigo.so lib/.libs/libcigo.a tools/cigo-explore tools/cigo-timeline; do
	cp "$one/$tree/$folder" "$work/first.${folder##*/}"
done
quietly "a build in place, under '${two##*/}'" build "$two/$tree" ./configure || done_with
for folder in lib/.libs/libcigo.so lib/.libs/libcigo.a tools/cigo-explore tools/cigo-timeline; do
	cmp "$two/$tree/$folder" "$work/first.${folder##*/}"
	report $? "${folder##*/} has the same bytes as in the other folder"
done
# Where the path has a space, libtool cannot link a library of ours with another that is not installed yet
# (libcigo-points with libcigo), as it keeps the path in a list of words; nor install into such a prefix.
spaced_build() {
	cd "$spaced/$tree" && ./configure $options CC="$CC" CFLAGS="-O1 -g" && make -j"$jobs" lib/libcigo.la tools/cigo-explore
}
quietly "the library and cigo-explore, under '${spaced##*/}'" spaced_build
done_with
