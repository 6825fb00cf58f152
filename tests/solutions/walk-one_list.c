/* SPDX-License-Identifier: MIT
 * Wrong: all walks share one list.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

enum { MOST = 1000 };

static int values[MOST], n, next;

static void collect(const struct node *tree)
{
	if (!tree || n == MOST)
		return;
	collect(tree->left);
	values[n++] = tree->value;
	collect(tree->right);
}

static int body(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	n = next = 0;
	collect(*(const struct node **)arg);
	while (next < n && cigo_yield_item(ctx, gen, &values[next]))
		next++;
	return 0;
}

cigo_iter *walk(cigo_ctx *ctx, const struct node *tree)
{
	return cigo_generate(ctx, body, sizeof(int), &tree);
}
