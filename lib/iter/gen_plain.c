/* SPDX-License-Identifier: MIT
 * Generators on plain threads, like Go's iter.Pull. Two semaphores pass the right to run between
 * the generator's thread and its consumer. The close joins the thread.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "thread/baton.h"
#include "iter/gen.h"
#include "base/misuse.h"
#include "schedule/serial.h"

enum { STACK = 256 * 1024 };

struct ci_gen_plain {
	struct ci_baton inside, outside; /* posted to let the generator run; its consumer */
	struct ci_thread thread;	 /* valid once begun */
	cigo_ctx *ctx;			 /* the body's own; from the first next on */
	int result;			 /* valid when done */
	struct ci_ctx_watch watch;	 /* on the consumer's context, while it waits */
};

int ci_gen_plain_init(cigo_gen *g)
{
	struct ci_gen_plain *p = calloc(1, sizeof *p);

	if (!p)
		return -ENOMEM;
	if (ci_baton_init(&p->inside) || ci_baton_init(&p->outside)) {
		free(p);
		return -ENOMEM;
	}
	ci_list_init(&p->watch.link);
	g->plain = p;
	return 0;
}

bool ci_gen_plain_is_inside(const cigo_gen *g)
{
	return ci_self.thread == &g->plain->thread;
}

static void left_early(void *arg)
{
	const cigo_gen *g = arg;

	ci_misuse_of(g->name, "this generator's thread was ended (pthread_exit, pthread_cancel); "
			      "return from its body instead");
}

static void *thread_main(void *arg)
{
	cigo_gen *g = arg;
	struct ci_gen_plain *p = g->plain;

	ci_strand_name(g->name);
	pthread_cleanup_push(left_early, g);
	p->result = g->fn(p->ctx, g, g->arg);
	pthread_cleanup_pop(0);
	if (p->result > 0)
		p->result = 0;
	g->state = CI_GEN_DONE;
	ci_baton_pass(&p->outside);
	return NULL;
}

void ci_gen_plain_yield(cigo_gen *g)
{
	g->state = CI_GEN_WAITING;
	ci_baton_pass(&g->plain->outside);
	ci_baton_take(&g->plain->inside, NULL);
}

/* On any thread, under the contexts' mutex. */
static void consumer_ended(struct ci_ctx_watch *w, int cause)
{
	ci_ctx_end_inside(ci_container_of(w, struct ci_gen_plain, watch)->ctx, cause);
}

/* Waits for the generator, at most until ctx's deadline; true: it has yielded or ended. sem_timedwait uses
 * the wall clock, which may be set meanwhile, and the deadline may move: so each wait takes a second
 * at most. */
static bool comes_in_time(struct ci_gen_plain *p, const cigo_ctx *ctx)
{
	int64_t left;

	while ((left = ci_ctx_deadline(ctx) - ci_turn_clock()) > 0) {
		struct timespec t, step = ci_clock_timespec(left < CIGO_S(1) ? left : CIGO_S(1));

		clock_gettime(CLOCK_REALTIME, &t);
		t.tv_nsec += step.tv_nsec;
		t.tv_sec += step.tv_sec + t.tv_nsec / 1000000000;
		t.tv_nsec %= 1000000000;
		if (!sem_timedwait(&p->outside.sem, &t))
			return true;
	}
	return false;
}

/* Waits for the generator. Ends its context at the consumer's deadline, as no loop does that. */
static void wait_outside(const cigo_ctx *ctx, struct ci_gen_plain *p)
{
	int saved = errno;
	bool timed = !ctx->loop && ci_ctx_deadline(ctx) != CIGO_NEVER;

	if (!timed || !comes_in_time(p, ctx)) {
		if (timed)
			ci_ctx_end(p->ctx, -ETIMEDOUT);
		ci_baton_take(&p->outside, NULL);
	}
	errno = saved;
}

/* Lets the generator run until it yields or ends. */
static void visit(cigo_ctx *ctx, cigo_gen *g, bool begin)
{
	struct ci_gen_plain *p = g->plain;

	p->watch.fired = consumer_ended;
	int cause = ctx->loop ? 0 : ci_ctx_watch_add(ctx, &p->watch);
	if (cause)
		ci_ctx_end(p->ctx, cause);
	g->state = CI_GEN_RUNNING;
	int err = begin ? ci_strand_thread(&p->thread, STACK, thread_main, g) : 0;
	if (err) {
		g->state = CI_GEN_DONE;
		p->result = err;
		ci_ctx_unref(p->ctx);
		p->ctx = NULL; /* there is no thread to join */
	} else {
		if (!begin)
			ci_baton_pass(&p->inside);
		wait_outside(ctx, p);
	}
	if (!ctx->loop)
		ci_ctx_watch_remove(ctx, &p->watch);
}

int ci_gen_plain_next(cigo_ctx *ctx, cigo_gen *g, void *ret)
{
	struct ci_gen_plain *p = g->plain;
	bool begin = g->state == CI_GEN_NEW;

	ci_expect(!ctx->loop && !ci_self.held,
		  "the generator was made without a loop: it would block "
		  "the whole loop here");
	int cause = ci_ctx_cause(ctx);
	if (cause)
		return cause;
	if (begin) {
		p->ctx = ci_ctx_new(g->maker, NULL);
		if (!p->ctx)
			return -ENOMEM;
	}
	if (g->state == CI_GEN_DONE)
		return p->result;
	g->ret = ret;
	g->yielded = false;
	visit(ctx, g, begin);
	return g->yielded ? 1 : p->result;
}

int ci_gen_plain_end(cigo_ctx *ctx, cigo_gen *g)
{
	struct ci_gen_plain *p = g->plain;

	if (g->state == CI_GEN_WAITING) {
		g->leaving = true;
		visit(ctx, g, false);
	}
	if (p->ctx && g->state == CI_GEN_DONE)
		ci_strand_thread_join(&p->thread);
	int err = p->result;
	ci_ctx_unref(p->ctx);
	ci_baton_fini(&p->inside);
	ci_baton_fini(&p->outside);
	free(p);
	return err;
}
