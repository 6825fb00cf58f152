/* SPDX-License-Identifier: MIT
 *
 * Byte streams over any descriptor. One coroutine reads at a time (a second gets -EBUSY); writers
 * queue up, whole messages. Reads give a count, 0 at the end. SIGPIPE is never raised.
 */
#ifndef CIGO_STREAM_H
#define CIGO_STREAM_H

#include <cigo/base.h>
#include <cigo/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A stream over fd, which it takes over in every case: made non-blocking and close-on-exec, closed
 * with the stream. Regular files, which epoll refuses, are read and written in blocking sections.
 * Suspends: no. Owns: yours, close it. Fails: NULL, no memory (fd is closed); a bad fd is the error
 * of every read and write.
 */
CIGO_CHECK CIGO_API cigo_stream *cigo_stream_open(int fd);

/* At most n bytes, at least 1 unless at the end. Suspends: yes. Fails: see read_line. */
CIGO_CHECK CIGO_API ssize_t cigo_stream_read(cigo_ctx *ctx, cigo_stream *s, void *buf, size_t n);

/* n bytes, fewer only at the end. Suspends: yes. Fails: see read_line; what came stays buffered. */
CIGO_CHECK CIGO_API ssize_t cigo_stream_read_chunk(cigo_ctx *ctx, cigo_stream *s, void *buf,
						   size_t n);

/*
 * The next line with its newline; the last one may lack it. Suspends: yes. Owns: *ret is lent
 * until the stream's next read or close. Fails: -EMSGSIZE: above the limit; ctx's cause; -EBUSY:
 * another reads; -ECANCELED: closed or aborted; -ETIMEDOUT: see set_timeout; read(2)'s errors;
 * -ENOMEM. Nothing that came is lost.
 */
CIGO_CHECK CIGO_API ssize_t cigo_stream_read_line(cigo_ctx *ctx, cigo_stream *s, cigo_bytes *ret);

/* Up to and with the delimiter. Suspends: yes. Owns: lent, as read_line. Fails: as read_line. */
CIGO_CHECK CIGO_API ssize_t cigo_stream_read_until(cigo_ctx *ctx, cigo_stream *s, char delimiter,
						   cigo_bytes *ret);

/* All to the end. Suspends: yes. Owns: lent. Fails: -EMSGSIZE above limit bytes; as read_line. */
CIGO_CHECK CIGO_API ssize_t cigo_stream_read_all(cigo_ctx *ctx, cigo_stream *s, size_t limit,
						 cigo_bytes *ret);

/*
 * All n bytes, after what was written or sent before. If ctx ends before the first byte went out,
 * nothing is written; after it, the rest is sent all the same, so that messages stay whole.
 * Suspends: yes. Fails: -EPIPE: the peer is gone; ctx's cause; -ECANCELED: closed or aborted;
 * -ETIMEDOUT; write(2)'s errors; -ENOMEM.
 */
CIGO_CHECK CIGO_API ssize_t cigo_stream_write(cigo_ctx *ctx, cigo_stream *s, const void *data,
					      size_t n);

/* write of a formatted text. Suspends: yes. Fails: as write. */
CIGO_CHECK CIGO_API ssize_t cigo_stream_printf(cigo_ctx *ctx, cigo_stream *s, const char *format,
					       ...) CIGO_PRINTF(3, 4);

/*
 * Copies n bytes into the stream's queue, in order with writes, and never waits: what the
 * descriptor does not take now goes out when it does. Suspends: no. Fails: -ENOBUFS: more than
 * 16 MiB unsent; -ENOMEM; errors of the stream.
 */
CIGO_CHECK CIGO_API int cigo_stream_send(cigo_stream *s, const void *data, size_t n);

/* Waits until all is sent. Suspends: yes. Fails: a send's error; as write. */
CIGO_CHECK CIGO_API int cigo_stream_flush(cigo_ctx *ctx, cigo_stream *s);

/* A read or write that waits longer fails with -ETIMEDOUT; CIGO_NEVER: none. Suspends: no. */
CIGO_API void cigo_stream_set_timeout(cigo_stream *s, int64_t ns);

/* The longest line read_line and read_until accept, in bytes; 0: 1 MiB. Suspends: no. */
CIGO_API void cigo_stream_set_limit(cigo_stream *s, size_t limit);

/*
 * TCP_NODELAY: what is written goes out at once. Streams of cigo_dial and cigo_accept have it.
 * Suspends: no. Fails: -ENOTSOCK, -EOPNOTSUPP: not TCP; -EBADF; -ENOMEM: s is NULL.
 */
CIGO_API int cigo_stream_set_nodelay(cigo_stream *s, bool on);

/*
 * Probes a silent peer after idle_ns (rounded up to seconds), then every 15 s or less, and gives
 * the connection up when none is answered; CIGO_NEVER, 0 or negative: never. Streams of cigo_accept
 * have 15 s. Suspends: no. Fails: as set_nodelay.
 */
CIGO_API int cigo_stream_set_keepalive(cigo_stream *s, int64_t idle_ns);

/*
 * Ends the write side after what was sent: the peer reads the end. Suspends: no. Fails: the
 * stream's error; -ENOMEM: s is NULL.
 */
CIGO_API int cigo_stream_shutdown(cigo_stream *s);

/*
 * Wakes all that wait on s with reason (0: -ECANCELED), drops what is unsent; every later call gets
 * it too. s stays yours; may be repeated. Suspends: no.
 */
CIGO_API void cigo_stream_abort(cigo_stream *s, int reason);

/*
 * Frees s, NULL is fine; wakes all that wait on it with -ECANCELED. What was sent is still written,
 * for at most 5 s, by the loop; without a loop the caller waits for that. Suspends: no.
 */
CIGO_API void cigo_stream_close(cigo_stream *s);

/*
 * The lines still to come, as cigo_bytes, each lent until the next. s stays yours and must outlive
 * the iterator; breaking out loses no byte of it. Suspends: no. Owns: yours. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_stream_lines(cigo_stream *s);
/* As lines, in chunks of n bytes, the last may be shorter. n 0: failed with -EINVAL. */
CIGO_CHECK CIGO_API cigo_iter *cigo_stream_chunks(cigo_stream *s, size_t n);
/* As lines, whatever comes, at most max bytes at a time. max 0: failed with -EINVAL. */
CIGO_CHECK CIGO_API cigo_iter *cigo_stream_pieces(cigo_stream *s, size_t max);

/* The descriptor, for getsockopt and the like; -1: none. Suspends: no. Owns: lent. */
CIGO_API int cigo_stream_fd(const cigo_stream *s);

#ifdef __cplusplus
}
#endif
#endif
