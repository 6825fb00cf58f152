/* SPDX-License-Identifier: MIT
 * Errors are negative ints: -errno, the library's own, or codes registered by the program.
 */
#ifndef CIGO_ERROR_H
#define CIGO_ERROR_H

#include <cigo/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	CIGO_ENOLOOP = -5001,  /* needs a running loop */
	CIGO_ECLOSED = -5002,  /* the loop, queue, channel or listener is closed */
	CIGO_ERESOLVE = -5003, /* the host name does not resolve */
	CIGO_EBROKEN = -5004   /* the barrier is broken */
};

/*
 * The text of an error: "no error" for 0 and above, "context canceled" for -ECANCELED, "context
 * deadline exceeded" for -ETIMEDOUT (the texts of Go's context package, as in asyncigo), else the
 * registered text, else that of strerror(3). Suspends: no. Owns: lent, for the life of the process.
 * Any thread.
 */
CIGO_API const char *cigo_strerror(int err);

/*
 * A new error code with a text of its own (Go's errors.New); the text is copied. At most 65,536 can
 * be registered; they are never given back. Suspends: no. Fails: -ENOMEM: no memory, or no code is
 * left. Any thread.
 */
CIGO_API int cigo_error_new(const char *text);

/*
 * Returns result if it is >= 0; otherwise prints file, line and the error's text, and aborts. See
 * cigo_must. Suspends: no. Any thread.
 */
CIGO_API ssize_t cigo_must_at(ssize_t result, const char *file, int line);
#define cigo_must(result) cigo_must_at((result), __FILE__, __LINE__)

#ifdef __cplusplus
}
#endif
#endif
