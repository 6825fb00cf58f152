/* SPDX-License-Identifier: MIT
 * The two halves of the lab: it runs the demos, and writes a page of what they said.
 */
#ifndef CIGO_DEMOS_LAB_H
#define CIGO_DEMOS_LAB_H

#include "demos/kit/json.h"

#include <stdbool.h>
#include <stddef.h>

struct lab_demo {
	const char *name;
	struct json *said;  /* its table, see kit.h; NULL: it failed */
	bool timeline;	    /* there is NAME.html beside the index */
	const char *failed; /* why, or NULL */
};

/* Writes FOLDER/index.html; 0 or -errno. */
int lab_page(const char *folder, const struct lab_demo *demos, size_t n, const char *library);

#endif
