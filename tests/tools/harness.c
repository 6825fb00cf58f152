/* SPDX-License-Identifier: MIT
 * What every suite stands on; see harness.h. */
#include "tests/tools/harness.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __has_feature
#define HAS_FEATURE(x) __has_feature(x)
#else
#define HAS_FEATURE(x) 0
#endif
/* There where ThreadSanitizer is: in the library at least, perhaps not in the tests. */
void __tsan_acquire(void *address);
#pragma weak __tsan_acquire
#define WITH_TSAN (__tsan_acquire != NULL)
#if defined(__SANITIZE_ADDRESS__) || HAS_FEATURE(address_sanitizer)
#define WITH_ASAN 1
#else
#define WITH_ASAN 0
#endif

#if WITH_ASAN
int __lsan_do_recoverable_leak_check(void); /* there where LeakSanitizer is */
#pragma weak __lsan_do_recoverable_leak_check
#endif

enum {
	SLOTS = 32,
	MAX_FDS = 4096,
	GRACE = 30, /* seconds for the watchdog's report, before Check kills the test */
};

/* ---- facts about this process ---- */

bool t_under_valgrind(void)
{
	const char *wrapper = getenv("CK_WRAPPER");

	return wrapper && strstr(wrapper, "valgrind");
}

bool t_under_tsan(void)
{
	return WITH_TSAN;
}

void t_count(int *n)
{
	__atomic_add_fetch(n, 1, __ATOMIC_SEQ_CST);
}

void t_count_in(int *running, int *most)
{
	int n = __atomic_add_fetch(running, 1, __ATOMIC_SEQ_CST);
	int before = __atomic_load_n(most, __ATOMIC_SEQ_CST);

	while (n > before && !__atomic_compare_exchange_n(most, &before, n, false, __ATOMIC_SEQ_CST,
							  __ATOMIC_SEQ_CST))
		;
}

void t_count_out(int *running)
{
	__atomic_sub_fetch(running, 1, __ATOMIC_SEQ_CST);
}

bool t_is_slow(void)
{
	return WITH_TSAN || WITH_ASAN || t_under_valgrind();
}

long t_scale(long n, long slow_n)
{
	return t_is_slow() ? slow_n : n;
}

long t_env(const char *name, long otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtol(text, NULL, 10) : otherwise;
}

int64_t t_real_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void nap_ms(long ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

static double multiplier(void)
{
	const char *text = getenv("CK_TIMEOUT_MULTIPLIER");
	double m = text ? strtod(text, NULL) : 0;

	return m > 0 ? m : 1;
}

/* Calls fn for each number that names an entry of a folder. */
static void each_number(const char *folder, void (*fn)(int number, void *arg), void *arg)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.') {
			int number = atoi(entry->d_name);

			if (number != dirfd(dir) || strcmp(folder, "/proc/self/fd"))
				fn(number, arg);
		}
	closedir(dir);
}

static void count_one(int number, void *arg)
{
	(void)number;
	++*(int *)arg;
}

int t_count_fds(void)
{
	int n = 0;

	each_number("/proc/self/fd", count_one, &n);
	return n;
}

int t_count_threads(void)
{
	int n = 0;

	each_number("/proc/self/task", count_one, &n);
	return n;
}

int t_wait_threads(int n)
{
	int64_t until = t_real_now() + (int64_t)(2e9 * multiplier());
	int found;

	while ((found = t_count_threads()) > n && t_real_now() < until)
		nap_ms(2);
	return found;
}

/* ---- the watchdog: a child process, so that it is none of the threads counted ---- */

static struct slot {
	const char *name;
	double seconds;
} slots[SLOTS];
static int n_slots;

static pid_t watchdog = -1; /* valid between setup and teardown, in the test's process */

static void print_file(const char *folder, int tid, const char *file)
{
	char path[128], text[4096];
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "%s/%d/%s", folder, tid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = read(fd, text, sizeof text);
	close(fd);
	while (n > 0 && text[n - 1] == '\n')
		n--;
	if (n > 0)
		fprintf(stderr, "  %s: %.*s\n", file, (int)n, text);
}

static void print_thread(int tid, void *arg)
{
	fprintf(stderr, "thread %d\n", tid);
	print_file(arg, tid, "comm");
	print_file(arg, tid, "wchan");
	print_file(arg, tid, "syscall");
	print_file(arg, tid, "stack");
}

static void print_from_proc(pid_t test)
{
	char folder[64];

	snprintf(folder, sizeof folder, "/proc/%d/task", (int)test);
	each_number(folder, print_thread, folder);
}

/* 0 when gdb has printed the stacks. It ends the test, too: one that was stopped for a while may find
 * that its hang is over. */
static int print_from_gdb(pid_t test)
{
	char pid[32];
	int status;
	pid_t gdb;

	snprintf(pid, sizeof pid, "%d", (int)test);
	gdb = fork();
	if (gdb == 0) {
		unsetenv("LD_PRELOAD");
		dup2(STDERR_FILENO, STDOUT_FILENO);
		alarm(60);
		execlp("gdb", "gdb", "-nx", "-q", "-batch", "-iex", "set debuginfod enabled off",
		       "-iex", "set auto-load off", "-p", pid, "-ex", "info threads", "-ex",
		       "thread apply all bt 24", "-ex", "echo == end of the threads ==\\n", "-ex",
		       "kill", (char *)NULL);
		_exit(127);
	}
	while (waitpid(gdb, &status, 0) < 0 && errno == EINTR)
		;
	return gdb > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static void watch(pid_t test, const struct slot *slot)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != test)
		_exit(0);
	prctl(PR_SET_NAME, "watchdog");
	nap_ms((long)(slot->seconds * multiplier() * 1000));
	fprintf(stderr, "\n== a test of \"%s\" hangs (process %d, after %g s): its threads ==\n",
		slot->name, (int)test, slot->seconds * multiplier());
	if (print_from_gdb(test)) {
		fprintf(stderr, "(gdb gave nothing)\n");
		print_from_proc(test);
		fprintf(stderr, "== end of the threads ==\n");
	}
	kill(test, SIGKILL);
}

static void watchdog_start(const struct slot *slot)
{
	pid_t test = getpid();

	fflush(NULL);
	watchdog = fork();
	ck_assert_int_ge(watchdog, 0);
	if (watchdog == 0) {
		watch(test, slot);
		_exit(0);
	}
	prctl(PR_SET_PTRACER, watchdog, 0, 0, 0); /* where Yama asks for it; its gdb included */
}

static void watchdog_end(void)
{
	if (watchdog <= 0)
		return;
	kill(watchdog, SIGKILL);
	while (waitpid(watchdog, NULL, 0) < 0 && errno == EINTR)
		;
	watchdog = -1;
}

/* ---- the fixture on every test ---- */

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
		nap_ms(1);
}

static void setup(int slot)
{
	watchdog_start(&slots[slot]);
	if (WITH_TSAN)
		wake_sanitizer();
	memset(open_before, 0, sizeof open_before);
	each_number("/proc/self/fd", note_open, open_before);
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

static void teardown(int slot)
{
	struct leftovers left = { .n = 0 };

	(void)slot;
	if (t_wait_threads(threads_before) > threads_before) {
		each_number("/proc/self/task", add_thread, &left);
		watchdog_end();
		ck_abort_msg("threads left (%d before): %s", threads_before, left.text);
	}
	each_number("/proc/self/fd", add_if_new, &left);
	watchdog_end();
	if (left.n)
		ck_abort_msg("descriptors left: %s", left.text);
#if WITH_ASAN
	if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check())
		ck_abort_msg("memory left: see LeakSanitizer's report");
#endif
}

/* Check gives a fixture no argument, so that each test case has functions of its own. */
/* clang-format off */
#define FOR_SLOTS(X) \
	X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) \
	X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31)
/* clang-format on */
#define SLOT_FUNCTIONS(n)              \
	static void setup_##n(void)    \
	{                              \
		setup(n);              \
	}                              \
	static void teardown_##n(void) \
	{                              \
		teardown(n);           \
	}
#define SLOT_ENTRY(n) { setup_##n, teardown_##n },

FOR_SLOTS(SLOT_FUNCTIONS)

static const struct fixture {
	void (*setup)(void), (*teardown)(void);
} fixtures[SLOTS] = { FOR_SLOTS(SLOT_ENTRY) };

TCase *t_case_slow(Suite *s, const char *name, double seconds)
{
	TCase *tc = tcase_create(name);
	int slot = n_slots++;

	if (slot >= SLOTS) {
		fprintf(stderr, "harness: more than %d test cases in a suite\n", SLOTS);
		abort();
	}
	slots[slot].name = name;
	slots[slot].seconds = seconds;
	tcase_set_timeout(tc, seconds + GRACE);
	tcase_add_checked_fixture(tc, fixtures[slot].setup, fixtures[slot].teardown);
	suite_add_tcase(s, tc);
	return tc;
}

TCase *t_case(Suite *s, const char *name)
{
	return t_case_slow(s, name, T_DEADLINE);
}

void t_add_all(TCase *tc, const TTest *const *tests)
{
	for (; *tests; tests++)
		tcase_add_test(tc, *tests);
}

bool t_is_preemptive(void)
{
	const char *model = getenv("CIGO_MODEL");

	return model && strcmp(model, "preemptive") == 0;
}

static int left_out;

void t_add_all_cooperative(TCase *tc, const TTest *const *tests)
{
	if (!t_is_preemptive())
		t_add_all(tc, tests);
	else
		for (; *tests; tests++)
			left_out++;
}

void t_add_loop_cooperative(TCase *tc, const TTest *test, int from, int to)
{
	if (t_is_preemptive())
		left_out += to - from;
	else
		tcase_add_loop_test(tc, test, from, to);
}

int t_main(Suite *s)
{
	SRunner *runner = srunner_create(s);
	int failed;

	srunner_set_fork_status(runner,
				CK_FORK); /* always: it says which test an error belongs to */
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	if (left_out)
		printf("%d tests about cooperation left out\n", left_out);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* ---- misuse names itself ---- */

/* Reads what the child says till it has ended; false: it did not end in time. */
static bool read_all(int fd, char *text, size_t size)
{
	int64_t until = t_real_now() + (int64_t)(T_DEADLINE / 2 * 1e9 * multiplier());
	size_t length = 0;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t rest = until - t_real_now();
		char dropped[256];
		ssize_t n;

		text[length] = 0;
		if (rest <= 0)
			return false;
		if (poll(&p, 1, (int)(rest / 1000000) + 1) <= 0)
			continue;
		if (length < size - 1)
			n = read(fd, text + length, size - 1 - length);
		else
			n = read(fd, dropped, sizeof dropped);
		if (n == 0)
			return true;
		if (n > 0 && length < size - 1)
			length += (size_t)n;
	}
}

void t_abort(void (*fn)(void *arg), void *arg, const char *text)
{
	static char said[16384];
	int ends[2], status = 0;
	bool ended;
	pid_t child, parent = getpid();

	ck_assert_int_eq(pipe(ends), 0);
	fflush(NULL);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		struct rlimit no_core = { 0, 0 };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(98);
		setrlimit(RLIMIT_CORE, &no_core);
		signal(SIGABRT, SIG_DFL);
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		fn(arg);
		fflush(NULL);
		_exit(99);
	}
	close(ends[1]);
	ended = read_all(ends[0], said, sizeof said);
	close(ends[0]);
	if (!ended)
		kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (!ended)
		ck_abort_msg("the misuse hangs; it should abort with \"%s\"; it said: %s", text,
			     said);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 99)
		ck_abort_msg("the misuse went unnoticed; it should abort with \"%s\"; it said: %s",
			     text, said);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
		ck_abort_msg("the misuse ended with status %#x, not by SIGABRT; it said: %s",
			     (unsigned)status, said);
	if (!strstr(said, text))
		ck_abort_msg("the abort does not say \"%s\"; it said: %s", text, said);
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
