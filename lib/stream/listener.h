/* SPDX-License-Identifier: MIT
 *
 * Listeners, from inside. Like a stream, one is used by one loop at a time, or by plain threads;
 * its descriptor is registered with a loop's poller at the first wait there.
 * Invariant: while somebody is in line, accept(2) has said EAGAIN since the last news of the
 * poller; so the driver, who accepts for those in line, misses no connection. The memory lives
 * until the last call inside has left.
 */
#ifndef CI_LISTENER_H
#define CI_LISTENER_H

#include "stream/address.h"
#include "cigo/listener.h"
#include "task/park.h"

#include <sys/stat.h>

struct cigo_listener {
	int fd;	      /* -1: closed, after the stop */
	bool stopped; /* atomic: a plain thread may stop what another blocks in */
	bool closed;
	unsigned inside; /* calls that still use this memory */
	struct ci_fd_watcher watch;
	uint64_t tickets;      /* drawn so far */
	struct ci_list line;   /* of ci_listener_wait: acceptors, by ticket */
	struct ci_list pauses; /* of ci_listener_wait: those that only want to hear of the stop */
	bool has_file;	       /* a unix path, which goes with the listener */
	dev_t dev;	       /* if it is still this file */
	ino_t ino;
	char address[CIGO_ADDRESS_MAX];
};

struct ci_listener_wait {
	struct ci_park park;
	const cigo_listener *listener;
	struct ci_list link;   /* in line or pauses */
	struct ci_timer timer; /* of a pause */
	uint64_t ticket;       /* in line: first come, first served */
	int result;	       /* in line: a descriptor or an error; valid once woken */
};

/* One without a descriptor; NULL: no memory. */
cigo_listener *ci_listener_new(void);
/* Checks the thread; the calling strand, NULL for a plain thread. Counts a call inside. */
struct ci_coroutine *ci_listener_enter(const cigo_ctx *ctx, cigo_listener *l);
void ci_listener_leave(cigo_listener *l);
bool ci_listener_stopped(const cigo_listener *l);
/* Whether nobody in line comes before this ticket. */
bool ci_listener_is_first(const cigo_listener *l, uint64_t ticket);
/* Suspends in line, in the ticket's place: a descriptor, or an error. */
int ci_listener_wait(cigo_ctx *ctx, struct ci_coroutine *me, cigo_listener *l, uint64_t ticket);
/* Suspends for ns, or until l stops, or somebody wakes *ret_park; that is NULL again afterwards. */
int ci_listener_pause(cigo_ctx *ctx, struct ci_coroutine *me, cigo_listener *l, int64_t ns,
		      struct ci_park **ret_park);
/* accept.c: one try. A descriptor; -EAGAIN: nobody is there; -errno. */
int ci_accept_now(const cigo_listener *l);

#endif
