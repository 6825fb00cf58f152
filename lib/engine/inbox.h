/* SPDX-License-Identifier: MIT
 *
 * The one door for outsiders: whatever comes to a loop without its baton (threadsafe posts, ends of
 * blocking sections and of workers, stop, cancellation of outer contexts) comes as a letter.
 * Invariant: all of struct ci_door but `knocks` is guarded by its mutex; nothing else in a loop is
 * locked.
 * `polling` is set while the driver may sleep in the poller; only then a post costs a write to the
 * eventfd, done under the mutex, so that it can't hit a descriptor reused after the loop's end.
 *
 * Signal handlers can't lock. They knock: push a letter made for them beforehand, and always write;
 * who lets them knock (an ear, ear.h) sees to it that none does before ci_door_open or after
 * ci_door_close.
 */
#ifndef CI_DOOR_H
#define CI_DOOR_H

#include <pthread.h>

#include "base/list.h"

struct ci_letter {
	struct ci_list link; /* in the inbox, or in the driver's hands */
	/* By the driver, in order of posting. status < 0: the loop has ended. Library code only. */
	void (*deliver)(cigo_loop *loop, struct ci_letter *letter, int status);
};

/* A letter that signal handlers post, as often as they like: it is delivered at least once after. */
struct ci_knock {
	struct ci_letter letter; /* deliver is set by the owner */
	struct ci_knock *next;	 /* while posted */
	bool posted;		 /* atomic */
};

struct ci_door {
	pthread_mutex_t lock;
	struct ci_list inbox;
	int wake_fd;   /* an eventfd while running, else -1 */
	bool polling;  /* the driver sleeps, or is about to */
	bool closed;   /* no more letters */
	unsigned refs; /* of the loop; more than one: outsiders may still come */
	uint64_t wakes;
	struct ci_knock *knocks; /* atomic: pushed by handlers, taken by the driver */
};

int ci_door_init(struct ci_door *d);
void ci_door_fini(struct ci_door *d);
/* Any thread that holds a reference on the loop. CIGO_ECLOSED: not taken. */
int ci_door_post(struct ci_door *d, struct ci_letter *letter);
/* In a signal handler, on any thread. */
void ci_door_knock(struct ci_door *d, struct ci_knock *k);
/* Opens the eventfd. -errno. */
int ci_door_open(struct ci_door *d);
/* Refuses further letters, closes the eventfd, and hands over those that came before. */
void ci_door_close(struct ci_door *d, struct ci_list *ret);
/* All letters; with `polling`, and there are none, the driver is announced to sleep. */
void ci_door_collect(struct ci_door *d, struct ci_list *ret, bool polling);
/* Has outsiders with a reference. */
bool ci_door_expects(struct ci_door *d);
/* The number of references left. */
unsigned ci_door_count(struct ci_door *d, int add);

#endif
