/* SPDX-License-Identifier: MIT
 * Tasks: spawning, the first step, the end.
 */
#include "task/task.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/misuse.h"
#include "base/sized.h"

static const char canary[8] = { 0x5a, 0x0c, 0x16, 0x70, 0x5a, 0x0c, 0x16, 0x70 };

struct ci_task *ci_task_of(const cigo_future *f)
{
	return f->ops == &ci_task_ops ? ci_container_of(f, struct ci_task, f) : NULL;
}

/* --- the end --------------------------------------------------------------------------------- */

/* The body has returned err, or never ran. */
static void end(struct ci_task *t, int err)
{
	cigo_loop *loop = t->f.loop;

	if (t->arg_free)
		CI_OUTSIDE(t->arg_free(t->arg));
	ci_ctx_watch_remove(t->ctx, &t->before);
	loop->live--;
	ci_future_finish(&t->f, t->cause ? t->cause : err < 0 ? err : 0);
	ci_trace_event(loop, done, .id = t->id, .name = t->name, .error = t->f.err);
	ci_ctx_leave(t->ctx);
	ci_future_unref(&t->f);
}

/* Debug: no argument of a task that still runs may lie on the stack of t, which returns. */
static void check_children(const struct ci_task *t)
{
	pthread_attr_t attr;
	void *stack;
	size_t size;

	if (pthread_getattr_np(pthread_self(), &attr))
		return;
	pthread_attr_getstack(&attr, &stack, &size);
	pthread_attr_destroy(&attr);
	ci_list_of(const cigo_future, f, &t->f.loop->futures, link) {
		const struct ci_task *child = ci_task_of(f);

		if (child && child != t && !f->done &&
		    (uintptr_t)child->arg - (uintptr_t)stack < size)
			ci_misuse_of(t->name,
				     "returned while the argument of %s, which still runs, "
				     "lies on its stack; use cigo_spawn_copy, or a group",
				     child->name);
	}
}

static void check_return(const struct ci_task *t, const struct ci_coroutine *me)
{
	if (me->state == CI_CORO_IN_SECTION)
		ci_misuse_of(t->name, "returned inside a blocking section; call cigo_blocking_end");
	if (memcmp((char *)t->f.value + t->f.size, canary, sizeof canary) != 0)
		ci_misuse_of(t->name, "wrote more than the %zu bytes of its result", t->f.size);
	if (!ci_list_empty(&t->groups))
		ci_misuse_of(t->name,
			     "returned with a group of its own open; call cigo_group_close");
	if (t->f.loop->options.debug == CIGO_DEBUG_ON)
		check_children(t);
}

/* A frame for debuggers: core files do not hold the names of threads, but each backtrace has this
 * frame with its arguments. */
static __attribute__((noinline)) int coroutine(const char *name, uint64_t id, struct ci_task *t)
{
	int err;

	CI_OUTSIDE(err = t->fn(t->ctx, t->arg, t->f.size ? t->f.value : NULL));
	__asm__ volatile(""
			 :
			 : "r"(name), "r"(id)); /* so that the compiler keeps both while fn runs */
	return err;
}

/* The first step, on a strand of its own. */
static void run(cigo_loop *loop, struct ci_runnable *r)
{
	struct ci_task *t = ci_container_of(r, struct ci_task, start);
	struct ci_coroutine *me = ci_self.me;

	ci_ctx_watch_remove(t->ctx, &t->before);
	t->coroutine = me;
	me->task = &t->f;
	me->ctx = t->ctx;
	me->name = t->name;
	me->named = false;
	me->id = t->id;
	ci_coroutine_move(me, CI_CORO_RUNNING);
	me->call = NULL;
	memset(me->label, 0, sizeof me->label);
	memcpy(me->label, t->name, strnlen(t->name, sizeof me->label - 1));
	ci_engine_hold(loop, me);
	me->free_calls = me->dead_awaits = 0;
	ci_trace(loop, thread, t->id, true);
	ci_trace_event(loop, start, .id = t->id, .name = t->name);
	/* Otherwise the first suspension names it: short tasks save the call. */
	if (!loop->model->exclusive || loop->options.debug == CIGO_DEBUG_ON)
		ci_engine_name(me);
	int err = coroutine(t->name, t->id, t);
	check_return(t, me);
	ci_future_forget_writes(me, NULL);
	if (t->arg_free) { /* here, since arg_free must run in the coroutine */
		CI_OUTSIDE(t->arg_free(t->arg));
		t->arg_free = NULL;
	}
	me->task = NULL;
	me->ctx = NULL;
	me->name = me->place.file = NULL;
	t->coroutine = NULL;
	end(t, err);
	ci_coroutine_move(me, CI_CORO_EMPTY);
	me->id = 0;
	ci_engine_hold(loop, NULL);
}

static void never_ran(cigo_loop *loop, struct ci_runnable *r)
{
	struct ci_task *t = ci_container_of(r, struct ci_task, start);

	(void)loop;
	end(t, t->cause ? t->cause : ci_ctx_cause(t->ctx));
}

static void describe(const struct ci_runnable *r, struct ci_candidate *ret)
{
	const struct ci_task *t = ci_container_of(r, const struct ci_task, start);

	ret->id = t->id;
	ret->name = t->name;
	ret->op = CI_OP_START;
	ret->entry = (void (*)(void))t->fn;
}

static const struct ci_runnable_ops ends = { .run = never_ran, .describe = describe };

/* The body will not run: t ends in its turn, on the home thread if it has an arg_free. */
static void abandon(struct ci_task *t)
{
	t->start.where = t->arg_free ? CI_HOME : CI_HERE;
	t->start.ops = &ends;
}

static void dead_before_start(struct ci_ctx_watch *w, int cause)
{
	struct ci_task *t = ci_container_of(w, struct ci_task, before);

	(void)cause;
	if (t->held) {
		ci_task_queue(t, 0);
		return;
	}
	if (!ci_list_linked(&t->start.link)) /* its strand is about to begin it */
		return;
	abandon(t);
	if (t->start.since) { /* it may be in loop->starved, which the driver visits too seldom */
		ci_list_unlink(&t->start.link);
		ci_engine_ready(t->f.loop, &t->start);
	}
}

static void no_thread(cigo_loop *loop, struct ci_runnable *r, int err)
{
	struct ci_task *t = ci_container_of(r, struct ci_task, start);

	if (!t->cause)
		t->cause = err;
	abandon(t);
	ci_engine_ready(loop, &t->start);
}

static const struct ci_runnable_ops starts = { .run = run,
					       .give_up = no_thread,
					       .describe = describe };

static void cancel(cigo_future *f, int cause)
{
	struct ci_task *t = ci_container_of(f, struct ci_task, f);

	ci_trace_event(f->loop, cancel, .id = t->id, .by = ci_trace_here(f->loop), .name = t->name,
		       .error = cause);
	if (!t->cause)
		t->cause = cause;
	ci_ctx_end(t->ctx, cause);
}

/* The task lies in the context's memory. */
static void free_task(cigo_future *f)
{
	ci_ctx_drop(ci_container_of(f, struct ci_task, f)->ctx);
}

static struct ci_task_id identify(const cigo_future *f)
{
	const struct ci_task *t = ci_container_of(f, struct ci_task, f);

	return (struct ci_task_id){ t->name, t->id, t->by };
}

const struct ci_future_ops ci_task_ops = {
	.noun = "task", .body = true, .cancel = cancel, .free = free_task, .identify = identify
};

/* --- spawning -------------------------------------------------------------------------------- */

cigo_task_options ci_task_check(const cigo_task_options *o)
{
	cigo_task_options result = { .size = sizeof result };

	if (o)
		CI_SIZED_TAKE(cigo_task_options, &result, o);
	if (!result.name)
		result.name = "task";
	return result;
}

/* One allocation: context, task, value, canary, copy of the argument, name. */
static struct ci_task *allocate(const cigo_ctx *ctx, size_t ret_size, const cigo_task_options *o)
{
	size_t name_size = strlen(o->name) + 1, most = PTRDIFF_MAX / 4;

	if (ret_size > most || o->arg_size > most || name_size > most)
		return NULL;
	size_t value_at = ci_align(sizeof(struct ci_task));
	size_t arg_at = ci_align(value_at + ret_size + sizeof canary);
	size_t name_at = arg_at + o->arg_size;
	cigo_ctx *own = ci_ctx_new_with((cigo_ctx *)(uintptr_t)ctx, ctx->loop, name_at + name_size);
	if (!own)
		return NULL;
	char *memory = own->value;
	struct ci_task *t = (struct ci_task *)(void *)memory;
	t->ctx = own;
	ci_future_init(&t->f, &ci_task_ops, ret_size, memory + value_at, ctx->loop);
	memcpy(memory + value_at + ret_size, canary, sizeof canary);
	if (o->arg_size)
		t->arg = memory + arg_at;
	t->name = memcpy(memory + name_at, o->name, name_size);
	return t;
}

struct ci_task *ci_task_make(const cigo_ctx *ctx, cigo_coro_fn *fn, void *arg, size_t ret_size,
			     const cigo_task_options *o)
{
	cigo_loop *loop = ctx->loop;

	ci_expect(loop, "a task needs a loop, and the context has none");
	ci_expect(ci_holds(loop), "this thread does not hold the loop's baton; use "
				  "cigo_loop_submit or cigo_loop_call_threadsafe");
	ci_expect(fn, "no function");
	ci_expect(arg || !o->arg_size, "no argument to copy");
	struct ci_task *t = allocate(ctx, ret_size, o);
	if (!t) {
		if (o->arg_free)
			CI_OUTSIDE(o->arg_free(arg));
		return NULL;
	}
	if (o->arg_size)
		memcpy(t->arg, arg, o->arg_size);
	else
		t->arg = arg;
	t->arg_free = o->arg_free;
	t->fn = fn;
	t->held = true;
	if (loop->state >= CI_DRAINED)
		t->cause = CIGO_ECLOSED; /* too late for a body */
	t->start.where = CI_START;
	t->start.ops = &starts;
	t->start.stack_size = o->stack_size ? o->stack_size : loop->options.stack_size;
	t->before.fired = dead_before_start;
	ci_list_init(&t->start.link);
	ci_list_init(&t->before.link);
	ci_list_init(&t->groups);
	ci_list_init(&t->of_members);
	t->f.refs++; /* for the coroutine */
	loop->live++;
	loop->stats.tasks++;
	t->id = ++loop->last_id;
	t->by = ci_self.me ? ci_self.me->id : 0;
	ci_trace_event(loop, spawn, .id = t->id, .by = ci_trace_here(loop), .name = t->name);
	return t;
}

void ci_task_hold(struct ci_task *t)
{
	if (ci_ctx_watch_add(t->ctx, &t->before))
		ci_task_queue(t, 0);
}

void ci_task_queue(struct ci_task *t, int cause)
{
	if (!t->held)
		return;
	t->held = false;
	if (cause && !t->cause)
		t->cause = cause;
	ci_ctx_watch_remove(t->ctx, &t->before);
	if (t->cause || ci_ctx_watch_add(t->ctx, &t->before))
		abandon(t);
	ci_engine_ready(t->f.loop, &t->start);
	ci_trace(t->f.loop, queued, t->id);
}

static cigo_task *spawn(const cigo_ctx *ctx, cigo_coro_fn *fn, void *arg, size_t ret_size,
			const cigo_task_options *o)
{
	cigo_task_options checked = ci_task_check(o);

	if (!ctx) {
		if (checked.arg_free)
			CI_OUTSIDE(checked.arg_free(arg));
		return NULL;
	}
	struct ci_task *t = ci_task_make(ctx, fn, arg, ret_size, &checked);
	if (!t)
		return NULL;
	ci_task_queue(t, 0);
	return &t->f;
}

cigo_task *cigo_task_spawn(const cigo_ctx *ctx, const char *name, cigo_coro_fn *fn, size_t ret_size,
			   void *arg)
{
	CI_ENTRY;
	cigo_task_options o = { .size = sizeof o, .name = name };

	return spawn(ctx, fn, arg, ret_size, &o);
}

cigo_task *cigo_task_spawn_copy(const cigo_ctx *ctx, const char *name, cigo_coro_fn *fn,
				size_t ret_size, const void *arg, size_t arg_size)
{
	CI_ENTRY;
	cigo_task_options o = { .size = sizeof o, .name = name, .arg_size = arg_size };

	return spawn(ctx, fn, (void *)(uintptr_t)arg, ret_size, &o);
}

cigo_task *cigo_task_spawn_with(const cigo_ctx *ctx, cigo_coro_fn *fn, size_t ret_size, void *arg,
				const cigo_task_options *o)
{
	CI_ENTRY;
	return spawn(ctx, fn, arg, ret_size, o);
}

/* --- asking, stopping ------------------------------------------------------------------------ */

int cigo_task_stop(cigo_ctx *ctx, cigo_task *t)
{
	CI_ENTRY;
	if (!t)
		return -ENOMEM;
	ci_future_check(t);
	ci_expect(t->ops->body, "a %s is no task", t->ops->noun);
	ci_future_end(t, -ECANCELED);
	int err = ci_future_await(ctx, t, NULL, 0);
	ci_future_unref(t);
	return err;
}

const char *cigo_task_name(const cigo_task *t)
{
	CI_ENTRY_QUIET;
	if (!t)
		return "(no memory)";
	ci_expect(t->ops->identify, "a %s has no name", t->ops->noun);
	return t->ops->identify(t).name;
}

cigo_task *cigo_task_current(const cigo_ctx *ctx)
{
	CI_ENTRY;
	const struct ci_coroutine *me = ci_self.me;

	return ctx && ctx->loop && me && me->loop == ctx->loop && ci_self.held ? me->task : NULL;
}
