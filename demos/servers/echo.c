/* SPDX-License-Identifier: MIT
 * A server that sends back what it gets, till Ctrl-C or SIGTERM; then clients have 5 s to finish.
 *
 *	echo [HOST:PORT]	where to listen, default 127.0.0.1:0
 *	echo --compare		the same server in other ways, under load: a table. See --help.
 *
 * The address it listens at is the first line it prints.
 */
#include <cigo.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "demos/servers/echo_rivals.h"
#include "demos/servers/failed.h"

enum { FROM = __LINE__ };

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
	cigo_task *stopper = cigo_spawn(ctx, stop_on_signal, 0, l);
	printf("%s\n", cigo_listener_address(l));
	fflush(stdout);
	err = cigo_serve(ctx, l, echo, NULL, &o);
	cigo_task_stop(ctx, stopper); /* before the close: it might still stop the listener */
	cigo_listener_close(l);
	return err;
}

enum { LINES = __LINE__ - FROM - 2 };

/* --- compared with others ----------------------------------------------------------------------- */

static int echo_cigo(struct contest *c, int model, void *arg)
{
	return compare_serve(c, model, echo, arg);
}

#define REQUEST "sixty-four bytes there and back, a small thing to ask anybody.\n"

static int milliseconds = 500;

static size_t answer(const char *bytes, size_t n)
{
	CIGO_UNUSED(bytes), CIGO_UNUSED(n);
	return sizeof REQUEST - 1;
}

static int compare(int model, void *arg)
{
	const struct rival rivals[] = {
		{ CIGO_COOPERATIVE, LINES, echo_cigo },
		{ CIGO_PREEMPTIVE, LINES, echo_cigo },
		{ COMPARE_THREADS, echo_threads_lines, echo_threads },
		{ COMPARE_EPOLL, echo_epoll_lines, echo_epoll },
		{ 0 },
	};
	const struct load load = {
		.connections = kit_picture() ? 2 : *(int *)arg,
		.ns = kit_picture() ? CIGO_MS(2) : CIGO_MS(milliseconds),
		.request = REQUEST,
		.answer = answer,
	};

	return compare_run(rivals, model, &load, NULL);
}

static const struct kit_variant variants[] = {
	{ "one", "one connection, 64 bytes there and back",
	  "With one client the server has nothing else to do meanwhile. So this is what a single answer "
	  "costs: mostly the kernel's work, and waking the thread that waits for it.",
	  NULL, compare, &(int){ 1 }, NULL, 1, false },
	{ "many", "fifty connections",
	  "The state machine never switches threads and takes the least CPU time, for twice the code: "
	  "what the others keep in local variables it keeps in a struct, and where they wait it returns. "
	  "Threads read as simply as coroutines and use all CPUs, but need a lock for each variable that "
	  "they share. Coroutines need no lock and pay one handoff per answer. Their code does more, "
	  "too: time limits, and an orderly end on Ctrl-C.",
	  NULL, compare, &(int){ 50 }, NULL, 1, false },
	{ 0 },
};

static const struct kit_option options[] = {
	{ "milliseconds", "milliseconds of load per server", &milliseconds, 10, 60000 },
	{ 0 },
};

static const struct kit_demo demo = {
	.name = "echo",
	.title = "Echo: a server as coroutines, as threads, as a state machine",
	.also = "Without options it is a server: echo [HOST:PORT]\n"
		"(default 127.0.0.1:0, any free port). With --compare it is measured:",
	.lesson = "Three ways to serve many clients at once: what does an answer cost in each?",
	.variants = variants,
	.columns = compare_columns,
	.options = options,
};

int main(int argc, char **argv)
{
	static char anywhere[] = "127.0.0.1:0";

	if (argc > 1 && argv[1][0] == '-')
		return kit_main(&demo, argc, argv);
	int err = cigo_run(server, argc > 1 ? argv[1] : anywhere);

	if (err < 0)
		server_failed("echo", argc > 1 ? argv[1] : anywhere, err);
	return err < 0;
}
