/* SPDX-License-Identifier: MIT
 * One suite for everything that can be waited for, in the manner of Trio's for streams: each test is
 * a rule, and runs over each row of the table that it can be said of. The suites of the
 * nouns have what is special about them.
 */
#include "tests/tools/waitables.h"

static const struct row *row; /* that the test runs over */

static void is(int got, int wanted, const char *what)
{
	ck_assert_msg(got == wanted, "%s: %s: %d (%s) and not %d", row->name, what, got,
		      cigo_strerror(got), wanted);
}

static bool either(unsigned flags)
{
	return row->is & flags;
}

/* RULE(name, unless) { ... }: about things (t) that have none of the flags, in a loop. */
#define RULE(name, unless, ...)                                \
	static void name##_of(cigo_ctx *ctx, struct thing *t); \
	LOOP_TEST(name, TIMES(ROWS), __VA_ARGS__)              \
	{                                                      \
		struct thing t = { .ctx = ctx };               \
                                                               \
		row = &rows[t_index];                          \
		if (either(unless))                            \
			return;                                \
		row->make(&t);                                 \
		name##_of(ctx, &t);                            \
		row->free(&t);                                 \
	}                                                      \
	static void name##_of(cigo_ctx *ctx, struct thing *t)

/* ---- those who wait ---- */

struct waiter {
	struct thing *t;
	bool cancelled;	   /* it will have been when its wait returns */
	int result, again; /* of its wait; if it was cancelled, of the next */
	int woken;
};

CORO(waits)
{
	struct waiter *w = arg;

	w->result = row->wait(ctx, w->t);
	w->woken++;
	if (w->cancelled)
		w->again = either(DONE_WINS | BREAKS) ? cigo_sleep(ctx, 0) : row->wait(ctx, w->t);
	return w->result;
}

/* Spawns one, and lets it come to wait. */
static cigo_task *waiter(cigo_ctx *ctx, struct waiter *w, struct thing *t)
{
	*w = (struct waiter){ .t = t, .result = 1, .again = 1 };
	cigo_task *task = cigo_spawn(ctx, waits, 0, w);

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	return task;
}

struct place {
	struct thing *t;
	cigo_ctx *under;
};

CORO(waits_there)
{
	struct place *p = arg;

	return row->wait(p->under, p->t);
}

/* What a coroutine gets that waits under this context: not main, which may own the thing. */
static int wait_under(cigo_ctx *ctx, cigo_ctx *under, struct thing *t)
{
	cigo_task *task = cigo_spawn(ctx, waits_there, 0, (&(struct place){ t, under }));

	return cigo_future_take(ctx, task, NULL, 0);
}

static void must_wait(cigo_task *task)
{
	is(cigo_future_is_done(task), false, "it waits no longer");
}

static void must_get_it(cigo_ctx *ctx, cigo_task *task)
{
	is(cigo_future_take(ctx, task, NULL, 0), 0, "who waited");
}

/* What a wait finds after one that ended early with err: the thing as it was, or broken. */
static void next_finds(cigo_ctx *ctx, struct thing *t, int err)
{
	struct waiter w;
	cigo_task *next;

	if (either(PASSES_ON | BREAKS)) {
		is(wait_under(ctx, ctx, t), either(BREAKS) ? CIGO_EBROKEN : err, "the next");
		return;
	}
	next = waiter(ctx, &w, t);
	must_wait(next);
	if (either(NO_GIFT)) {
		is(cigo_task_stop(ctx, next), -ECANCELED, "the next");
		return;
	}
	row->give(t);
	must_get_it(ctx, next);
}

TEST_CASE("given");

RULE(what_was_given_before_is_returned_at_once, FORGETS | NO_GIFT)
{
	int64_t start = cigo_now(ctx);

	row->give(t);
	is(wait_under(ctx, ctx, t), 0, "wait");
	equal(cigo_now(ctx), start);
}

RULE(what_is_given_wakes_who_waits_once, NO_GIFT)
{
	struct waiter w;
	cigo_task *task = waiter(ctx, &w, t);
	int64_t start = cigo_now(ctx);

	must_wait(task);
	row->give(t);
	if (!t_is_preemptive())
		is(w.woken, 0, "it ran inside the gift");
	must_get_it(ctx, task);
	equal(cigo_now(ctx), start);
	is(w.woken, 1, "woken");
	is(w.result, 0, "result");
}

TEST_CASE("cancelled");

RULE(who_is_cancelled_gets_the_cause_and_the_next_what_is_given_then, 0)
{
	struct waiter w;
	cigo_task *task = waiter(ctx, &w, t);

	w.cancelled = true;
	cigo_future_cancel(task, -EIO);
	is(cigo_future_take(ctx, task, NULL, 0), -EIO, "the task");
	is(w.result, -EIO, "the wait");
	is(w.again, -EIO, "the next wait");
	next_finds(ctx, t, -EIO);
}

RULE(what_was_given_before_the_cancellation_is_taken_and_the_next_wait_has_the_cause, NO_GIFT,
     COOPERATIVE)
{
	struct waiter w;
	cigo_task *task = waiter(ctx, &w, t);

	if (!either(AT_ONCE)) {
		cigo_future_cancel(task, 0);
		cigo_ignore(cigo_future_take(ctx, task, NULL, 0));
		return;
	}
	w.cancelled = true;
	row->give(t);
	cigo_future_cancel(task, -EIO); /* in the same step, but later */
	is(cigo_future_take(ctx, task, NULL, 0), -EIO, "the task");
	is(w.result, 0, "the wait");
	is(w.again, -EIO, "the next wait");
}

RULE(what_is_given_after_the_cancellation_goes_to_the_next_in_line, NO_GIFT | PASSES_ON | BREAKS)
{
	struct waiter w[2];
	cigo_task *first, *second;

	if (!either(IN_LINE | STAYS))
		return;
	first = waiter(ctx, &w[0], t);
	second = waiter(ctx, &w[1], t);
	cigo_future_cancel(first, -EIO);
	row->give(t);
	is(cigo_future_take(ctx, first, NULL, 0), -EIO, "the first");
	is(w[0].result, -EIO, "its wait");
	must_get_it(ctx, second);
}

RULE(what_is_given_after_the_cancellation_stays_where_nobody_waits,
     NO_GIFT | PASSES_ON | BREAKS | FORGETS)
{
	struct waiter w;
	cigo_task *task = waiter(ctx, &w, t);

	cigo_future_cancel(task, -EIO);
	row->give(t);
	is(cigo_future_take(ctx, task, NULL, 0), -EIO, "the task");
	is(w.result, -EIO, "its wait");
	is(wait_under(ctx, ctx, t), 0, "the next");
}

RULE(who_is_cancelled_leaves_and_the_others_wait_on_in_their_order, NO_GIFT | PASSES_ON | BREAKS)
{
	struct waiter w[3];
	cigo_task *task[3];

	if (!either(IN_LINE | STAYS))
		return;
	for (int i = 0; i < 3; i++)
		task[i] = waiter(ctx, &w[i], t);
	is(cigo_task_stop(ctx, task[1]), -ECANCELED, "the second");
	is(w[1].result, -ECANCELED, "its wait");
	must_wait(task[0]);
	must_wait(task[2]);
	row->give(t);
	must_get_it(ctx, task[0]);
	if (either(IN_LINE)) {
		must_wait(task[2]);
		row->give(t);
	}
	must_get_it(ctx, task[2]);
}

RULE(under_a_dead_context_there_is_the_cause_at_once, 0)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);
	int64_t start = cigo_now(ctx);

	is(wait_under(ctx, dead, t), -EIO, "wait");
	equal(cigo_now(ctx), start);
	next_finds(ctx, t, -EIO);
	cigo_ctx_unref(dead);
}

RULE(under_a_dead_context_nothing_is_lost, NO_GIFT | FORGETS | PASSES_ON)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);

	row->give(t);
	is(wait_under(ctx, dead, t), either(DONE_WINS) ? 0 : -EIO, "wait");
	is(wait_under(ctx, ctx, t), 0, "the next");
	cigo_ctx_unref(dead);
}

RULE(a_wait_is_no_longer_than_its_timeout, 0)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	int64_t start = cigo_now(ctx);

	is(wait_under(ctx, timed, t), -ETIMEDOUT, "wait");
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	next_finds(ctx, t, -ETIMEDOUT);
	cigo_ctx_unref(timed);
}

RULE(without_a_context_nobody_waits_and_nothing_is_taken, NO_GIFT | FORGETS)
{
	if (row->wait == gen_wait) /* an iterator keeps its error */
		return;
	is(wait_under(ctx, NULL, t), -ENOMEM, "wait");
	row->give(t);
	is(wait_under(ctx, NULL, t), -ENOMEM, "wait");
	is(wait_under(ctx, ctx, t), 0, "the next");
}

TEST_CASE("several");

RULE(two_in_line_are_served_one_by_one_in_their_order, 0)
{
	struct waiter w[2];
	cigo_task *first, *second;

	if (!either(IN_LINE))
		return;
	first = waiter(ctx, &w[0], t);
	second = waiter(ctx, &w[1], t);
	row->give(t);
	must_get_it(ctx, first);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	must_wait(second);
	row->give(t);
	must_get_it(ctx, second);
}

RULE(what_stays_wakes_all_and_is_there_for_who_comes_later, 0)
{
	struct waiter w[2];
	cigo_task *task[2];

	if (!either(STAYS))
		return;
	for (int i = 0; i < 2; i++)
		task[i] = waiter(ctx, &w[i], t);
	row->give(t);
	for (int i = 0; i < 2; i++)
		must_get_it(ctx, task[i]);
	is(wait_under(ctx, ctx, t), 0, "who comes later");
}

RULE(where_one_waits_alone_a_second_is_told_and_the_first_waits_on, 0)
{
	struct waiter w;
	cigo_task *task;

	if (!either(ALONE))
		return;
	task = waiter(ctx, &w, t);
	is(wait_under(ctx, ctx, t), -EBUSY, "the second");
	must_wait(task);
	row->give(t);
	must_get_it(ctx, task);
}

TEST_CASE("the run's end");

static struct waiter left;

CORO(leaves_a_waiter)
{
	struct thing *t = arg;

	t->ctx = ctx;
	row->make(t);
	cigo_task *task = waiter(ctx, &left, t);
	must_wait(task);
	cigo_detach(task);
	return 0;
}

TEST(who_waits_when_main_returns_is_cancelled, TIMES(ROWS))
{
	struct thing t = { .fd = { -1, -1 } };

	row = &rows[_i];
	if (either(NEEDS_LOOP))
		return;
	is(t_run(leaves_a_waiter, &t), 0, "the run");
	is(left.result, -ECANCELED, "the wait");
	t.ctx = cigo_ctx_background();
	if (!either(FORGETS | DONE_WINS | BREAKS | NO_GIFT)) { /* futures ended with their loop */
		row->give(&t);
		is(row->wait(t.ctx, &t), 0, "wait for what was given afterwards");
	}
	row->free(&t);
}

TEST_CASE("without a loop");

TEST(what_is_there_needs_no_loop, TIMES(ROWS))
{
	struct thing t = { .ctx = cigo_ctx_background() };

	row = &rows[_i];
	if (either(NEEDS_LOOP | FORGETS | NO_GIFT))
		return;
	row->make(&t);
	row->give(&t);
	is(row->wait(t.ctx, &t), 0, "wait");
	row->free(&t);
}

static void waits_without_a_loop(void *arg T_UNUSED)
{
	struct thing t = { .ctx = cigo_ctx_background() };

	row->make(&t);
	cigo_ignore(row->wait(t.ctx, &t));
}

TEST(waiting_without_a_loop_is_misuse_or_blocks_the_thread, TIMES(ROWS))
{
	struct thing t = { .ctx = cigo_ctx_background() };
	int64_t start = t_real_now();
	cigo_ctx *timed = cigo_ctx_with_timeout(t.ctx, CIGO_MS(20));

	row = &rows[_i];
	if (either(BLOCKS)) {
		row->make(&t);
		is(row->wait(timed, &t), -ETIMEDOUT, "wait");
		ck_assert_int_ge(t_real_now() - start, CIGO_MS(20));
		row->free(&t);
	} else if (!either(NEEDS_LOOP)) {
		t_abort(waits_without_a_loop, NULL, row->waits);
	}
	cigo_ctx_unref(timed);
}

TEST_CASE("misuse");

static struct thing wronged;

CORO(makes_it_wait)
{
	wronged.ctx = ctx;
	row->make(&wronged);
	waiter(ctx, &left, &wronged);
	return 0;
}

CORO(frees_it)
{
	makes_it_wait(ctx, NULL, NULL);
	row->free(&wronged);
	return 0;
}

static void run_body(void *arg)
{
	cigo_ignore(t_run(*(cigo_coro_fn **)arg, NULL));
}

TEST(freeing_it_while_somebody_waits_is_misuse, TIMES(ROWS))
{
	cigo_coro_fn *body = frees_it;

	row = &rows[_i];
	if (row->frees)
		t_abort(run_body, &body, row->frees);
}

THREAD(gives_it)
{
	row->give(arg);
	return NULL;
}

CORO(gives_from_a_thread)
{
	makes_it_wait(ctx, NULL, NULL);
	on_thread(gives_it, &wronged);
	return 0;
}

TEST(giving_from_a_foreign_thread_what_a_coroutine_waits_for_is_misuse, TIMES(ROWS))
{
	cigo_coro_fn *body = gives_from_a_thread;

	row = &rows[_i];
	if (row->gives)
		t_abort(run_body, &body, row->gives);
}

CALLBACK(waits_in_a_callback)
{
	ok(status);
	cigo_ignore(row->wait(t_mutable(ctx), arg));
}

CORO(calls_one_that_waits)
{
	wronged.ctx = ctx;
	row->make(&wronged);
	if (arg)
		row->give(&wronged);
	cigo_loop_call_soon(cigo_ctx_loop(ctx), waits_in_a_callback, &wronged);
	return cigo_sleep(ctx, CIGO_S(1));
}

TEST(waiting_in_a_callback_is_misuse, TIMES(ROWS))
{
	cigo_coro_fn *body = calls_one_that_waits;

	row = &rows[_i];
	t_abort(run_body, &body, row->wait == condition_wait ? "cigo_mutex_lock" : row->waits);
}

CORO(calls_one_that_need_not_wait)
{
	return calls_one_that_waits(ctx, &wronged, ret);
}

TEST(in_a_callback_it_is_misuse_even_where_nobody_would_have_to_wait, TIMES(ROWS))
{
	cigo_coro_fn *body = calls_one_that_need_not_wait;

	row = &rows[_i];
	if (!either(DONE_WINS | FORGETS | NO_GIFT))
		t_abort(run_body, &body, row->waits);
}
