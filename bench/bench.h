/* SPDX-License-Identifier: MIT
 *
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

static inline void bench_say(const char *what, double value)
{
	printf("{\"%s\": %.4g}\n", what, value);
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

/* What a crowd of n sleeping threads costs each; `made` ns passed while they were made. */
struct bench_crowd {
	double rss, available, start;
};

static inline struct bench_crowd bench_crowd_begin(void)
{
	return (struct bench_crowd){ bench_proc("/proc/self/status", "VmRSS"),
				     bench_proc("/proc/meminfo", "MemAvailable"), bench_now() };
}

static inline void bench_crowd_end(const struct bench_crowd *c, double made, long n)
{
	printf("{\"create\": %.1f, \"rss\": %.1f, \"system\": %.1f}\n", made / (double)n,
	       (bench_proc("/proc/self/status", "VmRSS") - c->rss) / (double)n,
	       (c->available - bench_proc("/proc/meminfo", "MemAvailable")) / (double)n);
	fflush(stdout);
}

#endif
