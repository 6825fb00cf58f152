#!/bin/sh
# SPDX-License-Identifier: MIT
# The floors of lib/ are its folders, lowest first as listed here. A file uses files of its own floor or
# of one below: by include, and by symbol (nm over the objects). Further: no file of lib/ above 500
# lines, a README of at most 25 lines in each folder, a licence line on top of every source and script.
LC_ALL=C
export LC_ALL
cd "$top_srcdir" || exit 99
floors='base thread schedule engine task sync loop iter stream explore'

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

report "every source of lib/ lies on a floor" "$(for f in lib/*/*.[ch] lib/*.[ch]; do
	test -f "$f" || continue
	floor=${f#lib/}
	case " $floors " in
	*" ${floor%/*} "*) ;;
	*) echo "$f: no such floor" ;;
	esac
done)"

report "nothing includes a file of a floor above its own" "$(for f in lib/*/*.[ch]; do
	sed -n 's|^[ \t]*#[ \t]*include[ \t]*"\([^"]*\)".*|'"${f#lib/}"' \1|p' "$f"
done | awk -v floors="$floors" '
	BEGIN { n = split(floors, name, " "); for (i = 1; i <= n; i++) rank[name[i]] = i }
	{
		split($1, from, "/"); split($2, to, "/")
		if (to[1] == "cigo") next
		if (!(to[1] in rank)) print "lib/" $1 ": includes \"" $2 "\", whose folder is no floor"
		else if (rank[to[1]] > rank[from[1]]) print "lib/" $1 " includes \"" $2 "\", of a floor above"
	}')"

# Each object of the library with what it defines (D) and what it refers to (U).
symbols() {
	for floor in $floors; do
		for o in "$top_builddir"/lib/"$floor"/libcigo_int_la-*.o "$top_builddir"/lib/"$floor"/.libs/libcigo_int_la-*.o; do
			test -f "$o" || continue
			name=${o##*-}
			"${NM:-nm}" -P "$o" | awk -v file="$floor/${name%.o}.c" \
				'$1 ~ /^(ci|cigo)_/ { print $2 ~ /^[UvwW]$/ ? "U" : "D", $1, file, $2 ~ /^[a-z]$/ ? "local" : "" }'
		done
	done
}
found=$(symbols)
if test -z "$found"; then
	n=$((n + 1))
	echo "ok $n # SKIP no objects"
else
	report "no object refers to a symbol of a floor above its own" "$(printf '%s\n' "$found" | awk -v floors="$floors" '
		BEGIN { n = split(floors, name, " "); for (i = 1; i <= n; i++) rank[name[i]] = i }
		$1 == "D" && $4 != "local" { home[$2] = $3 }
		$1 == "U" { user[$2 " " $3] = 1 }
		END {
			for (u in user) {
				split(u, part, " ")
				if (!(part[1] in home)) continue
				split(part[2], from, "/"); split(home[part[1]], to, "/")
				if (rank[to[1]] > rank[from[1]]) print "lib/" part[2] " refers to " part[1] " of lib/" home[part[1]]
			}
		}' | sort)"
fi

report "no file of lib/ has more than 500 lines" "$(for f in lib/*/*.[ch]; do
	awk -v f="$f" 'END { if (NR > 500) print f ": " NR " lines" }' "$f"
done)"

report "each floor has a README, of at most 25 lines" "$(for floor in $floors; do
	f=lib/$floor/README.md
	if test -f "$f"; then
		awk -v f="$f" 'END { if (NR > 25) print f ": " NR " lines" }' "$f"
	else
		echo "there is no $f"
	fi
done)"

report "every source and script names its licence first" "$(
	{
		printf '%s\n' bootstrap configure.ac Makefile.am cigo.pc.in .clang-format m4/cigo.m4
		find .ci lib tools include tests demos man docs bench -type f \( -name '*.[ch]' -o -name '*.cc' \
			-o -name '*.sh' -o -name '*.am' -o -name '*.pml' -o -name '*.map' -o -name '*.[1-9]' \
			-o -name '*.in' -o -name '*.py' -o -name '*.supp' -o -name run -o -name run-check \) 2>/dev/null
	} | grep -v '^man/man3/' | sort | while IFS= read -r f; do # those are made of sources
		case $(sed 1q "$f") in
		'#!'*) sed -n 2p "$f" ;;
		*) sed 1q "$f" ;;
		esac | grep -q 'SPDX-License-Identifier: MIT' || echo "$f: no SPDX line"
	done)"
echo "1..$n"
