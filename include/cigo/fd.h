/* SPDX-License-Identifier: MIT
 * Waiting for any descriptor of the program's own.
 */
#ifndef CIGO_FD_H
#define CIGO_FD_H

#include <cigo/base.h>
#include <cigo/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CIGO_READ = 1, CIGO_WRITE = 2 };

/*
 * Waits until fd is ready for one of events (CIGO_READ, CIGO_WRITE or both) and returns those it is
 * ready for; an error or hang-up counts as ready for all. fd is registered for this wait only:
 * afterwards the number may be closed and reused. A regular file is always ready. Suspends: yes.
 * Fails: -EBADF; -EINVAL: events is 0 or has other bits; -EBUSY: another wait, or a stream's, is
 * for the same event of fd; the context's error; -ENOMEM; -ENOSPC: epoll's limit on watches
 * (epoll(7)).
 */
CIGO_CHECK CIGO_API int cigo_fd_wait(cigo_ctx *ctx, int fd, int events);

#ifdef __cplusplus
}
#endif
#endif
