/* SPDX-License-Identifier: MIT
 *
 * The inbox. The order wait-then-collect loses no wake-up (tests/model/wakeup.pml).
 */
#include "engine/inbox.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "cigo/error.h"
#include "base/signal_watcher.h"
#include "base/misuse.h"

int ci_door_init(struct ci_door *d)
{
	*d = (struct ci_door){ .wake_fd = -1, .refs = 1 };
	ci_list_init(&d->inbox);
	return -pthread_mutex_init(&d->lock, NULL);
}

void ci_door_fini(struct ci_door *d)
{
	pthread_mutex_destroy(&d->lock);
}

/* Under the lock. One write wakes the sleeper; until it sleeps again no other is needed. */
static void ring(struct ci_door *d)
{
	if (!d->polling)
		return;
	while (eventfd_write(d->wake_fd, 1) && errno == EINTR)
		;
	d->polling = false;
	d->wakes++;
}

int ci_door_post(struct ci_door *d, struct ci_letter *letter)
{
	int err = 0;

	pthread_mutex_lock(&d->lock);
	if (d->closed) {
		err = CIGO_ECLOSED;
	} else {
		ci_list_append(&d->inbox, &letter->link);
		ring(d);
	}
	pthread_mutex_unlock(&d->lock);
	return err;
}

/*
 * If it is posted already, whoever takes it has not yet looked at what it is about: `posted` is
 * cleared before the letter is delivered. Nothing tells whether the driver sleeps: the eventfd is
 * written in any case, after the push; so a driver that has missed the letter won't sleep.
 */
void ci_door_knock(struct ci_door *d, struct ci_knock *k)
{
	if (__atomic_exchange_n(&k->posted, true, __ATOMIC_SEQ_CST))
		return;
	k->next = __atomic_load_n(&d->knocks, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&d->knocks, &k->next, k, true, __ATOMIC_SEQ_CST,
					    __ATOMIC_RELAXED))
		;
	ci_ear_write(d->wake_fd);
}

static void take_knocks(struct ci_door *d, struct ci_list *ret)
{
	if (ci_likely(!__atomic_load_n(&d->knocks, __ATOMIC_ACQUIRE)))
		return;
	struct ci_knock *k = __atomic_exchange_n(&d->knocks, NULL, __ATOMIC_SEQ_CST), *next;
	for (; k; k = next) {
		next = k->next;
		__atomic_store_n(&k->posted, false, __ATOMIC_SEQ_CST);
		ci_list_append(ret, &k->letter.link);
	}
}

int ci_door_open(struct ci_door *d)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0)
		return -errno;
	pthread_mutex_lock(&d->lock);
	d->wake_fd = fd;
	pthread_mutex_unlock(&d->lock);
	return 0;
}

void ci_door_close(struct ci_door *d, struct ci_list *ret)
{
	pthread_mutex_lock(&d->lock);
	d->closed = true;
	d->polling = false;
	if (d->wake_fd >= 0)
		close(d->wake_fd);
	d->wake_fd = -1;
	__atomic_store_n(&d->knocks, NULL, __ATOMIC_RELAXED); /* their owners may be gone */
	ci_list_splice(ret, &d->inbox);
	pthread_mutex_unlock(&d->lock);
}

void ci_door_collect(struct ci_door *d, struct ci_list *ret, bool polling)
{
	pthread_mutex_lock(&d->lock);
	ci_list_splice(ret, &d->inbox);
	take_knocks(d, ret);
	d->polling = polling && ci_list_empty(ret);
	pthread_mutex_unlock(&d->lock);
}

bool ci_door_expects(struct ci_door *d)
{
	pthread_mutex_lock(&d->lock);
	bool more = d->refs > 1;
	pthread_mutex_unlock(&d->lock);
	return more;
}

unsigned ci_door_count(struct ci_door *d, int add)
{
	pthread_mutex_lock(&d->lock);
	ci_expect(add >= 0 || d->refs > 0, "more unrefs than refs");
	unsigned left = d->refs = (unsigned)((int)d->refs + add);
	if (add < 0 && left == 1)
		ring(d); /* a virtual clock may stand still for the outsider that has gone now */
	pthread_mutex_unlock(&d->lock);
	return left;
}
