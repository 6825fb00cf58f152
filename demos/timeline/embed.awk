# SPDX-License-Identifier: MIT
# Makes C of text files: of dir/NAME.EXT the lines timeline_NAME_EXT[], which end with NULL.
FNR == 1 {
	if (NR > 1)
		print "\tNULL\n};"
	name = FILENAME
	sub(/.*\//, "", name)
	gsub(/[^A-Za-z0-9]/, "_", name)
	if (NR == 1)
		print "/* SPDX-License-Identifier: MIT */\n/* Made by embed.awk. */\n#include <stddef.h>"
	printf "extern const char *const timeline_%s[];\nconst char *const timeline_%s[] = {\n", name, name
}
{
	gsub(/\\/, "&&")
	gsub(/"/, "\\\"")
	gsub(/\?\?/, "?\\?")
	gsub(/\t/, "\\t")
	printf "\t\"%s\\n\",\n", $0
}
END { print "\tNULL\n};" }
