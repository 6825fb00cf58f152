#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints the functions that the public headers declare: the first cigo_name( after each CIGO_API.
cat "$top_srcdir"/include/cigo.h "$top_srcdir"/include/cigo/*.h | awk '
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
