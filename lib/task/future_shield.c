/* SPDX-License-Identifier: MIT
 * Shields: a shield completes as its inner future does, but does not pass cancellations to it.
 */
#include <stdlib.h>
#include <string.h>

#include "task/future.h"
#include "task/shield.h"

static void inner_done(struct ci_listener *l, cigo_future *inner)
{
	struct ci_shield *s = ci_container_of(l, struct ci_shield, listener);

	s->inner = NULL;
	if (inner->size)
		memcpy(s->f.value, inner->value, inner->size);
	ci_future_finish(&s->f, inner->err);
	ci_future_unref(inner); /* not the last reference: the caller holds one */
}

static cigo_future *leave_inner(cigo_future *f)
{
	struct ci_shield *s = ci_container_of(f, struct ci_shield, f);
	cigo_future *inner = s->inner;

	ci_list_unlink(&s->listener.link);
	s->inner = NULL;
	return inner;
}

static void cancel(cigo_future *f, int cause)
{
	cigo_future *inner = leave_inner(f);

	ci_future_finish(f, cause);
	ci_future_unref(inner);
}

const struct ci_future_ops ci_shield_ops = {
	.noun = "shield",
	.cancel = cancel,
	.fini = leave_inner,
};

cigo_future *cigo_future_shield(cigo_future *inner)
{
	CI_ENTRY;
	if (!inner)
		return NULL;
	ci_future_check(inner);
	struct ci_shield *s = calloc(1, sizeof *s + inner->size);
	if (!s)
		return NULL;
	ci_future_init(&s->f, &ci_shield_ops, inner->size, s->value, inner->loop);
	ci_list_init(&s->listener.link);
	s->listener.fired = inner_done;
	inner->refs++;
	ci_future_tell(inner);
	if (inner->done) {
		inner_done(&s->listener, inner);
	} else {
		s->inner = inner;
		ci_future_listen(inner, &s->listener);
	}
	return &s->f;
}
