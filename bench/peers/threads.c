/* SPDX-License-Identifier: MIT
 * Bare pthreads, the limit of what a design on threads can do.
 *
 *	threads ring COUNT N	N threads pass a token through futex words, COUNT times
 *	threads nap COUNT	COUNT sleeps of 1 ms; as `time sleep`
 *	threads crowd N		N sleeping threads; as `crowd`
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../bench.h"

enum { STACK = 64 * 1024, CROWD_STACK = 320 * 1024, CROWD_GUARD = 64 * 1024 };

static pthread_t *start_all(long n, size_t stack, size_t guard, void *(*body)(void *))
{
	pthread_t *threads = calloc((size_t)n, sizeof *threads);
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, stack);
	pthread_attr_setguardsize(&attr, guard);
	for (long i = 0; threads && i < n; i++) {
		errno = pthread_create(&threads[i], &attr, body, (void *)(intptr_t)i);
		if (errno) {
			perror("pthread_create");
			exit(1);
		}
	}
	return threads;
}

/* --- the ring -------------------------------------------------------------------------------- */

struct seat {
	_Alignas(64) atomic_int token;
};

static struct seat *seats;
static long players, passes, passes_left; /* guarded by the token */

static void hand(struct seat *to)
{
	atomic_store(&to->token, 1);
	syscall(SYS_futex, &to->token, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void take(struct seat *mine)
{
	while (!atomic_exchange(&mine->token, 0))
		syscall(SYS_futex, &mine->token, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

static struct bench_time began, took; /* all 0: not yet */

static void *play(void *arg)
{
	long me = (intptr_t)arg;

	take(&seats[me]); /* once round before the clock starts: all are there and asleep */
	hand(&seats[(me + 1) % players]);
	for (;;) {
		take(&seats[me]);
		if (!began.ns)
			began = bench_start();
		bool over = --passes_left < 0;
		if (over && !took.ns)
			took = bench_stop(began, passes);
		hand(&seats[(me + 1) % players]);
		if (over)
			return NULL;
	}
}

static int ring(long count, long n)
{
	seats = aligned_alloc(64, (size_t)n * sizeof *seats);
	if (!seats)
		return 1;
	players = n;
	passes = passes_left = count;
	memset(seats, 0, (size_t)n * sizeof *seats);
	pthread_t *threads = start_all(n, STACK, 4096, play);
	hand(&seats[0]);
	for (long i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	bench_say(took);
	return 0;
}

/* --- the others ------------------------------------------------------------------------------ */

static int nap(long count)
{
	struct bench_time t = bench_start();

	for (long i = 0; i < count; i++)
		clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){ .tv_nsec = 1000000 }, NULL);
	bench_say(bench_stop(t, count));
	return 0;
}

static atomic_long asleep;
static sem_t never;

static void *doze(void *arg)
{
	(void)arg;
	asleep++;
	sem_wait(&never);
	return NULL;
}

/* Stacks and guards as cigo's coroutines have them. */
static int crowd(long n)
{
	struct bench_memory before = bench_memory();
	struct bench_time start = bench_start();

	sem_init(&never, 0, 0);
	start_all(n, CROWD_STACK, CROWD_GUARD, doze);
	while (asleep < n)
		sched_yield();
	struct bench_time made = bench_stop(start, n);
	usleep(50000);
	bench_say_crowd(before, made, n);
	return 0; /* the end of the process is the end of them */
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	long n = argc > 2 ? atol(argv[2]) : 0;

	if (n > 0 && !strcmp(what, "ring") && argc > 3 && atol(argv[3]) > 0)
		return ring(n, atol(argv[3]));
	if (n > 0 && !strcmp(what, "nap"))
		return nap(n);
	if (n > 0 && !strcmp(what, "crowd"))
		return crowd(n);
	fputs("usage: threads ring COUNT N | nap COUNT | crowd N\n", stderr);
	return 2;
}
