/* SPDX-License-Identifier: MIT
 * The table of a suite's tests, the main that runs them, what is proved at the end of each; see
 * harness.h. */
#include "tests/tools/harness.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/tools/watchdog.h"

int __lsan_do_recoverable_leak_check(void); /* there where LeakSanitizer is */
#pragma weak __lsan_do_recoverable_leak_check

enum {
	MAX_FDS = 4096,
	GRACE = 30, /* seconds for the watchdog's report, before Check kills the test */
};

/* ---- the table ---- */

void (*t_before_all)(void);

static struct t_case *cases, *open_case;
static struct t_test *tests, **end_of_tests = &tests;

void t_case_open(struct t_case *c)
{
	struct t_case **p = &cases;

	while (*p && strcmp((*p)->name, c->name))
		p = &(*p)->next;
	if (!*p)
		*p = c;
	open_case = *p;
	if (!open_case->seconds)
		open_case->seconds = T_DEADLINE;
}

/* The noun of tests/suites/test_noun.c. */
static const char *noun(const char *file)
{
	static char text[64];
	const char *slash = strrchr(file, '/'), *from = slash ? slash + 1 : file;

	if (!strncmp(from, "test_", 5))
		from += 5;
	snprintf(text, sizeof text, "%.*s", (int)strcspn(from, "."), from);
	return text;
}

void t_add(struct t_test *t)
{
	static struct t_case unnamed;

	if (!open_case) {
		unnamed.name = noun(t->check.file);
		t_case_open(&unnamed);
	}
	t->in = open_case;
	*end_of_tests = t;
	end_of_tests = &t->next;
}

/* ---- main ---- */

static bool wanted(const struct t_test *t, char **names)
{
	bool all = !*names;

	for (; *names; names++)
		if (!strcmp(*names, t->check.name))
			return true;
	return all;
}

static void give_to_check(Suite *s, const struct t_test *t)
{
	struct t_case *c = t->in;

	if (!c->tcase) {
		c->tcase = tcase_create(c->name);
		tcase_set_timeout(c->tcase, c->seconds + GRACE);
		suite_add_tcase(s, c->tcase);
	}
	if (t->from == 0 && t->to == 0)
		tcase_add_test(c->tcase, &t->check);
	else
		tcase_add_loop_test(c->tcase, &t->check, t->from, t->to);
}

/* CK_FORK=no: for debuggers, with one test at a time. */
static bool in_this_process(void)
{
	const char *fork = getenv("CK_FORK");

	return fork && !strcmp(fork, "no");
}

static int run_suite(Suite *s)
{
	SRunner *runner = srunner_create(s);
	int failed;

	srunner_set_fork_status(runner, in_this_process() ? CK_NOFORK : CK_FORK);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed;
}

int main(int argc T_UNUSED, char **argv)
{
	int chosen = 0, left_out = 0, failed;
	Suite *s = suite_create(tests ? noun(tests->check.file) : "nothing");

	if (t_before_all)
		t_before_all();
	for (const struct t_test *t = tests; t; t = t->next) {
		if (!wanted(t, argv + 1))
			continue;
		chosen++;
		if (t->cooperative && t_is_preemptive())
			left_out += t->to > t->from ? t->to - t->from : 1;
		else
			give_to_check(s, t);
	}
	if (!chosen) {
		fprintf(stderr, "no such test\n");
		return 2;
	}
	failed = run_suite(s);
	if (left_out)
		printf("%d tests about cooperation left out\n", left_out);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* ---- around every test ---- */

static bool open_before[MAX_FDS];
static int threads_before;

static void note_open(int fd, void *arg)
{
	bool *open_fds = arg;

	if (fd < MAX_FDS)
		open_fds[fd] = true;
}

static void *note_tid(void *arg)
{
	*(int *)arg = (int)syscall(SYS_gettid);
	return NULL;
}

/* The sanitizer's own threads start beside our first one: have them counted before the test. */
static void wake_sanitizer(void)
{
	pthread_t thread;
	char path[64];
	int tid;

	ck_assert_int_eq(pthread_create(&thread, NULL, note_tid, &tid), 0);
	pthread_join(thread, NULL);
	snprintf(path, sizeof path, "/proc/self/task/%d", tid);
	for (int i = 0; i < 1000 && access(path, F_OK) == 0; i++)
		nap(1);
}

int t_index;

void t_begin(const struct t_test *t, int i)
{
	t_index = i;
	if (!in_this_process())
		watchdog_start(t->check.name, t->in->seconds * t_patience());
	if (t_under_tsan())
		wake_sanitizer();
	memset(open_before, 0, sizeof open_before);
	t_each_number("/proc/self/fd", note_open, open_before);
	threads_before = t_count_threads();
}

struct leftovers {
	char text[1024];
	size_t length;
	int n;
};

static void add_text(struct leftovers *l, const char *what, int number, const char *more)
{
	int n = snprintf(l->text + l->length, sizeof l->text - l->length, "%s%s %d (%s)",
			 l->n ? ", " : "", what, number, more);

	l->length += n > 0 ? (size_t)n : 0;
	if (l->length >= sizeof l->text)
		l->length = sizeof l->text - 1;
	l->n++;
}

static void add_if_new(int fd, void *arg)
{
	char path[64], target[128];
	ssize_t n;

	if (fd >= MAX_FDS || open_before[fd])
		return;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	n = readlink(path, target, sizeof target - 1);
	target[n > 0 ? n : 0] = 0;
	add_text(arg, "descriptor", fd, target);
}

static void add_thread(int tid, void *arg)
{
	char path[64], name[32] = "";
	FILE *f;

	snprintf(path, sizeof path, "/proc/self/task/%d/comm", tid);
	f = fopen(path, "re");
	if (f) {
		if (fgets(name, sizeof name, f))
			name[strcspn(name, "\n")] = 0;
		fclose(f);
	}
	if (tid != (int)getpid())
		add_text(arg, "thread", tid, name);
}

void t_end(void)
{
	struct leftovers left = { .n = 0 };

	if (t_wait_threads(threads_before) > threads_before) {
		t_each_number("/proc/self/task", add_thread, &left);
		watchdog_end();
		ck_abort_msg("threads left (%d before): %s", threads_before, left.text);
	}
	t_each_number("/proc/self/fd", add_if_new, &left);
	watchdog_end();
	if (left.n)
		ck_abort_msg("descriptors left: %s", left.text);
	if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check())
		ck_abort_msg("memory left: see LeakSanitizer's report");
}

/* ---- runs ---- */

static int run_with(int clock, uint64_t seed, cigo_coro_fn *body, void *arg)
{
	cigo_loop_options o = { .size = sizeof o, .clock = clock, .shuffle_seed = seed };

	return cigo_run_with(&o, cigo_ctx_background(), body, arg);
}

int t_run(cigo_coro_fn *body, void *arg)
{
	return run_with(CIGO_CLOCK_VIRTUAL, 0, body, arg);
}

int t_run_real(cigo_coro_fn *body, void *arg)
{
	return run_with(CIGO_CLOCK_REAL, 0, body, arg);
}

int t_run_seed(uint64_t seed, cigo_coro_fn *body, void *arg)
{
	return run_with(CIGO_CLOCK_VIRTUAL, seed, body, arg);
}

uint64_t t_dice;

static int run_seeds(cigo_loop_options *o, long seeds, cigo_coro_fn *body)
{
	const char *verbosity = getenv("CK_VERBOSITY");
	bool verbose = verbosity && !strcmp(verbosity, "verbose");
	int err = 0;

	for (long seed = 1; seed <= seeds && !err; seed++) {
		if (verbose)
			fprintf(stderr, "seed %ld\n", seed);
		t_dice = o->shuffle_seed = (uint64_t)seed;
		err = cigo_run_with(o, cigo_ctx_background(), body, NULL);
	}
	return err;
}

int t_run_test(const struct t_test *t, int i, cigo_coro_fn *body)
{
	cigo_loop_options o = { .size = sizeof o,
				.clock = t->clock ? t->clock : CIGO_CLOCK_VIRTUAL,
				.model = t->model,
				.poller = t->on_poller ? i : 0 };

	if (t->seeded)
		return run_seeds(&o, t_env("CIGO_SYNC_SEEDS", t->seeds ? t->seeds : 50), body);
	return cigo_run_with(&o, cigo_ctx_background(), body, NULL);
}
