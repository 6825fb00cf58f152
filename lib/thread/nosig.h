/* SPDX-License-Identifier: MIT
 * write(2) that never raises SIGPIPE, on any thread.
 */
#pragma once

#include "base/base.h"

/* Bytes written, or -errno. */
ssize_t ci_nosig_write(int fd, bool socket, const void *data, size_t n);
