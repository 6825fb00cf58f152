/* SPDX-License-Identifier: MIT
 * Requests and answers, in memory.
 */
#include "demos/cost/protocol.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_ROOM = 512 };

/* Each round needs the one before, so that no compiler and no processor can leave one out. */
uint32_t cost_compute(uint64_t rounds)
{
	uint64_t x = 1;

	for (; rounds; rounds--)
		x = x * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(x >> 32);
}

/* --- requests --------------------------------------------------------------------------------- */

#define TEXT(n)	 TEXT_(n)
#define TEXT_(n) #n

struct request {
	uint64_t rounds, length;
	size_t head; /* bytes of its first line */
};

/* Digits up to the end character. */
static bool number(const char **at, char end, uint64_t *ret)
{
	const char *s = *at;

	*ret = 0;
	for (; *s >= '0' && *s <= '9' && s - *at < 12; s++)
		*ret = *ret * 10 + (uint64_t)(*s - '0');
	bool ok = s > *at && *s == end;

	*at = s + 1;
	return ok;
}

/* NULL, or what is wrong. The line is complete if head is set. */
static const char *parse(const struct cost_bytes *in, struct request *r)
{
	const char *line = in->data + in->start;
	size_t n = in->end - in->start, look = n < COST_LINE ? n : COST_LINE;
	const char *end = n ? memchr(line, '\n', look) : NULL;

	*r = (struct request){ 0 };
	if (!end && n >= COST_LINE)
		return "a line has more than " TEXT(COST_LINE) " bytes";
	if (!end)
		return NULL;
	r->head = (size_t)(end - line) + 1;
	if (r->head < 6 || memcmp(line, "work ", 5) != 0)
		return "a request is work ROUNDS LENGTH";
	line += 5;
	if (!number(&line, ' ', &r->rounds) || !number(&line, '\n', &r->length))
		return "a request is work ROUNDS LENGTH";
	if (r->length > COST_BODY)
		return "a body has more than " TEXT(COST_BODY) " bytes";
	if (r->rounds > COST_ROUNDS)
		return "more than " TEXT(COST_ROUNDS) " rounds";
	return NULL;
}

/* Bytes of the request that comes; 0: not known yet. */
static size_t whole(const struct cost_bytes *in)
{
	struct request r;

	return parse(in, &r) || !r.head ? 0 : r.head + (size_t)r.length;
}

/* --- buffers ---------------------------------------------------------------------------------- */

static bool make_room(struct cost_bytes *b, size_t size)
{
	if (b->start) {
		memmove(b->data, b->data + b->start, b->end - b->start);
		b->end -= b->start;
		b->start = 0;
	}
	if (size <= b->room)
		return true;
	char *data = realloc(b->data, size);

	if (!data)
		return false;
	b->data = data;
	b->room = size;
	return true;
}

void *cost_room(struct cost_talk *t, size_t *ret_size)
{
	size_t size = whole(&t->in);

	if (!make_room(&t->in, size < LEAST_ROOM ? LEAST_ROOM : size))
		return NULL;
	*ret_size = t->in.room - t->in.end;
	return t->in.data + t->in.end;
}

void cost_free(struct cost_talk *t)
{
	free(t->in.data);
	free(t->out.data);
	*t = (struct cost_talk){ 0 };
}

static enum cost_step complain(struct cost_talk *t, const char *text)
{
	t->out.start = t->out.end = 0;
	if (!make_room(&t->out, LEAST_ROOM))
		return COST_END;
	t->out.end = (size_t)snprintf(t->out.data, t->out.room, "error: %s\n", text);
	return COST_LAST;
}

/* --- answers ------------------------------------------------------------------------------------ */

static enum cost_step answer(struct cost_talk *t, const struct request *r)
{
	struct cost_bytes *in = &t->in, *out = &t->out;
	size_t length = (size_t)r->length;

	out->start = out->end = 0;
	if (!make_room(out, LEAST_ROOM + length))
		return COST_END;
	out->end = (size_t)snprintf(out->data, out->room, "done %08" PRIx32 " %zu\n",
				    cost_compute(r->rounds), length);
	memcpy(out->data + out->end, in->data + in->start + r->head, length);
	out->end += length;
	in->start += r->head + length;
	return COST_ANSWER;
}

enum cost_step cost_next(struct cost_talk *t)
{
	struct request r;
	const char *wrong = parse(&t->in, &r);

	if (wrong)
		return complain(t, wrong);
	if (!r.head || t->in.end - t->in.start < r.head + r.length)
		return COST_MORE;
	return answer(t, &r);
}

enum cost_step cost_over(struct cost_talk *t, int error, bool server_ends)
{
	if (server_ends)
		return complain(t, "the server ends");
	if (error == ETIMEDOUT)
		return complain(t, "no request came in time");
	if (error)
		return COST_END;
	return t->in.start < t->in.end ? complain(t, "the request is cut off") : COST_END;
}
