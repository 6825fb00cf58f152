/* SPDX-License-Identifier: MIT
 * write(2) and writev(2) that never raise SIGPIPE, on any thread.
 */
#pragma once

#include "base/base.h"

/* Bytes written, or -errno. */
ssize_t ci_nosig_write(int fd, bool socket, const void *data, size_t n);
struct iovec;
ssize_t ci_nosig_writev(int fd, bool socket, const struct iovec *v, int n);
