/* SPDX-License-Identifier: MIT
 *
 * Waiting for the process's signals. Ctrl-C needs none of this: see cigo_run.
 */
#ifndef CIGO_SIGNAL_H
#define CIGO_SIGNAL_H

#include <cigo/base.h>
#include <cigo/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Waits for one of n signals and returns its number; of several that have come, the first in the
 * array. The first wait for a signal replaces its action in the process by the library's, until the
 * end of the last loop that watches it: then the action from before is back, unless somebody else
 * has changed it meanwhile.
 *
 * All loops that watch a signal get it, and in a loop all coroutines that wait for it. What comes
 * while none of them does is kept and counted: it is returned once, by one of the next waits. (The
 * kernel makes one of equal signals that come while the first is not yet delivered, but for those
 * from SIGRTMIN on; so for SIGCHLD, call waitpid until there is nothing left.)
 *
 * Coroutines and workers never get signals; so at least one thread of yours must not have them
 * blocked, e.g. the one that runs the loop. A raise() inside a coroutine reaches nobody: use
 * kill(getpid(), ...).
 *
 * Without a loop the signals are watched, and open in the calling thread, during the call only.
 * Whoever must not miss what comes between two calls blocks them before (pthread_sigmask).
 *
 * A forked child has the actions from before, and watches nothing.
 *
 * Suspends: yes. Fails: -EINVAL: n is 0, or one is no signal that can be waited for: SIGKILL,
 * SIGSTOP, and SIGSEGV, SIGBUS, SIGFPE, SIGILL, which mean a fault of this very thread; ctx's cause;
 * -ENOMEM; -EMFILE, -ENFILE (without a loop only).
 */
CIGO_CHECK CIGO_API int cigo_signal_wait(cigo_ctx *ctx, const int *signals, size_t n);

/*
 * The signals, one after the other, as int; it never ends by itself. Each next is a cigo_signal_wait.
 * n 0: failed with -EINVAL. Suspends: no. Owns: yours. Fails: NULL, no memory; what
 * cigo_signal_wait fails with is the iterator's error.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_signal_iter(const int *signals, size_t n);

#ifdef __cplusplus
}
#endif
#endif
