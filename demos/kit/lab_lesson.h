/* SPDX-License-Identifier: MIT
 * What the lab's page asks before it shows a demo's runs, and where to look then.
 */
#ifndef CIGO_DEMOS_LAB_LESSON_H
#define CIGO_DEMOS_LAB_LESSON_H

#include <stddef.h>

struct lab_lesson {
	const char *name;
	const char *question;
	const char *choices[6]; /* up to NULL */
	size_t right;
	const char *because;
	const char *look; /* which moment decides: names of moment.js, the first that is found */
	const char *
		focus; /* the function that it is about: the first of these names which the source has */
	const char *file;
	const char *const *source; /* its lines, up to NULL */
};

/* NULL: there is none of that name. */
const struct lab_lesson *lab_lesson(const char *name);

#endif
