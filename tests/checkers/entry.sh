#!/bin/sh
# SPDX-License-Identifier: MIT
# Every public function begins with CI_ENTRY; (lib/engine/entry.h), but for those named
# here, each with its reason; and none of those does.
cd "$top_srcdir/lib" || exit 1

exceptions='
cigo_blocking_call	two calls of the library, and one of the program
cigo_blocking_end	enters by itself: the section was outside
cigo_ctx_background	a constant
cigo_ctx_note		writes only to its own thread
cigo_check_failed	tells a schedule, which must not switch for it
cigo_error_new		texts have a lock of their own
cigo_check_failed_v	tells a schedule, which must not switch for it
cigo_explore		runs loops of its own
cigo_limit_threads	asks the kernel
cigo_loop_new		nobody knows the loop yet
cigo_loop_run		enters by itself, for the whole run
cigo_must_at		looks at a number
cigo_outcome		tells a schedule, which must not switch for it
cigo_outcome_v		tells a schedule, which must not switch for it
cigo_points_access	is a place to switch itself
cigo_points_note	tells a schedule, which must not switch for it
cigo_points_now		asks the schedule
cigo_points_on		asks the schedule
cigo_points_point	is a place to switch itself
cigo_points_thread_begin	the thread is not known before
cigo_points_thread_drop	the thread never was
cigo_points_thread_end	the thread is not known any more
cigo_points_thread_id	asks the schedule
cigo_points_thread_new	tells a schedule, which must not switch for it
cigo_points_wait	waits for its turn itself
cigo_points_yield	is a place to switch itself
cigo_report_free	no loop knows it
cigo_report_print	no loop knows it
cigo_run		runs a loop of its own
cigo_run_with		runs a loop of its own
cigo_trace_name		takes no lock, for that would change what is traced
cigo_trace_name_v	takes no lock, for that would change what is traced
cigo_trace_note		takes no lock, for that would change what is traced
cigo_trace_note_v	takes no lock, for that would change what is traced
cigo_strerror		texts have a lock of their own
cigo_version		a constant
'

# Prints NAME yes|no for each function defined at the left margin: is CI_ENTRY; its first statement?
first_statements() {
	awk '
	/^[a-z].*[ *]cigo_[a-z0-9_]*\(/ && !/;$/ {
		name = $0
		sub(/\(.*/, "", name)
		sub(/.*[ *]/, "", name)
	}
	/^\{/ { if (name != "") { getline; print name, ($0 ~ /^\tCI_ENTRY(_QUIET)?;/ ? "yes" : "no") } name = "" }
	' ./*/*.c
}

n=0
report() { # report OK TEXT
	n=$((n + 1))
	if test "$1" = 0; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

exports=$(sh "$top_srcdir/tests/checkers/declared.sh")
found=$(first_statements)
for f in $exports; do
	why=$(printf '%s' "$exceptions" | sed -n "s/^$f[[:space:]][[:space:]]*//p")
	case $(printf '%s\n' "$found" | sed -n "s/^$f //p"),$why in
	yes,) report 0 "$f enters" ;;
	no,?*) report 0 "$f does not enter: $why" ;;
	no,) report 1 "$f enters" ;;
	yes,?*) report 1 "$f does not enter: $why" ;;
	*) report 1 "$f has one definition in lib/" ;;
	esac
done
test "$n" -gt 100
report $? "the headers were read"

# The program's functions are called outside. They are reached by these names in the library.
calls=$(grep -nE '(->|\.|\b)(fn|arg_free)\(' ./*/*.c | grep -vE 'CI_OUTSIDE|^[^:]*:[0-9]*:(static|int|void) |\*fn\)' |
	grep -vE '^\./[a-z]*/(gen|gen_plain|go|blocking|serve|play_again)\.c:')
test -z "$calls" || printf '%s\n' "$calls" | sed 's/^/# /'
test -z "$calls"
report $? "functions of the program's are called outside"
echo "1..$n"
