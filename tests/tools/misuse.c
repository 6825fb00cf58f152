/* SPDX-License-Identifier: MIT
 * Misuse names itself, and aborts: t_abort; see harness.h. */
#include "tests/tools/harness.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Reads what the child says till it has ended; false: it did not end in time. */
static bool read_all(int fd, char *text, size_t size)
{
	int64_t until = t_real_now() + (int64_t)(T_DEADLINE / 2 * 1e9 * t_patience());
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
