/* SPDX-License-Identifier: MIT
 *
 * The inbox of a loop: whatever comes from a thread without the loop's baton (threadsafe posts, ends of
 * blocking sections and of workers, stop, cancellation of outer contexts) comes as a message.
 *
 * Invariant: the mutex guards all of struct ci_inbox but `signal_messages`.
 *
 * `asleep` is set before the driver sleeps in the poller, and cleared by the first write to the eventfd,
 * or by the driver; only while it is set such a write is made. That is done under the mutex, so that it
 * can't hit a descriptor that was closed and used again after the loop's end.
 *
 * Signal handlers can't lock. They push a message made for them beforehand, and always write. The one
 * that lets them (a signal watcher) sees to it that none does before ci_inbox_open or after
 * ci_inbox_close.
 */
#ifndef CI_INBOX_H
#define CI_INBOX_H

#include <pthread.h>

#include "base/list.h"

struct ci_message {
	struct ci_list link; /* in the inbox, or in the driver's hands */
	/* By the driver, in order of posting. status < 0: the loop has ended. Library code only. */
	void (*deliver)(cigo_loop *loop, struct ci_message *message, int status);
};

/* A preallocated message for signal handlers. Posts before a delivery coalesce; one after it causes
 * another. */
struct ci_signal_message {
	struct ci_message message;	/* deliver is set by the owner */
	struct ci_signal_message *next; /* while posted */
	bool posted;			/* atomic */
};

struct ci_inbox {
	pthread_mutex_t lock;
	struct ci_list messages;
	int wake_fd;	/* an eventfd while running, else -1 */
	bool asleep;	/* atomic; the driver sleeps, or is about to, and nobody has woken it */
	bool closed;	/* no more messages */
	unsigned refs;	/* atomic; of the loop; more than one: outsiders may still come */
	uint64_t wakes; /* writes to the eventfd for messages */
	struct ci_signal_message
		*signal_messages; /* atomic: pushed by handlers, taken by the driver */
};

int ci_inbox_init(struct ci_inbox *inbox);
void ci_inbox_fini(struct ci_inbox *inbox);
/* Any thread that holds a reference on the loop. CIGO_ECLOSED: not taken. */
int ci_inbox_post(struct ci_inbox *inbox, struct ci_message *message);
/* In a signal handler, on any thread. */
void ci_inbox_post_signal(struct ci_inbox *inbox, struct ci_signal_message *k);
/* Opens the eventfd. -errno. */
int ci_inbox_open(struct ci_inbox *inbox);
/* Refuses further messages, closes the eventfd, and hands over those that came before. */
void ci_inbox_close(struct ci_inbox *inbox, struct ci_list *ret);
/* Takes all messages. */
void ci_inbox_collect(struct ci_inbox *inbox, struct ci_list *ret);
/* By the driver, before it sleeps: the same, and if there are none it is asleep from here on. Returns
 * whether other threads have a reference, so that messages may come. */
bool ci_inbox_sleep(struct ci_inbox *inbox, struct ci_list *ret);
/* By the driver, when it has slept: the same, and it is awake. */
void ci_inbox_awake(struct ci_inbox *inbox, struct ci_list *ret);
/* Wakes the driver, if it is asleep: for a thread with the loop's baton that found it something to do. */
void ci_inbox_wake(struct ci_inbox *inbox);
/* The number of writes to the eventfd for messages. */
uint64_t ci_inbox_wakes(const struct ci_inbox *inbox);
/* The number of references left. */
unsigned ci_inbox_count(struct ci_inbox *inbox, int add);

#endif
