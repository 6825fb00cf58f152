/* SPDX-License-Identifier: MIT
 * What libraries tell a schedule, by points.h; which accesses become points; and that schedules which
 * differ only in the order of steps that commute may be left out.
 */
#include "tests/tools/kit.h"

#include <pthread.h>
#include <sched.h>

#include "explore/runners.h"
#include "explore/search.h"
#include "schedule/access.h"

#define STEP(name, what, ...) \
	(&(cigo_points_step){ .call = (name), .object = (what), .pc = (what), __VA_ARGS__ })

BEFORE_ALL
{
	unsetenv("CIGO_SCHEDULE");
	unsetenv("CIGO_SEED");
	unsetenv("CIGO_CLOCK");
}

static int run(const char *schedule, int model, cigo_coro_fn *body, void *arg)
{
	cigo_loop_options o = { .size = sizeof o, .model = model, .schedule = schedule };

	return cigo_run_with(&o, cigo_ctx_background(), body, arg);
}

static const int models[] = { CIGO_COOPERATIVE, CIGO_PREEMPTIVE };
static const char *const schedules[] = { "replay:",  "random:1", "random:2", "random:3",
					 "random:4", "pct:1:2",	 "pct:2:3" };
enum { N_SCHEDULES = sizeof schedules / sizeof *schedules, N_RUNS = 2 * N_SCHEDULES };

/* In each model under each of the schedules. */
static void run_nth(int nth, cigo_coro_fn *body)
{
	ok(run(schedules[nth / 2], models[nth % 2], body, NULL));
}

/* ---- where they work ---- */

TEST_CASE("on and off");

static int anything;

static bool never(void *arg T_UNUSED)
{
	return false;
}

static bool is_set(void *arg)
{
	return *(const int *)arg;
}

static void all_do_nothing(void)
{
	ck_assert(!cigo_points_on());
	cigo_points_point(STEP("call", &anything));
	cigo_points_access(STEP(NULL, &anything), sizeof anything);
	cigo_points_note(STEP("call", &anything));
	cigo_points_yield(STEP("call", &anything));
	ok(cigo_points_wait(STEP("call", &anything), never, NULL, 0));
	ck_assert_ptr_null(cigo_points_thread_new("a thread"));
	equal(cigo_points_thread_id(), 0);
	equal(cigo_points_now(), 0);
}

PLAIN_TEST(they_do_nothing_without_a_loop)
{
	all_do_nothing();
}

CORO(worker_off)
{
	all_do_nothing();
	return 0;
}

CORO(off)
{
	all_do_nothing();
	return cigo_future_take(ctx, cigo_go(ctx, worker_off, 0, NULL), NULL, 0);
}

TEST(they_do_nothing_without_a_schedule, TIMES(2))
{
	ok(run(NULL, models[_i], off, NULL));
}

CORO(worker_on)
{
	ck_assert(cigo_points_on());
	ck_assert(cigo_points_thread_id() != 0);
	return 0;
}

CALLBACK(callback_on)
{
	ck_assert(cigo_points_on());
	*(int *)arg = 1;
}

THREAD(stranger)
{
	all_do_nothing();
	return NULL;
}

CORO(on)
{
	pthread_t id;
	int called = 0;

	ck_assert(cigo_points_on());
	ck_assert(cigo_points_thread_id() != 0);
	cigo_loop_call_soon(cigo_ctx_loop(ctx), callback_on, &called);
	ok(cigo_loop_wait_idle(ctx));
	equal(called, 1);
	ok(pthread_create(&id, NULL, stranger, NULL));
	ok(pthread_join(id, NULL));
	ck_assert(cigo_points_on());
	return cigo_future_take(ctx, cigo_go(ctx, worker_on, 0, NULL), NULL, 0);
}

TEST(a_schedule_orders_what_the_loop_runs_and_no_strangers, TIMES(N_RUNS))
{
	run_nth(_i, on);
}

/* ---- waiting ---- */

TEST_CASE("waiting");

static int flag;

CORO(waits)
{
	ok(cigo_points_wait(STEP("wait", &flag), is_set, &flag, CIGO_NEVER));
	equal(flag, 1);
	ok(cigo_points_wait(STEP("wait", &flag), is_set, &flag, 0)); /* come, though it is late */
	return 0;
}

CORO(sets)
{
	cigo_points_point(STEP("set", &flag));
	flag = 1;
	return 0;
}

CORO(wait_and_set)
{
	flag = 0;
	cigo_task *a = cigo_go(ctx, waits, 0, NULL), *b = cigo_go(ctx, sets, 0, NULL);
	ok(cigo_future_take(ctx, a, NULL, 0));
	return cigo_future_take(ctx, b, NULL, 0);
}

TEST(a_wait_ends_when_its_condition_holds, TIMES(N_RUNS))
{
	run_nth(_i, wait_and_set);
}

CORO(waits_an_hour)
{
	int64_t begun = cigo_points_now(), until = begun + 3600 * CIGO_S(1);

	fails(cigo_points_wait(STEP("wait", NULL), never, NULL, until), -ETIMEDOUT);
	ck_assert(cigo_points_now() == until);
	fails(cigo_points_wait(STEP("wait", NULL), never, NULL, begun), -ETIMEDOUT);
	ck_assert(cigo_points_now() == until);
	return 0;
}

CORO(two_wait_an_hour)
{
	cigo_task *a = cigo_go(ctx, waits_an_hour, 0, NULL);

	ok(cigo_future_take(ctx, cigo_go(ctx, waits_an_hour, 0, NULL), NULL, 0));
	return cigo_future_take(ctx, a, NULL, 0);
}

TEST(an_hour_passes_when_nothing_else_can, TIMES(N_RUNS))
{
	run_nth(_i, two_wait_an_hour);
}

CORO(waits_for_ever)
{
	return cigo_points_wait(STEP("a lock of ours", NULL), never, NULL, CIGO_NEVER);
}

CORO(stuck)
{
	return cigo_future_take(ctx, cigo_go(ctx, waits_for_ever, 0, NULL), NULL, 0);
}

static void run_stuck(void *arg)
{
	cigo_ignore(run("random:1", *(const int *)arg, stuck, NULL));
}

TEST(a_wait_without_end_is_a_deadlock_and_is_named, TIMES(2))
{
	int model = models[_i];

	t_abort(run_stuck, &model, "a lock of ours");
}

static int turns;

CORO(yields)
{
	while (!flag) {
		cigo_points_yield(STEP("yield", NULL));
		ck_assert_int_lt(++turns, 100);
	}
	return 0;
}

CORO(yield_and_set)
{
	flag = turns = 0;
	cigo_task *a = cigo_go(ctx, yields, 0, NULL), *b = cigo_go(ctx, yields, 0, NULL),
		  *c = cigo_go(ctx, sets, 0, NULL);
	ok(cigo_future_take(ctx, a, NULL, 0));
	ok(cigo_future_take(ctx, b, NULL, 0));
	return cigo_future_take(ctx, c, NULL, 0);
}

TEST(one_that_yields_lets_the_others_go_first, TIMES(N_RUNS))
{
	run_nth(_i, yield_and_set);
}

/* ---- threads of one's own ---- */

TEST_CASE("threads");

struct own {
	void *handle;
	uint64_t id, shared;
	bool over;
};

THREAD(own_body)
{
	struct own *o = arg;

	cigo_points_thread_begin(o->handle);
	ck_assert(cigo_points_on());
	o->id = cigo_points_thread_id();
	for (int i = 0; i < 3; i++) {
		cigo_points_point(STEP("step", &o->shared));
		o->shared++; /* with the turn: no other thread runs */
	}
	o->over = true;
	cigo_points_thread_end(o->handle);
	return NULL;
}

static bool is_over(void *own)
{
	return ((const struct own *)own)->over;
}

CORO(makes_threads)
{
	struct own own[2] = { { .over = false } };
	pthread_t id[2];
	void *none = cigo_points_thread_new("never created");

	ck_assert_ptr_nonnull(none);
	cigo_points_thread_drop(none);
	for (int i = 0; i < 2; i++) {
		own[i].handle = cigo_points_thread_new("of our own");
		ck_assert_ptr_nonnull(own[i].handle);
		ok(pthread_create(&id[i], NULL, own_body, &own[i]));
	}
	for (int i = 0; i < 2; i++) {
		ok(cigo_points_wait(STEP("join", &own[i]), is_over, &own[i], CIGO_NEVER));
		ok(pthread_join(id[i], NULL));
		equal(own[i].shared, 3);
		ck_assert(own[i].id ==
			  (UINT64_C(1) << 32) + 2 + (unsigned)i); /* the same each time */
	}
	return 0;
}

CORO(makes_threads_in_a_worker)
{
	return cigo_future_take(ctx, cigo_go(ctx, makes_threads, 0, NULL), NULL, 0);
}

TEST(threads_of_ones_own_take_their_turns, TIMES(N_RUNS))
{
	run_nth(_i, makes_threads_in_a_worker);
}

/* ---- which accesses are points ---- */

TEST_CASE("accesses");

static struct ci_record *record;
static struct ci_schedule *schedule;
static char places[8]; /* stand for places in the program */
static uint64_t memory[4];

static void begin(void)
{
	record = ci_record_map(CI_RECORD_PRIVATE);
	ck_assert_ptr_nonnull(record);
	ci_record_clear(record);
	schedule = ci_schedule_explored(record, NULL, 0);
	ck_assert_ptr_nonnull(schedule);
}

/* The next schedule of the same search. */
static void next(void)
{
	ci_schedule_unref(schedule);
	ci_record_clear(record);
	schedule = ci_schedule_explored(record, NULL, 0);
}

static void end(void)
{
	ci_schedule_unref(schedule);
	ci_record_unmap(record);
}

static void reads(uint64_t thread, int place, const void *address, size_t size)
{
	ci_access_note(schedule, thread, &places[place], address, size, false);
}

static void writes(uint64_t thread, int place, const void *address, size_t size)
{
	ci_access_note(schedule, thread, &places[place], address, size, true);
}

static bool is_point(int place)
{
	return ci_schedule_stops_here(schedule, &places[place]);
}

TEST(places_that_share_memory_are_points_from_the_next_schedule_on)
{
	begin();
	writes(1, 0, memory, 8);
	reads(1, 1, memory, 8);
	equal(record->sites_n, 0);
	reads(2, 2, memory, 8);
	equal(record->sites_n, 3);
	for (int i = 0; i < 3; i++)
		ck_assert(!is_point(i));
	next();
	for (int i = 0; i < 3; i++)
		ck_assert(is_point(i));
	ck_assert(!is_point(3));
	end();
}

TEST(what_is_only_read_or_of_one_thread_is_no_point)
{
	begin();
	reads(1, 0, &memory[0], 8);
	reads(2, 1, &memory[0], 8);
	writes(1, 2, &memory[1], 8);
	writes(1, 3, &memory[1], 8);
	writes(2, 4, &memory[2], 8);
	equal(record->sites_n, 0);
	end();
}

TEST(an_access_is_to_all_of_its_bytes)
{
	begin();
	writes(1, 0, memory, 24);
	reads(2, 1, &memory[2], 1);
	equal(record->sites_n, 2);
	writes(1, 2, (char *)memory + 1, 8); /* not aligned: it ends in the next word */
	end();
	begin();
	writes(1, 2, (char *)memory + 1, 8);
	reads(2, 3, &memory[1], 8);
	equal(record->sites_n, 2);
	writes(1, 4, &memory[3], 0);
	reads(2, 4, &memory[3], 8);
	equal(record->sites_n, 2);
	end();
}

TEST(more_places_than_are_remembered_are_learnt_one_schedule_later)
{
	begin();
	for (int i = 0; i < 6; i++)
		writes(1, i, memory, 8);
	reads(2, 6, memory, 8);
	equal(record->sites_n, 5);
	next();
	for (int i = 0; i < 6; i++)
		writes(1, i, memory, 8);
	reads(2, 6, memory, 8);
	equal(record->sites_n, 7);
	end();
}

TEST(a_frozen_record_learns_nothing)
{
	begin();
	writes(1, 0, memory, 8);
	record->frozen = true;
	reads(2, 1, memory, 8);
	equal(record->sites_n, 0);
	next();
	ck_assert(!is_point(0));
	end();
}

TEST(tables_that_are_full_stay_as_they_are)
{
	const char *base = (const char *)(uintptr_t)0x100000;

	begin();
	for (size_t i = 0; i < 20000; i++) {
		ci_access_note(schedule, 1, base + 2 * i, base + 8 * i, 8, true);
		ci_access_note(schedule, 2, base + 2 * i + 1, base + 8 * i, 8, false);
	}
	equal(record->sites_n, CI_RECORD_SITES / 4 * 3);
	for (size_t i = 20000; i < 70000; i++)
		ci_access_note(schedule, 1, base, base + 8 * i, 8, true);
	ck_assert_ptr_null(ci_access_history(schedule, base + 8 * 70000));
	ck_assert_ptr_nonnull(ci_access_history(schedule, base));
	end();
}

/* ---- what may be left out ---- */

TEST_CASE("orders", .seconds = 60);

/* A program by chance: what its threads do in each step. */
enum { THREADS = 2, STEPS = 3, VARIABLES = 2 };

enum what { READ, WRITE, ADD, READ_BOTH, WRITE_BOTH, YIELD, LOCKED_ADD, OUTCOME, N_WHAT };

static struct {
	struct {
		enum what what;
		int variable;
	} steps[THREADS][STEPS];
	uint64_t variables[VARIABLES];
	uint64_t sum[THREADS];
	bool locked;
	int done[THREADS], n_done;
} program;

static bool is_free(void *arg T_UNUSED)
{
	return !program.locked;
}

static void touch(const uint64_t *at, size_t size, bool is_read, const void *pc)
{
	cigo_points_access(&(cigo_points_step){ .object = at, .pc = pc, .reads = is_read }, size);
}

static void add(uint64_t *at, uint64_t by, const char *pc)
{
	touch(at, sizeof *at, true, pc);
	uint64_t before = *at;
	touch(at, sizeof *at, false, pc + 1);
	*at = 3 * before + by;
}

static void locked_add(uint64_t *at, uint64_t by, const char *pc)
{
	ok(cigo_points_wait(STEP("lock", &program.locked), is_free, NULL, CIGO_NEVER));
	program.locked = true;
	add(at, by, pc);
	cigo_points_point(STEP("unlock", &program.locked));
	program.locked = false;
}

static void take_step(int thread, int step)
{
	static const char code[THREADS][STEPS][2];
	const char *pc = code[thread][step];
	int v = program.steps[thread][step].variable;
	uint64_t *at = &program.variables[v], *both = program.variables;
	uint64_t *sum = &program.sum[thread], by = (uint64_t)(2 * thread + step + 1);

	switch (program.steps[thread][step].what) {
	case READ:
		touch(at, sizeof *at, true, pc);
		*sum = 3 * *sum + *at;
		break;
	case WRITE:
		touch(at, sizeof *at, false, pc);
		*at = by;
		break;
	case READ_BOTH:
		touch(both, sizeof program.variables, true, pc);
		*sum = 3 * *sum + both[0] + 7 * both[1];
		break;
	case WRITE_BOTH:
		touch(both, sizeof program.variables, false, pc);
		both[0] = both[1] = by;
		break;
	case YIELD: cigo_points_yield(STEP("yield", NULL)); break;
	case ADD: add(at, by, pc); break;
	case LOCKED_ADD: locked_add(at, by, pc); break;
	default: cigo_outcome("thread %d in step %d", thread, step);
	}
}

CORO(chance_thread)
{
	int thread = (int)(intptr_t)arg;

	for (int i = 0; i < STEPS; i++)
		take_step(thread, i);
	return thread;
}

static void note_done(const cigo_ctx *ctx T_UNUSED, cigo_future *f T_UNUSED, int err T_UNUSED,
		      void *arg)
{
	program.done[program.n_done++] = (int)(intptr_t)arg;
}

static bool by_worker;

CORO(chance)
{
	cigo_task *tasks[THREADS];
	char outcome[400];

	memset(program.variables, 0, sizeof program.variables);
	memset(program.sum, 0, sizeof program.sum);
	program.n_done = 0;
	cigo_outcome("none");
	for (intptr_t i = 0; i < THREADS; i++) {
		tasks[i] = by_worker ? cigo_go(ctx, chance_thread, 0, (void *)i)
				     : cigo_spawn(ctx, chance_thread, 0, (void *)i);
		ok(cigo_future_on_done(ctx, tasks[i], note_done, (void *)i));
	}
	for (int i = 0; i < THREADS; i++)
		ok(cigo_future_take(ctx, tasks[i], NULL, 0));
	ok(cigo_loop_wait_idle(ctx));
	struct ci_record *r = arg;
	snprintf(outcome, sizeof outcome, "%llu %llu, %llu %llu, first %d, %s",
		 (unsigned long long)program.variables[0], (unsigned long long)program.variables[1],
		 (unsigned long long)program.sum[0], (unsigned long long)program.sum[1],
		 program.done[0], r->outcome);
	cigo_outcome("%s", outcome);
	return 0;
}

static int by_text(const void *a, const void *b)
{
	const cigo_report_outcome *const *x = a, *const *y = b;

	return strcmp((*x)->text, (*y)->text);
}

static cigo_report explore(int model, int preemptions, bool all_orders)
{
	struct ci_explored e = { .main = chance };
	cigo_explore_options o = { .size = sizeof o, .preemptions = preemptions, .all = true };
	cigo_report report;

	e.options = (cigo_loop_options){ .size = sizeof e.options, .model = model };
	e.runner.record = ci_record_map(CI_RECORD_PRIVATE);
	ck_assert_ptr_nonnull(e.runner.record);
	e.runner.run = ci_run_here;
	e.runner.all_orders = all_orders;
	e.arg = e.runner.record;
	equal(ci_search(&o, &e.runner, &report), 0);
	ck_assert(report.complete);
	ci_record_unmap(e.runner.record);
	qsort(report.outcomes, report.n_outcomes, sizeof *report.outcomes, by_text);
	return report;
}

static void make_program(unsigned seed)
{
	uint64_t random = seed;

	for (int i = 0; i < THREADS; i++)
		for (int k = 0; k < STEPS; k++) {
			random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
			program.steps[i][k].what = (random >> 33) % N_WHAT;
			program.steps[i][k].variable = (int)(random >> 50) % VARIABLES;
		}
}

/* CIGO_PROGRAMS: how many, if they are to be more. */
TEST(the_same_outcomes_are_found_without_the_orders_left_out, TIMES(6))
{
	const char *more = getenv("CIGO_PROGRAMS");
	int n = more ? atoi(more) : 1;
	unsigned long tried = 0, tried_all = 0;

	by_worker = _i % 3 != 0;
	for (int i = 0; i < n; i++) {
		make_program((unsigned)(_i + 6 * i + 1));
		int model = by_worker ? models[_i % 2] : CIGO_PREEMPTIVE;
		int most = t_is_slow() ? 1 : 2; /* forced switches */
		cigo_report few = explore(model, most, false), all = explore(model, most, true);
		tried += few.schedules;
		tried_all += all.schedules;
		equal(few.n_outcomes, all.n_outcomes);
		for (size_t k = 0; k < all.n_outcomes; k++)
			ck_assert_str_eq(few.outcomes[k]->text, all.outcomes[k]->text);
		cigo_report_free(&few);
		cigo_report_free(&all);
	}
	ck_assert_uint_le(tried, tried_all);
	if (more)
		printf("# %lu schedules, not %lu\n", tried, tried_all);
}

/* ---- replays ---- */

TEST_CASE("replays");

static char order[8];
static const char *wanted; /* NULL: any */

CORO(touches)
{
	for (int i = 0; i < 5; i++)
		cigo_points_access(STEP(NULL, &anything), sizeof anything);
	strcat(order, arg);
	return 0;
}

CORO(two_touch)
{
	order[0] = 0;
	cigo_points_access(STEP(NULL, &anything), sizeof anything);
	cigo_task *a = cigo_spawn(ctx, touches, 0, (char[]){ "a" }),
		  *b = cigo_spawn(ctx, touches, 0, (char[]){ "b" });
	ok(cigo_future_take(ctx, a, NULL, 0));
	ok(cigo_future_take(ctx, b, NULL, 0));
	cigo_outcome("%s", order);
	if (wanted)
		ck_assert_str_eq(order, wanted);
	return 0;
}

/* Where nothing but one thread runs, no access can be a choice; so a replay need not count them. */
TEST(a_replay_of_one_thread_counts_no_accesses)
{
	cigo_loop_options loop = { .size = sizeof loop, .model = CIGO_COOPERATIVE };
	cigo_explore_options o = { .size = sizeof o, .loop = &loop, .all = true };
	cigo_report report = { .size = sizeof report };

	wanted = NULL;
	equal(cigo_explore(&o, two_touch, NULL, &report), 0);
	equal(report.n_outcomes, 2);
	for (size_t i = 0; i < report.n_outcomes; i++) {
		ck_assert_ptr_null(strchr(report.outcomes[i]->replay, '+'));
		wanted = report.outcomes[i]->text;
		ok(run(report.outcomes[i]->replay, CIGO_COOPERATIVE, two_touch, NULL));
	}
	cigo_report_free(&report);
}
