/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int inside, most;

/* At most two of them are between the acquire and the release. */
static int guest(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = cigo_semaphore_acquire(ctx, arg);

	if (err)
		return err;
	if (++inside > most)
		most = inside;
	err = cigo_sleep(ctx, CIGO_MS(1));
	inside--;
	cigo_semaphore_release(arg);
	return err;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_semaphore *s = cigo_semaphore_new(2, 2);
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < 5; i++)
		cigo_spawn_in(g, guest, 0, s);
	cigo_must(cigo_group_wait(ctx, g));
	printf("at most %d at a time\n", most);
	if (cigo_semaphore_try_acquire(s))
		printf("%zu left\n", cigo_semaphore_value(s));
	cigo_group_close(ctx, g);
	cigo_semaphore_free(s);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * at most 2 at a time
 * 1 left
 */
