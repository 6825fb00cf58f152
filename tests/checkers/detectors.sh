#!/bin/sh
# SPDX-License-Identifier: MIT
# Every detector of the harness is tried on a planted fault (tests/tools/planted.c).
planted=$top_builddir/tests/tools/planted
test -x "$planted" || { echo "1..0 # SKIP the suites are not built"; exit 0; }

n=0
report() { # report OK TEXT
	n=$((n + 1))
	if test "$1" = 0; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

# finds FAULT TEXT...: the program fails and says each text
finds() {
	fault=$1
	by=${tool:+ by ${tool%%:*}}
	shift
	out=$($wrapper "$planted" "$fault" 2>&1) && { echo "$out" | sed 's/^/# /'; report 1 "$fault is found$by"; return; }
	for text; do
		case $out in
		*"$text"*) ;;
		*) echo "$out" | sed 's/^/# /'; report 1 "$fault is found$by: it says \"$text\""; return ;;
		esac
	done
	report 0 "$fault is found$by"
}

wrapper= tool= # of valgrind
CK_VERBOSITY=normal
export CK_VERBOSITY
unset CK_TAP_LOG_FILE_NAME
"$planted" nothing >/dev/null 2>&1
report $? "a clean test passes"
finds thread 'threads left' '(planted)'
finds descriptor 'descriptors left' '/dev/null'
CK_TIMEOUT_MULTIPLIER=1 finds hang 'hangs' 'end of the threads' 'planted' 'Killed'
finds unnoticed 'went unnoticed' 'misuse goes on'
finds misnamed 'does not say' 'something else'
case $SAN_CFLAGS in
*address*) finds memory 'memory left' ;;
*thread*)
	finds race 'data race'
	finds late 'data race' alternate # one access after the post, in 1,000 handoffs
	# The same program in both models: the baton orders what it shares, the lock does not. All
	# that is reported is the program's own.
	CIGO_MODEL=preemptive
	export CIGO_MODEL
	finds shared 'data race' planted.c add_shared
	! echo "$out" | grep '^SUMMARY' | grep -v planted.c >/dev/null
	report $? "shared: nothing else is reported"
	CIGO_MODEL=cooperative
	out=$("$planted" shared 2>&1) && ! echo "$out" | grep ThreadSanitizer
	report $? "shared is no race in the cooperative model"
	unset CIGO_MODEL
	;;
'')
	# plain builds do not notice it, whatever it does; these two do
	for tool in helgrind:'Possible data race' drd:'Conflicting'; do
		wrapper="valgrind -q --error-exitcode=99 --tool=${tool%%:*}"
		if ! command -v valgrind >/dev/null 2>&1; then
			n=$((n + 1))
			echo "ok $n - late is found by ${tool%%:*} # SKIP no valgrind"
		elif $wrapper "$planted" nothing 2>&1 | grep 'debuginfo reader' >/dev/null; then
			n=$((n + 1)) # valgrind 3.19 gives up on what clang 14 writes
			echo "ok $n - late is found by ${tool%%:*} # SKIP valgrind cannot read this build's debugging information"
		else
			CK_WRAPPER=$wrapper CK_TIMEOUT_MULTIPLIER=10 finds late "${tool#*:}" alternate
		fi
	done
	;;
esac
echo "1..$n"
