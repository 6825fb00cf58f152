/* SPDX-License-Identifier: MIT
 * The life of a listener, and the wait queue of its acceptors.
 */
#include "stream/listener.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/misuse.h"
#include "task/wait_info.h"

/* --- the wait queue -------------------------------------------------------------------------- */

static void want(cigo_listener *l, bool more)
{
	bool any = more || !ci_list_empty(&l->line);

	if (l->watch.loop)
		cigo_ignore(ci_fd_watcher_want(&l->watch, any ? CIGO_READ : 0u));
}

static void tell(cigo_listener *l, int result)
{
	struct ci_listener_wait *w = ci_list_first(&l->line, struct ci_listener_wait, park.link);

	w->result = result;
	ci_park_wake(&w->park);
}

/* Gives every outcome to an acceptor, errors too: the acceptor tries again or gives up. There may
 * be no other edge of the poller to wait for. */
static void ready(struct ci_fd_watcher *watch, unsigned events)
{
	cigo_listener *l = ci_container_of(watch, cigo_listener, watch);

	(void)events;
	while (!ci_list_empty(&l->line)) {
		int fd = ci_accept_now(l);

		if (fd == -EAGAIN)
			break;
		tell(l, fd);
	}
	want(l, false);
}

static uint64_t ticket_of(const struct ci_list *node)
{
	return ci_list_entry(node, const struct ci_listener_wait, park.link)->ticket;
}

bool ci_listener_is_first(const cigo_listener *l, uint64_t ticket)
{
	return ci_list_empty(&l->line) || ticket < ticket_of(l->line.next);
}

static void describe(const struct ci_park *p, struct ci_wait_info *ret)
{
	ret->fd = ci_container_of(p, struct ci_listener_wait, park)->listener->fd;
}

int ci_listener_wait(cigo_ctx *ctx, struct ci_coroutine *me, cigo_listener *l, uint64_t ticket)
{
	struct ci_listener_wait w = { { .describe = describe }, .listener = l, .ticket = ticket };
	struct ci_list *behind = &l->line; /* the waiters with later tickets, after a retry */

	while (behind->prev != &l->line && ticket_of(behind->prev) > ticket)
		behind = behind->prev;
	if (!l->watch.loop) {
		int err = ci_fd_watcher_open(me->loop, &l->watch);
		if (err)
			return err == -EEXIST ? -EBUSY : err; /* cigo_fd_wait waits for it */
	}
	want(l, true);
	int err = ci_park_in(ctx, me, behind, CIGO_NEVER, &w.park);
	want(l, false);
	return err ? err : w.result;
}

/* --- life ------------------------------------------------------------------------------------ */

cigo_listener *ci_listener_new(void)
{
	cigo_listener *l = calloc(1, sizeof *l);

	if (!l)
		return NULL;
	l->fd = -1;
	l->watch.ready = ready;
	ci_list_init(&l->watch.link);
	ci_list_init(&l->line);
	ci_list_init(&l->pauses);
	return l;
}

static void check(const cigo_listener *l)
{
	if (l->watch.loop && !ci_holds(l->watch.loop))
		ci_misuse("the listener is in use by a loop whose baton this thread does "
			  "not hold; use cigo_loop_call_threadsafe");
}

struct ci_coroutine *ci_listener_enter(const cigo_ctx *ctx, cigo_listener *l)
{
	struct ci_coroutine *me = ci_park_enter(ctx);

	check(l);
	__atomic_add_fetch(&l->inside, 1, __ATOMIC_RELAXED);
	return me;
}

bool ci_listener_stopped(const cigo_listener *l)
{
	return __atomic_load_n(&l->stopped, __ATOMIC_SEQ_CST);
}

const char *cigo_listener_address(const cigo_listener *l)
{
	CI_ENTRY;
	return l ? l->address : "";
}

static void release(cigo_listener *l)
{
	struct stat st;

	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	if (l->has_file && !lstat(l->address, &st) && st.st_dev == l->dev && st.st_ino == l->ino)
		unlink(l->address);
	l->has_file = false;
}

void ci_listener_leave(cigo_listener *l)
{
	if (__atomic_sub_fetch(&l->inside, 1, __ATOMIC_ACQ_REL) || !l->closed)
		return;
	release(l);
	free(l);
}

static void stop(cigo_listener *l)
{
	if (__atomic_exchange_n(&l->stopped, true, __ATOMIC_SEQ_CST))
		return;
	ci_fd_watcher_close(&l->watch);
	if (__atomic_load_n(&l->threads, __ATOMIC_SEQ_CST))
		shutdown(l->fd, SHUT_RDWR); /* wakes them from poll(2); the close comes later */
	else
		release(l);
	while (!ci_list_empty(&l->line))
		tell(l, CIGO_ECLOSED);
	ci_park_wake_all(&l->pauses);
}

void cigo_listener_stop(cigo_listener *l)
{
	CI_ENTRY;
	if (!l)
		return;
	check(l);
	stop(l);
}

void ci_listener_close(cigo_listener *l)
{
	if (!l)
		return;
	check(l);
	ci_expect(!l->closed, "it was closed before");
	__atomic_add_fetch(&l->inside, 1, __ATOMIC_RELAXED);
	stop(l);
	l->closed = true;
	ci_listener_leave(l);
}

void cigo_listener_close(cigo_listener *l)
{
	CI_ENTRY;
	ci_listener_close(l);
}
