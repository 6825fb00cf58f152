/* SPDX-License-Identifier: MIT
 * Waiting for the program's own descriptors. Each is registered once-only, for the time of the
 * wait, in a table of the loop by its number. So the program may reuse the number between waits.
 * Invariant: an entry exists while it has a reader or a writer, and at most one of each.
 */
#include "cigo/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/misuse.h"
#include "task/park.h"
#include "task/wait_info.h"

struct fd_wait {
	struct ci_park park;
	struct ci_fd_entry *entry;
	unsigned events, ready;
};

struct ci_fd_entry {
	int fd; /* the program's number */
	struct ci_fd_watcher
		watch; /* its fd: the same, or a duplicate where a stream watches fd too */
	struct fd_wait *reader, *writer; /* may be the same */
};

static unsigned wanted(const struct ci_fd_entry *e)
{
	return (e->reader ? CIGO_READ : 0u) | (e->writer ? CIGO_WRITE : 0u);
}

/* w waits no more. The last waiter frees the entry. */
static void leave(struct fd_wait *w)
{
	struct ci_fd_entry *e = w->entry;
	cigo_loop *loop = e->watch.loop;

	if (e->reader == w)
		e->reader = NULL;
	if (e->writer == w)
		e->writer = NULL;
	w->entry = NULL;
	if (wanted(e) && !ci_fd_watcher_want(&e->watch, wanted(e)))
		return;
	struct fd_wait *other = e->reader ? e->reader : e->writer;
	if (other) { /* its registration failed: it finds out why */
		other->ready = other->events;
		other->entry = NULL;
		ci_park_wake(&other->park);
	}
	loop->fds[e->fd] = NULL;
	ci_fd_watcher_close(&e->watch);
	if (e->watch.fd != e->fd)
		close(e->watch.fd);
	free(e);
}

static void tell(struct fd_wait *w, unsigned events)
{
	if (!w || !w->entry)
		return;
	w->ready = w->events & events;
	if (!w->ready)
		return;
	leave(w);
	ci_park_wake(&w->park);
}

/* In the preemptive model an event may come just when the coroutine that wanted it has left. The
 * waiter that stays is registered anew, or finds out why that fails. */
static void again(struct ci_fd_entry *e)
{
	if (ci_fd_watcher_want(&e->watch, wanted(e)))
		tell(e->reader ? e->reader : e->writer, CIGO_READ | CIGO_WRITE);
}

static void ready(struct ci_fd_watcher *watch, unsigned events)
{
	struct ci_fd_entry *e = ci_container_of(watch, struct ci_fd_entry, watch);
	struct fd_wait *reader = e->reader, *writer = e->writer;
	cigo_loop *loop = watch->loop;
	int fd = e->fd;

	watch->want = 0; /* once-only: used up; the waiter that is left is registered anew */
	loop->waits--;
	loop->alien_waits--;
	tell(reader, events);
	if (writer != reader)
		tell(writer, events); /* the entry exists while a writer waits */
	if (loop->fds[fd] == e && !e->watch.want)
		again(e);
}

static void withdraw(struct ci_park *p)
{
	struct fd_wait *w = ci_container_of(p, struct fd_wait, park);

	if (w->entry)
		leave(w);
}

static void describe(const struct ci_park *p, struct ci_wait_info *ret)
{
	const struct fd_wait *w = ci_container_of(p, struct fd_wait, park);

	ret->fd = w->entry ? w->entry->fd : -1;
}

static bool grow(cigo_loop *loop, size_t fd)
{
	size_t size = loop->fds_size ? loop->fds_size : 64;

	if (fd < loop->fds_size)
		return true;
	while (size <= fd)
		size *= 2;
	struct ci_fd_entry **fds = realloc(loop->fds, size * sizeof *fds);
	if (!fds)
		return false;
	memset(fds + loop->fds_size, 0, (size - loop->fds_size) * sizeof *fds);
	loop->fds = fds;
	loop->fds_size = size;
	return true;
}

/* epoll takes a descriptor only once. Where a stream has registered it, registers a duplicate,
 * unless a coroutine waits for the same events on the stream. */
static int open_beside_stream(cigo_loop *loop, struct ci_fd_entry *e, unsigned events)
{
	ci_list_each(node, &loop->watches) {
		const struct ci_fd_watcher *other = ci_list_entry(node, struct ci_fd_watcher, link);

		if (other->fd == e->fd && other->want & events)
			return -EBUSY;
	}
	e->watch.fd = fcntl(e->fd, F_DUPFD_CLOEXEC, 0);
	if (e->watch.fd < 0)
		return -errno;
	int err = ci_fd_watcher_open(loop, &e->watch);
	if (err)
		close(e->watch.fd);
	return err;
}

static int open_entry(cigo_loop *loop, struct ci_fd_entry *e, unsigned events)
{
	int err = ci_fd_watcher_open(loop, &e->watch);

	return err == -EEXIST ? open_beside_stream(loop, e, events) : err;
}

static int enter(cigo_loop *loop, struct fd_wait *w, int fd)
{
	if ((size_t)fd >= loop->fds_size && fcntl(fd, F_GETFD) < 0)
		return -errno;
	if (!grow(loop, (size_t)fd))
		return -ENOMEM;
	struct ci_fd_entry *e = loop->fds[fd];
	if (!e) {
		e = calloc(1, sizeof *e);
		if (!e)
			return -ENOMEM;
		e->fd = e->watch.fd = fd;
		e->watch.once = true;
		e->watch.ready = ready;
		ci_list_init(&e->watch.link);
		int err = open_entry(loop, e, w->events);
		if (err) {
			free(e);
			return err;
		}
		loop->fds[fd] = e;
	}
	if ((w->events & CIGO_READ && e->reader) || (w->events & CIGO_WRITE && e->writer))
		return -EBUSY;
	w->entry = e;
	if (w->events & CIGO_READ)
		e->reader = w;
	if (w->events & CIGO_WRITE)
		e->writer = w;
	int err = ci_fd_watcher_want(&e->watch, wanted(e));
	if (err)
		leave(w);
	return err;
}

static int block(cigo_ctx *ctx, int fd, unsigned events)
{
	struct pollfd p = { .fd = fd };

	p.events |= events & CIGO_READ ? POLLIN : 0;
	p.events |= events & CIGO_WRITE ? POLLOUT : 0;
	int err = ci_ctx_block(ctx, &p, 1, CIGO_NEVER);
	if (err < 0)
		return err;
	if (p.revents & POLLNVAL)
		return -EBADF;
	if (p.revents & (POLLERR | POLLHUP))
		return (int)events;
	return (p.revents & POLLIN ? CIGO_READ : 0) | (p.revents & POLLOUT ? CIGO_WRITE : 0);
}

int cigo_fd_wait(cigo_ctx *ctx, int fd, int events)
{
	CI_ENTRY;
	if (!ctx)
		return -ENOMEM;
	if (events <= 0 || events > (CIGO_READ | CIGO_WRITE))
		return -EINVAL;
	if (fd < 0)
		return -EBADF;
	struct ci_coroutine *me;
	int err = ci_park_begin(ctx, &me);
	if (err)
		return err;
	if (!me)
		return block(ctx, fd, (unsigned)events);
	struct fd_wait w = { .park = { .withdraw = withdraw, .describe = describe },
			     .events = (unsigned)events };
	err = enter(me->loop, &w, fd);
	if (err == -EPERM) { /* regular files are always ready */
		ci_park_pass(me);
		return events;
	}
	if (err)
		return err;
	err = ci_park_in(ctx, me, NULL, CIGO_NEVER, &w.park);
	return err ? err : (int)w.ready;
}
