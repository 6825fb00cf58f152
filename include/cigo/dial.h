/* SPDX-License-Identifier: MIT
 *
 * Clients.
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
 * Connects. network: "tcp", "tcp4", "tcp6": address is "host:port" or "[v6]:port", port a number or
 * a service name; "unix": a path, "@name" for the abstract namespace. Names are resolved without
 * blocking the loop, addresses raced as RFC 8305 says (families in turn, 250 ms apart, the losers
 * closed). TCP_NODELAY is set. Suspends: yes. Owns: *ret is yours, close it; NULL on failure.
 * Fails: -EINVAL: network or address do not parse; CIGO_ERESOLVE; -ECONNREFUSED and the like: the
 * last address's; ctx's cause; -EMFILE, -ENOMEM, -EAGAIN.
 */
CIGO_CHECK CIGO_API int cigo_dial(cigo_ctx *ctx, const char *network, const char *address,
				  cigo_stream **ret);

/*
 * The lines a server sends, as cigo_bytes, each lent until the next. Dials at the first next; owns
 * its stream and closes it. Suspends: no. Owns: yours. Fails: NULL, no memory; all else is the
 * iterator's error.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_dial_lines(const char *network, const char *address);

#ifdef __cplusplus
}
#endif
#endif
