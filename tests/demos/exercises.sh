#!/bin/bash
# SPDX-License-Identifier: MIT
# The exercises. The answers in tests/solutions are tried as a student's are: NAME.c is right, and NAME-FAULT.c is
# wrong; its line "Fails:" says in which models the fault is to be seen. There it must be found, each time in the
# same order, and the order that is printed must fail again. Without tests/solutions, or with WITHOUT_ANSWERS=1, the
# rest is tested, which takes seconds.
# Exercises that were changed are not.
unset CIGO_MODEL CIGO_CLOCK CIGO_SEED CIGO_DEBUG CIGO_TRACE CIGO_DUMP CIGO_SCHEDULE NO_COLOR DEBUGINFOD_URLS
unset MAKEFLAGS MFLAGS MAKELEVEL
LD_LIBRARY_PATH=$top_builddir/lib/.libs:$top_builddir/points/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
cd "$top_builddir" || exit 99
exercises=$top_srcdir/docs/exercises
solutions=$top_srcdir/tests/solutions
names=$(sed -n 's/^EXERCISES = //p' "$exercises/exercises.am")
tmp=exercises.$$
mkdir "$tmp" || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' INT TERM HUP
log=$tmp/log
slow=${CK_TIMEOUT_MULTIPLIER:-1}
# Without points (under a sanitizer) there is no way to try all preemptive orders; the first must do.
points=false
test -x demos/race_orders && points=true
$points || export SCHEDULES=100
n=0
report() { # report OK TEXT
	n=$((n + 1))
	test "$1" = 0 || head -n 60 "$log" | sed 's/^/# /'
	if test "$1" = 0; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
skip() { # skip TEXT REASON
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}
run() { # run STATUS COMMAND...
	local wanted=$1 got
	shift
	"$@" >"$log" 2>&1 </dev/null
	got=$?
	test $got = "$wanted" && return
	echo "exit status $got, not $wanted" >>"$log"
	return 1
}
build() { # build FROM TO
	run 0 make -s exercise-programs FROM="$1" TO="$2" EXERCISE_ERRORS=
}
try() { # try FOLDER NAME: as make exercises does
	EXPLORE=tools/cigo-explore "${CONFIG_SHELL:-sh}" "$exercises/run.sh" "$1" "$2"
}
program() { # program FOLDER NAME: the one that can be explored
	if test -x "$1/.libs/$2"; then echo "$1/.libs/$2"; else echo "$1/$2"; fi
}
explore() { # explore MODEL PROGRAM TRIAL
	timeout -k 5 $((300 * slow)) tools/cigo-explore --model "$1" --preemptions 1 --hang $((5 * slow)) \
		--schedules $($points && echo 100000 || echo 3000) --no-color "$2" "$3" </dev/null
}
# The first trial that fails in the model; its report is in $tmp/first.
fails_in() { # fails_in MODEL PROGRAM
	local trial models
	while read -r trial models; do
		[[ " $models " == *" $1 "* ]] || continue
		explore "$1" "$2" "$trial" >"$tmp/first" 2>&1
		test $? = 1 && echo "$trial" && return
	done < <("$2")
	return 1
}
again() { # again MODEL PROGRAM TRIAL: the order that was printed fails three times of three, with the same words
	local order i said
	order=$(sed -n 's/^CIGO_MODEL=[a-z]* CIGO_SCHEDULE=\(replay:[^ ]*\) gdb --args .*/\1/p' "$tmp/first")
	test -n "$order" || return 1
	said=$(sed -n 's/^Failed: \([^ ]* [^ ]* [^ ]*\).*/\1/p' "$tmp/first")
	for i in 1 2 3; do
		CIGO_MODEL=$1 CIGO_SCHEDULE=$order timeout $((60 * slow)) "$2" "$3" >"$log" 2>&1 </dev/null && return 1
		grep -qF -e "$said" "$log" || return 1
	done
}
as_it_comes() { # as it was committed; a release does not know
	! git -C "$top_srcdir" rev-parse HEAD >/dev/null 2>&1 ||
		git -C "$top_srcdir" diff --quiet HEAD -- "docs/exercises/$1.c" "docs/exercises/test_$1.c"
}

# ---- as they come ----
run 0 make -s exercise-programs WHICH="$names" TO="$tmp/stubs"
report $? "all are built"
for name in $names; do
	if ! as_it_comes "$name"; then
		skip "$name: as it comes it is not solved" "it was changed"
		continue
	fi
	run 1 try "$tmp/stubs" "$name" && grep -q "^$name: not solved yet: " "$log" &&
		grep -q '^    How it came to that:' "$log" &&
		grep -q "^    CIGO_MODEL=.* CIGO_SCHEDULE=replay:.* gdb --args $tmp/stubs/" "$log" &&
		grep -q "^    make hint EXERCISE=$name$" "$log"
	report $? "$name: as it comes it is not solved; an order that fails is told, with the line that repeats it"
done
echo "int nothing(" >"$tmp/walk.c"
run 2 make exercises EXERCISE=walk FROM="$PWD/$tmp" TO="$tmp/broken" && grep -q '^walk: does not compile$' "$log" &&
	grep -q 'walk.c:1' "$log"
report $? "what does not compile is said, with the compiler's words"
# What a teacher may hand out: all but tests/solutions.
mkdir -p "$tmp/handed_out/tests"
for file in "$top_srcdir"/* "$top_srcdir"/tests/*; do
	case $file in
	"$top_srcdir"/tests | */solutions | "$top_builddir") ;;
	*) ln -s "$file" "$tmp/handed_out${file#"$top_srcdir"}" ;;
	esac
done
test ! -e "$tmp/handed_out/tests/solutions" &&
	run 2 make -s exercises EXERCISE=walk TO="$tmp/without" srcdir="$PWD/$tmp/handed_out" top_srcdir="$PWD/$tmp/handed_out" &&
	grep -q '^walk: not solved yet: ' "$log"
report $? "without tests/solutions all is the same"

# ---- at the top of a clone ----
if test -f "$top_srcdir/GNUmakefile" && ! test -f "$top_srcdir/Makefile"; then
	cp "$exercises/walk.c" "$tmp"
	run 2 make -C "$top_srcdir" BUILD_DIR="$PWD" exercises EXERCISE=walk FROM="$PWD/$tmp" TO="$tmp/top" &&
		grep -q '^walk: not solved yet: ' "$log"
	report $? "make exercises works at the top"
	run 0 make -n -C "$top_srcdir" BUILD_DIR="$PWD" bench && grep -q 'bench/run' "$log"
	report $? "make bench works at the top"
	run 2 make -C "$top_srcdir" BUILD_DIR="$PWD/$tmp/nowhere" bench && grep -q 'not built yet: ./bootstrap run' "$log"
	report $? "where nothing is built, it is said how to build"
fi

# ---- hints ----
hint() { # hint NAME [N]
	"${CONFIG_SHELL:-sh}" "$exercises/hint.sh" "$exercises/hints" "$tmp/hints" "$@"
}
for name in $names; do
	test "$(wc -l <"$exercises/hints/$name")" = 3 &&
		run 0 hint "$name" && grep -q "^$name, hint 1 of 3:" "$log" && test "$(grep -c '^  ' "$log")" -gt 0 &&
		run 0 hint "$name" && grep -q "^$name, hint 2 of 3:" "$log" &&
		run 0 hint "$name" 1 && grep -q "^$name, hint 1 of 3:" "$log" &&
		run 0 hint "$name" && grep -q "^$name, hint 3 of 3:" "$log" && run 1 hint "$name" && run 1 hint "$name" 4
	report $? "$name: three hints, one at a time"
done
run 2 hint nonsense && grep -q 'make hint EXERCISE=' "$log"
report $? "a hint for what is no exercise"

# ---- answers ----
if ! test -d "$solutions" || test -n "${WITHOUT_ANSWERS-}"; then
	echo "1..$n"
	exit 0
fi
build "$solutions" "$tmp/answers" && ! test -s "$log"
report $? "all answers are built, without warnings"
for name in $names; do
	all=' all [0-9]* orders are right'
	$points || all=
	run 0 try "$tmp/answers" "$name" && grep -q "^$name: solved[;,]$all" "$log"
	report $? "$name: the right answer holds in every order"
done
for file in "$solutions"/*-*.c; do
	wrong=${file##*/} wrong=${wrong%.c}
	program=$(program "$tmp/answers" "$wrong")
	models=$(sed -n 's/^ \* Fails: \([a-z, ]*[a-z]\).*/\1/p' "$file" | tr -d ,)
	test -n "$models"
	report $? "$wrong: it is said where it fails"
	for model in $models; do
		if test "$model" = preemptive && ! $points; then
			skip "$wrong, preemptive" "no points at accesses here"
			continue
		fi
		trial=$(fails_in "$model" "$program")
		found=$?
		cp "$tmp/first" "$log"
		report $found "$wrong, $model: it is found, by $trial"
		test $found = 0 && explore "$model" "$program" "$trial" >"$log" 2>&1
		cmp -s "$log" "$tmp/first"
		report $? "$wrong, $model: a second time the same"
		again "$model" "$program" "$trial"
		report $? "$wrong, $model: the order fails again, three times of three"
	done
done
for name in $names; do
	ls "$solutions/$name.c" "$solutions/$name"-*.c >"$log" 2>&1 && test "$(wc -l <"$log")" -ge 3
	report $? "$name: there are a right answer and two wrong ones"
done
echo "1..$n"
