/* SPDX-License-Identifier: MIT
 * One unit, two that use it, of which one may be cancelled.
 */
#include <cigo.h>

static cigo_semaphore *s;

static int use(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = cigo_semaphore_acquire(ctx, s);

	(void)arg, (void)ret;
	if (err)
		return err;
	err = cigo_sleep(ctx, CIGO_MS(1));
	cigo_semaphore_release(s);
	return err;
}

static int cancel(cigo_ctx *ctx, void *arg, void *ret)
{
	(void)ret;
	return cigo_sleep(ctx, CIGO_MS(1)) || cigo_future_cancel(arg, 0);
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_task *a = cigo_spawn(ctx, use, 0, NULL), *b = cigo_spawn(ctx, use, 0, NULL);
	cigo_task *c = cigo_spawn(ctx, cancel, 0, b);

	(void)arg, (void)ret;
	cigo_ignore(cigo_wait_all(ctx, a, b, c));
	cigo_check(cigo_semaphore_value(s) == 1, "%zu units are left", cigo_semaphore_value(s));
	return 0;
}

int main(void)
{
	s = cigo_semaphore_new(1, 1);
	return cigo_run(first, NULL) != 0;
}
