/* SPDX-License-Identifier: MIT
 * How contexts end: moved deadlines, calls at the end, whose deadline it was.
 */
#include "tests/tools/kit.h"

#include <semaphore.h>

TEST_CASE("moving a deadline");

LOOP_TEST(a_deadline_moves_later_and_earlier)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *c = cigo_ctx_with_timeout(ctx, CIGO_S(1));

	ok(cigo_ctx_set_deadline(c, start + CIGO_S(5)));
	equal(cigo_ctx_deadline(c), start + CIGO_S(5));
	ok(cigo_sleep(c, CIGO_S(2)));
	ok(cigo_ctx_set_deadline(c, start + CIGO_S(3)));
	fails(cigo_sleep(c, CIGO_S(60)), -ETIMEDOUT);
	equal(cigo_now(ctx), start + CIGO_S(3));
	fails(cigo_ctx_set_deadline(c, start + CIGO_S(9)), -ETIMEDOUT);
	cigo_ctx_unref(c);
}

LOOP_TEST(a_context_gets_and_loses_a_deadline)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *c = cigo_ctx_with_cancel(ctx);

	ok(cigo_ctx_set_deadline(c, start + CIGO_S(1)));
	ok(cigo_ctx_set_deadline(c, CIGO_NEVER));
	equal(cigo_ctx_deadline(c), CIGO_NEVER);
	ok(cigo_sleep(c, CIGO_S(2)));
	ok(cigo_ctx_set_deadline(c, cigo_now(ctx) + 1));
	fails(cigo_sleep(c, 2), -ETIMEDOUT);
	cigo_ctx_unref(c);
}

LOOP_TEST(a_time_that_has_come_ends_it_at_once)
{
	cigo_ctx *c = cigo_ctx_with_cancel(ctx), *child = cigo_ctx_with_cancel(c);

	ok(cigo_ctx_set_deadline(c, cigo_now(ctx)));
	fails(cigo_ctx_error(c), -ETIMEDOUT);
	fails(cigo_ctx_error(child), -ETIMEDOUT);
	ck_assert(cigo_ctx_expired(c));
	ck_assert(!cigo_ctx_expired(child));
	cigo_ctx_unref(child);
	cigo_ctx_unref(c);
}

LOOP_TEST(what_descends_follows_but_keeps_its_own)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *top = cigo_ctx_with_timeout(ctx, CIGO_S(2));
	cigo_ctx *plain = cigo_ctx_with_cancel(top);
	cigo_ctx *early = cigo_ctx_with_timeout(plain, CIGO_S(1));
	cigo_ctx *late = cigo_ctx_with_timeout(plain, CIGO_S(4));
	cigo_ctx *barrier = cigo_ctx_without_cancel(plain, CIGO_S(9));

	equal(cigo_ctx_deadline(late), start + CIGO_S(2));
	ok(cigo_ctx_set_deadline(top, start + CIGO_S(6)));
	equal(cigo_ctx_deadline(plain), start + CIGO_S(6));
	equal(cigo_ctx_deadline(early), start + CIGO_S(1));
	equal(cigo_ctx_deadline(late), start + CIGO_S(4));
	equal(cigo_ctx_deadline(barrier), start + CIGO_S(9));
	fails(cigo_sleep(late, CIGO_NEVER), -ETIMEDOUT);
	equal(cigo_now(ctx), start + CIGO_S(4));
	fails(cigo_sleep(plain, CIGO_NEVER), -ETIMEDOUT);
	equal(cigo_now(ctx), start + CIGO_S(6));
	fails(cigo_sleep(barrier, CIGO_NEVER), -ETIMEDOUT);
	equal(cigo_now(ctx), start + CIGO_S(9));
	cigo_ctx_unref(barrier);
	cigo_ctx_unref(late);
	cigo_ctx_unref(early);
	cigo_ctx_unref(plain);
	cigo_ctx_unref(top);
}

LOOP_TEST(the_inherited_deadline_still_holds)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *top = cigo_ctx_with_timeout(ctx, CIGO_S(2));
	cigo_ctx *c = cigo_ctx_with_timeout(top, CIGO_S(1));

	ok(cigo_ctx_set_deadline(c, start + CIGO_S(9)));
	equal(cigo_ctx_deadline(c), start + CIGO_S(2));
	fails(cigo_sleep(c, CIGO_NEVER), -ETIMEDOUT);
	equal(cigo_now(ctx), start + CIGO_S(2));
	ck_assert(cigo_ctx_expired(top));
	ck_assert(!cigo_ctx_expired(c));
	cigo_ctx_unref(c);
	cigo_ctx_unref(top);
}

LOOP_TEST(a_sleeping_task_gets_more_time)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *c = cigo_ctx_with_timeout(ctx, CIGO_S(1));
	cigo_task *t = t_job(c, .ns = CIGO_S(3), .value = 5);
	int value = 0;

	ok(cigo_sleep(ctx, CIGO_MS(500)));
	ok(cigo_ctx_set_deadline(c, start + CIGO_S(4)));
	ok(cigo_take(ctx, t, &value));
	equal(value, 5);
	equal(cigo_now(ctx), start + CIGO_S(3));
	cigo_ctx_unref(c);
}

struct mover {
	cigo_ctx *ctx;
	int64_t when;
};

THREAD(moves)
{
	const struct mover *m = arg;
	struct timespec t = { .tv_nsec = 3000000 };

	nanosleep(&t, NULL);
	ok(cigo_ctx_set_deadline(m->ctx, m->when));
	return NULL;
}

PLAIN_TEST(without_a_loop_a_thread_that_sleeps_is_told)
{
	cigo_ctx *c = cigo_ctx_with_timeout(ctx, CIGO_S(3600));
	struct mover m = { c, cigo_now(ctx) + CIGO_MS(20) };
	pthread_t thread;

	equal(pthread_create(&thread, NULL, moves, &m), 0);
	fails(cigo_sleep(c, CIGO_S(3600)), -ETIMEDOUT);
	ck_assert_int_ge(cigo_now(ctx), m.when);
	ck_assert(cigo_ctx_expired(c));
	pthread_join(thread, NULL);
	cigo_ctx_unref(c);
}

PLAIN_TEST(without_a_loop_a_thread_that_sleeps_gets_more_time)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *c = cigo_ctx_with_timeout(ctx, CIGO_MS(200));
	struct mover m = { c, CIGO_NEVER };
	pthread_t thread;

	equal(pthread_create(&thread, NULL, moves, &m), 0);
	int err = cigo_sleep(c, CIGO_MS(300));
	pthread_join(thread, NULL);
	if (cigo_now(ctx) < start + CIGO_MS(200) || !err) /* else the thread came too late */
		ok(err);
	cigo_ctx_unref(c);
}

PLAIN_TEST(without_a_loop_what_descends_follows)
{
	cigo_ctx *c = cigo_ctx_with_cancel(ctx), *child = cigo_ctx_with_cancel(c);

	ok(cigo_ctx_set_deadline(c, cigo_now(ctx) - 1));
	fails(cigo_ctx_error(c), -ETIMEDOUT);
	fails(cigo_ctx_error(child), -ETIMEDOUT);
	ck_assert(cigo_ctx_expired(c));
	ck_assert(!cigo_ctx_expired(child));
	fails(cigo_ctx_set_deadline(c, CIGO_NEVER), -ETIMEDOUT);
	cigo_ctx_cancel(c, -EIO);
	fails(cigo_ctx_error(c), -ETIMEDOUT);
	ck_assert(cigo_ctx_expired(c));
	cigo_ctx_unref(child);
	cigo_ctx_unref(c);
}

PLAIN_TEST(no_context_has_no_deadline_to_move)
{
	fails(cigo_ctx_set_deadline(NULL, 0), -ENOMEM);
	ck_assert(!cigo_ctx_expired(NULL));
	ck_assert(!cigo_ctx_expired(ctx));
}

PLAIN_MISUSE_TEST(the_background_gets_no_deadline, "the background context can have no deadline")
{
	cigo_ignore(cigo_ctx_set_deadline(ctx, 1));
}

TEST_CASE("whose deadline it was");

LOOP_TEST(a_cancellation_is_no_deadline)
{
	cigo_ctx *c = cigo_ctx_with_timeout(ctx, CIGO_S(1));

	ck_assert(!cigo_ctx_expired(c));
	cigo_ctx_cancel(c, -ETIMEDOUT);
	ok(cigo_sleep(ctx, CIGO_S(2)));
	fails(cigo_ctx_error(c), -ETIMEDOUT);
	ck_assert(!cigo_ctx_expired(c));
	cigo_ctx_unref(c);
}

LOOP_TEST(a_timeout_of_nothing_is_its_own)
{
	cigo_ctx *c = cigo_ctx_with_timeout(ctx, 0);

	ck_assert(cigo_ctx_expired(c));
	cigo_ctx_unref(c);
}

TEST_CASE("calls at the end");

struct call {
	int count, err;
};

static void note_call(const cigo_ctx *root, int err, void *arg)
{
	struct call *c = arg;

	ck_assert_ptr_nonnull(cigo_ctx_loop(root));
	c->count++;
	c->err = err;
}

LOOP_TEST(a_call_comes_when_the_context_ends)
{
	struct call one = { 0 }, two = { 0 };
	cigo_ctx *c = cigo_ctx_with_timeout(ctx, CIGO_S(1));

	ok(cigo_ctx_on_cancel(c, note_call, &one));
	ok(cigo_ctx_on_cancel(c, note_call, &two));
	ok(cigo_sleep(ctx, CIGO_MS(999)));
	equal(one.count, 0);
	ok(cigo_sleep(ctx, CIGO_MS(2)));
	ok(cigo_loop_wait_idle(ctx));
	equal(one.count, 1);
	equal(one.err, -ETIMEDOUT);
	equal(two.count, 1);
	fails(cigo_ctx_off_cancel(c, note_call, &one), -ENOENT);
	cigo_ctx_unref(c);
}

LOOP_TEST(a_context_that_has_ended_calls_soon, COOPERATIVE)
{
	struct call one = { 0 };
	cigo_ctx *dead = t_dead(ctx, -EPERM);

	ok(cigo_ctx_on_cancel(dead, note_call, &one));
	equal(one.count, 0);
	ok(cigo_loop_wait_idle(ctx));
	equal(one.count, 1);
	equal(one.err, -EPERM);
	cigo_ctx_unref(dead);
}

LOOP_TEST(a_call_taken_back_does_not_come, COOPERATIVE)
{
	struct call one = { 0 }, two = { 0 };
	cigo_ctx *c = cigo_ctx_with_cancel(ctx);

	ok(cigo_ctx_on_cancel(c, note_call, &one));
	ok(cigo_ctx_on_cancel(c, note_call, &two));
	ok(cigo_ctx_off_cancel(c, note_call, &one));
	fails(cigo_ctx_off_cancel(c, note_call, &one), -ENOENT);
	cigo_ctx_cancel(c, 0);
	ok(cigo_ctx_off_cancel(c, note_call, &two)); /* it is queued by now */
	ok(cigo_loop_wait_idle(ctx));
	equal(one.count + two.count, 0);
	cigo_ctx_unref(c);
}

LOOP_TEST(the_call_keeps_the_context)
{
	struct call one = { 0 };
	cigo_ctx *parent = cigo_ctx_with_cancel(ctx), *c = cigo_ctx_with_cancel(parent);

	ok(cigo_ctx_on_cancel(c, note_call, &one));
	cigo_ctx_unref(c);
	cigo_ctx_cancel(parent, -EIO);
	ok(cigo_loop_wait_idle(ctx));
	equal(one.count, 1);
	equal(one.err, -EIO);
	cigo_ctx_unref(parent);
}

static struct call last[2];

CORO(leaves_calls)
{
	cigo_ctx *c = cigo_ctx_with_cancel(ctx);
	cigo_ctx *barrier = cigo_ctx_without_cancel(ctx, CIGO_NEVER);

	ok(cigo_ctx_on_cancel(c, note_call, &last[0]));
	ok(cigo_ctx_on_cancel(barrier, note_call, &last[1]));
	cigo_ctx_unref(c);
	cigo_ctx_unref(barrier);
	return 0;
}

TEST(the_runs_end_calls_all_that_are_left)
{
	ok(t_run(leaves_calls, NULL));
	equal(last[0].count, 1);
	equal(last[1].count, 1);
	equal(last[0].err, -ECANCELED);
	equal(last[1].err, -ECANCELED);
}

static cigo_ctx *outlived;

CORO(keeps_a_context)
{
	outlived = cigo_ctx_with_cancel(ctx);
	return 0;
}

PLAIN_TEST(without_a_loop_nothing_can_call)
{
	struct call one = { 0 };
	cigo_ctx *c = cigo_ctx_with_cancel(ctx);

	fails(cigo_ctx_on_cancel(c, note_call, &one), CIGO_ENOLOOP);
	fails(cigo_ctx_off_cancel(c, note_call, &one), -ENOENT);
	fails(cigo_ctx_on_cancel(NULL, note_call, &one), -ENOMEM);
	fails(cigo_ctx_off_cancel(NULL, note_call, &one), -ENOMEM);
	cigo_ctx_unref(c);
	ok(t_run(keeps_a_context, NULL));
	fails(cigo_ctx_on_cancel(outlived, note_call, &one), CIGO_ENOLOOP);
	fails(cigo_ctx_off_cancel(outlived, note_call, &one), -ENOENT);
	cigo_ctx_unref(outlived);
}

PLAIN_MISUSE_TEST(the_background_calls_nobody, "the background context never ends")
{
	cigo_ignore(cigo_ctx_on_cancel(ctx, note_call, NULL));
}

MISUSE_TEST(no_function_to_call_is_misuse, "no function")
{
	cigo_ignore(cigo_ctx_on_cancel(ctx, NULL, NULL));
}

/* As PQcancel ends a PQexec: a call in a blocking section that another thread can end. */
struct query {
	sem_t sem;
	bool cancelled;
};

static void cancel_query(const cigo_ctx *root T_UNUSED, int err T_UNUSED, void *arg)
{
	struct query *q = arg;

	q->cancelled = true;
	sem_post(&q->sem);
}

static int run_query(void *arg)
{
	struct query *q = arg;

	while (sem_wait(&q->sem) && errno == EINTR)
		;
	return 0;
}

REAL_TEST(a_blocking_call_with_a_cancel_of_its_own_ends)
{
	struct query q = { 0 };
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(20));

	sem_init(&q.sem, 0, 0);
	ok(cigo_ctx_on_cancel(timed, cancel_query, &q));
	ok(cigo_blocking_call(ctx, run_query, &q));
	ck_assert(q.cancelled);
	fails(cigo_ctx_off_cancel(timed, cancel_query, &q), -ENOENT);
	fails(cigo_ctx_error(timed), -ETIMEDOUT);
	sem_destroy(&q.sem);
	cigo_ctx_unref(timed);
}
