/* SPDX-License-Identifier: MIT
 * Clean-up that must await: a client that is cancelled says good-bye to its peer and waits for the
 * answer, under a context which that cancellation does not reach.
 */
#include <cigo.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include "demos/kit/help.h"

static int good_bye(cigo_ctx *ctx, cigo_stream *s)
{
	cigo_ctx *grace = cigo_ctx_without_cancel(ctx, CIGO_S(5)); /* for so long at most */
	cigo_bytes answer;
	ssize_t n = cigo_stream_printf(grace, s, "good-bye\n");

	if (n >= 0)
		n = cigo_stream_read_line(grace, s, &answer);
	if (n > 0)
		printf("client: got %s", answer.data);
	cigo_ctx_unref(grace);
	return n < 0 ? (int)n : 0;
}

static int client(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	cigo_stream *s = arg;
	ssize_t n = cigo_stream_printf(ctx, s, "hello\n");

	while (n >= 0)
		n = cigo_sleep(ctx, CIGO_S(60)); /* what a client does all day */
	printf("client: %s; says good-bye first\n", cigo_strerror((int)n));
	int late = good_bye(ctx, s);
	return late ? late : (int)n;
}

static ssize_t print_line(cigo_ctx *ctx, cigo_stream *s)
{
	cigo_bytes line;
	ssize_t n = cigo_stream_read_line(ctx, s, &line);

	if (n > 0)
		printf("server: got %s", line.data);
	return n;
}

static int serve(cigo_ctx *ctx, cigo_stream *s, cigo_task *task)
{
	ssize_t n = print_line(ctx, s);

	if (n < 0)
		return (int)n;
	puts("server: cancels the client");
	cigo_future_cancel(task, 0);

	n = print_line(ctx, s);
	if (n >= 0)
		n = cigo_stream_printf(ctx, s, "farewell\n");
	return n < 0 ? (int)n : 0;
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) < 0)
		return -errno;
	cigo_stream *ours = cigo_stream_open(fd[0]), *theirs = cigo_stream_open(fd[1]);
	cigo_task *task = cigo_spawn(ctx, client, 0, theirs);

	int err = serve(ctx, ours, task);
	int why = cigo_task_stop(ctx, task); /* returns when the body has: after its clean-up */
	printf("server: the client ended with: %s\n", cigo_strerror(why));
	cigo_stream_close(ours);
	cigo_stream_close(theirs);
	return err;
}

int main(int argc, char **argv)
{
	help(argc, argv,
	     "Clean-up that must await: a client that is cancelled says good-bye to its peer\n"
	     "and waits for the answer.");
	cigo_must(cigo_run(demo, NULL));
	return 0;
}
