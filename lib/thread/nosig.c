/* SPDX-License-Identifier: MIT
 * Sockets have MSG_NOSIGNAL. For other descriptors SIGPIPE is blocked, and consumed if the write
 * raised it. The library's own threads are created with it blocked, so there that costs nothing.
 */
#include "thread/nosig.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "thread/baton.h"

static ssize_t write_once(int fd, const struct iovec *v, int n)
{
	ssize_t done = n == 1 ? write(fd, v->iov_base, v->iov_len) : writev(fd, v, n);

	return done < 0 ? -errno : done;
}

/* SIGPIPE is blocked and not pending. If this write raises it, consumes it. */
static ssize_t write_blocked(int fd, const struct iovec *v, int n, const sigset_t *pipe_only)
{
	static const struct timespec at_once = { 0, 0 };
	ssize_t done = write_once(fd, v, n);

	if (done == -EPIPE)
		while (sigtimedwait(pipe_only, NULL, &at_once) < 0 && errno == EINTR)
			;
	return done;
}

static ssize_t send_once(int fd, const struct iovec *v, int n)
{
	struct msghdr m = { .msg_iov = (struct iovec *)(uintptr_t)v, .msg_iovlen = (size_t)n };
	ssize_t done = n == 1 ? send(fd, v->iov_base, v->iov_len, MSG_NOSIGNAL)
			      : sendmsg(fd, &m, MSG_NOSIGNAL);

	return done < 0 ? -errno : done;
}

ssize_t ci_nosig_writev(int fd, bool socket, const struct iovec *v, int n)
{
	sigset_t pipe_only, old, pending;

	if (socket)
		return send_once(fd, v, n);
	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	if (ci_self.thread)
		return write_blocked(fd, v, n, &pipe_only);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe_only, &old);
	ssize_t done = sigismember(&pending, SIGPIPE) ? write_once(fd, v, n)
						      : write_blocked(fd, v, n, &pipe_only);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return done;
}

ssize_t ci_nosig_write(int fd, bool socket, const void *data, size_t n)
{
	return ci_nosig_writev(fd, socket, &(struct iovec){ (void *)(uintptr_t)data, n }, 1);
}
