/* SPDX-License-Identifier: MIT
 * Destinations of values. Invariant: a record is freed at the completion, at the end of the
 * coroutine's next wait for that future, or with the coroutine. So no value is written into a dead
 * frame.
 */
#include <stdlib.h>
#include <string.h>

#include "task/future.h"
#include "base/misuse.h"

struct write {
	struct ci_listener listener;
	struct ci_list of_strand; /* in the strand's writes */
	const cigo_future *f;
	void *dst;
};

static void drop(struct write *w)
{
	ci_list_unlink(&w->listener.link);
	ci_list_unlink(&w->of_strand);
	free(w);
}

/* f NULL: it was freed pending. */
static void copy(struct ci_listener *l, cigo_future *f)
{
	struct write *w = ci_container_of(l, struct write, listener);

	if (f)
		memcpy(w->dst, f->value, f->size);
	drop(w);
}

cigo_future *cigo_future_write_to(const cigo_ctx *ctx, cigo_future *f, void *dst, size_t size)
{
	CI_ENTRY;
	if (dst && size)
		memset(dst, 0, size);
	if (!f || !ctx)
		return NULL;
	ci_future_check(f);
	ci_expect(dst, "no destination");
	ci_expect(size == f->size, "the %s has %zu bytes, not %zu", f->ops->noun, f->size, size);
	if (f->done) {
		ci_future_copy(f, dst, size);
		return f;
	}
	struct ci_coroutine *me = ci_self.me;
	ci_expect(me && ctx->loop && ci_holds(ctx->loop), "only a coroutine can wait for it");
	struct write *w = calloc(1, sizeof *w);
	if (!w)
		return NULL;
	w->listener.copies = true;
	w->listener.fired = copy;
	w->f = f;
	w->dst = dst;
	ci_future_listen(f, &w->listener);
	ci_list_append(&me->writes, &w->of_strand);
	return f;
}

void ci_future_forget_writes(struct ci_coroutine *me, const cigo_future *f)
{
	ci_list_of(struct write, w, &me->writes, of_strand) {
		if (!f || w->f == f)
			drop(w);
	}
}
