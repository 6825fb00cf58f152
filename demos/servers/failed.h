/* SPDX-License-Identifier: MIT
 * Why a server could not run, for people.
 */
#ifndef CIGO_DEMOS_FAILED_H
#define CIGO_DEMOS_FAILED_H

#include <cigo.h>
#include <errno.h>
#include <stdio.h>

static inline void server_failed(const char *server, const char *address, int err)
{
	if (err == -EINVAL)
		fprintf(stderr, "%s: '%s' is not HOST:PORT\n", server, address);
	else
		fprintf(stderr, "%s: cannot serve at %s: %s\n", server, address,
			cigo_strerror(err));
}

#endif
