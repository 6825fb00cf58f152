/* SPDX-License-Identifier: MIT
 * The condition. Invariant: all coroutines in the wait queue gave up the same mutex.
 */
#include "cigo/condition.h"

#include <errno.h>
#include <stdlib.h>

#include "task/park.h"
#include "base/misuse.h"
#include "sync/mutex.h"

struct cigo_condition {
	const cigo_mutex *mutex; /* valid while coroutines wait: what they gave up */
	struct ci_list waiters;
};

cigo_condition *cigo_condition_new(void)
{
	CI_ENTRY;
	cigo_condition *c = malloc(sizeof *c);

	if (!c)
		return NULL;
	c->mutex = NULL;
	ci_list_init(&c->waiters);
	return c;
}

void cigo_condition_free(cigo_condition *c)
{
	CI_ENTRY;
	if (!c)
		return;
	ci_expect(ci_list_empty(&c->waiters), "somebody waits for it");
	free(c);
}

int cigo_condition_wait(cigo_ctx *ctx, cigo_condition *c, cigo_mutex *m)
{
	CI_ENTRY;
	if (!ctx || !c || !m)
		return -ENOMEM;
	ci_expect(ci_mutex_held(m), "the caller does not hold the mutex");
	struct ci_coroutine *me;
	int err = ci_park_begin(ctx, &me);
	if (err)
		return err;
	ci_expect(ci_list_empty(&c->waiters) || c->mutex == m, "others wait with another mutex");
	c->mutex = m;
	struct ci_park p = { .describe = NULL };
	cigo_mutex_unlock(m); /* does not suspend: no notify comes before our wait */
	err = ci_park_in(ctx, me, &c->waiters, CIGO_NEVER, &p);
	ci_mutex_retake(me, m);
	return err;
}

static void notify(cigo_condition *c, size_t n)
{
	struct ci_park *p;

	while (c && n-- > 0 && (p = ci_park_first(&c->waiters)))
		ci_park_wake(p);
}

void cigo_condition_notify(cigo_condition *c, size_t n)
{
	CI_ENTRY;
	notify(c, n);
}

void cigo_condition_notify_all(cigo_condition *c)
{
	CI_ENTRY;
	notify(c, SIZE_MAX);
}
