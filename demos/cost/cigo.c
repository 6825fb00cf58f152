/* SPDX-License-Identifier: MIT
 * The server as coroutines. The same program runs in both models.
 */
#include "demos/cost/protocol.h"
#include "demos/cost/server.h"

#include <cigo.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct serving {
	const struct cost_limits *limits;
	int stop, tell;
	cigo_listener *listener;
};

static enum cost_step next(cigo_ctx *ctx, cigo_stream *s, struct cost_talk *t)
{
	enum cost_step step;
	size_t size;

	while ((step = cost_next(t)) == COST_MORE) {
		void *room = cost_room(t, &size);
		ssize_t n = room ? cigo_stream_read(ctx, s, room, size) : -ENOMEM;

		if (n <= 0)
			return cost_over(t, (int)-n, cigo_ctx_error(ctx) != 0);
		t->in.end += (size_t)n;
	}
	return step;
}

static int talk(cigo_ctx *ctx, cigo_stream *s, void *arg)
{
	struct cost_talk t = { 0 };
	enum cost_step step;
	ssize_t n = 0;

	CIGO_UNUSED(arg);
	while (n >= 0 && (step = next(ctx, s, &t)) != COST_END) {
		if (step == COST_LAST)
			n = cigo_stream_send(s, t.out.data, t.out.end);
		else
			n = cigo_stream_write(ctx, s, t.out.data, t.out.end);
		if (step == COST_LAST)
			break;
	}
	cost_free(&t);
	return 0;
}

static int stop_on_word(cigo_ctx *ctx, void *arg, void *ret)
{
	struct serving *s = arg;
	int err = cigo_fd_wait(ctx, s->stop, CIGO_READ);

	CIGO_UNUSED(ret);
	cigo_listener_stop(s->listener);
	return err;
}

static int port_of(const cigo_listener *l)
{
	const char *colon = strrchr(cigo_listener_address(l), ':');

	return colon ? atoi(colon + 1) : -EINVAL;
}

static int serve(cigo_ctx *ctx, void *arg, void *ret)
{
	struct serving *s = arg;
	cigo_serve_options o = { .size = sizeof o,
				 .limit = s->limits->connections,
				 .idle_ns = s->limits->idle_ns,
				 .grace_ns = s->limits->grace_ns };
	int err = cigo_listen(ctx, "tcp4", "127.0.0.1:0", NULL, &s->listener);
	int port = err ? err : port_of(s->listener);

	CIGO_UNUSED(ret);
	if (write(s->tell, &port, sizeof port) != sizeof port || err)
		return err ? err : -EPIPE;
	cigo_task *stopper = cigo_spawn(ctx, stop_on_word, 0, s);
	err = cigo_serve(ctx, s->listener, talk, NULL, &o);
	cigo_task_stop(ctx, stopper);
	cigo_listener_close(s->listener);
	return err;
}

static int run(const struct cost_limits *limits, int stop, int tell, cigo_model model)
{
	struct serving s = { limits, stop, tell, NULL };
	cigo_loop_options o = { .size = sizeof o,
				.model = model,
				.clock = CIGO_CLOCK_REAL,
				.debug = CIGO_DEBUG_OFF,
				.trace = "" };

	return cigo_run_with(&o, cigo_ctx_background(), serve, &s);
}

int cost_serve_coroutines(const struct cost_limits *limits, int stop, int tell)
{
	return run(limits, stop, tell, CIGO_COOPERATIVE);
}

int cost_serve_preemptive(const struct cost_limits *limits, int stop, int tell)
{
	return run(limits, stop, tell, CIGO_PREEMPTIVE);
}
