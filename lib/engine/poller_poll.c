/* SPDX-License-Identifier: MIT
 * poll(2), level-triggered: an array of wanted events, one entry for each watcher. Slower than
 * epoll with many descriptors; for systems without epoll, and as a test of the interface.
 * Invariant: entries i of the arrays belong together; entry 0 is the eventfd.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/entry.h"
#include "engine/fd_watcher.h"

struct poll {
	struct ci_poller poller;
	struct pollfd *fds; /* allocated: size */
	uint64_t *keys;	    /* allocated: size */
	int *watched;	    /* allocated: size; the descriptor, also while nothing is wanted */
	size_t size, used;
	struct pollfd *asked; /* allocated: asked_size; copies of fds and keys, as those may change */
	uint64_t *asked_keys; /* allocated: asked_size; while poll(2) waits (preemptive model) */
	size_t asked_size;
	size_t start; /* where the next scan begins, so that no entry always comes first */
};

static bool grow(struct poll *p)
{
	size_t size = p->size ? 2 * p->size : 16;

	if (p->used < p->size)
		return true;
	struct pollfd *fds = realloc(p->fds, size * sizeof *fds);
	if (!fds)
		return false;
	p->fds = fds;
	uint64_t *keys = realloc(p->keys, size * sizeof *keys);
	if (!keys)
		return false;
	p->keys = keys;
	int *watched = realloc(p->watched, size * sizeof *watched);
	if (!watched)
		return false;
	p->watched = watched;
	p->size = size;
	return true;
}

/* Only while the driver is not in poll(2). */
static bool grow_asked(struct poll *p)
{
	if (p->asked_size >= p->used)
		return true;
	struct pollfd *asked = realloc(p->asked, p->size * sizeof *asked);
	if (!asked)
		return false;
	p->asked = asked;
	uint64_t *keys = realloc(p->asked_keys, p->size * sizeof *keys);
	if (!keys)
		return false;
	p->asked_keys = keys;
	p->asked_size = p->size;
	return true;
}

static int append(struct poll *p, int fd, short events, uint64_t key)
{
	if (!grow(p))
		return -ENOMEM;
	/* A negative descriptor is ignored: poll would report hang-ups even of unwanted ones. */
	p->fds[p->used] = (struct pollfd){ .fd = events ? fd : -1, .events = events };
	p->watched[p->used] = fd;
	p->keys[p->used++] = key;
	return 0;
}

static void close_poll(struct ci_poller *poller)
{
	struct poll *p = ci_container_of(poller, struct poll, poller);

	free(p->fds);
	free(p->keys);
	free(p->watched);
	free(p->asked);
	free(p->asked_keys);
	free(p);
}

static int open_poll(struct ci_poller **ret, int wake_fd)
{
	struct poll *p = calloc(1, sizeof *p);

	if (!p)
		return -ENOMEM;
	p->poller.ops = &ci_poll;
	p->poller.fd = -1;
	if (append(p, wake_fd, POLLIN, 0) || !grow_asked(p)) {
		close_poll(&p->poller);
		return -ENOMEM;
	}
	*ret = &p->poller;
	return 0;
}

static size_t find(const struct poll *p, uint64_t key)
{
	size_t i = 1;

	while (i < p->used && p->keys[i] != key)
		i++;
	return i;
}

/* As epoll: regular files and directories are refused. */
static int add(struct ci_poller *poller, const struct ci_fd_watcher *w)
{
	struct stat st;

	if (fstat(w->fd, &st))
		return -errno;
	if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
		return -EPERM;
	struct poll *p = ci_container_of(poller, struct poll, poller);
	for (size_t i = 1; i < p->used; i++)
		if (p->watched[i] == w->fd)
			return -EEXIST;
	return append(p, w->fd, 0, w->key);
}

static int want(struct ci_poller *poller, const struct ci_fd_watcher *w)
{
	struct poll *p = ci_container_of(poller, struct poll, poller);
	size_t i = find(p, w->key);
	unsigned wanted = w->quiet ? 0 : w->want;
	short events = 0;

	events |= wanted & CIGO_READ ? POLLIN | POLLRDHUP : 0;
	events |= wanted & CIGO_WRITE ? POLLOUT : 0;
	p->fds[i].events = events;
	p->fds[i].fd = events ? w->fd : -1;
	return 0;
}

static void quiet(struct ci_poller *poller, const struct ci_fd_watcher *w)
{
	cigo_ignore(want(poller, w));
}

static void del(struct ci_poller *poller, const struct ci_fd_watcher *w)
{
	struct poll *p = ci_container_of(poller, struct poll, poller);
	size_t i = find(p, w->key);

	if (i == p->used)
		return;
	p->used--;
	p->fds[i] = p->fds[p->used];
	p->keys[i] = p->keys[p->used];
	p->watched[i] = p->watched[p->used];
}

static unsigned translate(short events)
{
	unsigned result = 0;

	if (events & (POLLIN | POLLRDHUP))
		result |= CIGO_READ;
	if (events & POLLOUT)
		result |= CIGO_WRITE;
	if (events & (POLLHUP | POLLERR | POLLNVAL))
		result |= CIGO_READ | CIGO_WRITE;
	if (events & (POLLHUP | POLLERR | POLLNVAL | POLLRDHUP))
		result |= CI_HANGUP;
	return result;
}

/* The results are in p->asked; returns its number of entries. */
static size_t ask(struct poll *p, int64_t timeout, int *ret_count)
{
	struct timespec t = ci_clock_timespec(timeout == CIGO_NEVER ? 0 : timeout);
	size_t used = grow_asked(p) ? p->used : p->asked_size; /* no memory: only some */
	struct pollfd *asked = p->asked;
	int count;

	memcpy(asked, p->fds, used * sizeof *asked);
	memcpy(p->asked_keys, p->keys, used * sizeof *p->asked_keys);
	CI_UNLOCKED(count = ppoll(asked, used, timeout == CIGO_NEVER ? NULL : &t, NULL));
	*ret_count = count;
	return used;
}

static int wait_events(struct ci_poller *poller, int64_t timeout, struct ci_event *ret)
{
	struct poll *p = ci_container_of(poller, struct poll, poller);
	int count, used = 0;
	size_t asked = ask(p, timeout, &count);
	uint64_t drained;

	if (count < 0 && errno != EINTR)
		ci_clock_pause(); /* no memory in the kernel: tries later */
	if (count > 0 && p->asked[0].revents && read(p->asked[0].fd, &drained, sizeof drained) < 0)
		count = 0; /* not readable after all; poll reports the other events again */
	for (size_t k = 1; k < asked && count > 0 && used < CI_EVENTS; k++) {
		size_t i = 1 + (p->start + k) % (asked - 1);

		if (!p->asked[i].revents)
			continue;
		ret[used++] = (struct ci_event){ .key = p->asked_keys[i],
						 .events = translate(p->asked[i].revents) };
		if (used == CI_EVENTS)
			p->start = i;
	}
	return used;
}

const struct ci_poller_ops ci_poll = {
	.name = "poll",
	.snapshots = true,
	.open = open_poll,
	.close = close_poll,
	.add = add,
	.want = want,
	.quiet = quiet,
	.del = del,
	.wait = wait_events,
};
