/* SPDX-License-Identifier: MIT
 * The inbox of a loop: a thread without the loop's baton reaches the loop by a message (threadsafe
 * posts, ends of blocking sections and of workers, stop, cancellation of outer contexts).
 *
 * Invariant: the mutex guards all of struct ci_inbox but `signal_messages`.
 *
 * The driver sets `asleep` before it sleeps in the poller. The first poster that writes to the
 * eventfd clears it, or else the driver; while it is clear, no poster writes. Posters write under
 * the mutex, so they cannot hit a descriptor that was closed and used again after the loop's end.
 *
 * Signal handlers cannot lock. They push a preallocated message, and always write to the eventfd.
 * The owner of the signal watcher sees to it that no handler does so before ci_inbox_open or after
 * ci_inbox_close.
 */
#pragma once

#include <pthread.h>

#include "base/list.h"

struct ci_message {
	struct ci_list link; /* in the inbox, then in the driver's list */
	/* Called by the driver, in order of posting. status < 0: the loop has ended. Library code. */
	void (*deliver)(cigo_loop *loop, struct ci_message *message, int status);
};

/* A preallocated message for signal handlers. Posts before a delivery coalesce; a later post causes
 * another delivery. */
struct ci_signal_message {
	struct ci_message message;	/* deliver is set by the owner */
	struct ci_signal_message *next; /* while posted */
	bool posted;			/* atomic */
};

struct ci_inbox {
	/* Never destroyed, as it holds nothing: the thread that gives back the last reference may free it
	 * while the one before is on its way out of the unlock. POSIX allows that; helgrind does not know. */
	pthread_mutex_t lock;
	struct ci_list messages;
	int wake_fd;	/* an eventfd while running, else -1 */
	bool asleep;	/* the driver sleeps or is about to, and no thread has woken it */
	bool closed;	/* no more messages */
	unsigned refs;	/* of the loop; more than one: outsiders may still post */
	uint64_t wakes; /* writes to the eventfd for messages */
	struct ci_signal_message
		*signal_messages; /* atomic: pushed by handlers, taken by the driver */
};

int ci_inbox_init(struct ci_inbox *inbox);
/* By any thread that holds a reference on the loop. CIGO_ECLOSED: not posted. */
int ci_inbox_post(struct ci_inbox *inbox, struct ci_message *message);
/* Takes a message back. False: it was delivered, or is about to be. */
bool ci_inbox_withdraw(struct ci_inbox *inbox, struct ci_message *message);
/* In a signal handler, on any thread. */
void ci_inbox_post_signal(struct ci_inbox *inbox, struct ci_signal_message *k);
/* wake_fd: the eventfd that wakes the driver. The owner closes it, after ci_inbox_close. */
void ci_inbox_open(struct ci_inbox *inbox, int wake_fd);
/* Refuses further messages, forgets the eventfd, and hands over those that came before. */
void ci_inbox_close(struct ci_inbox *inbox, struct ci_list *ret);
/* Takes all messages. */
void ci_inbox_collect(struct ci_inbox *inbox, struct ci_list *ret);
/* By the driver, before it sleeps: takes all messages; if there are none, sets `asleep`. Returns
 * whether other threads have a reference, so that messages may come. */
bool ci_inbox_sleep(struct ci_inbox *inbox, struct ci_list *ret);
/* By the driver, after it has slept: takes all messages and clears `asleep`. */
void ci_inbox_awake(struct ci_inbox *inbox, struct ci_list *ret);
/* Wakes the driver if it is asleep: by a thread with the loop's baton that has made work for it. */
void ci_inbox_wake(struct ci_inbox *inbox);
/* The number of writes to the eventfd for messages. */
uint64_t ci_inbox_wakes(const struct ci_inbox *inbox);
/* Adds to the number of references; returns how many are left. */
unsigned ci_inbox_count(struct ci_inbox *inbox, int add);
