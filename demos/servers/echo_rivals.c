/* SPDX-License-Identifier: MIT
 * The echo server without cigo.
 */
#define _GNU_SOURCE /* accept4 */
#include "demos/servers/echo_rivals.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIZE = 4096 };

/* --- a thread for each connection ------------------------------------------------------------- */

enum { THREADS_FROM = __LINE__ };

static void *echo_thread(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char buf[SIZE];
	ssize_t n;

	while ((n = recv(fd, buf, sizeof buf, 0)) > 0)
		for (ssize_t done = 0, sent; done < n; done += sent)
			if ((sent = send(fd, buf + done, (size_t)(n - done), MSG_NOSIGNAL)) < 0)
				goto out;
out:
	close(fd);
	return NULL;
}

int echo_threads(struct contest *c, int model, void *arg)
{
	int listener = compare_listen(c), fd;
	pthread_attr_t attr;
	pthread_t thread;

	CIGO_UNUSED(model), CIGO_UNUSED(arg);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	while ((fd = compare_accept(c, listener)) >= 0)
		if (pthread_create(&thread, &attr, echo_thread, (void *)(intptr_t)fd))
			close(fd);
	pthread_attr_destroy(&attr);
	close(listener);
	return 0;
}

const int echo_threads_lines = __LINE__ - THREADS_FROM - 2;

/* --- a state machine ---------------------------------------------------------------------------- */

enum { EPOLL_FROM = __LINE__ };

struct connection {
	int fd;
	bool writing;	    /* else reading */
	size_t done, count; /* of buf: sent; there */
	char buf[SIZE];
};

static void hang_up(struct connection *c)
{
	close(c->fd);
	free(c);
}

static void watch_for(int poll, struct connection *c, bool writing)
{
	struct epoll_event ev = { .events = writing ? EPOLLOUT : EPOLLIN, .data.ptr = c };

	if (c->writing != writing)
		epoll_ctl(poll, EPOLL_CTL_MOD, c->fd, &ev);
	c->writing = writing;
}

/* Goes on from where it stood, as far as it can without waiting. */
static void step(int poll, struct connection *c)
{
	for (;;) {
		while (c->done < c->count) {
			ssize_t n = send(c->fd, c->buf + c->done, c->count - c->done, MSG_NOSIGNAL);
			if (n < 0 && errno == EAGAIN) {
				watch_for(poll, c, true);
				return;
			}
			if (n < 0) {
				hang_up(c);
				return;
			}
			c->done += (size_t)n;
		}
		ssize_t n = recv(c->fd, c->buf, sizeof c->buf, 0);
		if (n < 0 && errno == EAGAIN) {
			watch_for(poll, c, false);
			return;
		}
		if (n <= 0) {
			hang_up(c);
			return;
		}
		c->done = 0;
		c->count = (size_t)n;
	}
}

static void welcome(int poll, int listener)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		struct connection *c = calloc(1, sizeof *c);
		struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };

		if (!c) {
			close(fd);
			continue;
		}
		c->fd = fd;
		if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &ev))
			hang_up(c);
	}
}

int echo_epoll(struct contest *c, int model, void *arg)
{
	int poll = epoll_create1(EPOLL_CLOEXEC), listener = compare_listen(c);
	struct epoll_event events[64] = { { .events = EPOLLIN, .data.ptr = &listener },
					  { .events = EPOLLIN, .data.ptr = NULL } };
	bool over = false;

	CIGO_UNUSED(model), CIGO_UNUSED(arg);
	epoll_ctl(poll, EPOLL_CTL_ADD, listener, &events[0]);
	epoll_ctl(poll, EPOLL_CTL_ADD, c->over, &events[1]);
	while (!over) {
		int n = epoll_wait(poll, events, 64, -1);

		for (int i = 0; i < n; i++)
			if (events[i].data.ptr == &listener)
				welcome(poll, listener);
			else if (!events[i].data.ptr)
				over = true;
			else
				step(poll, events[i].data.ptr);
	}
	close(listener);
	close(poll);
	return 0;
}

const int echo_epoll_lines = __LINE__ - EPOLL_FROM - 2;
