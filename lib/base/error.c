/* SPDX-License-Identifier: MIT
 * Error codes that the program registers. The list only grows, under one mutex. Texts are never
 * moved or freed, so cigo_strerror may return a pointer to them.
 */
#include "base/error.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = -6000, MOST = 65536 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char **texts; /* under the lock */
static int used, size;

int cigo_error_new(const char *text)
{
	int err = -ENOMEM;
	char *copy = strdup(text ? text : "");

	if (!copy)
		return err;
	pthread_mutex_lock(&lock);
	if (used == size && size < MOST) {
		char **more = realloc(texts, (size_t)(size ? 2 * size : 16) * sizeof *more);
		if (more) {
			texts = more;
			size = size ? 2 * size : 16;
		}
	}
	if (used < size) {
		texts[used] = copy;
		err = FIRST - used++;
		copy = NULL;
	}
	pthread_mutex_unlock(&lock);
	free(copy);
	return err;
}

const char *ci_error_text(int err)
{
	const char *text = NULL;

	pthread_mutex_lock(&lock);
	if (err <= FIRST && err > FIRST - used)
		text = texts[FIRST - err];
	pthread_mutex_unlock(&lock);
	return text;
}
