/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

/* Hooks may not call the library. */
static void started(void *arg, const cigo_trace_event *e)
{
	printf("%s starts\n", e->name);
}

static void done(void *arg, const cigo_trace_event *e)
{
	printf("%s is done\n", e->name);
}

static int body(cigo_ctx *ctx, void *arg, void *ret)
{
	static int fork;

	cigo_trace_name(ctx, &fork, sizeof fork, "fork %d", 1); /* for traces of the kernel */
	cigo_trace_note(ctx, "halfway");			/* stands in traces and stories */
	return cigo_yield(ctx);
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	return cigo_future_take(ctx, cigo_spawn(ctx, body, 0, NULL), NULL, 0);
}

int main(void)
{
	const cigo_trace_hooks hooks = { .size = sizeof hooks, .start = started, .done = done };
	cigo_loop *loop = cigo_loop_new(NULL);
	int err = cigo_trace_set(loop, &hooks, NULL);

	if (!err)
		err = cigo_loop_run(loop, cigo_ctx_background(), first, NULL);
	cigo_loop_unref(loop);
	return err < 0;
}

/*
 * It prints:
 * main starts
 * body starts
 * body is done
 * main is done
 */
