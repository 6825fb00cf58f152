/* SPDX-License-Identifier: MIT
 * Coroutines that wait, for debuggers to look at: tests/checkers/gdb.sh. Says "ready" when they do, and ends
 * when its stdin does.
 */
#include <cigo.h>
#include <stdio.h>
#include <unistd.h>

static volatile int woken; /* so that calls are not the last thing: their frames stay */

static __attribute__((noinline)) int dreams_of_sheep(cigo_ctx *ctx, cigo_future *f)
{
	int err = cigo_join(ctx, f);

	woken++;
	return err;
}

static int sleeper(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	int err = dreams_of_sheep(ctx, arg);

	woken++;
	return err;
}

static int watchman(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	printf("ready\n");
	fflush(stdout);
	int events = cigo_fd_wait(ctx, STDIN_FILENO, CIGO_READ);
	woken++;
	return events;
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_task_options o = { .size = sizeof o, .name = "by_another_name" };
	cigo_future *f = cigo_future_new(0);
	cigo_task *a = cigo_spawn(ctx, sleeper, 0, f);
	cigo_task *b = cigo_task_spawn_with(ctx, sleeper, 0, f, &o);
	cigo_task *c = cigo_spawn(ctx, watchman, 0, NULL);

	cigo_ignore(cigo_take(ctx, c, (char *)NULL));
	cigo_future_cancel(f, 0);
	cigo_ignore(cigo_take(ctx, a, (char *)NULL));
	cigo_ignore(cigo_take(ctx, b, (char *)NULL));
	cigo_future_unref(f);
	return 0;
}

int main(void)
{
	cigo_must(cigo_run(demo, NULL));
	return 0;
}
