/* SPDX-License-Identifier: MIT */
#include <cigo.h>

/* A macro of the program's own that tells its caller's place, as those of the library do. */
#define REST(ctx) cigo_sleep(CIGO_AT(ctx), CIGO_MS(1))

/* The same for a spawn. */
#define START(ctx, fn) (CIGO_HERE, cigo_task_spawn((ctx), #fn, (fn), 0, NULL))

static int body(cigo_ctx *ctx, void *arg, void *ret)
{
	return REST(ctx);
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_task *t = START(ctx, body);

	/* what the macros call */
	cigo_ctx_note("script.lua", 7, "main");
	cigo_must(cigo_sleep(cigo_ctx_at(ctx, "script.lua", 7, "main"), CIGO_MS(1)));
	return cigo_future_take(ctx, t, NULL, 0);
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}
