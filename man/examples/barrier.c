/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

/* Three parties; none begins the second round before all have ended the first. */
static int party(cigo_ctx *ctx, void *arg, void *ret)
{
	int index = cigo_barrier_wait(ctx, arg);

	if (index == 2)
		printf("all have come, %d wait\n", cigo_barrier_waiting(arg));
	return index < 0 ? index : 0;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_barrier *b = cigo_barrier_new(3);
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < 3; i++)
		cigo_spawn_in(g, party, 0, b);
	cigo_must(cigo_group_wait(ctx, g));

	cigo_barrier_abort(b);
	printf("%s\n", cigo_strerror(cigo_barrier_wait(ctx, b)));
	cigo_barrier_reset(b);
	printf("broken: %s\n", cigo_barrier_is_broken(b) ? "yes" : "no");

	cigo_group_close(ctx, g);
	cigo_barrier_free(b);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * all have come, 0 wait
 * barrier is broken
 * broken: no
 */
