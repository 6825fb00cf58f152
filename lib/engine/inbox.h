/* SPDX-License-Identifier: MIT
 *
 * The one door for outsiders: whatever comes to a loop without its baton (threadsafe posts, ends of
 * blocking sections and of workers, stop, cancellation of outer contexts) comes as a letter.
 * Invariant: all of struct ci_inbox but `knocks` is guarded by its mutex; nothing else in a loop is
 * locked.
 * `polling` is set while the driver may sleep in the poller; only then a post costs a write to the
 * eventfd, done under the mutex, so that it can't hit a descriptor reused after the loop's end.
 *
 * Signal handlers can't lock. They knock: push a letter made for them beforehand, and always write;
 * who lets them knock (an ear, ear.h) sees to it that none does before ci_inbox_open or after
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

/* A letter that signal handlers post, as often as they like: it is delivered at least once after. */
struct ci_signal_message {
	struct ci_message message;	/* deliver is set by the owner */
	struct ci_signal_message *next; /* while posted */
	bool posted;			/* atomic */
};

struct ci_inbox {
	pthread_mutex_t lock;
	struct ci_list messages;
	int wake_fd;   /* an eventfd while running, else -1 */
	bool polling;  /* the driver sleeps, or is about to */
	bool closed;   /* no more letters */
	unsigned refs; /* of the loop; more than one: outsiders may still come */
	uint64_t wakes;
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
/* Refuses further letters, closes the eventfd, and hands over those that came before. */
void ci_inbox_close(struct ci_inbox *inbox, struct ci_list *ret);
/* All letters; with `polling`, and there are none, the driver is announced to sleep. */
void ci_inbox_collect(struct ci_inbox *inbox, struct ci_list *ret, bool polling);
/* Has outsiders with a reference. */
bool ci_inbox_expects(struct ci_inbox *inbox);
/* The number of references left. */
unsigned ci_inbox_count(struct ci_inbox *inbox, int add);

#endif
