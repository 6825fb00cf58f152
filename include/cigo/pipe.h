/* SPDX-License-Identifier: MIT
 *
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
 * Suspends: no. Owns: both are yours, close them. Fails: -EMFILE, -ENFILE, -ENOMEM: both are NULL
 * then.
 */
CIGO_CHECK CIGO_API int cigo_pipe(cigo_stream **ret_read, cigo_stream **ret_write);

#ifdef __cplusplus
}
#endif
#endif
