/* SPDX-License-Identifier: MIT
 *
 * The interface of the pollers. Two implementations keep it honest: poller_epoll.c and poller_poll.c. A poller
 * knows watches only by their key, descriptor and wish; it calls nobody back.
 */
#ifndef CI_POLLER_H
#define CI_POLLER_H

#include "base/base.h"
#include "cigo/fd.h"

enum {
	CI_HANGUP = 4, /* beside CIGO_READ and CIGO_WRITE: nothing new will ever come */
	CI_EVENTS = 64 /* of one wait, at most */
};

struct ci_fd_watcher;

struct ci_event {
	uint64_t key;	 /* of the watch; generations make stale ones harmless */
	uint64_t seq;	 /* fd_watcher.c's: order of registration */
	unsigned events; /* CIGO_READ, CIGO_WRITE, CI_HANGUP */
};

struct ci_poller {
	const struct ci_poller_ops *ops;
};

struct ci_poller_ops {
	const char *name;
	bool snapshots; /* a wait does not see what is wanted since it began: it must be ended */
	/* wake_fd: readable when the wait must be interrupted; the poller drains it. -errno. */
	int (*open)(struct ci_poller **ret, int wake_fd);
	void (*close)(struct ci_poller *p);
	/* -EPERM: it can't be waited for (regular files); -EEXIST: watched already; -errno. */
	int (*add)(struct ci_poller *p, const struct ci_fd_watcher *w);
	/* w->want has changed. -errno. */
	int (*want)(struct ci_poller *p, const struct ci_fd_watcher *w);
	/* The descriptor may be closed already. */
	void (*del)(struct ci_poller *p, const struct ci_fd_watcher *w);
	/* Up to CI_EVENTS events, in any order; 0 after timeout ns (CIGO_NEVER: none) or a signal. */
	int (*wait)(struct ci_poller *p, int64_t timeout, struct ci_event *ret);
};

extern const struct ci_poller_ops ci_epoll, ci_poll;

#endif
