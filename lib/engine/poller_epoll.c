/* SPDX-License-Identifier: MIT
 * epoll(7). Streams are registered once, edge-triggered, for all events: no system call per wait.
 * Once-only watchers are one-shot: a descriptor number that was closed and used again causes no
 * event. The eventfd is edge-triggered too: each write to it is an event, so it is never read.
 */
#include <config.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/entry.h"
#include "engine/fd_watcher.h"

struct epoll {
	struct ci_poller poller;
	int fd;
	bool no_pwait2; /* the C library (< 2.35), the kernel (< 5.11), a tool or a filter lacks it:
			 * timeouts are in milliseconds then */
	struct epoll_event events[CI_EVENTS]; /* of the last wait */
};

static const uint64_t wake_key = 0; /* no watcher has this key */

static int ctl(const struct epoll *e, int op, int fd, uint32_t events, uint64_t key)
{
	struct epoll_event event = { .events = events, .data.u64 = key };

	return epoll_ctl(e->fd, op, fd, &event) ? -errno : 0;
}

static int open_epoll(struct ci_poller **ret, int wake_fd)
{
	struct epoll *e = calloc(1, sizeof *e);
	int err;

	if (!e)
		return -ENOMEM;
	e->poller.ops = &ci_epoll;
	e->fd = epoll_create1(EPOLL_CLOEXEC);
	err = e->fd < 0 ? -errno : ctl(e, EPOLL_CTL_ADD, wake_fd, EPOLLIN | EPOLLET, wake_key);
	if (err) {
		if (e->fd >= 0)
			close(e->fd);
		free(e);
		return err;
	}
	e->poller.fd = e->fd;
	*ret = &e->poller;
	return 0;
}

static void close_epoll(struct ci_poller *p)
{
	struct epoll *e = ci_container_of(p, struct epoll, poller);

	close(e->fd);
	free(e);
}

/* A quiet watcher still reports hang-ups: the kernel always does. */
static uint32_t edges(const struct ci_fd_watcher *w)
{
	return w->quiet ? EPOLLET : EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
}

static int add(struct ci_poller *p, const struct ci_fd_watcher *w)
{
	uint32_t events = w->once ? EPOLLONESHOT : edges(w);

	return ctl(ci_container_of(p, struct epoll, poller), EPOLL_CTL_ADD, w->fd, events, w->key);
}

/* The kernel reports at once what is ready. */
static void quiet(struct ci_poller *p, const struct ci_fd_watcher *w)
{
	ctl(ci_container_of(p, struct epoll, poller), EPOLL_CTL_MOD, w->fd, edges(w), w->key);
}

static int want(struct ci_poller *p, const struct ci_fd_watcher *w)
{
	uint32_t events = EPOLLONESHOT;

	if (!w->once)
		return 0;
	events |= w->want & CIGO_READ ? EPOLLIN | EPOLLRDHUP : 0;
	events |= w->want & CIGO_WRITE ? EPOLLOUT : 0;
	return ctl(ci_container_of(p, struct epoll, poller), EPOLL_CTL_MOD, w->fd, events, w->key);
}

static void del(struct ci_poller *p, const struct ci_fd_watcher *w)
{
	ctl(ci_container_of(p, struct epoll, poller), EPOLL_CTL_DEL, w->fd, 0, 0);
}

/* TSan does not know the call: it would delay a signal handler until after the wait. */
#if defined __SANITIZE_THREAD__ || !HAVE_EPOLL_PWAIT2
#define NO_PWAIT2 1
#elif defined __has_feature
#define NO_PWAIT2 __has_feature(thread_sanitizer)
#else
#define NO_PWAIT2 0
#endif

#if NO_PWAIT2
#define epoll_pwait2(fd, events, n, timeout, mask) ((void)(timeout), errno = ENOSYS, -1)
#endif

static unsigned translate(uint32_t events)
{
	unsigned result = 0;

	if (events & (EPOLLIN | EPOLLRDHUP))
		result |= CIGO_READ;
	if (events & EPOLLOUT)
		result |= CIGO_WRITE;
	if (events & (EPOLLHUP | EPOLLERR))
		result |= CIGO_READ | CIGO_WRITE;
	if (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP))
		result |= CI_HANGUP;
	return result;
}

static int wait_events(struct ci_poller *p, int64_t timeout, struct ci_event *ret)
{
	struct epoll *e = ci_container_of(p, struct epoll, poller);
	struct timespec t = ci_clock_timespec(timeout == CIGO_NEVER ? 0 : timeout);
	int count = -1, used = 0;

	if (!e->no_pwait2) {
		const struct timespec *until = timeout == CIGO_NEVER ? NULL : &t;
		CI_UNLOCKED(count = epoll_pwait2(e->fd, e->events, CI_EVENTS, until, NULL));
		e->no_pwait2 = count < 0 &&
			       (errno == ENOSYS || errno == EPERM); /* EPERM: filters */
	}
	if (e->no_pwait2)
		CI_UNLOCKED(count = epoll_wait(e->fd, e->events, CI_EVENTS, ci_clock_ms(timeout)));
	if (count < 0 && errno != EINTR)
		ci_clock_pause(); /* no such failure is known; a lasting one must not spin */
	for (const struct epoll_event *event = e->events; event < e->events + count; event++)
		if (event->data.u64 != wake_key)
			ret[used++] = (struct ci_event){ .key = event->data.u64,
							 .events = translate(event->events) };
	return used;
}

const struct ci_poller_ops ci_epoll = {
	.name = "epoll",
	.open = open_epoll,
	.close = close_epoll,
	.add = add,
	.want = want,
	.quiet = quiet,
	.del = del,
	.wait = wait_events,
};
