/* SPDX-License-Identifier: MIT
 * The life of a stream, its registration, and the calls that are neither read nor write.
 */
#include "stream/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/misuse.h"
#include "task/wait_info.h"
#include "schedule/serial.h"

enum { MOST_UNSENT = 16 << 20 };
#define LINGER CIGO_S(5)

/* --- life ------------------------------------------------------------------------------------ */

static void ready(struct ci_fd_watcher *w, unsigned events)
{
	cigo_stream *s = ci_container_of(w, cigo_stream, watch);

	if (events & CI_HANGUP)
		s->hangup = true;
	if (events & CIGO_READ) {
		s->drained = false;
		ci_stream_carry_on(s);
	}
	if (events & CIGO_WRITE && !ci_list_empty(&s->queue))
		ci_stream_write_on(s); /* the last thing: it may free a lingering stream */
}

/* The loop has ended and no longer watches the descriptor. Lingering has ended before. What was
 * written to a stream that nobody has closed still goes out. */
static void gone(struct ci_fd_watcher *w, int64_t until)
{
	cigo_stream *s = ci_container_of(w, cigo_stream, watch);

	s->drained = false;
	if (!s->error && !s->closed)
		cigo_ignore(ci_stream_block_flush(cigo_ctx_background(), s, until));
}

cigo_stream *ci_stream_new(int fd, bool own)
{
	cigo_stream *s = calloc(1, sizeof *s);
	struct stat st;
	int type;

	if (!s) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	s->fd = fd;
	s->timeout = CIGO_NEVER;
	s->limit = CI_STREAM_LIMIT;
	s->watch.fd = fd;
	s->watch.own = own;
	s->watch.ready = ready;
	s->watch.gone = gone;
	ci_list_init(&s->watch.link);
	ci_list_init(&s->reader);
	ci_list_init(&s->more.link);
	s->more.where = CI_HERE;
	s->more.ops = &ci_stream_again;
	ci_stream_queue_init(s);
	ci_list_init(&s->flushers);
	ci_list_init(&s->turns);
	if (fd < 0 || fstat(fd, &st)) {
		s->error = fd < 0 ? -EBADF : -errno;
		if (s->error != -EBADF)
			close(fd);
		s->fd = -1;
		return s;
	}
	socklen_t size = sizeof type;
	s->socket = S_ISSOCK(st.st_mode);
	s->slow = S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) || S_ISBLK(st.st_mode);
	s->drains = S_ISFIFO(st.st_mode) ||
		    (s->socket && !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) &&
		     type == SOCK_STREAM);
	s->gathers = s->drains;
	return s;
}

cigo_stream *cigo_stream_open(int fd)
{
	CI_ENTRY;
	cigo_stream *s = ci_stream_new(fd, false);

	if (!s || s->error)
		return s;
	int flags = fcntl(fd, F_GETFL);
	if ((flags & O_ACCMODE) == O_RDONLY || (flags & O_DIRECT && !s->socket))
		s->gathers = false; /* a write fails; it is one packet of a pipe (pipe2(2)) */
	if (flags < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
		s->error = -errno;
	} else if (!s->slow && !(flags & O_NONBLOCK)) {
		s->unblock = true; /* other processes may share the open file: a terminal, say */
		if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
			s->error = -errno;
	}
	return s;
}

static void close_fd(cigo_stream *s)
{
	ci_fd_watcher_close(&s->watch);
	if (s->fd < 0)
		return;
	if (s->unblock) {
		int flags = fcntl(s->fd, F_GETFL);
		if (flags >= 0)
			fcntl(s->fd, F_SETFL, flags & ~O_NONBLOCK);
	}
	close(s->fd);
	s->fd = -1;
}

static void free_if_unused(cigo_stream *s)
{
	if (!s->closed || s->inside)
		return;
	close_fd(s);
	free(s->buffer);
	free(s->spare);
	free(s);
}

void ci_stream_check(const cigo_stream *s)
{
	const cigo_loop *loop = ci_list_linked(&s->burst.link) ? s->burst.loop : s->watch.loop;

	if (loop && !ci_holds(loop))
		ci_misuse("the stream is in use by a loop whose baton this thread does "
			  "not hold");
}

struct ci_coroutine *ci_stream_enter(const cigo_ctx *ctx, cigo_stream *s)
{
	struct ci_coroutine *me = ci_park_enter(ctx);

	ci_stream_check(s);
	s->inside++;
	return me;
}

void ci_stream_leave(cigo_stream *s)
{
	s->inside--;
	free_if_unused(s);
}

void ci_stream_settle_writes(const cigo_stream *s)
{
	while (s->sending)
		CI_UNLOCKED(sched_yield());
}

/* The same for recv(2). */
static void settle(const cigo_stream *s)
{
	while (s->receiving || s->sending)
		CI_UNLOCKED(sched_yield());
}

/* The reader has been woken: waits until its thread has left poll(2), which keeps the file open. */
static void settle_poll(const cigo_stream *s)
{
	while (s->polled)
		CI_UNLOCKED(sched_yield());
}

void ci_stream_end_writes(cigo_stream *s)
{
	if (s->socket)
		shutdown(s->fd, SHUT_WR); /* if the peer has gone already, that does not matter */
	else if ((fcntl(s->fd, F_GETFL) & O_ACCMODE) == O_WRONLY)
		close_fd(s);
}

void ci_stream_end_linger(cigo_stream *s)
{
	cigo_loop *loop = s->watch.loop;

	s->lingers = false;
	ci_timer_disarm(loop, &s->linger);
	loop->kept--;
	close_fd(s);
	ci_stream_leave(s);
}

/* --- waiting --------------------------------------------------------------------------------- */

/* Whether the calling coroutine may wait for bytes without the driver, which has nothing to write.
 * Others than sockets and pipes may not support poll(2). */
static bool is_own(const cigo_stream *s)
{
	struct ci_coroutine *me = ci_self.me;

	return s->drains && ci_list_empty(&s->queue) && me && me->loop->model->waits_itself &&
	       me->loop->model->waits_itself(me);
}

int ci_stream_watch(cigo_stream *s, cigo_loop *loop)
{
	if (s->watch.loop)
		return 0;
	s->watch.quiet = s->reading && is_own(s);
	int err = ci_fd_watcher_open(loop, &s->watch);
	if (err == -EPERM) {
		s->slow = true;
		return 0;
	}
	return err == -EEXIST ? -EBUSY : err; /* the user waits for the same descriptor */
}

void ci_stream_want(cigo_stream *s)
{
	if (!s->watch.loop)
		return;
	if (!ci_list_empty(&s->queue))
		ci_fd_watcher_quiet(&s->watch, false);
	cigo_ignore(ci_fd_watcher_want(&s->watch,
				       (s->reading && s->drained ? CIGO_READ : 0u) |
					       (ci_list_empty(&s->queue) ? 0u : CIGO_WRITE)));
}

/* On the reader's own thread. */
static void own_ready(struct ci_own_wait *own)
{
	struct ci_stream_wait *w = ci_container_of(own, struct ci_stream_wait, own);

	w->stream->drained = false;
	ci_park_wake(&w->park);
}

int ci_stream_park_reader(cigo_ctx *ctx, struct ci_coroutine *me, struct ci_stream_reading *r)
{
	cigo_stream *s = r->wait.stream;

	ci_fd_watcher_quiet(&s->watch, is_own(s));
	ci_stream_want(s);
	if (s->watch.quiet) {
		r->wait.own = (struct ci_own_wait){ s->fd, POLLIN | POLLRDHUP, own_ready };
		me->own = &r->wait.own;
		s->polled = true;
	}
	int err = ci_park_in(ctx, me, &s->reader, ci_park_until(me, s->timeout), &r->wait.park);
	me->own = NULL;
	s->polled = false;
	return err;
}

void ci_stream_describe(const struct ci_park *p, struct ci_wait_info *ret)
{
	ret->fd = ci_container_of(p, struct ci_stream_wait, park)->stream->fd;
}

int ci_stream_block(cigo_ctx *ctx, const cigo_stream *s, short events, int64_t until)
{
	struct pollfd p = { .fd = s->fd, .events = events };
	int err = ci_ctx_block(ctx, &p, 1, until);

	return err < 0 ? err : err ? 0 : -ETIMEDOUT;
}

/* --- sending, flushing ----------------------------------------------------------------------- */

int cigo_stream_send(cigo_stream *s, const void *data, size_t n)
{
	CI_ENTRY;
	if (!s)
		return -ENOMEM;
	ci_stream_check(s);
	ci_stream_settle_writes(s);
	ci_expect(data || !n, "no data");
	int err = s->error ? s->error : ci_stream_tell(s);
	if (err)
		return err;
	if (s->shut)
		return -EPIPE;
	if (n > MOST_UNSENT || s->unsent > MOST_UNSENT - n) /* the rest of a write may be more */
		return -ENOBUFS;
	if (n && ci_stream_accept(s, ci_self.held, data, n))
		return 0;
	err = n ? ci_stream_queue_copy(s, data, n) : 0;
	if (err)
		return err;
	ci_stream_pump(s);
	if (!ci_list_empty(&s->queue) && ci_self.held && !s->slow) {
		err = ci_stream_watch(s, ci_self.held);
		ci_stream_want(s);
	}
	return err ? err : ci_stream_tell(s);
}

static int flush_in_loop(cigo_ctx *ctx, struct ci_coroutine *me, cigo_stream *s)
{
	struct ci_stream_wait w = { .park.describe = ci_stream_describe, .stream = s };
	int err = ci_park_refuse(ctx, me);

	ci_stream_settle_writes(s);
	if (!err && ci_list_linked(&s->burst.link))
		ci_stream_pump(s);
	while (!err && !s->error && !s->send_error && !ci_list_empty(&s->queue)) {
		err = s->slow ? 0 : ci_stream_watch(s, me->loop);
		if (err)
			break;
		ci_stream_want(s);
		err = ci_park_in(ctx, me, &s->flushers, ci_park_until(me, s->timeout), &w.park);
	}
	return err;
}

int cigo_stream_flush(cigo_ctx *ctx, cigo_stream *s)
{
	CI_ENTRY;
	if (!ctx || !s)
		return -ENOMEM;
	struct ci_coroutine *me = ci_stream_enter(ctx, s);
	int err = me ? flush_in_loop(ctx, me, s)
		     : ci_stream_block_flush(ctx, s, ci_clock_add(ci_turn_clock(), s->timeout));
	if (!err)
		err = s->error ? s->error : ci_stream_tell(s);
	ci_stream_leave(s);
	ci_park_pass(me);
	return err;
}

CIGO_PRINTF(3, 0)
static ssize_t print(cigo_ctx *ctx, cigo_stream *s, const char *format, va_list ap)
{
	char *text = NULL;
	int n = vasprintf(&text, format, ap);

	if (n < 0)
		return -ENOMEM;
	ssize_t done = ci_stream_write(ctx, s, text, (size_t)n);
	free(text);
	return done;
}

ssize_t cigo_stream_printf_v(cigo_ctx *ctx, cigo_stream *s, const char *format, va_list ap)
{
	CI_ENTRY;
	return print(ctx, s, format, ap);
}

ssize_t cigo_stream_printf(cigo_ctx *ctx, cigo_stream *s, const char *format, ...)
{
	CI_ENTRY;
	va_list ap;

	va_start(ap, format);
	ssize_t done = print(ctx, s, format, ap);
	va_end(ap);
	return done;
}

int cigo_stream_fd(const cigo_stream *s)
{
	CI_ENTRY;
	return s ? s->fd : -1;
}

/* --- ending ---------------------------------------------------------------------------------- */

int cigo_stream_shutdown(cigo_stream *s)
{
	CI_ENTRY;
	if (!s)
		return -ENOMEM;
	ci_stream_check(s);
	ci_stream_settle_writes(s);
	if (s->error || s->shut)
		return s->error;
	s->shut = true;
	ci_stream_pump(s);
	return ci_stream_tell(s);
}

static void wake_all(cigo_stream *s)
{
	ci_park_wake_all(&s->reader);
	ci_park_wake_all(&s->flushers);
	ci_park_wake_all(&s->turns);
}

void cigo_stream_abort(cigo_stream *s, int reason)
{
	CI_ENTRY;
	if (!s)
		return;
	ci_stream_check(s);
	settle(s);
	ci_expect(reason <= 0, "the reason %d is not an error (< 0)", reason);
	if (!s->error)
		s->error = reason ? reason : -ECANCELED;
	ci_stream_drop(s, s->error);
	wake_all(s);
}

static void lingered(cigo_loop *loop, struct ci_timer *t)
{
	(void)loop;
	ci_stream_drop(ci_container_of(t, cigo_stream, linger), -ETIMEDOUT);
}

/* Closed, but something is unsent: the loop still writes it, and does not end before. */
static void linger(cigo_stream *s)
{
	cigo_loop *loop = s->watch.loop;

	s->inside++;
	s->lingers = true;
	loop->kept++;
	ci_timer_arm(loop, &s->linger, ci_clock_add(ci_engine_now(loop), LINGER), lingered);
	ci_stream_want(s);
}

void ci_stream_close(cigo_stream *s)
{
	if (!s)
		return;
	ci_stream_check(s);
	settle(s);
	ci_expect(!s->closed, "it was closed before");
	s->inside++;
	ci_stream_release_writers(s, -ECANCELED);
	if (ci_list_linked(&s->burst.link))
		ci_stream_pump(s);
	if (!s->error && !ci_list_empty(&s->queue) && !s->slow) {
		if (!s->watch.loop && ci_self.held)
			cigo_ignore(ci_stream_watch(s, ci_self.held));
		if (s->watch.loop)
			linger(s);
		else /* the caller waits, as there is no loop that could */
			cigo_ignore(ci_stream_block_flush(cigo_ctx_background(), s,
							  ci_clock_add(ci_turn_clock(), LINGER)));
	}
	s->closed = true;
	if (!s->error)
		s->error = -ECANCELED;
	wake_all(s);
	settle_poll(s);
	bool in_section = s->writing || (s->slow && s->reading); /* then its call closes it */
	if (!s->lingers && !in_section) {
		ci_stream_drop(s, -ECANCELED);
		close_fd(s);
	}
	ci_stream_leave(s);
}

void cigo_stream_close(cigo_stream *s)
{
	CI_ENTRY;
	ci_stream_close(s);
}
