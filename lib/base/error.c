/* SPDX-License-Identifier: MIT
 * Error codes that the program registers. The list only grows, under one mutex. Texts are never
 * moved or freed, so cigo_strerror may return a pointer to them.
 */
#include "base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/lock.h"

enum { FIRST = -6000, MOST = 65536 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char **texts; /* under the lock */
static size_t used, size;

int cigo_error_new(const char *text)
{
	char *copy = strdup(text ? text : "");

	if (!copy)
		return -ENOMEM;
	CI_LOCKED(&lock);
	if (used == MOST || !ci_array_reserve(&texts, &size, used + 1, sizeof *texts)) {
		free(copy);
		return -ENOMEM;
	}
	texts[used] = copy;
	return FIRST - (int)used++;
}

const char *ci_error_text(int err)
{
	CI_LOCKED(&lock);
	return err <= FIRST && err > FIRST - (int)used ? texts[FIRST - err] : NULL;
}
