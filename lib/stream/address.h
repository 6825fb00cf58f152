/* SPDX-License-Identifier: MIT
 * Socket addresses as texts, and back.
 */
#pragma once

#include "cigo/address.h"
#include "stream/lookup.h"

/* A buffer of so many bytes takes every address and its 0. */
enum { CI_ADDRESS_TEXT = 112 };

/* Writes addr, of size bytes, as text. Returns its length or an error; see cigo_address_local. n 0: only
 * its length. */
int ci_address_text(const struct sockaddr_storage *addr, socklen_t size, char *buf, size_t n);
/* The address of a unix socket: a path, or "@name". -EINVAL: empty, or too long. */
int ci_address_unix(const char *path, struct ci_address *ret);
