/* SPDX-License-Identifier: MIT
 * Plain pthreads: an initialisation that is checked twice, but whose pointer is published before what it
 * points to is whole. The first check is outside the lock, so another thread may see half of it.
 *
 *	double_checked [fixed]
 */
#include <cigo.h>
#include <pthread.h>

static struct config {
	int width, height;
} storage, *config;
static bool fixed;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* Not inline: a compiler may otherwise put the steps into another order. */
__attribute__((noinline)) static void fill(struct config *c)
{
	c->width = 4;
	c->height = 3;
}

static struct config *get(void)
{
	if (!config) {
		pthread_mutex_lock(&mutex);
		if (!config) {
			if (fixed) {
				fill(&storage);
				config = &storage;
			} else {
				config = &storage; /* the fault: too early */
				fill(&storage);
			}
		}
		pthread_mutex_unlock(&mutex);
	}
	return config;
}

static int use(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	const struct config *c = get();
	int area = c->width * c->height;

	cigo_check(area == 12, "the area is %d", area);
	return 0;
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_task *a = cigo_go(ctx, use, 0, NULL), *b = cigo_go(ctx, use, 0, NULL);
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
