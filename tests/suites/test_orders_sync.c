/* SPDX-License-Identifier: MIT
 * Mutex, condition, semaphore, event and barrier, under every order of two to four coroutines; see
 * tests/tools/orders.h.
 */
#include "tests/tools/orders.h"

/* The coroutines that are inside, one letter each in the order of their coming; and who asked. */
static char asked[16], entered[16];
static int inside, allowed;

static void note(char *list, int me)
{
	size_t n = strlen(list);

	list[n] = (char)('a' + me);
	list[n + 1] = 0;
}

static void open_room(int places)
{
	asked[0] = entered[0] = 0;
	inside = 0;
	allowed = places;
}

static void stay_inside(cigo_ctx *ctx, int me)
{
	note(entered, me);
	inside++;
	cigo_check(inside <= allowed, "%d are inside, entered: %s", inside, entered);
	t_pause(ctx);
	cigo_check(inside <= allowed, "%d are inside, entered: %s", inside, entered);
	inside--;
}

/* Once a member is cancelled, each of its calls says so. */
static bool cancelled;

MEMBER(cancels_a)
{
	cancelled = true;
	t_cancel(0);
}

MEMBER(cancels_b)
{
	cancelled = true;
	t_cancel(1);
}

static void hears_of_it(cigo_ctx *ctx)
{
	bool before = cancelled;

	if (t_cooperative) {
		int err = cigo_sleep(ctx, 1);
		cigo_check(err == -ECANCELED || (!err && !before), "the cancellation is lost");
	}
}

TEST_CASE("mutex", .seconds = 60);

static cigo_mutex *mutex;

MEMBER(locks)
{
	note(asked, me);
	t_got[me] = cigo_mutex_lock(ctx, mutex);
	if (t_got[me])
		return;
	stay_inside(ctx, me);
	cigo_mutex_unlock(mutex);
}

static void close_mutex(void)
{
	cigo_check(cigo_mutex_try_lock(mutex), "it is still locked");
	cigo_mutex_unlock(mutex);
	cigo_mutex_free(mutex);
}

ORDERS_TEST(a_mutex_lets_one_in_after_the_other_as_they_came, .preemptions = 1,
	    .outcomes = "abc | acb | bac | bca | cab | cba")
{
	mutex = cigo_mutex_new();
	open_room(1);
	together(ctx, locks, locks, locks);
	if (t_cooperative) /* else another may come between the note and the lock */
		cigo_check(strcmp(asked, entered) == 0, "asked: %s, entered: %s", asked, entered);
	cigo_check(strlen(entered) == 3, "entered: %s", entered);
	cigo_outcome("%s", entered);
	close_mutex();
}

MEMBER(locks_and_may_be_cancelled)
{
	bool before = cancelled;

	note(asked, me);
	t_got[me] = cigo_mutex_lock(ctx, mutex);
	cigo_check(!before || !t_cooperative || t_got[me], "locked, though cancelled before");
	if (!t_got[me]) {
		stay_inside(ctx, me);
		cigo_mutex_unlock(mutex);
	}
	hears_of_it(ctx);
}

ORDERS_TEST(a_cancelled_waiter_loses_neither_the_lock_nor_the_cancellation, .preemptions = 1,
	    .outcomes = "++ | +- | +x", .preemptive = "++ | +x")
{
	mutex = cigo_mutex_new();
	open_room(1);
	cancelled = false;
	together(ctx, locks, locks_and_may_be_cancelled, cancels_b);
	t_outcome(2);
	close_mutex();
}

ORDERS_TEST(another_waiter_gets_the_lock_of_a_cancelled_one, .only = CIGO_COOPERATIVE,
	    .outcomes = "+++ | +-+ | +x+")
{
	mutex = cigo_mutex_new();
	open_room(1);
	cancelled = false;
	together(ctx, locks, locks_and_may_be_cancelled, locks, cancels_b);
	t_outcome(3);
	close_mutex();
}

MEMBER(locks_twice)
{
	t_got[me] = cigo_mutex_lock(ctx, mutex);
	if (t_got[me])
		return;
	t_pause(ctx);
	int again = cigo_mutex_lock(ctx, mutex);
	cigo_check(again == -EDEADLK, "the second lock: %d", again);
	stay_inside(ctx, me);
	cigo_mutex_unlock(mutex);
}

ORDERS_TEST(locking_twice_is_refused_whoever_waits, .outcomes = "++")
{
	mutex = cigo_mutex_new();
	open_room(1);
	together(ctx, locks_twice, locks_twice);
	t_outcome(2);
	close_mutex();
}

TEST_CASE("condition", .seconds = 60);

static cigo_condition *condition;
static int items;

static void open_shop(void)
{
	mutex = cigo_mutex_new();
	condition = cigo_condition_new();
	items = 0;
	cancelled = false;
	open_room(1);
}

static void close_shop(void)
{
	cigo_condition_free(condition);
	close_mutex();
}

MEMBER(consumes)
{
	int err = cigo_mutex_lock(ctx, mutex);

	if (err) {
		t_got[me] = err;
		return;
	}
	while (!err && !items)
		err = cigo_condition_wait(ctx, condition, mutex);
	stay_inside(ctx, me);
	items -= !err;
	t_got[me] = err;
	cigo_mutex_unlock(mutex);
}

MEMBER(produces)
{
	ok(cigo_mutex_lock(ctx, mutex));
	t_got[me] = 0;
	stay_inside(ctx, me);
	items++;
	cigo_condition_notify(condition, 1);
	cigo_mutex_unlock(mutex);
}

ORDERS_TEST(no_notification_is_lost, .outcomes = "++")
{
	open_shop();
	if (t_cooperative)
		together(ctx, consumes, consumes, produces, produces);
	else
		together(ctx, produces, consumes);
	t_outcome(2);
	cigo_check(!items, "%d items are left", items);
	close_shop();
}

/* b is cancelled only when all is quiet. */
ORDERS_TEST(a_cancelled_waiter_leaves_its_notification_to_the_next, .only = CIGO_COOPERATIVE,
	    .outcomes = "+x | -+ | x+")
{
	open_shop();
	begin_together(ctx, consumes, consumes, produces, cancels_a);
	t_quiet(ctx);
	cigo_check(!items, "a consumer sleeps beside an item");
	t_cancel(1);
	end_together(ctx);
	t_outcome(2);
	close_shop();
}

MEMBER(produces_for_all)
{
	ok(cigo_mutex_lock(ctx, mutex));
	items = 2;
	cigo_condition_notify_all(condition);
	cigo_mutex_unlock(mutex);
}

ORDERS_TEST(all_are_notified_also_beside_a_cancelled_one, .only = CIGO_COOPERATIVE,
	    .outcomes = "++ | -+ | x+")
{
	open_shop();
	together(ctx, consumes, consumes, produces_for_all, cancels_a);
	t_outcome(2);
	close_shop();
}

/* The item stays with the cancelled one or with the shop. */
ORDERS_TEST(a_notification_meets_a_cancellation, .preemptions = 1, .outcomes = "+ | - | x",
	    .preemptive = "+ | x")
{
	open_shop();
	together(ctx, consumes, produces, cancels_a);
	cigo_check(items == (t_got[0] != 0), "%d items are left", items);
	t_outcome(1);
	close_shop();
}

TEST_CASE("semaphore", .seconds = 60);

static cigo_semaphore *semaphore;

static void open_semaphore(int units)
{
	semaphore = cigo_semaphore_new((size_t)units, (size_t)units);
	open_room(units);
	cancelled = false;
}

static void close_semaphore(void)
{
	size_t value = cigo_semaphore_value(semaphore);

	cigo_check(value == (size_t)allowed, "%zu units of %d are left", value, allowed);
	cigo_semaphore_free(semaphore);
}

MEMBER(acquires)
{
	note(asked, me);
	t_got[me] = cigo_semaphore_acquire(ctx, semaphore);
	if (t_got[me])
		return;
	stay_inside(ctx, me);
	cigo_semaphore_release(semaphore);
}

MEMBER(acquires_and_may_be_cancelled)
{
	acquires_body(ctx, me);
	hears_of_it(ctx);
}

ORDERS_TEST(units_are_handed_over_as_they_came, .preemptions = 1,
	    .outcomes = "abc | acb | bac | bca | cab | cba")
{
	open_semaphore(2);
	together(ctx, acquires, acquires, acquires);
	if (t_cooperative)
		cigo_check(strcmp(asked, entered) == 0, "asked: %s, entered: %s", asked, entered);
	cigo_outcome("%s", entered);
	close_semaphore();
}

ORDERS_TEST(no_unit_is_lost_to_a_cancelled_waiter, .preemptions = 1, .outcomes = "+++ | +-+ | +x+",
	    .preemptive = "++ | +x")
{
	open_semaphore(1);
	if (t_cooperative)
		together(ctx, acquires, acquires_and_may_be_cancelled, acquires, cancels_b);
	else
		together(ctx, acquires, acquires, cancels_b);
	t_outcome(t_cooperative ? 3 : 2);
	close_semaphore();
}

TEST_CASE("event", .seconds = 60);

static cigo_event *event;
static bool set;

MEMBER(waits)
{
	t_got[me] = cigo_event_wait(ctx, event);
	cigo_check(t_got[me] || set, "nobody has set it");
}

MEMBER(sets)
{
	set = true;
	cigo_event_set(event);
}

MEMBER(sets_and_clears)
{
	sets_body(ctx, me);
	cigo_event_clear(event);
}

static void open_event(void)
{
	event = cigo_event_new();
	set = cancelled = false;
}

ORDERS_TEST(an_event_wakes_all_also_beside_a_cancelled_one, .only = CIGO_COOPERATIVE,
	    .outcomes = "++ | -+ | x+")
{
	open_event();
	together(ctx, waits, waits, sets, cancels_a);
	t_outcome(2);
	cigo_event_free(event);
}

ORDERS_TEST(setting_an_event_meets_a_cancellation, .preemptions = 1, .outcomes = "+ | - | x",
	    .preemptive = "+ | x")
{
	open_event();
	together(ctx, waits, sets, cancels_a);
	t_outcome(1);
	cigo_event_free(event);
}

/* Those that had waited before are woken; those that come after wait till they are cancelled. */
ORDERS_TEST(an_event_that_is_set_and_cleared_wakes_those_that_waited, .preemptions = 1,
	    .outcomes = "++ | +x | x+ | xx")
{
	open_event();
	begin_together(ctx, waits, waits, sets_and_clears);
	t_quiet(ctx);
	cigo_check(!cigo_event_is_set(event), "it is set");
	t_cancel(0);
	t_cancel(1);
	end_together(ctx);
	t_outcome(2);
	cigo_event_free(event);
}

TEST_CASE("barrier", .seconds = 60);

enum { ROUNDS = 2 };
static cigo_barrier *barrier;
static int at[2], sum;

MEMBER(goes_round)
{
	for (int i = 1; i <= ROUNDS; i++) {
		at[me] = i;
		int index = cigo_barrier_wait(ctx, barrier);
		t_got[me] = index < 0 ? index : 0;
		if (index < 0)
			return;
		sum += index;
		cigo_check(at[!me] == i || at[!me] == i + 1, "one is in round %d, one in %d", i,
			   at[!me]);
	}
}

static void open_barrier(void)
{
	barrier = cigo_barrier_new(2);
	at[0] = at[1] = sum = 0;
	cancelled = false;
}

ORDERS_TEST(rounds_are_one_after_the_other, .outcomes = "++")
{
	open_barrier();
	together(ctx, goes_round, goes_round);
	cigo_check(sum == ROUNDS, "the indexes of all rounds make %d", sum);
	t_outcome(2);
	cigo_barrier_free(barrier);
}

MEMBER(waits_once)
{
	int index = cigo_barrier_wait(ctx, barrier);

	t_got[me] = index < 0 ? index : 0;
}

/* If a was cancelled before it came, b waits till main aborts. */
ORDERS_TEST(a_round_is_complete_or_broken_for_all, .preemptions = 1, .outcomes = "++ | -b | xb",
	    .preemptive = "++ | xb")
{
	open_barrier();
	begin_together(ctx, waits_once, waits_once, cancels_a);
	t_quiet(ctx);
	cigo_check(t_got[0] != -ECANCELED || t_got[1] == CIGO_EBROKEN, "b waits for ever");
	cigo_barrier_abort(barrier);
	end_together(ctx);
	t_outcome(2);
	cigo_check(cigo_barrier_waiting(barrier) == 0, "one waits");
	cigo_barrier_free(barrier);
}

MEMBER(resets)
{
	cigo_barrier_reset(barrier);
}

/* A reset breaks the round that it meets and no other: what comes after makes a round of its own. */
ORDERS_TEST(a_reset_breaks_only_the_round_it_meets, .preemptions = 1, .outcomes = "++ | bb")
{
	open_barrier();
	begin_together(ctx, waits_once, waits_once, resets);
	t_quiet(ctx);
	cigo_check(!cigo_barrier_is_broken(barrier), "it is broken");
	cigo_barrier_abort(barrier);
	end_together(ctx);
	t_outcome(2);
	cigo_barrier_free(barrier);
}
