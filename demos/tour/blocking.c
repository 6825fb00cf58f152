/* SPDX-License-Identifier: MIT
 * A blocking call in place: a coroutine sits in read(2) while the others go on. What it reads is
 * written by one of them, so a loop that stood still would hang here for ever.
 */
#define _POSIX_C_SOURCE 200809L
#include <cigo.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "demos/kit/help.h"

static int ticker(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	int *fd = arg, err = 0;

	for (int i = 1; i <= 3 && !err; i++) {
		err = cigo_sleep(ctx, CIGO_MS(100));
		printf("ticker: %d\n", i);
	}
	return write(*fd, "three ticks", 11) < 0 ? -errno : err;
}

/* Any blocking function of any C library may stand where read stands. */
static ssize_t read_in_place(cigo_ctx *ctx, int fd, char *buf, size_t size)
{
	cigo_blocking_begin(ctx); /* gives the baton up: the loop goes on without this thread */
	ssize_t n = read(fd, buf, size);
	cigo_blocking_end(ctx); /* has it back */

	return n < 0 ? -errno : n;
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	char buf[80];
	int fd[2];

	if (pipe(fd) < 0)
		return -errno;
	cigo_task *task = cigo_spawn(ctx, ticker, 0, &fd[1]);

	puts("reader: blocks its thread");
	ssize_t n = read_in_place(ctx, fd[0], buf, sizeof buf);
	if (n > 0)
		printf("reader: got \"%.*s\"\n", (int)n, buf);

	int err = cigo_future_take(ctx, task, NULL,
				   0); /* it may not have returned yet, and uses fd */
	close(fd[0]);
	close(fd[1]);
	return n < 0 ? (int)n : err;
}

int main(int argc, char **argv)
{
	help(argc, argv,
	     "A blocking call in place: a coroutine sits in read(2) while the others go on.");
	cigo_must(cigo_run(demo, NULL));
	return 0;
}
