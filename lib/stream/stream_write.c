/* SPDX-License-Identifier: MIT
 * Writing: into the queue, to the descriptor at once, or in a wait. A writer that waits lends its
 * bytes to the queue; if it leaves when its message is begun, the rest is copied.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "base/misuse.h"
#include "schedule/serial.h"
#include "stream/stream_queue.h"
#include "thread/nosig.h"

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
	struct ci_writer *w = ci_container_of(ci_container_of(p, struct ci_stream_wait, park),
					      struct ci_writer, wait);

	ci_stream_release(w->wait.stream, &w->message);
}

/* Parks until the driver has written the message, which the caller has queued. */
static int wait_for_end(cigo_ctx *ctx, struct ci_coroutine *me, cigo_stream *s, struct ci_writer *w)
{
	int err = ci_stream_watch(s, me->loop);

	if (err) {
		ci_stream_release(s, &w->message);
		return err;
	}
	ci_stream_want(s);
	err = ci_park_in(ctx, me, NULL, ci_park_until(me, s->timeout), &w->wait.park);
	return err ? err : w->err;
}

/* Behind what is queued. Unless the driver waits for the descriptor already, all of that is written
 * now, in one system call with this message. */
static int write_queued(cigo_ctx *ctx, struct ci_coroutine *me, cigo_stream *s, const char *data,
			size_t n, size_t done)
{
	struct ci_writer w = {
		.wait = { .park = { .withdraw = withdraw, .describe = ci_stream_describe },
			  .stream = s },
		.message = { .data = data, .size = n, .done = done, .writer = &w },
	};
	bool burst = !ci_list_empty(&s->queue) && !(s->watch.want & CIGO_WRITE);

	ci_stream_lend(s, &w.message);
	if (burst)
		ci_stream_pump(s);
	if (ci_list_linked(&w.message.link))
		return wait_for_end(ctx, me, s, &w);
	return w.err ? w.err : ci_park_pass(me);
}

static int write_in_loop(cigo_ctx *ctx, struct ci_coroutine *me, cigo_stream *s, const char *data,
			 size_t n)
{
	size_t done = 0;

	if (ci_stream_accept(s, me->loop, data, n))
		return ci_park_pass(me);
	int err = ci_list_empty(&s->queue) ? write_beside(me, s, data, n, &done) : -EAGAIN;
	if (err == -EAGAIN)
		return write_queued(ctx, me, s, data, n, done);
	s->send_error = err;
	return err ? err : ci_park_pass(me);
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
	return err ? err : ci_stream_tell(s);
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
		err = s->error ? s->error : ci_stream_tell(s);
	if (!err && s->shut)
		err = -EPIPE;
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
