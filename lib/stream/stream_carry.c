/* SPDX-License-Identifier: MIT
 * Bringing bytes from the descriptor to the buffer. A read that needs more than one arrival waits
 * once: while its coroutine is parked, the driver reads on its behalf, asks whether that is enough,
 * and makes the coroutine ready only then.
 *
 * Invariants: bytes that the driver has read are in the buffer, or its call has been woken and returns
 * them; so none are lost. The driver's result is told to the call that was parked, and to no other. In one go nobody
 * reads more than BUDGET bytes, and one read, of a stream; then the others have their turn.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schedule/serial.h"
#include "stream/stream.h"

enum { FIRST_SIZE = 4096, BUDGET = 256 * 1024 };

/* --- the descriptor -------------------------------------------------------------------------- */

/* In a blocking section. A descriptor that epoll refuses may be non-blocking: then poll waits. */
static ssize_t read_slowly(struct ci_coroutine *me, const cigo_stream *s, void *buf, size_t n)
{
	ssize_t done;

	ci_section_begin(me);
	while ((done = read(s->fd, buf, n)) < 0 && (errno == EINTR || errno == EAGAIN))
		if (errno == EAGAIN)
			poll(&(struct pollfd){ .fd = s->fd, .events = POLLIN }, 1, -1);
	done = done < 0 ? -errno : done;
	ci_section_end(me);
	return done;
}

static ssize_t receive(cigo_stream *s, void *buf, size_t n)
{
	ssize_t done;

	do
		done = s->socket ? recv(s->fd, buf, n, 0) : read(s->fd, buf, n);
	while (done < 0 && errno == EINTR);
	return done < 0 ? -errno : done;
}

/* One try. > 0; 0 at the end; -EAGAIN: nothing is there yet; another error. If bytes that a write left to
 * the driver were lost, a read tells that, rather than wait for an answer to them. An event that the driver
 * is told of while this thread reads may be newer than what it has read: then it tries again. */
static ssize_t read_now(cigo_stream *s, void *buf, size_t n)
{
	bool hangup = s->hangup;
	ssize_t done;

	if (s->drained && !hangup && !s->untold)
		return -EAGAIN;
	do {
		s->drained = true;
		s->hangup = false;
		s->receiving = true;
		CI_BESIDE(done = receive(s, buf, n));
		s->receiving = false;
	} while (done == -EAGAIN && !s->drained);
	if (ci_unlikely(s->untold) && done <= 0)
		return ci_stream_tell(s);
	if (done != -EAGAIN) {
		s->hangup |= hangup;
		s->drained &= s->drains && done > 0 && (size_t)done < n;
	}
	return done;
}

/* Parks until the driver has read something into buf. As read_now. */
static ssize_t wait_for_bytes(cigo_ctx *ctx, struct ci_coroutine *me, cigo_stream *s, void *buf,
			      size_t n)
{
	struct ci_stream_reading r = { .wait = { .park.describe = ci_stream_describe, .stream = s },
				       .into = buf,
				       .n = n,
				       .result = -EAGAIN };
	int err = ci_stream_watch(s, me->loop);

	if (err || s->slow)
		return err ? err : -EAGAIN;
	err = ci_stream_park_reader(ctx, me, &r);
	return err ? err : r.result;
}

static ssize_t wait_in_thread(cigo_ctx *ctx, cigo_stream *s)
{
	int err = ci_stream_block(ctx, s, POLLIN, ci_clock_add(ci_turn_clock(), s->timeout));

	s->drained = false;
	return err ? err : -EAGAIN;
}

ssize_t ci_stream_fetch(cigo_ctx *ctx, struct ci_coroutine *me, cigo_stream *s, void *buf, size_t n)
{
	ssize_t done = -EAGAIN;

	while (done == -EAGAIN && !s->error) {
		if (s->slow && me)
			return read_slowly(me, s, buf, n);
		done = read_now(s, buf, n);
		if (done == -EAGAIN)
			done = me ? wait_for_bytes(ctx, me, s, buf, n) : wait_in_thread(ctx, s);
	}
	return done == -EAGAIN ? s->error : done;
}

/* --- the buffer ------------------------------------------------------------------------------ */

/* Makes room for at least one more byte. Doubles the buffer, or moves the unread bytes to the front
 * if they are less than half of it: so a byte is moved a constant number of times. */
static bool make_room(cigo_stream *s)
{
	if (s->start == s->end)
		s->start = s->end = s->scanned = 0;
	if (s->end < s->size)
		return true;
	if (s->start > s->size / 2) {
		memmove(s->buffer, s->buffer + s->start, s->end - s->start);
		s->end -= s->start;
		s->start = 0;
		return true;
	}
	size_t size = s->size ? 2 * s->size : FIRST_SIZE;
	char *buffer = realloc(s->buffer, size + 1);
	if (!buffer)
		return false;
	s->buffer = buffer;
	s->size = size;
	return true;
}

/* > 0: more is in the buffer; 0: the end; an error. */
static ssize_t fill(cigo_ctx *ctx, struct ci_coroutine *me, cigo_stream *s)
{
	if (!make_room(s))
		return -ENOMEM;
	ssize_t n = ci_stream_fetch(ctx, me, s, s->buffer + s->end, s->size - s->end);
	if (n > 0)
		s->end += (size_t)n;
	return n;
}

/* --- by the driver --------------------------------------------------------------------------- */

/* Reads until it is enough. 1: it is; 0: the end; -EAGAIN: nothing is there; -EINPROGRESS: more is
 * there, but others have to have their turn; another error. */
static ssize_t take_in(cigo_stream *s, struct ci_stream_reading *r)
{
	for (size_t done = 0; !r->enough(s, r);) {
		if (done >= BUDGET)
			return -EINPROGRESS;
		if (!make_room(s))
			return -ENOMEM;
		size_t room = s->size - s->end;
		ssize_t n = read_now(s, s->buffer + s->end, room < BUDGET ? room : BUDGET);
		if (n <= 0)
			return n;
		s->end += (size_t)n;
		done += (size_t)n;
	}
	return 1;
}

void ci_stream_carry_on(cigo_stream *s)
{
	struct ci_park *p = ci_park_first(&s->reader);

	if (!p || ci_list_linked(&s->more.link))
		return;
	struct ci_stream_reading *r = ci_container_of(
		ci_container_of(p, struct ci_stream_wait, park), struct ci_stream_reading, wait);
	if (!r->enough &&
	    !p->me->loop->model->exclusive) { /* its own thread reads, beside others */
		ci_park_wake(p);
		return;
	}
	size_t before = ci_stream_unread(s);
	r->result = r->enough ? take_in(s, r) : read_now(s, r->into, r->n < BUDGET ? r->n : BUDGET);
	if (r->result != -EAGAIN && r->result != -EINPROGRESS) {
		ci_park_wake(p);
		return;
	}
	if (ci_stream_unread(s) != before) /* the timeout is for each arrival */
		ci_park_postpone(p, ci_park_until(p->me, s->timeout));
	if (r->result == -EINPROGRESS)
		ci_engine_ready(p->me->loop, &s->more);
	ci_stream_want(s);
}

/* Of a stream's `more`: its turn has come again. */
static void again(cigo_loop *loop, struct ci_runnable *r)
{
	(void)loop;
	ci_stream_carry_on(ci_container_of(r, cigo_stream, more));
}

static void describe(const struct ci_runnable *r, struct ci_candidate *ret)
{
	ret->id = (uint64_t)ci_container_of(r, const cigo_stream, more)->fd;
	ret->name = "stream";
	ret->op = CI_OP_OTHER;
}

const struct ci_runnable_ops ci_stream_again = { .run = again, .describe = describe };

/* --- by the call ----------------------------------------------------------------------------- */

/* Parks until the driver has read enough. True: *ret is the call's result; false: try again. */
static bool leave_it_to_the_driver(cigo_ctx *ctx, struct ci_coroutine *me, cigo_stream *s,
				   struct ci_stream_reading *r, ssize_t *ret)
{
	r->wait = (struct ci_stream_wait){ .park.describe = ci_stream_describe, .stream = s };
	r->result = -EAGAIN; /* if a close or an abort wakes it, or its own thread */
	int err = ci_stream_park_reader(ctx, me, r);
	ci_list_unlink(&s->more.link);
	*ret = err ? err : s->error ? s->error : r->result;
	return err || s->error || r->result != -EAGAIN;
}

/* A flood has used up the budget of one go. True: *ret is the call's result; false: go on. */
static bool give_way(const cigo_ctx *ctx, struct ci_coroutine *me, const cigo_stream *s,
		     ssize_t *ret)
{
	if (me->loop->model->exclusive)
		ci_park_yield(me);
	*ret = s->error ? s->error : ci_park_cause(ctx, me);
	return *ret;
}

/* True: *ret is the call's result; false: the descriptor is slow. */
static bool gather_in_loop(cigo_ctx *ctx, struct ci_coroutine *me, cigo_stream *s,
			   struct ci_stream_reading *r, ssize_t *ret)
{
	while (!s->slow) {
		*ret = take_in(s, r);
		if (*ret == -EINPROGRESS) {
			if (give_way(ctx, me, s, ret))
				return true;
			continue;
		}
		if (*ret != -EAGAIN)
			return true;
		*ret = ci_stream_watch(s, me->loop);
		if (*ret || (!s->slow && leave_it_to_the_driver(ctx, me, s, r, ret)))
			return true;
	}
	return false;
}

ssize_t ci_stream_gather(cigo_ctx *ctx, struct ci_coroutine *me, cigo_stream *s,
			 struct ci_stream_reading *r)
{
	ssize_t got = 1;

	if (me && gather_in_loop(ctx, me, s, r, &got))
		return got;
	while (!r->enough(s, r)) /* on a plain thread, or in blocking sections */
		if ((got = fill(ctx, me, s)) <= 0)
			return got;
	return 1;
}
