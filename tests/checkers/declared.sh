#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints the functions that the public headers declare: the first cigo_name( after each CIGO_API.
# Of version.h, which configure makes (beside the others in a build in place), the template counts.
for header in "$top_srcdir"/include/cigo.h "$top_srcdir"/include/cigo/*.h "$top_srcdir"/include/cigo/version.h.in; do
	test "${header##*/}" = version.h || cat "$header"
done | awk '
	/^[ \t]*#/ { cont = /\\$/; next }
	cont { cont = /\\$/; next }
	{ gsub(/\/\*[^*]*\*\//, ""); text = text " " $0 }
	END {
		n = split(text, parts, "CIGO_API")
		for (i = 2; i <= n; i++)
			if (match(parts[i], /cigo_[a-z0-9_]+[ \t]*\(/)) {
				name = substr(parts[i], RSTART, RLENGTH)
				sub(/[ \t]*\(/, "", name)
				print name
			}
	}' | LC_ALL=C sort
