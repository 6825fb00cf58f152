/* SPDX-License-Identifier: MIT
 * Plain pthreads: two coroutines of the preemptive model take two mutexes in opposite orders.
 *
 *	lock_order [fixed]
 */
#include <cigo.h>
#include <pthread.h>

static pthread_mutex_t fork_a = PTHREAD_MUTEX_INITIALIZER, fork_b = PTHREAD_MUTEX_INITIALIZER;

static bool fixed;
static char left_first[] = "left";

static int eat(cigo_ctx *ctx, void *arg, void *ret)
{
	bool left = arg != NULL || fixed;

	CIGO_UNUSED(ctx), CIGO_UNUSED(ret);
	pthread_mutex_lock(left ? &fork_a : &fork_b);
	pthread_mutex_lock(left ? &fork_b : &fork_a);
	pthread_mutex_unlock(&fork_a);
	pthread_mutex_unlock(&fork_b);
	return 0;
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_task *a = cigo_task_spawn(ctx, "Plato", eat, 0, left_first),
		  *b = cigo_task_spawn(ctx, "Kant", eat, 0, NULL);
	int err = cigo_wait_all(ctx, a, b);

	cigo_future_unref(a);
	cigo_future_unref(b);
	return err;
}

int main(int argc, char **argv)
{
	cigo_loop_options o = { .size = sizeof o, .model = CIGO_PREEMPTIVE };

	CIGO_UNUSED(argv);
	fixed = argc > 1;
	return cigo_run_with(&o, cigo_ctx_background(), demo, NULL) != 0;
}
