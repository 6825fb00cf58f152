/* SPDX-License-Identifier: MIT
 * A child that reports line by line through a pipe, and is killed when it says nothing for too long.
 */
#define _GNU_SOURCE /* pipe2 */
#include "demos/kit/kit_parts.h"
#include "demos/kit/tidy.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

_Noreturn static void be_child(pid_t parent, const int ends[2], void (*fn)(void *arg, FILE *report),
			       void *arg)
{
	tidy_not();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	close(ends[0]);
	FILE *report = fdopen(ends[1], "w");
	if (report) {
		fn(arg, report);
		fclose(report);
	}
	exit(0); /* the sanitizers have their say */
}

struct kit_process kit_process_start(void (*fn)(void *arg, FILE *report), void *arg)
{
	struct kit_process p = { .pid = -1 };
	pid_t parent = getpid();
	int ends[2];

	fflush(NULL);
	if (pipe2(ends, O_CLOEXEC))
		return p;
	p.pid = fork();
	if (!p.pid)
		be_child(parent, ends, fn, arg);
	close(ends[1]);
	p.fd = ends[0];
	if (p.pid < 0)
		close(p.fd);
	else
		tidy_child(p.pid, SIGKILL);
	return p;
}

/* False: it said nothing for so long. */
static bool wait_for(int fd, int patience)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int ready;

	do
		ready = poll(&p, 1, patience * 1000);
	while (ready < 0 && errno == EINTR);
	return ready > 0;
}

static char *listen_to(struct kit_process p, int patience, bool *ret_hung)
{
	size_t n = 0, size = 1 << 16;
	char *text = malloc(size);
	ssize_t got = 1;

	while (text && got > 0) {
		if ((*ret_hung = !wait_for(p.fd, patience))) {
			kill(p.pid, SIGKILL);
			break;
		}
		got = read(p.fd, text + n, size - n - 1);
		n += got > 0 ? (size_t)got : 0;
		if (size - n < 4096) {
			char *more = realloc(text, size *= 2);

			if (!more)
				break;
			text = more;
		}
	}
	if (text)
		text[n] = '\0';
	return text;
}

char *kit_process_end(struct kit_process p, int patience, bool *ret_hung, int *ret_status)
{
	*ret_hung = false;
	char *text = listen_to(p, patience, ret_hung);

	close(p.fd);
	while (waitpid(p.pid, ret_status, 0) < 0 && errno == EINTR)
		;
	tidy_child(0, 0);
	return text;
}
