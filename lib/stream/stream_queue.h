/* SPDX-License-Identifier: MIT
 * The output queue of a stream: messages, whole and in order. Some are copies, which the stream owns
 * (an accepted write, a send, the rest of a write that has left); some are lent by a writer that
 * waits.
 * Invariant: only the first message may be partly written. A begun message is always finished.
 */
#pragma once

#include "stream/stream.h"

struct ci_output {
	struct ci_list link;
	const char *data;
	size_t size, done;
	size_t room;		  /* of a copy: what its memory holds */
	struct ci_writer *writer; /* NULL: a copy, and the message is allocated */
};

/* A write that lends its bytes. */
struct ci_writer {
	struct ci_stream_wait wait;
	struct ci_output message;
	int err; /* valid once the message has left the queue */
};

/* Puts m, whose writer waits, behind what is queued. */
void ci_stream_lend(cigo_stream *s, struct ci_output *m);
/* The writer of m leaves. If m was begun, a copy of its rest stays in the queue. */
void ci_stream_release(cigo_stream *s, struct ci_output *m);
