/* SPDX-License-Identifier: MIT
 *
 * Who talks with whom: the addresses of a stream's two ends, in the form cigo_dial takes.
 */
#ifndef CIGO_ADDRESS_H
#define CIGO_ADDRESS_H

#include <cigo/base.h>
#include <cigo/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Every address fits, with the 0 at its end. */
enum { CIGO_ADDRESS_MAX = 112 };

/*
 * Writes the stream's own address into n bytes at buf and returns its length: "127.0.0.1:80",
 * "[::1]:80", "[fe80::1%eth0]:80", the path of a unix socket, "@name" in the abstract namespace
 * (its zero bytes are written as '@'), "" for one without a name (most clients, socketpairs). A v4
 * client of a dual stack server has its v4 address. buf always ends with 0, and is "" on failure.
 * Suspends: no. Fails: -ENOTSOCK: a pipe or a file; -ENOBUFS: n is too small; -EAFNOSUPPORT;
 * -EBADF: no descriptor; -ENOMEM: s is NULL.
 */
CIGO_API int cigo_address_local(const cigo_stream *s, char *buf, size_t n);

/* As local, of the other end. Suspends: no. Fails: as local; -ENOTCONN: the peer has gone. */
CIGO_API int cigo_address_peer(const cigo_stream *s, char *buf, size_t n);

#ifdef __cplusplus
}
#endif
#endif
