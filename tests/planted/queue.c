/* SPDX-License-Identifier: MIT
 * Two items for two that get them.
 */
#include <cigo.h>

static cigo_queue *q;

static int get(cigo_ctx *ctx, void *arg, void *ret)
{
	(void)arg;
	return cigo_get(ctx, q, (int *)ret);
}

static int put(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = 0;

	(void)arg, (void)ret;
	for (int item = 1; item <= 2 && !err; item++)
		err = cigo_put(ctx, q, &item);
	return err;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	int x = 0, y = 0;
	cigo_task *p = cigo_spawn(ctx, put, 0, NULL);
	cigo_task *a = cigo_spawn(ctx, get, sizeof x, NULL),
		  *b = cigo_spawn(ctx, get, sizeof y, NULL);

	(void)arg, (void)ret;
	cigo_ignore(cigo_take(ctx, a, &x));
	cigo_ignore(cigo_take(ctx, b, &y));
	cigo_check(x + y == 3 && x * y == 2, "got %d and %d", x, y);
	return cigo_future_take(ctx, p, NULL, 0);
}

int main(void)
{
	q = cigo_queue_new(sizeof(int), 0);
	return cigo_run(first, NULL) != 0;
}
