/* SPDX-License-Identifier: MIT
 * The server as a state machine over epoll, in one thread. All that a coroutine has in local variables
 * and in the place it stands at is in struct client, and time limits are a list of its own.
 */
#define _GNU_SOURCE /* accept4 */
#include "demos/cost/protocol.h"
#include "demos/cost/server.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 64, RETRY = 5000000, LAST_WORDS = 100000000 };

struct client {
	int fd;
	bool writing; /* out is not yet sent; else it waits for in */
	bool last;    /* hang up, once out is sent */
	int64_t since;
	struct cost_talk talk;
	struct client *next, *prev; /* in the order of since */
};

struct machine {
	const struct cost_limits *limits;
	int poll, listener;
	bool full; /* the listener is not watched */
	unsigned n;
	int64_t now;
	struct client *first, *last;
	struct client *gone; /* freed when no event can name them any more */
};

/* --- the list of those who wait --------------------------------------------------------------- */

static void take_off(struct machine *m, struct client *c)
{
	if (c->prev)
		c->prev->next = c->next;
	else
		m->first = c->next;
	if (c->next)
		c->next->prev = c->prev;
	else
		m->last = c->prev;
}

static void append(struct machine *m, struct client *c)
{
	c->since = m->now;
	c->next = NULL;
	c->prev = m->last;
	if (c->prev)
		c->prev->next = c;
	else
		m->first = c;
	m->last = c;
}

static void touch(struct machine *m, struct client *c)
{
	take_off(m, c);
	append(m, c);
}

static void hang_up(struct machine *m, struct client *c)
{
	take_off(m, c);
	close(c->fd);
	c->fd = -1;
	cost_free(&c->talk);
	c->next = m->gone;
	m->gone = c;
	m->n--;
}

static void free_gone(struct machine *m)
{
	while (m->gone) {
		struct client *c = m->gone;

		m->gone = c->next;
		free(c);
	}
}

/* --- a client --------------------------------------------------------------------------------- */

static void watch_for(struct machine *m, struct client *c, bool writing)
{
	struct epoll_event ev = { .events = writing ? EPOLLOUT : EPOLLIN, .data.ptr = c };

	if (c->writing != writing)
		epoll_ctl(m->poll, EPOLL_CTL_MOD, c->fd, &ev);
	c->writing = writing;
}

/* 1: all is out; 0: the socket is full; -1: the client has gone. */
static int flush_out(struct machine *m, struct client *c)
{
	struct cost_bytes *out = &c->talk.out;

	while (out->start < out->end) {
		ssize_t n =
			send(c->fd, out->data + out->start, out->end - out->start, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -1;
		out->start += (size_t)n;
		touch(m, c);
	}
	return 1;
}

/* From where it stood, as far as it can go without waiting. */
static void go_on(struct machine *m, struct client *c)
{
	for (;;) {
		int out = flush_out(m, c);

		if (out == 0) {
			watch_for(m, c, true);
			return;
		}
		enum cost_step step = out < 0 || c->last ? COST_END : cost_next(&c->talk);

		if (step == COST_MORE) {
			watch_for(m, c, false);
			return;
		}
		if (step == COST_END) {
			hang_up(m, c);
			return;
		}
		c->last = step == COST_LAST;
	}
}

/* No more comes, or may come: last words, perhaps. */
static void finish(struct machine *m, struct client *c, int error, bool server_ends)
{
	c->last = true;
	if (c->writing || cost_over(&c->talk, error, server_ends) == COST_END)
		hang_up(m, c);
	else
		go_on(m, c);
}

static void hear(struct machine *m, struct client *c)
{
	size_t size;
	void *room = cost_room(&c->talk, &size);
	ssize_t n = room ? recv(c->fd, room, size, 0) : -1;

	if (n < 0 && room && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		finish(m, c, n < 0 ? errno : 0, false);
		return;
	}
	c->talk.in.end += (size_t)n;
	touch(m, c);
	go_on(m, c);
}

/* --- all of them ------------------------------------------------------------------------------ */

static bool admit(struct machine *m, int fd)
{
	struct client *c = calloc(1, sizeof *c);
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };

	if (!c || epoll_ctl(m->poll, EPOLL_CTL_ADD, fd, &ev)) {
		free(c);
		close(fd);
		return false;
	}
	c->fd = fd;
	cost_prepare(fd);
	append(m, c);
	m->n++;
	return true;
}

static void watch_listener(struct machine *m, bool on)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = m };

	if (on == m->full)
		epoll_ctl(m->poll, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, m->listener, &ev);
	m->full = !on;
}

static void welcome(struct machine *m)
{
	while (m->n < m->limits->connections) {
		int fd = accept4(m->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0)
			admit(m, fd);
		else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			break;
		else if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
	watch_listener(m, false); /* until there is room */
}

/* How long it may sleep: until the next of its time limits, or end. */
static int sleep_ms(const struct machine *m, int64_t end)
{
	int64_t until = end;

	if (m->first && m->first->since + m->limits->idle_ns < until)
		until = m->first->since + m->limits->idle_ns;
	if (m->full && m->listener >= 0 && m->now + RETRY < until)
		until = m->now + RETRY;
	if (until == INT64_MAX)
		return -1;
	return until <= m->now ? 0 : (int)((until - m->now + 999999) / 1000000);
}

/* One round; stop, if it can be read, is told by true. */
static bool turn(struct machine *m, int64_t end)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(m->poll, events, EVENTS, sleep_ms(m, end));
	bool stopped = false;

	m->now = cost_now();
	for (int i = 0; i < n; i++) {
		struct client *c = events[i].data.ptr;

		if (!c)
			stopped = true;
		else if (events[i].data.ptr == m)
			welcome(m);
		else if (c->fd >= 0 && c->writing)
			go_on(m, c);
		else if (c->fd >= 0)
			hear(m, c);
	}
	while (m->first && m->first->since + m->limits->idle_ns <= m->now)
		finish(m, m->first, ETIMEDOUT, false);
	if (m->full && m->listener >= 0 && m->n < m->limits->connections)
		watch_listener(m, true);
	free_gone(m);
	return stopped;
}

static void end_all(struct machine *m, int stop)
{
	epoll_ctl(m->poll, EPOLL_CTL_DEL, stop, NULL);
	close(m->listener); /* and so it is not watched */
	m->listener = -1;
	int64_t end = cost_now() + m->limits->grace_ns;

	while (m->n && m->now < end)
		turn(m, end);
	for (struct client *c = m->first, *next; c; c = next) {
		next = c->next;
		if (!c->writing)
			finish(m, c, 0, true);
	}
	end = cost_now() + LAST_WORDS;
	while (m->n && m->now < end)
		turn(m, end);
	while (m->first)
		hang_up(m, m->first);
	free_gone(m);
}

int cost_serve_epoll(const struct cost_limits *limits, int stop, int tell)
{
	struct machine m = { .limits = limits, .listener = -1, .full = true };
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = NULL };
	int err = 0;

	m.poll = epoll_create1(EPOLL_CLOEXEC);
	if (m.poll < 0)
		return -errno;
	m.listener = cost_listen(tell);
	if (m.listener < 0)
		err = m.listener;
	else if (epoll_ctl(m.poll, EPOLL_CTL_ADD, stop, &ev))
		err = -errno;
	if (!err) {
		watch_listener(&m, true);
		m.now = cost_now();
		while (!turn(&m, INT64_MAX))
			;
		end_all(&m, stop);
	}
	close(m.poll);
	return err;
}
