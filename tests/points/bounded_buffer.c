/* SPDX-License-Identifier: MIT
 * Plain pthreads, in workers and in threads of their own: a bounded buffer with a classic fault. A consumer
 * waits by `if`, not by `while`. Another consumer may take the item between the signal and its turn.
 *
 *	bounded_buffer [fixed]
 */
#include <cigo.h>
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER, emptied = PTHREAD_COND_INITIALIZER;
static int item, count;
static bool fixed;

static int produce(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	for (int i = 1; i <= 2; i++) {
		pthread_mutex_lock(&mutex);
		while (count == 1)
			pthread_cond_wait(&emptied, &mutex);
		item = i;
		count++;
		pthread_cond_signal(&filled);
		pthread_mutex_unlock(&mutex);
	}
	return 0;
}

static void *consume(void *arg)
{
	CIGO_UNUSED(arg);
	pthread_mutex_lock(&mutex);
	while (count == 0) {
		pthread_cond_wait(&filled, &mutex);
		if (!fixed) /* the fault */
			break;
	}
	cigo_check(count == 1, "an item is taken from an empty buffer");
	count--;
	pthread_cond_signal(&emptied);
	pthread_mutex_unlock(&mutex);
	return NULL;
}

static int consumers(cigo_ctx *ctx, void *arg, void *ret)
{
	pthread_t other;

	CIGO_UNUSED(ctx), CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	if (pthread_create(&other, NULL, consume, NULL))
		return -1;
	consume(NULL);
	return -pthread_join(other, NULL);
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_task *a = cigo_go(ctx, consumers, 0, NULL), *b = cigo_go(ctx, produce, 0, NULL);
	int err = cigo_wait_all(ctx, a, b);

	cigo_future_unref(a);
	cigo_future_unref(b);
	return err;
}

int main(int argc, char **argv)
{
	CIGO_UNUSED(argv);
	fixed = argc > 1;
	return cigo_run(demo, NULL) != 0;
}
