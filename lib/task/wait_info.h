/* SPDX-License-Identifier: MIT
 * What a suspended coroutine waits for, as its park describes it: for dumps, traces and the search
 * for circles. Read with the baton held.
 */
#pragma once

#include "task/future.h"

struct ci_wait_info {
	cigo_future *const *futures;	  /* these; */
	size_t count;			  /* 0: not for futures */
	const struct ci_members *members; /* members of this group; NULL: not for a group */
	bool all;			  /* for each of them, not for any one */
	struct ci_coroutine *holder;	  /* the holder of the mutex; NULL: not for a mutex */
	int fd;				  /* this descriptor; -1: none */
	int64_t until;			  /* its deadline, on the loop's clock; CIGO_NEVER: none */
};

/* What s, which is suspended, waits for; all empty if nothing is known. */
struct ci_wait_info ci_wait_info(const struct ci_coroutine *s);
/* The coroutine or worker s waits for. NULL, 0: none, or several. */
void ci_wait_info_awaited(const struct ci_coroutine *s, const char **ret_name, uint64_t *ret_id);
/* The id of the task or worker f, also through shields. */
struct ci_task_id ci_wait_info_task(const cigo_future *f);
