/* SPDX-License-Identifier: MIT
 * Reads lines from two TCP servers beside a task that ticks; then two tasks take turns.
 *
 * The servers are part of the demo: they listen on loopback, on ports the kernel picks. Servers,
 * client and ticker are coroutines of one event loop, and each of them is an ordinary pthread.
 */
#define _GNU_SOURCE /* accept4 */
#include <arpa/inet.h>
#include <cigo.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "demos/kit/help.h"
#include "demos/kit/lines.h"

/* --- the servers ----------------------------------------------------------------------------- */

struct server {
	const char *const *lines; /* what it has to say, up to NULL */
	int fd;			  /* listens */
	char address[32];	  /* host:port, for the client */
};

static int server_open(struct server *srv)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof in;

	srv->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (srv->fd < 0 || bind(srv->fd, (struct sockaddr *)&in, sizeof in) < 0 ||
	    listen(srv->fd, 1) < 0 || getsockname(srv->fd, (struct sockaddr *)&in, &size) < 0)
		return -errno;
	snprintf(srv->address, sizeof srv->address, "127.0.0.1:%d", ntohs(in.sin_port));
	return 0;
}

/* Says its lines, slowly, to one client. */
static int serve(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	struct server *srv = arg;
	ssize_t n = cigo_fd_wait(ctx, srv->fd, CIGO_READ);

	if (n < 0)
		return (int)n;
	cigo_stream *s = cigo_stream_open(accept4(srv->fd, NULL, NULL, SOCK_CLOEXEC));
	for (const char *const *line = srv->lines; n >= 0 && *line; line++) {
		n = cigo_stream_printf(ctx, s, "%s\n", *line);
		if (n >= 0)
			n = cigo_sleep(ctx, CIGO_MS(100));
	}
	cigo_stream_close(s);
	return (int)n;
}

/* --- the client, and a task beside it -------------------------------------------------------- */

static int print_lines(cigo_ctx *ctx, const char *address)
{
	cigo_stream *s;
	cigo_bytes line;
	ssize_t n = cigo_dial(ctx, "tcp", address, &s);

	if (n < 0)
		return (int)n;
	while ((n = cigo_stream_read_line(ctx, s, &line)) > 0)
		printf("got line: %s", line.data);
	cigo_stream_close(s);
	return (int)n;
}

static int ticker(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	int *ticks = arg, err;

	while (!(err = cigo_sleep(ctx, CIGO_MS(50))))
		++*ticks; /* no lock, no atomic: no other coroutine runs until the next await */
	return err;
}

static int read_from_two(cigo_ctx *ctx)
{
	struct server first = { .lines = latin, .fd = -1 };
	struct server second = { .lines = japanese, .fd = -1 };
	cigo_group *beside = cigo_group_new(ctx, 0, 0);
	int ticks = 0, err;

	if (!(err = server_open(&first)) && !(err = server_open(&second))) {
		cigo_spawn_in(beside, serve, 0, &first);
		cigo_spawn_in(beside, serve, 0, &second);
		cigo_spawn_in(beside, ticker, 0, &ticks);

		err = print_lines(ctx, first.address);
		if (!err)
			err = print_lines(ctx, second.address);
	}
	cigo_group_close(ctx,
			 beside); /* ends the ticker: from here on no task uses these variables */
	close(first.fd);
	close(second.fd);
	printf("Meanwhile the ticker %s.\n", ticks < 9 ? "stood still" : "ticked");
	return err;
}

/* --- two tasks that take turns --------------------------------------------------------------- */

static int subtask(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg);
	int *result = ret, err = 0;

	for (int i = 0; i < 3 && !err; i++) {
		printf("in subtask: %d\n", i);
		err = cigo_sleep(ctx, CIGO_S(0.5));
	}
	*result = 42;
	return err;
}

static int take_turns(cigo_ctx *ctx)
{
	cigo_task *task = cigo_spawn(ctx, subtask, sizeof(int), NULL);
	int err = 0, result;

	for (int j = 0; j < 3 && !err; j++) {
		printf("in main task: %d\n", j);
		err = cigo_sleep(ctx, CIGO_S(0.5));
	}
	err = cigo_take(ctx, task, &result);
	printf("task result: %d\n", result);
	return err;
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);

	puts("Two servers, their client and a ticker, all on one event loop:");
	int err = read_from_two(ctx);
	if (err)
		return err;
	puts("\nTwo tasks that take turns:");
	return take_turns(ctx);
}

int main(int argc, char **argv)
{
	help(argc, argv,
	     "Reads lines from two TCP servers, which are part of the demo, beside a task that\n"
	     "ticks; then two tasks take turns.");
	cigo_must(cigo_run(demo, NULL));
	return 0;
}
