/* SPDX-License-Identifier: MIT
 * A hundred thousand live coroutines, each a thread. Each counts, sleeps, and does so ten times; the
 * answer is a million. Where the system does not allow so many threads, it says which limit stands
 * in the way and how to raise it, and takes as many as there can be.
 *
 *	many [--tasks N] [--loops N] [--rounds N] [--sleep MS]
 */
#include <cigo.h>
#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LOOPS = 64, OTHERS = 64 }; /* threads to leave for other programs */

static long tasks = 100000, loops = 1, rounds = 10, sleep_ms = 500;

/* What one loop does. Its coroutines touch it, one at a time: no lock, no atomics. */
struct share {
	long tasks, begun, count, failed;
	int err;
};

static struct share shares[MOST_LOOPS];

/* --- seen from outside ----------------------------------------------------------------------- */

static atomic_long to_begin;		      /* tasks, of all loops */
static int64_t started;			      /* when the first was spawned, */
static atomic_llong all_begun;		      /* when the last began, */
static long available_before, available_then; /* KiB of memory before and then, */
static long resident_before, resident_then;   /* and in this process */

static int64_t now(void)
{
	return cigo_now(cigo_ctx_background());
}

static long kib(const char *path, const char *name)
{
	FILE *f = fopen(path, "r");
	char line[256];
	long n = 0;

	while (f && !n && fgets(line, sizeof line, f))
		if (!strncmp(line, name, strlen(name)))
			n = strtol(line + strlen(name), NULL, 10);
	if (f)
		fclose(f);
	return n;
}

static void look_at_memory(long *ret_available, long *ret_resident)
{
	*ret_available = kib("/proc/meminfo", "MemAvailable:");
	*ret_resident = kib("/proc/self/status", "VmRSS:");
}

static void has_begun(void)
{
	if (atomic_fetch_sub(&to_begin, 1) > 1)
		return;
	atomic_store(&all_begun, now());
	look_at_memory(&available_then, &resident_then);
}

/* --- the lesson ------------------------------------------------------------------------------ */

static int count(cigo_ctx *ctx, void *arg, void *ret)
{
	struct share *s = arg;
	int err = 0;

	CIGO_UNUSED(ret);
	has_begun();
	for (long i = 0; i < rounds && !err; i++) {
		s->count++;
		err = cigo_sleep(ctx, CIGO_MS(sleep_ms));
	}
	return err;
}

static int count_all(cigo_ctx *ctx, void *arg, void *ret)
{
	struct share *s = arg;
	cigo_task **all = calloc((size_t)s->tasks, sizeof(cigo_task *));

	CIGO_UNUSED(ret);
	if (!all)
		return -1;
	for (long i = 0; i < s->tasks; i++)
		all[i] = cigo_spawn(ctx, count, 0, s);
	for (long i = 0; i < s->tasks; i++)
		s->failed += cigo_future_take(ctx, all[i], NULL, 0) != 0;
	free(all);
	return 0;
}

static void *run(void *share)
{
	((struct share *)share)->err = cigo_run(count_all, share);
	return NULL;
}

/* --- around it ------------------------------------------------------------------------------- */

static void usage(FILE *f)
{
	fputs("usage: many [--tasks N] [--loops N] [--rounds N] [--sleep MS]\n"
	      "  --tasks N    coroutines, each a thread (default 100000)\n"
	      "  --loops N    event loops that share the tasks (default 1)\n"
	      "  --rounds N   how often each task counts (default 10)\n"
	      "  --sleep MS   how long a task sleeps after each count, in ms (default 500)\n",
	      f);
}

static long number(const char *option, const char *text, long least, long most)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end != text && !*end && n >= least && n <= most)
		return n;
	fprintf(stderr, "many: --%s takes a number from %ld to %ld, not '%s'\n", option, least,
		most, text);
	exit(2);
}

static void parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "tasks", required_argument, NULL, 't' },
		{ "loops", required_argument, NULL, 'l' },
		{ "rounds", required_argument, NULL, 'r' },
		{ "sleep", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};

	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (c) {
		case 't': tasks = number("tasks", optarg, 1, 10000000); break;
		case 'l': loops = number("loops", optarg, 1, MOST_LOOPS); break;
		case 'r': rounds = number("rounds", optarg, 0, 1000000); break;
		case 's': sleep_ms = number("sleep", optarg, 0, 1000000); break;
		case 'h': usage(stdout); exit(0);
		default: usage(stderr); exit(2);
		}
	}
	if (optind == argc)
		return;
	usage(stderr);
	exit(2);
}

/* As many as there can be threads. */
static void scale_down(void)
{
	char text[512];
	cigo_limit limit = { .size = sizeof limit, .text = text, .text_size = sizeof text };
	long most;

	if (cigo_limit_threads(&limit) || limit.room >= tasks + loops + OTHERS)
		return;
	most = (long)limit.room - loops - OTHERS;
	most -= most / 50; /* what a thread takes differs */
	printf("%ld tasks do not fit: %s\n", tasks, text);
	tasks = most < 1 ? 1 : most;
}

static void report(void)
{
	int64_t ended = now(), begun = atomic_load(&all_begun);
	long sum = 0, failed = 0;

	for (long i = 0; i < loops; i++) {
		sum += shares[i].count;
		failed += shares[i].failed;
	}
	printf("sum of all counts: %ld\n", sum);
	if (failed)
		printf("failed tasks: %ld\n", failed);
	printf("elapsed time: %.2f s\n", (double)(ended - started) / 1e9);
	if (!begun)
		return;
	printf("creation time per task: %.1f us\n",
	       (double)(begun - started) / 1e3 / (double)tasks);
	printf("memory per task: %.1f KiB in this process, %.1f KiB measured system-wide\n",
	       (double)(resident_then - resident_before) / (double)tasks,
	       (double)(available_before - available_then) / (double)tasks);
}

int main(int argc, char **argv)
{
	pthread_t threads[MOST_LOOPS];
	int err = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	parse(argc, argv);
	scale_down();
	if (loops > tasks)
		loops = tasks;
	printf("%ld tasks in %ld %s, each counts %ld times and sleeps %ld ms\n", tasks, loops,
	       loops == 1 ? "loop" : "loops", rounds, sleep_ms);
	look_at_memory(&available_before, &resident_before);
	atomic_store(&to_begin, tasks);
	started = now();
	for (long i = 0; i < loops; i++) {
		shares[i].tasks = tasks / loops + (i < tasks % loops);
		if (i && pthread_create(&threads[i], NULL, run, &shares[i])) {
			perror("many");
			exit(1);
		}
	}
	run(&shares[0]);
	for (long i = 1; i < loops; i++)
		pthread_join(threads[i], NULL);
	for (long i = 0; i < loops; i++)
		err = err ? err : shares[i].err;
	report();
	if (err)
		fprintf(stderr, "many: %s\n", cigo_strerror(err));
	return err != 0;
}
