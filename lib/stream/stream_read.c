/* SPDX-License-Identifier: MIT
 * Reading. Invariant: what was read from the descriptor is either handed out or in the buffer; a
 * cancelled or failed call loses nothing, as it waits before it reads, never after.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/misuse.h"
#include "stream/stream.h"
#include "schedule/serial.h"

enum { FIRST_SIZE = 4096 };

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

/* One try. > 0; 0 at the end; -EAGAIN: nothing is there yet; another error. */
static ssize_t read_now(cigo_stream *s, void *buf, size_t n)
{
	ssize_t done;

	if (s->drained && !s->hangup)
		return -EAGAIN;
	do
		done = s->socket ? recv(s->fd, buf, n, 0) : read(s->fd, buf, n);
	while (done < 0 && errno == EINTR);
	if (done >= 0) {
		s->drained = s->drains && done && (size_t)done < n;
		return done;
	}
	if (errno == EAGAIN) {
		s->drained = true;
		s->hangup = false;
	}
	return -errno;
}

/* One read that brings something: > 0; 0 at the end; an error. */
static ssize_t fetch(cigo_ctx *ctx, struct ci_coroutine *me, cigo_stream *s, void *buf, size_t n)
{
	struct ci_stream_wait w = { .park.describe = ci_stream_describe, .stream = s };
	int err = 0;

	while (!err && !s->error) {
		if (s->slow && me)
			return read_slowly(me, s, buf, n);
		ssize_t done = read_now(s, buf, n);
		if (done != -EAGAIN)
			return done;
		if (!me) {
			err = ci_stream_block(ctx, s, POLLIN,
					      ci_clock_add(ci_turn_clock(), s->timeout));
			s->drained = false;
			continue;
		}
		err = ci_stream_watch(s, me->loop);
		if (err || s->slow)
			continue;
		ci_stream_want(s);
		err = ci_park_in(ctx, me, &s->reader, ci_park_until(me, s->timeout), &w.park);
	}
	return err ? err : s->error;
}

/* --- the buffer ------------------------------------------------------------------------------ */

/* Ends the last loan: restores the byte that the 0 has replaced. The debug mode overwrites the lent
 * bytes, so that a program that still reads them notices. */
static void unlend(cigo_stream *s)
{
	if (s->patch && ci_self.held && ci_self.held->options.debug == CIGO_DEBUG_ON)
		memset(s->patch - s->lent, 0xdb, s->lent);
	if (s->patch)
		*s->patch = s->patched;
	s->patch = NULL;
}

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
	ssize_t n = fetch(ctx, me, s, s->buffer + s->end, s->size - s->end);
	if (n > 0)
		s->end += (size_t)n;
	return n;
}

static ssize_t lend(cigo_stream *s, size_t n, cigo_bytes *ret)
{
	if (!n)
		return 0;
	ret->data = s->buffer + s->start;
	ret->size = n;
	s->start += n;
	s->scanned = 0;
	s->lent = n;
	s->patch = ret->data + n;
	s->patched = *s->patch;
	*s->patch = '\0';
	return (ssize_t)n;
}

static size_t unread(const cigo_stream *s)
{
	return s->end - s->start;
}

/* --- the calls ------------------------------------------------------------------------------- */

/* Begins every read: checks, and allows one reader at a time. *ret_me NULL: a plain thread. */
static int begin(cigo_ctx *ctx, cigo_stream *s, struct ci_coroutine **ret_me)
{
	if (!ctx || !s)
		return -ENOMEM;
	*ret_me = ci_stream_enter(ctx, s);
	int err = s->reading ? -EBUSY : *ret_me ? ci_park_refuse(ctx, *ret_me) : ci_ctx_cause(ctx);
	if (!err)
		err = s->error;
	if (err) {
		ci_stream_leave(s);
		return err;
	}
	s->reading = true;
	unlend(s);
	return 0;
}

static ssize_t end(cigo_stream *s, struct ci_coroutine *me, ssize_t result)
{
	s->reading = false;
	ci_stream_want(s);
	ci_stream_leave(s);
	ci_park_pass(me);
	return result;
}

ssize_t ci_stream_read(cigo_ctx *ctx, cigo_stream *s, void *buf, size_t n)
{
	struct ci_coroutine *me;
	int err = begin(ctx, s, &me);

	if (err)
		return err;
	ci_expect((buf || !n) && n <= SSIZE_MAX, "no buffer");
	if (!n)
		return end(s, me, 0);
	if (!unread(s))
		return end(s, me, fetch(ctx, me, s, buf, n));
	if (n > unread(s))
		n = unread(s);
	memcpy(buf, s->buffer + s->start, n);
	s->start += n;
	s->scanned = 0;
	return end(s, me, (ssize_t)n);
}

ssize_t cigo_stream_read(cigo_ctx *ctx, cigo_stream *s, void *buf, size_t n)
{
	CI_ENTRY;
	return ci_stream_read(ctx, s, buf, n);
}

ssize_t ci_stream_read_chunk(cigo_ctx *ctx, cigo_stream *s, void *buf, size_t n)
{
	struct ci_coroutine *me;
	ssize_t more = begin(ctx, s, &me);

	if (more)
		return more;
	ci_expect((buf || !n) && n <= SSIZE_MAX, "no buffer");
	while (unread(s) < n && (more = fill(ctx, me, s)) > 0)
		;
	if (more < 0)
		return end(s, me, more);
	if (n > unread(s))
		n = unread(s);
	if (n)
		memcpy(buf, s->buffer + s->start, n);
	s->start += n;
	s->scanned = 0;
	return end(s, me, (ssize_t)n);
}

ssize_t cigo_stream_read_chunk(cigo_ctx *ctx, cigo_stream *s, void *buf, size_t n)
{
	CI_ENTRY;
	return ci_stream_read_chunk(ctx, s, buf, n);
}

/* The size up to and with the delimiter; 0: it is not there yet. No byte is searched twice. */
static size_t scan(cigo_stream *s, char delimiter)
{
	if (unread(s) <= s->scanned)
		return 0;
	const char *line = s->buffer + s->start;
	const char *at = memchr(line + s->scanned, delimiter, unread(s) - s->scanned);
	if (at)
		return (size_t)(at - line) + 1;
	s->scanned = unread(s);
	return 0;
}

ssize_t ci_stream_read_until(cigo_ctx *ctx, cigo_stream *s, char delimiter, cigo_bytes *ret)
{
	struct ci_coroutine *me;
	size_t n;

	if (!ret)
		ci_misuse("nowhere to put the bytes");
	*ret = (cigo_bytes){ NULL, 0 };
	ssize_t more = begin(ctx, s, &me);
	if (more)
		return more;
	s->scanned = 0; /* the last search may have been for another delimiter */
	while (!(n = scan(s, delimiter)) && unread(s) <= s->limit)
		if ((more = fill(ctx, me, s)) <= 0)
			break;
	if (more < 0)
		return end(s, me, more);
	if (n > s->limit || (!n && unread(s) > s->limit))
		return end(s, me, -EMSGSIZE);
	return end(s, me, lend(s, n ? n : unread(s), ret));
}

ssize_t cigo_stream_read_line(cigo_ctx *ctx, cigo_stream *s, cigo_bytes *ret)
{
	CI_ENTRY;
	return ci_stream_read_until(ctx, s, '\n', ret);
}

ssize_t cigo_stream_read_until(cigo_ctx *ctx, cigo_stream *s, char delimiter, cigo_bytes *ret)
{
	CI_ENTRY;
	return ci_stream_read_until(ctx, s, delimiter, ret);
}

ssize_t cigo_stream_read_all(cigo_ctx *ctx, cigo_stream *s, size_t limit, cigo_bytes *ret)
{
	CI_ENTRY;
	struct ci_coroutine *me;

	ci_expect(ret, "nowhere to put the bytes");
	*ret = (cigo_bytes){ NULL, 0 };
	ssize_t more = begin(ctx, s, &me);
	if (more)
		return more;
	while (unread(s) <= limit && (more = fill(ctx, me, s)) > 0)
		;
	if (more < 0)
		return end(s, me, more);
	if (unread(s) > limit)
		return end(s, me, -EMSGSIZE);
	return end(s, me, lend(s, unread(s), ret));
}
