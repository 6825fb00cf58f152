/* SPDX-License-Identifier: MIT
 * Reading. Invariant: what was read from the descriptor is either handed out or in the buffer; a
 * cancelled or failed call loses nothing. How bytes come there: stream_carry.c.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/misuse.h"
#include "stream/stream.h"

/* --- lending --------------------------------------------------------------------------------- */

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
	if (!ci_stream_unread(s))
		return end(s, me, ci_stream_fetch(ctx, me, s, buf, n));
	if (n > ci_stream_unread(s))
		n = ci_stream_unread(s);
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

static bool has_n(cigo_stream *s, struct ci_stream_reading *r)
{
	return ci_stream_unread(s) >= r->n;
}

ssize_t ci_stream_read_chunk(cigo_ctx *ctx, cigo_stream *s, void *buf, size_t n)
{
	struct ci_stream_reading r;
	struct ci_coroutine *me;
	ssize_t more = begin(ctx, s, &me);

	if (more)
		return more;
	ci_expect((buf || !n) && n <= SSIZE_MAX, "no buffer");
	r.enough = has_n;
	r.n = n;
	if (!has_n(s, &r) && (more = ci_stream_gather(ctx, me, s, &r)) < 0)
		return end(s, me, more);
	if (n > ci_stream_unread(s))
		n = ci_stream_unread(s);
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
	if (ci_stream_unread(s) <= s->scanned)
		return 0;
	const char *line = s->buffer + s->start;
	const char *at = memchr(line + s->scanned, delimiter, ci_stream_unread(s) - s->scanned);
	if (at)
		return (size_t)(at - line) + 1;
	s->scanned = ci_stream_unread(s);
	return 0;
}

/* r->found: the line's size. */
static bool has_line(cigo_stream *s, struct ci_stream_reading *r)
{
	r->found = scan(s, r->delimiter);
	return r->found || ci_stream_unread(s) > r->n;
}

ssize_t ci_stream_read_until(cigo_ctx *ctx, cigo_stream *s, char delimiter, cigo_bytes *ret)
{
	struct ci_stream_reading r;
	struct ci_coroutine *me;

	if (!ret)
		ci_misuse("nowhere to put the bytes");
	*ret = (cigo_bytes){ NULL, 0 };
	ssize_t more = begin(ctx, s, &me);
	if (more)
		return more;
	s->scanned = 0; /* the last search may have been for another delimiter */
	r.enough = has_line;
	r.delimiter = delimiter;
	r.n = s->limit;
	if (!has_line(s, &r) && (more = ci_stream_gather(ctx, me, s, &r)) < 0)
		return end(s, me, more);
	if (r.found > r.n || (!r.found && ci_stream_unread(s) > r.n))
		return end(s, me, -EMSGSIZE);
	return end(s, me, lend(s, r.found ? r.found : ci_stream_unread(s), ret));
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

static bool has_too_much(cigo_stream *s, struct ci_stream_reading *r)
{
	return ci_stream_unread(s) > r->n;
}

ssize_t cigo_stream_read_all(cigo_ctx *ctx, cigo_stream *s, size_t limit, cigo_bytes *ret)
{
	CI_ENTRY;
	struct ci_stream_reading r;
	struct ci_coroutine *me;

	ci_expect(ret, "nowhere to put the bytes");
	*ret = (cigo_bytes){ NULL, 0 };
	ssize_t more = begin(ctx, s, &me);
	if (more)
		return more;
	r.enough = has_too_much;
	r.n = limit;
	more = ci_stream_gather(ctx, me, s, &r);
	if (more < 0)
		return end(s, me, more);
	if (ci_stream_unread(s) > limit)
		return end(s, me, -EMSGSIZE);
	return end(s, me, lend(s, ci_stream_unread(s), ret));
}
