/* SPDX-License-Identifier: MIT
 * Futures: completion, waiting, cancellation, listeners, destinations, shields.
 */
#include "tests/tools/bodies.h"

#include <sys/syscall.h>
#include <unistd.h>

/* ---- completion ---- */

T_TEST(a_new_future_is_pending)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int value = 99;

	ck_assert_ptr_nonnull(f);
	ck_assert(!cigo_future_is_done(f));
	ck_assert_int_eq(cigo_future_error(f), 0);
	ck_assert_int_eq(cigo_result(f, &value), -EINPROGRESS);
	ck_assert_int_eq(value, 0);
	ck_assert_int_eq(cigo_future_unref(f), 0);
}
END_TEST

T_TEST(a_set_future_has_its_value)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int value = 42, got = 0;

	ck_assert_int_eq(cigo_set(f, &value), 0);
	value = 43; /* it was copied */
	ck_assert(cigo_future_is_done(f));
	ck_assert_int_eq(cigo_future_error(f), 0);
	ck_assert_int_eq(cigo_result(f, &got), 0);
	ck_assert_int_eq(got, 42);
	got = 0;
	ck_assert_int_eq(cigo_result(f, &got), 0); /* asking does not consume */
	ck_assert_int_eq(got, 42);
	cigo_future_unref(f);
}
END_TEST

T_TEST(a_failed_future_has_its_error_and_a_value_of_zeros)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int value = 99;

	ck_assert_int_eq(cigo_future_fail(f, -EIO), 0);
	ck_assert(cigo_future_is_done(f));
	ck_assert_int_eq(cigo_future_error(f), -EIO);
	ck_assert_int_eq(cigo_result(f, &value), -EIO);
	ck_assert_int_eq(value, 0);
	cigo_future_unref(f);
}
END_TEST

T_TEST(a_completion_may_have_both_a_value_and_an_error)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int value = 99;

	ck_assert_int_eq(cigo_future_complete(f, &(int){ 7 }, sizeof(int), -EIO), 0);
	ck_assert_int_eq(cigo_result(f, &value), -EIO);
	ck_assert_int_eq(value, 7);
	cigo_future_unref(f);
}
END_TEST

T_TEST(a_completion_may_have_neither)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int value = 99;

	ck_assert_int_eq(cigo_future_complete(f, NULL, sizeof(int), 0), 0);
	ck_assert(cigo_future_is_done(f));
	ck_assert_int_eq(cigo_result(f, &value), 0);
	ck_assert_int_eq(value, 0);
	cigo_future_unref(f);
}
END_TEST

T_TEST(a_value_may_have_no_size_or_a_large_one)
{
	static char large[1000000], got[1000000];
	cigo_future *none = cigo_future_new(0), *big = cigo_future_new(sizeof large);

	ck_assert_int_eq(cigo_future_set(none, NULL, 0), 0);
	ck_assert_int_eq(cigo_future_result(none, NULL, 0), 0);
	memset(large, 'x', sizeof large);
	ck_assert_int_eq(cigo_set(big, &large), 0);
	ck_assert_int_eq(cigo_result(big, &got), 0);
	ck_assert_mem_eq(got, large, sizeof large);
	cigo_future_unref(none);
	cigo_future_unref(big);
}
END_TEST

T_TEST(the_first_completion_wins)
{
	cigo_future *set = cigo_future_new(sizeof(int)), *failed = cigo_future_new(sizeof(int));
	int value = 1;

	ck_assert_int_eq(cigo_set(set, &value), 0);
	ck_assert_int_eq(cigo_future_fail(failed, -EIO), 0);
	value = 2;
	ck_assert_int_eq(cigo_set(set, &value), -EALREADY);
	ck_assert_int_eq(cigo_future_fail(set, -EPERM), -EALREADY);
	ck_assert_int_eq(cigo_future_complete(set, &value, sizeof value, -EPERM), -EALREADY);
	ck_assert_int_eq(cigo_future_cancel(set, -EPERM), -EALREADY);
	ck_assert_int_eq(cigo_set(failed, &value), -EALREADY);
	ck_assert_int_eq(cigo_future_cancel(failed, 0), -EALREADY);
	ck_assert_int_eq(cigo_result(set, &value), 0);
	ck_assert_int_eq(value, 1);
	ck_assert_int_eq(cigo_result(failed, &value), -EIO);
	ck_assert_int_eq(value, 0);
	cigo_future_unref(set);
	cigo_future_unref(failed);
}
END_TEST

T_TEST(a_cancelled_future_is_done_with_the_reason)
{
	cigo_future *a = cigo_future_new(sizeof(int)), *b = cigo_future_new(sizeof(int));
	int value = 99;

	ck_assert_int_eq(cigo_future_cancel(a, 0), 0);
	ck_assert_int_eq(cigo_future_cancel(b, -EXDEV), 0);
	ck_assert(cigo_future_is_done(a));
	ck_assert_int_eq(cigo_future_error(a), -ECANCELED);
	ck_assert_int_eq(cigo_result(b, &value), -EXDEV);
	ck_assert_int_eq(value, 0);
	ck_assert_int_eq(cigo_set(a, &value), -EALREADY);
	cigo_future_unref(a);
	cigo_future_unref(b);
}
END_TEST

T_TEST(a_reference_more_is_a_reference_to_give_back)
{
	cigo_future *f = cigo_future_new(0);

	ck_assert_ptr_eq(cigo_future_ref(f), f);
	ck_assert_int_eq(cigo_future_unref(f), 0);
	ck_assert(!cigo_future_is_done(f));
	ck_assert_int_eq(cigo_future_unref(f), 0);
}
END_TEST

T_TEST(a_future_of_an_absurd_size_is_want_of_memory)
{
	ck_assert_ptr_null(cigo_future_new(SIZE_MAX));
	ck_assert_ptr_null(cigo_future_new(SIZE_MAX - 100));
	ck_assert_ptr_null(cigo_future_new(SIZE_MAX / 2));
}
END_TEST

static void never_called(const cigo_ctx *ctx, cigo_future *f, int err, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(f), CIGO_UNUSED(err), CIGO_UNUSED(arg);
	ck_abort_msg("called");
}

T_CORO(a_future_that_could_not_be_made_is_one_that_failed)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);
	int value = 99, place = 99;

	ck_assert_ptr_null(cigo_future_ref(NULL));
	ck_assert_int_eq(cigo_set((cigo_future *)NULL, &value), -ENOMEM);
	ck_assert_int_eq(cigo_future_fail(NULL, -EIO), -ENOMEM);
	ck_assert_int_eq(cigo_future_complete(NULL, &value, sizeof value, -EIO), -ENOMEM);
	ck_assert_int_eq(cigo_future_cancel(NULL, 0), -ENOMEM);
	ck_assert(cigo_future_is_done(NULL));
	ck_assert_int_eq(cigo_future_error(NULL), -ENOMEM);
	ck_assert_int_eq(cigo_result((cigo_future *)NULL, &value), -ENOMEM);
	ck_assert_int_eq(value, 0);
	ck_assert_ptr_null(cigo_write_to(ctx, (cigo_future *)NULL, &place));
	ck_assert_ptr_null(cigo_future_shield(NULL));
	ck_assert_int_eq(cigo_future_on_done(ctx, NULL, never_called, NULL), -ENOMEM);
	ck_assert_int_lt(cigo_future_off_done(NULL, never_called, NULL), 0);
	value = 99;
	ck_assert_int_eq(cigo_await(ctx, (cigo_future *)NULL, &value), -ENOMEM);
	ck_assert_int_eq(value, 0);
	value = 99;
	ck_assert_int_eq(cigo_take(ctx, (cigo_future *)NULL, &value), -ENOMEM);
	ck_assert_int_eq(value, 0);
	ck_assert_int_eq(cigo_join(ctx, NULL), -ENOMEM);
	ck_assert_int_eq(cigo_join(dead, NULL), -ENOMEM);
	ck_assert_int_eq(cigo_future_unref(NULL), -ENOMEM);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_ctx_unref(dead);
}

T_CORO(without_a_context_nothing_can_be_awaited)
{
	cigo_future *pending = cigo_future_new(sizeof(int));
	int value = 99;

	ck_assert_int_eq(cigo_await(NULL, pending, &value), -ENOMEM);
	ck_assert_int_eq(value, 0);
	ck_assert_int_lt(cigo_future_on_done(NULL, pending, never_called, NULL), 0);
	cigo_future_unref(pending);
	CIGO_UNUSED(ctx);
}

/* ---- awaiting ---- */

T_CORO(an_await_returns_the_value_and_the_error)
{
	cigo_future *set = cigo_future_new(sizeof(int)), *both = cigo_future_new(sizeof(int));
	cigo_task *a = t_job(ctx, .future = set), *b = t_job(ctx, .future = both);
	int value;

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_future_set(set, &(int){ 5 }, sizeof(int));
	cigo_future_complete(both, &(int){ 6 }, sizeof(int), -EIO);
	ck_assert_int_eq(cigo_take(ctx, a, &value), 0);
	ck_assert_int_eq(value, 5);
	ck_assert_int_eq(cigo_take(ctx, b, &value), -EIO);
	ck_assert_int_eq(value, 6);
	cigo_future_unref(set);
	cigo_future_unref(both);
}

T_CORO(waiters_are_woken_in_the_order_of_their_coming)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	static const char *const words[] = { "a", "b", "c", "d", "e" };

	for (int i = 0; i < 5; i++)
		cigo_detach(t_job(ctx, .future = f, .word = words[i]));
	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	ck_assert_int_eq(cigo_yield(ctx), 0);
	t_expect_said("abcde");
	cigo_future_unref(f);
}

T_CORO(completing_a_future_does_not_switch)
{
	cigo_future *f = cigo_future_new(sizeof(int));

	cigo_detach(t_job(ctx, .future = f, .word = "waiter "));
	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	t_say("setter ");
	ck_assert_int_eq(cigo_yield(ctx), 0);
	t_expect_said("setter waiter ");
	cigo_future_unref(f);
}

T_CORO(a_finished_future_is_returned_at_once_and_nobody_else_runs)
{
	cigo_future *f = t_done(7);
	int value;

	cigo_detach(t_job(ctx, .word = "other"));
	for (int i = 0; i < 1000; i++) {
		ck_assert_int_eq(cigo_await(ctx, f, &value), 0);
		ck_assert_int_eq(value, 7);
	}
	t_expect_said("");
	cigo_future_unref(f);
}

T_CORO(a_finished_future_is_returned_under_a_dead_context_too)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);
	cigo_future *f = t_done(7);
	int value = 0;

	ck_assert_int_eq(cigo_await(dead, f, &value), 0);
	ck_assert_int_eq(value, 7);
	cigo_future_unref(f);
	cigo_ctx_unref(dead);
}

T_TEST(a_finished_future_can_be_awaited_without_a_loop)
{
	cigo_future *f = t_done(7);
	int value = 0;

	ck_assert_int_eq(cigo_await(cigo_ctx_background(), f, &value), 0);
	ck_assert_int_eq(value, 7);
	ck_assert_int_eq(cigo_take(cigo_ctx_background(), f, &value), 0);
}
END_TEST

static cigo_future *made_before;

static int awaits_made_before(cigo_ctx *ctx, void *arg, void *ret)
{
	int value;
	cigo_task *t = t_job(ctx, .future = made_before, .word = "woken");

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_future_set(made_before, &(int){ 8 }, sizeof(int));
	ck_assert_int_eq(cigo_take(ctx, t, &value), 0);
	ck_assert_int_eq(value, 8);
	return 0;
}

T_TEST(a_future_made_before_the_loop_belongs_to_its_first_waiter_s)
{
	made_before = cigo_future_new(sizeof(int));
	ck_assert_int_eq(t_run(awaits_made_before, NULL), 0);
	t_expect_said("woken");
	cigo_future_unref(made_before);
}
END_TEST

T_CORO(awaiting_does_not_consume_but_taking_does)
{
	cigo_future *f = t_done(7);
	int value;

	ck_assert_int_eq(cigo_await(ctx, f, &value), 0);
	ck_assert_int_eq(cigo_await(ctx, f, &value), 0);
	ck_assert_int_eq(cigo_future_await(ctx, f, NULL, 0), 0);
	ck_assert_int_eq(cigo_take(ctx, f, &value), 0); /* the leak check sees the rest */
	ck_assert_int_eq(value, 7);
}

T_CORO(taking_gives_back_also_when_it_ends_early)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);

	ck_assert_int_eq(cigo_future_take(dead, cigo_future_new(4), NULL, 0), -EIO);
	cigo_ctx_unref(dead);
}

T_CORO(must_await_gives_the_value)
{
	int value = 0;
	cigo_future *f = t_done(7);

	ck_assert_int_eq(cigo_must_await(ctx, f, &value), 0);
	ck_assert_int_eq(value, 7);
	cigo_future_unref(f);
}

T_MISUSE(must_await_aborts_with_the_error_s_text, "No such device or address")
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int value;

	cigo_future_fail(f, -ENXIO);
	cigo_must_await(ctx, f, &value);
}

/* ---- awaiting under cancellation ---- */

T_CORO(an_await_whose_context_ends_gives_the_cause_and_zeros)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(3));
	cigo_future *f = cigo_future_new(sizeof(int));
	int value = 99;

	ck_assert_int_eq(cigo_await(timed, f, &value), -ETIMEDOUT);
	ck_assert_int_eq(value, 0);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(3));
	cigo_future_unref(f);
	cigo_ctx_unref(timed);
}

T_CORO(a_plain_future_is_cancelled_with_its_only_waiter)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(3));
	cigo_future *f = cigo_future_new(0);

	ck_assert_int_eq(cigo_join(timed, f), -ETIMEDOUT);
	ck_assert(cigo_future_is_done(f));
	ck_assert_int_eq(cigo_future_error(f), -ETIMEDOUT);
	cigo_future_unref(f);
	cigo_ctx_unref(timed);
}

T_CORO(a_plain_future_that_another_awaits_is_not_cancelled)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(3));
	cigo_future *f = cigo_future_new(sizeof(int));
	cigo_task *other = t_job(ctx, .future = f);
	int value;

	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_await(timed, f, &value), -ETIMEDOUT);
	ck_assert(!cigo_future_is_done(f));
	ck_assert_int_eq(cigo_future_set(f, &(int){ 4 }, sizeof(int)), 0);
	ck_assert_int_eq(cigo_take(ctx, other, &value), 0);
	ck_assert_int_eq(value, 4);
	cigo_future_unref(f);
	cigo_ctx_unref(timed);
}

T_CORO(the_last_of_several_cancelled_waiters_cancels_the_future)
{
	cigo_ctx *c = cigo_ctx_with_cancel(ctx);
	cigo_future *f = cigo_future_new(sizeof(int));
	cigo_task *a = t_job(c, .future = f), *b = t_job(c, .future = f);

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_ctx_cancel(c, -EIO);
	ck_assert_int_eq(cigo_future_take(ctx, a, NULL, 0), -EIO);
	ck_assert_int_eq(cigo_future_take(ctx, b, NULL, 0), -EIO);
	ck_assert_int_eq(cigo_future_error(f), -EIO);
	cigo_future_unref(f);
	cigo_ctx_unref(c);
}

T_CORO(a_pending_future_awaited_under_a_dead_context_gives_the_cause)
{
	cigo_ctx *dead = t_dead(ctx, -EXDEV);
	cigo_future *f = cigo_future_new(sizeof(int));
	int value = 99;

	ck_assert_int_eq(cigo_await(dead, f, &value), -EXDEV);
	ck_assert_int_eq(value, 0);
	cigo_future_unref(f);
	cigo_ctx_unref(dead);
}

struct pair {
	cigo_future *first, *second;
	int err[2], value[2];
};

static int awaits_pair(cigo_ctx *ctx, void *arg, void *ret)
{
	struct pair *p = arg;

	CIGO_UNUSED(ret);
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

T_CORO(a_value_delivered_before_the_cancellation_is_returned_and_the_next_await_gives_the_cause)
{
	struct pair p;
	cigo_task *t;

	pair_new(&p);
	t = cigo_spawn(ctx, awaits_pair, 0, &p);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_future_set(p.first, &(int){ 7 }, sizeof(int));
	cigo_future_cancel(t, -EIO); /* in the same step */
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -EIO);
	ck_assert_int_eq(p.err[0], 0);
	ck_assert_int_eq(p.value[0], 7);
	ck_assert_int_eq(p.err[1], -EIO);
	ck_assert_int_eq(p.value[1], 0);
	pair_free(&p);
}

T_CORO(a_value_that_comes_after_the_cancellation_is_not_returned)
{
	struct pair p;
	cigo_task *t;

	pair_new(&p);
	t = cigo_spawn(ctx, awaits_pair, 0, &p);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_future_cancel(t, -EIO);
	cigo_ignore(cigo_future_set(p.first, &(int){ 7 }, sizeof(int)));
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -EIO);
	ck_assert_int_eq(p.err[0], -EIO);
	ck_assert_int_eq(p.value[0], 0);
	ck_assert_int_eq(p.err[1], -EIO);
	pair_free(&p);
}

T_CORO(a_future_cancelled_with_a_reason_gives_it_to_its_waiters)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	cigo_task *a = t_job(ctx, .future = f), *b = t_job(ctx, .future = f);

	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_future_cancel(f, -EXDEV), 0);
	ck_assert_int_eq(cigo_future_take(ctx, a, NULL, 0), -EXDEV);
	ck_assert_int_eq(cigo_future_take(ctx, b, NULL, 0), -EXDEV);
	cigo_future_unref(f);
}

/* ---- listeners ---- */

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

T_CORO(a_listener_is_called_on_the_home_thread_but_never_inside_the_completion)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	struct call call = { .calls = 0 };

	ck_assert_int_eq(cigo_future_on_done(ctx, f, notes, &call), 0);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(call.calls, 0);
	cigo_future_complete(f, &(int){ 3 }, sizeof(int), -EIO);
	ck_assert_int_eq(call.calls, 0);
	ck_assert_int_eq(cigo_sleep(ctx, 1), 0);
	ck_assert_int_eq(call.calls, 1);
	ck_assert_int_eq(call.err, -EIO);
	ck_assert_int_eq(call.value, 3);
	ck_assert_int_eq(call.thread, getpid());
	ck_assert_int_ne(call.thread, syscall(SYS_gettid));
	ck_assert_ptr_eq(call.f, f);
	ck_assert_ptr_eq(call.loop, cigo_ctx_loop(ctx));
	ck_assert_int_eq(cigo_sleep(ctx, 1), 0);
	ck_assert_int_eq(call.calls, 1);
	cigo_future_unref(f);
}

T_CORO(a_listener_to_a_finished_future_is_called_in_its_turn_too)
{
	cigo_future *f = t_done(3);
	struct call call = { .calls = 0 };

	ck_assert_int_eq(cigo_future_on_done(ctx, f, notes, &call), 0);
	ck_assert_int_eq(call.calls, 0);
	ck_assert_int_eq(cigo_sleep(ctx, 1), 0);
	ck_assert_int_eq(call.calls, 1);
	ck_assert_int_eq(call.err, 0);
	ck_assert_int_eq(call.value, 3);
	cigo_future_unref(f);
}

T_CORO(a_listener_may_be_the_last_to_hold_the_future)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	struct call call = { .calls = 0 };

	ck_assert_int_eq(cigo_future_on_done(ctx, f, notes, &call), 0);
	cigo_future_set(f, &(int){ 3 }, sizeof(int));
	cigo_future_unref(f);
	ck_assert_int_eq(cigo_sleep(ctx, 1), 0);
	ck_assert_int_eq(call.calls, 1);
	ck_assert_int_eq(call.value, 3);
}

static void says(const cigo_ctx *ctx, cigo_future *f, int err, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(f), CIGO_UNUSED(err);
	t_say(arg);
}

T_CORO(listeners_and_waiters_have_their_turn_in_the_order_of_their_coming)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	char words[] = "a\0b\0d";

	ck_assert_int_eq(cigo_future_on_done(ctx, f, says, words), 0);
	ck_assert_int_eq(cigo_future_on_done(ctx, f, says, words + 2), 0);
	cigo_detach(t_job(ctx, .future = f, .word = "c"));
	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_future_on_done(ctx, f, says, words + 4), 0);
	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	ck_assert_int_eq(cigo_sleep(ctx, 1), 0);
	t_expect_said("abcd");
	cigo_future_unref(f);
}

T_CORO(a_listener_can_be_taken_back_until_it_is_called)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	struct call a = { .calls = 0 }, b = { .calls = 0 };

	ck_assert_int_eq(cigo_future_off_done(f, notes, &a), -ENOENT);
	ck_assert_int_eq(cigo_future_on_done(ctx, f, notes, &a), 0);
	ck_assert_int_eq(cigo_future_on_done(ctx, f, notes, &b), 0);
	ck_assert_int_eq(cigo_future_off_done(f, says, &a), -ENOENT);
	ck_assert_int_eq(cigo_future_off_done(f, notes, &a), 0);
	ck_assert_int_eq(cigo_future_off_done(f, notes, &a), -ENOENT);
	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	ck_assert_int_eq(cigo_sleep(ctx, 1), 0);
	ck_assert_int_eq(a.calls, 0);
	ck_assert_int_eq(b.calls, 1);
	ck_assert_int_eq(cigo_future_off_done(f, notes, &b), -ENOENT);
	cigo_future_unref(f);
}

T_CORO(a_listener_can_be_taken_back_between_the_completion_and_its_call)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	struct call call = { .calls = 0 };

	ck_assert_int_eq(cigo_future_on_done(ctx, f, notes, &call), 0);
	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	ck_assert_int_eq(cigo_future_off_done(f, notes, &call), 0);
	ck_assert_int_eq(cigo_sleep(ctx, 1), 0);
	ck_assert_int_eq(call.calls, 0);
	cigo_future_unref(f);
}

T_CORO(the_same_listener_twice_is_two_listeners)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	struct call call = { .calls = 0 };

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(cigo_future_on_done(ctx, f, notes, &call), 0);
	ck_assert_int_eq(cigo_future_off_done(f, notes, &call), 0);
	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	ck_assert_int_eq(cigo_sleep(ctx, 1), 0);
	ck_assert_int_eq(call.calls, 2);
	cigo_future_unref(f);
}

T_CORO(a_listener_to_a_task_is_called_when_its_body_has_returned)
{
	struct call call = { .calls = 0 };
	int ended = 0;
	cigo_task *t =
		t_job(ctx, .ns = CIGO_S(1), .cleanup = CIGO_MS(10), .ended = &ended, .value = 6);

	ck_assert_int_eq(cigo_future_on_done(ctx, t, notes, &call), 0);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
	cigo_future_cancel(t, -EIO);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(9)), 0);
	ck_assert_int_eq(call.calls, 0);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(2)), 0);
	ck_assert_int_eq(ended, 1);
	ck_assert_int_eq(call.calls, 1);
	ck_assert_int_eq(call.err, -EIO);
	ck_assert_int_eq(call.value, 6);
	cigo_future_unref(t);
}

static void spawns(const cigo_ctx *ctx, cigo_future *f, int err, void *arg)
{
	CIGO_UNUSED(f), CIGO_UNUSED(err);
	*(cigo_task **)arg = t_job(ctx, .value = 12);
}

T_CORO(a_listener_may_spawn)
{
	cigo_future *f = t_done(1);
	cigo_task *t = NULL;
	int value;

	ck_assert_int_eq(cigo_future_on_done(ctx, f, spawns, &t), 0);
	ck_assert_int_eq(cigo_sleep(ctx, 1), 0);
	ck_assert_int_eq(cigo_take(ctx, t, &value), 0);
	ck_assert_int_eq(value, 12);
	cigo_future_unref(f);
}

static void gives_back(const cigo_ctx *ctx, cigo_future *f, int err, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(err);
	ck_assert_int_eq(cigo_future_off_done(f, gives_back, arg), -ENOENT); /* called already */
	++*(int *)arg;
	cigo_future_unref(f);
}

T_CORO(a_listener_may_give_the_future_back)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int calls = 0;

	ck_assert_int_eq(cigo_future_on_done(ctx, f, gives_back, &calls), 0);
	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	ck_assert_int_eq(cigo_sleep(ctx, 1), 0);
	ck_assert_int_eq(calls, 1);
}

static void completes(const cigo_ctx *ctx, int status, void *arg)
{
	CIGO_UNUSED(ctx);
	if (!status)
		cigo_future_set(arg, &(int){ 8 }, sizeof(int));
}

T_CORO(a_callback_may_complete_what_a_coroutine_awaits)
{
	int64_t start = cigo_now(ctx);
	cigo_future *f = cigo_future_new(sizeof(int));
	int value;

	cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_MS(5), completes, f);
	ck_assert_int_eq(cigo_await(ctx, f, &value), 0);
	ck_assert_int_eq(value, 8);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(5));
	cigo_future_unref(f);
}

static struct call at_end, at_end_done;
static cigo_ctx *kept_ctx;

static int leaves_listeners(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_future **f = arg;

	CIGO_UNUSED(ret);
	kept_ctx = cigo_ctx_ref(ctx);
	f[0] = cigo_future_new(sizeof(int));
	f[1] = cigo_future_new(sizeof(int));
	ck_assert_int_eq(cigo_future_on_done(ctx, f[0], notes, &at_end), 0);
	ck_assert_int_eq(cigo_future_on_done(ctx, f[1], notes, &at_end_done), 0);
	cigo_future_set(f[1], &(int){ 5 }, sizeof(int));
	return 0;
}

T_TEST(a_listener_still_pending_at_the_loop_s_end_is_called_once_with_canceled)
{
	cigo_future *f[2];

	ck_assert_int_eq(t_run(leaves_listeners, f), 0);
	ck_assert_int_eq(at_end.calls, 1);
	ck_assert_int_eq(at_end.err, -ECANCELED);
	ck_assert_int_eq(at_end_done.calls, 1);
	for (int i = 0; i < 2; i++) {
		int err = cigo_future_on_done(kept_ctx, f[i], never_called, NULL);

		ck_assert(err == CIGO_ENOLOOP || err == CIGO_ECLOSED);
	}
	ck_assert(cigo_future_is_done(f[0])); /* handles outlive the loop, completed */
	ck_assert_int_lt(cigo_future_error(f[0]), 0);
	ck_assert_int_eq(cigo_future_error(f[1]), 0);
	cigo_future_unref(f[0]);
	cigo_future_unref(f[1]);
	cigo_ctx_unref(kept_ctx);
}
END_TEST

static int leaves_shields(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_future **f = arg;

	CIGO_UNUSED(ctx), CIGO_UNUSED(ret);
	f[0] = cigo_future_new(sizeof(int));
	f[1] = cigo_future_shield(f[0]);
	f[2] = cigo_future_shield(f[1]);
	f[3] = cigo_future_shield(cigo_task_current(ctx));
	return 0;
}

T_TEST(handles_that_outlive_their_loop_are_done)
{
	cigo_future *f[4];

	ck_assert_int_eq(t_run(leaves_shields, f), 0);
	for (int i = 0; i < 3; i++) {
		ck_assert(cigo_future_is_done(f[i]));
		ck_assert_int_eq(cigo_future_error(f[i]), -ECANCELED);
	}
	ck_assert(cigo_future_is_done(f[3]));
	ck_assert_int_eq(cigo_future_error(f[3]), 0);
	ck_assert_int_eq(cigo_join(cigo_ctx_background(), f[2]), -ECANCELED);
	for (int i = 0; i < 4; i++)
		cigo_future_unref(f[i]);
}
END_TEST

static int err_of_late_listener;

static void listens_late(const cigo_ctx *ctx, int status, void *arg)
{
	CIGO_UNUSED(arg);
	if (status < 0) {
		cigo_future *f = cigo_future_new(sizeof(int));

		err_of_late_listener = cigo_future_on_done(ctx, f, never_called, NULL);
		cigo_future_unref(f);
	}
}

static int leaves_a_callback(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	return cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_S(1), listens_late, NULL) < 0;
}

T_TEST(nobody_can_listen_when_the_loop_is_past_its_end)
{
	ck_assert_int_eq(t_run(leaves_a_callback, NULL), 0);
	ck_assert_int_eq(err_of_late_listener, CIGO_ECLOSED);
}
END_TEST

T_TEST(without_a_loop_nobody_can_listen)
{
	cigo_future *f = cigo_future_new(sizeof(int));

	ck_assert_int_eq(cigo_future_on_done(cigo_ctx_background(), f, never_called, NULL),
			 CIGO_ENOLOOP);
	cigo_future_unref(f);
}
END_TEST

static long counted, out_of_order;

static void counts(const cigo_ctx *ctx, cigo_future *f, int err, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(f), CIGO_UNUSED(err);
	out_of_order += (intptr_t)arg != counted++;
}

T_CORO(a_future_may_have_100000_listeners)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	long n = t_scale(100000, 20000), refused = 0;

	for (intptr_t i = 0; i < n; i++)
		refused += cigo_future_on_done(ctx, f, counts, (void *)i) != 0;
	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	ck_assert_int_eq(refused, 0);
	if (!t_is_preemptive())
		ck_assert_int_eq(counted, 0);
	ck_assert_int_eq(cigo_sleep(ctx, 1), 0);
	ck_assert_int_eq(counted, n);
	ck_assert_int_eq(out_of_order, 0);
	cigo_future_unref(f);
}

/* ---- destinations ---- */

T_CORO(a_destination_is_written_by_the_completion_before_any_waiter_runs)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int place = 99;

	ck_assert_ptr_eq(cigo_write_to(ctx, f, &place), f);
	place = 99;
	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(place, 99);
	cigo_future_set(f, &(int){ 5 }, sizeof(int));
	ck_assert_int_eq(place, 5);
	ck_assert_int_eq(cigo_join(ctx, f), 0);
	cigo_future_unref(f);
}

T_CORO(a_destination_of_a_finished_future_is_written_at_once)
{
	cigo_future *f = t_done(5);
	int place = 99;

	ck_assert_ptr_eq(cigo_write_to(ctx, f, &place), f);
	ck_assert_int_eq(place, 5);
	cigo_future_unref(f);
}

T_CORO(a_destination_is_written_zeros_on_a_failure_and_the_value_beside_an_error)
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
	ck_assert_int_eq(a, 0);
	ck_assert_int_eq(b, 6);
	ck_assert_int_eq(c, 0);
	cigo_future_unref(failed);
	cigo_future_unref(both);
	cigo_future_unref(cancelled);
}

T_CORO(a_future_may_have_several_destinations)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int places[10] = { 0 };

	for (int i = 0; i < 10; i++)
		ck_assert_ptr_eq(cigo_write_to(ctx, f, &places[i]), f);
	cigo_future_set(f, &(int){ 5 }, sizeof(int));
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(places[i], 5);
	cigo_future_unref(f);
}

T_CORO(a_destination_is_forgotten_when_the_next_wait_for_its_future_returns)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(1));
	cigo_future *f = cigo_future_new(sizeof(int));
	int place = 99;

	cigo_detach(t_job(ctx, .future = f)); /* so that our timeout does not cancel it */
	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_write_to(ctx, f, &place);
	ck_assert_int_eq(cigo_join(timed, f), -ETIMEDOUT);
	place = 99;
	cigo_future_set(f, &(int){ 5 }, sizeof(int));
	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(place, 99);
	cigo_future_unref(f);
	cigo_ctx_unref(timed);
}

T_CORO(a_wait_for_another_future_does_not_forget_a_destination)
{
	cigo_future *f = cigo_future_new(sizeof(int)), *other = t_done(1);
	int place = 99;

	cigo_write_to(ctx, f, &place);
	ck_assert_int_eq(cigo_join(ctx, other), 0);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
	cigo_future_set(f, &(int){ 5 }, sizeof(int));
	ck_assert_int_eq(place, 5);
	cigo_future_unref(f);
	cigo_future_unref(other);
}

T_CORO(a_wait_that_returns_early_forgets_the_destinations_of_all_it_waited_for)
{
	cigo_future *first = t_done(1), *late = cigo_future_new(sizeof(int));
	int a = 99, b = 99;

	ck_assert_int_eq(
		cigo_wait_any(ctx, cigo_write_to(ctx, first, &a), cigo_write_to(ctx, late, &b)), 0);
	ck_assert_int_eq(a, 1);
	b = 99;
	cigo_future_set(late, &(int){ 5 }, sizeof(int));
	ck_assert_int_eq(b, 99);
	cigo_future_unref(first);
	cigo_future_unref(late);
}

struct promise {
	cigo_future *f;
	int *place;
};

static int promises_and_returns(cigo_ctx *ctx, void *arg, void *ret)
{
	struct promise *p = arg;

	CIGO_UNUSED(ret);
	cigo_write_to(ctx, p->f, p->place);
	return 0;
}

T_CORO(a_destination_is_forgotten_when_its_coroutine_returns)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int place = 99;
	struct promise p = { f, &place };
	cigo_task *t = cigo_spawn(ctx, promises_and_returns, 0, &p);

	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	place = 99;
	cigo_future_set(f, &(int){ 5 }, sizeof(int));
	ck_assert_int_eq(place, 99);
	cigo_future_unref(f);
}

T_CORO(one_coroutine_s_wait_does_not_forget_another_s_destination)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int place = 99;
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(1));
	cigo_task *other = t_job(ctx, .future = f);
	cigo_task *early;

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_write_to(ctx, f, &place);
	early = t_job(timed, .future = f);
	ck_assert_int_eq(cigo_future_take(ctx, early, NULL, 0), -ETIMEDOUT);
	cigo_future_set(f, &(int){ 5 }, sizeof(int));
	ck_assert_int_eq(place, 5);
	ck_assert_int_eq(cigo_future_take(ctx, other, NULL, 0), 0);
	cigo_future_unref(f);
	cigo_ctx_unref(timed);
}

/* ---- shields ---- */

T_CORO(a_shield_completes_as_its_future_does)
{
	cigo_future *f = cigo_future_new(sizeof(int)), *done = t_done(2);
	cigo_future *a = cigo_future_shield(f), *b = cigo_future_shield(done);
	int value = 0;

	ck_assert(!cigo_future_is_done(a));
	ck_assert(cigo_future_is_done(b));
	cigo_future_complete(f, &(int){ 9 }, sizeof(int), -EIO);
	ck_assert(cigo_future_is_done(a)); /* at once, inside the completion */
	ck_assert_int_eq(cigo_await(ctx, a, &value), -EIO);
	ck_assert_int_eq(value, 9);
	ck_assert_int_eq(cigo_await(ctx, b, &value), 0);
	ck_assert_int_eq(value, 2);
	cigo_future_unref(a);
	cigo_future_unref(b);
	cigo_future_unref(f);
	cigo_future_unref(done);
}

T_CORO(a_shield_lets_no_cancellation_through_whatever_its_reason)
{
	static const int reasons[] = { 0, -ECANCELED, -ETIMEDOUT, -EIO, -6000 };

	for (int i = 0; i < 5; i++) {
		cigo_future *f = cigo_future_new(sizeof(int)), *shield = cigo_future_shield(f);

		ck_assert_int_eq(cigo_future_cancel(shield, reasons[i]), 0);
		ck_assert(cigo_future_is_done(shield));
		ck_assert_int_eq(cigo_future_error(shield), reasons[i] ? reasons[i] : -ECANCELED);
		ck_assert(!cigo_future_is_done(f));
		cigo_future_set(f, &(int){ 1 }, sizeof(int));
		ck_assert_int_eq(cigo_future_error(shield), reasons[i] ? reasons[i] : -ECANCELED);
		cigo_future_unref(shield);
		cigo_future_unref(f);
	}
	CIGO_UNUSED(ctx);
}

T_CORO(a_timed_out_wait_for_a_shield_returns_at_once_and_leaves_the_task_running)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_task *t = t_job(ctx, .ns = CIGO_MS(50), .value = 3);
	cigo_future *shield = cigo_future_shield(t);
	int value = 99;

	ck_assert_int_eq(cigo_await(timed, shield, &value), -ETIMEDOUT);
	ck_assert_int_eq(value, 0);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(5));
	ck_assert_int_eq(cigo_take(ctx, t, &value), 0);
	ck_assert_int_eq(value, 3);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(50));
	cigo_future_unref(shield);
	cigo_ctx_unref(timed);
}

T_CORO(a_shield_may_be_given_back_before_its_future_is_done)
{
	cigo_future *f = cigo_future_new(sizeof(int));

	cigo_future_unref(cigo_future_shield(f));
	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_future_unref(f);
}

T_CORO(a_shield_keeps_working_when_its_task_s_handle_is_given_back)
{
	cigo_task *t = t_job(ctx, .ns = CIGO_MS(5), .value = 3);
	cigo_future *shield = cigo_future_shield(t);
	int value;

	cigo_detach(t);
	ck_assert_int_eq(cigo_take(ctx, shield, &value), 0);
	ck_assert_int_eq(value, 3);
}

T_CORO(a_future_may_have_100000_shields)
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
	ck_assert_int_eq(done, n);
	cigo_future_unref(f);
	free(shields);
	CIGO_UNUSED(ctx);
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

T_CORO(a_chain_of_100000_shields_needs_no_stack)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	cigo_future *last = shields_before(f, t_scale(100000, 20000));
	cigo_task *t = t_job(ctx, .future = last);
	int value;

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_future_set(f, &(int){ 11 }, sizeof(int));
	ck_assert(cigo_future_is_done(last)); /* at once, inside the completion */
	ck_assert_int_eq(cigo_take(ctx, t, &value), 0);
	ck_assert_int_eq(value, 11);
	cigo_future_unref(last);
	cigo_future_unref(f);
}

T_CORO(a_chain_of_100000_shields_can_be_given_back_pending)
{
	cigo_future *f = cigo_future_new(sizeof(int));

	cigo_future_unref(shields_before(f, t_scale(100000, 20000)));
	cigo_future_set(f, &(int){ 11 }, sizeof(int));
	cigo_future_unref(f);
	CIGO_UNUSED(ctx);
}

static int awaits_itself_through_shields(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_future *last = shields_before(cigo_task_current(ctx), *(long *)arg);

	CIGO_UNUSED(ret);
	return cigo_future_take(ctx, last, NULL, 0);
}

T_CORO(a_cycle_through_shields_is_found)
{
	long lengths[] = { 1, 2, t_scale(100000, 20000) };

	for (int i = 0; i < 3; i++) {
		cigo_task *t = cigo_spawn(ctx, awaits_itself_through_shields, 0, &lengths[i]);
		cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_S(1));

		ck_assert_int_eq(cigo_future_take(timed, t, NULL, 0), -EDEADLK);
		cigo_ctx_unref(timed);
	}
}

/* ---- misuse ---- */

T_MISUSE(setting_a_value_of_another_size_is_misuse, "cigo_future_set")
{
	CIGO_UNUSED(ctx);
	cigo_future_set(cigo_future_new(4), "12345678", 8);
}

T_MISUSE(completing_with_a_value_of_another_size_is_misuse, "cigo_future_complete")
{
	CIGO_UNUSED(ctx);
	cigo_future_complete(cigo_future_new(4), "12345678", 8, -EIO);
}

T_MISUSE(getting_a_value_of_another_size_is_misuse, "cigo_future_result")
{
	int64_t value;

	CIGO_UNUSED(ctx);
	cigo_result(t_done(1), &value);
}

T_MISUSE(awaiting_a_value_of_another_size_is_misuse, "cigo_future_await")
{
	char value;

	cigo_ignore(cigo_await(ctx, t_done(1), &value));
}

T_MISUSE(awaiting_a_pending_value_of_another_size_is_misuse_at_once, "cigo_future_await")
{
	char value;

	cigo_ignore(cigo_await(ctx, cigo_future_new(4), &value));
}

T_MISUSE(taking_a_value_of_another_size_is_misuse, "cigo_future_take")
{
	char value;

	cigo_ignore(cigo_take(ctx, t_done(1), &value));
}

T_MISUSE(a_destination_of_another_size_is_misuse, "cigo_future_write_to")
{
	static char place;

	cigo_write_to(ctx, cigo_future_new(4), &place);
}

T_MISUSE(setting_a_task_is_misuse, "cigo_future_set")
{
	cigo_future_set(t_job(ctx, .value = 1), &(int){ 1 }, sizeof(int));
}

T_MISUSE(failing_a_task_is_misuse, "cigo_future_fail")
{
	cigo_future_fail(t_job(ctx, .value = 1), -EIO);
}

T_MISUSE(completing_a_task_is_misuse, "cigo_future_complete")
{
	cigo_future_complete(t_job(ctx, .value = 1), &(int){ 1 }, sizeof(int), 0);
}

T_MISUSE(setting_a_shield_is_misuse, "cigo_future_set")
{
	CIGO_UNUSED(ctx);
	cigo_future_set(cigo_future_shield(cigo_future_new(4)), "123", 4);
}

T_MISUSE(setting_a_worker_is_misuse, "cigo_future_set")
{
	cigo_future_set(cigo_go(ctx, t_sleeper, 4, NULL), "123", 4);
}

T_MISUSE(asking_a_plain_future_for_a_task_s_name_is_misuse, "cigo_task_name")
{
	CIGO_UNUSED(ctx);
	cigo_ignore(cigo_task_name(cigo_future_new(4)) == NULL);
}

static void *sets_foreign(void *f)
{
	cigo_future_set(f, "123", 4);
	return NULL;
}

static void *unrefs_foreign(void *f)
{
	cigo_future_unref(f);
	return NULL;
}

static void *cancels_foreign(void *f)
{
	cigo_future_cancel(f, 0);
	return NULL;
}

static void *asks_foreign(void *f)
{
	int value;

	cigo_ignore(cigo_future_result(f, &value, sizeof value));
	return NULL;
}

T_MISUSE(setting_a_loop_s_future_from_a_foreign_thread_is_misuse, "cigo_future_set")
{
	CIGO_UNUSED(ctx);
	t_foreign(sets_foreign, cigo_future_new(4));
}

T_MISUSE(giving_a_loop_s_future_back_from_a_foreign_thread_is_misuse, "cigo_future_unref")
{
	CIGO_UNUSED(ctx);
	t_foreign(unrefs_foreign, cigo_future_new(4));
}

T_MISUSE(cancelling_a_loop_s_task_from_a_foreign_thread_is_misuse, "cigo_future_cancel")
{
	t_foreign(cancels_foreign, t_job(ctx, .ns = CIGO_NEVER));
}

T_MISUSE(asking_a_loop_s_future_from_a_foreign_thread_is_misuse, "cigo_future_result")
{
	CIGO_UNUSED(ctx);
	t_foreign(asks_foreign, t_done(1));
}

static void awaits_pending_without_a_loop(void *arg)
{
	CIGO_UNUSED(arg);
	cigo_ignore(cigo_join(cigo_ctx_background(), cigo_future_new(4)));
}

T_TEST(awaiting_what_is_pending_without_a_loop_is_misuse)
{
	t_abort(awaits_pending_without_a_loop, NULL, "cigo_future_await");
}
END_TEST

static void *awaits_foreign(void *ctx)
{
	cigo_ignore(cigo_join(ctx, cigo_future_new(4)));
	return NULL;
}

T_MISUSE(awaiting_by_a_loop_s_context_on_a_foreign_thread_is_misuse, "cigo_future_await")
{
	t_foreign(awaits_foreign, ctx);
}

T_MISUSE_CALLBACK(awaiting_in_a_callback_is_misuse, "cigo_future_await")
{
	cigo_ignore(cigo_join(ctx, cigo_future_new(4)));
}

T_MISUSE_CALLBACK(taking_in_a_callback_is_misuse, "cigo_future_take")
{
	cigo_ignore(cigo_future_take(ctx, cigo_future_new(4), NULL, 0));
}

int main(void)
{
	Suite *s = suite_create("future");
	TCase *tc = t_case(s, "completion");

	t_add(tc, a_new_future_is_pending, a_set_future_has_its_value,
	      a_failed_future_has_its_error_and_a_value_of_zeros,
	      a_completion_may_have_both_a_value_and_an_error, a_completion_may_have_neither,
	      a_value_may_have_no_size_or_a_large_one, the_first_completion_wins,
	      a_cancelled_future_is_done_with_the_reason,
	      a_reference_more_is_a_reference_to_give_back,
	      a_future_of_an_absurd_size_is_want_of_memory,
	      a_future_that_could_not_be_made_is_one_that_failed,
	      without_a_context_nothing_can_be_awaited);
	tc = t_case(s, "awaiting");
	t_add(tc, an_await_returns_the_value_and_the_error,
	      a_finished_future_is_returned_under_a_dead_context_too,
	      a_finished_future_can_be_awaited_without_a_loop,
	      a_future_made_before_the_loop_belongs_to_its_first_waiter_s,
	      awaiting_does_not_consume_but_taking_does, taking_gives_back_also_when_it_ends_early,
	      must_await_gives_the_value, must_await_aborts_with_the_error_s_text);
	t_add_cooperative(tc, a_finished_future_is_returned_at_once_and_nobody_else_runs);
	t_add_cooperative(tc, completing_a_future_does_not_switch);
	t_add_cooperative(tc, waiters_are_woken_in_the_order_of_their_coming);
	tc = t_case(s, "awaiting under cancellation");
	t_add(tc, an_await_whose_context_ends_gives_the_cause_and_zeros,
	      a_plain_future_is_cancelled_with_its_only_waiter,
	      a_plain_future_that_another_awaits_is_not_cancelled,
	      the_last_of_several_cancelled_waiters_cancels_the_future,
	      a_pending_future_awaited_under_a_dead_context_gives_the_cause,
	      a_value_delivered_before_the_cancellation_is_returned_and_the_next_await_gives_the_cause,
	      a_value_that_comes_after_the_cancellation_is_not_returned,
	      a_future_cancelled_with_a_reason_gives_it_to_its_waiters);
	tc = t_case(s, "listeners");
	t_add(tc, a_listener_may_be_the_last_to_hold_the_future,
	      a_listener_can_be_taken_back_until_it_is_called,
	      the_same_listener_twice_is_two_listeners,
	      a_listener_to_a_task_is_called_when_its_body_has_returned, a_listener_may_spawn,
	      a_listener_may_give_the_future_back, a_callback_may_complete_what_a_coroutine_awaits,
	      a_listener_still_pending_at_the_loop_s_end_is_called_once_with_canceled,
	      handles_that_outlive_their_loop_are_done,
	      nobody_can_listen_when_the_loop_is_past_its_end, without_a_loop_nobody_can_listen);
	t_add_cooperative(tc, a_listener_can_be_taken_back_between_the_completion_and_its_call);
	t_add(tc, a_future_may_have_100000_listeners);
	t_add_cooperative(tc, a_listener_to_a_finished_future_is_called_in_its_turn_too);
	t_add_cooperative(tc, listeners_and_waiters_have_their_turn_in_the_order_of_their_coming);
	t_add_cooperative(tc,
			  a_listener_is_called_on_the_home_thread_but_never_inside_the_completion);
	tc = t_case(s, "destinations");
	t_add(tc, a_destination_is_written_by_the_completion_before_any_waiter_runs,
	      a_destination_of_a_finished_future_is_written_at_once,
	      a_destination_is_written_zeros_on_a_failure_and_the_value_beside_an_error,
	      a_future_may_have_several_destinations,
	      a_destination_is_forgotten_when_the_next_wait_for_its_future_returns,
	      a_wait_for_another_future_does_not_forget_a_destination,
	      a_wait_that_returns_early_forgets_the_destinations_of_all_it_waited_for,
	      a_destination_is_forgotten_when_its_coroutine_returns,
	      one_coroutine_s_wait_does_not_forget_another_s_destination);
	tc = t_case(s, "shields");
	t_add(tc, a_shield_completes_as_its_future_does,
	      a_shield_lets_no_cancellation_through_whatever_its_reason,
	      a_timed_out_wait_for_a_shield_returns_at_once_and_leaves_the_task_running,
	      a_shield_may_be_given_back_before_its_future_is_done,
	      a_shield_keeps_working_when_its_task_s_handle_is_given_back,
	      a_future_may_have_100000_shields, a_chain_of_100000_shields_needs_no_stack,
	      a_chain_of_100000_shields_can_be_given_back_pending,
	      a_cycle_through_shields_is_found);
	tc = t_case(s, "misuse");
	t_add(tc, setting_a_value_of_another_size_is_misuse,
	      completing_with_a_value_of_another_size_is_misuse,
	      getting_a_value_of_another_size_is_misuse, awaiting_a_value_of_another_size_is_misuse,
	      awaiting_a_pending_value_of_another_size_is_misuse_at_once,
	      taking_a_value_of_another_size_is_misuse, a_destination_of_another_size_is_misuse,
	      setting_a_task_is_misuse, failing_a_task_is_misuse, completing_a_task_is_misuse,
	      setting_a_shield_is_misuse, setting_a_worker_is_misuse,
	      asking_a_plain_future_for_a_task_s_name_is_misuse,
	      setting_a_loop_s_future_from_a_foreign_thread_is_misuse,
	      giving_a_loop_s_future_back_from_a_foreign_thread_is_misuse,
	      cancelling_a_loop_s_task_from_a_foreign_thread_is_misuse,
	      asking_a_loop_s_future_from_a_foreign_thread_is_misuse,
	      awaiting_what_is_pending_without_a_loop_is_misuse,
	      awaiting_by_a_loop_s_context_on_a_foreign_thread_is_misuse,
	      awaiting_in_a_callback_is_misuse, taking_in_a_callback_is_misuse);
	return t_main(s);
}
