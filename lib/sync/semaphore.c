/* SPDX-License-Identifier: MIT
 * The coroutine semaphore. Invariant: while a coroutine waits, value is 0. release hands its unit
 * to the first waiter at once, so no other coroutine can overtake it.
 */
#include "cigo/semaphore.h"

#include <errno.h>
#include <stdlib.h>

#include "task/park.h"
#include "base/misuse.h"

struct cigo_semaphore {
	size_t value;
	size_t maximum; /* final; SIZE_MAX: no limit */
	struct ci_list waiters;
};

cigo_semaphore *cigo_semaphore_new(size_t initial, size_t maximum)
{
	CI_ENTRY;
	ci_expect(!maximum || initial <= maximum, "%zu units, the maximum is %zu", initial,
		  maximum);
	cigo_semaphore *s = malloc(sizeof *s);

	if (!s)
		return NULL;
	s->value = initial;
	s->maximum = maximum ? maximum : SIZE_MAX;
	ci_list_init(&s->waiters);
	return s;
}

void cigo_semaphore_free(cigo_semaphore *s)
{
	CI_ENTRY;
	if (!s)
		return;
	ci_expect(ci_list_empty(&s->waiters), "somebody waits for it");
	free(s);
}

int cigo_semaphore_acquire(cigo_ctx *ctx, cigo_semaphore *s)
{
	CI_ENTRY;
	if (!ctx || !s)
		return -ENOMEM;
	struct ci_coroutine *me;
	int err = ci_park_begin(ctx, &me);
	if (err)
		return err;
	if (cigo_semaphore_try_acquire(s))
		return ci_park_pass(me);
	struct ci_park p = { .describe = NULL };
	return ci_park_in(ctx, me, &s->waiters, CIGO_NEVER, &p);
}

bool cigo_semaphore_try_acquire(cigo_semaphore *s)
{
	CI_ENTRY;
	if (!s || !s->value)
		return false;
	s->value--;
	return true;
}

void cigo_semaphore_release(cigo_semaphore *s)
{
	CI_ENTRY;
	if (!s)
		return;
	struct ci_park *next = ci_park_first(&s->waiters);
	if (next) {
		ci_park_wake(next);
		return;
	}
	ci_expect(s->value < s->maximum,
		  "more than the maximum of %zu; one is released twice, or "
		  "was never acquired",
		  s->maximum);
	s->value++;
}

size_t cigo_semaphore_value(const cigo_semaphore *s)
{
	CI_ENTRY;
	return s ? s->value : 0;
}
