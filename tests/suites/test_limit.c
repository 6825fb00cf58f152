/* SPDX-License-Identifier: MIT
 * Out of threads: what tasks see of it, and which limit is named. Limits are lowered for children
 * alone: by rlimit as a user without rights, in a cgroup or a process id namespace of their own. */
#include "tests/tools/kit.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>

enum { TASKS = 100, NOBODY = 65534 };

static cigo_limit nearest(void)
{
	static char text[512];
	cigo_limit l = { .size = sizeof l, .text = text, .text_size = sizeof text };

	ok(cigo_limit_threads(&l));
	equal(l.text_length, strlen(text));
	return l;
}

TEST_CASE("asking");

TEST(the_nearest_limit_is_named_with_its_numbers_and_a_remedy)
{
	cigo_limit l = nearest();
	char number[32];

	ck_assert_int_gt(l.value, 0);
	ck_assert_int_gt(l.used, 0);
	ck_assert_int_ge(l.room, 0);
	ck_assert_ptr_eq(strstr(l.text, l.name), l.text);
	snprintf(number, sizeof number, " %jd", (intmax_t)l.value);
	contains(l.text, number);
	contains(l.text, "; ");
}

TEST(a_sentence_is_cut_at_the_size_of_the_buffer)
{
	char text[16], all[512];
	cigo_limit l = { .size = sizeof l, .text = text, .text_size = sizeof text };

	for (size_t n = 0; n <= sizeof text; n++) {
		memset(text, 'x', sizeof text);
		l.text_size = n;
		ok(cigo_limit_threads(&l));
		ck_assert_int_gt(l.text_length, sizeof text);
		if (n)
			equal(strlen(text), n - 1);
		for (size_t i = n; i < sizeof text; i++)
			equal(text[i], 'x');
	}
	l.text = all;
	l.text_size = 512;
	ok(cigo_limit_threads(&l));
	equal(l.text_length, strlen(all));
	l.text = NULL; /* its size does not count then */
	ok(cigo_limit_threads(&l));
	ck_assert_int_gt(l.text_length, 0);
}

TEST(asking_keeps_errno)
{
	errno = 77;
	nearest();
	equal(errno, 77);
}

TEST(of_an_older_struct_only_its_part_is_written)
{
	union {
		cigo_limit limit;
		char bytes[sizeof(cigo_limit)];
	} l;

	memset(&l, 0x55, sizeof l);
	l.limit.size = offsetof(cigo_limit, text);
	ok(cigo_limit_threads(&l.limit));
	ck_assert_int_gt(l.limit.value, 0);
	for (size_t i = offsetof(cigo_limit, text); i < sizeof l; i++)
		equal(l.bytes[i], 0x55);
}

PLAIN_MISUSE_TEST(asking_without_a_size_is_misuse, "cigo_limit_threads")
{
	cigo_limit l = { .size = 0 };

	cigo_limit_threads(&l);
}

TEST_CASE("out of threads", .seconds = 30);

struct tally {
	int done, refused, other;
};

CORO(sleep_a_while)
{
	return cigo_sleep(ctx, CIGO_MS(*(int *)arg));
}

/* TASKS at once, all of which sleep for *ms. */
CORO(run_many)
{
	struct tally *tally = ((void **)arg)[0];
	cigo_task *tasks[TASKS];

	for (int i = 0; i < TASKS; i++)
		tasks[i] = cigo_spawn(ctx, sleep_a_while, 0, ((void **)arg)[1]);
	for (int i = 0; i < TASKS; i++) {
		int err = cigo_future_take(ctx, tasks[i], NULL, 0);

		*(err == 0 ? &tally->done : err == -EAGAIN ? &tally->refused : &tally->other) += 1;
	}
	return 0;
}

static struct tally many(int ms, int64_t patience)
{
	cigo_loop_options o = { .size = sizeof o, .patience_ns = patience };
	struct tally t = { 0, 0, 0 };
	void *arg[] = { &t, &ms };

	ok(cigo_run_with(&o, cigo_ctx_background(), run_many, arg));
	equal(t.done + t.refused + t.other, TASKS);
	equal(t.other, 0);
	return t;
}

/* In a child for which the named limit allows fewer than TASKS threads: those who must wait get
 * their turn, those who waited too long fail, and who asks hears why. */
static void run_dry(const char *name)
{
	struct tally t = many(5, CIGO_S(60));

	equal(t.done, TASKS); /* in turn */
	t = many(300, CIGO_MS(50));
	ck_assert_int_ge(t.done, 1);
	ck_assert_int_ge(t.refused, 1);
	t = many(1, CIGO_S(60)); /* and it is as before */
	equal(t.done, TASKS);
	cigo_limit l = nearest();
	ck_assert_str_eq(l.name, name);
	ck_assert_int_lt(l.room, TASKS);
	contains(l.text, name);
}

/* Runs fn in a child with its stderr in text. Its exit status. */
static int in_child(void (*fn)(void *arg), void *arg, char *text, size_t size)
{
	int ends[2], status = -1;
	size_t n = 0;

	fflush(NULL);
	ok(pipe(ends));
	pid_t child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		fn(arg);
		_exit(0);
	}
	close(ends[1]);
	for (ssize_t got; (got = read(ends[0], text + n, size - 1 - n)) > 0;)
		n += (size_t)got;
	text[n] = '\0';
	close(ends[0]);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static void skip(const char *why)
{
	fprintf(stderr, "# skipped: %s\n", why);
}

/* A failure that is no bug ends a child by this. */
enum { CANNOT = 77 };

static void check_child(void (*fn)(void *arg), void *arg, const char *name)
{
	char text[8192];
	int status = in_child(fn, arg, text, sizeof text);

	if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT) {
		skip(text);
		return;
	}
	if (status)
		fprintf(stderr, "%s", text);
	equal(status, 0);
	/* said once, though many failed */
	char *said = strstr(text, "a task fails with -EAGAIN");
	ck_assert_ptr_nonnull(said);
	contains(said, name);
	ck_assert_ptr_null(strstr(said + 1, "a task fails with -EAGAIN"));
}

static void cannot(const char *what)
{
	fprintf(stderr, "%s: %s", what, strerror(errno));
	_exit(CANNOT);
}

static void with_few_processes(void *arg T_UNUSED)
{
	struct rlimit few = { 40, 40 };

	if (geteuid() != 0)
		cannot("not root");
	if (setgid(NOBODY) || setuid(NOBODY))
		cannot("setuid");
	cigo_limit l = nearest();
	if (!strcmp(l.name, "RLIMIT_NPROC"))
		few.rlim_cur = few.rlim_max = (rlim_t)l.used + 40;
	ok(setrlimit(RLIMIT_NPROC, &few));
	run_dry("RLIMIT_NPROC");
}

TEST(a_low_rlimit_nproc_is_waited_for_and_told)
{
	if (!t_is_slow()) /* sanitizers need memory of /proc that nobody may read */
		check_child(with_few_processes, NULL, "RLIMIT_NPROC");
}

static bool put(const char *folder, const char *file, const char *text)
{
	char path[256];
	int fd;

	snprintf(path, sizeof path, "%s/%s", folder, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		close(fd);
	return done;
}

static void in_cgroup(void *folder)
{
	if (!put(folder, "cgroup.procs", "0") || !put(folder, "pids.max", "40"))
		cannot("a cgroup with pids.max");
	run_dry("pids.max");
}

TEST(a_low_limit_of_the_cgroup_is_waited_for_and_told)
{
	static const char *const roots[] = { "/sys/fs/cgroup/pids", "/sys/fs/cgroup" };
	char folder[128], file[160];

	if (t_is_slow())
		return;
	for (size_t i = 0; i < 2; i++) {
		snprintf(folder, sizeof folder, "%s/cigo-test-%d", roots[i], (int)getpid());
		if (mkdir(folder, 0755))
			continue;
		snprintf(file, sizeof file, "%s/pids.max", folder);
		if (access(file, W_OK) == 0)
			check_child(in_cgroup, folder, "pids.max");
		else
			skip("the cgroup has no pids.max");
		for (int j = 0; rmdir(folder) && errno == EBUSY && j < 100; j++)
			nap(20);
		return;
	}
	skip("no cgroup can be made");
}

/* Since Linux 6.14 each process id namespace has a pid_max of its own. Before, it is everybody's. */
static bool pid_max_is_private(void)
{
	struct utsname u;
	int major, minor;

	return !uname(&u) && sscanf(u.release, "%d.%d", &major, &minor) == 2 &&
	       (major > 6 || (major == 6 && minor >= 14));
}

static void with_few_pids(void *arg T_UNUSED)
{
	if (!put("/proc/sys/kernel", "pid_max", "340"))
		cannot("pid_max");
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("proc", "/proc", "proc", 0, NULL))
		cannot("mount /proc");
	for (int i = 0; i < 310; i++) { /* the lowest 300 are given out but once */
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	run_dry("kernel.pid_max");
}

static void in_namespace(void *arg)
{
	int status = -1;

	if (unshare(CLONE_NEWPID | CLONE_NEWNS))
		cannot("unshare");
	pid_t child = fork();
	if (child == 0) {
		with_few_pids(arg);
		_exit(0);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static long pid_max(void)
{
	FILE *f = fopen("/proc/sys/kernel/pid_max", "r");
	long n = 0;

	equal(fscanf(f, "%ld", &n), 1);
	fclose(f);
	return n;
}

TEST(a_low_pid_max_is_waited_for_and_told)
{
	long before = pid_max();

	if (t_is_slow())
		return;
	if (!pid_max_is_private()) {
		skip("pid_max is everybody's before Linux 6.14");
		return;
	}
	check_child(in_namespace, NULL, "kernel.pid_max");
	equal(pid_max(), before);
}
