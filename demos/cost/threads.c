/* SPDX-License-Identifier: MIT
 * The server with a thread for each connection, in plain POSIX calls, which block.
 */
#define _GNU_SOURCE /* accept4 */
#include "demos/cost/protocol.h"
#include "demos/cost/server.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { STACK = 256 << 10 }; /* what a coroutine has */
enum { LAST_WORDS = 100000000 };

struct crowd {
	const struct cost_limits *limits;
	pthread_mutex_t lock; /* of all but ends */
	pthread_cond_t left;
	struct client *first;
	unsigned n;
	atomic_bool ends;
};

struct client {
	struct crowd *crowd;
	int fd;
	struct client *next, *prev;
};

/* --- a client --------------------------------------------------------------------------------- */

static enum cost_step next(struct client *c, struct cost_talk *t)
{
	enum cost_step step;
	size_t size;

	while ((step = cost_next(t)) == COST_MORE) {
		void *room = cost_room(t, &size);
		ssize_t n = room ? recv(c->fd, room, size, 0) : -1;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) /* EAGAIN: the socket's timeout */
			return cost_over(t,
					 n == 0		   ? 0
					 : errno == EAGAIN ? ETIMEDOUT
							   : errno,
					 atomic_load(&c->crowd->ends));
		t->in.end += (size_t)n;
	}
	return step;
}

static bool send_all(struct client *c, struct cost_bytes *out)
{
	while (out->start < out->end) {
		ssize_t n =
			send(c->fd, out->data + out->start, out->end - out->start, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		out->start += (size_t)n;
	}
	return true;
}

static void leave(struct client *c)
{
	struct crowd *w = c->crowd;

	pthread_mutex_lock(&w->lock);
	if (c->prev)
		c->prev->next = c->next;
	else
		w->first = c->next;
	if (c->next)
		c->next->prev = c->prev;
	close(c->fd); /* under the lock: nobody shuts another down in its place */
	w->n--;
	pthread_cond_signal(&w->left);
	pthread_mutex_unlock(&w->lock);
	free(c);
}

static void *client_thread(void *arg)
{
	struct client *c = arg;
	struct cost_talk t = { 0 };
	enum cost_step step;

	while ((step = next(c, &t)) != COST_END)
		if (!send_all(c, &t.out) || step == COST_LAST)
			break;
	cost_free(&t);
	leave(c);
	return NULL;
}

/* --- all of them ------------------------------------------------------------------------------ */

static void set_timeouts(int fd, int64_t ns)
{
	struct timeval t = { .tv_sec = ns / 1000000000, .tv_usec = ns % 1000000000 / 1000 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
}

static void enter(struct crowd *w, struct client *c)
{
	pthread_mutex_lock(&w->lock);
	c->next = w->first;
	if (c->next)
		c->next->prev = c;
	w->first = c;
	w->n++;
	pthread_mutex_unlock(&w->lock);
}

static void welcome(struct crowd *w, int fd, const pthread_attr_t *attr)
{
	static const char full[] = "error: no thread is to be had\n";
	struct client *c = calloc(1, sizeof *c);
	pthread_t thread;

	if (!c) {
		close(fd);
		return;
	}
	*c = (struct client){ .crowd = w, .fd = fd };
	cost_prepare(fd);
	set_timeouts(fd, w->limits->idle_ns);
	enter(w, c);
	if (pthread_create(&thread, attr, client_thread, c)) {
		if (send(fd, full, sizeof full - 1, MSG_NOSIGNAL) < 0)
			errno = 0; /* the client has gone, too */
		leave(c);
	}
}

static unsigned count(struct crowd *w)
{
	pthread_mutex_lock(&w->lock);
	unsigned n = w->n;
	pthread_mutex_unlock(&w->lock);
	return n;
}

/* Until stop can be read. While there is no room, it looks again every 5 ms. */
static void accept_all(struct crowd *w, int listener, int stop, const pthread_attr_t *attr)
{
	struct pollfd fds[] = { { .fd = stop, .events = POLLIN }, { .events = POLLIN } };
	bool full = false;

	for (;;) {
		fds[1].fd = full ? -1 : listener;
		poll(fds, 2, full ? 5 : -1);
		if (fds[0].revents)
			return;
		full = count(w) >= w->limits->connections;
		int fd = full ? -1 : accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd >= 0)
			welcome(w, fd, attr);
		else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			full = true;
	}
}

static bool all_left(struct crowd *w, int64_t ns)
{
	struct timespec until;
	int err = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	int64_t at = until.tv_nsec + ns;

	until.tv_sec += at / 1000000000;
	until.tv_nsec = at % 1000000000;
	pthread_mutex_lock(&w->lock);
	while (w->n && !err)
		err = pthread_cond_timedwait(&w->left, &w->lock, &until);
	bool none = !w->n;
	pthread_mutex_unlock(&w->lock);
	return none;
}

static void shut_down(struct crowd *w, int how)
{
	pthread_mutex_lock(&w->lock);
	for (struct client *c = w->first; c; c = c->next)
		shutdown(c->fd, how);
	pthread_mutex_unlock(&w->lock);
}

/* Clients may go on for the grace; then those who wait for a request say so and leave, */
static void end_all(struct crowd *w)
{
	if (all_left(w, w->limits->grace_ns))
		return;
	atomic_store(&w->ends, true);
	shut_down(w, SHUT_RD);
	if (all_left(w, LAST_WORDS))
		return;
	shut_down(w, SHUT_RDWR); /* and those whose clients do not read, leave */
	while (!all_left(w, 1000000000))
		;
}

int cost_serve_threads(const struct cost_limits *limits, int stop, int tell)
{
	struct crowd w = { .limits = limits, .lock = PTHREAD_MUTEX_INITIALIZER };
	int listener = cost_listen(tell);
	pthread_condattr_t monotonic;
	pthread_attr_t attr;

	if (listener < 0)
		return listener;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&w.left, &monotonic);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK);
	accept_all(&w, listener, stop, &attr);
	close(listener);
	end_all(&w);
	pthread_attr_destroy(&attr);
	return 0;
}
