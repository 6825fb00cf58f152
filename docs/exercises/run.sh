#!/bin/sh
# SPDX-License-Identifier: MIT
# Tries exercises, and says which are solved: run.sh FOLDER NAME... runs the trials of each program FOLDER/NAME under
# every order, by cigo-explore (EXPLORE); of the preemptive model those with at most one forced switch. SCHEDULES: so
# many orders of each at most. Of the first that is not solved it tells the shortest order that fails.
folder=$1
shift
report=$folder/report.$$
story=$folder/story.$$
trap 'rm -f "$report" "$story"' EXIT
trap 'exit 143' INT TERM HUP

words() {
	echo "$1" | tr _ ' '
}

# A program behind a script of libtool's (there is no static library) cannot be explored; it lies elsewhere.
program() { # program NAME
	if test -x "$folder/.libs/$1"; then
		echo "$folder/.libs/$1"
	else
		echo "$folder/$1"
	fi
}

tell() { # tell NAME TRIAL MODEL
	{
		echo
		echo "$1: \"$(words "$2")\" does not hold ($3 model)."
		echo
		sed 's/^/    /' "$report"
		echo
		echo "You choose who goes on:"
		echo "    CIGO_MODEL=$3 CIGO_SCHEDULE=play $(program "$1") $2"
		echo "A hint:"
		echo "    make hint EXERCISE=$1"
		echo "These lines are to be typed in the folder ${PWD##*/}/."
	} >"$story"
}

# try NAME: the first of its trials that fails; 0: none
try() {
	orders=0 complete=true
	"$folder/$1" >"$report.trials" || return 2
	while read -r trial models; do
		for model in $models; do
			"$EXPLORE" --model "$model" --preemptions 1 --hang 5 --time 120 ${SCHEDULES:+--schedules "$SCHEDULES"} \
				--no-color "$(program "$1")" "$trial" >"$report" 2>&1 </dev/null
			case $? in
			0) ;;
			3) complete=false ;;
			1)
				test -s "$story" || tell "$1" "$trial" "$model"
				return 1
				;;
			*)
				cat "$report"
				return 2
				;;
			esac
			orders=$((orders + $(sed -n 's/^\([0-9]*\) schedules\{0,1\} tried.*/\1/p' "$report")))
		done
	done <"$report.trials"
}

solved=0
for name; do
	if ! test -x "$folder/$name"; then
		echo "$name: does not compile"
		continue
	fi
	try "$name"
	result=$?
	rm -f "$report.trials"
	case $result in
	0)
		solved=$((solved + 1))
		if $complete; then
			echo "$name: solved; all $orders orders are right"
		else
			echo "$name: solved, as far as $orders orders show"
		fi
		;;
	*) echo "$name: not solved yet: $(words "$trial")" ;;
	esac
done
echo "$solved of $# exercises solved."
test ! -f "$story" || cat "$story"
test $solved -eq $#
