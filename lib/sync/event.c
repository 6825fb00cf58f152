/* SPDX-License-Identifier: MIT
 * The event. Invariant: while it is set, nobody waits.
 */
#include "cigo/event.h"

#include <errno.h>
#include <stdlib.h>

#include "task/park.h"
#include "base/misuse.h"

struct cigo_event {
	bool set;
	struct ci_list waiters;
};

cigo_event *cigo_event_new(void)
{
	CI_ENTRY;
	cigo_event *e = malloc(sizeof *e);

	if (!e)
		return NULL;
	e->set = false;
	ci_list_init(&e->waiters);
	return e;
}

void cigo_event_free(cigo_event *e)
{
	CI_ENTRY;
	if (!e)
		return;
	ci_expect(ci_list_empty(&e->waiters), "somebody waits for it");
	free(e);
}

void cigo_event_set(cigo_event *e)
{
	CI_ENTRY;
	if (!e)
		return;
	e->set = true;
	ci_park_wake_all(&e->waiters);
}

void cigo_event_clear(cigo_event *e)
{
	CI_ENTRY;
	if (e)
		e->set = false;
}

bool cigo_event_is_set(const cigo_event *e)
{
	CI_ENTRY;
	return e && e->set;
}

int cigo_event_wait(cigo_ctx *ctx, cigo_event *e)
{
	CI_ENTRY;
	if (!ctx || !e)
		return -ENOMEM;
	struct ci_coroutine *me;
	int err = ci_park_begin(ctx, &me);
	if (err)
		return err;
	if (e->set)
		return ci_park_pass(me);
	struct ci_park p = { .describe = NULL };
	return ci_park_in(ctx, me, &e->waiters, CIGO_NEVER, &p);
}
