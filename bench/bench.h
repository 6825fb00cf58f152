/* SPDX-License-Identifier: MIT
 * What the programs of bench/ share: a clock, and how they say what they measured: one line of JSON.
 */
#ifndef CI_BENCH_H
#define CI_BENCH_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline double bench_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* ns of an arbitrary start */
static inline double bench_now(void)
{
	return bench_clock(CLOCK_MONOTONIC);
}

/* CPU time of all threads, ns */
static inline double bench_cpu(void)
{
	return bench_clock(CLOCK_PROCESS_CPUTIME_ID);
}

/* What passed: wall clock and CPU time. Where all runs on one processor and none of it waits, CPU
 * time is the same on a quiet machine, and on a busy one it is still right. */
struct bench_time {
	double ns, cpu;
};

static inline struct bench_time bench_start(void)
{
	return (struct bench_time){ bench_now(), bench_cpu() };
}

/* of one, since start */
static inline struct bench_time bench_stop(struct bench_time start, long count)
{
	return (struct bench_time){ (bench_now() - start.ns) / (double)count,
				    (bench_cpu() - start.cpu) / (double)count };
}

static inline void bench_say(struct bench_time t)
{
	printf("{\"ns\": %.1f, \"cpu\": %.1f}\n", t.ns, t.cpu);
	fflush(stdout);
}

/* bytes of a line of /proc, in kB there; 0: no such line */
static inline double bench_proc(const char *path, const char *line)
{
	FILE *f = fopen(path, "re");
	char text[128];
	double kb = 0;

	while (f && fgets(text, sizeof text, f))
		if (!strncmp(text, line, strlen(line)))
			kb = strtod(text + strlen(line) + 1, NULL);
	if (f)
		fclose(f);
	return kb * 1024;
}

/* Memory that threads take: their own, and the kernel's for them, which only the whole system's
 * figures tell. (MemAvailable would have it all, and whatever else happens on the machine.) */
struct bench_memory {
	double rss, kernel;
};

static inline struct bench_memory bench_memory(void)
{
	const char *all = "/proc/meminfo";

	return (struct bench_memory){ bench_proc("/proc/self/status", "VmRSS"),
				      bench_proc(all, "KernelStack") +
					      bench_proc(all, "PageTables") +
					      bench_proc(all, "SUnreclaim") };
}

static inline void bench_say_crowd(struct bench_memory before, struct bench_time made, long n)
{
	struct bench_memory after = bench_memory();
	double rss = after.rss - before.rss, kernel = after.kernel - before.kernel;

	printf("{\"ns\": %.1f, \"cpu\": %.1f, \"rss\": %.1f, \"system\": %.1f}\n", made.ns,
	       made.cpu, rss / (double)n, (rss + kernel) / (double)n);
	fflush(stdout);
}

#endif
