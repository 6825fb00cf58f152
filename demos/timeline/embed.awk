# SPDX-License-Identifier: MIT
# Makes C of text files: of dir/NAME.EXT the lines timeline_NAME_EXT[], which end with NULL. Of the files behind
# prefix=WORD on the command line WORDNAME_EXT[].
BEGIN { prefix = "timeline_" }
FNR == 1 {
	if (NR > 1)
		print "\tNULL\n};"
	name = FILENAME
	sub(/.*\//, "", name)
	gsub(/[^A-Za-z0-9]/, "_", name)
	if (NR == 1)
		print "/* SPDX-License-Identifier: MIT */\n/* Made by embed.awk. */\n#include <stddef.h>"
	name = prefix name
	printf "extern const char *const %s[];\nconst char *const %s[] = {\n", name, name
}
{
	gsub(/\\/, "&&")
	gsub(/"/, "\\\"")
	gsub(/\?\?/, "?\\?")
	gsub(/\t/, "\\t")
	printf "\t\"%s\\n\",\n", $0
}
END { print "\tNULL\n};" }
