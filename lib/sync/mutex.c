/* SPDX-License-Identifier: MIT
 * The coroutine mutex. unlock makes the first waiter the owner at once, so no other coroutine can
 * overtake it. A cancelled waiter just leaves the wait queue.
 */
#include "cigo/mutex.h"

#include <errno.h>
#include <stdlib.h>

#include "base/misuse.h"
#include "sync/mutex.h"
#include "task/task.h"
#include "task/wait_info.h"

/* A coroutine is known by its struct, which later ones use again, and by its task's id. A callback
 * or a foreign thread is known by its thread, with the id 0. */
struct owner {
	void *thread; /* NULL: nobody */
	uint64_t id;
};

struct cigo_mutex {
	struct owner owner;
	struct ci_list waiters;
};

struct waiter {
	struct ci_park park;
	const cigo_mutex *mutex;
};

static struct owner coroutine_on(struct ci_coroutine *s)
{
	return (struct owner){ s, ci_task_of(s->task)->id };
}

static struct owner self(void)
{
	return ci_self.me ? coroutine_on(ci_self.me) : (struct owner){ &ci_self, 0 };
}

static bool is_mine(const cigo_mutex *m)
{
	struct owner me = self();

	return m->owner.thread == me.thread && m->owner.id == me.id;
}

cigo_mutex *cigo_mutex_new(void)
{
	CI_ENTRY;
	cigo_mutex *m = calloc(1, sizeof *m);

	if (m)
		ci_list_init(&m->waiters);
	return m;
}

void cigo_mutex_free(cigo_mutex *m)
{
	CI_ENTRY;
	if (!m)
		return;
	ci_expect(!m->owner.thread, "it is locked");
	free(m);
}

/* Names the holder if it is a coroutine, not a callback or a foreign thread. */
static void describe(const struct ci_park *p, struct ci_wait_info *ret)
{
	const cigo_mutex *m = ci_container_of(p, struct waiter, park)->mutex;

	struct ci_coroutine *holder = m->owner.id ? m->owner.thread : NULL;

	ret->holder = holder && holder->id == m->owner.id ? holder : NULL; /* or it has ended */
}

/* ctx NULL: nothing but the lock ends the wait. */
static int lock(cigo_ctx *ctx, struct ci_coroutine *me, cigo_mutex *m)
{
	struct waiter w = { .park.describe = describe, .mutex = m };

	if (m->owner.thread)
		return ci_park_in(ctx, me, &m->waiters, CIGO_NEVER, &w.park);
	m->owner = self();
	return ctx ? ci_park_pass(me) : 0;
}

int cigo_mutex_lock(cigo_ctx *ctx, cigo_mutex *m)
{
	CI_ENTRY;
	if (!ctx || !m)
		return -ENOMEM;
	struct ci_coroutine *me;
	int cause = ci_park_begin(ctx, &me);
	if (is_mine(m))
		return -EDEADLK;
	return cause ? cause : lock(ctx, me, m);
}

void ci_mutex_retake(struct ci_coroutine *me, cigo_mutex *m)
{
	lock(NULL, me, m);
}

bool ci_mutex_held(const cigo_mutex *m)
{
	return is_mine(m);
}

bool cigo_mutex_try_lock(cigo_mutex *m)
{
	CI_ENTRY;
	if (!m || m->owner.thread)
		return false;
	m->owner = self();
	return true;
}

void cigo_mutex_unlock(cigo_mutex *m)
{
	CI_ENTRY;
	if (!m)
		return;
	ci_expect(is_mine(m), m->owner.thread ? "another coroutine holds it" : "it is not locked");
	struct ci_park *next = ci_park_first(&m->waiters);
	m->owner = next ? coroutine_on(next->me) : (struct owner){ NULL, 0 };
	if (next)
		ci_park_wake(next);
}
