#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds what tries answers to exercises: build.sh FROM TO [NAME...]. FROM/NAME.c and the trials of its exercise,
# which is what stands before a hyphen in NAME, become TO/NAME. The compiler's messages are shown. Without names:
# all there are. COMPILE, LINK, LIBRARIES and TRIALS, the folder of the trials, come from make (exercises.am).
from=$1 to=$2
shift 2
if test $# -eq 0; then
	for file in "$from"/*.c; do
		name=${file##*/}
		set -- "$@" "${name%.c}"
	done
fi
mkdir -p "$to" || exit 99

# compiled TO FROM: TO is newer than all that it is made of, or is made
compiled() {
	for source in "$2" "$TRIALS/exercises.h" "$TRIALS/trial.h"; do
		test -n "$(find "$1" -newer "$source" 2>/dev/null)" || break
		source=
	done
	test -z "$source" || $COMPILE -o "$1" -c "$2"
}
failed=0
compiled "$to/trial.o" "$TRIALS/trial.c" || exit 1
for name; do
	test=test_${name%%-*}
	rm -f "$to/$name"
	compiled "$to/$test.o" "$TRIALS/$test.c" && $COMPILE -o "$to/$name.o" -c "$from/$name.c" &&
		$LINK -o "$to/$name" "$to/$name.o" "$to/$test.o" "$to/trial.o" $LIBRARIES || failed=1
done
exit $failed
