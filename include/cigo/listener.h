/* SPDX-License-Identifier: MIT
 *
 * Listeners: the sockets that servers accept connections from. Several coroutines may accept from
 * one; they are served in the order they came.
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
	CIGO_LISTEN_NO_REUSEADDR = 1, /* SO_REUSEADDR is set otherwise: a server that restarts gets
				       * its port back at once */
	CIGO_LISTEN_REUSEPORT = 2,    /* several sockets share the port, the kernel deals out */
	CIGO_LISTEN_V6ONLY = 4	      /* a v6 socket takes no v4 clients */
};

/* Zero means the default, everywhere. */
typedef struct cigo_listen_options {
	size_t size;	/* sizeof this struct; 0 is misuse */
	int backlog;	/* connections that wait to be accepted; 0: as many as the system allows */
	unsigned flags; /* CIGO_LISTEN_... */
} cigo_listen_options;

/*
 * Listens. network "tcp", "tcp4", "tcp6": address is "host:port", "[v6]:port", or ":port" for all
 * addresses, where "tcp" means v4 and v6 by one socket (v4 alone where there is no v6); port 0 is
 * any that is free. "unix": a path, "@name" for the abstract namespace; the path must not exist,
 * and is removed when the listener ends, if it is still the same file. options NULL: none.
 * Suspends: yes, to look a name up. Owns: *ret is yours, close it; NULL on failure. Fails: -EINVAL:
 * network or address do not parse; CIGO_ERESOLVE; -EADDRINUSE, -EADDRNOTAVAIL, -EACCES and the
 * like: the last address's; ctx's cause; -EMFILE, -ENOMEM, -EAGAIN.
 */
CIGO_CHECK CIGO_API int cigo_listen(cigo_ctx *ctx, const char *network, const char *address,
				    const cigo_listen_options *options, cigo_listener **ret);

/*
 * The next connection. TCP connections have TCP_NODELAY, and keepalive after 15 s. Connections that
 * broke before they were accepted are passed over. Suspends: yes. Owns: *ret is yours, close it;
 * NULL on failure. Fails: CIGO_ECLOSED: stopped or closed; -EMFILE, -ENFILE, -ENOBUFS: the
 * connection waits on, try again when descriptors are free; ctx's cause; -ENOMEM.
 */
CIGO_CHECK CIGO_API int cigo_accept(cigo_ctx *ctx, cigo_listener *l, cigo_stream **ret);

/*
 * Accepts no more: whoever waits gets CIGO_ECLOSED, so do all to come, and who connects is refused.
 * May be repeated; l stays yours. Suspends: no. In callbacks too; while plain threads accept from
 * l, any thread.
 */
CIGO_API void cigo_listener_stop(cigo_listener *l);

/* Where l listens: "127.0.0.1:40312", "[::]:80", a path. Suspends: no. Owns: lent until close. */
CIGO_API const char *cigo_listener_address(const cigo_listener *l);

/* Stops and frees l; NULL is fine. Suspends: no. */
CIGO_API void cigo_listener_close(cigo_listener *l);

#ifdef __cplusplus
}
#endif
#endif
