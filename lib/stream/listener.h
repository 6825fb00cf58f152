/* SPDX-License-Identifier: MIT
 *
 * Listeners, from inside. Like a stream, one is used by one loop at a time, or by plain threads;
 * its descriptor is registered with a loop's poller at the first wait there.
 * Invariant: while a coroutine is in line, accept(2) has said EAGAIN since the last news of the
 * poller; so the driver, which accepts for those in line, misses no connection. The memory lives
 * until the last call inside has left, and the descriptor while a plain thread may look at it.
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
	unsigned inside;  /* atomic: calls that still use this memory */
	unsigned threads; /* atomic: calls of plain threads, which may be in poll(2) */
	struct ci_fd_watcher watch;
	uint64_t tickets;      /* drawn so far */
	struct ci_list line;   /* parks of ci_listener_wait: acceptors, by ticket */
	struct ci_list pauses; /* parks of servers: until one of their connections or l ends */
	bool has_file;	       /* a unix path, which goes with the listener */
	dev_t dev;	       /* if it is still this file */
	ino_t ino;
	char address[CIGO_ADDRESS_MAX];
};

struct ci_listener_wait {
	struct ci_park park;
	const cigo_listener *listener;
	uint64_t ticket; /* first come, first served */
	int result;	 /* a descriptor or an error; valid once woken */
};

/* One without a descriptor; NULL: no memory. */
cigo_listener *ci_listener_new(void);
/* As cigo_listener_close. */
void ci_listener_close(cigo_listener *l);
/* Checks the thread; the calling coroutine, NULL for a plain thread. Counts a call inside. */
struct ci_coroutine *ci_listener_enter(const cigo_ctx *ctx, cigo_listener *l);
void ci_listener_leave(cigo_listener *l);
bool ci_listener_stopped(const cigo_listener *l);
/* Whether no coroutine in line comes before this ticket. */
bool ci_listener_is_first(const cigo_listener *l, uint64_t ticket);
/* Suspends in line, in the ticket's place: a descriptor, or an error. */
int ci_listener_wait(cigo_ctx *ctx, struct ci_coroutine *me, cigo_listener *l, uint64_t ticket);
/* accept.c: one try. A descriptor; -EAGAIN: no connection is there; -errno. */
int ci_accept_now(const cigo_listener *l);
/* As cigo_accept, by one that has entered. */
int ci_accept(cigo_ctx *ctx, struct ci_coroutine *me, cigo_listener *l, cigo_stream **ret);

#endif
