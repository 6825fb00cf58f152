/* SPDX-License-Identifier: MIT
 * Meeting places as things that are waited for.
 */
#ifndef CIGO_TESTS_WAITABLE_SYNC_H
#define CIGO_TESTS_WAITABLE_SYNC_H

#include "tests/tools/waitable.h"

/* ---- meeting places ---- */

/* The owner holds it till it gives it; who gets it lets the next have it. */
static void mutex_new(struct thing *t)
{
	t->p = cigo_mutex_new();
	ok(cigo_mutex_lock(t->ctx, t->p));
}

static int mutex_wait(cigo_ctx *ctx, struct thing *t)
{
	int err = cigo_mutex_lock(ctx, t->p);

	if (!err)
		cigo_mutex_unlock(t->p);
	return err;
}

static void mutex_give(struct thing *t)
{
	cigo_mutex_unlock(t->p);
	t->given = true;
}

static void mutex_free(struct thing *t)
{
	if (!t->given)
		cigo_mutex_unlock(t->p);
	cigo_mutex_free(t->p);
}

static void semaphore_new(struct thing *t)
{
	t->p = cigo_semaphore_new(0, 0);
}

static int semaphore_wait(cigo_ctx *ctx, struct thing *t)
{
	return cigo_semaphore_acquire(ctx, t->p);
}

static void semaphore_give(struct thing *t)
{
	cigo_semaphore_release(t->p);
}

static void semaphore_free(struct thing *t)
{
	cigo_semaphore_free(t->p);
}

static void event_new(struct thing *t)
{
	t->p = cigo_event_new();
}

static int event_wait(cigo_ctx *ctx, struct thing *t)
{
	return cigo_event_wait(ctx, t->p);
}

static void event_give(struct thing *t)
{
	cigo_event_set(t->p);
}

static void event_free(struct thing *t)
{
	cigo_event_free(t->p);
}

static void condition_new(struct thing *t)
{
	t->p = cigo_condition_new();
	t->m = cigo_mutex_new();
}

/* It has the mutex when it returns, whatever it returns. */
static int condition_wait(cigo_ctx *ctx, struct thing *t)
{
	int err = cigo_mutex_lock(ctx, t->m);

	if (err)
		return err;
	err = cigo_condition_wait(ctx, t->p, t->m);
	cigo_mutex_unlock(t->m);
	return err;
}

static void condition_give(struct thing *t)
{
	cigo_condition_notify(t->p, 1);
}

static void condition_free(struct thing *t)
{
	cigo_condition_free(t->p);
	cigo_mutex_free(t->m);
}

static void barrier_new(struct thing *t)
{
	t->p = cigo_barrier_new(2);
}

static int barrier_wait(cigo_ctx *ctx, struct thing *t)
{
	int index = cigo_barrier_wait(ctx, t->p);

	return index < 0 ? index : 0;
}

/* The last to come does not wait. */
static void barrier_give(struct thing *t)
{
	equal(cigo_barrier_wait(t->ctx, t->p), 1);
}

static void barrier_free(struct thing *t)
{
	cigo_barrier_free(t->p);
}

/* ---- queues, channels: of sevens ---- */

static const int seven = 7;

static void queue_new(struct thing *t)
{
	t->p = cigo_queue_new(sizeof(int), 1);
}

static int queue_get_wait(cigo_ctx *ctx, struct thing *t)
{
	int item = 99, err = cigo_queue_get(ctx, t->p, &item, sizeof item);

	equal(item, err ? 0 : 7);
	return err;
}

static void queue_put_now(struct thing *t)
{
	ok(cigo_queue_try_put(t->p, &seven, sizeof seven));
}

static void queue_new_full(struct thing *t)
{
	queue_new(t);
	queue_put_now(t);
}

static int queue_put_wait(cigo_ctx *ctx, struct thing *t)
{
	return cigo_queue_put(ctx, t->p, &seven, sizeof seven);
}

static void queue_get_now(struct thing *t)
{
	int item;

	ok(cigo_queue_try_get(t->p, &item, sizeof item));
	equal(item, 7);
}

static void queue_new_undone(struct thing *t)
{
	queue_new_full(t);
	queue_get_now(t);
}

static int queue_join_wait(cigo_ctx *ctx, struct thing *t)
{
	return cigo_queue_join(ctx, t->p);
}

static void queue_done(struct thing *t)
{
	cigo_queue_task_done(t->p);
}

static void queue_free(struct thing *t)
{
	cigo_queue_free(t->p);
}

static void channel_new(struct thing *t)
{
	t->p = cigo_channel_new(sizeof(int), 1);
}

static void channel_new_unbuffered(struct thing *t)
{
	t->p = cigo_channel_new(sizeof(int), 0);
}

static int recv_wait(cigo_ctx *ctx, struct thing *t)
{
	int item = 99, err = cigo_channel_recv(ctx, t->p, &item, sizeof item);

	equal(item, err ? 0 : 7);
	return err;
}

static void send_now(struct thing *t)
{
	ok(cigo_channel_try_send(t->p, &seven, sizeof seven));
}

static void channel_new_full(struct thing *t)
{
	channel_new(t);
	send_now(t);
}

static int send_wait(cigo_ctx *ctx, struct thing *t)
{
	return cigo_channel_send(ctx, t->p, &seven, sizeof seven);
}

static void recv_now(struct thing *t)
{
	int item;

	ok(cigo_channel_try_recv(t->p, &item, sizeof item));
	equal(item, 7);
}

static int select_wait(cigo_ctx *ctx, struct thing *t)
{
	int item = 99, err;
	cigo_select_case cases[] = { CIGO_CASE_RECV((cigo_channel *)t->p, &item),
				     { .op = CIGO_SELECT_SKIP } };

	err = cigo_select(ctx, cases, 2);
	equal(item, err ? 0 : 7);
	return err;
}

static void channel_free(struct thing *t)
{
	cigo_channel_free(t->p);
}

#endif
