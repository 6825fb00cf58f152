/* SPDX-License-Identifier: MIT
 * Texts of places.
 */
#include "base/place.h"

#include <stdio.h>
#include <string.h>

const char *ci_place_file(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const char *ci_place_text(const struct ci_place *p, char buf[CI_PLACE_TEXT])
{
	buf[0] = '\0';
	if (p->file)
		snprintf(buf, CI_PLACE_TEXT, "%s:%d (%s)", ci_place_file(p->file), p->line,
			 p->function);
	return buf;
}
