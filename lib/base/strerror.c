/* SPDX-License-Identifier: MIT
 * Texts of errors. For errno values they come from strerrordesc_np(3): static and thread-safe. A C
 * library without it (musl, glibc before 2.32) has a strerror(3) whose texts are constants, for the
 * numbers that it knows.
 */
#include <config.h>
#include <errno.h>
#include <string.h>

#include "base/error.h"

#if !HAVE_STRERRORDESC_NP
#define strerrordesc_np(number) ((number) < LARGEST ? strerror(number) : NULL)
enum { LARGEST = 134 }; /* numbers of Linux are below; glibc makes up the texts of others */
#endif

const char *cigo_strerror(int err)
{
	if (err >= 0)
		return "no error";
	switch (err) {
	case -ECANCELED: return "context canceled"; /* as asyncigo's README prints it */
	case -ETIMEDOUT: return "context deadline exceeded";
	case CIGO_ENOLOOP: return "no running loop";
	case CIGO_ECLOSED: return "closed";
	case CIGO_ERESOLVE: return "host name does not resolve";
	case CIGO_EBROKEN: return "barrier is broken";
	}
	const char *text = ci_error_text(err);
	if (!text && err != INT32_MIN)
		text = strerrordesc_np(-err);
	return text ? text : "unknown error";
}
