/* SPDX-License-Identifier: MIT
 * One item, one that waits for it and may be cancelled, and one that takes it if it is there.
 */
#include <cigo.h>

static cigo_queue *q;
static int stolen;

static int get(cigo_ctx *ctx, void *arg, void *ret)
{
	(void)arg;
	return cigo_get(ctx, q, (int *)ret);
}

static int put(cigo_ctx *ctx, void *arg, void *ret)
{
	int item = 1;

	(void)arg, (void)ret;
	return cigo_put(ctx, q, &item);
}

static int steal(cigo_ctx *ctx, void *arg, void *ret)
{
	(void)ctx, (void)arg, (void)ret;
	cigo_ignore(cigo_queue_try_get(q, &stolen, sizeof stolen));
	return 0;
}

static int cancel(cigo_ctx *ctx, void *arg, void *ret)
{
	(void)ctx, (void)ret;
	cigo_future_cancel(arg, 0);
	return 0;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	int got = 0, left = 0;
	cigo_task *a = cigo_spawn(ctx, get, sizeof got, NULL), *b = cigo_spawn(ctx, put, 0, NULL);
	cigo_task *c = cigo_spawn(ctx, steal, 0, NULL), *d = cigo_spawn(ctx, cancel, 0, a);

	(void)arg, (void)ret;
	int err = cigo_wait_all(ctx, a, b, c, d);
	cigo_ignore(cigo_future_result(a, &got, sizeof got));
	cigo_ignore(cigo_queue_try_get(q, &left, sizeof left));
	cigo_check(got + stolen + left == 1, "of one item %d were got", got + stolen + left);
	cigo_check(err || got, "a get succeeded without an item");
	return 0;
}

int main(void)
{
	q = cigo_queue_new(sizeof(int), 0);
	return cigo_run(first, NULL) != 0;
}
