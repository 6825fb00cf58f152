/* SPDX-License-Identifier: MIT
 * The inbox. No wake-up is lost, since the driver collects after its wait (tests/model/wakeup.pml).
 */
#include "engine/inbox.h"

#include <errno.h>
#include <sys/eventfd.h>

#include "cigo/error.h"
#include "base/lock.h"
#include "base/signal_watcher.h"
#include "base/misuse.h"

int ci_inbox_init(struct ci_inbox *inbox)
{
	*inbox = (struct ci_inbox){ .wake_fd = -1, .refs = 1 };
	ci_list_init(&inbox->messages);
	return -pthread_mutex_init(&inbox->lock, NULL);
}

/* Under the lock. One write wakes the driver; no other is needed until it sleeps again. */
static bool ring(struct ci_inbox *inbox)
{
	if (!inbox->asleep)
		return false;
	while (eventfd_write(inbox->wake_fd, 1) && errno == EINTR)
		;
	inbox->asleep = false;
	return true;
}

void ci_inbox_wake(struct ci_inbox *inbox)
{
	CI_LOCKED(&inbox->lock);
	ring(inbox);
}

int ci_inbox_post(struct ci_inbox *inbox, struct ci_message *message)
{
	CI_LOCKED(&inbox->lock);
	if (inbox->closed)
		return CIGO_ECLOSED;
	ci_list_append(&inbox->messages, &message->link);
	if (ring(inbox))
		inbox->wakes++;
	return 0;
}

bool ci_inbox_withdraw(struct ci_inbox *inbox, struct ci_message *message)
{
	CI_LOCKED(&inbox->lock);
	ci_list_each(node, &inbox->messages)
		if (node == &message->link) {
			ci_list_unlink(node);
			return true;
		}
	return false;
}

/*
 * `posted` is cleared before the message is delivered. So if it is set, the delivery to come sees
 * this signal too. A handler cannot know whether the driver sleeps: it always writes to the
 * eventfd, after the push, so a driver that has missed the message does not sleep.
 */
void ci_inbox_post_signal(struct ci_inbox *inbox, struct ci_signal_message *k)
{
	if (__atomic_exchange_n(&k->posted, true, __ATOMIC_SEQ_CST))
		return;
	k->next = __atomic_load_n(&inbox->signal_messages, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&inbox->signal_messages, &k->next, k, true,
					    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		;
	ci_signal_watcher_write(inbox->wake_fd);
}

static void take_signal_messages(struct ci_inbox *inbox, struct ci_list *ret)
{
	if (ci_likely(!__atomic_load_n(&inbox->signal_messages, __ATOMIC_ACQUIRE)))
		return;
	struct ci_signal_message *k = __atomic_exchange_n(&inbox->signal_messages, NULL,
							  __ATOMIC_SEQ_CST),
				 *next;
	for (; k; k = next) {
		next = k->next;
		__atomic_store_n(&k->posted, false, __ATOMIC_SEQ_CST);
		ci_list_append(ret, &k->message.link);
	}
}

void ci_inbox_open(struct ci_inbox *inbox, int wake_fd)
{
	CI_LOCKED(&inbox->lock);
	inbox->wake_fd = wake_fd;
}

void ci_inbox_close(struct ci_inbox *inbox, struct ci_list *ret)
{
	CI_LOCKED(&inbox->lock);
	inbox->closed = true;
	inbox->asleep = false;
	inbox->wake_fd = -1;
	__atomic_store_n(&inbox->signal_messages, NULL,
			 __ATOMIC_RELAXED); /* their owners may be gone */
	ci_list_splice(ret, &inbox->messages);
}

/* Under the lock. */
static void take_all(struct ci_inbox *inbox, struct ci_list *ret)
{
	ci_list_splice(ret, &inbox->messages);
	take_signal_messages(inbox, ret);
}

void ci_inbox_collect(struct ci_inbox *inbox, struct ci_list *ret)
{
	CI_LOCKED(&inbox->lock);
	take_all(inbox, ret);
}

bool ci_inbox_sleep(struct ci_inbox *inbox, struct ci_list *ret)
{
	CI_LOCKED(&inbox->lock);
	take_all(inbox, ret);
	inbox->asleep = ci_list_empty(ret);
	return inbox->refs > 1;
}

void ci_inbox_awake(struct ci_inbox *inbox, struct ci_list *ret)
{
	CI_LOCKED(&inbox->lock);
	take_all(inbox, ret);
	inbox->asleep = false;
}

unsigned ci_inbox_count(struct ci_inbox *inbox, int add)
{
	CI_LOCKED(&inbox->lock);
	ci_expect(add >= 0 || inbox->refs > 0, "more unrefs than refs");
	unsigned left = inbox->refs = (unsigned)((int)inbox->refs + add);
	/* a virtual clock may have waited for the outsider that has now given up its reference */
	if (add < 0 && left == 1 && ring(inbox))
		inbox->wakes++;
	return left;
}

uint64_t ci_inbox_wakes(const struct ci_inbox *inbox)
{
	CI_LOCKED((pthread_mutex_t *)(uintptr_t)&inbox->lock);
	return inbox->wakes;
}
