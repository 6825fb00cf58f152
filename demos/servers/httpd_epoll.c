/* SPDX-License-Identifier: MIT
 * A small web server as a state machine over epoll: GET, keep-alive, files. All that a coroutine has in
 * local variables and in the place it stands at is in struct connection.
 */
#define _GNU_SOURCE /* accept4 */
#include "demos/servers/httpd.h"

#include <errno.h>
#include <fcntl.h>
#include <http_parser.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct connection {
	int fd, poll;
	const struct site *site;
	http_parser parser;
	char url[1024];
	size_t url_size;
	enum { READING, WRITING } state;
	bool complete, keep_alive;
	char in[4096]; /* in + start .. in + end: read, not yet parsed */
	size_t start, end;
	char out[8192]; /* out + done .. out + count: not yet sent */
	size_t done, count;
	int file; /* what follows the head, or -1 */
	off_t from, left;
};

static int on_url(http_parser *p, const char *at, size_t n)
{
	struct connection *c = p->data;

	if (c->url_size + n >= sizeof c->url)
		return 1;
	memcpy(c->url + c->url_size, at, n);
	c->url_size += n;
	c->url[c->url_size] = '\0';
	return 0;
}

static int on_complete(http_parser *p)
{
	struct connection *c = p->data;

	c->complete = true;
	c->keep_alive = http_should_keep_alive(p);
	http_parser_pause(p, 1);
	return 0;
}

static const http_parser_settings settings = {
	.on_url = on_url,
	.on_message_complete = on_complete,
};

static void hang_up(struct connection *c)
{
	if (c->file >= 0)
		close(c->file);
	close(c->fd);
	free(c);
}

static void turn_to(struct connection *c, int state)
{
	struct epoll_event ev = { .events = state == WRITING ? EPOLLOUT : EPOLLIN, .data.ptr = c };

	if ((int)c->state != state)
		epoll_ctl(c->poll, EPOLL_CTL_MOD, c->fd, &ev);
	c->state = state;
}

static void begin_request(struct connection *c)
{
	c->url_size = 0;
	c->complete = false;
	http_parser_pause(&c->parser, 0);
}

static void begin_answer(struct connection *c)
{
	struct stat st = { 0 };
	const char *path = c->url + strspn(c->url, "/");
	bool found = c->parser.method == HTTP_GET && !strstr(path, "..");

	c->file = found ? openat(c->site->dir, *path ? path : "index.html", O_RDONLY | O_CLOEXEC)
			: -1;
	if (c->file >= 0 && (fstat(c->file, &st) || !S_ISREG(st.st_mode))) {
		close(c->file);
		c->file = -1;
		st.st_size = 0;
	}
	c->from = 0;
	c->left = st.st_size;
	c->done = 0;
	c->count = (size_t)snprintf(c->out, sizeof c->out,
				    "HTTP/1.1 %s\r\nConnection: %s\r\nContent-Length: %lld\r\n\r\n",
				    c->file >= 0 ? "200 OK" : "404 Not Found",
				    c->keep_alive ? "keep-alive" : "close", (long long)st.st_size);
}

/* Behind what is in out. False: the file has shrunk, or cannot be read. */
static bool fill(struct connection *c)
{
	size_t room = sizeof c->out - c->count;

	if (c->left < (off_t)room)
		room = (size_t)c->left;
	ssize_t n = pread(c->file, c->out + c->count, room, c->from); /* may block all */
	if (n <= 0)
		return false;
	c->count += (size_t)n;
	c->from += n;
	c->left -= n;
	return true;
}

/* 1: a request is complete; 0: more must come; -1: the end. */
static int read_more(struct connection *c)
{
	while (!c->complete) {
		if (c->start == c->end) {
			ssize_t n = recv(c->fd, c->in, sizeof c->in, 0);
			if (n < 0 && errno == EAGAIN)
				return 0;
			if (n <= 0)
				return -1;
			c->start = 0;
			c->end = (size_t)n;
		}
		c->start += http_parser_execute(&c->parser, &settings, c->in + c->start,
						c->end - c->start);
		enum http_errno err = HTTP_PARSER_ERRNO(&c->parser);
		if (err != HPE_OK && err != HPE_PAUSED)
			return -1;
	}
	return 1;
}

/* 1: the answer is out; 0: the socket is full; -1: the end. */
static int write_more(struct connection *c)
{
	for (;;) {
		if (c->left && c->count < sizeof c->out && !fill(c))
			return -1;
		while (c->done < c->count) {
			ssize_t n = send(c->fd, c->out + c->done, c->count - c->done, MSG_NOSIGNAL);
			if (n < 0)
				return errno == EAGAIN ? 0 : -1;
			c->done += (size_t)n;
		}
		c->done = c->count = 0;
		if (!c->left)
			break;
	}
	if (c->file >= 0)
		close(c->file);
	c->file = -1;
	return c->keep_alive ? 1 : -1;
}

/* Goes on from where it stood, as far as it can without waiting. */
static void step(struct connection *c)
{
	int state = c->state, more;

	do {
		more = state == READING ? read_more(c) : write_more(c);
		if (more > 0 && state == READING)
			begin_answer(c);
		else if (more > 0)
			begin_request(c);
		if (more > 0)
			state = state == READING ? WRITING : READING;
	} while (more > 0);
	if (more < 0)
		hang_up(c);
	else
		turn_to(c, state);
}

static void welcome(int poll, int listener, const struct site *site)
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
		c->poll = poll;
		c->site = site;
		c->file = -1;
		http_parser_init(&c->parser, HTTP_REQUEST);
		c->parser.data = c;
		if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &ev))
			hang_up(c);
	}
}

int httpd_epoll(struct contest *c, int model, void *arg)
{
	int poll = epoll_create1(EPOLL_CLOEXEC), listener = compare_listen(c);
	struct epoll_event events[64] = { { .events = EPOLLIN, .data.ptr = &listener },
					  { .events = EPOLLIN, .data.ptr = NULL } };
	bool over = false;

	CIGO_UNUSED(model);
	epoll_ctl(poll, EPOLL_CTL_ADD, listener, &events[0]);
	epoll_ctl(poll, EPOLL_CTL_ADD, c->over, &events[1]);
	while (!over) {
		int n = epoll_wait(poll, events, 64, -1);

		for (int i = 0; i < n; i++)
			if (events[i].data.ptr == &listener)
				welcome(poll, listener, arg);
			else if (!events[i].data.ptr)
				over = true;
			else
				step(events[i].data.ptr);
	}
	close(listener);
	close(poll);
	return 0;
}
