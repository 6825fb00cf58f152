/* SPDX-License-Identifier: MIT
 * Sockets have MSG_NOSIGNAL. For other descriptors SIGPIPE is blocked, and consumed if the write
 * raised it. The library's own threads are created with it blocked, so there that costs nothing.
 */
#include "thread/nosig.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "thread/baton.h"

static ssize_t write_once(int fd, const void *data, size_t n)
{
	ssize_t done = write(fd, data, n);

	return done < 0 ? -errno : done;
}

/* SIGPIPE is blocked and not pending. If this write raises it, consumes it. */
static ssize_t write_blocked(int fd, const void *data, size_t n, const sigset_t *pipe_only)
{
	static const struct timespec at_once = { 0, 0 };
	ssize_t done = write_once(fd, data, n);

	if (done == -EPIPE)
		while (sigtimedwait(pipe_only, NULL, &at_once) < 0 && errno == EINTR)
			;
	return done;
}

ssize_t ci_nosig_write(int fd, bool socket, const void *data, size_t n)
{
	sigset_t pipe_only, old, pending;

	if (socket) {
		ssize_t done = send(fd, data, n, MSG_NOSIGNAL);
		return done < 0 ? -errno : done;
	}
	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	if (ci_self.thread)
		return write_blocked(fd, data, n, &pipe_only);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe_only, &old);
	ssize_t done = sigismember(&pending, SIGPIPE) ? write_once(fd, data, n)
						      : write_blocked(fd, data, n, &pipe_only);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return done;
}
