/* SPDX-License-Identifier: MIT
 *
 * A descriptor under the poller's eyes. A watcher stays registered from open to close (streams),
 * or is once-only (cigo_fd_wait). It is edge-triggered under epoll: the caller that wants an event has
 * tried and met EAGAIN before.
 * Invariant: loop->waits counts the watches that want something; own ones (both ends in this loop)
 * are not in loop->alien_waits.
 */
#ifndef CI_FD_WATCHER_H
#define CI_FD_WATCHER_H

#include "base/list.h"
#include "engine/poller.h"

struct ci_fd_watcher {
	struct ci_list link; /* in the loop's watches, while open */
	cigo_loop *loop;     /* NULL: not open */
	int fd;
	uint64_t key;  /* in the loop's table */
	uint64_t seq;  /* order of registration */
	unsigned want; /* events somebody waits for */
	bool once;     /* re-registered for each wish */
	bool own;      /* only this loop can make it ready */
	void (*ready)(struct ci_fd_watcher *w, unsigned events); /* by the driver; library code */
	void (*gone)(struct ci_fd_watcher *w); /* the loop ends; NULL: nobody minds */
};

/* fd, once, own, ready and gone are set by the caller. Fails: as ci_poller_ops.add, -ENOMEM. */
int ci_fd_watcher_open(cigo_loop *loop, struct ci_fd_watcher *w);
int ci_fd_watcher_want(struct ci_fd_watcher *w, unsigned events);
void ci_fd_watcher_close(struct ci_fd_watcher *w);
/* Hands n events to their watches, in order of registration. */
void ci_fd_watcher_dispatch(cigo_loop *loop, struct ci_event *events, int n);

#endif
