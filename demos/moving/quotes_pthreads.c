/* SPDX-License-Identifier: MIT
 * The program of docs/moving.md with plain threads: the queue, the deadline and the cancellation are
 * written by hand, and everything that two threads touch is under the lock.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

struct source {
	const char *name;
	int ms, price;
};

static struct source sources[] = { { "slow", 60000, 30 }, { "near", 20, 10 }, { "far", 150, 20 } };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed; /* on the monotonic clock */
static const struct source *quotes[3];
static int asked, taken;
static bool cancelled;

static struct timespec from_now(int ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000L;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

static void *ask(void *arg)
{
	const struct source *s = arg;
	struct timespec until = from_now(s->ms); /* stands for the request */
	int err = 0;

	pthread_mutex_lock(&lock);
	while (!cancelled && err != ETIMEDOUT)
		err = pthread_cond_timedwait(&changed, &lock, &until);
	if (!cancelled) {
		quotes[asked++] = s;
		pthread_cond_broadcast(&changed);
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

static void collect(void)
{
	struct timespec until = from_now(1000);
	int err = 0;

	pthread_mutex_lock(&lock);
	while (taken < 3 && !err) {
		while (taken == asked && !err)
			err = pthread_cond_timedwait(&changed, &lock, &until);
		for (; taken < asked; taken++)
			printf("%s: %d\n", quotes[taken]->name, quotes[taken]->price);
	}
	printf("missing: %d\n", 3 - taken);
	cancelled = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

int main(void)
{
	pthread_t threads[3];
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&changed, &attr);
	for (int i = 0; i < 3; i++)
		if (pthread_create(&threads[i], NULL, ask, &sources[i]))
			return 1;
	collect();
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	puts("nobody is left");
	return 0;
}
