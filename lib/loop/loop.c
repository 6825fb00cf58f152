/* SPDX-License-Identifier: MIT
 * The life of a loop: opens the engine, a poller, the root context and the main task, and ends them
 * all. After a run no thread, descriptor or allocation is left, except what handles still hold.
 */
#include "cigo/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/callback.h"
#include "loop/debug.h"
#include "loop/dump.h"
#include "loop/interrupt.h"
#include "base/misuse.h"
#include "base/sized.h"
#include "engine/look.h"
#include "loop/options.h"
#include "schedule/serial.h"
#include "engine/pool.h"
#include "engine/scheduled.h"
#include "engine/turn.h"
#include "sync/signal.h"
#include "task/task.h"
#include "loop/trace_json.h"
#include "task/wait_info.h"

/* How long streams that are still open may write what they have queued when the run is over. */
#define LAST_WRITES CIGO_S(5)

/* --- making and freeing ---------------------------------------------------------------------- */

static const struct ci_engine_hooks hooks = {
	.awaited = ci_wait_info_awaited,
	.stuck = ci_debug_stuck,
};

cigo_loop *cigo_loop_new(const cigo_loop_options *o)
{
	CI_CALLED;
	struct ci_schedule *schedule;
	cigo_loop_options options = ci_options(o, &schedule);
	size_t name = options.trace ? strlen(options.trace) + 1 : 0;
	cigo_loop *loop = calloc(1, sizeof *loop + name);

	if (!loop || ci_inbox_init(&loop->inbox)) {
		ci_schedule_unref(schedule);
		free(loop);
		return NULL;
	}
	loop->options = options;
	if (name)
		loop->options.trace = memcpy(loop + 1, options.trace, name);
	loop->model = ci_options_model(&options);
	loop->hooks = &hooks;
	loop->home.loop = loop;
	loop->schedule = schedule;
	loop->cancels = ci_options_cancels();
	loop->root = cigo_ctx_background();
	loop->look_after = 1;
	struct ci_list *lists[] = {
		&loop->strands, &loop->cold,	&loop->ending,	&loop->idle,	  &loop->ready,
		&loop->batch,	&loop->starved, &loop->watches, &loop->callbacks, &loop->leavers,
		&loop->idlers,	&loop->futures, &loop->yielded, &loop->bursts,
	};
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		ci_list_init(lists[i]);
	return loop;
}

cigo_loop *cigo_loop_ref(cigo_loop *loop)
{
	CI_ENTRY;
	if (loop)
		ci_inbox_count(&loop->inbox, 1);
	return loop;
}

/* Closes the inbox, and delivers what was posted on this thread. */
static void close_inbox(cigo_loop *loop)
{
	struct ci_list messages;

	ci_list_init(&messages);
	ci_inbox_close(&loop->inbox, &messages);
	ci_engine_deliver(loop, &messages, CIGO_ECLOSED);
}

void cigo_loop_unref(cigo_loop *loop)
{
	CI_ENTRY;
	if (!loop || ci_inbox_count(&loop->inbox, -1))
		return;
	ci_expect(loop->state == CI_NEW || loop->state == CI_ENDED, "the last reference of a "
								    "running loop");
	if (loop->state == CI_NEW) { /* never run: posts must not leak */
		loop->state = CI_DRAINED;
		close_inbox(loop);
		ci_callback_drain(loop);
	}
	ci_table_fini(&loop->callback_keys);
	free(loop->user_tracer);
	ci_schedule_unref(loop->schedule);
	free(loop);
}

/* --- running --------------------------------------------------------------------------------- */

struct run {
	cigo_loop *loop;
	cigo_ctx *outer;
	struct ci_listener main_done;
	struct ci_ctx_watch root_ended;	 /* on the root: cancels main as a task */
	struct ci_ctx_watch outer_ended; /* on outer */
	struct ci_message outer_message;
	int outer_cause;	       /* written before the message is posted */
	struct ci_interrupt interrupt; /* if loop->ctrl_c */
	struct ci_dump_watcher dump;
	struct ci_debug debug;
};

/* main has returned: cancels all other tasks, inside main's completion. */
static void begin_end(struct ci_listener *l, cigo_future *f)
{
	cigo_loop *loop = f->loop;

	(void)l;
	loop->state = CI_ENDING;
	ci_ctx_end(loop->root, -ECANCELED);
	ci_future_cancel_all(loop, true);
}

static void deliver_outer(cigo_loop *loop, struct ci_message *message, int status)
{
	if (!status)
		ci_ctx_end(loop->root,
			   ci_container_of(message, struct run, outer_message)->outer_cause);
}

/* On any thread, under the contexts' mutex. */
static void outer_ended(struct ci_ctx_watch *w, int cause)
{
	struct run *r = ci_container_of(w, struct run, outer_ended);

	r->outer_cause = cause;
	ci_inbox_post(&r->loop->inbox, &r->outer_message);
}

static void root_ended(struct ci_ctx_watch *w, int cause)
{
	ci_future_end(ci_container_of(w, struct run, root_ended)->loop->main, cause);
}

static int open_all(cigo_loop *loop, cigo_ctx *outer)
{
	bool poll = loop->options.poller == CIGO_POLLER_POLL && !loop->home.turn;
	const struct ci_poller_ops *ops = poll ? &ci_poll : &ci_epoll;
	int err = ci_baton_init(&loop->home.strand.baton);

	if (err)
		return err;
	err = ci_poller_open(loop, ops);
	if (err)
		return err;
	loop->last_look = ci_clock_now();
	cigo_ctx *root = ci_ctx_root(outer, loop);
	if (!root)
		return -ENOMEM;
	loop->root = root;
	return 0;
}

static int start_main(struct run *r, cigo_coro_fn *main, void *arg)
{
	cigo_loop *loop = r->loop;
	cigo_task_options o = { .size = sizeof o, .name = "main" };
	struct ci_task *t = ci_task_make(loop->root, main, arg, 0, &o);
	struct ci_list messages;

	if (!t)
		return -ENOMEM;
	loop->main = &t->f;
	r->main_done.fired = begin_end;
	ci_future_listen(&t->f, &r->main_done);
	r->root_ended.fired = root_ended;
	ci_list_init(&r->root_ended.link);
	int dead = ci_ctx_watch_add(loop->root, &r->root_ended);
	if (dead)
		ci_future_end(loop->main, dead);
	r->outer_message.deliver = deliver_outer;
	r->outer_ended.fired = outer_ended;
	ci_list_init(&r->outer_ended.link);
	int cause = ci_ctx_watch_add(r->outer, &r->outer_ended);
	if (cause)
		ci_ctx_end(loop->root, cause);
	ci_task_queue(t, 0);
	if (loop->ctrl_c)
		ci_interrupt_open(&r->interrupt, loop);
	ci_dump_open(&r->dump, loop);
	ci_list_init(&messages); /* a stop posted before the run hits main before its first step */
	ci_inbox_collect(&loop->inbox, &messages);
	ci_engine_deliver(loop, &messages, 0);
	return 0;
}

/* All coroutines have ended. Callbacks that are left get an error as status; they start nothing. */
static void finish(struct run *r)
{
	cigo_loop *loop = r->loop;

	loop->state = CI_DRAINED;
	ci_ctx_watch_remove(r->outer, &r->outer_ended);
	ci_future_cancel_all(loop, false);
	/* Those behind barriers live on till now: what waits for their end is called with the rest. */
	ci_ctx_end_all(loop->root);
	ci_callback_drain(loop);
	ci_signal_close(loop); /* so that no signal handler posts to a closed inbox */
	if (loop->ctrl_c)
		ci_interrupt_close(&r->interrupt);
	ci_dump_close(&r->dump);
	close_inbox(loop);
	ci_callback_drain(loop);
	ci_engine_home(loop); /* tasks that callbacks spawned too late end without a body */
	ci_callback_drain(loop);
	ci_burst_send_all(loop); /* of those callbacks */
	ci_pool_dismiss(loop);
}

static void close_all(cigo_loop *loop)
{
	int64_t until = ci_clock_add(ci_turn_clock(), LAST_WRITES);

	if (loop->root->loop)
		ci_ctx_orphan(loop->root);
	ci_ctx_unref(loop->root);
	loop->root = cigo_ctx_background();
	if (loop->options.debug == CIGO_DEBUG_ON)
		ci_future_name_leftovers(loop);
	ci_future_orphan_all(loop);
	while (!ci_list_empty(&loop->watches)) {
		struct ci_fd_watcher *w = ci_list_first(&loop->watches, struct ci_fd_watcher, link);

		ci_fd_watcher_close(w);
		if (w->gone)
			w->gone(w, until);
	}
	close_inbox(loop);
	ci_poller_close(loop);
	ci_table_fini(&loop->watch_keys);
	free(loop->fds);
	loop->fds = NULL;
	ci_baton_fini(&loop->home.strand.baton);
	loop->state = CI_ENDED;
}

int cigo_loop_run(cigo_loop *loop, cigo_ctx *outer, cigo_coro_fn *main, void *arg)
{
	CI_CALLED;
	if (!loop || !outer)
		return -ENOMEM;
	ci_expect(!ci_self.held && !ci_self.me && !ci_self.roams,
		  "inside a coroutine or callback of a loop; "
		  "spawn a task, or use a thread of its own");
	ci_expect(main, "no main function");
	ci_expect(!outer->loop, "the outer context belongs to a loop");
	ci_expect(loop->state == CI_NEW, "a loop runs once");
	struct run r = { .loop = loop, .outer = outer };
	int err = loop->model->open(loop);
	if (err)
		return err;
	err = ci_turn_open(loop);
	if (err) {
		loop->model->close(loop);
		return err;
	}
	loop->state = CI_RUNNING;
	if (loop->options.trace && *loop->options.trace)
		loop->trace_json = ci_trace_json_open(loop, loop->options.trace);
	ci_debug_open(&r.debug, loop, outer != cigo_ctx_background());
	err = open_all(loop, outer);
	if (!err)
		err = start_main(&r, main, arg);
	if (!err) {
		ci_engine_home(loop);
		err = loop->main->err;
		finish(&r);
		ci_future_unref(loop->main);
		loop->main = NULL;
	}
	close_all(loop);
	if (loop->schedule)
		ci_schedule_end(loop->schedule, err);
	ci_scheduled_fini(loop);
	ci_debug_close(&r.debug);
	ci_trace_json_close(loop, loop->trace_json);
	ci_turn_close(loop);
	loop->model->close(loop);
	return err;
}

/* --- from outside ---------------------------------------------------------------------------- */

struct stop {
	struct ci_message message;
	int reason;
};

static void deliver_stop(cigo_loop *loop, struct ci_message *message, int status)
{
	struct stop *s = ci_container_of(message, struct stop, message);

	if (!status)
		ci_future_end(loop->main, s->reason);
	free(s);
}

int cigo_loop_stop(cigo_loop *loop, int reason)
{
	CI_ENTRY;
	ci_expect(reason <= 0, "the reason %d is not an error (< 0)", reason);
	struct stop *s = loop ? malloc(sizeof *s) : NULL;
	if (!s)
		return -ENOMEM;
	s->reason = reason ? reason : -ECANCELED;
	s->message.deliver = deliver_stop;
	int err = ci_inbox_post(&loop->inbox, &s->message);
	if (err)
		free(s);
	return err;
}

int cigo_loop_stats(const cigo_loop *loop, cigo_stats *ret)
{
	CI_ENTRY;
	CI_SIZED_GIVE(cigo_stats, ret, &(cigo_stats){ .size = 0 });
	if (!loop)
		return -ENOMEM;
	ci_expect(ci_holds(loop) || loop->state == CI_NEW || loop->state == CI_ENDED,
		  "this thread does not hold the loop's baton");
	cigo_stats stats = loop->stats;
	stats.wakes = ci_inbox_wakes(&loop->inbox);
	CI_SIZED_GIVE(cigo_stats, ret, &stats);
	return 0;
}

/* --- idle ------------------------------------------------------------------------------------ */

struct idler {
	struct ci_park park;
	struct ci_idler idler;
};

static void idle(struct ci_idler *i)
{
	ci_park_wake(&ci_container_of(i, struct idler, idler)->park);
}

int cigo_loop_wait_idle(cigo_ctx *ctx)
{
	CI_ENTRY;
	if (!ctx)
		return -ENOMEM;
	struct ci_coroutine *me = ci_park_enter(ctx);
	if (!me)
		return CIGO_ENOLOOP;
	int cause = ci_park_refuse(ctx, me);
	if (cause)
		return cause;
	ci_look_collect(me->loop); /* messages posted before this call count */
	if (!ci_callback_any(me->loop))
		return ci_park_pass(me);
	struct idler i = { .idler.idle = idle };
	ci_list_append(&me->loop->idlers, &i.idler.link);
	cause = ci_park_in(ctx, me, NULL, CIGO_NEVER, &i.park);
	ci_list_unlink(&i.idler.link);
	return cause;
}
