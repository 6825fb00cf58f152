/* SPDX-License-Identifier: MIT
 * Registration of descriptors and the dispatch of their events.
 */
#include "engine/fd_watcher.h"

#include <errno.h>

#include "engine/engine.h"

int ci_fd_watcher_open(cigo_loop *loop, struct ci_fd_watcher *w)
{
	w->key = ci_table_add(&loop->watch_keys, w);
	if (!w->key)
		return -ENOMEM;
	w->want = 0;
	w->seq = loop->watch_seq++;
	int err = loop->poller->ops->add(loop->poller, w);
	if (err) {
		ci_table_remove(&loop->watch_keys, w->key);
		return err;
	}
	w->loop = loop;
	ci_list_append(&loop->watches, &w->link);
	return 0;
}

/* The driver may be waiting already, in the preemptive model. */
static void tell_driver(cigo_loop *loop)
{
	if (loop->beside && loop->poller->ops->snapshots)
		ci_inbox_wake(&loop->inbox);
}

int ci_fd_watcher_want(struct ci_fd_watcher *w, unsigned events)
{
	cigo_loop *loop = w->loop;
	unsigned before = w->want;

	if (events == before)
		return 0;
	w->want = events;
	int err = w->quiet ? 0 : loop->poller->ops->want(loop->poller, w);
	if (err) {
		w->want = before;
		return err;
	}
	loop->waits += !before - !events;
	if (!w->quiet)
		tell_driver(loop);
	if (!w->own)
		loop->alien_waits += !before - !events;
	return 0;
}

void ci_fd_watcher_quiet(struct ci_fd_watcher *w, bool quiet)
{
	if (w->quiet == quiet)
		return;
	w->quiet = quiet;
	if (!w->loop)
		return;
	w->loop->poller->ops->quiet(w->loop->poller, w);
	tell_driver(w->loop);
}

void ci_fd_watcher_close(struct ci_fd_watcher *w)
{
	cigo_loop *loop = w->loop;

	if (!loop)
		return;
	loop->poller->ops->del(loop->poller, w);
	loop->waits -= !!w->want;
	if (!w->own)
		loop->alien_waits -= !!w->want;
	w->want = 0;
	ci_table_remove(&loop->watch_keys, w->key);
	ci_list_unlink(&w->link);
	w->loop = NULL;
}

/* Shell sort: n is at most CI_EVENTS, and mostly 1. Stale keys sort first and are passed over. */
static void sort_by_registration(cigo_loop *loop, struct ci_event *e, int n)
{
	for (int i = 0; i < n; i++) {
		const struct ci_fd_watcher *w = ci_table_get(&loop->watch_keys, e[i].key);
		e[i].seq = w ? w->seq : 0;
	}
	for (int gap = n / 2; gap > 0; gap /= 2)
		for (int i = gap; i < n; i++) {
			struct ci_event event = e[i];
			int j = i;

			for (; j >= gap && e[j - gap].seq > event.seq; j -= gap)
				e[j] = e[j - gap];
			e[j] = event;
		}
}

void ci_fd_watcher_dispatch(cigo_loop *loop, struct ci_event *events, int n)
{
	if (n > 1)
		sort_by_registration(loop, events, n);
	for (int i = 0; i < n; i++) {
		struct ci_fd_watcher *w = ci_table_get(&loop->watch_keys, events[i].key);
		if (w)
			w->ready(w, events[i].events);
	}
}
