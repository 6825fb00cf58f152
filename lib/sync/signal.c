/* SPDX-License-Identifier: MIT
 * Waiting for signals. A loop has one signal watcher, from the first wait to its end. The handler
 * counts the signal and posts to the loop's inbox; the loop counts what its coroutines were given.
 * Invariant: no coroutine waits for a signal that has come and was not given, except between the
 * handler's post and its delivery.
 */
#include "cigo/signal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/signal_watcher.h"
#include "task/park.h"
#include "sync/signal.h"

struct ci_signals {
	struct ci_signal_watcher watcher;
	struct ci_signal_message signal_message;
	cigo_loop *loop;
	unsigned given[CI_SIGNALS]; /* valid for watched signals: how many were given */
	struct ci_list waiters;	    /* of struct waiter, the longest wait first */
};

struct waiter {
	struct ci_park park;
	const int *signals; /* the caller's */
	size_t n;
	int came; /* valid when woken */
};

/* The first signal that has come more often than it was given; 0: none has. */
static int first_come(const unsigned given[CI_SIGNALS], const int *signals, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ci_signal_watcher_count(signals[i]) != given[signals[i]])
			return signals[i];
	return 0;
}

/* --- in a loop ------------------------------------------------------------------------------- */

static void notify(struct ci_signal_watcher *watcher)
{
	struct ci_signals *s = ci_container_of(watcher, struct ci_signals, watcher);

	ci_inbox_post_signal(&s->loop->inbox, &s->signal_message);
}

/* Gives each waiter one signal that has come. Waiters given the same signal share one arrival. */
static void give(struct ci_signals *s)
{
	bool used[CI_SIGNALS] = { false };

	ci_list_of(struct waiter, w, &s->waiters, park.link) {
		w->came = first_come(s->given, w->signals, w->n);
		if (!w->came)
			continue;
		used[w->came] = true;
		ci_park_wake(&w->park);
	}
	for (int sig = 1; sig < CI_SIGNALS; sig++)
		s->given[sig] += used[sig];
}

static void deliver(cigo_loop *loop, struct ci_message *message, int status)
{
	(void)message;
	if (!status)
		give(loop->signals);
}

static struct ci_signals *open_signals(cigo_loop *loop)
{
	struct ci_signals *s = loop->signals;

	if (s)
		return s;
	s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	s->loop = loop;
	s->watcher.notify = notify;
	s->signal_message.message.deliver = deliver;
	ci_list_init(&s->signal_message.message.link);
	ci_list_init(&s->waiters);
	ci_signal_watcher_open(&s->watcher);
	loop->signals = s;
	return s;
}

void ci_signal_close(cigo_loop *loop)
{
	if (!loop->signals)
		return;
	ci_signal_watcher_close(&loop->signals->watcher);
	free(loop->signals);
	loop->signals = NULL;
}

/* Watches them all. What came before the first watch does not count. */
static int watch_all(struct ci_signal_watcher *watcher, unsigned given[CI_SIGNALS],
		     const int *signals, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (watcher->watches[signals[i]])
			continue;
		given[signals[i]] = ci_signal_watcher_count(signals[i]);
		int err = ci_signal_watcher_watch(watcher, signals[i]);
		if (err)
			return err;
	}
	return 0;
}

/* For the virtual clock a signal is like a descriptor from outside: it may come at any moment. */
static int suspend(cigo_ctx *ctx, struct ci_coroutine *me, const int *signals, size_t n)
{
	struct waiter w = { .signals = signals, .n = n };
	cigo_loop *loop = me->loop;

	loop->waits++;
	loop->alien_waits++;
	int err = ci_park_in(ctx, me, &loop->signals->waiters, CIGO_NEVER, &w.park);
	loop->waits--;
	loop->alien_waits--;
	return err ? err : w.came;
}

static int wait_in_loop(cigo_ctx *ctx, struct ci_coroutine *me, const int *signals, size_t n)
{
	struct ci_signals *s = open_signals(me->loop);
	int err = s ? watch_all(&s->watcher, s->given, signals, n) : -ENOMEM;

	if (err)
		return err;
	give(s); /* to the coroutines that waited before */
	int came = first_come(s->given, signals, n);
	if (came) {
		s->given[came]++;
		ci_park_pass(me);
		return came;
	}
	return suspend(ctx, me, signals, n);
}

/* --- without a loop -------------------------------------------------------------------------- */

struct blocked {
	struct ci_signal_watcher watcher;
	int wake_fd;
	unsigned given[CI_SIGNALS];
};

static void wake(struct ci_signal_watcher *watcher)
{
	ci_signal_watcher_write(ci_container_of(watcher, struct blocked, watcher)->wake_fd);
}

static int wait_open(cigo_ctx *ctx, const struct blocked *b, const int *signals, size_t n)
{
	struct pollfd p = { .fd = b->wake_fd, .events = POLLIN };
	uint64_t drained;
	int came, err;

	do {
		err = ci_ctx_block(ctx, &p, 1, CIGO_NEVER);
		came = first_come(b->given, signals, n);
		if (!came && err > 0 && read(p.fd, &drained, sizeof drained) < 0)
			err = errno == EAGAIN || errno == EINTR ? 0 : -errno;
	} while (!came && err >= 0);
	return came ? came : err;
}

/* Unblocks the signals in this thread meanwhile: it may be the only one that can get them. */
static int wait_unblocked(cigo_ctx *ctx, const struct blocked *b, const int *signals, size_t n)
{
	sigset_t set, mask;

	sigemptyset(&set);
	for (size_t i = 0; i < n; i++)
		sigaddset(&set, signals[i]);
	pthread_sigmask(SIG_UNBLOCK, &set, &mask);
	int result = wait_open(ctx, b, signals, n);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	return result;
}

static int block(cigo_ctx *ctx, const int *signals, size_t n)
{
	int result = ci_ctx_cause(ctx);
	struct blocked b = { .watcher.notify = wake };

	if (result)
		return result;
	b.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (b.wake_fd < 0)
		return -errno;
	ci_signal_watcher_open(&b.watcher);
	result = watch_all(&b.watcher, b.given, signals, n);
	if (!result)
		result = wait_unblocked(ctx, &b, signals, n);
	ci_signal_watcher_close(&b.watcher);
	close(b.wake_fd);
	return result;
}

/* --- both ------------------------------------------------------------------------------------ */

int cigo_signal_wait(cigo_ctx *ctx, const int *signals, size_t n)
{
	CI_ENTRY;
	if (!ctx)
		return -ENOMEM;
	if (!signals || !n)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (!ci_signal_watcher_can(signals[i]))
			return -EINVAL;
	struct ci_coroutine *me = ci_park_enter(ctx);
	if (!me)
		return block(ctx, signals, n);
	int err = ci_park_refuse(ctx, me);
	return err ? err : wait_in_loop(ctx, me, signals, n);
}
