/* SPDX-License-Identifier: MIT
 * Listeners, from inside. Like a stream, a listener is used by one loop at a time, or by plain
 * threads. The first wait in a loop registers its descriptor with the loop's poller.
 * Invariants: while a coroutine waits, accept(2) has said EAGAIN since the poller's last event. So
 * the driver, which accepts for the waiters, misses no connection. The memory lives until the last
 * call inside has left, and the descriptor as long as a plain thread may use it.
 */
#pragma once

#include "stream/address.h"
#include "cigo/listener.h"
#include "task/park.h"

#include <sys/stat.h>

struct cigo_listener {
	int fd;	      /* -1: closed, after the stop */
	bool stopped; /* atomic: plain threads may stop it while another accepts */
	bool closed;
	unsigned inside;  /* atomic: calls that still use this memory */
	unsigned threads; /* atomic: calls of plain threads, which may be in poll(2) */
	struct ci_fd_watcher watch;
	uint64_t tickets;      /* drawn so far */
	struct ci_list line;   /* parks of ci_listener_wait: acceptors, by ticket */
	struct ci_list pauses; /* parks of servers: until one of their connections or l ends */
	bool has_file;	       /* a unix path, to be removed at the end */
	dev_t dev;	       /* if it is still this file */
	ino_t ino;
	char address[CI_ADDRESS_TEXT];
};

struct ci_listener_wait {
	struct ci_park park;
	const cigo_listener *listener;
	uint64_t ticket; /* first come, first served */
	int result;	 /* a descriptor or an error; valid once woken */
};

/* A listener without a descriptor; NULL: no memory. */
cigo_listener *ci_listener_new(void);
/* As cigo_listener_close. */
void ci_listener_close(cigo_listener *l);
/* Checks the thread and counts a call inside. The calling coroutine; NULL: a plain thread. */
struct ci_coroutine *ci_listener_enter(const cigo_ctx *ctx, cigo_listener *l);
void ci_listener_leave(cigo_listener *l);
bool ci_listener_stopped(const cigo_listener *l);
/* Whether no waiter comes before this ticket. */
bool ci_listener_is_first(const cigo_listener *l, uint64_t ticket);
/* Waits in the ticket's place of the wait queue: a descriptor, or an error. */
int ci_listener_wait(cigo_ctx *ctx, struct ci_coroutine *me, cigo_listener *l, uint64_t ticket);
/* accept.c: one try. A descriptor; -EAGAIN: no connection is there; -errno. */
int ci_accept_now(const cigo_listener *l);
/* As cigo_accept, after ci_listener_enter. */
int ci_accept(cigo_ctx *ctx, struct ci_coroutine *me, cigo_listener *l, cigo_stream **ret);
