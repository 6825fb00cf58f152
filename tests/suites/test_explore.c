/* SPDX-License-Identifier: MIT
 * Exploring: small programs whose schedules can be counted by hand, in this process and in forked
 * children; what fails is found, told and can be had again. The numbers
 * are those of the cooperative model.
 */
#include "tests/tools/faults.h"
#include "tests/tools/kit.h"

#include <semaphore.h>
#include <signal.h>

#define explore(main, arg, ret, ...)                                                               \
	cigo_explore(&(cigo_explore_options){ .size = sizeof(cigo_explore_options), __VA_ARGS__ }, \
		     (main), (arg), (ret))
#define REPORT                              \
	{                                   \
		.size = sizeof(cigo_report) \
	}

static char *printed(const cigo_report *r)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	cigo_report_print(r, out);
	fclose(out);
	return text;
}

static const cigo_report_outcome *outcome(const cigo_report *r, const char *text)
{
	for (size_t i = 0; i < r->n_outcomes; i++)
		if (strcmp(r->outcomes[i]->text, text) == 0)
			return r->outcomes[i];
	ck_abort_msg("no outcome %s among %zu, the first is %s", text, r->n_outcomes,
		     r->n_outcomes ? r->outcomes[0]->text : "none");
	return NULL;
}

/* ---- chains: each step is a task that spawns the next, so all orders of steps are possible ---- */

enum { CHAINS = 3, STEPS = 3 };

struct world;

struct chain {
	struct world *world;
	int number, step, read;
};

struct world {
	int chains, steps, done;
	struct chain chain[CHAINS];
	cigo_event *over;
	void (*act)(struct world *w, struct chain *c);
	int x;
	char order[CHAINS * STEPS + 1];
};

static void note_order(struct world *w, struct chain *c)
{
	strncat(w->order, (const char *[]){ "a", "b", "c" }[c->number], 1);
}

/* Reads, then writes. */
static void update(struct world *w, struct chain *c)
{
	if (c->step == 0)
		c->read = w->x;
	else
		w->x = c->read + 1;
}

CORO(step)
{
	static const char *const names[] = { "a", "b", "c" };
	struct chain *c = arg;
	struct world *w = c->world;

	w->act(w, c);
	if (++c->step < w->steps)
		cigo_detach(cigo_task_spawn(ctx, names[c->number], step, 0, c));
	else if (++w->done == w->chains)
		cigo_event_set(w->over);
	return 0;
}

static void begin(cigo_ctx *ctx, struct world *w)
{
	static const char *const names[] = { "a", "b", "c" };

	w->done = w->x = 0;
	w->order[0] = 0;
	w->over = cigo_event_new();
	for (int i = 0; i < w->chains; i++) {
		w->chain[i] = (struct chain){ .world = w, .number = i };
		cigo_detach(cigo_task_spawn(ctx, names[i], step, 0, &w->chain[i]));
	}
	ok(cigo_event_wait(ctx, w->over));
	cigo_event_free(w->over);
}

CORO(orders)
{
	struct world *w = arg;

	w->act = note_order;
	begin(ctx, w);
	cigo_outcome("%s", w->order);
	return 0;
}

CORO(updates)
{
	struct world *w = arg;

	w->act = update;
	begin(ctx, w);
	cigo_show(ctx, "x", "%d", w->x);
	cigo_trace_note(ctx, "x should be %d", w->chains);
	cigo_outcome("x is %d", w->x);
	cigo_check(w->x == w->chains, "x is %d", w->x);
	return 0;
}

TEST_CASE("every schedule", .seconds = 30);

TEST(all_orders_of_the_steps_are_tried_each_once, COOPERATIVE, TIMES(4))
{
	static const struct {
		int chains, steps;
		unsigned long orders;
	} of[] = { { 2, 2, 6 }, { 2, 3, 20 }, { 3, 2, 90 }, { 3, 1, 6 } };
	struct world w = { .chains = of[_i].chains, .steps = of[_i].steps };
	cigo_report report = REPORT;

	ok(explore(orders, &w, &report));
	equal(report.schedules, of[_i].orders);
	equal(report.n_outcomes, of[_i].orders);
	equal(report.failures, 0);
	equal(report.preemptions, -1);
	equal(report.pruned, 0);
	ck_assert(report.complete);
	ck_assert_ptr_null(report.failure);
	ck_assert_ptr_null(report.replay);
	ck_assert_ptr_null(report.story);
	for (size_t i = 0; i < report.n_outcomes; i++)
		equal(report.outcomes[i]->count, 1);
	cigo_report_free(&report);
	ck_assert_ptr_null(report.outcomes);
	equal(report.size, sizeof report);
}

TEST(an_outcome_s_schedule_leads_to_it, COOPERATIVE)
{
	struct world w = { .chains = 2, .steps = 3 };
	cigo_report report = REPORT;

	ok(explore(orders, &w, &report));
	for (size_t i = 0; i < report.n_outcomes; i++) {
		cigo_loop_options o = { .size = sizeof o, .schedule = report.outcomes[i]->replay };

		ok(cigo_run_with(&o, cigo_ctx_background(), orders, &w));
		ck_assert_str_eq(w.order, report.outcomes[i]->text);
	}
	cigo_report_free(&report);
}

CORO(yields)
{
	int *x = arg, read = *x;

	ok(cigo_yield(ctx));
	*x = read + 1;
	return 0;
}

/* One that yields lets all go first that were ready then: so both read before either writes, and
 * there are the orders of the reads (2), each with main's turn in between or not. */
CORO(two_yield)
{
	int x = 0;
	cigo_task *a = cigo_task_spawn(ctx, "a", yields, 0, &x);
	cigo_task *b = cigo_task_spawn(ctx, "b", yields, 0, &x);

	ok(cigo_future_take(ctx, a, NULL, 0));
	ok(cigo_future_take(ctx, b, NULL, 0));
	cigo_outcome("%d", x);
	return 0;
}

TEST(one_that_yields_lets_others_go_first, COOPERATIVE)
{
	cigo_report report = REPORT;

	ok(explore(two_yield, NULL, &report));
	equal(report.schedules, 6);
	equal(report.n_outcomes, 1);
	ck_assert_str_eq(report.outcomes[0]->text, "1");
	equal(report.outcomes[0]->count, 6);
	cigo_report_free(&report);
}

CORO(returns_0)
{
	return 0;
}

TEST(no_options_are_all_defaults, COOPERATIVE)
{
	cigo_report report = REPORT;

	ok(cigo_explore(NULL, returns_0, NULL, &report));
	equal(report.schedules, 1);
	ck_assert_str_eq(report.outcomes[0]->text, "returned 0");
	ck_assert(report.complete);
	cigo_report_free(&report);
}

TEST(what_is_in_the_environment_does_not_matter, COOPERATIVE)
{
	struct world w = { .chains = 2, .steps = 2 };
	cigo_report report = REPORT;

	setenv("CIGO_SEED", "7", 1);
	setenv("CIGO_SCHEDULE", "random:7", 1);
	ok(explore(orders, &w, &report));
	equal(report.schedules, 6);
	cigo_report_free(&report);
}

CORO(reads_the_clock)
{
	int64_t before = cigo_now(ctx);

	ok(cigo_sleep(ctx, CIGO_S(3600)));
	cigo_outcome("%lld s", (long long)((cigo_now(ctx) - before) / CIGO_S(1)));
	return 0;
}

TEST(the_clock_is_virtual_and_the_loop_s_options_count, COOPERATIVE)
{
	cigo_loop_options loop = { .size = sizeof loop, .schedule = "nonsense", .shuffle_seed = 3 };
	cigo_report report = REPORT;

	ok(explore(reads_the_clock, NULL, &report, .loop = &loop));
	ck_assert_str_eq(report.outcomes[0]->text, "3600 s");
	cigo_report_free(&report);
}

TEST_CASE("failures", .seconds = 30);

TEST(a_lost_update_is_found_and_counted, COOPERATIVE, TIMES(2))
{
	struct world w = { .chains = 2, .steps = 2 };
	cigo_report report = REPORT;

	equal(explore(updates, &w, &report, .all = true, .fork = _i), 1);
	equal(report.schedules, 6);
	equal(report.failures, 4); /* the reads come before both writes */
	ck_assert(report.complete);
	equal(outcome(&report, "x is 1")->count, 4);
	equal(outcome(&report, "x is 1")->failures, 4);
	equal(outcome(&report, "x is 2")->count, 2);
	equal(outcome(&report, "x is 2")->failures, 0);
	ck_assert_str_eq(report.outcomes[0]->text, "x is 1");
	ck_assert_str_eq(report.replay, "replay:"); /* a b a b is first come, first served */
	contains(report.failure, "x is 1; check failed: w->x == w->chains");
	contains(report.story, "At each choice the first in line went on.");
	contains(report.story, "x = 1 (main)");
	contains(report.story, "main: x should be 2");
	cigo_report_free(&report);
}

/* Main spawns b when a has written, if a is not held up. */
CORO(late_b)
{
	struct world *w = arg;

	w->act = update;
	w->chains = w->steps = 2;
	w->done = w->x = 0;
	w->over = cigo_event_new();
	w->chain[0] = (struct chain){ .world = w, .number = 0 };
	w->chain[1] = (struct chain){ .world = w, .number = 1 };
	cigo_detach(cigo_task_spawn(ctx, "a", step, 0, &w->chain[0]));
	cigo_task *t = cigo_task_spawn(ctx, "pause", returns_0, 0, NULL);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_detach(cigo_task_spawn(ctx, "b", step, 0, &w->chain[1]));
	ok(cigo_event_wait(ctx, w->over));
	cigo_event_free(w->over);
	cigo_check(w->x == 2, "x is %d", w->x);
	return 0;
}

TEST(the_failure_is_the_smallest_and_its_story_tells_who_went_on, COOPERATIVE)
{
	struct world w = { .chains = 2 };
	cigo_report all = REPORT, first = REPORT, dice = REPORT;

	equal(explore(late_b, &w, &all, .all = true), 1);
	ck_assert(all.complete);
	ck_assert_uint_gt(all.failures, 1);
	equal(explore(late_b, &w, &first), 1);
	equal(first.failures, 1);
	ck_assert(!first.complete);
	equal(explore(late_b, &w, &dice, .strategy = "random:1"), 1);
	for (size_t i = 0; i < all.n_outcomes; i++)
		if (all.outcomes[i]->failures)
			ck_assert_str_eq(all.replay, all.outcomes[i]->replay);
	ck_assert_str_eq(all.replay, first.replay);
	ck_assert_str_eq(all.replay, dice.replay);
	ck_assert_str_eq(all.story, first.story);
	contains(all.story, "goes on");
	contains(all.story, "first in line was a #");
	contains(all.story, "Then: ");
	cigo_report_free(&all);
	cigo_report_free(&first);
	cigo_report_free(&dice);
}

TEST(dice_and_priorities_find_it_too, COOPERATIVE, TIMES(6))
{
	static const char *const strategies[] = { "random:1", "random:99", "pct:1:2",
						  "pct:7:3",  "pct:5:1",   "random:0" };
	struct world w = { .chains = 2, .steps = 2 };
	cigo_report report = REPORT;

	equal(explore(updates, &w, &report, .strategy = strategies[_i], .all = true,
		      .schedules = 200),
	      1);
	equal(report.schedules, 200);
	ck_assert_uint_gt(report.failures, 20);
	ck_assert_uint_lt(report.failures, 200);
	ck_assert(!report.complete);
	ck_assert_str_eq(report.incomplete, "the limit is 200 schedules");
	ck_assert_str_eq(report.replay, "replay:");
	cigo_report_free(&report);
}

static void run_replay(void *arg)
{
	struct world w = { .chains = 2 };
	cigo_loop_options o = { .size = sizeof o, .schedule = arg };

	cigo_ignore(cigo_run_with(&o, cigo_ctx_background(), late_b, &w));
}

TEST(a_failing_schedule_fails_ten_times_of_ten, COOPERATIVE)
{
	struct world w = { .chains = 2 };
	cigo_report report = REPORT;

	equal(explore(late_b, &w, &report), 1);
	for (int i = 0; i < 10; i++)
		t_abort(run_replay, report.replay, report.failure);
	cigo_report_free(&report);
}

static void explore_replay(void *arg)
{
	struct world w = { .chains = 2 };
	cigo_report report = REPORT;

	setenv("CIGO_SCHEDULE", arg, 1);
	cigo_ignore(explore(late_b, &w, &report, .fork = true));
}

TEST(a_schedule_in_the_environment_is_run_alone, COOPERATIVE)
{
	struct world w = { .chains = 2 };
	cigo_report report = REPORT;

	equal(explore(late_b, &w, &report), 1);
	t_abort(explore_replay, report.replay, report.failure);
	setenv("CIGO_SCHEDULE", "replay:", 1);
	cigo_report_free(&report);
}

TEST(a_schedule_in_the_environment_that_does_not_fail_is_reported, COOPERATIVE)
{
	struct world w = { .chains = 2 };
	cigo_report report = REPORT;

	setenv("CIGO_SCHEDULE", "replay:", 1);
	ok(explore(late_b, &w, &report));
	equal(report.schedules, 1);
	cigo_report_free(&report);
}

CORO(fails_with_eio)
{
	return -EIO;
}

TEST(an_error_of_main_is_a_failure, COOPERATIVE, TIMES(2))
{
	cigo_report report = REPORT;

	equal(explore(fails_with_eio, NULL, &report, .fork = _i), 1);
	ck_assert_str_eq(report.failure, "main returned -5 (Input/output error)");
	ck_assert_str_eq(report.outcomes[0]->text, "main returned -5 (Input/output error)");
	cigo_report_free(&report);
}

/* ---- deadlocks ---- */

struct locks {
	cigo_mutex *m[2];
};

static int both(cigo_ctx *ctx, cigo_mutex *first, cigo_mutex *second)
{
	int err = cigo_mutex_lock(ctx, first);

	if (err)
		return err;
	cigo_task *pause = cigo_task_spawn(ctx, "pause", returns_0, 0, NULL);
	err = cigo_future_take(ctx, pause, NULL, 0);
	if (!err)
		err = cigo_mutex_lock(CIGO_AT(ctx), second);
	if (!err)
		cigo_mutex_unlock(second);
	cigo_mutex_unlock(first);
	return err;
}

CORO(ab)
{
	struct locks *l = arg;

	return both(ctx, l->m[0], l->m[1]);
}

CORO(ba)
{
	struct locks *l = arg;

	return both(ctx, l->m[1], l->m[0]);
}

/* The locks of the last schedule are free now, however it ended. */
static void renew(struct locks *l)
{
	for (int i = 0; i < 2; i++) {
		cigo_mutex_free(l->m[i]);
		l->m[i] = NULL;
	}
}

CORO(opposite)
{
	struct locks *l = arg;

	renew(l);
	for (int i = 0; i < 2; i++)
		l->m[i] = cigo_mutex_new();
	cigo_task *a = cigo_task_spawn(ctx, "ab", ab, 0, l);
	cigo_task *b = cigo_task_spawn(ctx, "ba", ba, 0, l);
	int err = cigo_future_take(ctx, a, NULL, 0), other = cigo_future_take(ctx, b, NULL, 0);
	return err ? err : other;
}

TEST_CASE("deadlocks", .seconds = 30);

TEST(locks_in_opposite_order_are_a_deadlock, COOPERATIVE, TIMES(2))
{
	struct locks l = { { NULL, NULL } };
	cigo_report report = REPORT;

	equal(explore(opposite, &l, &report, .all = true, .fork = _i), 1);
	ck_assert(report.complete);
	ck_assert_uint_lt(report.failures, report.schedules);
	const cigo_report_outcome *fine = outcome(&report, "returned 0");
	equal(fine->failures, 0);
	equal(fine->count, report.schedules - report.failures);
	contains(report.failure, "deadlock: ab #");
	contains(report.failure, " -> ba #");
	contains(report.failure, "waits in mutex_lock, held by ba #");
	contains(report.failure, "at test_explore.c:");
	ck_assert_ptr_null(strstr(report.failure, " s "));
	contains(report.story, "Then: deadlock: ab #");
	renew(&l);
	cigo_report_free(&report);
}

TEST(a_deadlock_in_this_process_ends_and_the_search_goes_on, COOPERATIVE)
{
	struct locks l = { { NULL, NULL } };
	cigo_report report = REPORT;
	int fds = t_count_fds();

	equal(explore(opposite, &l, &report, .strategy = "random:3", .schedules = 300, .all = true),
	      1);
	equal(report.schedules, 300);
	equal(t_count_fds(), fds);
	renew(&l);
	cigo_report_free(&report);
}

/* Waits for ever, whatever it is told. */
CORO(stubborn)
{
	cigo_ctx *mine = cigo_ctx_without_cancel(ctx, CIGO_NEVER);

	return cigo_sleep(mine, CIGO_NEVER);
}

CORO(waits_for_a_stubborn_one)
{
	cigo_task *t = cigo_task_spawn(ctx, "mule", stubborn, 0, NULL);

	return cigo_future_take(ctx, t, NULL, 0);
}

static void explore_stubborn(void *arg)
{
	cigo_report report = REPORT;

	(void)arg;
	cigo_ignore(explore(waits_for_a_stubborn_one, NULL, &report));
}

TEST(one_that_waits_on_when_cancelled_needs_a_process_of_its_own, COOPERATIVE)
{
	cigo_report report = REPORT;

	t_abort(explore_stubborn, NULL, "the option fork");
	equal(explore(waits_for_a_stubborn_one, NULL, &report, .fork = true), 1);
	contains(report.failure, "deadlock: nothing can ever wake main #1, mule #2");
	cigo_report_free(&report);
}

/* Is cancelled, and waits a last time before it ends. */
CORO(waits_twice)
{
	cigo_ignore(cigo_sleep(ctx, CIGO_NEVER));
	cigo_ignore(cigo_sleep(ctx, CIGO_NEVER));
	return 0;
}

TEST(a_deadlock_of_main_alone_is_found, COOPERATIVE)
{
	cigo_report report = REPORT;

	equal(explore(waits_twice, NULL, &report), 1);
	contains(report.failure, "deadlock: nothing can ever wake main #1");
	contains(report.story, "There was nothing to choose.");
	cigo_report_free(&report);
}

static void replay_deadlock(void *arg)
{
	cigo_loop_options o = { .size = sizeof o, .schedule = arg };

	cigo_ignore(cigo_run_with(&o, cigo_ctx_background(), waits_twice, NULL));
}

TEST(without_an_explorer_a_deadlock_under_a_schedule_aborts, COOPERATIVE)
{
	char replay[] = "replay:";

	t_abort(replay_deadlock, replay, "deadlock: nothing can ever wake main #1");
}

CORO(spins)
{
	struct world *w = arg;

	while (!w->done)
		if (cigo_yield(ctx))
			return -ECANCELED;
	return 0;
}

CORO(never_ends)
{
	struct world *w = arg;

	w->done = 0;
	cigo_detach(cigo_task_spawn(ctx, "spinner", spins, 0, w));
	return spins(ctx, w, NULL);
}

TEST(what_goes_on_for_ever_is_ended_at_a_limit, COOPERATIVE)
{
	struct world w = { .chains = 0 };
	cigo_report report = REPORT;

	if (t_is_slow())
		return;
	equal(explore(never_ends, &w, &report, .schedules = 1, .strategy = "random:1"), 1);
	contains(report.failure, "choices; does it ever end?");
	cigo_report_free(&report);
}

/* ---- processes ---- */

enum way { ABORTS, EXITS, CRASHES, COMPUTES, WAITS_OUTSIDE, KILLS_ITSELF, WAYS };

CORO(ends_in_some_way)
{
	static volatile unsigned counter;
	int fds[2], c;

	switch (*(enum way *)arg) {
	case ABORTS: signal(SIGABRT, SIG_DFL); abort();
	case EXITS: _exit(3);
	case CRASHES:
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
		break;
	case COMPUTES:
		for (;;)
			counter++;
	case WAITS_OUTSIDE: ok(pipe(fds)); return (int)read(fds[0], &c, 1);
	default: raise(SIGKILL);
	}
	return 0;
}

/* One of two tasks ends its process, if it comes first. */
CORO(may_end)
{
	int first = 0;
	cigo_task *t = cigo_task_spawn(ctx, "ends", ends_in_some_way, 0, arg);
	cigo_task *p = cigo_task_spawn(ctx, "pause", returns_0, 0, &first);

	cigo_ignore(cigo_future_take(ctx, p, NULL, 0));
	cigo_future_cancel(t, 0); /* its body never runs, if it has not begun */
	cigo_ignore(cigo_future_take(ctx, t, NULL, 0));
	return 0;
}

TEST_CASE("processes", .seconds = 60);

TEST(how_a_process_ended_is_told, COOPERATIVE, TIMES(WAYS))
{
	static const char *const words[WAYS] = {
		[ABORTS] = "the process was ended by SIGABRT (Aborted)",
		[EXITS] = "the process exited with status 3 before main returned",
		[CRASHES] = "the process was ended by SIGSEGV (Segmentation fault)",
		[COMPUTES] = "s: it computes for ever, or waits for something outside",
		[WAITS_OUTSIDE] = "s: it computes for ever, or waits for something outside",
		[KILLS_ITSELF] = "the process was ended by SIGKILL (Killed)",
	};
	enum way way = (enum way)_i;
	bool hangs = way == COMPUTES || way == WAITS_OUTSIDE;
	int64_t patience = hangs ? (int64_t)(500e6 * t_patience()) : 0;
	cigo_report report = REPORT;
	int fds = t_count_fds();

	equal(explore(may_end, &way, &report, .fork = true, .all = true, .hang_ns = patience), 1);
	ck_assert(report.complete);
	contains(report.failure, words[_i]);
	ck_assert_uint_gt(outcome(&report, "returned 0")->count, 0);
	equal(outcome(&report, report.failure)->count, report.failures);
	contains(report.story, "Chosen last: ends #2, about to begin.");
	equal(t_count_fds(), fds);
	cigo_report_free(&report);
}

static int finished; /* in this process */

CORO(counts_runs)
{
	finished++;
	return 0;
}

TEST(a_forked_schedule_leaves_this_process_as_it_was, COOPERATIVE)
{
	cigo_report report = REPORT;

	ok(explore(counts_runs, NULL, &report, .fork = true));
	equal(finished, 0);
	cigo_report_free(&report);
	ok(explore(counts_runs, NULL, &report));
	equal(finished, 1);
	cigo_report_free(&report);
}

CORO(two_that_return)
{
	cigo_task *a = cigo_spawn(ctx, returns_0, 0, arg), *b = cigo_spawn(ctx, returns_0, 0, arg);
	int err = cigo_wait_all(ctx, a, b);

	cigo_future_unref(a);
	cigo_future_unref(b);
	return err;
}

CORO(two_of_which_one_waits_for_a_pipe)
{
	int fds[2];

	ok(pipe(fds));
	ck_assert_int_eq(write(fds[1], "", 1), 1);
	equal(cigo_fd_wait(ctx, fds[0], CIGO_READ), CIGO_READ);
	close(fds[0]);
	close(fds[1]);
	return two_that_return(ctx, arg, ret);
}

/* Costs no system call per schedule. One that has watched descriptors leaves nothing to the next. */
TEST(schedules_share_a_poller_as_long_as_it_has_watched_nothing, COOPERATIVE)
{
	cigo_report report = REPORT;
	int fds = t_count_fds(), first = 0;

	fault_arm("epoll_create1,eventfd", 1000, 0);
	ok(explore(two_that_return, &first, &report));
	fault_disarm();
	ck_assert_uint_gt(report.schedules, 1);
	equal(fault_calls("epoll_create1"), 1);
	equal(fault_calls("eventfd"), 1);
	cigo_report_free(&report);
	fault_arm("epoll_create1,eventfd", 1000, 0);
	ok(explore(two_of_which_one_waits_for_a_pipe, &first, &report));
	fault_disarm();
	ck_assert_uint_gt(report.schedules, 1);
	equal(fault_calls("epoll_create1"), report.schedules);
	equal(t_count_fds(), fds);
	cigo_report_free(&report);
}

TEST(a_program_that_ignores_its_children_can_explore_too, COOPERATIVE)
{
	enum way way = EXITS;
	cigo_report report = REPORT;

	signal(SIGCHLD, SIG_IGN);
	equal(explore(ends_in_some_way, &way, &report, .fork = true), 1);
	contains(report.failure, "before main returned");
	cigo_report_free(&report);
}

TEST(in_processes_the_same_is_found, COOPERATIVE, TIMES(2))
{
	struct world w = { .chains = 2, .steps = 3 };
	cigo_report report = REPORT;

	ok(explore(orders, &w, &report, .fork = true, .strategy = _i ? "random:1" : "exhaustive",
		   .schedules = 500));
	equal(report.schedules, _i ? 500 : 20);
	equal(report.n_outcomes, 20);
	cigo_report_free(&report);
}

/* ---- reports ---- */

TEST_CASE("reports", .seconds = 30);

TEST(two_reports_of_the_same_are_equal_byte_for_byte, COOPERATIVE, TIMES(5))
{
	static const char *const strategies[] = { NULL, NULL, NULL, "random:5", "pct:5:2" };
	struct world w = { .chains = 2 };
	char *text[2];

	for (int i = 0; i < 2; i++) {
		cigo_report report = REPORT;

		equal(explore(late_b, &w, &report, .strategy = strategies[_i], .schedules = 200,
			      .all = _i != 1, .fork = _i == 2),
		      1);
		text[i] = printed(&report);
		cigo_report_free(&report);
	}
	ck_assert_str_eq(text[0], text[1]);
	contains(text[0], "CIGO_SCHEDULE=replay:");
	contains(text[0], " gdb --args PROGRAM\n");
	free(text[0]);
	free(text[1]);
}

TEST(a_report_is_printed_for_people, COOPERATIVE)
{
	struct world w = { .chains = 2, .steps = 2 };
	cigo_report report = REPORT;

	equal(explore(updates, &w, &report, .all = true), 1);
	char *text = printed(&report);
	contains(text, "6 schedules tried, 4 failed; at most 3 choices in one.\n");
	contains(text, "Complete: there is no other schedule.\n");
	contains(text, "    count   failed  outcome               schedule\n");
	contains(text, "        4        4  x is 1                replay:\n");
	contains(text, "        2        0  x is 2                replay:0.");
	contains(text, "Failed: test_explore.c:");
	free(text);
	cigo_report_free(&report);
	cigo_report_free(NULL);
}

CORO(works)
{
	cigo_point(ctx);
	*(bool *)arg = true;
	return 0;
}

CORO(overtaken_by_a_worker)
{
	bool worked = false;
	cigo_task *t = cigo_go(ctx, works, 0, &worked);

	ok(cigo_yield(ctx));
	cigo_check(!worked, "the worker was first");
	ok(cigo_future_take(ctx, t, NULL, 0));
	return 0;
}

TEST(a_story_tells_the_loop_by_its_name_alone, COOPERATIVE)
{
	cigo_report report = REPORT;

	equal(explore(overtaken_by_a_worker, NULL, &report), 1);
	contains(report.story, "the loop is interrupted, about to call cigo_yield");
	contains(report.story, "cigo_go #");
	cigo_report_free(&report);
}

CORO(changes_its_mind)
{
	static int runs;
	int n = ++runs == 2 ? 3 : 2;
	cigo_task *t[3];

	for (int i = 0; i < n; i++)
		t[i] = cigo_task_spawn(ctx, i == 2 ? "third" : "one", returns_0, 0, NULL);
	for (int i = 0; i < n; i++)
		ok(cigo_future_take(ctx, t[i], NULL, 0));
	return 0;
}

TEST(a_program_that_is_not_deterministic_is_told_so, COOPERATIVE)
{
	cigo_report report = REPORT;

	equal(explore(changes_its_mind, NULL, &report, .all = true), 1);
	ck_assert(!report.complete);
	ck_assert_str_eq(report.incomplete, "the program is not deterministic");
	contains(report.failure, "not deterministic: choice ");
	contains(report.failure, ", was among one one, is among one one third");
	contains(report.story, "not\ndeterministic");
	cigo_report_free(&report);
}

static bool count_calls(const cigo_progress *p, void *arg)
{
	int *calls = arg;

	ck_assert_uint_gt(p->schedules, 0);
	++*calls;
	return *calls < 2;
}

TEST(progress_is_told_now_and_then, COOPERATIVE, TIMES(2))
{
	struct world w = { .chains = 3, .steps = 3 };
	cigo_report report = REPORT;
	int calls = 0;

	ok(explore(orders, &w, &report, .strategy = "random:1", .progress = count_calls,
		   .progress_arg = &calls, .fork = _i));
	equal(calls, 2);
	ck_assert(!report.complete);
	ck_assert_str_eq(report.incomplete, "it was told to end");
	cigo_report_free(&report);
}

TEST_CASE("threads");

/* The kernel's ids of the threads that ran bodies, of all schedules. */
struct threads {
	pid_t seen[64];
	size_t n;
};

static void note_thread(struct threads *t)
{
	pid_t me = gettid();

	for (size_t i = 0; i < t->n; i++)
		if (t->seen[i] == me)
			return;
	ck_assert_uint_lt(t->n, sizeof t->seen / sizeof *t->seen);
	t->seen[t->n++] = me;
}

CORO(notes_its_thread)
{
	note_thread(arg);
	int err = cigo_yield(ctx);
	note_thread(arg);
	return err;
}

CORO(three_threads)
{
	cigo_group *group = cigo_group_new(ctx, 0, 0);

	note_thread(arg);
	for (int i = 0; i < 3; i++)
		cigo_spawn_in(group, notes_its_thread, 0, arg);
	int err = cigo_group_wait(ctx, group);
	cigo_group_close(ctx, group);
	return err;
}

TEST(schedules_use_threads_again, TIMES(2))
{
	cigo_loop_options loop = { .size = sizeof loop,
				   .model = _i ? CIGO_PREEMPTIVE : CIGO_COOPERATIVE };
	struct threads threads = { .n = 0 };
	cigo_report report = REPORT;

	ok(explore(three_threads, &threads, &report, .strategy = "random:1", .schedules = 50,
		   .loop = &loop));
	equal(report.schedules, 50);
	equal(threads.n, 4);
	cigo_report_free(&report);
}

TEST_CASE("bad input");

TEST(a_strategy_that_is_not_understood_is_refused)
{
	cigo_report report = REPORT;

	fails(explore(returns_0, NULL, &report, .strategy = "thorough"), -EINVAL);
	ck_assert_ptr_null(report.outcomes);
	cigo_report_free(&report);
}

struct rival {
	sem_t begun, go_on;
};

static bool hold_up(const cigo_progress *p, void *arg)
{
	struct rival *r = arg;

	(void)p;
	ok(sem_post(&r->begun));
	ok(sem_wait(&r->go_on));
	return true;
}

THREAD(explores)
{
	cigo_report report = REPORT;

	ok(explore(returns_0, NULL, &report, .progress = hold_up, .progress_arg = arg));
	cigo_report_free(&report);
	return NULL;
}

TEST(one_search_at_a_time)
{
	struct rival r;
	cigo_report report = REPORT;

	ok(sem_init(&r.begun, 0, 0));
	ok(sem_init(&r.go_on, 0, 0));
	pthread_t t = thread_start(explores, &r);
	ok(sem_wait(&r.begun));
	fails(explore(returns_0, NULL, &report), -EBUSY);
	ok(sem_post(&r.go_on));
	thread_join(t);
	ok(explore(returns_0, NULL, &report));
	cigo_report_free(&report);
}

PLAIN_MISUSE_TEST(options_without_a_size_are_misuse,
		  "cigo_explore: the size in a cigo_explore_options is 0")
{
	cigo_report report = REPORT;

	cigo_ignore(cigo_explore(&(cigo_explore_options){ .all = true }, returns_0, NULL, &report));
}

PLAIN_MISUSE_TEST(loop_options_without_a_size_are_misuse, "the size in a cigo_loop_options is 0")
{
	cigo_loop_options loop = { .clock = CIGO_CLOCK_REAL };
	cigo_report report = REPORT;

	cigo_ignore(explore(returns_0, NULL, &report, .loop = &loop));
}

PLAIN_MISUSE_TEST(a_report_without_a_size_is_misuse,
		  "the size in a cigo_report is 0, not sizeof(cigo_report)")
{
	cigo_report report = { .schedules = 0 };

	cigo_ignore(cigo_explore(NULL, returns_0, NULL, &report));
}

PLAIN_MISUSE_TEST(no_report_is_misuse, "no cigo_report")
{
	cigo_ignore(cigo_explore(NULL, returns_0, NULL, NULL));
}

PLAIN_MISUSE_TEST(no_main_is_misuse, "no main function")
{
	cigo_report report = REPORT;

	cigo_ignore(cigo_explore(NULL, NULL, NULL, &report));
}

PLAIN_MISUSE_TEST(fewer_switches_than_none_are_misuse, "options.preemptions is -3")
{
	cigo_report report = REPORT;

	cigo_ignore(explore(returns_0, NULL, &report, .preemptions = -3));
}

PLAIN_MISUSE_TEST(a_negative_time_is_misuse, "options.time_ns is negative")
{
	cigo_report report = REPORT;

	cigo_ignore(explore(returns_0, NULL, &report, .time_ns = -1));
}

PLAIN_MISUSE_TEST(a_negative_patience_is_misuse, "options.hang_ns is negative")
{
	cigo_report report = REPORT;

	cigo_ignore(explore(returns_0, NULL, &report, .hang_ns = -1));
}

MISUSE_TEST(exploring_in_a_coroutine_is_misuse, "inside a coroutine or callback of a loop")
{
	cigo_report report = REPORT;

	cigo_ignore(cigo_explore(NULL, returns_0, NULL, &report));
}

CALLBACK_MISUSE_TEST(exploring_in_a_callback_is_misuse, "inside a coroutine or callback of a loop")
{
	cigo_report report = REPORT;

	cigo_ignore(cigo_explore(NULL, returns_0, NULL, &report));
}

static bool explore_more(const cigo_progress *p, void *arg)
{
	cigo_report report = REPORT;

	(void)p, (void)arg;
	cigo_ignore(cigo_explore(NULL, returns_0, NULL, &report));
	return true;
}

PLAIN_MISUSE_TEST(exploring_while_exploring_is_misuse, "this thread explores already")
{
	cigo_report report = REPORT;

	cigo_ignore(explore(returns_0, NULL, &report, .progress = explore_more));
}

PLAIN_MISUSE_TEST(printing_no_report_is_misuse, "cigo_report_print: no cigo_report")
{
	cigo_report_print(NULL, stderr);
}

PLAIN_MISUSE_TEST(printing_to_nowhere_is_misuse, "cigo_report_print: no file")
{
	cigo_report report = REPORT;

	cigo_report_print(&report, NULL);
}

/* ---- no memory ---- */

CORO(frugal)
{
	cigo_task *a = cigo_task_spawn(ctx, "a", returns_0, 0, NULL);
	cigo_task *b = cigo_task_spawn(ctx, "b", returns_0, 0, NULL);
	int err = cigo_future_take(ctx, a, NULL, 0), other = cigo_future_take(ctx, b, NULL, 0);

	cigo_check(!err && !other && *(int *)arg, "%s", "it fails in each schedule");
	cigo_outcome("%d %d", err, other);
	return 0;
}

TEST_CASE("no memory", .seconds = 60);

TEST(whatever_is_refused_nothing_leaks_or_hangs, COOPERATIVE, TIMES(4))
{
	bool forks = _i / 2; /* what a child is refused, its parent does not count */
	long n = 1, hits = 1;

	if (t_under_valgrind())
		return;
	for (; hits; n++) {
		cigo_report report = REPORT;
		int fine = _i % 2;

		fault_arm("any", n, 0);
		int err = explore(frugal, &fine, &report, .fork = forks);
		fault_disarm();
		hits = forks ? n < 60 : fault_hits();
		if (err < 0)
			ck_assert_ptr_null(report.outcomes);
		else
			equal(err, report.failures > 0);
		if (!hits && !forks)
			equal(err, !fine);
		cigo_report_free(&report);
	}
	ck_assert_int_gt(n, 20);
}
