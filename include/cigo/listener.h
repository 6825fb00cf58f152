/* SPDX-License-Identifier: MIT
 * Listeners: the sockets that servers accept connections from. Several coroutines may accept from
 * one listener; they are served first come, first served.
 */
#ifndef CIGO_LISTENER_H
#define CIGO_LISTENER_H

#include <cigo/base.h>
#include <cigo/ctx.h>
#include <cigo/error.h>
#include <cigo/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cigo_listener cigo_listener;

enum {
	/* Do not set SO_REUSEADDR, by which a server that restarts gets its port back at once. */
	CIGO_LISTEN_NO_REUSEADDR = 1,
	CIGO_LISTEN_REUSEPORT = 2, /* SO_REUSEPORT: the kernel spreads clients over the sockets */
	CIGO_LISTEN_V6ONLY = 4	   /* a v6 socket takes no v4 clients */
};

/* Zero means the default in every field but size. */
typedef struct cigo_listen_options {
	size_t size;	/* sizeof this struct; 0 is misuse */
	int backlog;	/* how many connections may wait to be accepted; 0: SOMAXCONN */
	unsigned flags; /* CIGO_LISTEN_...; 0: none */
} cigo_listen_options;

/*
 * Listens. network "tcp", "tcp4", "tcp6": address is "host:port", "[v6]:port", or ":port" for all
 * addresses, where "tcp" means v4 and v6 by one socket (v4 alone where there is no v6); port 0: any
 * free one. "unix": a path, or "@name" for the abstract namespace. The path must not exist; it is
 * removed when the listener is stopped or closed, if it is still the same file. options NULL: none.
 * Suspends: yes, to resolve a name. Owns: *ret is yours, close it; NULL on failure. Fails: -EINVAL:
 * network or address is malformed; CIGO_ERESOLVE; -EADDRINUSE, -EADDRNOTAVAIL, -EACCES and the
 * like: the last address's error; the context's error; -EMFILE: no descriptor; -ENOMEM; -EAGAIN: no
 * thread to resolve the name.
 */
CIGO_CHECK CIGO_API int cigo_listen(cigo_ctx *ctx, const char *network, const char *address,
				    const cigo_listen_options *options, cigo_listener **ret);

/*
 * The next connection. TCP connections have TCP_NODELAY, and keepalive after 15 s of silence.
 * Connections that broke before they were accepted are skipped. Suspends: yes. Owns: *ret is yours,
 * close it; NULL on failure. Fails: CIGO_ECLOSED: stopped or closed; -EMFILE, -ENFILE, -ENOBUFS:
 * the connection stays in the backlog, try again when descriptors are free; the context's error;
 * -ENOMEM.
 */
CIGO_CHECK CIGO_API int cigo_accept(cigo_ctx *ctx, cigo_listener *l, cigo_stream **ret);

enum { CIGO_ACCEPT_NO_NODELAY = 1 /* take TCP_NODELAY away */ };

/* Zero means the default in every field but size. */
typedef struct cigo_accept_options {
	size_t size;	      /* sizeof this struct; 0 is misuse */
	unsigned flags;	      /* CIGO_ACCEPT_...; 0: none */
	int64_t keepalive_ns; /* see cigo_stream_set_keepalive; 0: 15 s; CIGO_NEVER: none */
} cigo_accept_options;

/*
 * As cigo_accept, with options (NULL: none). Suspends: yes. Owns: *ret is yours, close it; NULL on
 * failure. Fails: as cigo_accept.
 */
CIGO_CHECK CIGO_API int cigo_accept_with(cigo_ctx *ctx, cigo_listener *l,
					 const cigo_accept_options *options, cigo_stream **ret);

/*
 * Accepts no more: coroutines in cigo_accept, and later callers, get CIGO_ECLOSED, and new clients
 * are refused. May be repeated; l stays yours. Suspends: no. May be called in callbacks too, and
 * from any thread while only plain threads accept from l.
 */
CIGO_API void cigo_listener_stop(cigo_listener *l);

/*
 * Where l listens: "127.0.0.1:40312", "[::]:80", a path. Suspends: no. Owns: lent until the close.
 */
CIGO_API const char *cigo_listener_address(const cigo_listener *l);

/* Stops l and frees it; NULL is fine. Suspends: no. */
CIGO_API void cigo_listener_close(cigo_listener *l);

#ifdef __cplusplus
}
#endif
#endif
