/* SPDX-License-Identifier: MIT
 * Wrong: the node comes before those on its left.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

static bool visit(cigo_ctx *ctx, cigo_gen *gen, const struct node *n)
{
	return !n || (cigo_yield_item(ctx, gen, &n->value) && visit(ctx, gen, n->left) &&
		      visit(ctx, gen, n->right));
}

static int body(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	visit(ctx, gen, *(const struct node **)arg);
	return 0;
}

cigo_iter *walk(cigo_ctx *ctx, const struct node *tree)
{
	return cigo_generate(ctx, body, sizeof(int), &tree);
}
