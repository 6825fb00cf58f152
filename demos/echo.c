/* SPDX-License-Identifier: MIT
 *
 * A server that sends back what it gets, till Ctrl-C or SIGTERM; then clients have 5 s to finish.
 *
 *	echo [ADDRESS]		an address for cigo_listen, default 127.0.0.1:0
 *
 * The address it listens at is the first line it prints.
 */
#include <cigo.h>
#include <signal.h>
#include <stdio.h>

static int echo(cigo_ctx *ctx, cigo_stream *s, void *arg)
{
	CIGO_UNUSED(arg);
	char buf[4096];
	ssize_t n;

	while ((n = cigo_stream_read(ctx, s, buf, sizeof buf)) > 0)
		if ((n = cigo_stream_write(ctx, s, buf, (size_t)n)) < 0)
			break;
	return (int)n;
}

static int stop_on_signal(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	int sig = cigo_signal_wait(ctx, (const int[]){ SIGINT, SIGTERM }, 2);

	if (sig > 0)
		cigo_listener_stop(arg);
	return sig;
}

static int server(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	cigo_serve_options o = {
		.size = sizeof o,
		.limit = 1000,
		.grace_ns = CIGO_S(5),
		.idle_ns = CIGO_S(30),
	};
	cigo_listener *l;
	int err = cigo_listen(ctx, "tcp", arg, NULL, &l);

	if (err < 0)
		return err;
	cigo_task *stopper = cigo_spawn(ctx, stop_on_signal, l, 0);
	printf("%s\n", cigo_listener_address(l));
	fflush(stdout);
	err = cigo_serve(ctx, l, echo, NULL, &o);
	cigo_task_stop(ctx, stopper); /* before the close: it might still stop the listener */
	cigo_listener_close(l);
	return err;
}

int main(int argc, char **argv)
{
	static char anywhere[] = "127.0.0.1:0";
	int err = cigo_run(server, argc > 1 ? argv[1] : anywhere);

	if (err < 0)
		fprintf(stderr, "echo: %s\n", cigo_strerror(err));
	return err < 0;
}
