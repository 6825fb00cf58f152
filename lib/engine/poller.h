/* SPDX-License-Identifier: MIT
 * The interface of the pollers. Implementations: poller_epoll.c and poller_poll.c. A poller knows
 * of a watcher only key, descriptor and wanted events; it makes no callbacks. All functions assume
 * the baton; in the preemptive model `wait` gives it up while it sleeps.
 */
#pragma once

#include "base/base.h"
#include "cigo/fd.h"

enum {
	CI_HANGUP = 4, /* beside CIGO_READ and CIGO_WRITE: the peer has hung up */
	CI_EVENTS = 64 /* of one wait, at most */
};

struct ci_fd_watcher;

struct ci_event {
	uint64_t key;	 /* of the watcher; a stale key finds none */
	uint64_t seq;	 /* fd_watcher.c's: order of registration */
	unsigned events; /* CIGO_READ, CIGO_WRITE, CI_HANGUP */
};

struct ci_poller {
	const struct ci_poller_ops *ops;
	int fd;	     /* readable when the wait would return at once; -1: there is none */
	int wake_fd; /* an eventfd: interrupts the wait */
};

struct ci_poller_ops {
	const char *name;
	bool snapshots; /* a wait ignores wants that came after it began, so it must be interrupted */
	/* wake_fd: readable when the wait must be interrupted; the poller drains it. -errno. */
	int (*open)(struct ci_poller **ret, int wake_fd);
	void (*close)(struct ci_poller *p);
	/* -EPERM: regular files and directories; -EEXIST: watched already; -errno. */
	int (*add)(struct ci_poller *p, const struct ci_fd_watcher *w);
	/* w->want has changed. -errno. */
	int (*want)(struct ci_poller *p, const struct ci_fd_watcher *w);
	/* w->quiet has changed. */
	void (*quiet)(struct ci_poller *p, const struct ci_fd_watcher *w);
	/* The descriptor may be closed already. */
	void (*del)(struct ci_poller *p, const struct ci_fd_watcher *w);
	/* Up to CI_EVENTS events, in any order; 0 after timeout ns (CIGO_NEVER: none) or a signal. */
	int (*wait)(struct ci_poller *p, int64_t timeout, struct ci_event *ret);
};

extern const struct ci_poller_ops ci_epoll, ci_poll;

/* Opens the loop's poller, and the eventfd of its inbox. -errno. */
int ci_poller_open(cigo_loop *loop, const struct ci_poller_ops *ops);
/* After ci_inbox_close. Nothing is done if it was not opened. */
void ci_poller_close(cigo_loop *loop);
/* Closes what ci_poller_close has kept. After ci_rest_drop. */
void ci_poller_drop(void);
