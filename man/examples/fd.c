/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>
#include <unistd.h>

static int writer(cigo_ctx *ctx, void *arg, void *ret)
{
	return write(*(int *)arg, "x", 1) == 1 ? 0 : -1;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	int ends[2];

	if (pipe(ends) < 0)
		return -1;
	cigo_detach(cigo_spawn(ctx, writer, 0, &ends[1]));
	if (cigo_must(cigo_fd_wait(ctx, ends[0], CIGO_READ)) & CIGO_READ)
		printf("there is something to read\n");
	close(ends[0]);
	close(ends[1]);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * there is something to read
 */
