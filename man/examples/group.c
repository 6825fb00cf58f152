/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <errno.h>
#include <stdio.h>

static int patient(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = cigo_sleep(ctx, CIGO_S(60));

	printf("patient: %s\n", cigo_strerror(err));
	return err;
}

static int failing(cigo_ctx *ctx, void *arg, void *ret)
{
	return *(int *)arg;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = -EIO;
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	cigo_spawn_in(g, patient, 0, NULL);
	cigo_must(cigo_yield(ctx));
	cigo_spawn_copy_in(g, failing, 0, &err); /* its failure cancels its sibling */
	printf("the group: %s\n", cigo_strerror(cigo_group_wait(ctx, g)));
	cigo_group_close(ctx, g);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * patient: context canceled
 * the group: Input/output error
 */
