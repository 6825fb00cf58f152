/* SPDX-License-Identifier: MIT
 * A process that runs the program once, and its end.
 */
#include "tools/explore/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

enum { LAST_WORDS = 1 << 20 }; /* bytes that are read after its end, at most */

static const int64_t grace_ns = CIGO_MS(500);

int child_fix_addresses(void)
{
	int now = personality(0xffffffff);

	return now < 0 || personality((unsigned long)now | ADDR_NO_RANDOMIZE) < 0 ? -errno : 0;
}

/* --- the beginning --------------------------------------------------------------------------- */

/* Between fork and exec. */
static void become(const struct child_spec *spec, pid_t parent)
{
	struct rlimit none;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	int in = open("/dev/null", O_RDONLY);
	dup2(in, STDIN_FILENO);
	dup2(spec->out, STDOUT_FILENO);
	dup2(spec->out, STDERR_FILENO);
	if (in > STDERR_FILENO)
		close(in);
	getrlimit(RLIMIT_CORE,
		  &none); /* a core file for each schedule that aborts fills the disk */
	none.rlim_cur = 0;
	setrlimit(RLIMIT_CORE, &none);
	execve(spec->path, spec->argv, spec->envp);
	spec->record->result = errno;
	_exit(127);
}

pid_t child_start(const struct child_spec *spec)
{
	pid_t parent = getpid(), pid = fork();

	if (!pid)
		become(spec, parent);
	return pid < 0 ? -errno : pid;
}

/* --- the end --------------------------------------------------------------------------------- */

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * CIGO_S(1) + t.tv_nsec;
}

/* In milliseconds for poll; 0: it is over. */
static int left_ms(int64_t deadline)
{
	int64_t left = deadline - now_ns();

	return left <= 0 ? 0 : left / 1000000 >= 3600000 ? 3600000 : (int)(left / 1000000) + 1;
}

/* As the search is to end, the program has little time left. */
static void hurry(struct pollfd *stop, int64_t *deadline, struct child_end *ret)
{
	int64_t soon = now_ns() + grace_ns;

	ret->interrupted = true;
	stop->fd = -1;
	*deadline = soon < *deadline ? soon : *deadline;
}

/* Returns true when it has ended, false when it must be ended. */
static bool watch(struct pollfd fds[3], int64_t deadline, struct tail *tail, struct child_end *ret)
{
	for (;;) {
		int ms = left_ms(deadline), n = poll(fds, 3, ms);

		if (n < 0)
			continue; /* a signal, after which `stop` is readable */
		if (fds[1].revents)
			tail_read(tail, fds[1].fd, TAIL_SIZE);
		if (fds[0].revents)
			return true;
		if (!ms)
			return false;
		if (fds[2].revents)
			hurry(&fds[2], &deadline, ret);
	}
}

static void reap(pid_t pid, struct child_end *ret)
{
	siginfo_t info;

	/* as long as the leader of the group is not reaped, its id is nobody else's */
	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) && errno == EINTR)
		;
	kill(-pid, SIGKILL);
	while (waitid(P_PID, (id_t)pid, &info, WEXITED) && errno == EINTR)
		;
	if (info.si_code == CLD_EXITED)
		ret->status = info.si_status;
	else
		ret->signal = info.si_status;
}

int child_wait(pid_t pid, int64_t hang_ns, int stop, int out, struct tail *tail,
	       struct child_end *ret)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0), err = fd < 0 ? -errno : 0;

	*ret = (struct child_end){ 0 };
	if (!err) {
		struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
					{ .fd = out, .events = POLLIN },
					{ .fd = stop, .events = POLLIN } };

		ret->hung = !watch(fds, now_ns() + hang_ns, tail, ret);
		close(fd);
	}
	if (err || ret->hung)
		kill(pid, SIGKILL);
	reap(pid, ret);
	tail_read(tail, out, LAST_WORDS);
	return err;
}

static const struct {
	int number;
	const char *name;
} signals[] = {
	{ SIGSEGV, "SIGSEGV" }, { SIGBUS, "SIGBUS" },	{ SIGFPE, "SIGFPE" },
	{ SIGILL, "SIGILL" },	{ SIGTRAP, "SIGTRAP" }, { SIGSYS, "SIGSYS" },
	{ SIGKILL, "SIGKILL" }, { SIGTERM, "SIGTERM" }, { SIGINT, "SIGINT" },
	{ SIGHUP, "SIGHUP" },	{ SIGQUIT, "SIGQUIT" }, { SIGPIPE, "SIGPIPE" },
	{ SIGALRM, "SIGALRM" }, { SIGUSR1, "SIGUSR1" }, { SIGUSR2, "SIGUSR2" },
	{ SIGXCPU, "SIGXCPU" }, { SIGXFSZ, "SIGXFSZ" },
};

static const char *signal_name(int number, char buf[static 16])
{
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (signals[i].number == number)
			return signals[i].name;
	snprintf(buf, 16, "signal %d", number);
	return buf;
}

const char *child_words(const struct child_end *e, char buf[static 128])
{
	char number[16];

	if (!e->signal)
		snprintf(buf, 128, "exit status %d", e->status);
	else if (e->signal == SIGABRT)
		snprintf(buf, 128, "aborted");
	else
		snprintf(buf, 128, "killed by %s (%s)", signal_name(e->signal, number),
			 strsignal(e->signal));
	return buf;
}
