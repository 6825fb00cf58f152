/* SPDX-License-Identifier: MIT
 * cigo_serve. Invariant: `running` counts the accepted streams that are not yet closed. It is
 * counted down at the close, exactly once for each, also if its handler never ran.
 */
#include "cigo/serve.h"

#include <errno.h>
#include <string.h>

#include "cigo/group.h"
#include "stream/listener.h"
#include "stream/stream.h"
#include "base/misuse.h"
#include "base/sized.h"

#define GRACE	      CIGO_S(5)
#define FIRST_BACKOFF CIGO_MS(5)
#define LAST_BACKOFF  CIGO_S(1)

struct server {
	struct ci_coroutine *me;
	cigo_listener *listener;
	cigo_group *group;
	cigo_serve_fn *fn;
	void *arg;
	cigo_serve_options options;
	unsigned running;
	int64_t backoff; /* how long to wait for descriptors the next time */
};

struct connection {
	struct server *server;
	cigo_stream *stream;
};

static int connection(cigo_ctx *ctx, void *arg, void *ret)
{
	const struct connection *c = arg;

	(void)ret;
	return c->server->fn(ctx, c->stream, c->server->arg);
}

/* The task's arg_free. */
static void connection_over(void *arg)
{
	CI_ENTRY;
	const struct connection *c = arg;

	ci_stream_close(c->stream);
	c->server->running--;
	ci_park_wake_all(&c->server->listener->pauses);
}

static void start(struct server *sv, cigo_stream *s)
{
	struct connection c = { sv, s };
	cigo_task_options o = { .size = sizeof o,
				.name = "connection",
				.arg_size = sizeof c,
				.arg_free = connection_over };

	if (sv->options.idle_ns)
		s->timeout = sv->options.idle_ns < 0 ? 0 : sv->options.idle_ns;
	sv->running++;
	cigo_group_spawn_with(sv->group, connection, 0, &c, &o);
}

/* Whether err may pass by itself, when others close or free something. */
static bool is_shortage(int err)
{
	return err == -EMFILE || err == -ENFILE || err == -ENOBUFS || err == -ENOMEM ||
	       err == -ENOSPC;
}

/* Waits until the listener stops, a connection ends, or ns are over. */
static int pause_for(struct server *sv, cigo_ctx *ctx, int64_t ns)
{
	struct ci_park p = { .describe = NULL };
	int err = ci_park_in(ctx, sv->me, &sv->listener->pauses, ci_park_until(sv->me, ns), &p);

	return p.state == CI_PARK_EXPIRED ? 0 : err;
}

/* Waits a little longer each time. */
static int back_off(struct server *sv, cigo_ctx *ctx)
{
	int64_t ns = sv->backoff;

	sv->backoff = 2 * ns < LAST_BACKOFF ? 2 * ns : LAST_BACKOFF;
	return pause_for(sv, ctx, ns);
}

/* Accepts one connection, or waits. 0: go on. */
static int step(struct server *sv, cigo_ctx *ctx)
{
	cigo_stream *s;
	int err = ci_park_refuse(ctx, sv->me);

	if (err)
		return err;
	if (ci_listener_stopped(sv->listener))
		return CIGO_ECLOSED;
	if (sv->options.limit && sv->running >= sv->options.limit)
		return pause_for(sv, ctx, CIGO_NEVER);
	err = ci_accept(ctx, sv->me, sv->listener, &s);
	if (is_shortage(err))
		return back_off(sv, ctx);
	if (err)
		return err;
	sv->backoff = FIRST_BACKOFF;
	start(sv, s);
	return 0;
}

/* Gives the handlers their time, at most as long as ctx lives. Then cancels and awaits them. */
static void let_finish(struct server *sv, cigo_ctx *ctx)
{
	cigo_ctx *grace = ci_ctx_with_timeout(ctx, sv->options.grace_ns);

	cigo_ignore(cigo_group_wait(grace, sv->group));
	ci_ctx_unref(grace);
	cigo_group_close(ctx, sv->group);
}

static cigo_serve_options check_options(const cigo_serve_options *given)
{
	cigo_serve_options o = { .size = 0 };

	if (given)
		CI_SIZED_TAKE(cigo_serve_options, &o, given);
	if (!o.grace_ns)
		o.grace_ns = GRACE;
	return o;
}

int cigo_serve(cigo_ctx *ctx, cigo_listener *l, cigo_serve_fn *fn, void *arg,
	       const cigo_serve_options *options)
{
	CI_ENTRY;
	struct server sv = { .listener = l, .fn = fn, .arg = arg, .backoff = FIRST_BACKOFF };
	int err = 0;

	ci_expect(fn, "nobody to handle a connection");
	sv.options = check_options(options);
	if (!ctx || !l)
		return -ENOMEM;
	sv.me = ci_listener_enter(ctx, l);
	ci_expect(sv.me, "this needs a loop, and the context has none");
	sv.group = cigo_group_new(ctx, 0, CIGO_GROUP_KEEP_GOING | CIGO_GROUP_REAP);
	if (!sv.group)
		err = -ENOMEM;
	while (!err)
		err = step(&sv, ctx);
	let_finish(&sv, ctx);
	ci_listener_leave(l);
	int cause = ci_park_cause(ctx, sv.me);
	return cause ? cause : err == CIGO_ECLOSED ? 0 : err;
}
