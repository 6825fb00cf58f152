/* SPDX-License-Identifier: MIT
 * A pipe(2) as two streams.
 */
#ifndef CIGO_PIPE_H
#define CIGO_PIPE_H

#include <cigo/base.h>
#include <cigo/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Makes a pipe; *ret_read is its read end. Suspends: no. Owns: both are yours, close them; NULL on
 * failure. Fails: -EMFILE, -ENFILE: no descriptor; -ENOMEM.
 */
CIGO_CHECK CIGO_API int cigo_pipe(cigo_stream **ret_read, cigo_stream **ret_write);

#ifdef __cplusplus
}
#endif
#endif
