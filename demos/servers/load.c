/* SPDX-License-Identifier: MIT
 * Clients, as a state machine over epoll: each sends a request, reads the answer, and goes on.
 */
#include "demos/servers/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_TIMES = 1 << 20 };

struct client {
	int fd;
	int64_t asked;
	size_t got, whole; /* of the answer; whole 0: not known yet */
	char begin[1024];  /* of the answer */
};

struct crowd {
	const struct load *load;
	struct client *clients;
	int poll;
	int64_t *times;
	size_t n_times;
};

static int ask(struct crowd *w, struct client *c)
{
	size_t n = strlen(w->load->request);

	c->got = c->whole = 0;
	c->asked = kit_now();
	return send(c->fd, w->load->request, n, MSG_NOSIGNAL) == (ssize_t)n ? 0 : errno;
}

static int join(struct crowd *w, struct client *c, const struct sockaddr_in *to)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };
	int on = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (const struct sockaddr *)to, sizeof *to) ||
	    fcntl(c->fd, F_SETFL, O_NONBLOCK) ||
	    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) ||
	    epoll_ctl(w->poll, EPOLL_CTL_ADD, c->fd, &ev))
		return errno;
	return ask(w, c);
}

/* What has come. */
static int hear(struct crowd *w, struct client *c)
{
	static char rest[1 << 16];
	bool head = c->got < sizeof c->begin;
	ssize_t n = recv(c->fd, head ? c->begin + c->got : rest,
			 head ? sizeof c->begin - c->got : sizeof rest, 0);

	if (n < 0)
		return errno == EAGAIN ? 0 : errno;
	if (n == 0)
		return EPIPE;
	c->got += (size_t)n;
	if (!c->whole)
		c->whole = w->load->answer(c->begin, c->got);
	if (!c->whole || c->got < c->whole)
		return 0;
	w->times[w->n_times % MOST_TIMES] = kit_now() - c->asked;
	w->n_times++;
	return c->got == c->whole ? ask(w, c) : EPROTO;
}

static int compare_times(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int press(struct crowd *w, const struct sockaddr_in *to, struct load_result *r)
{
	struct epoll_event events[64];
	int err = 0;

	for (int i = 0; i < w->load->connections && !err; i++)
		err = join(w, &w->clients[i], to);
	int64_t start = kit_now(), until = start + w->load->ns;
	while (!err && kit_now() < until) {
		int n = epoll_wait(w->poll, events, 64, 100);
		for (int i = 0; i < n && !err; i++)
			err = hear(w, events[i].data.ptr);
	}
	r->ns = kit_now() - start;
	r->answers = (int64_t)w->n_times;
	size_t n = w->n_times < MOST_TIMES ? w->n_times : MOST_TIMES;
	if (n) {
		qsort(w->times, n, sizeof *w->times, compare_times);
		r->median = w->times[n / 2];
		r->p99 = w->times[n * 99 / 100];
	}
	return err;
}

_Noreturn void load_process(const struct load *load, int address, int over)
{
	struct load_result r = { 0 };
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct crowd w = { .load = load };
	char text[64] = "", *port;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	w.clients = calloc((size_t)load->connections, sizeof *w.clients);
	w.times = calloc(MOST_TIMES, sizeof *w.times);
	w.poll = epoll_create1(EPOLL_CLOEXEC);
	if (!w.clients || !w.times || w.poll < 0)
		r.err = ENOMEM;
	else if (read(address, text, sizeof text - 1) <= 0 || !(port = strchr(text, ':')))
		r.err = EPROTO;
	else {
		*port++ = '\0';
		inet_pton(AF_INET, text, &to.sin_addr);
		to.sin_port = htons((uint16_t)atoi(port));
		r.err = press(&w, &to, &r);
	}
	cigo_ignore(write(over, &r, sizeof r));
	_exit(0); /* closes all connections */
}
