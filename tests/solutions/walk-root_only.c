/* SPDX-License-Identifier: MIT
 * Wrong: only the root is yielded.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

static int body(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	const struct node *tree = *(const struct node **)arg;

	if (tree)
		cigo_yield_item(ctx, gen, &tree->value);
	return 0;
}

cigo_iter *walk(cigo_ctx *ctx, const struct node *tree)
{
	return cigo_generate(ctx, body, sizeof(int), &tree);
}
