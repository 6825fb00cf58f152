#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: consume.sh pkgconf|cmake|meson|examples FOLDER
#
# A program that knows only the installed library, built with one of the tools that people have, and run. FOLDER is
# made, and removed if all went well. For "examples" it is built from the folder $EXAMPLES, by the Makefile there.
# Where cigo is not installed where the tools look by themselves: PKG_CONFIG_PATH, CMAKE_PREFIX_PATH and
# LD_LIBRARY_PATH say where. A tool that is not there is told, with status 77.
set -eu
way=$1
here=$(cd "$(dirname "$0")" && pwd)
CC=${CC:-cc}
mkdir -p "$2"
cd "$2"
work=$(pwd)

skip() {
	echo "consume.sh: $way: left out: $1" >&2
	rmdir "$work" 2>/dev/null || :
	exit 77
}

need() { # need COMMAND
	command -v "$1" >/dev/null 2>&1 || skip "there is no $1 here"
}

# An old version is asked for and one that is not there yet: the first will do, and the second must not.
cmake_versions() {
	cmake -S "$here" -B old -DCIGO_ASKED=0.2 >old.log 2>&1 || { cat old.log >&2; return 1; }
	if cmake -S "$here" -B new -DCIGO_ASKED=99 >new.log 2>&1; then
		echo "consume.sh: cmake took this version for 99" >&2
		return 1
	fi
}

case $way in
pkgconf)
	need pkg-config
	$CC -std=c11 -Wall -Wextra -Werror $(pkg-config --cflags cigo) "$here/main.c" $(pkg-config --libs cigo) -o consumer
	./consumer
	;;
cmake)
	need cmake
	cmake -S "$here" -B build
	cmake --build build
	for program in build/consumer build/consumer_*; do
		test ! -f "$program" || "$program"
	done
	cmake_versions
	;;
meson)
	need meson
	need ninja
	meson setup build "$here"
	ninja -C build
	build/consumer
	;;
examples)
	need make
	make -f "$EXAMPLES/Makefile" CC="$CC" check
	;;
*)
	sed -n '3,9s/^# *//p' "$0" >&2
	exit 2
	;;
esac
cd /
rm -rf "$work"
