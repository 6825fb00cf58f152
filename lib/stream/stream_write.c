/* SPDX-License-Identifier: MIT
 * The output queue of a stream: messages, whole and in order, some copied (send), some lent by a
 * writer that waits. When the descriptor becomes writable, the driver writes on.
 * Invariant: only the first message may be partly written. A begun message is always finished: if
 * its writer leaves, its rest is copied.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/misuse.h"
#include "thread/nosig.h"
#include "stream/stream.h"
#include "schedule/serial.h"

struct ci_output {
	struct ci_list link;
	const char *data;
	size_t size, done;
	struct writer *writer; /* NULL: a copy, and the message is allocated */
};

struct writer {
	struct ci_stream_wait wait;
	struct ci_output message;
	int err; /* valid once woken */
};

/* --- the queue ------------------------------------------------------------------------------- */

static void emptied(cigo_stream *s)
{
	if (s->shut && !s->error && !s->send_error)
		ci_stream_end_writes(s);
	ci_park_wake_all(&s->flushers);
	ci_stream_want(s);
	if (s->lingers)
		ci_stream_end_linger(s);
}

/* Takes m out; its writer gets err. */
static void discard(cigo_stream *s, struct ci_output *m, int err)
{
	ci_list_unlink(&m->link);
	if (m->writer) {
		m->writer->err = err;
		ci_park_wake(&m->writer->wait.park);
	} else {
		s->unsent -= m->size - m->done;
		free(m);
	}
}

void ci_stream_drop(cigo_stream *s, int err)
{
	while (!ci_list_empty(&s->queue))
		discard(s, ci_list_first(&s->queue, struct ci_output, link), err);
	emptied(s);
}

static struct ci_output *copy_of(const char *data, size_t n)
{
	struct ci_output *m = n > PTRDIFF_MAX / 2 ? NULL : malloc(sizeof *m + n);

	if (m) {
		*m = (struct ci_output){ .data = (char *)(m + 1), .size = n };
		ci_list_init(&m->link);
		memcpy(m + 1, data, n);
	}
	return m;
}

int ci_stream_queue_copy(cigo_stream *s, const void *data, size_t n)
{
	struct ci_output *m = copy_of(data, n);

	if (!m)
		return -ENOMEM;
	s->unsent += n;
	ci_list_append(&s->queue, &m->link);
	return 0;
}

/* The writer of m leaves. If m was begun, a copy of its rest stays in the queue. */
static void release(cigo_stream *s, struct ci_output *m)
{
	struct ci_output *rest = NULL;

	if (m->done) {
		rest = copy_of(m->data + m->done, m->size - m->done);
		if (rest) {
			ci_list_add_before(&m->link, &rest->link);
			s->unsent += rest->size;
		} else {
			s->send_error = -ENOMEM; /* the peer got half a message: no more writes */
		}
	}
	ci_list_unlink(&m->link);
	if (s->send_error)
		ci_stream_drop(s, s->send_error);
	else if (ci_list_empty(&s->queue))
		emptied(s);
}

void ci_stream_release_writers(cigo_stream *s, int err)
{
	ci_list_each(node, &s->queue) {
		struct ci_output *m = ci_list_entry(node, struct ci_output, link);
		struct writer *w = m->writer;

		if (!w)
			continue;
		w->err = err;
		release(s, m);
		ci_park_wake(&w->wait.park);
		if (s->send_error)
			return; /* all messages were dropped */
	}
}

/* One write. Returns true to go on. */
static bool write_some(cigo_stream *s, struct ci_output *m)
{
	ssize_t n = ci_nosig_write(s->fd, s->socket, m->data + m->done, m->size - m->done);

	if (n == -EINTR)
		return true;
	if (n == -EAGAIN) {
		ci_stream_want(s);
		return false;
	}
	if (n < 0) {
		s->send_error = (int)n;
		return false;
	}
	m->done += (size_t)n;
	if (!m->writer)
		s->unsent -= (size_t)n;
	if (m->done == m->size)
		discard(s, m, 0);
	return true;
}

void ci_stream_pump(cigo_stream *s)
{
	if (s->writing)
		return;
	while (!ci_list_empty(&s->queue))
		if (!write_some(s, ci_list_first(&s->queue, struct ci_output, link)))
			break;
	if (s->send_error)
		ci_stream_drop(s, s->send_error);
	else if (ci_list_empty(&s->queue))
		emptied(s);
}

/* --- writing --------------------------------------------------------------------------------- */

/* Writes what the descriptor takes now; *ret_done counts. 0: all; -EAGAIN: not all; an error. */
static int write_now(cigo_stream *s, const char *data, size_t n, size_t *ret_done)
{
	while (*ret_done < n) {
		ssize_t some = ci_nosig_write(s->fd, s->socket, data + *ret_done, n - *ret_done);

		if (some >= 0)
			*ret_done += (size_t)some;
		else if (some != -EINTR)
			return (int)some;
	}
	return 0;
}

/* The same; in the preemptive model the loop's other coroutines go on meanwhile. Before the caller
 * waits, it tries again inside the lock: the driver may have been told just now that the descriptor
 * has room. */
static int write_beside(const struct ci_coroutine *me, cigo_stream *s, const char *data, size_t n,
			size_t *ret_done)
{
	int err;

	s->sending = true;
	CI_BESIDE(err = write_now(s, data, n, ret_done));
	s->sending = false;
	if (err == -EAGAIN && !me->loop->model->exclusive)
		err = write_now(s, data, n, ret_done);
	return err;
}

static void withdraw(struct ci_park *p)
{
	struct writer *w = ci_container_of(ci_container_of(p, struct ci_stream_wait, park),
					   struct writer, wait);

	release(w->wait.stream, &w->message);
}

static int write_queued(cigo_ctx *ctx, struct ci_coroutine *me, cigo_stream *s, const char *data,
			size_t n, size_t done)
{
	struct writer w = {
		.wait = { { .withdraw = withdraw, .describe = ci_stream_describe }, s },
		.message = { .data = data, .size = n, .done = done, .writer = &w },
	};

	ci_list_append(&s->queue, &w.message.link);
	int err = ci_stream_watch(s, me->loop);
	if (err) {
		release(s, &w.message);
		return err;
	}
	ci_stream_want(s);
	err = ci_park_in(ctx, me, NULL, ci_park_until(me, s->timeout), &w.wait.park);
	return err ? err : w.err;
}

static int write_in_loop(cigo_ctx *ctx, struct ci_coroutine *me, cigo_stream *s, const char *data,
			 size_t n)
{
	size_t done = 0;
	int err = ci_list_empty(&s->queue) ? write_beside(me, s, data, n, &done) : -EAGAIN;

	if (err == -EAGAIN)
		return write_queued(ctx, me, s, data, n, done);
	if (err)
		s->send_error = err;
	else
		ci_park_pass(me);
	return err;
}

/* Slow descriptors: in a blocking section, one writer at a time. */
static int write_slowly(cigo_ctx *ctx, struct ci_coroutine *me, cigo_stream *s, const char *data,
			size_t n)
{
	struct ci_stream_wait w = { .park.describe = ci_stream_describe, .stream = s };
	size_t done = 0;
	int err = 0;

	while (!err && s->writing)
		err = ci_park_in(ctx, me, &s->turns, ci_park_until(me, s->timeout), &w.park);
	if (err || s->error)
		return err ? err : s->error;
	s->writing = true;
	ci_section_begin(me);
	while ((err = write_now(s, data, n, &done)) == -EAGAIN)
		cigo_ignore(ci_ctx_block(cigo_ctx_background(),
					 &(struct pollfd){ .fd = s->fd, .events = POLLOUT }, 1,
					 CIGO_NEVER));
	ci_section_end(me);
	s->writing = false;
	if (err)
		s->send_error = err;
	ci_stream_pump(s); /* writes what was sent meanwhile */
	struct ci_park *next = ci_park_first(&s->turns);
	if (next)
		ci_park_wake(next);
	return err;
}

int ci_stream_block_flush(cigo_ctx *ctx, cigo_stream *s, int64_t until)
{
	int err = 0;

	while (!err && !s->send_error && !ci_list_empty(&s->queue)) {
		ci_stream_pump(s);
		if (!ci_list_empty(&s->queue))
			err = ci_stream_block(ctx, s, POLLOUT, until);
	}
	return err ? err : s->send_error;
}

static int write_in_thread(cigo_ctx *ctx, cigo_stream *s, const char *data, size_t n)
{
	int64_t until = ci_clock_add(ci_turn_clock(), s->timeout);
	size_t done = 0;
	int err = ci_ctx_cause(ctx);

	if (!err)
		err = ci_stream_block_flush(ctx, s, until);
	if (err)
		return err;
	while ((err = write_now(s, data, n, &done)) == -EAGAIN) {
		err = ci_stream_block(ctx, s, POLLOUT, until);
		if (err) { /* cancelled in the middle: the rest goes out before the next message */
			if (done && ci_stream_queue_copy(s, data + done, n - done))
				s->send_error = -ENOMEM;
			return err;
		}
	}
	s->send_error = err;
	return err;
}

ssize_t ci_stream_write(cigo_ctx *ctx, cigo_stream *s, const void *data, size_t n)
{
	if (!ctx || !s)
		return -ENOMEM;
	ci_expect((data || !n) && n <= SSIZE_MAX, "no data");
	struct ci_coroutine *me = ci_stream_enter(ctx, s);
	ci_stream_settle_writes(s);
	int err = me ? ci_park_refuse(ctx, me) : 0;
	if (!err)
		err = s->error ? s->error : s->send_error ? s->send_error : s->shut ? -EPIPE : 0;
	if (!err && n)
		err = !me	? write_in_thread(ctx, s, data, n)
		      : s->slow ? write_slowly(ctx, me, s, data, n)
				: write_in_loop(ctx, me, s, data, n);
	ci_stream_leave(s);
	return err ? err : (ssize_t)n;
}

ssize_t cigo_stream_write(cigo_ctx *ctx, cigo_stream *s, const void *data, size_t n)
{
	CI_ENTRY;
	return ci_stream_write(ctx, s, data, n);
}
