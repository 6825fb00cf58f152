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

enum { LAB_MOST = 32 };

struct lab {
	const char *out, *from; /* folders: of the page, of the demos */
	const char *library;
	bool games;   /* of the demos that have one */
	bool teacher; /* answers are shown; else they are sealed until one has voted */
	struct lab_demo demos[LAB_MOST];
	size_t n;
};

/* Writes the page name of the lab's folder; slides: one idea a screen. 0 or -errno. */
int lab_page(const struct lab *lab, const char *name, bool slides);

#endif
