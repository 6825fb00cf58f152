/* SPDX-License-Identifier: MIT
 * Outside the loop, beside it: what holds for blocking sections and for workers alike.
 */
#include "tests/tools/kit.h"

#include <sched.h>
#include <semaphore.h>

enum way { SECTION, WORKER, WAYS };

struct outside {
	cigo_coro_fn *fn;
	void *arg;
};

CORO(in_a_section)
{
	struct outside *o = arg;

	cigo_blocking_begin(ctx);
	int err = o->fn(ctx, o->arg, ret);
	cigo_blocking_end(ctx);
	return err;
}

/* Runs fn outside the loop, in the way that the test is about, and lets it begin. */
static cigo_task *go_outside(cigo_ctx *ctx, cigo_coro_fn *fn, void *arg)
{
	cigo_task *t = t_index == WORKER ? cigo_go(ctx, fn, 0, arg)
					 : cigo_spawn_copy(ctx, in_a_section, 0,
							   (&(struct outside){ fn, arg }));

	ok(cigo_yield(ctx));
	return t;
}

CORO(wait_for_post)
{
	while (sem_wait(arg) && errno == EINTR)
		;
	return 0;
}

LOOP_TEST(the_loop_goes_on_meanwhile, TIMES(WAYS))
{
	sem_t sem;
	cigo_task *t;

	sem_init(&sem, 0, 0);
	t = go_outside(ctx, wait_for_post, &sem);
	for (int i = 0; i < 10; i++)
		ok(cigo_yield(ctx));
	equal(cigo_future_is_done(t), false);
	sem_post(&sem);
	ok(cigo_future_take(ctx, t, NULL, 0));
	sem_destroy(&sem);
}

CORO(meet)
{
	pthread_barrier_wait(arg);
	return 0;
}

LOOP_TEST(many_run_in_parallel, TIMES(WAYS))
{
	enum { MANY = 20 };
	pthread_barrier_t all;
	cigo_task *t[MANY];

	pthread_barrier_init(&all, NULL, MANY);
	for (int i = 0; i < MANY; i++)
		t[i] = go_outside(ctx, meet, &all);
	ok(cigo_wait(ctx, CIGO_WAIT_ALL, t, MANY));
	for (int i = 0; i < MANY; i++)
		cigo_future_unref(t[i]);
	pthread_barrier_destroy(&all);
}

CORO(spin_till_cancelled)
{
	while (!cigo_ctx_error(ctx))
		sched_yield();
	return cigo_ctx_error(ctx);
}

LOOP_TEST(one_may_ask_whether_it_was_cancelled, TIMES(WAYS))
{
	cigo_task *t = go_outside(ctx, spin_till_cancelled, NULL);

	nap(10);
	fails(cigo_task_stop(ctx, t), -ECANCELED);
}

CORO(nap_and_sign)
{
	nap(50);
	*(bool *)arg = true;
	return 0;
}

CORO(leave_it)
{
	cigo_detach(go_outside(ctx, nap_and_sign, arg));
	nap(10);
	return 0;
}

TEST(the_run_waits_for_those_outside, TIMES(WAYS))
{
	bool over = false;

	ok(t_run(leave_it, &over));
	equal(over, true);
}

struct posting {
	cigo_loop *loop;
	int calls;
};

CALLBACK(count_call)
{
	ok(status);
	++*(int *)arg;
}

CORO(post_hundred)
{
	struct posting *p = arg;

	for (int i = 0; i < 100; i++)
		ok(cigo_loop_call_threadsafe(p->loop, count_call, &p->calls));
	return 0;
}

LOOP_TEST(one_may_post_to_the_loop, TIMES(WAYS))
{
	struct posting p = { cigo_ctx_loop(ctx), 0 };

	ok(cigo_future_take(ctx, go_outside(ctx, post_hundred, &p), NULL, 0));
	ok(cigo_loop_wait_idle(ctx));
	equal(p.calls, 100);
}
