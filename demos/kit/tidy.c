/* SPDX-License-Identifier: MIT
 * The handler does it all, with what a handler may call, and then lets the signal have its way.
 */
#include "demos/kit/tidy.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 64 };

/* Written by the one thread there is, read in its handlers. */
static const char *volatile paths[MOST];
static volatile sig_atomic_t n_paths, child, child_signal, owner;

static const int ends[] = { SIGINT, SIGTERM, SIGHUP };

void tidy_up(unsigned n)
{
	while ((unsigned)n_paths > n) {
		const char *path = paths[n_paths - 1];

		if (unlink(path))
			rmdir(path);
		n_paths--;
	}
}

void tidy_forget(unsigned n)
{
	n_paths = (sig_atomic_t)n;
}

unsigned tidy_count(void)
{
	return (unsigned)n_paths;
}

void tidy_path(const char *path)
{
	if (n_paths == MOST)
		return;
	paths[n_paths] = path;
	n_paths++;
}

void tidy_child(pid_t pid, int sig)
{
	child = 0;
	child_signal = sig;
	child = pid;
}

/* The rest of the signals is blocked meanwhile. */
static void end(int sig)
{
	sigset_t set;

	signal(sig, SIG_DFL);
	if (getpid() == owner) {
		if (child) {
			kill(child, child_signal);
			waitpid(child, NULL, 0);
		}
		tidy_up(0);
	}
	raise(sig);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void pass_on(int sig)
{
	int saved = errno;

	if (child && getpid() == owner)
		kill(child, sig);
	errno = saved;
}

static void handle(int sig, void (*handler)(int))
{
	struct sigaction a, old;

	memset(&a, 0, sizeof a);
	a.sa_handler = handler;
	a.sa_flags = SA_RESTART;
	sigfillset(&a.sa_mask);
	if (!sigaction(sig, NULL, &old) && old.sa_handler != SIG_IGN)
		sigaction(sig, &a, NULL);
}

void tidy_open(void)
{
	const char *dump = getenv("CIGO_DUMP");

	owner = getpid();
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		handle(ends[i], end);
	if (dump && strcmp(dump, "1") == 0)
		handle(SIGUSR1, pass_on);
}

void tidy_not(void)
{
	struct sigaction old;

	n_paths = child = 0;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (!sigaction(ends[i], NULL, &old) && old.sa_handler == end)
			signal(ends[i], SIG_DFL);
	if (!sigaction(SIGUSR1, NULL, &old) && old.sa_handler == pass_on)
		signal(SIGUSR1, SIG_IGN); /* until its loop hears it */
}
