#!/bin/sh
# SPDX-License-Identifier: MIT
# Built from what is packed: in place and beside it, in folders whose names have spaces and letters beyond ASCII, the
# library is built and tested; the same layout in two folders gives the same bytes; a removal leaves nothing.
. "$top_srcdir/tests/package/tap.sh"
tarball=$top_builddir/cigo-$version.tar.gz
test -f "$tarball" || make -C "$top_builddir" dist >/dev/null 2>&1 || exit 99
one="$work/Plätze mit Leerzeichen"
two=$work/plain
options="--disable-demos --enable-reproducible --without-python --without-libuv --without-npth --without-pth --without-st"
CC=${CC:-gcc}
quick="TESTS=tests/suites/test_queue tests/checkers/headers.sh tests/checkers/symbols.sh"
built="check_PROGRAMS=tests/suites/test_queue"

build() { # build FOLDER CONFIGURE
	mkdir -p "$1" && cd "$1" && "$2" --prefix=/usr $options CC="$CC" CFLAGS="-O1 -g" && make -j"$jobs"
}
for folder in "$one" "$two"; do
	mkdir -p "$folder" && tar -xzf "$tarball" -C "$folder" || exit 99
done
tree=cigo-$version

# In place, in the folder with a space; beside the sources, in both.
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

for folder in lib/.libs/libcigo.so lib/.libs/libcigo.a points/.libs/libcigo-points.so tools/cigo-explore tools/cigo-timeline; do
	cp "$one/$tree/$folder" "$work/first.${folder##*/}"
done
quietly "a build in place, under '${two##*/}'" build "$two/$tree" ./configure || done_with
for folder in lib/.libs/libcigo.so lib/.libs/libcigo.a points/.libs/libcigo-points.so tools/cigo-explore tools/cigo-timeline; do
	cmp "$two/$tree/$folder" "$work/first.${folder##*/}"
	report $? "${folder##*/} has the same bytes as in the other folder"
done
# libtool cannot install, at make distcheck, into a prefix with a space: it takes -rpath apart into words.
done_with
