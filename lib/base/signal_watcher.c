/* SPDX-License-Identifier: MIT
 * The signal handler and its table.
 *
 * A watcher is closed in three steps: its signals get their old actions back, it leaves the list,
 * and then the closing thread waits until no handler is running. A handler that began before may
 * still use the watcher; a handler that begins later cannot find it. All accesses are sequentially
 * consistent, so "later" is well defined: if the closing thread reads `running` as 0, a handler
 * that it missed has incremented `running` after that, when the watcher had left the list.
 */
#include "base/signal_watcher.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/lock.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards what is not atomic */
static struct sigaction old[CI_SIGNALS];		 /* valid while users > 0 */
static unsigned users[CI_SIGNALS];			 /* watchers of each signal */

static unsigned counts[CI_SIGNALS];	   /* atomic */
static unsigned running;		   /* atomic; handlers that run now */
static struct ci_signal_watcher *watchers; /* atomic; all that are open */

#define load(p)		__atomic_load_n((p), __ATOMIC_SEQ_CST)
#define store(p, value) __atomic_store_n((p), (value), __ATOMIC_SEQ_CST)

/* --- in the handler -------------------------------------------------------------------------- */

static bool notify(int sig)
{
	bool noticed = false;

	for (struct ci_signal_watcher *e = load(&watchers); e; e = load(&e->next))
		if (!e->last && load(&e->watches[sig])) {
			e->notify(e);
			noticed = true;
		}
	return noticed;
}

/* True: one of the last watchers had been notified before. */
static bool notify_last(int sig)
{
	bool again = false;

	for (struct ci_signal_watcher *e = load(&watchers); e; e = load(&e->next))
		if (e->last && load(&e->watches[sig])) {
			if (__atomic_exchange_n(&e->notified, true, __ATOMIC_SEQ_CST))
				again = true;
			else
				e->notify(e);
		}
	return again;
}

/* The handler blocks all signals: the signal raised here arrives when the handler returns. */
static void do_default(int sig)
{
	struct sigaction action;

	memset(&action, 0, sizeof action);
	action.sa_handler = SIG_DFL;
	sigaction(sig, &action, NULL);
	raise(sig);
}

static void handler(int sig)
{
	int saved = errno;

	__atomic_fetch_add(&running, 1, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&counts[sig], 1, __ATOMIC_SEQ_CST);
	if (!notify(sig) && notify_last(sig))
		do_default(sig);
	__atomic_fetch_sub(&running, 1, __ATOMIC_SEQ_CST);
	errno = saved;
}

/* --- actions --------------------------------------------------------------------------------- */

static bool is_ours(const struct sigaction *a)
{
	return !(a->sa_flags & SA_SIGINFO) && a->sa_handler == handler;
}

static bool is_default(const struct sigaction *a)
{
	return !(a->sa_flags & SA_SIGINFO) && a->sa_handler == SIG_DFL;
}

static int take_action(int sig, bool last)
{
	struct sigaction now, action;

	if (sigaction(sig, NULL, &now))
		return -errno;
	bool ours = is_ours(&now);
	if (last && !is_default(ours ? &old[sig] : &now))
		return -EBUSY;
	if (!ours) {
		memset(&action, 0, sizeof action);
		action.sa_handler = handler;
		action.sa_flags = SA_RESTART | SA_ONSTACK;
		sigfillset(&action.sa_mask);
		if (sigaction(sig, &action, NULL))
			return -errno;
		old[sig] = now;
	}
	users[sig]++;
	return 0;
}

static void restore(int sig)
{
	struct sigaction now;

	if (!sigaction(sig, NULL, &now) && is_ours(&now))
		sigaction(sig, &old[sig], NULL);
}

/* --- forks ----------------------------------------------------------------------------------- */

static void before_fork(void)
{
	pthread_mutex_lock(&lock);
}

static void in_parent(void)
{
	pthread_mutex_unlock(&lock);
}

/* A child has none of its parent's loops: the signals get the program's own actions back. */
static void in_child(void)
{
	for (int sig = 1; sig < CI_SIGNALS; sig++)
		if (users[sig]) {
			restore(sig);
			users[sig] = 0;
		}
	store(&watchers, NULL);
	store(&running, 0); /* the handlers of other threads, which the child does not have */
	pthread_mutex_unlock(&lock);
}

static void watch_forks(void)
{
	pthread_atfork(before_fork, in_parent, in_child);
}

/* --- watchers -------------------------------------------------------------------------------- */

bool ci_signal_watcher_can(int sig)
{
	static const int never[] = { SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL };

	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		if (sig == never[i])
			return false;
	/* between the standard and the real-time signals lie those of the C library */
	return (sig > 0 && sig < 32) || (sig >= SIGRTMIN && sig <= SIGRTMAX && sig < CI_SIGNALS);
}

void ci_signal_watcher_open(struct ci_signal_watcher *w)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, watch_forks);
	CI_LOCKED(&lock);
	memset(w->watches, 0, sizeof w->watches);
	w->notified = false;
	w->next = watchers;
	store(&watchers, w);
}

int ci_signal_watcher_watch(struct ci_signal_watcher *w, int sig)
{
	CI_LOCKED(&lock);
	if (w->watches[sig])
		return 0;
	store(&w->watches[sig], true); /* before the first signal can arrive */
	int err = take_action(sig, w->last);
	if (err)
		store(&w->watches[sig], false);
	return err;
}

/* The pointer in the list that refers to the watcher; the list's end if the watcher is not in it:
 * the parent of a forked child opened it. */
static struct ci_signal_watcher **find(const struct ci_signal_watcher *w)
{
	struct ci_signal_watcher **p = &watchers;

	while (*p && *p != w)
		p = &(*p)->next;
	return p;
}

void ci_signal_watcher_close(struct ci_signal_watcher *w)
{
	static const struct timespec moment = { .tv_nsec = 20000 };

	CI_LOCKED(&lock);
	struct ci_signal_watcher **p = find(w);
	if (!*p)
		return;
	for (int sig = 1; sig < CI_SIGNALS; sig++)
		if (w->watches[sig] && !--users[sig])
			restore(sig);
	store(p, w->next);
	while (load(&running))
		nanosleep(&moment, NULL);
}

/*
 * Not write(2), which is a cancellation point: a thread of the program that is cancelled there
 * would leave `running` above 0 for ever.
 */
void ci_signal_watcher_write(int eventfd)
{
	uint64_t one = 1;

	while (syscall(SYS_write, eventfd, &one, sizeof one) < 0 && errno == EINTR)
		;
}

unsigned ci_signal_watcher_count(int sig)
{
	return load(&counts[sig]);
}
