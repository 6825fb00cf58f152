/* SPDX-License-Identifier: MIT
 * Connecting. TCP addresses are raced as RFC 8305 says: the next one is tried a while after the last,
 * or as soon as that has failed; the first connection wins and the others are closed.
 */
#include "cigo/dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "stream/address.h"
#include "base/misuse.h"
#include "base/sized.h"
#include "stream/stream.h"
#include "schedule/serial.h"

#define UNIX_RETRY CIGO_MS(5)

struct race;

struct attempt {
	struct ci_fd_watcher watch;
	struct race *race;
	int fd;	   /* -1: failed, or not yet begun */
	bool look; /* the poller says that something has happened */
};

struct race {
	struct ci_coroutine *me; /* NULL: a plain thread */
	struct ci_park park;
	struct attempt attempts[CI_ADDRESSES];
	int n, begun;
	int64_t stagger; /* between two attempts */
	int err;	 /* of the last that failed */
};

static void give_up(struct attempt *a, int err)
{
	ci_fd_watcher_close(&a->watch);
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
	a->race->err = err;
}

static void ready(struct ci_fd_watcher *w, unsigned events)
{
	struct attempt *a = ci_container_of(w, struct attempt, watch);

	(void)events;
	a->look = true;
	ci_park_wake(&a->race->park);
}

/* Begins to connect. True: connected already. */
static bool begin(struct race *r, const struct ci_address *to)
{
	struct attempt *a = &r->attempts[r->begun++];
	int one = 1;

	*a = (struct attempt){ .race = r, .watch.ready = ready };
	ci_list_init(&a->watch.link);
	a->fd = socket(to->addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (a->fd < 0) {
		give_up(a, -errno);
		return false;
	}
	if (to->addr.ss_family != AF_UNIX)
		setsockopt(a->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (!connect(a->fd, (const struct sockaddr *)&to->addr, to->size))
		return true;
	if (errno != EINPROGRESS && errno != EINTR) {
		give_up(a, -errno);
		return false;
	}
	a->watch.fd = a->fd;
	int err = r->me ? ci_fd_watcher_open(r->me->loop, &a->watch) : 0;
	if (!err && r->me)
		err = ci_fd_watcher_want(&a->watch, CIGO_WRITE);
	if (err)
		give_up(a, err);
	return false;
}

/* The outcome of an attempt, once something has happened. True: connected. */
static bool connected(struct attempt *a)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof peer, error_size = sizeof(int);
	int err = 0;

	a->look = false;
	if (getsockopt(a->fd, SOL_SOCKET, SO_ERROR, &err, &error_size) || err) {
		give_up(a, err ? -err : -errno);
		return false;
	}
	return getpeername(a->fd, (struct sockaddr *)&peer, &size) == 0;
}

/* Waits until an attempt has news, at most for ns. */
static int wait_for_news(cigo_ctx *ctx, struct race *r, int64_t ns)
{
	struct pollfd fds[CI_ADDRESSES];

	if (r->me) {
		int err = ci_park_in(ctx, r->me, NULL, ci_park_until(r->me, ns), &r->park);
		return r->park.state == CI_PARK_EXPIRED ? 0 : err;
	}
	for (int i = 0; i < r->begun; i++)
		fds[i] = (struct pollfd){ .fd = r->attempts[i].fd, .events = POLLOUT };
	int n = ci_ctx_block(ctx, fds, (nfds_t)r->begun, ci_clock_add(ci_turn_clock(), ns));
	for (int i = 0; i < r->begun; i++)
		r->attempts[i].look = n > 0 && fds[i].revents;
	return n < 0 ? n : 0;
}

/* Looks at attempts with news. The winner; NULL: none yet. *ret_pending counts the undecided. */
static struct attempt *inspect(struct race *r, int *ret_pending)
{
	*ret_pending = 0;
	for (int i = 0; i < r->begun; i++) {
		struct attempt *a = &r->attempts[i];

		if (a->fd >= 0 && a->look && connected(a))
			return a;
		*ret_pending += a->fd >= 0;
	}
	return NULL;
}

/* Runs until an attempt is connected or all have failed. Every round begins another attempt, as the
 * one before has failed or has had its time. */
static int run_race(cigo_ctx *ctx, struct race *r, const struct ci_address *to,
		    struct attempt **ret_winner)
{
	for (;;) {
		struct attempt *next = &r->attempts[r->begun];
		int pending;

		if (r->begun < r->n && begin(r, &to[r->begun])) {
			*ret_winner = next;
			return 0;
		}
		*ret_winner = inspect(r, &pending);
		if (*ret_winner)
			return 0;
		if (!pending && r->begun == r->n)
			return r->err;
		if (!pending)
			continue;
		int err = wait_for_news(ctx, r, r->begun < r->n ? r->stagger : CIGO_NEVER);
		if (err)
			return err;
		*ret_winner = inspect(r, &pending);
		if (*ret_winner)
			return 0;
	}
}

static int connect_any(cigo_ctx *ctx, struct ci_coroutine *me, const struct ci_address *to, int n,
		       int64_t stagger, cigo_stream **ret)
{
	struct race r = { .me = me, .n = n, .stagger = stagger };
	struct attempt *winner = NULL;
	int fd = -1, err = run_race(ctx, &r, to, &winner);

	if (winner) {
		fd = winner->fd;
		winner->fd = -1;
	}
	for (int i = 0; i < r.begun; i++)
		give_up(&r.attempts[i], 0);
	if (!winner)
		return err;
	*ret = ci_stream_new(fd, false);
	return *ret ? 0 : -ENOMEM;
}

static int dial_tcp(cigo_ctx *ctx, struct ci_coroutine *me, int family, const char *address,
		    int64_t stagger, cigo_stream **ret)
{
	struct ci_address to[CI_ADDRESSES];
	int n = ci_lookup(ctx, me, family, address, false, to);

	return n < 0 ? n : connect_any(ctx, me, to, n, stagger, ret);
}

/* A unix socket with a full backlog says EAGAIN and cannot be waited for: so this tries again. */
static int dial_unix(cigo_ctx *ctx, struct ci_coroutine *me, const char *path, cigo_stream **ret)
{
	struct race nothing = { .me = me };
	struct ci_address to;
	int err = ci_address_unix(path, &to);

	while (!err && (err = connect_any(ctx, me, &to, 1, 0, ret)) == -EAGAIN)
		err = wait_for_news(ctx, &nothing, UNIX_RETRY);
	return err;
}

static int dial(cigo_ctx *ctx, struct ci_coroutine *me, const char *network, const char *address,
		int64_t stagger, cigo_stream **ret)
{
	if (strcmp(network, "tcp") == 0)
		return dial_tcp(ctx, me, AF_UNSPEC, address, stagger, ret);
	if (strcmp(network, "tcp4") == 0)
		return dial_tcp(ctx, me, AF_INET, address, stagger, ret);
	if (strcmp(network, "tcp6") == 0)
		return dial_tcp(ctx, me, AF_INET6, address, stagger, ret);
	if (strcmp(network, "unix") == 0)
		return dial_unix(ctx, me, address, ret);
	return -EINVAL;
}

static cigo_dial_options options_of(const cigo_dial_options *given)
{
	cigo_dial_options o = { .size = sizeof o };

	if (given)
		CI_SIZED_TAKE(cigo_dial_options, &o, given);
	ci_expect(!(o.flags & ~(unsigned)CIGO_DIAL_NO_NODELAY), "no such flags: %#x", o.flags);
	if (!o.stagger_ns)
		o.stagger_ns = CIGO_MS(250); /* as RFC 8305 says */
	else if (o.stagger_ns < 0)
		o.stagger_ns = 0;
	return o;
}

int ci_dial(cigo_ctx *ctx, const char *network, const char *address,
	    const cigo_dial_options *options, cigo_stream **ret)
{
	cigo_dial_options o = options_of(options);
	struct ci_coroutine *me;

	ci_expect(ret, "nowhere to put the stream");
	*ret = NULL;
	if (!ctx)
		return -ENOMEM;
	if (!network || !address)
		return -EINVAL;
	int err = ci_park_begin(ctx, &me);
	if (err)
		return err;
	err = dial(ctx, me, network, address, o.stagger_ns, ret);
	if (!err && strcmp(network, "unix") != 0)
		ci_stream_tune(*ret, o.flags & CIGO_DIAL_NO_NODELAY, o.keepalive_ns);
	ci_park_pass(me);
	return err;
}

int cigo_dial(cigo_ctx *ctx, const char *network, const char *address, cigo_stream **ret)
{
	CI_ENTRY;
	return ci_dial(ctx, network, address, NULL, ret);
}

int cigo_dial_with(cigo_ctx *ctx, const char *network, const char *address,
		   const cigo_dial_options *options, cigo_stream **ret)
{
	CI_ENTRY;
	return ci_dial(ctx, network, address, options, ret);
}
