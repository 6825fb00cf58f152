/* SPDX-License-Identifier: MIT
 * Tells where a test hangs; see watchdog.h. */
#include "tests/tools/watchdog.h"

#include "tests/tools/harness.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t watchdog = -1; /* valid from its start to its end, in the test's process */

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
	t_each_number(folder, print_thread, folder);
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

static void watch(pid_t test, const char *name, double seconds)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != test)
		_exit(0);
	prctl(PR_SET_NAME, "watchdog");
	nap((long)(seconds * 1000));
	fprintf(stderr, "\n== %s hangs (process %d, after %g s): its threads ==\n", name, (int)test,
		seconds);
	if (print_from_gdb(test)) {
		fprintf(stderr, "(gdb gave nothing)\n");
		print_from_proc(test);
		fprintf(stderr, "== end of the threads ==\n");
	}
	kill(test, SIGKILL);
}

void watchdog_start(const char *test_name, double seconds)
{
	pid_t test = getpid();

	fflush(NULL);
	watchdog = fork();
	ck_assert_int_ge(watchdog, 0);
	if (watchdog == 0) {
		watch(test, test_name, seconds);
		_exit(0);
	}
	prctl(PR_SET_PTRACER, watchdog, 0, 0, 0); /* where Yama asks for it; its gdb included */
}

void watchdog_end(void)
{
	if (watchdog <= 0)
		return;
	kill(watchdog, SIGKILL);
	while (waitpid(watchdog, NULL, 0) < 0 && errno == EINTR)
		;
	watchdog = -1;
}
