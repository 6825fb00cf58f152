/* SPDX-License-Identifier: MIT
 * Making generators.
 */
#include <stdlib.h>
#include <string.h>

#include "base/misuse.h"
#include "iter/gen.h"

/* One allocation: the generator, its copy of the argument, its name. */
cigo_iter *cigo_iter_generate(const cigo_ctx *ctx, const char *name, cigo_gen_fn *fn,
			      size_t item_size, const void *arg, size_t arg_size)
{
	CI_ENTRY;
	if (!ctx)
		return NULL;
	ci_expect(fn, "no function");
	ci_expect(arg || !arg_size, "no argument to copy");
	ci_expect(!ctx->loop || ci_holds(ctx->loop), "this thread does not hold the loop's baton");
	size_t name_size = strlen(name ? name : "generator") + 1;
	if (arg_size > PTRDIFF_MAX / 2)
		return NULL;
	cigo_gen *g = calloc(1, sizeof *g + arg_size + name_size);
	if (!g)
		return NULL;
	ci_gen_init(g, item_size);
	g->fn = fn;
	if (arg_size)
		memcpy(g->arg, arg, arg_size);
	g->name = memcpy(g->arg + arg_size, name ? name : "generator", name_size);
	g->maker = ci_ctx_ref((cigo_ctx *)(uintptr_t)ctx);
	if (!ctx->loop && ci_gen_plain_init(g)) {
		ci_ctx_unref(g->maker);
		free(g);
		return NULL;
	}
	return &g->it;
}
