/* SPDX-License-Identifier: MIT
 * Addresses of the two ends of a stream, as texts in the form that cigo_dial takes.
 */
#ifndef CIGO_ADDRESS_H
#define CIGO_ADDRESS_H

#include <cigo/base.h>
#include <cigo/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Writes the stream's own address into the n bytes at buf and returns its length in bytes:
 * "127.0.0.1:80", "[::1]:80", "[fe80::1%eth0]:80"; the path of a unix socket, or "@name" in the
 * abstract namespace (zero bytes in it are written as '@'); "" for a socket without a name (most
 * unix clients, socketpairs). A v4 client of a dual stack server has its v4 address. buf always
 * ends with 0, and is "" on failure. n 0: only the length is returned, buf may be NULL. 128 bytes
 * are enough for all addresses that Linux has today. Suspends: no. Fails: -ENOTSOCK: a pipe or a file; -ENOBUFS: n
 * is too small; -EAFNOSUPPORT: neither IP nor unix; -EBADF: no descriptor; -ENOMEM: s is NULL.
 */
CIGO_API int cigo_address_local(const cigo_stream *s, char *buf, size_t n);

/*
 * As cigo_address_local, of the other end. Suspends: no. Fails: as cigo_address_local; -ENOTCONN:
 * the peer has gone.
 */
CIGO_API int cigo_address_peer(const cigo_stream *s, char *buf, size_t n);

#ifdef __cplusplus
}
#endif
#endif
