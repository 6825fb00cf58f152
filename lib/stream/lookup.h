/* SPDX-License-Identifier: MIT
 * Names to addresses, without blocking the loop.
 */
#pragma once

#include <sys/socket.h>

#include "task/park.h"

enum { CI_ADDRESSES = 15 }; /* most that are tried */

struct ci_address {
	struct sockaddr_storage addr;
	socklen_t size;
};

/*
 * Resolves "host:port", "[v6]:port" or ":port" for a stream socket of family (AF_UNSPEC: any), the
 * families in turn (RFC 8305, section 4). me NULL: blocks the thread. Returns their number. Fails:
 * -EINVAL: not such a text; CIGO_ERESOLVE; ctx's cause; -ENOMEM, -EAGAIN.
 */
int ci_lookup(cigo_ctx *ctx, struct ci_coroutine *me, int family, const char *address, bool passive,
	      struct ci_address ret[CI_ADDRESSES]);
