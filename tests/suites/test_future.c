/* SPDX-License-Identifier: MIT
 * Futures: completion, waiting, cancellation, listeners, destinations, shields.
 */
#include "tests/tools/kit.h"

#include <sys/syscall.h>
#include <unistd.h>

TEST_CASE("completion");

TEST(a_new_future_is_pending)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int value = 99;

	ck_assert_ptr_nonnull(f);
	ck_assert(!cigo_future_is_done(f));
	ok(cigo_future_error(f));
	fails(cigo_result(f, &value), -EINPROGRESS);
	equal(value, 0);
	equal(cigo_future_unref(f), 0);
}

TEST(a_set_future_has_its_value)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int value = 42, got = 0;

	ok(cigo_set(f, &value));
	value = 43; /* it was copied */
	ck_assert(cigo_future_is_done(f));
	ok(cigo_future_error(f));
	ok(cigo_result(f, &got));
	equal(got, 42);
	got = 0;
	ok(cigo_result(f, &got)); /* asking does not consume */
	equal(got, 42);
	cigo_future_unref(f);
}

TEST(a_failed_future_has_its_error_and_a_value_of_zeros)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int value = 99;

	ok(cigo_future_fail(f, -EIO));
	ck_assert(cigo_future_is_done(f));
	fails(cigo_future_error(f), -EIO);
	fails(cigo_result(f, &value), -EIO);
	equal(value, 0);
	cigo_future_unref(f);
}

TEST(a_completion_may_have_both_a_value_and_an_error)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int value = 99;

	ok(cigo_future_complete(f, &(int){ 7 }, sizeof(int), -EIO));
	fails(cigo_result(f, &value), -EIO);
	equal(value, 7);
	cigo_future_unref(f);
}

TEST(a_completion_may_have_neither)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int value = 99;

	ok(cigo_future_complete(f, NULL, sizeof(int), 0));
	ck_assert(cigo_future_is_done(f));
	ok(cigo_result(f, &value));
	equal(value, 0);
	cigo_future_unref(f);
}

TEST(a_value_may_have_no_size_or_a_large_one)
{
	static char large[1000000], got[1000000];
	cigo_future *none = cigo_future_new(0), *big = cigo_future_new(sizeof large);

	ok(cigo_future_set(none, NULL, 0));
	ok(cigo_future_result(none, NULL, 0));
	memset(large, 'x', sizeof large);
	ok(cigo_set(big, &large));
	ok(cigo_result(big, &got));
	ck_assert_mem_eq(got, large, sizeof large);
	cigo_future_unref(none);
	cigo_future_unref(big);
}

TEST(the_first_completion_wins)
{
	cigo_future *set = cigo_future_new(sizeof(int)), *failed = cigo_future_new(sizeof(int));
	int value = 1;

	ok(cigo_set(set, &value));
	ok(cigo_future_fail(failed, -EIO));
	value = 2;
	fails(cigo_set(set, &value), -EALREADY);
	fails(cigo_future_fail(set, -EPERM), -EALREADY);
	fails(cigo_future_complete(set, &value, sizeof value, -EPERM), -EALREADY);
	fails(cigo_future_cancel(set, -EPERM), -EALREADY);
	fails(cigo_set(failed, &value), -EALREADY);
	fails(cigo_future_cancel(failed, 0), -EALREADY);
	ok(cigo_result(set, &value));
	equal(value, 1);
	fails(cigo_result(failed, &value), -EIO);
	equal(value, 0);
	cigo_future_unref(set);
	cigo_future_unref(failed);
}

TEST(a_cancelled_future_is_done_with_the_reason)
{
	cigo_future *a = cigo_future_new(sizeof(int)), *b = cigo_future_new(sizeof(int));
	int value = 99;

	equal(cigo_future_cancel(a, 0), 0);
	equal(cigo_future_cancel(b, -EXDEV), 0);
	ck_assert(cigo_future_is_done(a));
	fails(cigo_future_error(a), -ECANCELED);
	fails(cigo_result(b, &value), -EXDEV);
	equal(value, 0);
	fails(cigo_set(a, &value), -EALREADY);
	cigo_future_unref(a);
	cigo_future_unref(b);
}

TEST(a_reference_more_is_a_reference_to_give_back)
{
	cigo_future *f = cigo_future_new(0);

	ck_assert_ptr_eq(cigo_future_ref(f), f);
	equal(cigo_future_unref(f), 0);
	ck_assert(!cigo_future_is_done(f));
	equal(cigo_future_unref(f), 0);
}

TEST(a_future_of_an_absurd_size_is_want_of_memory)
{
	ck_assert_ptr_null(cigo_future_new(SIZE_MAX));
	ck_assert_ptr_null(cigo_future_new(SIZE_MAX - 100));
	ck_assert_ptr_null(cigo_future_new(SIZE_MAX / 2));
}

static void never_called(const cigo_ctx *ctx, cigo_future *f, int err, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(f), CIGO_UNUSED(err), CIGO_UNUSED(arg);
	ck_abort_msg("called");
}

LOOP_TEST(a_future_that_could_not_be_made_is_one_that_failed)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);
	int value = 99, place = 99;

	ck_assert_ptr_null(cigo_future_ref(NULL));
	fails(cigo_set((cigo_future *)NULL, &value), -ENOMEM);
	fails(cigo_future_fail(NULL, -EIO), -ENOMEM);
	fails(cigo_future_complete(NULL, &value, sizeof value, -EIO), -ENOMEM);
	fails(cigo_future_cancel(NULL, 0), -ENOMEM);
	ck_assert(cigo_future_is_done(NULL));
	fails(cigo_future_error(NULL), -ENOMEM);
	fails(cigo_result((cigo_future *)NULL, &value), -ENOMEM);
	equal(value, 0);
	ck_assert_ptr_null(cigo_write_to(ctx, (cigo_future *)NULL, &place));
	ck_assert_ptr_null(cigo_future_shield(NULL));
	fails(cigo_future_on_done(ctx, NULL, never_called, NULL), -ENOMEM);
	ck_assert_int_lt(cigo_future_off_done(NULL, never_called, NULL), 0);
	value = 99;
	fails(cigo_await(ctx, (cigo_future *)NULL, &value), -ENOMEM);
	equal(value, 0);
	value = 99;
	fails(cigo_take(ctx, (cigo_future *)NULL, &value), -ENOMEM);
	equal(value, 0);
	fails(cigo_join(ctx, NULL), -ENOMEM);
	fails(cigo_join(dead, NULL), -ENOMEM);
	fails(cigo_future_unref(NULL), -ENOMEM);
	ok(cigo_yield(ctx));
	cigo_ctx_unref(dead);
}

LOOP_TEST(without_a_context_nothing_can_be_awaited)
{
	cigo_future *pending = cigo_future_new(sizeof(int));
	int value = 99;

	fails(cigo_await(NULL, pending, &value), -ENOMEM);
	equal(value, 0);
	ck_assert_int_lt(cigo_future_on_done(NULL, pending, never_called, NULL), 0);
	cigo_future_unref(pending);
}

TEST_CASE("awaiting");

LOOP_TEST(an_await_returns_the_value_and_the_error)
{
	cigo_future *set = cigo_future_new(sizeof(int)), *both = cigo_future_new(sizeof(int));
	cigo_task *a = t_job(ctx, .future = set), *b = t_job(ctx, .future = both);
	int value;

	ok(cigo_yield(ctx));
	cigo_future_set(set, &(int){ 5 }, sizeof(int));
	cigo_future_complete(both, &(int){ 6 }, sizeof(int), -EIO);
	ok(cigo_take(ctx, a, &value));
	equal(value, 5);
	fails(cigo_take(ctx, b, &value), -EIO);
	equal(value, 6);
	cigo_future_unref(set);
	cigo_future_unref(both);
}

LOOP_TEST(waiters_are_woken_in_the_order_of_their_coming, COOPERATIVE)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	static const char *const words[] = { "a", "b", "c", "d", "e" };

	for (int i = 0; i < 5; i++)
		cigo_detach(t_job(ctx, .future = f, .word = words[i]));
	ok(cigo_yield(ctx));
	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	ok(cigo_yield(ctx));
	t_expect_said("abcde");
	cigo_future_unref(f);
}

LOOP_TEST(completing_a_future_does_not_switch, COOPERATIVE)
{
	cigo_future *f = cigo_future_new(sizeof(int));

	cigo_detach(t_job(ctx, .future = f, .word = "waiter "));
	ok(cigo_yield(ctx));
	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	t_say("setter ");
	ok(cigo_yield(ctx));
	t_expect_said("setter waiter ");
	cigo_future_unref(f);
}

LOOP_TEST(a_finished_future_is_returned_at_once_and_nobody_else_runs, COOPERATIVE)
{
	cigo_future *f = t_done(7);
	int value;

	cigo_detach(t_job(ctx, .word = "other"));
	for (int i = 0; i < 1000; i++) {
		ok(cigo_await(ctx, f, &value));
		equal(value, 7);
	}
	t_expect_said("");
	cigo_future_unref(f);
}

LOOP_TEST(a_finished_future_is_returned_under_a_dead_context_too)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);
	cigo_future *f = t_done(7);
	int value = 0;

	ok(cigo_await(dead, f, &value));
	equal(value, 7);
	cigo_future_unref(f);
	cigo_ctx_unref(dead);
}

TEST(a_finished_future_can_be_awaited_without_a_loop)
{
	cigo_future *f = t_done(7);
	int value = 0;

	ok(cigo_await(cigo_ctx_background(), f, &value));
	equal(value, 7);
	ok(cigo_take(cigo_ctx_background(), f, &value));
}

static cigo_future *made_before;

CORO(awaits_made_before)
{
	int value;
	cigo_task *t = t_job(ctx, .future = made_before, .word = "woken");

	ok(cigo_yield(ctx));
	cigo_future_set(made_before, &(int){ 8 }, sizeof(int));
	ok(cigo_take(ctx, t, &value));
	equal(value, 8);
	return 0;
}

TEST(a_future_made_before_the_loop_belongs_to_its_first_waiter_s)
{
	made_before = cigo_future_new(sizeof(int));
	ok(t_run(awaits_made_before, NULL));
	t_expect_said("woken");
	cigo_future_unref(made_before);
}

LOOP_TEST(awaiting_does_not_consume_but_taking_does)
{
	cigo_future *f = t_done(7);
	int value;

	ok(cigo_await(ctx, f, &value));
	ok(cigo_await(ctx, f, &value));
	ok(cigo_future_await(ctx, f, NULL, 0));
	ok(cigo_take(ctx, f, &value)); /* the leak check sees the rest */
	equal(value, 7);
}

LOOP_TEST(taking_gives_back_also_when_it_ends_early)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);

	fails(cigo_future_take(dead, cigo_future_new(4), NULL, 0), -EIO);
	cigo_ctx_unref(dead);
}

LOOP_TEST(must_await_gives_the_value)
{
	int value = 0;
	cigo_future *f = t_done(7);

	equal(cigo_must_await(ctx, f, &value), 0);
	equal(value, 7);
	cigo_future_unref(f);
}

MISUSE_TEST(must_await_aborts_with_the_error_s_text, "No such device or address")
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int value;

	cigo_future_fail(f, -ENXIO);
	cigo_must_await(ctx, f, &value);
}

TEST_CASE("awaiting under cancellation");

LOOP_TEST(an_await_whose_context_ends_gives_the_cause_and_zeros)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(3));
	cigo_future *f = cigo_future_new(sizeof(int));
	int value = 99;

	fails(cigo_await(timed, f, &value), -ETIMEDOUT);
	equal(value, 0);
	equal(cigo_now(ctx) - start, CIGO_MS(3));
	cigo_future_unref(f);
	cigo_ctx_unref(timed);
}

LOOP_TEST(a_plain_future_is_cancelled_with_its_only_waiter)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(3));
	cigo_future *f = cigo_future_new(0);

	fails(cigo_join(timed, f), -ETIMEDOUT);
	ck_assert(cigo_future_is_done(f));
	fails(cigo_future_error(f), -ETIMEDOUT);
	cigo_future_unref(f);
	cigo_ctx_unref(timed);
}

LOOP_TEST(a_plain_future_that_another_awaits_is_not_cancelled)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(3));
	cigo_future *f = cigo_future_new(sizeof(int));
	cigo_task *other = t_job(ctx, .future = f);
	int value;

	ok(cigo_yield(ctx));
	fails(cigo_await(timed, f, &value), -ETIMEDOUT);
	ck_assert(!cigo_future_is_done(f));
	ok(cigo_future_set(f, &(int){ 4 }, sizeof(int)));
	ok(cigo_take(ctx, other, &value));
	equal(value, 4);
	cigo_future_unref(f);
	cigo_ctx_unref(timed);
}

LOOP_TEST(the_last_of_several_cancelled_waiters_cancels_the_future)
{
	cigo_ctx *c = cigo_ctx_with_cancel(ctx);
	cigo_future *f = cigo_future_new(sizeof(int));
	cigo_task *a = t_job(c, .future = f), *b = t_job(c, .future = f);

	ok(cigo_yield(ctx));
	cigo_ctx_cancel(c, -EIO);
	fails(cigo_future_take(ctx, a, NULL, 0), -EIO);
	fails(cigo_future_take(ctx, b, NULL, 0), -EIO);
	fails(cigo_future_error(f), -EIO);
	cigo_future_unref(f);
	cigo_ctx_unref(c);
}

LOOP_TEST(a_pending_future_awaited_under_a_dead_context_gives_the_cause)
{
	cigo_ctx *dead = t_dead(ctx, -EXDEV);
	cigo_future *f = cigo_future_new(sizeof(int));
	int value = 99;

	fails(cigo_await(dead, f, &value), -EXDEV);
	equal(value, 0);
	cigo_future_unref(f);
	cigo_ctx_unref(dead);
}

struct pair {
	cigo_future *first, *second;
	int err[2], value[2];
};

CORO(awaits_pair)
{
	struct pair *p = arg;

	p->err[0] = cigo_await(ctx, p->first, &p->value[0]);
	p->err[1] = cigo_await(ctx, p->second, &p->value[1]);
	return 0;
}

static void pair_new(struct pair *p)
{
	memset(p, 0x55, sizeof *p);
	p->first = cigo_future_new(sizeof(int));
	p->second = cigo_future_new(sizeof(int));
}

static void pair_free(struct pair *p)
{
	cigo_future_unref(p->first);
	cigo_future_unref(p->second);
}

LOOP_TEST(a_value_delivered_before_the_cancellation_is_returned_and_the_next_await_gives_the_cause)
{
	struct pair p;
	cigo_task *t;

	pair_new(&p);
	t = cigo_spawn(ctx, awaits_pair, 0, &p);
	ok(cigo_yield(ctx));
	cigo_future_set(p.first, &(int){ 7 }, sizeof(int));
	cigo_future_cancel(t, -EIO); /* in the same step */
	fails(cigo_future_take(ctx, t, NULL, 0), -EIO);
	equal(p.err[0], 0);
	equal(p.value[0], 7);
	equal(p.err[1], -EIO);
	equal(p.value[1], 0);
	pair_free(&p);
}

LOOP_TEST(a_value_that_comes_after_the_cancellation_is_not_returned)
{
	struct pair p;
	cigo_task *t;

	pair_new(&p);
	t = cigo_spawn(ctx, awaits_pair, 0, &p);
	ok(cigo_yield(ctx));
	cigo_future_cancel(t, -EIO);
	cigo_ignore(cigo_future_set(p.first, &(int){ 7 }, sizeof(int)));
	fails(cigo_future_take(ctx, t, NULL, 0), -EIO);
	equal(p.err[0], -EIO);
	equal(p.value[0], 0);
	equal(p.err[1], -EIO);
	pair_free(&p);
}

LOOP_TEST(a_future_cancelled_with_a_reason_gives_it_to_its_waiters)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	cigo_task *a = t_job(ctx, .future = f), *b = t_job(ctx, .future = f);

	ok(cigo_yield(ctx));
	equal(cigo_future_cancel(f, -EXDEV), 0);
	fails(cigo_future_take(ctx, a, NULL, 0), -EXDEV);
	fails(cigo_future_take(ctx, b, NULL, 0), -EXDEV);
	cigo_future_unref(f);
}

TEST_CASE("listeners");

struct call {
	int calls, err, value;
	long thread;
	cigo_future *f;
	cigo_loop *loop;
};

static void notes(const cigo_ctx *ctx, cigo_future *f, int err, void *arg)
{
	struct call *call = arg;

	call->calls++;
	call->err = err;
	call->thread = syscall(SYS_gettid);
	call->f = f;
	call->loop = cigo_ctx_loop(ctx);
	cigo_ignore(cigo_result(f, &call->value));
}

LOOP_TEST(a_listener_is_called_on_the_home_thread_but_never_inside_the_completion, COOPERATIVE)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	struct call call = { .calls = 0 };

	ok(cigo_future_on_done(ctx, f, notes, &call));
	ok(cigo_yield(ctx));
	equal(call.calls, 0);
	cigo_future_complete(f, &(int){ 3 }, sizeof(int), -EIO);
	equal(call.calls, 0);
	ok(cigo_sleep(ctx, 1));
	equal(call.calls, 1);
	equal(call.err, -EIO);
	equal(call.value, 3);
	equal(call.thread, getpid());
	ck_assert_int_ne(call.thread, syscall(SYS_gettid));
	ck_assert_ptr_eq(call.f, f);
	ck_assert_ptr_eq(call.loop, cigo_ctx_loop(ctx));
	ok(cigo_sleep(ctx, 1));
	equal(call.calls, 1);
	cigo_future_unref(f);
}

LOOP_TEST(a_listener_to_a_finished_future_is_called_in_its_turn_too, COOPERATIVE)
{
	cigo_future *f = t_done(3);
	struct call call = { .calls = 0 };

	ok(cigo_future_on_done(ctx, f, notes, &call));
	equal(call.calls, 0);
	ok(cigo_sleep(ctx, 1));
	equal(call.calls, 1);
	equal(call.err, 0);
	equal(call.value, 3);
	cigo_future_unref(f);
}

LOOP_TEST(a_listener_may_be_the_last_to_hold_the_future)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	struct call call = { .calls = 0 };

	ok(cigo_future_on_done(ctx, f, notes, &call));
	cigo_future_set(f, &(int){ 3 }, sizeof(int));
	cigo_future_unref(f);
	ok(cigo_sleep(ctx, 1));
	equal(call.calls, 1);
	equal(call.value, 3);
}

static void says(const cigo_ctx *ctx, cigo_future *f, int err, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(f), CIGO_UNUSED(err);
	t_say(arg);
}

LOOP_TEST(listeners_and_waiters_have_their_turn_in_the_order_of_their_coming, COOPERATIVE)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	char words[] = "a\0b\0d";

	ok(cigo_future_on_done(ctx, f, says, words));
	ok(cigo_future_on_done(ctx, f, says, words + 2));
	cigo_detach(t_job(ctx, .future = f, .word = "c"));
	ok(cigo_yield(ctx));
	ok(cigo_future_on_done(ctx, f, says, words + 4));
	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	ok(cigo_sleep(ctx, 1));
	t_expect_said("abcd");
	cigo_future_unref(f);
}

LOOP_TEST(a_listener_can_be_taken_back_until_it_is_called)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	struct call a = { .calls = 0 }, b = { .calls = 0 };

	fails(cigo_future_off_done(f, notes, &a), -ENOENT);
	ok(cigo_future_on_done(ctx, f, notes, &a));
	ok(cigo_future_on_done(ctx, f, notes, &b));
	fails(cigo_future_off_done(f, says, &a), -ENOENT);
	ok(cigo_future_off_done(f, notes, &a));
	fails(cigo_future_off_done(f, notes, &a), -ENOENT);
	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	ok(cigo_sleep(ctx, 1));
	equal(a.calls, 0);
	equal(b.calls, 1);
	fails(cigo_future_off_done(f, notes, &b), -ENOENT);
	cigo_future_unref(f);
}

LOOP_TEST(a_listener_can_be_taken_back_between_the_completion_and_its_call, COOPERATIVE)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	struct call call = { .calls = 0 };

	ok(cigo_future_on_done(ctx, f, notes, &call));
	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	ok(cigo_future_off_done(f, notes, &call));
	ok(cigo_sleep(ctx, 1));
	equal(call.calls, 0);
	cigo_future_unref(f);
}

LOOP_TEST(the_same_listener_twice_is_two_listeners)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	struct call call = { .calls = 0 };

	for (int i = 0; i < 3; i++)
		ok(cigo_future_on_done(ctx, f, notes, &call));
	ok(cigo_future_off_done(f, notes, &call));
	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	ok(cigo_sleep(ctx, 1));
	equal(call.calls, 2);
	cigo_future_unref(f);
}

LOOP_TEST(a_listener_to_a_task_is_called_when_its_body_has_returned)
{
	struct call call = { .calls = 0 };
	int ended = 0;
	cigo_task *t =
		t_job(ctx, .ns = CIGO_S(1), .cleanup = CIGO_MS(10), .ended = &ended, .value = 6);

	ok(cigo_future_on_done(ctx, t, notes, &call));
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	cigo_future_cancel(t, -EIO);
	ok(cigo_sleep(ctx, CIGO_MS(9)));
	equal(call.calls, 0);
	ok(cigo_sleep(ctx, CIGO_MS(2)));
	equal(ended, 1);
	equal(call.calls, 1);
	equal(call.err, -EIO);
	equal(call.value, 6);
	cigo_future_unref(t);
}

static void spawns(const cigo_ctx *ctx, cigo_future *f, int err, void *arg)
{
	CIGO_UNUSED(f), CIGO_UNUSED(err);
	*(cigo_task **)arg = t_job(ctx, .value = 12);
}

LOOP_TEST(a_listener_may_spawn)
{
	cigo_future *f = t_done(1);
	cigo_task *t = NULL;
	int value;

	ok(cigo_future_on_done(ctx, f, spawns, &t));
	ok(cigo_sleep(ctx, 1));
	ok(cigo_take(ctx, t, &value));
	equal(value, 12);
	cigo_future_unref(f);
}

static void gives_back(const cigo_ctx *ctx, cigo_future *f, int err, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(err);
	fails(cigo_future_off_done(f, gives_back, arg), -ENOENT); /* called already */
	++*(int *)arg;
	cigo_future_unref(f);
}

LOOP_TEST(a_listener_may_give_the_future_back)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int calls = 0;

	ok(cigo_future_on_done(ctx, f, gives_back, &calls));
	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	ok(cigo_sleep(ctx, 1));
	equal(calls, 1);
}

CALLBACK(completes)
{
	if (!status)
		cigo_future_set(arg, &(int){ 8 }, sizeof(int));
}

LOOP_TEST(a_callback_may_complete_what_a_coroutine_awaits)
{
	int64_t start = cigo_now(ctx);
	cigo_future *f = cigo_future_new(sizeof(int));
	int value;

	cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_MS(5), completes, f);
	ok(cigo_await(ctx, f, &value));
	equal(value, 8);
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	cigo_future_unref(f);
}

static struct call at_end, at_end_done;
static cigo_ctx *kept_ctx;

CORO(leaves_listeners)
{
	cigo_future **f = arg;

	kept_ctx = cigo_ctx_ref(ctx);
	f[0] = cigo_future_new(sizeof(int));
	f[1] = cigo_future_new(sizeof(int));
	ok(cigo_future_on_done(ctx, f[0], notes, &at_end));
	ok(cigo_future_on_done(ctx, f[1], notes, &at_end_done));
	cigo_future_set(f[1], &(int){ 5 }, sizeof(int));
	return 0;
}

TEST(a_listener_still_pending_at_the_loop_s_end_is_called_once_with_canceled)
{
	cigo_future *f[2];

	ok(t_run(leaves_listeners, f));
	equal(at_end.calls, 1);
	equal(at_end.err, -ECANCELED);
	equal(at_end_done.calls, 1);
	for (int i = 0; i < 2; i++) {
		int err = cigo_future_on_done(kept_ctx, f[i], never_called, NULL);

		ck_assert(err == CIGO_ENOLOOP || err == CIGO_ECLOSED);
	}
	ck_assert(cigo_future_is_done(f[0])); /* handles outlive the loop, completed */
	ck_assert_int_lt(cigo_future_error(f[0]), 0);
	ok(cigo_future_error(f[1]));
	cigo_future_unref(f[0]);
	cigo_future_unref(f[1]);
	cigo_ctx_unref(kept_ctx);
}

CORO(leaves_shields)
{
	cigo_future **f = arg;

	f[0] = cigo_future_new(sizeof(int));
	f[1] = cigo_future_shield(f[0]);
	f[2] = cigo_future_shield(f[1]);
	f[3] = cigo_future_shield(cigo_task_current(ctx));
	return 0;
}

TEST(handles_that_outlive_their_loop_are_done)
{
	cigo_future *f[4];

	ok(t_run(leaves_shields, f));
	for (int i = 0; i < 3; i++) {
		ck_assert(cigo_future_is_done(f[i]));
		fails(cigo_future_error(f[i]), -ECANCELED);
	}
	ck_assert(cigo_future_is_done(f[3]));
	ok(cigo_future_error(f[3]));
	fails(cigo_join(cigo_ctx_background(), f[2]), -ECANCELED);
	for (int i = 0; i < 4; i++)
		cigo_future_unref(f[i]);
}

static int err_of_late_listener;

CALLBACK(listens_late)
{
	if (status < 0) {
		cigo_future *f = cigo_future_new(sizeof(int));

		err_of_late_listener = cigo_future_on_done(ctx, f, never_called, NULL);
		cigo_future_unref(f);
	}
}

CORO(leaves_a_callback)
{
	return cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_S(1), listens_late, NULL) < 0;
}

TEST(nobody_can_listen_when_the_loop_is_past_its_end)
{
	ok(t_run(leaves_a_callback, NULL));
	equal(err_of_late_listener, CIGO_ECLOSED);
}

TEST(without_a_loop_nobody_can_listen)
{
	cigo_future *f = cigo_future_new(sizeof(int));

	fails(cigo_future_on_done(cigo_ctx_background(), f, never_called, NULL), CIGO_ENOLOOP);
	cigo_future_unref(f);
}

static long counted, out_of_order;

static void counts_calls(const cigo_ctx *ctx, cigo_future *f, int err, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(f), CIGO_UNUSED(err);
	out_of_order += (intptr_t)arg != counted++;
}

LOOP_TEST(a_future_may_have_100000_listeners)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	long n = t_scale(100000, 20000), refused = 0;

	for (intptr_t i = 0; i < n; i++)
		refused += cigo_future_on_done(ctx, f, counts_calls, (void *)i) != 0;
	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	equal(refused, 0);
	if (!t_is_preemptive())
		equal(counted, 0);
	ok(cigo_sleep(ctx, 1));
	equal(counted, n);
	equal(out_of_order, 0);
	cigo_future_unref(f);
}

TEST_CASE("destinations");

LOOP_TEST(a_destination_is_written_by_the_completion_before_any_waiter_runs)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int place = 99;

	ck_assert_ptr_eq(cigo_write_to(ctx, f, &place), f);
	place = 99;
	ok(cigo_yield(ctx));
	equal(place, 99);
	cigo_future_set(f, &(int){ 5 }, sizeof(int));
	equal(place, 5);
	ok(cigo_join(ctx, f));
	cigo_future_unref(f);
}

LOOP_TEST(a_destination_of_a_finished_future_is_written_at_once)
{
	cigo_future *f = t_done(5);
	int place = 99;

	ck_assert_ptr_eq(cigo_write_to(ctx, f, &place), f);
	equal(place, 5);
	cigo_future_unref(f);
}

LOOP_TEST(a_destination_is_written_zeros_on_a_failure_and_the_value_beside_an_error)
{
	cigo_future *failed = cigo_future_new(sizeof(int)), *both = cigo_future_new(sizeof(int));
	cigo_future *cancelled = cigo_future_new(sizeof(int));
	int a = 99, b = 99, c = 99;

	cigo_write_to(ctx, failed, &a);
	cigo_write_to(ctx, both, &b);
	cigo_write_to(ctx, cancelled, &c);
	cigo_future_fail(failed, -EIO);
	cigo_future_complete(both, &(int){ 6 }, sizeof(int), -EIO);
	cigo_future_cancel(cancelled, 0);
	equal(a, 0);
	equal(b, 6);
	equal(c, 0);
	cigo_future_unref(failed);
	cigo_future_unref(both);
	cigo_future_unref(cancelled);
}

LOOP_TEST(a_future_may_have_several_destinations)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int places[10] = { 0 };

	for (int i = 0; i < 10; i++)
		ck_assert_ptr_eq(cigo_write_to(ctx, f, &places[i]), f);
	cigo_future_set(f, &(int){ 5 }, sizeof(int));
	for (int i = 0; i < 10; i++)
		equal(places[i], 5);
	cigo_future_unref(f);
}

LOOP_TEST(a_destination_is_forgotten_when_the_next_wait_for_its_future_returns)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(1));
	cigo_future *f = cigo_future_new(sizeof(int));
	int place = 99;

	cigo_detach(t_job(ctx, .future = f)); /* so that our timeout does not cancel it */
	ok(cigo_yield(ctx));
	cigo_write_to(ctx, f, &place);
	fails(cigo_join(timed, f), -ETIMEDOUT);
	place = 99;
	cigo_future_set(f, &(int){ 5 }, sizeof(int));
	ok(cigo_yield(ctx));
	equal(place, 99);
	cigo_future_unref(f);
	cigo_ctx_unref(timed);
}

LOOP_TEST(a_wait_for_another_future_does_not_forget_a_destination)
{
	cigo_future *f = cigo_future_new(sizeof(int)), *other = t_done(1);
	int place = 99;

	cigo_write_to(ctx, f, &place);
	ok(cigo_join(ctx, other));
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	cigo_future_set(f, &(int){ 5 }, sizeof(int));
	equal(place, 5);
	cigo_future_unref(f);
	cigo_future_unref(other);
}

LOOP_TEST(a_wait_that_returns_early_forgets_the_destinations_of_all_it_waited_for)
{
	cigo_future *first = t_done(1), *late = cigo_future_new(sizeof(int));
	int a = 99, b = 99;

	equal(cigo_wait_any(ctx, cigo_write_to(ctx, first, &a), cigo_write_to(ctx, late, &b)), 0);
	equal(a, 1);
	b = 99;
	cigo_future_set(late, &(int){ 5 }, sizeof(int));
	equal(b, 99);
	cigo_future_unref(first);
	cigo_future_unref(late);
}

struct promise {
	cigo_future *f;
	int *place;
};

CORO(promises_and_returns)
{
	struct promise *p = arg;

	cigo_write_to(ctx, p->f, p->place);
	return 0;
}

LOOP_TEST(a_destination_is_forgotten_when_its_coroutine_returns)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int place = 99;
	struct promise p = { f, &place };
	cigo_task *t = cigo_spawn(ctx, promises_and_returns, 0, &p);

	ok(cigo_future_take(ctx, t, NULL, 0));
	place = 99;
	cigo_future_set(f, &(int){ 5 }, sizeof(int));
	equal(place, 99);
	cigo_future_unref(f);
}

LOOP_TEST(one_coroutine_s_wait_does_not_forget_another_s_destination)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int place = 99;
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(1));
	cigo_task *other = t_job(ctx, .future = f);
	cigo_task *early;

	ok(cigo_yield(ctx));
	cigo_write_to(ctx, f, &place);
	early = t_job(timed, .future = f);
	fails(cigo_future_take(ctx, early, NULL, 0), -ETIMEDOUT);
	cigo_future_set(f, &(int){ 5 }, sizeof(int));
	equal(place, 5);
	ok(cigo_future_take(ctx, other, NULL, 0));
	cigo_future_unref(f);
	cigo_ctx_unref(timed);
}

TEST_CASE("shields");

LOOP_TEST(a_shield_completes_as_its_future_does)
{
	cigo_future *f = cigo_future_new(sizeof(int)), *done = t_done(2);
	cigo_future *a = cigo_future_shield(f), *b = cigo_future_shield(done);
	int value = 0;

	ck_assert(!cigo_future_is_done(a));
	ck_assert(cigo_future_is_done(b));
	cigo_future_complete(f, &(int){ 9 }, sizeof(int), -EIO);
	ck_assert(cigo_future_is_done(a)); /* at once, inside the completion */
	fails(cigo_await(ctx, a, &value), -EIO);
	equal(value, 9);
	ok(cigo_await(ctx, b, &value));
	equal(value, 2);
	cigo_future_unref(a);
	cigo_future_unref(b);
	cigo_future_unref(f);
	cigo_future_unref(done);
}

LOOP_TEST(a_shield_lets_no_cancellation_through_whatever_its_reason)
{
	static const int reasons[] = { 0, -ECANCELED, -ETIMEDOUT, -EIO, -6000 };

	for (int i = 0; i < 5; i++) {
		cigo_future *f = cigo_future_new(sizeof(int)), *shield = cigo_future_shield(f);

		equal(cigo_future_cancel(shield, reasons[i]), 0);
		ck_assert(cigo_future_is_done(shield));
		equal(cigo_future_error(shield), reasons[i] ? reasons[i] : -ECANCELED);
		ck_assert(!cigo_future_is_done(f));
		cigo_future_set(f, &(int){ 1 }, sizeof(int));
		equal(cigo_future_error(shield), reasons[i] ? reasons[i] : -ECANCELED);
		cigo_future_unref(shield);
		cigo_future_unref(f);
	}
}

LOOP_TEST(a_timed_out_wait_for_a_shield_returns_at_once_and_leaves_the_task_running)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_task *t = t_job(ctx, .ns = CIGO_MS(50), .value = 3);
	cigo_future *shield = cigo_future_shield(t);
	int value = 99;

	fails(cigo_await(timed, shield, &value), -ETIMEDOUT);
	equal(value, 0);
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	ok(cigo_take(ctx, t, &value));
	equal(value, 3);
	equal(cigo_now(ctx) - start, CIGO_MS(50));
	cigo_future_unref(shield);
	cigo_ctx_unref(timed);
}

LOOP_TEST(a_shield_may_be_given_back_before_its_future_is_done)
{
	cigo_future *f = cigo_future_new(sizeof(int));

	cigo_future_unref(cigo_future_shield(f));
	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	ok(cigo_yield(ctx));
	cigo_future_unref(f);
}

LOOP_TEST(a_shield_keeps_working_when_its_task_s_handle_is_given_back)
{
	cigo_task *t = t_job(ctx, .ns = CIGO_MS(5), .value = 3);
	cigo_future *shield = cigo_future_shield(t);
	int value;

	cigo_detach(t);
	ok(cigo_take(ctx, shield, &value));
	equal(value, 3);
}

LOOP_TEST(a_future_may_have_100000_shields)
{
	long n = t_scale(100000, 20000), done = 0;
	cigo_future **shields = calloc((size_t)n, sizeof *shields);
	cigo_future *f = cigo_future_new(sizeof(int));

	for (long i = 0; i < n; i++)
		shields[i] = cigo_future_shield(f);
	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	for (long i = 0; i < n; i++) {
		done += cigo_future_is_done(shields[i]);
		cigo_future_unref(shields[i]);
	}
	equal(done, n);
	cigo_future_unref(f);
	free(shields);
}

/* The last of a chain of n shields before f; the others are held by the chain alone. */
static cigo_future *shields_before(cigo_future *f, long n)
{
	cigo_future *last = cigo_future_ref(f);

	while (n--) {
		cigo_future *shield = cigo_future_shield(last);

		cigo_future_unref(last);
		last = shield;
	}
	return last;
}

LOOP_TEST(a_chain_of_100000_shields_needs_no_stack)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	cigo_future *last = shields_before(f, t_scale(100000, 20000));
	cigo_task *t = t_job(ctx, .future = last);
	int value;

	ok(cigo_yield(ctx));
	cigo_future_set(f, &(int){ 11 }, sizeof(int));
	ck_assert(cigo_future_is_done(last)); /* at once, inside the completion */
	ok(cigo_take(ctx, t, &value));
	equal(value, 11);
	cigo_future_unref(last);
	cigo_future_unref(f);
}

LOOP_TEST(a_chain_of_100000_shields_can_be_given_back_pending)
{
	cigo_future *f = cigo_future_new(sizeof(int));

	cigo_future_unref(shields_before(f, t_scale(100000, 20000)));
	cigo_future_set(f, &(int){ 11 }, sizeof(int));
	cigo_future_unref(f);
}

CORO(awaits_itself_through_shields)
{
	cigo_future *last = shields_before(cigo_task_current(ctx), *(long *)arg);

	return cigo_future_take(ctx, last, NULL, 0);
}

LOOP_TEST(a_cycle_through_shields_is_found)
{
	long lengths[] = { 1, 2, t_scale(100000, 20000) };

	for (int i = 0; i < 3; i++) {
		cigo_task *t = cigo_spawn(ctx, awaits_itself_through_shields, 0, &lengths[i]);
		cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_S(1));

		fails(cigo_future_take(timed, t, NULL, 0), -EDEADLK);
		cigo_ctx_unref(timed);
	}
}

TEST_CASE("misuse");

MISUSE_TEST(setting_a_value_of_another_size_is_misuse, "cigo_future_set")
{
	cigo_future_set(cigo_future_new(4), "12345678", 8);
}

MISUSE_TEST(completing_with_a_value_of_another_size_is_misuse, "cigo_future_complete")
{
	cigo_future_complete(cigo_future_new(4), "12345678", 8, -EIO);
}

MISUSE_TEST(getting_a_value_of_another_size_is_misuse, "cigo_future_result")
{
	int64_t value;

	cigo_result(t_done(1), &value);
}

MISUSE_TEST(awaiting_a_value_of_another_size_is_misuse, "cigo_future_await")
{
	char value;

	cigo_ignore(cigo_await(ctx, t_done(1), &value));
}

MISUSE_TEST(awaiting_a_pending_value_of_another_size_is_misuse_at_once, "cigo_future_await")
{
	char value;

	cigo_ignore(cigo_await(ctx, cigo_future_new(4), &value));
}

MISUSE_TEST(taking_a_value_of_another_size_is_misuse, "cigo_future_take")
{
	char value;

	cigo_ignore(cigo_take(ctx, t_done(1), &value));
}

MISUSE_TEST(a_destination_of_another_size_is_misuse, "cigo_future_write_to")
{
	static char place;

	cigo_write_to(ctx, cigo_future_new(4), &place);
}

MISUSE_TEST(setting_a_task_is_misuse, "cigo_future_set")
{
	cigo_future_set(t_job(ctx, .value = 1), &(int){ 1 }, sizeof(int));
}

MISUSE_TEST(failing_a_task_is_misuse, "cigo_future_fail")
{
	cigo_future_fail(t_job(ctx, .value = 1), -EIO);
}

MISUSE_TEST(completing_a_task_is_misuse, "cigo_future_complete")
{
	cigo_future_complete(t_job(ctx, .value = 1), &(int){ 1 }, sizeof(int), 0);
}

MISUSE_TEST(setting_a_shield_is_misuse, "cigo_future_set")
{
	cigo_future_set(cigo_future_shield(cigo_future_new(4)), "123", 4);
}

MISUSE_TEST(setting_a_worker_is_misuse, "cigo_future_set")
{
	cigo_future_set(cigo_go(ctx, t_sleeper, 4, NULL), "123", 4);
}

MISUSE_TEST(asking_a_plain_future_for_a_task_s_name_is_misuse, "cigo_task_name")
{
	cigo_ignore(cigo_task_name(cigo_future_new(4)) == NULL);
}

THREAD(sets_foreign)
{
	cigo_future_set(arg, "123", 4);
	return NULL;
}

THREAD(unrefs_foreign)
{
	cigo_future_unref(arg);
	return NULL;
}

THREAD(cancels_foreign)
{
	cigo_future_cancel(arg, 0);
	return NULL;
}

THREAD(asks_foreign)
{
	int value;

	cigo_ignore(cigo_future_result(arg, &value, sizeof value));
	return NULL;
}

MISUSE_TEST(setting_a_loop_s_future_from_a_foreign_thread_is_misuse, "cigo_future_set")
{
	on_thread(sets_foreign, cigo_future_new(4));
}

MISUSE_TEST(giving_a_loop_s_future_back_from_a_foreign_thread_is_misuse, "cigo_future_unref")
{
	on_thread(unrefs_foreign, cigo_future_new(4));
}

MISUSE_TEST(cancelling_a_loop_s_task_from_a_foreign_thread_is_misuse, "cigo_future_cancel")
{
	on_thread(cancels_foreign, t_job(ctx, .ns = CIGO_NEVER));
}

MISUSE_TEST(asking_a_loop_s_future_from_a_foreign_thread_is_misuse, "cigo_future_result")
{
	on_thread(asks_foreign, t_done(1));
}

PLAIN_MISUSE_TEST(awaiting_what_is_pending_without_a_loop_is_misuse, "cigo_future_await")
{
	cigo_ignore(cigo_join(ctx, cigo_future_new(4)));
}

THREAD(awaits_foreign)
{
	cigo_ignore(cigo_join(arg, cigo_future_new(4)));
	return NULL;
}

MISUSE_TEST(awaiting_by_a_loop_s_context_on_a_foreign_thread_is_misuse, "cigo_future_await")
{
	on_thread(awaits_foreign, ctx);
}
