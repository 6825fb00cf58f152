/* SPDX-License-Identifier: MIT
 * What a switch costs: the loop counts how often its baton went from one thread to another.
 */
#include <cigo.h>
#include <stdio.h>

#include "demos/kit/help.h"

enum { TIMES = 1000 };

static int yield_often(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	int err = 0;

	for (int i = 0; i < TIMES && !err; i++)
		err = cigo_yield(ctx);
	return err;
}

/* The next to run is the one that yields: nothing to hand over. */
static int alone(cigo_ctx *ctx)
{
	return yield_often(ctx, NULL, NULL);
}

/* From one straight to the other: one handoff a yield. */
static int in_turn(cigo_ctx *ctx)
{
	cigo_task *other = cigo_spawn(ctx, yield_often, 0, NULL);
	int err = yield_often(ctx, NULL, NULL);
	int err2 = cigo_future_take(ctx, other, NULL, 0);

	return err ? err : err2;
}

static int nothing(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	return 0;
}

/* A thread whose coroutine has ended starts the next one on itself. */
static int batch(cigo_ctx *ctx)
{
	cigo_group *group = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < TIMES; i++)
		cigo_spawn_in(group, nothing, 0, NULL);
	int err = cigo_group_wait(ctx, group);
	cigo_group_close(ctx, group);
	return err;
}

struct echo {
	cigo_stream *in, *out;
};

static int echo(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	struct echo *e = arg;
	char buf[64];
	ssize_t n;

	while ((n = cigo_stream_read(ctx, e->in, buf, sizeof buf)) > 0)
		if ((n = cigo_stream_write(ctx, e->out, buf, (size_t)n)) < 0)
			break;
	return (int)n;
}

/* There and back: two handoffs. While no coroutine can run, the last one that waits polls. */
static int two_pipes(cigo_ctx *ctx)
{
	struct echo e = { 0 };
	cigo_stream *there = NULL, *back = NULL;
	char buf[64] = "hello";
	ssize_t n = cigo_pipe(&e.in, &there);

	if (n >= 0)
		n = cigo_pipe(&back, &e.out);
	cigo_task *server = cigo_spawn(ctx, echo, 0, &e);
	for (int i = 0; i < TIMES && n >= 0; i++) {
		n = cigo_stream_write(ctx, there, buf, sizeof buf);
		if (n >= 0)
			n = cigo_stream_read_chunk(ctx, back, buf, sizeof buf);
	}
	cigo_task_stop(ctx, server);
	cigo_stream_close(there);
	cigo_stream_close(back);
	cigo_stream_close(e.in);
	cigo_stream_close(e.out);
	return n < 0 ? (int)n : 0;
}

static int count(cigo_ctx *ctx, const char *what, int times, int (*fn)(cigo_ctx *ctx))
{
	cigo_stats before = { .size = sizeof before }, after = { .size = sizeof after };

	cigo_loop_stats(cigo_ctx_loop(ctx), &before);
	int err = fn(ctx);
	cigo_loop_stats(cigo_ctx_loop(ctx), &after);
	printf("%-36s %.2f\n", what, (double)(after.handoffs - before.handoffs) / times);
	return err;
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	puts("Handoffs of the baton");
	int err = count(ctx, "per yield of a single coroutine", TIMES, alone);

	if (!err)
		err = count(ctx, "per yield of two coroutines in turn", 2 * TIMES, in_turn);
	if (!err)
		err = count(ctx, "per short task, of a thousand tasks", TIMES, batch);
	if (!err)
		err = count(ctx, "per echo through two pipes", TIMES, two_pipes);
	return err;
}

int main(int argc, char **argv)
{
	help(argc, argv,
	     "What a switch costs: the loop counts how often its baton went from one thread\n"
	     "to another.");
	cigo_must(cigo_run(demo, NULL));
	return 0;
}
