/* SPDX-License-Identifier: MIT
 * Watchers of the process's signals. One handler serves all: it counts the signal, notifies the
 * watchers that watch it, and returns.
 * Invariant: while a watcher watches a signal, the handler is that signal's action; otherwise the
 * program's own action is. An action that the program has set meanwhile stays.
 *
 * Why not signalfd: it needs the signal blocked in every thread; in a thread of the program that
 * does not block it, the default action kills the process. Handlers may run on any thread at any
 * time, so what they read is atomic. One mutex, which handlers never take, guards the rest.
 */
#pragma once

#include "base/base.h"

enum { CI_SIGNALS = 65 }; /* signal numbers are 1 to 64 */

struct ci_signal_watcher {
	/* Called in a signal handler, on any thread; final. */
	void (*notify)(struct ci_signal_watcher *w);
	bool last; /* final. Notified only of signals that no ordinary watcher watches, and only once:
		    * the next such signal has its default action */
	bool notified;			/* valid if last; atomic, written by handlers */
	bool watches[CI_SIGNALS];	/* atomic, written under the mutex */
	struct ci_signal_watcher *next; /* atomic, written under the mutex */
};

/* Whether sig can be watched: not SIGKILL, SIGSTOP, nor what a fault of the program raises. */
bool ci_signal_watcher_can(int sig);
/* The caller has set notify and last. It watches nothing yet. */
void ci_signal_watcher_open(struct ci_signal_watcher *w);
/*
 * Watches sig from now on. Fails: as sigaction; -EBUSY: w->last is set, and the program handles or
 * ignores sig.
 */
int ci_signal_watcher_watch(struct ci_signal_watcher *w, int sig);
/* Closes w: on return no handler uses it. In a child of fork w was closed already. */
void ci_signal_watcher_close(struct ci_signal_watcher *w);
/* For notify: makes an eventfd readable. */
void ci_signal_watcher_write(int eventfd);
/* How often the handler has seen sig; wraps around. */
unsigned ci_signal_watcher_count(int sig);
