# SPDX-License-Identifier: MIT
# Sourced by the scripts of this folder: reports, and a folder to work in that is removed at the end.
LC_ALL=C
export LC_ALL
n=0
report() { # report OK TEXT
	n=$((n + 1))
	if test "$1" = 0; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

skip() { # skip TEXT REASON
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# quietly TEXT COMMAND...: reports what the command returns, and the end of its words if it fails
quietly() {
	told=$1
	shift
	if "$@" >"$work/said" 2>&1 </dev/null; then
		report 0 "$told"
	else
		tail -n 40 "$work/said" | sed 's/^/# /'
		report 1 "$told"
		return 1
	fi
}

done_with() { # done_with [REASON]: no more can be tried
	test -z "${1:-}" || skip "the rest" "$1"
	echo "1..$n"
	exit 0
}

version=$(sed -n 's/^AC_INIT(\[cigo\], \[\(.*\)\])$/\1/p' "$top_srcdir/configure.ac")
work=$(mktemp -d "${TMPDIR:-/tmp}/cigo-package.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 143' INT TERM HUP
# The flags of the make that runs this are not for those that it runs.
unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES TESTS CHECKERS
jobs=${JOBS:-2}
