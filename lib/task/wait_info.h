/* SPDX-License-Identifier: MIT
 *
 * What a suspended coroutine waits for, told by who suspended it; for those who look on.
 */
#ifndef CI_WHAT_H
#define CI_WHAT_H

#include "task/future.h"

struct ci_what {
	cigo_future *const *futures;	/* these; */
	size_t count;			/* 0: not that */
	bool all;			/* each of them, and not just any */
	const struct ci_strand *holder; /* what this coroutine holds; NULL: not that */
	int fd;				/* this descriptor; -1: none */
	int64_t until;			/* till then, on the loop's clock; CIGO_NEVER: no such */
};

/* s, which is suspended; all empty if nothing is known. */
struct ci_what ci_what(const struct ci_strand *s);
/* The coroutine or worker s waits for. NULL, 0: none, or several. */
void ci_what_awaited(const struct ci_strand *s, const char **ret_name, uint64_t *ret_lane);
/* f, if it is one; through shields. */
struct ci_who ci_what_who(const cigo_future *f);

#endif
