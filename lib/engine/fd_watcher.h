/* SPDX-License-Identifier: MIT
 * A descriptor that the poller watches. A watcher stays registered from open to close (streams), or
 * is once-only (cigo_fd_wait). epoll is edge-triggered: a caller that wants an event has tried
 * before, and got EAGAIN. All functions assume the baton. Invariant: loop->waits counts the
 * watchers that want an event, and loop->alien_waits those of them that are not `own`.
 */
#pragma once

#include "base/list.h"
#include "engine/poller.h"

struct ci_fd_watcher {
	struct ci_list link; /* in the loop's watches, while open */
	cigo_loop *loop;     /* NULL: not open */
	int fd;
	uint64_t key;  /* in the loop's table */
	uint64_t seq;  /* order of registration */
	unsigned want; /* events that coroutines wait for */
	bool once;     /* re-registered for each wait */
	bool quiet;    /* a coroutine waits for it by itself: the poller need not tell its events */
	bool own;      /* both ends are in this loop: only the loop can make it ready */
	void (*ready)(struct ci_fd_watcher *w,
		      unsigned events); /* called by the driver; library code */
	/* Called when the loop ends; may be NULL. It may block until then. */
	void (*gone)(struct ci_fd_watcher *w, int64_t until);
};

/* fd, once, quiet, own, ready and gone are set by the caller. Fails: as ci_poller_ops.add, -ENOMEM. */
int ci_fd_watcher_open(cigo_loop *loop, struct ci_fd_watcher *w);
int ci_fd_watcher_want(struct ci_fd_watcher *w, unsigned events);
/* Makes a watcher quiet, or not any more. It may be not open yet. */
void ci_fd_watcher_quiet(struct ci_fd_watcher *w, bool quiet);
void ci_fd_watcher_close(struct ci_fd_watcher *w);
/* Calls ready of the watchers that n events are for, in order of registration. */
void ci_fd_watcher_dispatch(cigo_loop *loop, struct ci_event *events, int n);
