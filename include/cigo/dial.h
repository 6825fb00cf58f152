/* SPDX-License-Identifier: MIT
 * Clients: connections to servers, as streams.
 */
#ifndef CIGO_DIAL_H
#define CIGO_DIAL_H

#include <cigo/base.h>
#include <cigo/ctx.h>
#include <cigo/error.h>
#include <cigo/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Connects. network "tcp", "tcp4", "tcp6": address is "host:port" or "[v6]:port", port a number or
 * a service name. "unix": a path, or "@name" for the abstract namespace; while the server's backlog
 * is full, it tries again. Names are resolved without blocking the loop, and the addresses are
 * raced as RFC 8305 says: families in turn, 250 ms apart, the losers closed. TCP_NODELAY is set.
 * Suspends: yes. Owns: *ret is yours, close it; NULL on failure. Fails: -EINVAL: network or address
 * is malformed; CIGO_ERESOLVE; -ECONNREFUSED and the like: the last address's error; the context's
 * error; -EMFILE: no descriptor; -ENOMEM; -EAGAIN: no thread to resolve the name.
 */
CIGO_CHECK CIGO_API int cigo_dial(cigo_ctx *ctx, const char *network, const char *address,
				  cigo_stream **ret);

enum { CIGO_DIAL_NO_NODELAY = 1 /* do not set TCP_NODELAY */ };

/* Zero means the default in every field but size. */
typedef struct cigo_dial_options {
	size_t size;	/* sizeof this struct; 0 is misuse */
	unsigned flags; /* CIGO_DIAL_...; 0: none */
	/* How long an address has to itself before the next is tried beside it; 0: 250 ms;
	 * negative: no time, they are tried at once; CIGO_NEVER: until it has failed. */
	int64_t stagger_ns;
	int64_t keepalive_ns; /* see cigo_stream_set_keepalive; 0: none */
} cigo_dial_options;

/*
 * As cigo_dial, with options (NULL: none). Suspends: yes. Owns: *ret is yours, close it; NULL on
 * failure. Fails: as cigo_dial.
 */
CIGO_CHECK CIGO_API int cigo_dial_with(cigo_ctx *ctx, const char *network, const char *address,
				       const cigo_dial_options *options, cigo_stream **ret);

/*
 * The lines that a server sends, as cigo_bytes, each lent until the next. It dials at the first
 * next; its stream is closed with it. Suspends: no. Owns: yours, close it. Fails: NULL, no memory;
 * errors of cigo_dial and cigo_stream_read_line are the iterator's error.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_dial_lines(const char *network, const char *address);

#ifdef __cplusplus
}
#endif
#endif
