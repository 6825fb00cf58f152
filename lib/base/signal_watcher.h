/* SPDX-License-Identifier: MIT
 *
 * Ears: who hears the process's signals. One handler for all; it counts, rings the ears that hear
 * the signal, and returns. Invariant: a signal's action is the handler while an ear hears it, and
 * the program's own otherwise; unless the program changed it meanwhile, which then stands.
 *
 * Why not signalfd: it wants the signal blocked in every thread, and the first user's thread that
 * has it open dies of it. What handlers read is atomic, for they may run on any thread at any time;
 * everything else here is guarded by one mutex, which handlers never take.
 */
#ifndef CI_SIGNAL_WATCHER_H
#define CI_SIGNAL_WATCHER_H

#include "base/base.h"

enum { CI_SIGNALS = 65 }; /* their numbers are 1 to 64 */

struct ci_signal_watcher {
	void (*notify)(
		struct ci_signal_watcher *watcher); /* in a signal handler, on any thread; final */
	bool last;     /* hears only what no other kind does, and the second time it is the
				 * signal's default that happens; final */
	bool notified; /* last ones: has been; atomic, written by handlers */
	bool watches[CI_SIGNALS];	/* atomic, written under the mutex */
	struct ci_signal_watcher *next; /* atomic, written under the mutex */
};

/* Whether sig can be heard: not SIGKILL, SIGSTOP, nor what a fault of the program raises. */
bool ci_signal_watcher_can(int sig);
/* ring and last are set by the caller. It hears nothing yet. */
void ci_signal_watcher_open(struct ci_signal_watcher *watcher);
/*
 * Hears sig from now on. Fails: as sigaction; -EBUSY: ear is a last one, and the program has an
 * action of its own for sig, or ignores it.
 */
int ci_signal_watcher_watch(struct ci_signal_watcher *watcher, int sig);
/* Hears nothing any more; no handler is at it any more on return. In a forked child: did already. */
void ci_signal_watcher_close(struct ci_signal_watcher *watcher);
/* For ring: makes an eventfd readable. */
void ci_signal_watcher_write(int eventfd);
/* How often sig has come, to any ear; wraps around. */
unsigned ci_signal_watcher_count(int sig);

#endif
