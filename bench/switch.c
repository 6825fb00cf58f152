/* SPDX-License-Identifier: MIT
 * What switching costs in cigo, in ns of wall clock and CPU time.
 *
 *	switch MEASURE COUNT [N]
 *
 *	yield	COUNT yields of N coroutines together, per yield
 *	spawn	COUNT tasks that do nothing, N at a time, awaited one after the other, per task
 *	future	a future there and one back between two coroutines, per round
 *	queue	an item there and one back by two queues, per round
 *	gen	an item of a generator
 *	pipe	64 bytes there and back by two pipes, per round
 */
#include <cigo.h>

#include "bench.h"

struct job {
	long count;
	int n;
	struct bench_time time; /* the result, of one */
};

static int yield_often(cigo_ctx *ctx, void *arg, void *ret)
{
	const struct job *job = arg;
	int err = 0;

	CIGO_UNUSED(ret);
	for (long i = 0; i < job->count / job->n && !err; i++)
		err = cigo_yield(ctx);
	return err;
}

/* All are there and have yielded once before the clock starts: creation is another measure. */
static int yield(cigo_ctx *ctx, void *arg, void *ret)
{
	struct job *job = arg;
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	CIGO_UNUSED(ret);
	for (int i = 1; i < job->n; i++)
		cigo_spawn_in(g, yield_often, 0, job);
	int err = cigo_yield(ctx);
	struct bench_time start = bench_start();
	if (!err)
		err = yield_often(ctx, job, NULL);
	job->time = bench_stop(start, job->count / job->n * job->n);
	int err2 = cigo_group_wait(ctx, g);
	cigo_group_close(ctx, g);
	return err ? err : err2;
}

static int nothing(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	return 0;
}

static int spawn(cigo_ctx *ctx, void *arg, void *ret)
{
	struct job *job = arg;
	cigo_task **tasks = calloc((size_t)job->n, sizeof *tasks);
	int err = tasks ? 0 : -ENOMEM;
	struct bench_time start = bench_start();

	CIGO_UNUSED(ret);
	for (long done = 0; done < job->count && !err; done += job->n) {
		for (int i = 0; i < job->n; i++)
			tasks[i] = cigo_spawn(ctx, nothing, 0, NULL);
		for (int i = 0; i < job->n; i++)
			err |= cigo_future_take(ctx, tasks[i], NULL, 0);
	}
	job->time = bench_stop(start, job->count);
	free(tasks);
	return err;
}

/* --- two that pass messages ------------------------------------------------------------------- */

struct rally {
	cigo_future *there, *back;
};

static int play(cigo_ctx *ctx, void *arg, void *ret)
{
	struct rally *r = arg;
	int err, n = 1;

	CIGO_UNUSED(ret);
	while (!(err = cigo_take(ctx, r->there, &n)) && n) {
		r->there = cigo_future_new(sizeof(int));
		err = cigo_set(r->back, &n);
	}
	return err;
}

/* A new future per message: a future is completed once. */
static int future(cigo_ctx *ctx, void *arg, void *ret)
{
	struct job *job = arg;
	struct rally r = { cigo_future_new(sizeof(int)), NULL };
	cigo_task *t = cigo_spawn(ctx, play, 0, &r);
	struct bench_time start = bench_start();
	int err = 0, n = 1;

	CIGO_UNUSED(ret);
	for (long i = 0; i < job->count && !err; i++) {
		r.back = cigo_future_new(sizeof(int));
		err = cigo_set(r.there, &n);
		if (!err)
			err = cigo_take(ctx, r.back, &n);
	}
	job->time = bench_stop(start, job->count);
	n = 0;
	cigo_must(cigo_set(r.there, &n));
	int err2 = cigo_future_take(ctx, t, NULL, 0);
	return err ? err : err2;
}

static int serve(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_queue **q = arg;
	int err, n;

	CIGO_UNUSED(ret);
	while (!(err = cigo_get(ctx, q[0], &n)))
		cigo_must(cigo_put(ctx, q[1], &n));
	return err == CIGO_ECLOSED ? 0 : err;
}

static int queue(cigo_ctx *ctx, void *arg, void *ret)
{
	struct job *job = arg;
	cigo_queue *q[2] = { cigo_queue_new(sizeof(int), 0), cigo_queue_new(sizeof(int), 0) };
	cigo_task *t = cigo_spawn(ctx, serve, 0, q);
	struct bench_time start = bench_start();
	int err = 0, n = 1;

	CIGO_UNUSED(ret);
	for (long i = 0; i < job->count && !err; i++) {
		err = cigo_put(ctx, q[0], &n);
		if (!err)
			err = cigo_get(ctx, q[1], &n);
	}
	job->time = bench_stop(start, job->count);
	cigo_queue_close(q[0]);
	int err2 = cigo_future_take(ctx, t, NULL, 0);
	cigo_queue_free(q[0]);
	cigo_queue_free(q[1]);
	return err ? err : err2;
}

static int count_up(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	for (long i = 0; i < *(long *)arg && cigo_yield_item(ctx, gen, &i); i++)
		;
	return 0;
}

static int gen(cigo_ctx *ctx, void *arg, void *ret)
{
	struct job *job = arg;
	cigo_iter *it = cigo_generate(ctx, count_up, sizeof(long), &job->count);
	struct bench_time start = bench_start();

	CIGO_UNUSED(ret);
	for (long i; cigo_next(ctx, it, &i);)
		;
	job->time = bench_stop(start, job->count);
	return cigo_iter_close(ctx, it);
}

struct pipes {
	cigo_stream *there_in, *there_out, *back_in, *back_out;
};

static int echo(cigo_ctx *ctx, void *arg, void *ret)
{
	struct pipes *p = arg;
	char buf[64];
	ssize_t n;

	CIGO_UNUSED(ret);
	while ((n = cigo_stream_read(ctx, p->there_in, buf, sizeof buf)) > 0)
		if ((n = cigo_stream_write(ctx, p->back_out, buf, (size_t)n)) < 0)
			break;
	return (int)n;
}

static int pipes(cigo_ctx *ctx, void *arg, void *ret)
{
	struct job *job = arg;
	struct pipes p;
	char buf[64] = "ping";

	CIGO_UNUSED(ret);
	cigo_must(cigo_pipe(&p.there_in, &p.there_out));
	cigo_must(cigo_pipe(&p.back_in, &p.back_out));
	cigo_task *t = cigo_spawn(ctx, echo, 0, &p);
	struct bench_time start = bench_start();
	for (long i = 0; i < job->count; i++) {
		cigo_must(cigo_stream_write(ctx, p.there_out, buf, sizeof buf));
		cigo_must(cigo_stream_read_chunk(ctx, p.back_in, buf, sizeof buf));
	}
	job->time = bench_stop(start, job->count);
	cigo_stream_close(p.there_out);
	int err = cigo_future_take(ctx, t, NULL, 0);
	cigo_stream_close(p.there_in);
	cigo_stream_close(p.back_in);
	cigo_stream_close(p.back_out);
	return err;
}

/* --- choosing -------------------------------------------------------------------------------- */

static const struct measure {
	const char *name;
	cigo_coro_fn *fn;
} measures[] = {
	{ "yield", yield }, { "spawn", spawn }, { "future", future },
	{ "queue", queue }, { "gen", gen },	{ "pipe", pipes },
};

int main(int argc, char **argv)
{
	struct job job = { .count = argc > 2 ? atol(argv[2]) : 0,
			   .n = argc > 3 ? atoi(argv[3]) : 1 };

	for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
		if (argc > 2 && job.n > 0 && job.count >= job.n &&
		    !strcmp(argv[1], measures[i].name)) {
			cigo_must(cigo_run(measures[i].fn, &job));
			bench_say(job.time);
			return 0;
		}
	fputs("usage: switch yield|spawn|future|queue|gen|pipe COUNT [N]\n", stderr);
	return 2;
}
