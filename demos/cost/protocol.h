/* SPDX-License-Identifier: MIT
 * The protocol that all servers of lab --cost speak, and what they do alike: they read requests of
 * a buffer, compute, and make answers.
 *
 *	request   work ROUNDS LENGTH\n, and LENGTH bytes
 *	answer    done SUM LENGTH\n, and the same bytes; SUM is what ROUNDS rounds of computing give
 *	error     error: TEXT\n, and the server hangs up
 *
 * A client may send requests without waiting for answers, which come in order. It may end its side:
 * what it asked for is answered first.
 */
#ifndef CIGO_DEMOS_COST_PROTOCOL_H
#define CIGO_DEMOS_COST_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A request has at most so many bytes in its line and in its body, and computes for so many rounds. */
#define COST_LINE   128
#define COST_BODY   65536
#define COST_ROUNDS 100000000

struct cost_bytes {
	char *data;
	size_t start, end, room; /* data + start .. data + end is there */
};

/* One client, as a server sees it. */
struct cost_talk {
	struct cost_bytes in, out;
};

enum cost_step {
	COST_MORE,   /* no request is complete: read into in */
	COST_ANSWER, /* out is to be sent */
	COST_LAST,   /* out is to be sent, then hang up */
	COST_END,    /* hang up */
};

/* Takes the next request off in, and puts its answer to out. */
enum cost_step cost_next(struct cost_talk *t);
/* What is left to say when no more can come; error is the errno of a read, 0 at the end. */
enum cost_step cost_over(struct cost_talk *t, int error, bool server_ends);

/* Room in in, for what is next to be read; NULL: no memory. */
void *cost_room(struct cost_talk *t, size_t *ret_size);
void cost_free(struct cost_talk *t);

uint32_t cost_compute(uint64_t rounds);

#endif
