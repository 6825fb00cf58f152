/* SPDX-License-Identifier: MIT
 * Dumps: for each coroutine whether it runs, or what it waits for, how long, and where. The signal
 * of the option dump_signal prints one on stderr; so does SIGUSR1 with CIGO_DUMP=1 in the
 * environment.
 */
#ifndef CIGO_DUMP_H
#define CIGO_DUMP_H

#include <cigo/base.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Writes to out the tree of the loop's tasks and workers (each below its spawner), a line each:
 * name, number, state; for a waiting one the call, what it waits for, its place if a macro recorded
 * it, and how long it has waited. Below the tree follow the cycles of tasks that wait for each
 * other.
 *
 * In a coroutine or callback of the loop it writes at once. Elsewhere it asks the loop and waits
 * for the answer; if none comes within a second, it writes which coroutine holds the baton: that
 * one is the hog. Suspends: no, but may block the thread for that second. Fails: -ENOMEM;
 * -ETIMEDOUT: only the hog was written; CIGO_ECLOSED: the loop has ended. Any thread that holds a
 * reference to the loop.
 */
CIGO_API int cigo_loop_dump(cigo_loop *loop, FILE *out);

#ifdef __cplusplus
}
#endif
#endif
