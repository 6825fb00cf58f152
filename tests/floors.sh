#!/bin/sh
# SPDX-License-Identifier: MIT
# The floors of lib/: the head comment of each file says "Floor: N (name)"; a
# file includes ("...") only files of its own floor or of one below. Further: no
# file of lib/ above 600 lines, a licence line on top of every source and script.
cd "$top_srcdir" || exit 99

n=0
report() { # report TEXT COMPLAINTS
	n=$((n + 1))
	if test -z "$2"; then
		echo "ok $n - $1"
	else
		printf '%s\n' "$2" | sed 's/^/# /'
		echo "not ok $n - $1"
	fi
}

# file, floor, name: of each file whose head comment states them
floors=$(for f in lib/*.[ch]; do
	test -f "$f" && awk -v f="${f#lib/}" '
		match($0, /Floor: *[0-9]+ *\(?[a-z]+/) {
			s = substr($0, RSTART, RLENGTH)
			sub(/Floor: */, "", s)
			number = s + 0
			sub(/^[0-9]+ *\(?/, "", s)
			print f, number, s
			exit
		}
		/\*\// { exit }' "$f"
done)

echo 1..5
report "every file of lib/ states its floor in its head comment" "$(for f in lib/*.[ch]; do
	test -f "$f" || continue
	printf '%s\n' "$floors" | grep -q "^${f#lib/} " || echo "$f: no line \"Floor: N (name)\" in its first comment"
done)"

report "a floor has one name and one number" "$(printf '%s\n' "$floors" | awk '
	NF == 3 {
		if (($2 in name) && name[$2] != $3) print $1 ": floor " $2 " is " $3 ", elsewhere " name[$2]
		if (($3 in number) && number[$3] != $2) print $1 ": " $3 " is floor " $2 ", elsewhere " number[$3]
		name[$2] = $3; number[$3] = $2
	}')"

report "nothing includes a file of a floor above its own" "$(for f in lib/*.[ch]; do
	test -f "$f" && sed -n 's/^[ \t]*#[ \t]*include[ \t]*"\([^"]*\)".*/'"${f#lib/}"' \1/p' "$f"
done | {
	printf '%s\n' "$floors"
	echo ---
	cat
} | awk '
	/^---$/ { includes = 1; next }
	!includes { floor[$1] = $2; name[$1] = $3; next }
	!($2 in floor) { if ($2 !~ /\//) print "lib/" $1 ": includes \"" $2 "\", which is no file of lib/ with a floor"; next }
	($1 in floor) && floor[$2] > floor[$1] {
		print "lib/" $1 " (floor " floor[$1] ", " name[$1] ") includes \"" $2 "\" (floor " floor[$2] ", " name[$2] ")"
	}')"

report "no file of lib/ has more than 600 lines" "$(for f in lib/*.[ch]; do
	test -f "$f" && awk -v f="$f" 'END { if (NR > 600) print f ": " NR " lines" }' "$f"
done)"

report "every source and script names its licence first" "$(
	{
		printf '%s\n' bootstrap configure.ac Makefile.am cigo.pc.in .clang-format m4/cigo.m4
		find .ci lib include tests demos man docs bench -type f \( -name '*.[ch]' -o -name '*.cc' \
			-o -name '*.sh' -o -name '*.am' -o -name '*.pml' -o -name '*.map' -o -name '*.[1-9]' \
			-o -name '*.in' -o -name '*.py' -o -name '*.supp' -o -name run -o -name run-check \) 2>/dev/null
	} | sort | while IFS= read -r f; do
		case $(sed 1q "$f") in
		'#!'*) sed -n 2p "$f" ;;
		*) sed 1q "$f" ;;
		esac | grep -q 'SPDX-License-Identifier: MIT' || echo "$f: no SPDX line"
	done)"

printf '%s\n' "$floors" | sort -k2,2n -k1,1 | awk 'NF == 3 {
	if (!line || $2 != last) { if (line) print line; line = "# " $2 " " $3 ":"; last = $2 }
	line = line " " $1 } END { if (line) print line }'
