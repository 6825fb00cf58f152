/* SPDX-License-Identifier: MIT
 * Tasks, futures, contexts, groups, the first result of several, and generators, under every order of two
 * to four coroutines; see tests/tools/orders.h.
 */
#include "tests/tools/orders.h"

/* What the bodies of the present order have in common. */
static int begun, ended, called;
static cigo_event *event;
static cigo_future *future;

static void open_world(void)
{
	begun = ended = called = 0;
	event = cigo_event_new();
	future = cigo_future_new(sizeof(int));
}

static void close_world(void)
{
	cigo_check(begun == ended, "%d bodies began, %d ended", begun, ended);
	cigo_future_unref(future);
	cigo_event_free(event);
}

MEMBER(cancels_a)
{
	t_cancel(0);
}

MEMBER(sets_event)
{
	cigo_event_set(event);
}

TEST_CASE("futures", .seconds = 60);

static int set_result;

MEMBER(sets)
{
	set_result = cigo_set(future, &(int){ 7 });
}

MEMBER(awaits)
{
	int value = 99;

	t_got[me] = cigo_await(ctx, future, &value);
	cigo_check(value == (t_got[me] ? 0 : 7), "result %d with the value %d", t_got[me], value);
}

MEMBER(awaits_a_shield)
{
	int value = 99;
	cigo_future *shield = cigo_future_shield(future);

	t_got[me] = cigo_take(ctx, shield, &value);
	cigo_check(value == (t_got[me] ? 0 : 7), "result %d with the value %d", t_got[me], value);
}

MEMBER(cancels_future)
{
	t_got[me] = cigo_future_cancel(future, 0);
}

/* A cancelled await takes the future along, if it waits alone. */
ORDERS_TEST(a_set_meets_a_cancelled_await, .outcomes = "+ | - | x", .preemptive = "+ | x",
	    .preemptions = 1)
{
	open_world();
	together(ctx, awaits, sets, cancels_a);
	cigo_check(set_result == (t_got[0] == -ECANCELED ? -EALREADY : 0) || t_got[0] != 0,
		   "set: %d, await: %d", set_result, t_got[0]);
	cigo_check(cigo_future_error(future) == (set_result ? -ECANCELED : 0), "set: %d, error: %d",
		   set_result, cigo_future_error(future));
	t_outcome(1);
	close_world();
}

ORDERS_TEST(a_future_is_set_or_cancelled_and_all_hear_the_same, .outcomes = "++ | xx",
	    .preemptions = 1)
{
	open_world();
	if (t_cooperative)
		together(ctx, awaits, awaits, sets, cancels_future);
	else
		together(ctx, awaits, sets, cancels_future);
	int cancelled = t_got[t_members - 1];
	cigo_check((set_result == 0) != (cancelled == 0), "set: %d, cancel: %d", set_result,
		   cancelled);
	if (!t_cooperative)
		t_got[1] = t_got[0];
	t_outcome(2);
	close_world();
}

ORDERS_TEST(a_shield_keeps_a_cancellation_from_its_future, .outcomes = "+ | - | x",
	    .preemptive = "+ | x", .preemptions = 1)
{
	open_world();
	together(ctx, awaits_a_shield, sets, cancels_a);
	ok(set_result);
	t_outcome(1);
	close_world();
}

static void done(const cigo_ctx *ctx T_UNUSED, cigo_future *f T_UNUSED, int err, void *arg T_UNUSED)
{
	cigo_check(!err, "done with %d", err);
	called++;
}

MEMBER(withdraws)
{
	t_got[me] = cigo_future_off_done(future, done, NULL);
}

ORDERS_TEST(a_callback_is_called_once_unless_it_was_withdrawn, .outcomes = "+ | ?")
{
	open_world();
	ok(cigo_future_on_done(ctx, future, done, NULL));
	together(ctx, withdraws, sets);
	t_quiet(ctx);
	cigo_check(called == (t_got[0] != 0), "called %d times, withdrawn: %d", called, t_got[0]);
	t_outcome(1);
	close_world();
}

TEST_CASE("contexts", .seconds = 60);

MEMBER(waits_then_sleeps)
{
	t_got[0] = cigo_event_wait(ctx, event);
	t_got[1] = cigo_sleep(ctx, CIGO_S(1));
}

/* A wake-up that came first is kept; the call after it hears of the cancellation. */
ORDERS_TEST(a_cancellation_between_a_wake_up_and_its_turn_is_heard_of_next,
	    .outcomes = "+x | -- | xx", .preemptive = "+x | xx", .preemptions = 1)
{
	open_world();
	together(ctx, waits_then_sleeps, sets_event, cancels_a);
	t_outcome(2);
	close_world();
}

MEMBER(waits_in_time)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(1));

	t_got[me] = cigo_event_wait(timed, event);
	cigo_check(!t_got[me] || cigo_ctx_error(timed) == -ETIMEDOUT, "%d too early", t_got[me]);
	cigo_ctx_unref(timed);
}

MEMBER(sets_event_late)
{
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	cigo_event_set(event);
}

ORDERS_TEST(a_deadline_and_the_event_come_at_once, .outcomes = "+ | t")
{
	open_world();
	together(ctx, waits_in_time, sets_event_late);
	t_outcome(1);
	close_world();
}

TEST_CASE("tasks", .seconds = 60);

/* The first is cancelled before it begins, so it never does. */
ORDERS_TEST(all_tasks_run_to_their_end, .only = CIGO_COOPERATIVE, .outcomes = "0 + 1 + 2 + 3")
{
	cigo_task *t[4];
	int begun_jobs = 0, ended_jobs = 0, sum = 0, value;

	for (int i = 0; i < 4; i++)
		t[i] = t_job(ctx, .ns = CIGO_MS(i % 3), .value = i, .begun = &begun_jobs,
			     .ended = &ended_jobs);
	cigo_future_cancel(t[0], -EIO);
	for (int i = 0; i < 4; i++) {
		int err = cigo_take(ctx, t[i], &value);
		cigo_check(err == (i ? 0 : -EIO), "%d ended with %d", i, err);
		sum += value;
	}
	cigo_check(begun_jobs == 3 && ended_jobs == 3, "%d began, %d ended", begun_jobs,
		   ended_jobs);
	cigo_outcome("%s", sum == 6 ? "0 + 1 + 2 + 3" : "another sum");
}

TEST_CASE("groups", .seconds = 60);

CORO(waits_for_event)
{
	begun++;
	int err = cigo_event_wait(ctx, event);
	t_got[0] = err;
	t_pause(ctx);
	ended++;
	return err;
}

CORO(fails_with_eio)
{
	begun++;
	t_pause(ctx);
	ended++;
	return -EIO;
}

CORO(sets_in_group)
{
	cigo_event_set(event);
	return 0;
}

ORDERS_TEST(the_first_failure_cancels_the_siblings, .outcomes = "+ | - | x", .preemptive = "+ | x",
	    .preemptions = 1)
{
	open_world();
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	cigo_group_spawn(g, "a", waits_for_event, 0, NULL);
	cigo_group_spawn(g, "b", fails_with_eio, 0, NULL);
	cigo_group_spawn(g, "c", sets_in_group, 0, NULL);
	int err = cigo_group_wait(ctx, g);
	cigo_check(err == -EIO, "the wait returned %d", err);
	cigo_check(begun == ended, "%d began, %d ended before the wait did", begun, ended);
	err = cigo_group_close(ctx, g);
	cigo_check(err == -EIO, "the close returned %d", err);
	t_outcome(1);
	close_world();
}

MEMBER(owns_a_group)
{
	cigo_group *g = cigo_group_new(ctx, 1, 0); /* so that one stands in line */

	cigo_group_spawn(g, "x", waits_for_event, 0, NULL);
	cigo_group_spawn(g, "y", fails_with_eio, 0, NULL);
	t_pause(ctx);
	cigo_group_cancel(g, 0);
	cigo_ignore(cigo_group_close(ctx, g));
	cigo_check(begun == ended, "%d began, %d ended before the close did", begun, ended);
}

ORDERS_TEST(a_close_waits_for_all_bodies_also_when_cancelled,
	    .outcomes = "begun 0 | begun 1 | begun 2", .preemptive = "begun 1", .preemptions = 1)
{
	open_world();
	if (t_cooperative)
		together(ctx, owns_a_group, sets_event, cancels_a);
	else
		together(ctx, owns_a_group);
	cigo_outcome("begun %d", begun);
	close_world();
}

CORO(gives_number)
{
	t_pause(ctx);
	return 0;
}

ORDERS_TEST(next_gives_each_task_once, .outcomes = "ab | ba", .preemptions = 1)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	char order[3] = "";
	cigo_task *t;
	int n = 0;

	cigo_group_spawn(g, "a", gives_number, 0, NULL);
	cigo_group_spawn(g, "b", gives_number, 0, NULL);
	while (cigo_group_next(ctx, g, &t) == 1 && n < 2)
		order[n++] = cigo_task_name(t)[0];
	cigo_check(n == 2 && order[0] != order[1], "%d tasks: %s", n, order);
	ok(cigo_group_close(ctx, g));
	cigo_outcome("%s", order);
}

TEST_CASE("the first result", .seconds = 60);

CORO(runs)
{
	int err = 0;

	begun++;
	if (arg)
		err = cigo_event_wait(ctx, event);
	else
		t_pause(ctx);
	ended++;
	return err;
}

ORDERS_TEST(there_is_one_winner_and_the_loser_has_returned, .outcomes = "0 | 1", .preemptions = 1)
{
	open_world();
	cigo_task *t[] = { cigo_spawn(ctx, runs, 0, NULL), cigo_spawn(ctx, runs, 0, NULL) };
	int n = cigo_first_result(ctx, t, 2, NULL, 0);
	cigo_check(n >= 0 && !cigo_future_error(t[n]), "first_result: %d", n);
	cigo_check(cigo_future_error(t[!n]) == -ECANCELED || ended == 2, "the loser: %d",
		   cigo_future_error(t[!n]));
	cigo_check(cigo_future_is_done(t[!n]), "the loser still runs");
	cigo_outcome("%d", n);
	cigo_future_unref(t[0]);
	cigo_future_unref(t[1]);
	close_world();
}

/* Three sleep as long as each other, one longer: it is never the first. */
ORDERS_TEST(the_first_of_four_is_one_whose_time_came_first, .only = CIGO_COOPERATIVE,
	    .outcomes = "0 | 1 | 2")
{
	cigo_task *t[4];
	int won = 0, value = 99;

	for (int i = 0; i < 4; i++)
		t[i] = t_job(ctx, .ns = CIGO_MS(1 + i / 3), .value = i);
	int n = cigo_first_result(ctx, t, 4, &value, sizeof value);
	cigo_check(value == n, "the value of %d is %d", n, value);
	for (int i = 0; i < 4; i++) {
		cigo_check(cigo_future_is_done(t[i]), "%d still runs", i);
		won += !cigo_future_error(t[i]);
		cigo_future_unref(t[i]);
	}
	cigo_check(won == 1, "%d have won", won);
	cigo_outcome("%d", n);
}

MEMBER(races)
{
	cigo_task *t[] = { cigo_spawn(ctx, runs, 0, event), cigo_spawn(ctx, runs, 0, event) };
	int n = cigo_first_result(ctx, t, 2, NULL, 0);

	t_got[me] = n < 0 ? n : 0;
	for (int i = 0; i < 2; i++) {
		cigo_check(cigo_future_is_done(t[i]), "runner %d still runs", i);
		cigo_future_unref(t[i]);
	}
}

ORDERS_TEST(a_cancelled_race_leaves_nobody_running, .outcomes = "+ | - | x",
	    .only = CIGO_COOPERATIVE)
{
	open_world();
	together(ctx, races, sets_event, cancels_a);
	t_outcome(1);
	close_world();
}

TEST_CASE("generators", .seconds = 60);

static int gives_three(cigo_ctx *ctx, cigo_gen *gen, void *arg T_UNUSED)
{
	int err = 0;

	begun++;
	for (int i = 1; i <= 3 && !err; i++) {
		t_pause(ctx);
		if (!cigo_yield_item(ctx, gen, &i))
			break;
		err = i == 2 ? cigo_event_wait(ctx, event) : 0;
	}
	ended++;
	return err;
}

/* The third item comes only with the event. */
static void consume(cigo_ctx *ctx, int me, int most)
{
	cigo_iter *it = cigo_generate(ctx, gives_three, sizeof(int), &(int){ 0 });
	int item, n = 0;

	while (n < most && cigo_next(ctx, it, &item))
		cigo_check(item == ++n, "item %d is %d", n, item);
	t_got[me] = cigo_iter_close(ctx, it);
	cigo_check(begun == ended, "the generator is not over");
	cigo_check(t_got[me] == -ECANCELED || n == most, "%d items", n);
}

MEMBER(leaves_after_two)
{
	consume(ctx, me, 2);
}

MEMBER(takes_all)
{
	consume(ctx, me, 3);
}

/* A generator that was left early has had no wait that a cancellation could end; but the consumer has. */
ORDERS_TEST(a_consumer_leaves_early, .outcomes = "+ | - | x", .preemptive = "+ | x",
	    .preemptions = 1)
{
	open_world();
	together(ctx, leaves_after_two, cancels_a);
	t_outcome(1);
	close_world();
}

ORDERS_TEST(a_generator_ends_or_is_cancelled, .only = CIGO_COOPERATIVE, .outcomes = "+ | - | x")
{
	open_world();
	together(ctx, takes_all, sets_event, cancels_a);
	t_outcome(1);
	close_world();
}

static cigo_iter *shared;
static int sum;

MEMBER(takes_in_turn)
{
	for (int i = 0, item; i < 2; i++) {
		cigo_check(cigo_next(ctx, shared, &item), "no item");
		sum += item;
		ok(cigo_sleep(ctx, CIGO_MS(2)));
	}
}

static int counts_up(cigo_ctx *ctx, cigo_gen *gen, void *arg T_UNUSED)
{
	for (int i = 1; cigo_yield_item(ctx, gen, &i); i++)
		;
	return 0;
}

ORDERS_TEST(tasks_consume_a_generator_in_turn, .only = CIGO_COOPERATIVE, .outcomes = "21")
{
	sum = 0;
	shared = cigo_generate(ctx, counts_up, sizeof(int), &(int){ 0 });
	together(ctx, takes_in_turn, takes_in_turn, takes_in_turn);
	ok(cigo_iter_close(ctx, shared));
	cigo_outcome("%d", sum);
}
