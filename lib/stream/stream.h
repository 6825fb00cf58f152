/* SPDX-License-Identifier: MIT
 * Streams, from inside. A stream is used by one loop at a time, or by plain threads one after the
 * other. The first wait in a loop registers its descriptor with the loop's poller.
 * Invariants: at most one reader; messages go out whole, in order; `error` is sticky; the memory
 * lives until the last call inside has left.
 */
#pragma once

#include "cigo/dial.h"
#include "cigo/stream.h"
#include "engine/burst.h"
#include "task/park.h"

enum { CI_STREAM_LIMIT = 1 << 20 }; /* of a line, unless the user sets another */

struct ci_output; /* of stream_queue.h */

struct cigo_stream {
	int fd;	   /* -1: closed */
	int error; /* every call fails with it: a bad descriptor, abort, close; 0: none */
	bool socket;
	bool drains;  /* a short read means that nothing more is there: stream sockets and pipes */
	bool gathers; /* several writes may become one: those of them that are open for writing */
	bool slow;    /* never pollable (regular files): blocking sections instead */
	bool unblock; /* the library has set O_NONBLOCK; the close clears it */
	bool closed;
	unsigned inside; /* calls that still use this memory */
	struct ci_fd_watcher watch;
	int64_t timeout;
	size_t limit;

	/* reading; see stream_read.c and stream_carry.c */
	bool reading;			  /* a call is inside a read */
	bool receiving;			  /* its thread is in recv(2), outside the lock, */
	bool polled;			  /* or in poll(2), as it waits by itself */
	struct ci_list reader;		  /* its park: until enough was read, or can be */
	bool drained;			  /* read(2) would give EAGAIN, as far as is known */
	bool hangup;			  /* the poller reports no more edges: always try */
	char *buffer;			  /* size + 1 bytes: room for the 0 behind what is lent */
	size_t size, start, end, scanned; /* start..end: unread; first scanned of them searched */
	char *patch;			  /* where that 0 was put; NULL: nowhere */
	char patched;			  /* what it replaced */
	size_t lent;			  /* bytes lent before it */

	/* writing; see stream_queue.c and stream_write.c */
	bool sending;		 /* a writer's thread is in send(2), outside the lock */
	struct ci_list queue;	 /* of ci_output */
	size_t unsent;		 /* bytes of copies in it */
	struct ci_burst burst;	 /* queued: the queue is to be written at the end of the tick */
	struct ci_output *spare; /* a copy's memory, for the next; NULL: none */
	bool cork;		 /* small writes wait for the end of the tick */
	int send_error;		 /* a write failed for good; 0: none */
	int untold;		 /* what became of accepted bytes; no call has told it yet */
	bool shut;		 /* the write side ends when the queue is empty */
	bool writing;		 /* slow: a writer is in a blocking section */
	struct ci_list flushers, turns; /* parks: until the queue is empty; slow: for their turn */
	bool lingers;			/* closed, and the loop still writes the queue */
	struct ci_timer linger;		/* ends the lingering */

	/* queued while a reader waits: the driver goes on reading for it in its turn */
	struct ci_runnable more;
};

/* A suspended call on a stream. */
struct ci_stream_wait {
	struct ci_park park;
	cigo_stream *stream;
	struct ci_own_wait own; /* valid if the reader waits by itself */
};

/* A read that waits. `enough` is NULL for one that takes any bytes: at most n, into `into`. */
struct ci_stream_reading {
	struct ci_stream_wait wait;				     /* valid while it waits */
	bool (*enough)(cigo_stream *s, struct ci_stream_reading *r); /* is it in the buffer? */
	size_t n, found;					     /* enough's */
	char delimiter;						     /* enough's */
	void *into;
	/* Valid once woken. 1: enough; or how many bytes; 0: the end; -EAGAIN: try again; an error. */
	ssize_t result;
};

static inline size_t ci_stream_unread(const cigo_stream *s)
{
	return s->end - s->start;
}

/* A stream over fd, which is non-blocking and close-on-exec already. own: see ci_fd_watcher. Closes
 * fd if there is no memory, or if fstat(2) fails. */
cigo_stream *ci_stream_new(int fd, bool own);
/* As cigo_stream_close. */
void ci_stream_close(cigo_stream *s);
/* Misuse, if another thread's loop uses the stream. */
void ci_stream_check(const cigo_stream *s);
/* Checks the thread and counts a call inside. The calling coroutine; NULL: a plain thread. */
struct ci_coroutine *ci_stream_enter(const cigo_ctx *ctx, cigo_stream *s);
void ci_stream_leave(cigo_stream *s);
/* Preemptive model: waits until no other thread is in send(2), which does not sleep. */
void ci_stream_settle_writes(const cigo_stream *s);
/* Registers the descriptor with the loop, unless it is already. */
int ci_stream_watch(cigo_stream *s, cigo_loop *loop);
/* Tells the poller what is waited for. */
void ci_stream_want(cigo_stream *s);
/* Parks the reader me until more can be read, or was read for it. */
int ci_stream_park_reader(cigo_ctx *ctx, struct ci_coroutine *me, struct ci_stream_reading *r);
/* The describe of a struct ci_stream_wait. */
void ci_stream_describe(const struct ci_park *p, struct ci_wait_info *ret);
/* Without a loop: blocks until fd is ready for events (POLLIN, POLLOUT), or until then. */
int ci_stream_block(cigo_ctx *ctx, const cigo_stream *s, short events, int64_t until);
/* The queue is empty and the write side was shut down: tells the peer. */
void ci_stream_end_writes(cigo_stream *s);
/* The queue of a lingering stream is empty; may free the stream. */
void ci_stream_end_linger(cigo_stream *s);

/* dial.c: as cigo_dial. */
int ci_dial(cigo_ctx *ctx, const char *network, const char *address,
	    const cigo_dial_options *options, cigo_stream **ret);
/* stream_set.c: a new TCP stream that is not to have what they have by default. */
void ci_stream_tune(cigo_stream *s, bool no_nodelay, int64_t keepalive_ns);

/* stream_carry.c */
/* By the driver: the descriptor may have more for the call that waits. */
void ci_stream_carry_on(cigo_stream *s);
/* Of `more`. */
extern const struct ci_runnable_ops ci_stream_again;
/* Fills the buffer until r->enough. 1; 0: the end came before; an error. me NULL: a plain thread. */
ssize_t ci_stream_gather(cigo_ctx *ctx, struct ci_coroutine *me, cigo_stream *s,
			 struct ci_stream_reading *r);
/* One read that brings something: > 0; 0 at the end; an error. */
ssize_t ci_stream_fetch(cigo_ctx *ctx, struct ci_coroutine *me, cigo_stream *s, void *buf,
			size_t n);

/* stream_read.c: as cigo_stream_read... */
ssize_t ci_stream_read(cigo_ctx *ctx, cigo_stream *s, void *buf, size_t n);
ssize_t ci_stream_read_chunk(cigo_ctx *ctx, cigo_stream *s, void *buf, size_t n);
ssize_t ci_stream_read_until(cigo_ctx *ctx, cigo_stream *s, char delimiter, cigo_bytes *ret);

/* stream_write.c */
/* As cigo_stream_write. */
ssize_t ci_stream_write(cigo_ctx *ctx, cigo_stream *s, const void *data, size_t n);
/* Without a loop: writes all that is queued, or until then. */
int ci_stream_block_flush(cigo_ctx *ctx, cigo_stream *s, int64_t until);

/* stream_queue.c */
void ci_stream_queue_init(cigo_stream *s);
/* Writes what the descriptor takes now. May free a lingering stream. */
void ci_stream_pump(cigo_stream *s);
/* The same by the driver, on behalf of coroutines that have gone on: a reader may have to be told of
 * a failure. */
void ci_stream_write_on(cigo_stream *s);
/* Drops all messages; their writers get err. */
void ci_stream_drop(cigo_stream *s, int err);
/* The writers that wait leave with err; begun messages are kept whole. */
void ci_stream_release_writers(cigo_stream *s, int err);
/* Queues a copy. */
int ci_stream_queue_copy(cigo_stream *s, const void *data, size_t n);
/* Copies n bytes into the queue, to be sent at the end of the tick. False: this stream does not take
 * them so, and the caller goes on without. */
bool ci_stream_accept(cigo_stream *s, cigo_loop *loop, const void *data, size_t n);
/* The error of all writes, or of accepted bytes that nobody sends; it has been told now. 0: none. */
int ci_stream_tell(cigo_stream *s);
