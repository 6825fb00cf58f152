/* SPDX-License-Identifier: MIT
 * Plain futures: making, completing, asking, awaiting.
 */
#include "task/future.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cigo/error.h"
#include "base/misuse.h"
#include "task/cycle.h"
#include "task/task.h"
#include "task/wait_info.h"

static const struct ci_future_ops plain = { .noun = "future", .user = true };

/* --- life ------------------------------------------------------------------------------------ */

void ci_future_adopt(cigo_future *f, cigo_loop *loop)
{
	f->loop = loop;
	ci_list_append(&loop->futures, &f->link);
}

void ci_future_init(cigo_future *f, const struct ci_future_ops *ops, size_t size, void *value,
		    cigo_loop *loop)
{
	f->ops = ops;
	f->refs = 1;
	f->size = size;
	f->value = value;
	ci_list_init(&f->link);
	ci_list_init(&f->listeners);
	ci_list_init(&f->dones);
	f->place = ci_self.here;
	ci_self.here.file = NULL;
	f->after = !f->place.file;
	if (f->after && ci_self.me)
		f->place = ci_self.me->place;
	if (loop)
		ci_future_adopt(f, loop);
}

void ci_future_check(const cigo_future *f)
{
	ci_expect(!f->loop || ci_holds(f->loop),
		  "the %s belongs to a loop whose baton this thread does not "
		  "hold; post to it with cigo_loop_call_threadsafe",
		  f->ops->noun);
}

cigo_future *cigo_future_new(size_t size)
{
	CI_ENTRY;
	struct {
		cigo_future f;
		char value[] __attribute__((aligned(CI_ALIGN)));
	} *memory = size > PTRDIFF_MAX / 2 ? NULL : calloc(1, sizeof *memory + size);

	if (!memory)
		return NULL;
	ci_future_init(&memory->f, &plain, size, memory->value, ci_self.held);
	return &memory->f;
}

cigo_future *ci_future_ref(cigo_future *f)
{
	if (f) {
		ci_future_check(f);
		f->refs++;
	}
	return f;
}

cigo_future *cigo_future_ref(cigo_future *f)
{
	CI_ENTRY_QUIET;
	return ci_future_ref(f);
}

static void drop_listeners(cigo_future *f)
{
	/* others than `copies` hold a reference on f */
	ci_list_pop_of(struct ci_listener, l, &f->listeners, link)
		l->fired(l, NULL);
}

/* Whether f ended with the cause of its cancellation. */
static bool was_told_to_end(const cigo_future *f)
{
	const struct ci_task *t = ci_task_of(f);

	return f->err == -ECANCELED || (t && f->err == ci_ctx_cause(t->ctx));
}

const char *ci_future_text(const cigo_future *f, char buf[CI_FUTURE_TEXT])
{
	struct ci_task_id id = f->ops->identify ? f->ops->identify(f)
						: (struct ci_task_id){ NULL, 0, 0 };
	char place[CI_PLACE_TEXT], name[80] = "";

	if (id.name)
		snprintf(name, sizeof name, " \"%.40s\" #%llu", id.name, (unsigned long long)id.id);
	ci_place_text(&f->place, place);
	snprintf(buf, CI_FUTURE_TEXT, "%s%s%s%s%s%s", f->ops->noun, name, *place ? ", " : "",
		 *place ? id.name ? "spawned " : "made " : "",
		 *place ? f->after ? "after " : "at " : "", place);
	return buf;
}

/* Debug: f failed, and the program never read its error. */
static void name_unasked(cigo_future *f)
{
	char text[CI_FUTURE_TEXT];

	if (was_told_to_end(f))
		return;
	ci_warn("%s%s failed, and nobody asked for its error: %s", ci_future_text(f, text),
		f->place.file ? "," : "", cigo_strerror(f->err));
	ci_future_tell(f);
}

void ci_future_unref(cigo_future *f)
{
	while (f) { /* down a chain of shields, without recursion */
		ci_future_check(f);
		ci_expect(f->refs > 0, "the future or task was already given back");
		if (--f->refs)
			break;
		if (ci_unlikely(f->done && f->err < 0 && !f->asked) && f->loop &&
		    f->loop->options.debug == CIGO_DEBUG_ON)
			name_unasked(f);
		cigo_future *inner = f->ops->fini ? f->ops->fini(f) : NULL;

		drop_listeners(f);
		ci_list_unlink(&f->link);
		if (f->ops->free)
			f->ops->free(f);
		else
			free(f);
		f = inner;
	}
}

int cigo_future_unref(cigo_future *f)
{
	CI_ENTRY;
	ci_future_unref(f);
	return f ? 0 : -ENOMEM;
}

/* --- completing ------------------------------------------------------------------------------ */

void ci_future_listen(cigo_future *f, struct ci_listener *l)
{
	if (l->copies) {
		ci_list_prepend(&f->listeners, &l->link);
	} else {
		ci_future_tell(f);
		ci_list_append(&f->listeners, &l->link);
	}
}

/* The work list: done futures; this thread must still call their listeners. */
static __thread cigo_future *work_first, *work_last;

static void tell_listeners(void)
{
	cigo_future *f;

	ci_self.finishing = true;
	while ((f = work_first)) {
		ci_list_pop_of(struct ci_listener, l, &f->listeners, link)
			l->fired(l, f);
		work_first = f->next_done;
		ci_future_unref(f);
	}
	ci_self.finishing = false;
}

void ci_future_finish(cigo_future *f, int err)
{
	f->done = true;
	f->err = err;
	f->seq = f->loop ? ++f->loop->done_seq : 0;
	f->next_done = NULL;
	f->refs++; /* the work list's */
	if (work_first)
		work_last->next_done = f;
	else
		work_first = f;
	work_last = f;
	if (!ci_self.finishing)
		tell_listeners();
}

static int complete(cigo_future *f, const void *value, size_t size, int err)
{
	if (!f)
		return -ENOMEM;
	ci_future_check(f);
	ci_expect(f->ops->user, "a %s cannot be completed, only cancelled", f->ops->noun);
	ci_expect(!value || size == f->size, "the future has %zu bytes, not %zu", f->size, size);
	ci_expect(err <= 0, "%d is not an error (< 0)", err);
	if (f->done)
		return -EALREADY;
	if (value && size)
		memcpy(f->value, value, size);
	ci_future_finish(f, err);
	return 0;
}

int cigo_future_set(cigo_future *f, const void *value, size_t size)
{
	CI_ENTRY;
	ci_expect(!f || value || !f->size, "no value");
	return complete(f, value, size, 0);
}

int cigo_future_fail(cigo_future *f, int err)
{
	CI_ENTRY;
	ci_expect(err < 0, "%d is not an error (< 0)", err);
	return complete(f, NULL, 0, err);
}

int cigo_future_complete(cigo_future *f, const void *value, size_t size, int err)
{
	CI_ENTRY;
	return complete(f, value, size, err);
}

bool ci_future_end(cigo_future *f, int cause)
{
	if (!f || f->done)
		return false;
	if (f->ops->cancel)
		f->ops->cancel(f, cause);
	else
		ci_future_finish(f, cause);
	return true;
}

int cigo_future_cancel(cigo_future *f, int reason)
{
	CI_ENTRY;
	if (!f)
		return -ENOMEM;
	ci_future_check(f);
	ci_expect(reason <= 0, "the reason %d is not an error (< 0)", reason);
	return ci_future_end(f, reason ? reason : -ECANCELED) ? 0 : -EALREADY;
}

/* Reading the error sets f->asked. */
static cigo_future *mutable(const cigo_future *f)
{
	return (cigo_future *)(uintptr_t)f;
}

/* --- asking ---------------------------------------------------------------------------------- */

void ci_future_copy(const cigo_future *f, void *ret, size_t size)
{
	ci_expect(!f || !ret || size == f->size, "the %s has %zu bytes, not %zu", f->ops->noun,
		  f->size, size);
	if (!ret || !size)
		return;
	if (f && f->done)
		memcpy(ret, f->value, size);
	else
		memset(ret, 0, size);
}

bool cigo_future_is_done(const cigo_future *f)
{
	CI_ENTRY;
	if (!f)
		return true;
	ci_future_check(f);
	return f->done;
}

int cigo_future_error(const cigo_future *f)
{
	CI_ENTRY;
	if (!f)
		return -ENOMEM;
	ci_future_check(f);
	if (f->done)
		ci_future_tell(mutable(f));
	return f->done ? f->err : 0;
}

int cigo_future_result(const cigo_future *f, void *ret, size_t size)
{
	CI_ENTRY;
	if (f)
		ci_future_check(f);
	ci_future_copy(f, ret, size);
	if (!f)
		return -ENOMEM;
	if (f->done)
		ci_future_tell(mutable(f));
	return f->done ? f->err : -EINPROGRESS;
}

int cigo_future_off_done(cigo_future *f, cigo_done_fn *fn, const void *arg)
{
	CI_ENTRY;
	if (!f)
		return -ENOMEM;
	ci_future_check(f);
	return ci_future_drop_done(f, fn, arg);
}

/* --- awaiting -------------------------------------------------------------------------------- */

struct waiter {
	struct ci_park park;
	struct ci_listener listener;
	cigo_future *f;
};

static void arrived(struct ci_listener *l, cigo_future *f)
{
	(void)f;
	ci_park_wake(&ci_container_of(l, struct waiter, listener)->park);
}

static void describe(const struct ci_park *p, struct ci_wait_info *ret)
{
	ret->futures = &ci_container_of(p, const struct waiter, park)->f;
	ret->count = 1;
}

static bool somebody_awaits(const cigo_future *f)
{
	ci_list_of(const struct ci_listener, l, &f->listeners, link)
		if (!l->copies)
			return true;
	return false;
}

/* The wait has ended with that cause: cancels f too. True: the caller must wait on, as f's body may
 * still use memory of the caller. */
static bool insists(cigo_future *f, const struct ci_coroutine *me, int cause)
{
	if (!f->ops->body) {
		if (!somebody_awaits(f))
			ci_future_end(f, cause);
		return false;
	}
	if (ci_future_waits_for(f, me)) /* to wait would deadlock; f closes our group, say */
		return false;
	ci_future_end(f, cause);
	return !f->done;
}

/* f is done: returns at once, also with a dead context or without a loop. */
static int finished(const cigo_future *f, void *ret, size_t size)
{
	if (ci_self.me) {
		ci_future_forget_writes(ci_self.me, f);
		ci_self.me->at_pending = false;
	}
	ci_future_copy(f, ret, size);
	return f->err;
}

static struct ci_coroutine *enter(cigo_ctx *ctx, cigo_future *f)
{
	struct ci_coroutine *me = ci_park_enter(ctx);

	ci_expect(me, "the %s is pending, and waiting for it needs a loop", f->ops->noun);
	if (!f->loop)
		ci_future_adopt(f, ctx->loop);
	f->refs++;
	return me;
}

static int leave(struct ci_coroutine *me, cigo_future *f, int err, void *ret, size_t size)
{
	ci_future_forget_writes(me, f);
	/* If the context ended the wait, its cause is the result, even if f is done meanwhile. */
	if (f->done && err == f->err)
		ci_future_copy(f, ret, size);
	ci_future_unref(f);
	return err;
}

/* Few frames, as they are in the backtrace of each coroutine that awaits. */
int ci_future_await(cigo_ctx *ctx, cigo_future *f, void *ret, size_t size)
{
	if (ret)
		memset(ret, 0, size);
	if (!f || !ctx)
		return -ENOMEM;
	ci_future_check(f);
	ci_expect(!ret || size == f->size, "the %s has %zu bytes, not %zu", f->ops->noun, f->size,
		  size);
	ci_future_tell(f);
	if (f->done)
		return finished(f, ret, size);
	struct ci_coroutine *me = enter(ctx, f);
	if (ci_future_waits_for(f, me))
		return leave(me, f, -EDEADLK, ret, size);
	struct waiter w = { .park.describe = describe, .listener.fired = arrived, .f = f };
	int cause = ci_park_refuse(ctx, me);
	while (!f->done && (!cause || insists(f, me, cause))) {
		ci_future_listen(f, &w.listener);
		int err = ci_park_in(cause ? NULL : ctx, me, NULL, CIGO_NEVER, &w.park);
		ci_list_unlink(&w.listener.link);
		cause = err ? err : cause;
	}
	return leave(me, f, !cause || (f->ops->body && f->done) ? f->err : cause, ret, size);
}

int cigo_future_await(cigo_ctx *ctx, cigo_future *f, void *ret, size_t size)
{
	CI_ENTRY;
	return ci_future_await(ctx, f, ret, size);
}

int cigo_future_take(cigo_ctx *ctx, cigo_future *f, void *ret, size_t size)
{
	CI_ENTRY;
	int err = ci_future_await(ctx, f, ret, size);

	ci_future_unref(f);
	return err;
}

/* --- the loop's end -------------------------------------------------------------------------- */

void ci_future_cancel_all(cigo_loop *loop, bool bodies)
{
	unsigned long n = 0; /* futures that are added meanwhile are not cancelled */

	ci_list_each(node, &loop->futures)
		n++;
	while (n-- && !ci_list_empty(&loop->futures)) {
		cigo_future *f = ci_list_first(&loop->futures, cigo_future, link);

		f->refs++;
		ci_list_unlink(&f->link);
		ci_list_append(&loop->futures, &f->link);
		if (f->ops->body || !bodies)
			ci_future_end(f, -ECANCELED);
		ci_future_unref(f);
	}
}

void ci_future_name_leftovers(const cigo_loop *loop)
{
	ci_list_of(cigo_future, f, &loop->futures, link) {
		char text[CI_FUTURE_TEXT];

		ci_warn("leak: %s, still has %u reference%s", ci_future_text(f, text), f->refs,
			f->refs == 1 ? "" : "s");
		if (f->done && f->err < 0 && !f->asked)
			name_unasked(f);
	}
}

void ci_future_orphan_all(cigo_loop *loop)
{
	ci_list_pop_of(cigo_future, f, &loop->futures, link)
		f->loop = NULL;
}
