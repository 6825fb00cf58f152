/* SPDX-License-Identifier: MIT
 * Tasks, descriptors, signals, time as things that are waited for.
 */
#ifndef CIGO_TESTS_WAITABLE_IO_H
#define CIGO_TESTS_WAITABLE_IO_H

#include "tests/tools/waitable.h"

#include <signal.h>

/* ---- futures, tasks ---- */

CORO(joins)
{
	return cigo_join(ctx, arg);
}

static void future_new(struct thing *t)
{
	t->p = t->f = cigo_future_new(0);
}

static int future_wait(cigo_ctx *ctx, struct thing *t)
{
	return cigo_join(ctx, t->p);
}

static void future_give(struct thing *t)
{
	ok(cigo_future_set(t->f, NULL, 0));
}

static void future_free(struct thing *t)
{
	cigo_future_unref(t->f);
}

static int shield_wait(cigo_ctx *ctx, struct thing *t)
{
	return cigo_future_take(ctx, cigo_future_shield(t->p), NULL, 0);
}

static int all_wait(cigo_ctx *ctx, struct thing *t)
{
	cigo_future *f = t->p;

	return cigo_wait(ctx, CIGO_WAIT_ALL, &f, 1);
}

static int first_result_wait(cigo_ctx *ctx, struct thing *t)
{
	cigo_future *f = t->p;

	return cigo_first_result(ctx, &f, 1, NULL, 0);
}

static void task_new(struct thing *t)
{
	t->f = cigo_future_new(0);
	t->p = cigo_spawn(t->ctx, joins, 0, t->f);
}

static void task_free(struct thing *t)
{
	cigo_future_cancel(t->f, 0);
	cigo_ignore(cigo_future_take(t->ctx, t->p, NULL, 0));
	cigo_future_unref(t->f);
}

static void group_new(struct thing *t)
{
	t->f = cigo_future_new(0);
	t->p = cigo_group_new(t->ctx, 0, 0);
	cigo_group_spawn(t->p, "joins", joins, 0, t->f);
}

static int group_wait(cigo_ctx *ctx, struct thing *t)
{
	return cigo_group_wait(ctx, t->p);
}

static void group_free(struct thing *t)
{
	cigo_future_cancel(t->f, 0);
	cigo_ignore(cigo_group_close(t->ctx, t->p));
	cigo_future_unref(t->f);
}

static int gives_sevens(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	int err = cigo_join(ctx, *(cigo_future **)arg), item = 7;

	while (!err && cigo_gen_yield_item(ctx, gen, &item, sizeof item))
		;
	return err;
}

static void gen_new(struct thing *t)
{
	t->f = cigo_future_new(0);
	t->p = cigo_generate(t->ctx, gives_sevens, sizeof(int), &t->f);
}

static int gen_wait(cigo_ctx *ctx, struct thing *t)
{
	int item = 99;
	bool got = cigo_iter_next(ctx, t->p, &item, sizeof item);

	equal(item, got ? 7 : 0);
	return got ? 0 : cigo_iter_error(t->p);
}

static void gen_free(struct thing *t)
{
	cigo_ignore(cigo_iter_close(t->ctx, t->p));
	cigo_future_unref(t->f);
}

/* ---- descriptors, signals, time ---- */

static void fd_new(struct thing *t)
{
	raw_pair(t->fd);
}

static int fd_wait(cigo_ctx *ctx, struct thing *t)
{
	int events = cigo_fd_wait(ctx, t->fd[0], CIGO_READ);

	if (events > 0)
		raw_expect(t->fd[0], "x");
	return events < 0 ? events : 0;
}

static void fd_give(struct thing *t)
{
	raw_say(t->fd[1], "x");
}

static void fd_free(struct thing *t)
{
	ok(close(t->fd[0]));
	ok(close(t->fd[1]));
}

static void stream_new(struct thing *t)
{
	cigo_stream *s;

	t->fd[1] = stream_pair(&s);
	t->p = s;
}

static int read_wait(cigo_ctx *ctx, struct thing *t)
{
	char c = 0;
	ssize_t n = cigo_stream_read(ctx, t->p, &c, 1);

	return n < 0 ? (int)n : 0;
}

static void stream_free(struct thing *t)
{
	cigo_stream_close(t->p);
	ok(close(t->fd[1]));
}

static void stream_new_full(struct thing *t)
{
	stream_new(t);
	raw_fill(cigo_stream_fd(t->p));
	ok(cigo_stream_send(t->p, "x", 1));
}

static int flush_wait(cigo_ctx *ctx, struct thing *t)
{
	return cigo_stream_flush(ctx, t->p);
}

static void flush_give(struct thing *t)
{
	raw_empty(t->fd[1]);
}

static void listener_new(struct thing *t)
{
	t->p = must_listen(t->ctx, "tcp", "127.0.0.1:0");
}

static int accept_wait(cigo_ctx *ctx, struct thing *t)
{
	cigo_stream *s = (void *)&s;
	int err = cigo_accept(ctx, t->p, &s);

	ck_assert(!err == !!s);
	cigo_stream_close(s);
	return err;
}

static void accept_give(struct thing *t)
{
	ok(close(raw_client(t->p)));
}

static void listener_free(struct thing *t)
{
	cigo_listener_close(t->p);
}

static int signal_wait(cigo_ctx *ctx, struct thing *t)
{
	int number = cigo_signal_wait(ctx, &(int){ SIGUSR1 }, 1);

	(void)t;
	return number < 0 ? number : 0;
}

/* The first wait is what has the loop watch it. */
static void signal_new(struct thing *t)
{
	cigo_ctx *soon = cigo_ctx_with_timeout(t->ctx, 1);

	fails(signal_wait(soon, t), -ETIMEDOUT);
	cigo_ctx_unref(soon);
}

static void signal_give(struct thing *t)
{
	(void)t;
	ok(kill(getpid(), SIGUSR1));
}

static int sleep_wait(cigo_ctx *ctx, struct thing *t)
{
	(void)t;
	return cigo_sleep(ctx, CIGO_NEVER);
}

static void nothing(struct thing *t)
{
	(void)t;
}

CALLBACK(never_called)
{
	ck_assert_int_lt(status, 0);
}

static int64_t callback_id;

static void idle_new(struct thing *t)
{
	callback_id = cigo_loop_call_later(cigo_ctx_loop(t->ctx), CIGO_S(3600), never_called, NULL);
}

static int idle_wait(cigo_ctx *ctx, struct thing *t)
{
	(void)t;
	return cigo_loop_wait_idle(ctx);
}

static void idle_give(struct thing *t)
{
	ck_assert(cigo_callback_cancel(cigo_ctx_loop(t->ctx), callback_id));
}

static void idle_free(struct thing *t)
{
	cigo_callback_cancel(cigo_ctx_loop(t->ctx), callback_id);
}

#endif
