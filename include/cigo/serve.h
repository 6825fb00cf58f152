/* SPDX-License-Identifier: MIT
 * Servers: a task per connection, a limit on their number, and an end that leaves no handler
 * running.
 */
#ifndef CIGO_SERVE_H
#define CIGO_SERVE_H

#include <cigo/base.h>
#include <cigo/ctx.h>
#include <cigo/listener.h>
#include <cigo/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zero means the default in every field but size. */
typedef struct cigo_serve_options {
	size_t size;	  /* sizeof this struct; 0 is misuse */
	unsigned limit;	  /* connections at a time, others wait in the backlog; 0: any number */
	int64_t grace_ns; /* how long handlers may go on after a stop; 0: 5 s; negative: not at
			   * all; CIGO_NEVER: as long as they take */
	int64_t idle_ns;  /* the timeout of each stream, see cigo_stream_set_timeout; 0: none */
} cigo_serve_options;

/* Talks with one client. s is lent, the server closes it. The return value is ignored. */
typedef int cigo_serve_fn(cigo_ctx *ctx, cigo_stream *s, void *arg);

/*
 * Accepts from l and runs fn(ctx, stream, arg) in a task of its own for each connection, until
 * cigo_listener_stop or the end of ctx. While limit connections are open it accepts none. Out of
 * descriptors or memory, it tries again when a connection ends, or after 5 ms to 1 s. After a stop
 * the handlers have grace_ns to finish, then they are cancelled with -ETIMEDOUT; if ctx ends, they
 * are cancelled at once with its error. In every case it returns when all handlers have returned. l
 * stays yours. options NULL: none. Suspends: yes; needs a loop. Returns 0 after a stop. Fails: the
 * context's error; accept(2)'s errors, which end the server as a stop does; -ENOMEM.
 */
CIGO_CHECK CIGO_API int cigo_serve(cigo_ctx *ctx, cigo_listener *l, cigo_serve_fn *fn, void *arg,
				   const cigo_serve_options *options);

#ifdef __cplusplus
}
#endif
#endif
