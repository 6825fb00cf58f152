/* SPDX-License-Identifier: MIT
 * Byte streams over any descriptor. One coroutine reads at a time, a second gets -EBUSY. Writers
 * queue up; each message goes out whole. Reads return a count of bytes, 0 at the end. A line, a
 * chunk or all that comes in pieces is put together by the loop: its reader is resumed once. SIGPIPE
 * is never raised. Small writes go out in bursts: see cigo_stream_write.
 */
#ifndef CIGO_STREAM_H
#define CIGO_STREAM_H

#include <stdarg.h>

#include <cigo/base.h>
#include <cigo/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A stream over fd. It takes fd over in every case: makes it non-blocking and close-on-exec, and
 * closes it with the stream. Regular files, which epoll(7) refuses, are read and written in
 * blocking sections. Suspends: no. Owns: yours, close it. Fails: NULL, no memory (fd is closed); a
 * bad fd is the error of every read and write.
 */
CIGO_CHECK CIGO_API cigo_stream *cigo_stream_open(int fd);

/*
 * Reads at most n bytes, and at least 1 unless at the end. n 0: 0 at once. Suspends: yes. Fails: as
 * cigo_stream_read_line.
 */
CIGO_CHECK CIGO_API ssize_t cigo_stream_read(cigo_ctx *ctx, cigo_stream *s, void *buf, size_t n);

/*
 * Reads n bytes, fewer only at the end. Suspends: yes. Fails: as cigo_stream_read_line; the bytes
 * that came stay buffered.
 */
CIGO_CHECK CIGO_API ssize_t cigo_stream_read_chunk(cigo_ctx *ctx, cigo_stream *s, void *buf,
						   size_t n);

/*
 * The next line with its newline, which the last one may lack; returns its size. Suspends: yes.
 * Owns: *ret is lent until the stream's next read or close. Fails: -EMSGSIZE: longer than the
 * limit; the context's error; -EBUSY: another coroutine reads, or cigo_fd_wait waits for the
 * descriptor; -ECANCELED: closed or aborted; -ETIMEDOUT: see cigo_stream_set_timeout; read(2)'s
 * errors; -ENOMEM. Bytes that came are never lost.
 */
CIGO_CHECK CIGO_API ssize_t cigo_stream_read_line(cigo_ctx *ctx, cigo_stream *s, cigo_bytes *ret);

/*
 * As cigo_stream_read_line, up to and with the delimiter. Suspends: yes. Owns: lent. Fails: as
 * cigo_stream_read_line.
 */
CIGO_CHECK CIGO_API ssize_t cigo_stream_read_until(cigo_ctx *ctx, cigo_stream *s, char delimiter,
						   cigo_bytes *ret);

/*
 * All bytes to the end. Suspends: yes. Owns: lent, as a line. Fails: -EMSGSIZE: more than limit
 * bytes; as cigo_stream_read_line.
 */
CIGO_CHECK CIGO_API ssize_t cigo_stream_read_all(cigo_ctx *ctx, cigo_stream *s, size_t limit,
						 cigo_bytes *ret);

/*
 * Writes all n bytes, after what was written or sent before; returns n. In a loop, a small message to
 * a socket or pipe is accepted: copied, and the call returns. The loop sends what a stream has
 * accepted, in one system call, at the end of the tick: before it looks for events, and so before
 * time passes. A coroutine that computes for long without suspending delays what it wrote; flush
 * sends at once. What is accepted is sent, whatever becomes of the writer; close, shutdown, blocking
 * sections and the end of the run lose none of it. exit(3) and misuse, which aborts, may: flush before
 * them, and before fork(2), whose child must not use the stream. If it cannot be sent, the next call
 * on the stream says so; a read does when all is read that has come.
 *
 * A large message, or one behind 64 KiB that are not sent yet, is written at once. While the peer
 * takes no more, any write waits until all of it is in the kernel. If the call ends before the first
 * byte went out, nothing is written; after that, the rest is sent all the same, so that messages stay
 * whole. In the preemptive model, and without a loop, no write is put off. Suspends: yes. Fails:
 * -EPIPE: the peer is gone; the context's error; -ECANCELED: closed or aborted; -ETIMEDOUT: see
 * cigo_stream_set_timeout; -EBUSY: cigo_fd_wait waits for the descriptor; write(2)'s errors; -ENOMEM.
 */
CIGO_CHECK CIGO_API ssize_t cigo_stream_write(cigo_ctx *ctx, cigo_stream *s, const void *data,
					      size_t n);

/*
 * cigo_stream_write of a formatted text, as printf(3). Suspends: yes. Fails: as cigo_stream_write.
 */
CIGO_CHECK CIGO_API ssize_t cigo_stream_printf(cigo_ctx *ctx, cigo_stream *s, const char *format,
					       ...) CIGO_PRINTF(3, 4);
/*
 * As cigo_stream_printf, with the arguments in a list. Suspends: yes. Fails: as cigo_stream_write.
 */
CIGO_CHECK CIGO_API ssize_t cigo_stream_printf_v(cigo_ctx *ctx, cigo_stream *s, const char *format,
						 va_list ap) CIGO_PRINTF(3, 0);

/*
 * Copies n bytes into the stream's queue, in order with writes, and never waits. The loop writes them
 * at the end of the tick, and later what the descriptor does not take then; without a loop they are
 * written now, and the rest by the next write, flush or close. Suspends: no. Fails: -ENOBUFS: more than 16 MiB are unsent; -ENOMEM; an earlier error
 * of the stream, as cigo_stream_write.
 */
CIGO_CHECK CIGO_API int cigo_stream_send(cigo_stream *s, const void *data, size_t n);

/*
 * Writes all that is queued, now, and waits until the descriptor has taken it. Suspends: yes. Fails:
 * the error of an accepted write or of a send; as cigo_stream_write.
 */
CIGO_CHECK CIGO_API int cigo_stream_flush(cigo_ctx *ctx, cigo_stream *s);

/*
 * A read or write that waits longer than ns fails with -ETIMEDOUT; zero or negative: as soon as it
 * must wait; CIGO_NEVER (the default): never. A read that needs several arrivals waits so long for
 * each. Suspends: no.
 */
CIGO_API void cigo_stream_set_timeout(cigo_stream *s, int64_t ns);

/*
 * The longest line of read_line and read_until, in bytes; 0: 1 MiB, the default. Counts for reads
 * that begin later. Suspends: no.
 */
CIGO_API void cigo_stream_set_limit(cigo_stream *s, size_t limit);

/*
 * On, the default: small writes are gathered until the end of the tick (cigo_stream_write). Off: each
 * write makes its own system call before it returns; what is queued is sent now. Suspends: no.
 */
CIGO_API void cigo_stream_set_cork(cigo_stream *s, bool on);

/*
 * TCP_NODELAY: the kernel does not hold back what it was given (tcp(7)). Streams of cigo_dial and
 * cigo_accept have it. When the kernel gets them, cigo_stream_set_cork says.
 * Suspends: no. Fails: -ENOTSOCK, -EOPNOTSUPP: not TCP; -EBADF: no descriptor; -ENOMEM: s is NULL.
 */
CIGO_API int cigo_stream_set_nodelay(cigo_stream *s, bool on);

/*
 * Probes a silent peer after idle_ns (rounded up to seconds), then every 15 s or less, and ends the
 * connection when no probe is answered (tcp(7)); CIGO_NEVER, 0 or negative: never. Streams of
 * cigo_accept have 15 s. Suspends: no. Fails: as cigo_stream_set_nodelay.
 */
CIGO_API int cigo_stream_set_keepalive(cigo_stream *s, int64_t idle_ns);

/*
 * Ends the write side once all that was sent is written: the peer reads the end. Suspends: no.
 * Fails: the stream's error; -ENOMEM: s is NULL.
 */
CIGO_API int cigo_stream_shutdown(cigo_stream *s);

/*
 * Wakes all coroutines that wait on s with reason (0: -ECANCELED) and drops unsent bytes; every
 * later call fails with the first reason. s stays yours; may be repeated. Suspends: no.
 */
CIGO_API void cigo_stream_abort(cigo_stream *s, int reason);

/*
 * Frees s, NULL is fine. Coroutines that wait on it get -ECANCELED. Bytes sent before are still
 * written, for 5 s at most, by the loop; without a loop the caller blocks so long. Suspends: no.
 */
CIGO_API void cigo_stream_close(cigo_stream *s);

/*
 * The lines still to come, as cigo_bytes, each lent until the next. s stays yours and must outlive
 * the iterator; breaking out loses no byte. Suspends: no. Owns: yours. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_stream_lines(cigo_stream *s);
/*
 * As cigo_stream_lines, in chunks of n bytes, the last may be shorter. n 0: it has failed with
 * -EINVAL. Suspends: no. Owns: yours. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_stream_chunks(cigo_stream *s, size_t n);
/*
 * As cigo_stream_lines, in pieces as they come, at most max bytes each. max 0: it has failed with
 * -EINVAL. Suspends: no. Owns: yours. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_stream_pieces(cigo_stream *s, size_t max);

/*
 * The descriptor, for getsockopt(2) and the like; -1: none. Flush before you write to it by other
 * means. Suspends: no. Owns: lent, until the close.
 */
CIGO_API int cigo_stream_fd(const cigo_stream *s);

#ifdef __cplusplus
}
#endif
#endif
