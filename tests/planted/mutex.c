/* SPDX-License-Identifier: MIT
 * Three that lock one mutex.
 */
#include <cigo.h>

static cigo_mutex *m;
static int inside;

static int use(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = cigo_mutex_lock(ctx, m);

	(void)arg, (void)ret;
	if (err)
		return err;
	cigo_check(++inside == 1, "%d are inside", inside);
	err = cigo_yield(ctx);
	inside--;
	cigo_mutex_unlock(m);
	return err;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_task *a = cigo_spawn(ctx, use, 0, NULL), *b = cigo_spawn(ctx, use, 0, NULL);
	cigo_task *c = cigo_spawn(ctx, use, 0, NULL);

	(void)arg, (void)ret;
	return cigo_wait_all(ctx, a, b, c);
}

int main(void)
{
	m = cigo_mutex_new();
	return cigo_run(first, NULL) != 0;
}
