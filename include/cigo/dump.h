/* SPDX-License-Identifier: MIT
 *
 * Dumps: who runs, who waits for what, for how long, and where. The option dump_signal, or
 * CIGO_DUMP=1 in the environment, has one written on stderr whenever SIGUSR1 comes.
 */
#ifndef CIGO_DUMP_H
#define CIGO_DUMP_H

#include <cigo/base.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Writes to out the tree of the loop's tasks and workers (who spawned whom), a line each: name,
 * number, state; of those that wait the call, what it waits for, its place if it was one of the
 * macros that tell, and how long. Below it the cycles of those who wait for each other.
 *
 * In a coroutine or callback of the loop: at once. Elsewhere it asks the loop and waits for the
 * answer; if there is none within a second, it writes who holds the baton all the time: that is the
 * hog. Suspends: no, but may block the thread that second. Fails: -ENOMEM; -ETIMEDOUT: only the hog
 * was written; CIGO_ECLOSED: the loop has ended. Any thread that holds a reference on the loop.
 */
CIGO_API int cigo_loop_dump(cigo_loop *loop, FILE *out);

#ifdef __cplusplus
}
#endif
#endif
