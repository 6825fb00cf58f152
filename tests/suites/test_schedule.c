/* SPDX-License-Identifier: MIT
 * Schedules in the cooperative model: their texts, what is chosen, replay, fairness, checks.
 */
#include "tests/tools/kit.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "schedule/schedule.h"

BEFORE_ALL
{
	unsetenv("CIGO_SCHEDULE");
	unsetenv("CIGO_SEED");
	unsetenv("CIGO_CLOCK");
}

/* ---- runs ---- */

static int run(const char *schedule, cigo_coro_fn *body, void *arg)
{
	cigo_loop_options o = { .size = sizeof o, .model = CIGO_COOPERATIVE, .schedule = schedule };

	return cigo_run_with(&o, cigo_ctx_background(), body, arg);
}

/* Runs under a schedule whose record can be read until it is given back. */
static struct ci_schedule *record(const char *text, cigo_coro_fn *body, void *arg)
{
	cigo_loop_options o = { .size = sizeof o, .model = CIGO_COOPERATIVE };
	struct ci_schedule *s;
	char why[256];

	ok(ci_schedule_new(&s, text, why));
	ck_assert_ptr_nonnull(s);
	ci_schedule_set_current(s);
	ok(cigo_run_with(&o, cigo_ctx_background(), body, arg));
	ci_schedule_set_current(NULL);
	return s;
}

/* "random:7", "pct:7:2": the number 7 between the two texts. */
static const char *seeded(const char *before, int seed, const char *after)
{
	static char text[64];

	snprintf(text, sizeof text, "%s%d%s", before, seed, after);
	return text;
}

/* Runs fn in a process of its own, which exits normally. Returns what it said on stderr. */
static const char *in_a_process(void (*fn)(void), int *ret_status)
{
	static struct caught c;

	catch_stderr(&c);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
		signal(SIGABRT, SIG_DFL);
		fn();
		exit(0);
	}
	equal(waitpid(pid, ret_status, 0), pid);
	return caught_stderr(&c);
}

/* ---- texts ---- */

TEST_CASE("texts");

static const char *const fine[] = {
	"random:0",	"random:18446744073709551615",
	"pct:1:1",	"pct:0:16",
	"pct:1:3:50",	"replay:",
	"replay:0",	"replay:0x3",
	"replay:12",	"replay:2.0x3.1",
	"replay:0x0.1", "replay:0.0.0",
};

TEST(a_text_names_a_schedule, TIMES(sizeof fine / sizeof *fine))
{
	struct ci_schedule *s;
	char why[256];

	ok(ci_schedule_new(&s, fine[_i], why));
	ck_assert_ptr_nonnull(s);
	ck_assert(s->simulated);
	ci_schedule_unref(s);
}

TEST(fifo_is_no_schedule)
{
	static const char *const texts[] = { "fifo", "", NULL };
	struct ci_schedule *s = (void *)1;
	char why[256];

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		ok(ci_schedule_new(&s, texts[i], why));
		ck_assert_ptr_null(s);
	}
}

static const struct malformed {
	const char *text, *why;
} malformed[] = {
	{ "fif", "none of fifo, random:SEED, pct:SEED:DEPTH, replay:CHOICES" },
	{ "FIFO", "none of" },
	{ "fifo:", "none of" },
	{ "random", "none of" },
	{ "replay", "none of" },
	{ "pct", "none of" },
	{ "plays", "none of" },
	{ " random:1", "none of" },
	{ "random:", "random:SEED needs a number" },
	{ "random:x", "random:SEED needs a number" },
	{ "random:1x", "random:SEED needs a number" },
	{ "random:-1", "random:SEED needs a number" },
	{ "random: 1", "random:SEED needs a number" },
	{ "random:99999999999999999999", "random:SEED needs a number" },
	{ "pct:", "a number and a depth from 1 to 16" },
	{ "pct:1", "a number and a depth from 1 to 16" },
	{ "pct:1:", "a number and a depth from 1 to 16" },
	{ "pct:1:0", "a number and a depth from 1 to 16" },
	{ "pct:1:17", "a number and a depth from 1 to 16" },
	{ "pct::2", "a number and a depth from 1 to 16" },
	{ "pct:1:2:", "a third number is how many choices are expected" },
	{ "pct:1:2:x", "a third number is how many choices are expected" },
	{ "pct:1:2:3:4", "a third number is how many choices are expected" },
	{ "replay:a", "after 0 characters there is no number" },
	{ "replay:.1", "after 0 characters there is no number" },
	{ "replay:-1", "after 0 characters there is no number" },
	{ "replay:1.", "after 2 characters there is no number" },
	{ "replay:1..2", "after 2 characters there is no number" },
	{ "replay:1,2", "after 1 characters there is no number" },
	{ "replay:0x", "after 2 characters there is no number" },
	{ "replay:0xg", "after 2 characters there is no number" },
	{ "replay:1x3", "after 1 characters there is no number" },
	{ "replay:99999999999", "there is no number" },
	{ "replay:0x999999", "more than 262144 choices" },
	{ "replay:+3", "there is no number" },
	{ "replay:+3.", "there is no number" },
	{ "replay:+.1", "there is no number" },
	{ "replay:0x200000.0x200000", "more than 262144 choices" },
	{ "replay:0x262144.0x1", "more than 262144 choices" },
	{ "replay:@", ": No such file or directory" },
	{ "replay:@/nonexistent/file", "/nonexistent/file: No such file or directory" },
	{ "replay:@/dev/null", "/dev/null: the file is empty" },
	{ "replay:@/", "/: Is a directory" },
};

CORO(nothing)
{
	return 0;
}

static void by_option(void *arg)
{
	cigo_ignore(run(arg, nothing, NULL));
}

static void by_environment(void *arg)
{
	setenv("CIGO_SCHEDULE", arg, 1);
	cigo_ignore(run(NULL, nothing, NULL));
}

TEST(what_is_no_schedule_is_misuse, TIMES(sizeof malformed / sizeof *malformed))
{
	const struct malformed *m = &malformed[_i];
	char text[128], said[512];

	snprintf(text, sizeof text, "%s", m->text);
	t_abort(by_option, text, m->why);
	t_abort(by_environment, text, m->why);
	snprintf(said, sizeof said, "cigo_loop_new: options.schedule is \"%s\": ", text);
	t_abort(by_option, text, said);
	snprintf(said, sizeof said, "cigo: misuse: CIGO_SCHEDULE: %s: ", text);
	t_abort(by_environment, text, said);
}

TEST(an_empty_variable_is_none)
{
	setenv("CIGO_SCHEDULE", "", 1);
	ok(run(NULL, nothing, NULL));
	ck_assert_ptr_null(ci_schedule_current());
}

/* ---- what runs ---- */

/* Says its name, yields, says it again. */
CORO(twice)
{
	t_say(arg);
	ok(cigo_yield(ctx));
	t_say(arg);
	return 0;
}

static char ann[] = "a", bob[] = "b", cat[] = "c";

static void spawn_all(cigo_ctx *ctx, cigo_coro_fn *fn, size_t n)
{
	char *const names[] = { ann, bob, cat };

	for (size_t i = 0; i < n; i++)
		cigo_detach(cigo_task_spawn(ctx, names[i], fn, 0, names[i]));
}

/* Returns when all of them have. */
static int run_all(cigo_ctx *ctx, cigo_coro_fn *fn, size_t n)
{
	char *const names[] = { ann, bob, cat };
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (size_t i = 0; i < n; i++)
		cigo_group_spawn(g, names[i], fn, 0, names[i]);
	ok(cigo_group_wait(ctx, g));
	return cigo_group_close(ctx, g);
}

CORO(says)
{
	t_say(arg);
	return 0;
}

CORO(three_say)
{
	return run_all(ctx, says, 3);
}

CORO(two_say)
{
	return run_all(ctx, says, 2);
}

CALLBACK(calls)
{
	t_say(arg);
}

CORO(sleeps)
{
	ok(cigo_sleep(ctx, CIGO_MS(5)));
	t_say(arg);
	return 0;
}

CORO(puts_one)
{
	ok(cigo_put(ctx, (cigo_queue *)arg, &(int){ 1 }));
	t_say("+");
	return 0;
}

CORO(gets_one)
{
	int item;

	ok(cigo_get(ctx, (cigo_queue *)arg, &item));
	t_say("-");
	return 0;
}

/* Something of everything. */
CORO(mixed)
{
	static char called[] = "!";
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	cigo_loop *loop = cigo_ctx_loop(ctx);

	spawn_all(ctx, twice, 3);
	ck_assert_int_gt(cigo_loop_call_soon(loop, calls, called), 0);
	spawn_all(ctx, sleeps, 3);
	for (int i = 0; i < 3; i++) {
		cigo_detach(cigo_spawn(ctx, gets_one, 0, q));
		cigo_detach(cigo_spawn(ctx, puts_one, 0, q));
	}
	ok(cigo_yield(ctx));
	t_say("main");
	ok(cigo_sleep(ctx, CIGO_MS(5)));
	t_say("main");
	ok(cigo_sleep(ctx, CIGO_MS(5)));
	cigo_queue_free(q);
	return 0;
}

TEST_CASE("replay", .seconds = 60);

/* The order of mixed. */
static const char *order_of(const char *schedule)
{
	static char order[sizeof t_said];

	t_said[0] = 0;
	ok(run(schedule, mixed, NULL));
	strcpy(order, t_said);
	t_said[0] = 0;
	return order;
}

TEST(fifo_and_choosing_the_first_are_as_without_a_schedule)
{
	char usual[sizeof t_said];

	strcpy(usual, order_of(NULL));
	ck_assert_uint_gt(strlen(usual), 20);
	ck_assert_str_eq(order_of("fifo"), usual);
	ck_assert_str_eq(order_of("replay:"), usual);
	ck_assert_str_eq(order_of("replay:0x3"), usual);
	ck_assert_str_ne(order_of("replay:1"), usual);
}

TEST(a_replay_has_the_order_of_its_run)
{
	int orders = 0;
	char before[sizeof t_said] = "";

	for (int seed = 1; seed <= 100; seed++) {
		struct ci_schedule *s = record(seeded("random:", seed, ""), mixed, NULL);
		char *text = ci_replay_text(s->record->steps, s->record->steps_n);
		char order[sizeof t_said];

		strcpy(order, t_said);
		orders += strcmp(order, before) != 0;
		strcpy(before, order);
		ck_assert_str_eq(order_of(text), order);
		ck_assert_str_eq(order_of(seeded("random:", seed, "")), order);
		free(text);
		ci_schedule_unref(s);
	}
	ck_assert_int_gt(orders, 90);
}

TEST(a_text_is_short)
{
	static const struct {
		uint32_t chosen[8];
		size_t n;
		const char *text;
	} texts[] = {
		{ { 0 }, 0, "replay:" },
		{ { 0, 0, 0 }, 3, "replay:" },
		{ { 1 }, 1, "replay:1" },
		{ { 2, 0, 0, 0, 1, 0 }, 6, "replay:2.0x3.1" },
		{ { 0, 1, 0, 12 }, 4, "replay:0.1.0.12" },
		{ { 0, 0, 7, 0, 0 }, 5, "replay:0x2.7" },
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct ci_record_step steps[8] = { { 0 } };
		struct ci_given *given;
		size_t n, left = texts[i].n;
		char why[256];

		for (size_t k = 0; k < texts[i].n; k++)
			steps[k].chosen = texts[i].chosen[k];
		char *text = ci_replay_text(steps, texts[i].n);
		ck_assert_str_eq(text, texts[i].text);
		ok(ci_replay_parse(text + strlen("replay:"), &given, &n, why));
		while (left && !texts[i].chosen[left - 1])
			left--;
		ck_assert_uint_eq(n, left);
		for (size_t k = 0; k < n; k++)
			ck_assert_uint_eq(given[k].chosen, texts[i].chosen[k]);
		free(given);
		free(text);
	}
}

static void two_say_by(void *schedule)
{
	cigo_ignore(run(schedule, two_say, NULL));
}

TEST(choices_that_are_left_are_a_divergence)
{
	ok(run("replay:1.0x20", two_say, NULL)); /* zeros say nothing */
	t_abort(two_say_by, (char[]){ "replay:1.0.1.0" },
		"cigo: not deterministic: the run is over after 1 choices; 2 more were given\n");
}

CORO(two_wait)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	struct t_job job = { .future = f };

	for (int i = 0; i < 2; i++)
		cigo_detach(cigo_task_spawn_copy(ctx, i ? "bob" : "ann", t_job_body, 0, &job,
						 sizeof job));
	ok(cigo_yield(ctx));
	ok(cigo_set(f, &(int){ 1 }));
	ok(cigo_yield(ctx));
	cigo_future_unref(f);
	return 0;
}

static void two_wait_by(void *schedule)
{
	cigo_ignore(run(schedule, two_wait, NULL));
}

TEST(a_choice_that_is_not_there_is_a_divergence)
{
	t_abort(two_say_by, (char[]){ "replay:2" }, "cigo: not deterministic: choice 1");
	t_abort(two_say_by, (char[]){ "replay:2" }, ", was number 2, is among 2: a b\n");
	t_abort(two_wait_by, (char[]){ "replay:0.9" }, "cigo: not deterministic: choice 2, at ");
	t_abort(two_wait_by, (char[]){ "replay:0.9" }, ", was number 9, is among 2: ann bob\n");
}

/* Runs the body with the choice given; its record ends in a divergence. */
static void diverge(struct ci_record *r, const struct ci_given *given, cigo_coro_fn *body,
		    const char *words)
{
	struct ci_schedule *s = ci_schedule_explored(r, given, 1);

	ci_record_clear(r);
	ci_schedule_set_current(s);
	ok(run(NULL, body, NULL));
	ci_schedule_set_current(NULL);
	equal(r->ending, CI_ENDING_DIVERGED);
	contains(r->failure, "not deterministic: choice 1");
	contains(r->failure, words);
	ci_schedule_unref(s);
}

TEST(other_candidates_are_a_divergence)
{
	struct ci_record *r = ci_record_map(CI_RECORD_PRIVATE);
	struct ci_given given = { .chosen = 0, .n = 3, .ids = 77 };

	diverge(r, &given, two_say, ", was one of 3, is among 2: a b");
	given.n = 2; /* as many, but others */
	diverge(r, &given, two_say, ", was one of 2, is among 2: a b");
	ci_record_unmap(r);
}

TEST(a_divergence_names_the_candidates_of_the_earlier_run)
{
	struct ci_record *r = ci_record_map(CI_RECORD_PRIVATE);
	struct ci_schedule *s = ci_schedule_explored(r, NULL, 0);

	ci_schedule_set_current(s);
	ok(run(NULL, two_say, NULL));
	ci_schedule_set_current(NULL);
	ck_assert_uint_eq(r->steps[0].n, 2);
	struct ci_given given = { .chosen = 0, .n = 2, .ids = r->steps[0].ids };
	diverge(r, &given, three_say, ", was among a b, is among a b c");
	given = (struct ci_given){ .chosen = 0, .n = 3, .ids = r->steps[0].ids };
	diverge(r, &given, two_say, ", was among a b c, is among a b");
	ci_schedule_unref(s);
	ci_record_unmap(r);
}

CORO(two_wait_at_a_place)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	struct t_job job = { .future = f };

	for (int i = 0; i < 2; i++)
		cigo_detach(cigo_task_spawn_copy(CIGO_AT(ctx), i ? "bob" : "ann", t_job_body, 0,
						 &job, sizeof job));
	ok(cigo_yield(CIGO_AT(ctx))); /* the place */
	ok(cigo_set(f, &(int){ 1 }));
	ok(cigo_yield(ctx));
	cigo_future_unref(f);
	return 0;
}

static void two_wait_at_a_place_by(void *schedule)
{
	cigo_ignore(run(schedule, two_wait_at_a_place, NULL));
}

TEST(a_divergence_names_the_place_that_asks)
{
	t_abort(two_wait_at_a_place_by, (char[]){ "replay:3" },
		"cigo: not deterministic: choice 1, at test_schedule.c:");
}

TEST(a_file_has_a_replay)
{
	static const struct {
		const char *content, *order;
	} files[] = {
		{ "replay:1", "bac" },	     { "1\n", "bac" }, { "replay:2.1\nmore", "cba" },
		{ "replay:2.1\r\n", "cba" }, { "\n", "abc" },
	};
	char name[] = "/tmp/cigo-replay-XXXXXX", schedule[64];

	int fd = mkstemp(name);
	snprintf(schedule, sizeof schedule, "replay:@%s", name);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		size_t n = strlen(files[i].content);

		ok(ftruncate(fd, 0));
		ck_assert_int_eq(pwrite(fd, files[i].content, n, 0), (ssize_t)n);
		ok(run(schedule, three_say, NULL));
		t_expect_said(files[i].order);
	}
	ok(ftruncate(fd, 0));
	t_abort(by_option, schedule, ": the file is empty");
	ck_assert_int_eq(pwrite(fd, "nonsense", 8, 0), 8);
	t_abort(by_option, schedule, "after 0 characters there is no number");
	close(fd);
	unlink(name);
}

/* ---- fairness ---- */

TEST_CASE("yields", .seconds = 60);

CORO(yields_once)
{
	spawn_all(ctx, says, 3);
	ok(cigo_yield(ctx));
	t_say("main");
	return 0;
}

TEST(one_that_yields_lets_all_that_are_ready_go_first)
{
	for (int seed = 1; seed <= 200; seed++) {
		ok(run(seeded("random:", seed, ""), yields_once, NULL));
		ck_assert_str_eq(t_said + 3, "main");
		t_said[0] = 0;
	}
}

static bool flag;

CORO(raises)
{
	for (int i = 0; i < 3; i++)
		ok(cigo_yield(ctx));
	flag = true;
	return 0;
}

CORO(waits_by_yields)
{
	int yields = 0;

	while (!flag) {
		ok(cigo_yield(ctx));
		ck_assert_int_lt(++yields, 1000);
	}
	return 0;
}

CORO(two_wait_by_yields)
{
	flag = false;
	cigo_task *other = cigo_spawn(ctx, waits_by_yields, 0, NULL);
	cigo_detach(cigo_spawn(ctx, raises, 0, NULL));
	ok(waits_by_yields(ctx, NULL, NULL));
	return cigo_take(ctx, other, (char *)NULL);
}

TEST(loops_of_yields_end)
{
	for (int seed = 1; seed <= 200; seed++) {
		ok(run(seeded("random:", seed, ""), two_wait_by_yields, NULL));
		ok(run(seeded("pct:", seed, ":3"), two_wait_by_yields, NULL));
	}
}

/* ---- strategies ---- */

TEST_CASE("strategies", .seconds = 60);

/* How many different texts there were; each call adds one. */
struct tally {
	char texts[16][64];
	int n;
};

static void count(struct tally *t, const char *text)
{
	int i = 0;

	while (i < t->n && strcmp(t->texts[i], text) != 0)
		i++;
	ck_assert_int_lt(i, 16);
	if (i == t->n)
		snprintf(t->texts[t->n++], sizeof *t->texts, "%s", text);
}

static void count_said(struct tally *t)
{
	count(t, t_said);
	t_said[0] = 0;
}

TEST(random_reaches_every_order)
{
	struct tally t = { .n = 0 };

	for (int seed = 1; seed <= 100; seed++) {
		ok(run(seeded("random:", seed, ""), three_say, NULL));
		count_said(&t);
	}
	equal(t.n, 6);
}

CORO(thrice)
{
	for (int i = 0; i < 3; i++) {
		t_say(arg);
		ok(cigo_sleep(ctx, CIGO_MS(1)));
	}
	return 0;
}

CORO(three_thrice)
{
	return run_all(ctx, thrice, 3);
}

/* Whether one was chosen before another, and the other before the one. */
static bool contradicts_itself(const struct ci_record *r)
{
	bool beats[8][8] = { { false } };

	for (uint32_t i = 0; i < r->steps_n; i++) {
		const struct ci_record_option *o = &r->options[r->steps[i].options];
		uint64_t winner = o[r->steps[i].chosen].id;

		for (uint32_t k = 0; k < r->steps[i].n; k++) {
			ck_assert_uint_lt(o[k].id, 8);
			beats[winner][o[k].id] = true;
			if (o[k].id != winner && beats[o[k].id][winner])
				return true;
		}
	}
	return false;
}

TEST(pct_of_depth_1_keeps_its_priorities)
{
	struct tally t = { .n = 0 };

	for (int seed = 1; seed <= 100; seed++) {
		struct ci_schedule *s = record(seeded("pct:", seed, ":1"), three_thrice, NULL);

		ck_assert_uint_ge(s->record->steps_n, 6);
		ck_assert(!contradicts_itself(s->record));
		ci_schedule_unref(s);
		t_said[3] = 0;
		count_said(&t);
	}
	equal(t.n, 6);
}

TEST(pct_of_more_depth_changes_them)
{
	int changed = 0;

	for (int seed = 1; seed <= 100; seed++) {
		struct ci_schedule *s = record(seeded("pct:", seed, ":3:6"), three_thrice, NULL);

		changed += contradicts_itself(s->record);
		ci_schedule_unref(s);
	}
	ck_assert_int_gt(changed, 30);
}

static const char *const again[][2] = { { "pct:", ":1" }, { "pct:", ":4:8" }, { "random:", "" } };

TEST(a_seed_is_the_same_each_time, TIMES(sizeof again / sizeof *again))
{
	for (int seed = 1; seed <= 30; seed++) {
		char text[64], order[sizeof t_said];

		snprintf(text, sizeof text, "%s%d%s", again[_i][0], seed, again[_i][1]);
		strcpy(order, order_of(text));
		ck_assert_str_eq(order_of(text), order);
	}
}

/* ---- what else is chosen ---- */

TEST_CASE("timers and cases", .seconds = 60);

CORO(sleeps_to_its_deadline)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	int err = cigo_sleep(timed, CIGO_MS(5));

	ck_assert(err == 0 || err == -ETIMEDOUT);
	t_say(err ? "deadline" : "sleep");
	cigo_ctx_unref(timed);
	return 0;
}

TEST(timers_due_at_once_fire_in_any_order)
{
	struct tally t = { .n = 0 };

	for (int seed = 1; seed <= 50; seed++) {
		ok(run(seeded("random:", seed, ""), sleeps_to_its_deadline, NULL));
		count_said(&t);
	}
	equal(t.n, 2);
}

CORO(three_sleep)
{
	return run_all(ctx, sleeps, 3);
}

TEST(sleepers_due_at_once_go_on_in_any_order)
{
	struct tally t = { .n = 0 };

	for (int seed = 1; seed <= 100; seed++) {
		ok(run(seeded("random:", seed, ""), three_sleep, NULL));
		count_said(&t);
	}
	equal(t.n, 6);
}

CORO(selects)
{
	cigo_channel *channels[3];
	cigo_select_case cases[3];
	int item = 7, got;

	for (int i = 0; i < 3; i++) {
		channels[i] = cigo_channel_new(sizeof item, 1);
		ok(cigo_send(ctx, channels[i], &item));
		cases[i] = (cigo_select_case)CIGO_CASE_RECV(channels[i], &got);
	}
	const char *const names[] = { ann, bob, cat };
	t_say(names[cigo_select(ctx, cases, 3)]);
	for (int i = 0; i < 3; i++)
		cigo_channel_free(channels[i]);
	return 0;
}

TEST(any_ready_case_is_taken)
{
	struct tally t = { .n = 0 };

	for (int seed = 1; seed <= 50; seed++) {
		ok(run(seeded("random:", seed, ""), selects, NULL));
		count_said(&t);
	}
	equal(t.n, 3);
	ok(run("replay:2", selects, NULL));
	t_expect_said("c");
}

CORO(calls_three)
{
	char *const names[] = { ann, bob, cat };

	for (int i = 0; i < 3; i++)
		ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), calls, names[i]), 0);
	return cigo_loop_wait_idle(ctx);
}

TEST(callbacks_run_in_any_order)
{
	struct tally t = { .n = 0 };

	for (int seed = 1; seed <= 100; seed++) {
		ok(run(seeded("random:", seed, ""), calls_three, NULL));
		count_said(&t);
	}
	equal(t.n, 6);
}

/* ---- the clock ---- */

TEST_CASE("the clock");

CORO(sleeps_an_hour)
{
	return cigo_sleep(ctx, CIGO_S(3600));
}

static int64_t duration(cigo_loop_options o, cigo_coro_fn *body)
{
	int64_t before = t_real_now();

	o.size = sizeof o;
	ok(cigo_run_with(&o, cigo_ctx_background(), body, NULL));
	return t_real_now() - before;
}

TEST(a_schedule_implies_the_virtual_clock)
{
	static const char *const texts[] = { "random:1", "pct:1:2", "replay:" };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		ck_assert_int_lt(duration((cigo_loop_options){ .schedule = texts[i] },
					  sleeps_an_hour),
				 CIGO_S(60));
}

CORO(sleeps_30_ms)
{
	return cigo_sleep(ctx, CIGO_MS(30));
}

TEST(the_real_clock_is_to_be_had)
{
	int64_t ns =
		duration((cigo_loop_options){ .schedule = "random:1", .clock = CIGO_CLOCK_REAL },
			 sleeps_30_ms);

	ck_assert_int_ge(ns, CIGO_MS(30));
	setenv("CIGO_CLOCK", "real", 1);
	ns = duration((cigo_loop_options){ .schedule = "random:1" }, sleeps_30_ms);
	ck_assert_int_ge(ns, CIGO_MS(30));
	unsetenv("CIGO_CLOCK");
	ns = duration((cigo_loop_options){ .schedule = "fifo" }, sleeps_30_ms);
	ck_assert_int_ge(ns, CIGO_MS(30));
	ns = duration((cigo_loop_options){ .shuffle_seed = 1 }, sleeps_30_ms);
	ck_assert_int_ge(ns, CIGO_MS(30));
}

/* ---- what a program says of itself ---- */

TEST_CASE("checks, outcomes, values");

static int checks_made;

CORO(checks)
{
	long sum = (long)(intptr_t)arg;

	spawn_all(ctx, says, 3);
	ok(cigo_yield(ctx));
	checks_made++;
	bool held = cigo_check(sum == 4, "the sum is %ld", sum);
	ck_assert(held == (sum == 4));
	return 0;
}

TEST(a_check_that_holds_says_nothing)
{
	static struct caught caught;

	catch_stderr(&caught);
	ok(run("random:1", checks, (void *)4));
	ok(run(NULL, checks, (void *)4));
	ck_assert(cigo_check(true, "outside of a loop"));
	ck_assert_str_eq(caught_stderr(&caught), "");
	equal(checks_made, 2);
}

static void checks_by(void *schedule)
{
	cigo_ignore(run(schedule, checks, (void *)3));
}

static void checks_nowhere(void *words)
{
	if (words)
		cigo_check_failed("1 == 2", "folder/file.c", 17, "%s", (char *)words);
	else
		cigo_check_failed("1 == 2", "folder/file.c", 17, NULL);
}

CIGO_PRINTF(2, 3)
static void fail_by_list(const char *condition, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	cigo_check_failed_v(condition, "folder/file.c", 17, format, ap);
	va_end(ap);
}

static void check_by_list(void *arg T_UNUSED)
{
	fail_by_list("1 == 2", "%d apples", 3);
}

TEST(a_check_takes_a_list_of_arguments_too)
{
	t_abort(check_by_list, NULL, "file.c:17: 3 apples; check failed: 1 == 2");
}

TEST(a_check_that_fails_tells_the_place_and_the_replay)
{
	char text[] = "replay:2.1";

	t_abort(checks_by, text, "cigo: test_schedule.c:");
	t_abort(checks_by, text,
		": the sum is 3; check failed: sum == 4\n"
		"cigo: this schedule again: CIGO_SCHEDULE=replay:2.1\n");
	t_abort(checks_by, NULL, ": the sum is 3; check failed: sum == 4\n");
}

TEST(without_a_loop_a_check_fails_too)
{
	t_abort(checks_nowhere, (char[]){ "words" },
		"cigo: file.c:17: words; check failed: 1 == 2\n");
	t_abort(checks_nowhere, (char[]){ "" }, "cigo: file.c:17: check failed: 1 == 2\n");
	t_abort(checks_nowhere, NULL, "cigo: file.c:17: check failed: 1 == 2\n");
}

TEST(explored_a_failed_check_is_noted_and_the_run_goes_on)
{
	struct ci_record *r = ci_record_map(CI_RECORD_PRIVATE);
	struct ci_schedule *s = ci_schedule_explored(r, NULL, 0);

	ci_schedule_set_current(s);
	ok(run(NULL, checks, (void *)3));
	ci_schedule_set_current(NULL);
	equal(r->ending, CI_ENDING_CHECK);
	contains(r->failure, ": the sum is 3; check failed: sum == 4");
	ck_assert_uint_ne(r->at, 0);
	equal(r->result, 0);
	ci_schedule_unref(s);
	ci_record_unmap(r);
}

CORO(tells)
{
	char *text = malloc(1001);

	memset(text, 'x', 1000);
	text[1000] = 0;
	cigo_show(ctx, "long", "%s", text);
	cigo_show(ctx, "n", "%d", 1);
	spawn_all(ctx, says, 2);
	ok(cigo_yield(ctx));
	cigo_show(ctx, "n", "%d", 2);
	cigo_show(NULL, "n", "%s", "");
	cigo_show(ctx, NULL, "%d", 3);
	cigo_show(ctx, "n", NULL);
	cigo_outcome("first");
	cigo_outcome("%s", text);
	cigo_outcome(NULL);
	cigo_point(ctx);
	cigo_point(NULL);
	free(text);
	return 0;
}

TEST(outcome_and_values_are_noted)
{
	struct ci_schedule *s = record("random:1", tells, NULL);
	const struct ci_record *r = s->record;
	const struct ci_record_shown *v = r->shown;

	equal(r->shown_n, 4);
	equal(strlen(&r->text[v[0].value]), 255);
	ck_assert_str_eq(&r->text[v[1].name], "n");
	ck_assert_str_eq(&r->text[v[1].value], "1");
	ck_assert_str_eq(&r->text[v[1].by], "main");
	equal(v[1].step, 0);
	ck_assert_str_eq(&r->text[v[2].value], "2");
	equal(v[2].step, r->steps_n);
	ck_assert_str_eq(&r->text[v[3].value], "");
	equal(strlen(r->outcome), 255);
	ci_schedule_unref(s);
}

TEST(without_a_schedule_they_do_nothing)
{
	static struct caught caught;

	catch_stderr(&caught);
	ok(run(NULL, tells, NULL));
	ok(run("fifo", tells, NULL));
	cigo_show(NULL, "n", "%d", 1);
	cigo_outcome("none");
	cigo_point(NULL);
	ck_assert_str_eq(caught_stderr(&caught), "");
}

/* ---- a process under CIGO_SCHEDULE ---- */

TEST_CASE("of a process", .seconds = 60);

static const char *the_schedule;

static void say_order(void)
{
	fprintf(stderr, "%s\n", t_said);
	t_said[0] = 0;
}

static void two_loops(void)
{
	setenv("CIGO_SCHEDULE", the_schedule, 1);
	for (int i = 0; i < 2; i++) {
		ok(run(NULL, three_say, NULL));
		say_order();
	}
}

/* What two_loops said under a schedule: its lines but the last, and in replay what follows there. */
static const char *two_loops_by(const char *schedule, char replay[128])
{
	static char text[8192];
	int status;

	the_schedule = schedule;
	snprintf(text, sizeof text, "%s", in_a_process(two_loops, &status));
	ck_assert_msg(status == 0, "%s", text);
	char *again_at = strstr(text, "cigo: this schedule again: CIGO_SCHEDULE=");
	replay[0] = 0;
	if (again_at) {
		snprintf(replay, 128, "%s", strchr(again_at, '=') + 1);
		replay[strcspn(replay, "\n")] = 0;
		*again_at = 0;
	}
	return text;
}

TEST(loops_that_follow_each_other_go_on_with_one_schedule)
{
	struct tally t = { .n = 0 };

	for (int seed = 1; seed <= 10; seed++) {
		char replay[128], none[128], order[64];

		snprintf(order, sizeof order, "%s",
			 two_loops_by(seeded("random:", seed, ""), replay));
		equal(strlen(order), 8);
		contains(replay, "replay:");
		ck_assert_str_eq(two_loops_by(replay, none), order);
		ck_assert_str_eq(none, ""); /* it was given */
		count(&t, order);
	}
	ck_assert_int_gt(t.n, 5);
	char none[128];
	ck_assert_str_eq(two_loops_by("fifo", none), "abc\nabc\n");
	ck_assert_str_eq(none, "");
}

static void two_loops_of_the_schedule(void *arg)
{
	the_schedule = arg;
	two_loops();
	exit(0);
}

TEST(choices_left_at_the_end_of_the_process_are_a_divergence)
{
	t_abort(two_loops_of_the_schedule, (char[]){ "replay:1.1.1.1.1" },
		"cigo: not deterministic: the run is over after 4 choices; 1 more were given\n");
}

static void forks_between_runs(void)
{
	setenv("CIGO_SCHEDULE", "random:3", 1);
	ok(run(NULL, three_say, NULL));
	say_order();
	pid_t pid = fork();
	if (pid == 0) {
		ok(run(NULL, three_say, NULL));
		fprintf(stderr, "child %zu\n", strlen(t_said));
		exit(7);
	}
	int status;
	equal(waitpid(pid, &status, 0), pid);
	fprintf(stderr, "it returned %d\n", WEXITSTATUS(status));
	ok(run(NULL, three_say, NULL));
	say_order();
}

static int how_often(const char *text, const char *part)
{
	int n = 0;

	while ((text = strstr(text, part)))
		text++, n++;
	return n;
}

TEST(a_forked_child_harms_nothing)
{
	char replay[128], alone[16];
	int status;

	snprintf(alone, sizeof alone, "%s", two_loops_by("random:3", replay));
	const char *text = in_a_process(forks_between_runs, &status);
	equal(status, 0);
	ck_assert_msg(strncmp(text, alone, 4) == 0 && strstr(text, alone + 4), "%s", text);
	contains(text, "child 3\nit returned 7\n");
	equal(how_often(text, "this schedule again"), 1);
	strcat(replay, "\n");
	contains(text, replay);
}

static void check_fails_there(void)
{
	setenv("CIGO_SCHEDULE", "random:3", 1);
	ok(run(NULL, checks, (void *)3));
}

TEST(a_failed_check_tells_the_replay_once)
{
	int status;
	const char *text = in_a_process(check_fails_there, &status);

	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	equal(how_often(text, "this schedule again: CIGO_SCHEDULE=replay:"), 1);
}

static void options_first(void)
{
	setenv("CIGO_SCHEDULE", "replay:2.1", 1);
	ok(run("fifo", three_say, NULL));
	say_order();
	ok(run("replay:1", three_say, NULL));
	say_order();
	ok(run(NULL, three_say, NULL));
	say_order();
}

TEST(an_option_counts_before_the_environment)
{
	int status;

	ck_assert_str_eq(in_a_process(options_first, &status), "abc\nbac\ncba\n");
	equal(status, 0);
}
