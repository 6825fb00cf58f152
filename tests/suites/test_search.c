/* SPDX-License-Identifier: MIT
 * The search for itself: a runner that only pretends, so that every schedule is known beforehand. It
 * plays threads of a few steps each; the one that runs could go on as long as it has steps.
 */
#include "tests/tools/kit.h"

#include "explore/rank.h"
#include "explore/search.h"
#include "explore/wrap.h"

enum { THREADS = 4, STEPS = 64, SEEN = 100000 };

/* What a thread does in its step-th step; false: the schedule has failed. */
struct game;
typedef bool step_fn(struct game *g, int thread, int step);

struct game {
	struct ci_runner runner;
	int threads, steps; /* steps of each thread */
	step_fn *step;
	bool cooperative; /* no choice `stays` */
	bool knows_state;
	/* of this schedule */
	int at[THREADS], local[THREADS], running, memory[2];
	/* of all */
	unsigned long runs;
	uint64_t seen[SEEN]; /* hashes of the choices, of the first runs */
	size_t n_seen;
	int lies; /* the run in which there is a candidate more */
	int fails_to_run;
};

static bool add_one(struct game *g, int thread, int step)
{
	if (step % 2 == 0)
		g->local[thread] = g->memory[0];
	else
		g->memory[0] = g->local[thread] + 1;
	return true;
}

static bool nothing(struct game *g, int thread, int step)
{
	(void)g, (void)thread, (void)step;
	return true;
}

static uint64_t mix(uint64_t hash, uint64_t with)
{
	hash = (hash ^ with) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

static uint64_t state_of(const struct game *g)
{
	uint64_t hash = mix(12345, (uint64_t)g->running);

	for (int i = 0; i < THREADS; i++)
		hash = mix(mix(hash, (uint64_t)g->at[i]), (uint64_t)g->local[i] + 1);
	return mix(mix(hash, (uint64_t)g->memory[0]), (uint64_t)g->memory[1] + 1);
}

/* Who could go on, the running one first; how many. */
static int candidates(const struct game *g, int ret[THREADS], bool *ret_stays)
{
	int n = 0;

	*ret_stays = !g->cooperative && g->running >= 0 && g->at[g->running] < g->steps;
	if (*ret_stays)
		ret[n++] = g->running;
	for (int i = 0; i < g->threads; i++)
		if (g->at[i] < g->steps && !(*ret_stays && i == g->running))
			ret[n++] = i;
	return n;
}

static int choose(struct game *g, struct ci_schedule *s, const int *who, int n, bool stays)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	struct ci_candidate all[THREADS + 1] = { { .id = 0 } };

	for (int i = 0; i < n; i++)
		all[i] = (struct ci_candidate){ .id = (uint64_t)who[i],
						.name = names[who[i]],
						.op = CI_OP_OTHER };
	if (g->lies && (int)g->runs == g->lies)
		all[n++] = (struct ci_candidate){ .id = 99, .name = "liar" };
	int chosen = ci_schedule_choose(
		s, &(struct ci_choice){
			   .kind = CI_CHOOSE_THREAD, .stays = stays, .n = n, .among = all });
	if (g->knows_state)
		g->runner.record->steps[g->runner.record->steps_n - 1].state = state_of(g);
	return chosen;
}

static void play(struct game *g, struct ci_schedule *s)
{
	int who[THREADS], n;
	bool stays;

	while ((n = candidates(g, who, &stays)) > 0) {
		int i = n > 1 ? choose(g, s, who, n, stays) : 0;

		if (i >= n)
			return;
		g->running = who[i];
		if (!g->step(g, who[i], g->at[who[i]]++)) {
			ci_schedule_fail(s, CI_ENDING_CHECK, "%s", "it broke");
			return;
		}
	}
}

static int run_game(struct ci_runner *r, const struct ci_plan *plan)
{
	struct game *g = (struct game *)r;
	struct ci_schedule *s = ci_schedule_explored(r->record, plan->given, plan->given_n);
	uint64_t hash = 12345;

	g->runs++;
	if (g->fails_to_run && (int)g->runs == g->fails_to_run) {
		ci_schedule_unref(s);
		return -EMFILE;
	}
	ci_record_clear(r->record);
	ci_schedule_seed(s, plan->strategy, plan->seed, plan->depth, plan->length);
	memset(g->at, 0, sizeof g->at);
	memset(g->local, 0, sizeof g->local);
	memset(g->memory, 0, sizeof g->memory);
	g->running = -1;
	play(g, s);
	snprintf(r->record->outcome, sizeof r->record->outcome, "%d %d", g->memory[0],
		 g->memory[1]);
	ci_schedule_end(s, 0);
	ci_schedule_unref(s);
	for (uint32_t i = 0; i < r->record->steps_n; i++)
		hash = mix(hash, r->record->steps[i].chosen);
	if (g->n_seen < SEEN)
		g->seen[g->n_seen++] = hash;
	return 0;
}

static struct game *game(int threads, int steps, step_fn *step)
{
	static struct game g;

	g = (struct game){ .threads = threads, .steps = steps, .step = step };
	g.runner.run = run_game;
	g.runner.record = ci_record_map(-1);
	ck_assert_ptr_nonnull(g.runner.record);
	return &g;
}

static void over(struct game *g, cigo_report *report)
{
	ci_record_unmap(g->runner.record);
	cigo_report_free(report);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* No schedule ran twice. */
static void expect_different(struct game *g)
{
	qsort(g->seen, g->n_seen, sizeof *g->seen, by_value);
	for (size_t i = 1; i < g->n_seen; i++)
		ck_assert(g->seen[i - 1] != g->seen[i]);
}

/* How many schedules have at most so many forced switches (-1: any number)? */
static unsigned long brute_force(struct game *g, int running, int switches)
{
	int who[THREADS], n;
	bool stays;
	unsigned long sum = 0;

	g->running = running;
	n = candidates(g, who, &stays);
	if (!n)
		return 1;
	for (int i = 0; i < n; i++) {
		int cost = stays && i;

		if (switches >= 0 && switches < cost)
			continue;
		g->at[who[i]]++;
		sum += brute_force(g, who[i], switches < 0 ? -1 : switches - cost);
		g->at[who[i]]--;
		g->running = running;
	}
	return sum;
}

#define search(g, ret, ...) search_once(g, ret, .all = true, __VA_ARGS__)
#define search_once(g, ret, ...)                                                                \
	ci_search(&(cigo_explore_options){ .size = sizeof(cigo_explore_options), __VA_ARGS__ }, \
		  &(g)->runner, (ret))

TEST_CASE("bounds", .seconds = 30);

TEST(within_each_bound_every_schedule_runs_once, TIMES(6))
{
	static const int bounds[] = { 1, 2, 3, 4, -1, 0 };
	int bound = bounds[_i];
	struct game *g = game(3, 3, nothing);
	cigo_report report;

	unsigned long expected = brute_force(g, -1, bound);
	ok(search(g, &report, .preemptions = bound ? bound : CIGO_PREEMPTIONS_NONE));
	equal(report.schedules, expected);
	ck_assert_uint_eq(g->runs, expected);
	ck_assert(report.complete);
	ck_assert_ptr_null(report.incomplete);
	equal(report.preemptions, bound);
	equal(report.pruned, 0);
	expect_different(g);
	over(g, &report);
}

TEST(a_bound_that_leaves_nothing_out_is_none)
{
	struct game *g = game(2, 3, nothing);
	cigo_report report;

	ok(search(g, &report, .preemptions = 100));
	equal(report.schedules, 20); /* 6 over 3 */
	equal(report.preemptions, -1);
	ck_assert(report.complete);
	over(g, &report);
}

TEST(two_forced_switches_are_the_default)
{
	struct game *g = game(2, 8, nothing);
	cigo_report report;

	unsigned long expected = brute_force(g, -1, 2);
	ok(search(g, &report, .strategy = "exhaustive"));
	equal(report.schedules, expected);
	equal(report.preemptions, 2);
	over(g, &report);
}

TEST(without_a_choice_that_stays_there_is_no_bound)
{
	struct game *g = game(3, 2, nothing);
	cigo_report report;

	g->cooperative = true;
	ok(search(g, &report, .preemptions = 1));
	equal(report.schedules, 90); /* 6! / (2! 2! 2!) */
	equal(report.preemptions, -1);
	ck_assert(report.complete);
	equal(report.deepest, 5); /* the last step is no choice */
	expect_different(g);
	over(g, &report);
}

TEST(a_program_without_choices_has_one_schedule)
{
	static const char *const strategies[] = { NULL, "random:1", "pct:1:2" };

	for (int i = 0; i < 3; i++) {
		struct game *g = game(1, 5, nothing);
		cigo_report report;

		ok(search(g, &report, .strategy = strategies[i]));
		equal(report.schedules, 1);
		ck_assert(report.complete);
		ck_assert_str_eq(report.outcomes[0]->replay, "replay:");
		over(g, &report);
	}
}

TEST_CASE("states", .seconds = 30);

static bool is_outcome_of(const char *text, const cigo_report *r)
{
	for (size_t i = 0; i < r->n_outcomes; i++)
		if (strcmp(r->outcomes[i]->text, text) == 0)
			return true;
	return false;
}

static uint64_t dice;

/* Each step of each thread reads or writes one of two variables, as the dice say. */
static bool at_random(struct game *g, int thread, int step)
{
	uint64_t what = mix(mix(dice, (uint64_t)thread + 1), (uint64_t)step + 1);
	int *at = &g->memory[what >> 40 & 1];

	switch (what >> 32 & 3) {
	case 0: g->local[thread] = *at; break;
	case 1: *at = g->local[thread] + 1; break;
	case 2: *at = thread; break;
	}
	return true;
}

/* What is not varied as its state was met before leads to nothing new, whatever the bound. */
TEST(states_that_were_met_before_leave_no_outcome_out, TIMES(40))
{
	int bound = _i % 4 ? _i % 4 : -1;
	cigo_report all, some;

	dice = (uint64_t)_i / 4 + 1;
	struct game *g = game(3, 3, at_random);
	ok(search(g, &all, .preemptions = bound));
	ci_record_unmap(g->runner.record);
	g = game(3, 3, at_random);
	g->knows_state = true;
	ok(search(g, &some, .preemptions = bound));
	ck_assert_uint_gt(some.pruned, 0);
	ck_assert_uint_le(some.schedules, all.schedules);
	if (bound < 0)
		ck_assert_uint_lt(some.schedules, all.schedules / 3);
	ck_assert(some.complete);
	equal(some.n_outcomes, all.n_outcomes);
	for (size_t i = 0; i < all.n_outcomes; i++)
		ck_assert(is_outcome_of(all.outcomes[i]->text, &some));
	expect_different(g);
	cigo_report_free(&all);
	over(g, &some);
}

TEST_CASE("failures");

/* Fails if an update gets lost. */
static bool must_add(struct game *g, int thread, int step)
{
	if (step % 2 && g->memory[0] != g->local[thread])
		return false;
	return add_one(g, thread, step);
}

TEST(the_first_failure_has_the_fewest_forced_switches)
{
	struct game *g = game(2, 2, must_add);
	cigo_report report;

	equal(search_once(g, &report), 1);
	equal(report.failures, 1);
	equal(report.preemptions, 1);
	ck_assert(!report.complete);
	ck_assert_str_eq(report.incomplete, "it ended with the first failure");
	ck_assert_str_eq(report.failure, "it broke");
	ck_assert_str_eq(report.replay, "replay:0.1");
	contains(report.story, "Choice 2: a #0 is interrupted; b #1 goes on.");
	contains(report.story, "Then: it broke");
	over(g, &report);
}

TEST(all_failures_are_counted)
{
	struct game *g = game(2, 2, must_add);
	cigo_report report;

	equal(search(g, &report), 1);
	ck_assert(report.complete);
	ck_assert_str_eq(report.replay, "replay:0.1");
	equal(report.schedules, 6);
	equal(report.failures, 4); /* all but one after the other */
	over(g, &report);
}

/* Fails if d's first step comes right after b's third. */
static bool rare(struct game *g, int thread, int step)
{
	if (thread == 3 && step == 0 && g->memory[1] == 1)
		return false;
	g->memory[1] = thread == 1 && step == 2;
	return true;
}

TEST(a_failure_that_was_found_by_dice_is_made_as_small_as_it_can_be, TIMES(8))
{
	struct game *g = game(4, 6, rare);
	char strategy[32];
	cigo_report report;

	snprintf(strategy, sizeof strategy, _i % 2 ? "random:%d" : "pct:%d:3", _i);
	equal(search_once(g, &report, .strategy = strategy), 1);
	ck_assert_str_eq(report.failure, "it broke");
	ck_assert_str_eq(report.replay, "replay:0x9.2"); /* a is over, d interrupts b */
	ck_assert(!report.complete);
	over(g, &report);
}

TEST(the_outcome_s_schedule_is_made_small_too)
{
	struct game *g = game(4, 6, rare);
	cigo_report report;

	equal(search(g, &report, .strategy = "random:5", .schedules = 300), 1);
	equal(report.schedules, 300);
	for (size_t i = 0; i < report.n_outcomes; i++)
		if (report.outcomes[i]->failures)
			ck_assert_str_eq(report.outcomes[i]->replay, report.replay);
	over(g, &report);
}

TEST(what_does_not_fail_again_is_said_not_to)
{
	struct game *g = game(2, 2, nothing);
	cigo_report report;

	g->lies = 3;
	equal(search(g, &report), 1);
	ck_assert(!report.complete);
	ck_assert_str_eq(report.incomplete, "the program is not deterministic");
	contains(report.failure, "not deterministic: choice");
	contains(report.story, "did not lead to this again");
	over(g, &report);
}

TEST_CASE("limits");

TEST(so_many_schedules_and_no_more)
{
	struct game *g = game(3, 3, nothing);
	cigo_report report;

	ok(search(g, &report, .schedules = 17, .preemptions = -1));
	equal(report.schedules, 17);
	equal(g->runs, 17);
	ck_assert(!report.complete);
	ck_assert_str_eq(report.incomplete, "the limit is 17 schedules");
	over(g, &report);
}

TEST(a_limit_that_is_just_enough_is_no_limit)
{
	struct game *g = game(2, 3, nothing);
	cigo_report report;

	ok(search(g, &report, .schedules = 20, .preemptions = -1));
	ck_assert(report.complete);
	over(g, &report);
}

TEST(so_long_and_no_longer)
{
	struct game *g = game(4, 12, nothing);
	cigo_report report;

	ok(search(g, &report, .time_ns = CIGO_MS(50), .preemptions = -1));
	ck_assert(!report.complete);
	ck_assert_str_eq(report.incomplete, "the limit is 0.05 s");
	over(g, &report);
}

static bool tell(const cigo_progress *p, void *arg)
{
	cigo_progress *seen = arg;

	*seen = *p;
	return false;
}

TEST(progress_may_end_it)
{
	struct game *g = game(4, 4, nothing);
	cigo_progress seen = { 0 };
	cigo_report report;

	ok(search(g, &report, .progress = tell, .progress_arg = &seen));
	equal(report.schedules, 1);
	equal(seen.schedules, 1);
	equal(seen.outcomes, 1);
	ck_assert_uint_gt(seen.choices, 0);
	ck_assert_str_eq(report.incomplete, "it was told to end");
	over(g, &report);
}

TEST(a_runner_that_fails_ends_it, TIMES(3))
{
	struct game *g = game(2, 2, must_add);
	cigo_report report;

	g->fails_to_run = _i == 0 ? 1 : _i == 1 ? 4 : 7; /* 7: when the failure is made smaller */
	fails(search(g, &report), -EMFILE);
	ck_assert_ptr_null(report.failure);
	ck_assert_ptr_null(report.outcomes);
	over(g, &report);
}

TEST(strategies_that_are_not_understood_are_refused)
{
	static const char *const bad[] = { "",	       "fifo",	   "dice",	 "random",
					   "random:",  "random:x", "pct:1:0",	 "pct:1:17",
					   "replay:1", "play",	   "exhaustive " };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct game *g = game(2, 2, nothing);
		cigo_report report;

		fails(search(g, &report, .strategy = bad[i]), -EINVAL);
		equal(g->runs, 0);
		over(g, &report);
	}
}

TEST_CASE("outcomes");

/* Each order of steps is an outcome of its own. */
static bool in_order(struct game *g, int thread, int step)
{
	(void)step;
	g->memory[0] = 4 * g->memory[0] + thread + 1;
	return true;
}

TEST(the_most_frequent_outcome_comes_first)
{
	struct game *g = game(2, 2, add_one);
	cigo_report report;

	ok(search(g, &report, .preemptions = -1));
	equal(report.n_outcomes, 2);
	ck_assert_str_eq(report.outcomes[0]->text, "1 0");
	equal(report.outcomes[0]->count, 4);
	equal(report.outcomes[0]->failures, 0);
	ck_assert_str_eq(report.outcomes[0]->replay, "replay:0.1");
	ck_assert_str_eq(report.outcomes[1]->text, "2 0");
	equal(report.outcomes[1]->count, 2);
	ck_assert_str_eq(report.outcomes[1]->replay, "replay:");
	over(g, &report);
}

TEST_CASE("many outcomes", .seconds = 30);

TEST(more_outcomes_than_a_table_can_hold_are_counted_as_one)
{
	struct game *g = game(4, 3, in_order);
	cigo_report report;
	uint64_t sum = 0;

	ok(search(g, &report, .preemptions = -1, .schedules = 20000));
	equal(report.n_outcomes, 10001);
	ck_assert_str_eq(report.outcomes[0]->text, "(other outcomes)");
	equal(report.outcomes[0]->count, 10000);
	for (size_t i = 0; i < report.n_outcomes; i++)
		sum += report.outcomes[i]->count;
	equal(sum, 20000);
	over(g, &report);
}

/* What is printed of the report, to be freed. */
static char *printed(const cigo_report *r)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	cigo_report_print(r, out);
	fclose(out);
	return text;
}

TEST(the_printed_report_is_no_wider_than_a_terminal)
{
	struct game *g = game(4, 10, must_add);
	cigo_report report;

	equal(search(g, &report, .strategy = "random:1", .schedules = 50), 1);
	char *text = printed(&report);
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		if (!strstr(report.replay, ".") || strncmp(line, "CIGO_SCHEDULE=", 14) != 0)
			ck_assert_uint_le(strcspn(line, "\n"), 80);
	contains(text, "50 schedules tried");
	contains(text, "Not complete: the limit is 50 schedules.");
	contains(text, "Failed: it broke");
	contains(text, report.story);
	contains(text, report.replay);
	free(text);
	over(g, &report);
}

static void expect_wrapped(const char *text, int indent, const char *expected)
{
	char *got;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	ci_wrap(out, text, indent);
	fclose(out);
	ck_assert_str_eq(got, expected);
	free(got);
}

TEST(lines_break_between_words)
{
	expect_wrapped("", 2, "\n");
	expect_wrapped("one\ntwo", 2, "one\n  two\n");
	expect_wrapped("123456789 123456789 123456789 123456789 123456789 123456789 123456789 "
		       "123456789 1",
		       4,
		       "123456789 123456789 123456789 123456789 123456789 123456789 123456789 "
		       "123456789\n    1\n");
	expect_wrapped("    x = 1", 8, "    x = 1\n");
}
