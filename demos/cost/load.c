/* SPDX-License-Identifier: MIT
 * The clients, as a state machine over epoll.
 */
#define _GNU_SOURCE /* pipe2, sched_setaffinity */
#include "demos/cost/load.h"
#include "demos/cost/protocol.h"
#include "demos/cost/server.h"
#include "demos/kit/tidy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_TIMES = 1 << 20, BATCH = 64, EVENTS = 64 };
#define JOIN_NS	 INT64_C(6000000000) /* for all to connect */
#define DRAIN_NS INT64_C(4000000000) /* for the last answers */
#define SOME_NS	 INT64_C(2000000000) /* for the process itself */

struct client {
	int fd;
	bool waits, full; /* for an answer; for room to send the rest */
	int64_t asked;
	size_t sent, got;
};

struct crowd {
	const struct cost_load *load;
	struct client *clients;
	int poll, waiting;
	char *request, *answer;
	size_t request_size, answer_size;
	int64_t until; /* requests are sent up to then; 0: only one each */
	int64_t *times;
	size_t n_times, in_time, answered;
};

/* --- a client --------------------------------------------------------------------------------- */

static int send_rest(struct crowd *w, struct client *c)
{
	while (c->sent < w->request_size) {
		ssize_t n =
			send(c->fd, w->request + c->sent, w->request_size - c->sent, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			return errno;
		if (n < 0)
			break;
		c->sent += (size_t)n;
	}
	bool full = c->sent < w->request_size;

	if (full != c->full) {
		struct epoll_event ev = { .events = EPOLLIN | (full ? EPOLLOUT : 0),
					  .data.ptr = c };
		if (epoll_ctl(w->poll, EPOLL_CTL_MOD, c->fd, &ev))
			return errno;
	}
	c->full = full;
	return 0;
}

static int ask(struct crowd *w, struct client *c)
{
	c->sent = c->got = 0;
	c->waits = true;
	w->waiting++;
	c->asked = cost_now();
	return send_rest(w, c);
}

static int answered(struct crowd *w, struct client *c)
{
	int64_t now = cost_now();

	c->waits = false;
	w->waiting--;
	if (!w->until)
		return 0;
	if (w->n_times < MOST_TIMES)
		w->times[w->n_times++] = now - c->asked;
	w->answered++;
	w->in_time += now <= w->until;
	return now < w->until ? ask(w, c) : 0;
}

/* What has come must be the next bytes of the answer. */
static int hear(struct crowd *w, struct client *c)
{
	static char bytes[COST_BODY + 64];
	ssize_t n = recv(c->fd, bytes, sizeof bytes, 0);

	if (n < 0)
		return errno == EAGAIN ? 0 : errno;
	if (n == 0)
		return EPIPE;
	if (!c->waits || (size_t)n > w->answer_size - c->got ||
	    memcmp(bytes, w->answer + c->got, (size_t)n) != 0)
		return EPROTO;
	c->got += (size_t)n;
	return c->got == w->answer_size ? answered(w, c) : 0;
}

static int join(struct crowd *w, struct client *c)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				  .sin_port = htons((uint16_t)w->load->port) };
	struct linger at_once = { 1, 0 }; /* no port waits for a minute */
	int on = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (const struct sockaddr *)&to, sizeof to) ||
	    fcntl(c->fd, F_SETFL, O_NONBLOCK) ||
	    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) ||
	    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) ||
	    epoll_ctl(w->poll, EPOLL_CTL_ADD, c->fd, &ev))
		return errno;
	return ask(w, c);
}

/* --- all of them ------------------------------------------------------------------------------ */

static int turn(struct crowd *w)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(w->poll, events, EVENTS, 50), err = 0;

	for (int i = 0; i < n && !err; i++) {
		struct client *c = events[i].data.ptr;

		if (events[i].events & EPOLLOUT)
			err = send_rest(w, c);
		if (!err && events[i].events & ~(unsigned)EPOLLOUT)
			err = hear(w, c);
	}
	return err;
}

/* Until nobody waits for an answer. */
static int drain(struct crowd *w, int64_t until)
{
	int err = 0;

	while (w->waiting && !err)
		err = cost_now() < until ? turn(w) : ETIME;
	return err;
}

/* In batches, so that no backlog overflows. */
static int join_all(struct crowd *w, int *ret_connected)
{
	int64_t until = cost_now() + JOIN_NS;
	int err = 0, n = w->load->connections;

	for (int i = 0; i < n && !err;) {
		for (int batch = 0; batch < BATCH && i < n && !err; batch++, i++)
			err = join(w, &w->clients[i]);
		if (!err)
			err = drain(w, until);
		*ret_connected = i - w->waiting;
	}
	return err;
}

static int compare_times(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int press(struct crowd *w, struct cost_pressed *r)
{
	int64_t start = cost_now();
	int err = 0;

	w->until = start + w->load->ns;
	for (int i = 0; i < w->load->connections && !err; i++)
		err = ask(w, &w->clients[i]);
	while (!err && cost_now() < w->until)
		err = turn(w);
	if (!err)
		err = drain(w, w->until + DRAIN_NS);
	r->requests = (int64_t)w->answered;
	r->throughput = (double)w->in_time * 1e9 / (double)w->load->ns;
	if (w->in_time <
	    (size_t)w->load->connections) /* that would depend on where the time ends */
		r->throughput = (double)w->answered * 1e9 / (double)(cost_now() - start);
	if (w->n_times) {
		qsort(w->times, w->n_times, sizeof *w->times, compare_times);
		r->p99 = w->times[w->n_times * 99 / 100];
	}
	return err;
}

static int prepare(struct crowd *w)
{
	const struct cost_load *l = w->load;

	w->clients = calloc((size_t)l->connections, sizeof *w->clients);
	w->times = calloc(MOST_TIMES, sizeof *w->times);
	w->request = malloc(COST_LINE + l->size);
	w->answer = malloc(COST_LINE + l->size);
	w->poll = epoll_create1(EPOLL_CLOEXEC);
	if (!w->clients || !w->times || !w->request || !w->answer || w->poll < 0)
		return ENOMEM;
	w->request_size = (size_t)sprintf(w->request, "work %" PRIu64 " %zu\n", l->rounds, l->size);
	w->answer_size = (size_t)sprintf(w->answer, "done %08" PRIx32 " %zu\n",
					 cost_compute(l->rounds), l->size);
	for (size_t i = 0; i < l->size; i++)
		w->request[w->request_size++] = w->answer[w->answer_size++] = (char)('a' + i % 26);
	return 0;
}

/* --- the process ------------------------------------------------------------------------------ */

static void say(int to, const struct cost_pressed *r)
{
	if (write(to, r, sizeof *r) != sizeof *r)
		_exit(1);
}

static void wait_for_word(int word)
{
	char byte;

	if (read(word, &byte, 1) != 1)
		_exit(0);
}

_Noreturn static void run(const struct cost_load *load, int word, int to)
{
	struct cost_pressed r = { 0 };
	struct crowd w = { .load = load };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	tidy_not();
	signal(SIGINT, SIG_IGN);
	if (load->cpus && sched_setaffinity(0, sizeof *load->cpus, load->cpus))
		r.err = errno;
	if (!r.err)
		r.err = prepare(&w);
	if (!r.err)
		r.err = join_all(&w, &r.connected);
	say(to, &r);
	wait_for_word(word);
	if (!r.err)
		r.err = press(&w, &r);
	say(to, &r);
	wait_for_word(word); /* its end closes all connections */
	_exit(0);
}

static int hear_from(const struct cost_clients *c, struct cost_pressed *r, int64_t ns)
{
	struct pollfd fd = { .fd = c->said, .events = POLLIN };

	if (poll(&fd, 1, (int)(ns / 1000000)) <= 0)
		return -ETIME;
	return read(c->said, r, sizeof *r) == sizeof *r ? 0 : -EPIPE;
}

int cost_load_start(struct cost_clients *c, const struct cost_load *load)
{
	int word[2], said[2];
	struct cost_pressed r = { 0 };

	*c = (struct cost_clients){ .pid = -1, .word = -1, .said = -1, .ns = load->ns };
	if (pipe2(word, O_CLOEXEC))
		return -errno;
	if (pipe2(said, O_CLOEXEC)) {
		int err = -errno;

		close(word[0]), close(word[1]);
		return err;
	}
	fflush(NULL);
	c->pid = fork();
	if (!c->pid) {
		close(word[1]), close(said[0]);
		run(load, word[0], said[1]);
	}
	close(word[0]), close(said[1]);
	c->word = word[1];
	c->said = said[0];
	int err = c->pid < 0 ? -EAGAIN : hear_from(c, &r, JOIN_NS + SOME_NS);

	return err ? err : r.err && r.connected < load->connections ? -r.err : r.connected;
}

int cost_load_press(struct cost_clients *c, struct cost_pressed *ret)
{
	if (write(c->word, "g", 1) != 1)
		return -EPIPE;
	int err = hear_from(c, ret, c->ns + DRAIN_NS + SOME_NS);

	return err ? err : -ret->err;
}

void cost_load_stop(struct cost_clients *c)
{
	if (c->word >= 0)
		close(c->word);
	if (c->said >= 0)
		close(c->said);
	if (c->pid > 0) {
		kill(c->pid, SIGKILL);
		waitpid(c->pid, NULL, 0);
	}
	c->pid = -1;
}
