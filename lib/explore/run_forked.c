/* SPDX-License-Identifier: MIT
 * A schedule in a child of its own, which notes into the record that both have mapped.
 */
#include <config.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "explore/runners.h"

#if !HAVE_SIGABBREV_NP || !HAVE_SIGDESCR_NP /* musl, glibc before 2.32 */
#define sigabbrev_np abbreviation
#define sigdescr_np  strsignal

/* The signals that end programs most. */
static const char *abbreviation(int number)
{
	static const char *const names[] = {
		[SIGABRT] = "ABRT", [SIGALRM] = "ALRM", [SIGBUS] = "BUS",   [SIGFPE] = "FPE",
		[SIGHUP] = "HUP",   [SIGILL] = "ILL",	[SIGINT] = "INT",   [SIGKILL] = "KILL",
		[SIGPIPE] = "PIPE", [SIGQUIT] = "QUIT", [SIGSEGV] = "SEGV", [SIGSYS] = "SYS",
		[SIGTERM] = "TERM", [SIGTRAP] = "TRAP", [SIGUSR1] = "USR1", [SIGUSR2] = "USR2",
	};

	return (size_t)number < sizeof names / sizeof *names ? names[number] : NULL;
}
#endif

/* --- the child ------------------------------------------------------------------------------- */

/* Does not outlive its parent, and leaves no core file: there may be thousands. */
static void settle(pid_t parent)
{
	static const struct rlimit none = { 0, 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	setrlimit(RLIMIT_CORE, &none);
}

static _Noreturn void child(struct ci_explored *e, const struct ci_plan *plan, pid_t parent)
{
	settle(parent);
	struct ci_schedule *s = ci_run_schedule(e->runner.record, plan);
	if (!s)
		_exit(1);
	s->ends_process = true;
	int result = ci_run_loop(e, s);
	if (!e->started)
		ci_schedule_fail(s, CI_ENDING_STATUS, "the loop did not run: %d (%s)", result,
				 cigo_strerror(result));
	ci_run_judge(s, result);
	fflush(stdout);
	_exit(0);
}

/* --- the parent ------------------------------------------------------------------------------ */

CIGO_PRINTF(3, 4)
static void fail(struct ci_record *r, enum ci_ending ending, const char *format, ...)
{
	va_list ap;

	if (r->ending > CI_ENDING_FINE)
		return;
	va_start(ap, format);
	ci_record_fail_v(r, ending, format, ap);
	va_end(ap);
}

/* Waits until the child has ended or ns have passed. False: it has not ended. */
static bool await(int pidfd, int64_t ns)
{
	int64_t end = ci_clock_add(ci_clock_now(), ns), left = ns;
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	do {
		struct timespec ts = { left / CIGO_S(1), left % CIGO_S(1) };

		if (ppoll(&p, 1, &ts, NULL) > 0)
			return true;
		left = end - ci_clock_now();
	} while (left > 0);
	return false;
}

static void judge_status(struct ci_record *r, int status)
{
	if (WIFSIGNALED(status)) {
		const char *name = sigabbrev_np(WTERMSIG(status)),
			   *text = sigdescr_np(WTERMSIG(status));

		fail(r, CI_ENDING_STATUS, "the process was ended by SIG%s (%s)", name ? name : "?",
		     text ? text : "no known signal");
		r->result = -WTERMSIG(status);
	} else if (r->ending == CI_ENDING_NONE || WEXITSTATUS(status)) {
		fail(r, CI_ENDING_STATUS, "the process exited with status %d %s main returned",
		     WEXITSTATUS(status), r->ending == CI_ENDING_NONE ? "before" : "after");
		r->result = WEXITSTATUS(status);
	}
}

/* What the child's end means, if it noted no failure. It runs no more, so the record is this
 * process's. */
static void judge(struct ci_explored *e, bool known, int status, bool hung)
{
	struct ci_record *r = e->runner.record;

	if (hung)
		fail(r, CI_ENDING_LIMIT,
		     "not over after %g s: it computes for ever, or waits for something outside",
		     (double)e->hang_ns / 1e9);
	else if (known)
		judge_status(r, status);
	else if (r->ending == CI_ENDING_NONE)
		fail(r, CI_ENDING_STATUS,
		     "the process ended before main returned; its status went elsewhere");
}

/* False: somebody else has taken the status. */
static bool reap(pid_t pid, int *ret_status)
{
	pid_t got;

	do
		got = waitpid(pid, ret_status, 0);
	while (got < 0 && errno == EINTR);
	return got == pid;
}

/* Returns when the child has ended, by itself or by force. */
static int see_off(struct ci_explored *e, pid_t pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), status = 0;
	int err = pidfd < 0 && errno != ESRCH ? -errno : 0; /* ESRCH: it has ended */
	bool hung = pidfd >= 0 && !await(pidfd, e->hang_ns);

	if (hung)
		syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	if (err)
		kill(pid, SIGKILL);
	if (pidfd >= 0)
		close(pidfd);
	bool known = reap(pid, &status);
	judge(e, known, status, hung);
	return err;
}

int ci_run_forked(struct ci_runner *r, const struct ci_plan *plan)
{
	struct ci_explored *e = ci_container_of(r, struct ci_explored, runner);
	pid_t parent = getpid();

	ci_record_clear(r->record);
	fflush(stdout); /* or the child would write it, too */
	pid_t pid = fork();
	if (!pid)
		child(e, plan, parent);
	return pid < 0 ? -errno : see_off(e, pid);
}
