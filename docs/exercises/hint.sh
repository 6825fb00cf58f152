#!/bin/sh
# SPDX-License-Identifier: MIT
# The next hint for an exercise: hint.sh HINTS STATE NAME [N]. HINTS/NAME has three, a line each. How many were
# shown is in STATE/NAME.hints; N asks for one of them again.
hints=$1 state=$2 name=$3 n=$4
if ! test -f "$hints/$name"; then
	echo "Say which exercise the hint is for: make hint EXERCISE=forks" >&2
	exit 2
fi
all=$(wc -l <"$hints/$name")
shown=$(cat "$state/$name.hints" 2>/dev/null || echo 0)
case $n in
'') n=$((shown + 1)) ;;
[1-9]) ;;
*) n=$((all + 1)) ;;
esac
if test "$n" -gt "$all"; then
	echo "$name has $all hints; N=1 to N=$all shows one of them: make hint EXERCISE=$name N=$all"
	exit 1
fi
echo "$name, hint $n of $all:"
sed -n "${n}p" "$hints/$name" | fold -s -w 78 | sed 's/^/  /;s/ *$//'
test "$n" -le "$shown" || { mkdir -p "$state" && echo "$n" >"$state/$name.hints"; }
