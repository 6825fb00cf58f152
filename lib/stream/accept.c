/* SPDX-License-Identifier: MIT
 * Accepting. An acceptor that finds a connection takes it. One that finds none joins the wait
 * queue, and the driver accepts for it (listener.c). TCP_NODELAY and keepalive are inherited from
 * the listener.
 */
#include <errno.h>
#include <sys/socket.h>

#include "stream/listener.h"
#include "base/misuse.h"
#include "base/sized.h"
#include "stream/stream.h"

int ci_accept_now(const cigo_listener *l)
{
	int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

/* Whether a connection broke in the backlog, see accept(2): the next one may be sound. */
static bool is_passing(int err)
{
	switch (err) {
	case -EINTR:
	case -ECONNABORTED:
	case -EPROTO:
	case -ENOPROTOOPT:
	case -ENETDOWN:
	case -ENETUNREACH:
	case -EHOSTDOWN:
	case -EHOSTUNREACH:
	case -ENONET: return true;
	default: return false;
	}
}

/* An acceptor of a broken connection tries again at once, or goes back to its place. */
static int accept_in_loop(cigo_ctx *ctx, struct ci_coroutine *me, cigo_listener *l)
{
	uint64_t ticket = l->tickets++;
	int fd;

	do {
		fd = ci_park_refuse(ctx, me);
		if (fd)
			return fd;
		if (ci_listener_stopped(l))
			return CIGO_ECLOSED;
		fd = ci_listener_is_first(l, ticket) ? ci_accept_now(l) : -EAGAIN;
		if (fd == -EAGAIN)
			fd = ci_listener_wait(ctx, me, l, ticket);
		else
			ci_park_pass(me);
	} while (is_passing(fd));
	return fd;
}

static int accept_in_thread(cigo_ctx *ctx, const cigo_listener *l)
{
	for (;;) {
		int err = ci_ctx_cause(ctx);
		if (err)
			return err;
		if (ci_listener_stopped(l))
			return CIGO_ECLOSED;
		struct pollfd p = { .fd = l->fd, .events = POLLIN };
		int fd = ci_accept_now(l);
		if (fd >= 0)
			return fd;
		if (fd == -EAGAIN)
			err = ci_ctx_block(ctx, &p, 1, CIGO_NEVER);
		else if (!is_passing(fd))
			return ci_listener_stopped(l) ? CIGO_ECLOSED : fd;
		if (err < 0)
			return err;
	}
}

int ci_accept(cigo_ctx *ctx, struct ci_coroutine *me, cigo_listener *l, cigo_stream **ret)
{
	int fd = -1;

	if (me) {
		fd = accept_in_loop(ctx, me, l);
	} else {
		__atomic_add_fetch(&l->threads, 1,
				   __ATOMIC_SEQ_CST); /* before this thread reads `stopped` */
		fd = accept_in_thread(ctx, l);
		__atomic_sub_fetch(&l->threads, 1, __ATOMIC_SEQ_CST);
	}
	if (fd < 0)
		return fd;
	*ret = ci_stream_new(fd, false);
	return *ret ? 0 : -ENOMEM;
}

static cigo_accept_options options_of(const cigo_accept_options *given)
{
	cigo_accept_options o = { .size = sizeof o };

	if (given)
		CI_SIZED_TAKE(cigo_accept_options, &o, given);
	ci_expect(!(o.flags & ~(unsigned)CIGO_ACCEPT_NO_NODELAY), "no such flags: %#x", o.flags);
	return o;
}

static int accept_with(cigo_ctx *ctx, cigo_listener *l, const cigo_accept_options *options,
		       cigo_stream **ret)
{
	cigo_accept_options o = options_of(options);

	ci_expect(ret, "nowhere to put the stream");
	*ret = NULL;
	if (!ctx || !l)
		return -ENOMEM;
	int err = ci_accept(ctx, ci_listener_enter(ctx, l), l, ret);
	if (!err)
		ci_stream_tune(*ret, o.flags & CIGO_ACCEPT_NO_NODELAY, o.keepalive_ns);
	ci_listener_leave(l);
	return err;
}

int cigo_accept(cigo_ctx *ctx, cigo_listener *l, cigo_stream **ret)
{
	CI_ENTRY;
	return accept_with(ctx, l, NULL, ret);
}

int cigo_accept_with(cigo_ctx *ctx, cigo_listener *l, const cigo_accept_options *options,
		     cigo_stream **ret)
{
	CI_ENTRY;
	return accept_with(ctx, l, options, ret);
}
