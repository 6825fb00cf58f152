/* SPDX-License-Identifier: MIT
 * A program of another version than the library: tests/checkers/versions.sh compiles it with headers
 * whose structs lack their last field (an older program), and with headers whose structs have one
 * more, `planted` (a newer one). With an argument, the newer one uses the new field of that struct. */
#include <stdio.h>
#include <string.h>

#include <cigo.h>
#include <cigo/explore.h>

static const char *used = ""; /* the struct whose new field is used */

#ifdef NEWER
#define SIZED(T, name) T name = { .size = sizeof name, .planted = !strcmp(used, #T) }
#else
#define SIZED(T, name) T name = { .size = sizeof name }
#endif
#define MUST(condition)                                                \
	do {                                                           \
		if (!(condition)) {                                    \
			printf("line %d: %s\n", __LINE__, #condition); \
			return -1;                                     \
		}                                                      \
	} while (0)

static int nothing(cigo_ctx *ctx, void *arg, void *ret)
{
	(void)ctx, (void)arg, (void)ret;
	return 0;
}

static int spawns(cigo_ctx *ctx)
{
	SIZED(cigo_task_options, task);
	SIZED(cigo_go_options, go);

	task.name = "one";
	cigo_task *t = cigo_task_spawn_with(ctx, nothing, 0, NULL, &task);
	MUST(strcmp(cigo_task_name(t), "one") == 0);
	MUST(cigo_future_take(ctx, t, NULL, 0) == 0);
	go.name = "two";
	t = cigo_go_with(ctx, nothing, 0, NULL, &go);
	MUST(strcmp(cigo_task_name(t), "two") == 0);
	MUST(cigo_future_take(ctx, t, NULL, 0) == 0);
	return 0;
}

static int queues(cigo_ctx *ctx)
{
	SIZED(cigo_queue_options, o);
	int item = 7, got = 0;

	o.item_size = sizeof item;
	o.capacity = 1;
	cigo_queue *q = cigo_queue_new_with(&o);
	MUST(cigo_put(ctx, q, &item) == 0 && cigo_get(ctx, q, &got) == 0 && got == 7);
	cigo_queue_free(q);
	return 0;
}

static int say(cigo_ctx *ctx, cigo_stream *s, void *arg)
{
	cigo_listener_stop(arg);
	return (int)cigo_stream_printf(ctx, s, "x");
}

static int net(cigo_ctx *ctx)
{
	SIZED(cigo_listen_options, listen);
	SIZED(cigo_accept_options, accept);
	SIZED(cigo_dial_options, dial);
	SIZED(cigo_serve_options, serve);
	char name[64];
	cigo_listener *l;
	cigo_stream *a, *b;

	snprintf(name, sizeof name, "@cigo-sizes-%p-%d", (void *)name, (int)sizeof dial);
	MUST(cigo_listen(ctx, "unix", name, &listen, &l) == 0);
	MUST(cigo_dial_with(ctx, "unix", name, &dial, &a) == 0);
	MUST(cigo_accept_with(ctx, l, &accept, &b) == 0);
	cigo_stream_close(a);
	cigo_stream_close(b);
	MUST(cigo_dial_with(ctx, "unix", name, &dial, &a) == 0);
	MUST(cigo_serve(ctx, l, say, l, &serve) == 0);
	cigo_stream_close(a);
	cigo_listener_close(l);
	return 0;
}

static int done(cigo_ctx *ctx, void *arg, void *ret)
{
	(void)ctx;
	(void)arg;
	(void)ret;
	return 0;
}

static int tries(cigo_ctx *ctx)
{
	SIZED(cigo_retry_options, o);

	MUST(cigo_retry(ctx, &o, done, NULL, NULL) == 0);
	return 0;
}

static int results(cigo_ctx *ctx)
{
	SIZED(cigo_limit, limit);
	SIZED(cigo_stats, stats);

	MUST(cigo_limit_threads(&limit) == 0 && limit.room >= 0 && limit.size == sizeof limit);
	MUST(cigo_loop_stats(cigo_ctx_loop(ctx), &stats) == 0 && stats.tasks > 0);
	MUST(stats.size == sizeof stats);
#ifdef NEWER
	MUST(stats.planted == 0); /* this library does not know it */
#endif
	return 0;
}

static unsigned begun;

static void spawned(void *arg, const cigo_trace_event *e)
{
	(void)arg;
	begun += e->size > sizeof e->size;
}

static int all(cigo_ctx *ctx, void *arg, void *ret)
{
	(void)arg, (void)ret;
	int err = spawns(ctx);
	if (!err)
		err = queues(ctx);
	if (!err)
		err = net(ctx);
	if (!err)
		err = tries(ctx);
	return err ? err : results(ctx);
}

static int explores(void)
{
	SIZED(cigo_explore_options, o);
	SIZED(cigo_report, report);

	o.schedules = 10;
	MUST(cigo_explore(&o, nothing, NULL, &report) == 0);
	MUST(report.n_outcomes == 1 && report.outcomes[0]->count >= 1);
	cigo_report_free(&report);
	MUST(report.size == sizeof report);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		used = argv[1];
	SIZED(cigo_loop_options, o);
	SIZED(cigo_trace_hooks, hooks);
	cigo_loop *loop = cigo_loop_new(&o);

	hooks.spawn = spawned;
	int err = cigo_trace_set(loop, &hooks, NULL);
	if (!err)
		err = cigo_loop_run(loop, cigo_ctx_background(), all, NULL);
	cigo_loop_unref(loop);
	MUST(err == 0 && begun > 0);
	return explores() ? 1 : 0;
}
