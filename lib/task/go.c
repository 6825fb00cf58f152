/* SPDX-License-Identifier: MIT
 * Workers: functions on threads of their own. The worker's context has no loop; a watch on a
 * context of the loop passes cancellations on to it. The worker posts its end as a message. The
 * driver then joins the thread and completes the future.
 */
#include "cigo/go.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schedule/serial.h"
#include "task/future.h"
#include "base/misuse.h"
#include "base/sized.h"

struct worker {
	cigo_future f;
	char *name; /* behind the value */
	struct ci_message message;
	struct ci_ctx_watch watch; /* on ctx */
	cigo_ctx *ctx;		   /* of the loop: a child of the caller's context */
	cigo_ctx *own;		   /* of the worker's thread, without a loop */
	struct ci_thread thread;
	struct ci_turn turn; /* valid if scheduled */
	bool scheduled;
	cigo_loop *loop;
	uint64_t id, by; /* its id in the loop; the id of the spawner, 0: a callback */
	cigo_coro_fn *fn;
	void *arg;
	size_t stack_size;
	int result; /* written by the thread before it posts */
	int cause;  /* of cancelling this future; 0: was not cancelled */
	char value[] __attribute__((aligned(CI_ALIGN)));
};

static void end(struct worker *w, int err)
{
	cigo_ctx *ctx = w->ctx, *own = w->own;

	ci_ctx_watch_remove(ctx, &w->watch);
	w->loop->live--;
	ci_future_finish(&w->f, w->cause ? w->cause : err < 0 ? err : 0);
	ci_trace_event(w->loop, done, .id = w->id, .name = w->name, .worker = true,
		       .error = w->f.err);
	ci_ctx_unref(own);
	ci_ctx_unref(ctx);
	ci_future_unref(&w->f);
}

static void deliver(cigo_loop *loop, struct ci_message *message, int status)
{
	struct worker *w = ci_container_of(message, struct worker, message);

	(void)status; /* the loop does not end before its workers */
	ci_strand_thread_join(&w->thread);
	if (w->scheduled)
		ci_turn_fini(&w->turn);
	loop->outside--;
	end(w, w->result);
}

static void left_early(void *arg)
{
	(void)arg;
	ci_misuse_of("cigo_go", "a worker ended its thread (pthread_exit, pthread_cancel); return "
				"from its function instead");
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;

	ci_strand_name(w->name);
	ci_affinity_roam(w->loop);
	pthread_cleanup_push(left_early, NULL);
	if (w->scheduled)
		ci_turn_begin(&w->turn);
	ci_self.slow = ci_turn_outside = w->scheduled;
	ci_self.employer = w->loop;
	ci_self.worker = w->id;
	ci_trace(w->loop, thread, w->id, true);
	w->result = w->fn(w->own, w->arg, w->f.size ? w->value : NULL);
	ci_turn_inside();
	pthread_cleanup_pop(0);
	ci_trace(w->loop, thread, w->id, false);
	if (w->scheduled)
		ci_turn_returns(&w->turn);
	ci_inbox_post(&w->loop->inbox, &w->message);
	if (w->scheduled)
		ci_turn_end(&w->turn);
	return NULL;
}

static void cancelled(struct ci_ctx_watch *watch, int cause)
{
	ci_ctx_end(ci_container_of(watch, struct worker, watch)->own, cause);
}

static void cancel(cigo_future *f, int cause)
{
	struct worker *w = ci_container_of(f, struct worker, f);

	ci_trace_event(w->loop, cancel, .id = w->id, .by = ci_trace_here(w->loop), .name = w->name,
		       .worker = true, .error = cause);
	if (!w->cause)
		w->cause = cause;
	ci_ctx_end(w->ctx, cause);
}

static struct ci_task_id identify(const cigo_future *f)
{
	const struct worker *w = ci_container_of(f, struct worker, f);

	return (struct ci_task_id){ w->name, w->id, w->by };
}

static const struct ci_future_ops ops = {
	.noun = "worker", .body = true, .cancel = cancel, .identify = identify
};

/* Under a simulated schedule the thread takes its turns. -errno. */
static int schedule(struct worker *w)
{
	if (!w->loop->home.turn)
		return 0;
	int err = ci_turn_init(&w->turn, w->loop->schedule);
	if (err)
		return err;
	w->turn.name = w->name;
	w->turn.id = w->id;
	w->scheduled = true;
	ci_turn_add(&w->turn, NULL, NULL);
	return 0;
}

static int create(struct worker *w)
{
	int err = schedule(w);

	if (err)
		return err;
	err = ci_strand_thread(&w->thread, w->stack_size, worker_main, w);
	if (err && w->scheduled) {
		ci_turn_remove(&w->turn);
		ci_turn_fini(&w->turn);
	}
	return err;
}

/* No other thread gets the turn before the worker's thread is there, and libcigo-points does not take it
 * for a thread of the program. */
static int start(struct worker *w)
{
	bool outside = ci_turn_outside;

	ci_turn_outside = false;
	int err = create(w);
	ci_turn_outside = outside;
	return err;
}

static struct worker *make(const cigo_ctx *ctx, size_t ret_size, const cigo_go_options *o)
{
	size_t name_size = strlen(o->name) + 1, most = PTRDIFF_MAX / 4;
	struct worker *w = ret_size > most || name_size > most
				   ? NULL
				   : calloc(1, sizeof *w + ret_size + name_size);

	if (!w)
		return NULL;
	w->name = memcpy(w->value + ret_size, o->name, name_size);
	w->stack_size = o->stack_size ? o->stack_size : ctx->loop->options.stack_size;
	w->ctx = ci_ctx_new((cigo_ctx *)(uintptr_t)ctx, ctx->loop);
	w->own = w->ctx ? ci_ctx_root(w->ctx, NULL) : NULL;
	if (w->own)
		return w;
	ci_ctx_unref(w->ctx);
	free(w);
	return NULL;
}

static cigo_go_options options_of(const cigo_go_options *given)
{
	cigo_go_options o = { .size = sizeof o };

	if (given)
		CI_SIZED_TAKE(cigo_go_options, &o, given);
	if (!o.name)
		o.name = "cigo_go";
	return o;
}

static cigo_task *go(const cigo_ctx *ctx, cigo_coro_fn *fn, size_t ret_size, void *arg,
		     const cigo_go_options *options)
{
	cigo_go_options o = options_of(options);

	if (!ctx)
		return NULL;
	cigo_loop *loop = ctx->loop;
	ci_expect(loop, "a worker needs a loop to come back to, and the context has none");
	ci_expect(ci_holds(loop), "this thread does not hold the loop's baton; use "
				  "cigo_loop_call_threadsafe");
	ci_expect(fn, "no function");
	struct worker *w = make(ctx, ret_size, &o);
	if (!w)
		return NULL;
	ci_future_init(&w->f, &ops, ret_size, w->value, loop);
	w->f.refs++; /* for the thread */
	w->loop = loop;
	w->fn = fn;
	w->arg = arg;
	w->message.deliver = deliver;
	w->watch.fired = cancelled;
	ci_list_init(&w->watch.link);
	loop->live++;
	w->id = ++loop->last_id;
	w->by = ci_self.me ? ci_self.me->id : 0;
	ci_trace_event(loop, spawn, .id = w->id, .by = ci_trace_here(loop), .name = w->name,
		       .worker = true);
	int err = loop->state >= CI_DRAINED ? CIGO_ECLOSED : ci_ctx_watch_add(w->ctx, &w->watch);
	if (!err) /* else the function never runs */
		err = start(w);
	if (err)
		end(w, err);
	else {
		loop->outside++;
		ci_trace_event(loop, start, .id = w->id, .name = w->name, .worker = true);
	}
	return &w->f;
}

cigo_task *cigo_go(const cigo_ctx *ctx, cigo_coro_fn *fn, size_t ret_size, void *arg)
{
	CI_ENTRY;
	return go(ctx, fn, ret_size, arg, NULL);
}

cigo_task *cigo_go_with(const cigo_ctx *ctx, cigo_coro_fn *fn, size_t ret_size, void *arg,
			const cigo_go_options *options)
{
	CI_ENTRY;
	return go(ctx, fn, ret_size, arg, options);
}
