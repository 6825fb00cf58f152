/* SPDX-License-Identifier: MIT
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
 * array. The first wait for a signal replaces its action in the process by the library's. When the
 * last loop that watches it ends, the previous action is restored, unless the program has changed
 * it meanwhile.
 *
 * Each loop that watches a signal gets it, and in a loop each coroutine that waits for it. Signals
 * that come while none waits are counted: each is returned once, by one of the next waits. (The
 * kernel merges equal signals while the first is not yet delivered, except for those from SIGRTMIN
 * on; so for SIGCHLD, call waitpid until nothing is left. See signal(7).)
 *
 * Coroutines and workers never get signals; so at least one thread of the program must have them
 * unblocked, e.g. the one that runs the loop. A raise() inside a coroutine is blocked there: use
 * kill(getpid(), ...).
 *
 * Without a loop the signals are watched, and unblocked in the calling thread, during the call
 * only. To miss none between two calls, block them before (pthread_sigmask).
 *
 * A forked child has the previous actions, and watches nothing.
 *
 * Suspends: yes. Fails: -EINVAL: n is 0, or one is no signal that can be waited for: SIGKILL,
 * SIGSTOP, and SIGSEGV, SIGBUS, SIGFPE, SIGILL, which mean a fault of this very thread; the
 * context's error; -ENOMEM; -EMFILE, -ENFILE (without a loop only).
 */
CIGO_CHECK CIGO_API int cigo_signal_wait(cigo_ctx *ctx, const int *signals, size_t n);

/*
 * The signals, one after the other, as int; it never ends by itself. Each next is a
 * cigo_signal_wait, whose error is the iterator's. n 0: it has failed with -EINVAL. Suspends: no.
 * Owns: yours, close it. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_signal_iter(const int *signals, size_t n);

#ifdef __cplusplus
}
#endif
#endif
