/* SPDX-License-Identifier: MIT
 *
 * What switching costs, as ratios against the physical limit in the same run: N bare threads that
 * pass one token through futex words, all on one processor. Medians of five rounds, alternating.
 *
 *	switch [SWITCHES]	handoffs per measurement, default 100000
 */
#define _GNU_SOURCE
#include <cigo.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 5, MOST = 100 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof *values, compare);
	return values[ROUNDS / 2];
}

/* --- the limit ------------------------------------------------------------------------------- */

struct seat {
	_Alignas(64) atomic_int token;
};

static struct seat seats[MOST];
static int players;
static long passes_left; /* guarded by the token */

static void hand(struct seat *to)
{
	atomic_store(&to->token, 1);
	syscall(SYS_futex, &to->token, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void *play(void *arg)
{
	struct seat *mine = arg, *next = &seats[(mine - seats + 1) % players];

	for (;;) {
		while (!atomic_exchange(&mine->token, 0))
			syscall(SYS_futex, &mine->token, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
		bool over = --passes_left < 0;
		hand(next);
		if (over)
			return NULL;
	}
}

static double limit(int n, long switches)
{
	pthread_t threads[MOST];

	players = n;
	passes_left = switches;
	for (int i = 0; i < n; i++) {
		atomic_store(&seats[i].token, 0);
		pthread_create(&threads[i], NULL, play, &seats[i]);
	}
	usleep(20000);
	double start = now();
	hand(&seats[0]);
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	return (now() - start) / (double)switches;
}

/* --- cigo ------------------------------------------------------------------------------------ */

struct job {
	int n;
	long switches;
	double ns; /* the result, per switch or item */
};

static int yield_often(cigo_ctx *ctx, void *arg, void *ret)
{
	const struct job *job = arg;
	int err = 0;

	CIGO_UNUSED(ret);
	for (long i = 0; i < job->switches / job->n && !err; i++)
		err = cigo_yield(ctx);
	return err;
}

static int yields(cigo_ctx *ctx, void *arg, void *ret)
{
	struct job *job = arg;
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	double start = now();

	CIGO_UNUSED(ret);
	for (int i = 0; i < job->n; i++)
		cigo_group_spawn(g, yield_often, job, 0);
	int err = cigo_group_wait(ctx, g);
	job->ns = (now() - start) / (double)job->switches;
	cigo_group_close(ctx, g);
	return err;
}

static int nothing(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	return 0;
}

static int spawns(cigo_ctx *ctx, void *arg, void *ret)
{
	struct job *job = arg;
	cigo_task *tasks[1000];
	double start = now();
	int err = 0;

	CIGO_UNUSED(ret);
	for (long done = 0; done < job->switches && !err; done += job->n) {
		for (int i = 0; i < job->n; i++)
			tasks[i] = cigo_spawn(ctx, nothing, NULL, 0);
		for (int i = 0; i < job->n; i++)
			err |= cigo_future_take(ctx, tasks[i], NULL, 0);
	}
	job->ns = (now() - start) / (double)job->switches;
	return err;
}

static int count_up(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	for (long i = 0; i < *(long *)arg && cigo_gen_yield(ctx, gen, &i); i++)
		;
	return 0;
}

static int generates(cigo_ctx *ctx, void *arg, void *ret)
{
	struct job *job = arg;
	cigo_iter *it = cigo_generate(ctx, count_up, sizeof(long), &job->switches);
	double start = now();

	CIGO_UNUSED(ret);
	for (long i; cigo_next(ctx, it, &i);)
		;
	job->ns = (now() - start) / (double)job->switches;
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

static int echoes(cigo_ctx *ctx, void *arg, void *ret)
{
	struct job *job = arg;
	struct pipes p;
	char buf[64] = "ping";

	CIGO_UNUSED(ret);
	cigo_must(cigo_pipe(&p.there_in, &p.there_out));
	cigo_must(cigo_pipe(&p.back_in, &p.back_out));
	cigo_task *t = cigo_spawn(ctx, echo, &p, 0);
	double start = now();
	for (long i = 0; i < job->switches; i++) {
		cigo_must(cigo_stream_write(ctx, p.there_out, buf, sizeof buf));
		cigo_must(cigo_stream_read_chunk(ctx, p.back_in, buf, sizeof buf));
	}
	job->ns = (now() - start) / (double)job->switches;
	cigo_stream_close(p.there_out);
	int err = cigo_future_take(ctx, t, NULL, 0);
	cigo_stream_close(p.there_in);
	cigo_stream_close(p.back_in);
	cigo_stream_close(p.back_out);
	return err;
}

/* --- the table ------------------------------------------------------------------------------- */

struct row {
	const char *name;
	cigo_coro_fn *fn;
	int n, against; /* players of the limit */
	long share;	/* of the switches, one in so many: slow ones need fewer */
};

static const struct row rows[] = {
	{ "yield between 2 coroutines", yields, 2, 2, 1 },
	{ "yield between 100", yields, 100, 100, 1 },
	{ "one coroutine yielding alone", yields, 1, 2, 1 },
	{ "spawn 1,000, await all, per task", spawns, 1000, 2, 1 },
	{ "spawn one, await it", spawns, 1, 2, 4 },
	{ "an item of a generator", generates, 1, 2, 2 },
	{ "64 bytes there and back by two pipes", echoes, 1, 2, 4 },
};

static void measure(const struct row *row, long switches)
{
	double ours[ROUNDS], theirs[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		struct job job = { .n = row->n, .switches = switches / row->share };

		theirs[i] = limit(row->against, switches);
		cigo_must(cigo_run(row->fn, &job));
		ours[i] = job.ns;
	}
	double a = median(ours), b = median(theirs);
	printf("%-38s %9.0f %9.0f (ring of %3d) %7.2f\n", row->name, a, b, row->against, a / b);
}

int main(int argc, char **argv)
{
	long switches = argc > 1 ? atol(argv[1]) : 100000;
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	if (switches < 1000 || sched_setaffinity(0, sizeof one, &one)) {
		fputs("usage: switch [SWITCHES], 1000 at least\n", stderr);
		return 2;
	}
	printf("%-38s %9s %9s %14s %6s\n", "on one processor", "ns", "limit ns", "", "ratio");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		measure(&rows[i], switches);
	return 0;
}
