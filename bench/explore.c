/* SPDX-License-Identifier: MIT
 * What a schedule costs an explorer, in ns of wall clock and CPU time, children's included.
 *
 *	explore here|fork COUNT [MODEL]	COUNT schedules of three coroutines that yield four times each; in the
 *					cooperative model each has ten choices
 *	explore start COUNT [MODEL]	of eleven that only start: ten choices, too
 *	explore command COUNT EXPLORE	the first by the command EXPLORE, a process for each schedule
 *	explore once			one run of it
 */
#include <cigo.h>

#include <sys/resource.h>
#include <sys/wait.h>

#include "bench.h"

struct job {
	int tasks, yields;
};

static int yield_often(cigo_ctx *ctx, void *arg, void *ret)
{
	const struct job *job = arg;
	int err = 0;

	CIGO_UNUSED(ret);
	for (int i = 0; i < job->yields && !err; i++)
		err = cigo_yield(ctx);
	return err;
}

static int together(cigo_ctx *ctx, void *arg, void *ret)
{
	struct job *job = arg;
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	CIGO_UNUSED(ret);
	for (int i = 0; i < job->tasks; i++)
		cigo_spawn_in(g, yield_often, 0, job);
	int err = cigo_group_wait(ctx, g);
	cigo_group_close(ctx, g);
	return err;
}

/* CPU time of this process and of its children, ns */
static double all_cpu(void)
{
	struct rusage r;

	getrusage(RUSAGE_CHILDREN, &r);
	return bench_cpu() + (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e9 +
	       (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1e3;
}

static struct bench_time start(void)
{
	return (struct bench_time){ bench_now(), all_cpu() };
}

/* of each of so many */
static void say(struct bench_time t, double count)
{
	bench_say((struct bench_time){ (bench_now() - t.ns) / count, (all_cpu() - t.cpu) / count });
}

static int explore(const char *how, struct job *job, long count, int model)
{
	cigo_loop_options loop = { .size = sizeof loop, .model = model };
	cigo_explore_options o = { .size = sizeof o,
				   .strategy = "random:1",
				   .schedules = (uint64_t)count,
				   .loop = &loop,
				   .fork = !strcmp(how, "fork") };
	cigo_report report = { .size = sizeof report };
	struct bench_time t = start();
	int err = cigo_explore(&o, together, job, &report);

	if (!err && model == CIGO_COOPERATIVE && report.choices != 10 * report.schedules)
		err = -EINVAL; /* another program than was meant to be measured */
	say(t, (double)count);
	cigo_report_free(&report);
	return err;
}

static int command(const char *self, long count, const char *program)
{
	char line[4096];

	snprintf(line, sizeof line, "%s --quiet --strategy random:1 --schedules %ld %s once >&2",
		 program, count, self);
	struct bench_time t = start();
	int status = system(line);

	say(t, (double)count);
	return !WIFEXITED(status) || WEXITSTATUS(status) != 3; /* not all orders were tried */
}

int main(int argc, char **argv)
{
	struct job yields = { 3, 4 }, starts = { 11, 0 };
	const char *how = argc > 1 ? argv[1] : "", *last = argc > 3 ? argv[3] : "";
	long count = argc > 2 ? atol(argv[2]) : 0;
	int model = strcmp(last, "preemptive") ? CIGO_COOPERATIVE : CIGO_PREEMPTIVE;

	if (!strcmp(how, "once"))
		return cigo_run(together, &yields) != 0;
	if (count > 0 && !strcmp(how, "command"))
		return command(argv[0], count, last);
	if (count > 0 && !strcmp(how, "start"))
		return explore(how, &starts, count, model) != 0;
	if (count > 0 && (!strcmp(how, "here") || !strcmp(how, "fork")))
		return explore(how, &yields, count, model) != 0;
	fputs("usage: explore here|start|fork COUNT [MODEL] | command COUNT EXPLORE | once\n",
	      stderr);
	return 2;
}
