/* SPDX-License-Identifier: MIT
 * Plain pthreads: a flag that is set and told of without the mutex. The signal may come between the look at
 * the flag and the wait, and is lost.
 *
 *	lost_signal [fixed]
 */
#include <cigo.h>
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t told = PTHREAD_COND_INITIALIZER;
static int flag;
static bool fixed;

static int wait_for_flag(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	pthread_mutex_lock(&mutex);
	while (!__atomic_load_n(&flag, __ATOMIC_ACQUIRE))
		pthread_cond_wait(&told, &mutex);
	pthread_mutex_unlock(&mutex);
	return 0;
}

static int set_flag(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	if (fixed) /* else: the fault */
		pthread_mutex_lock(&mutex);
	__atomic_store_n(&flag, 1, __ATOMIC_RELEASE);
	pthread_cond_signal(&told);
	if (fixed)
		pthread_mutex_unlock(&mutex);
	return 0;
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_task *a = cigo_go(ctx, wait_for_flag, 0, NULL), *b = cigo_go(ctx, set_flag, 0, NULL);
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
