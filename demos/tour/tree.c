/* SPDX-License-Identifier: MIT
 * A tree walk as a generator, and two trees compared leaf by leaf, without a loop: generators are
 * for plain threads, too.
 */
#include <cigo.h>
#include <stdio.h>

#include "demos/kit/help.h"

struct node {
	const struct node *left, *right;
	const char *name; /* of a leaf */
};

static bool walk(cigo_ctx *ctx, cigo_gen *gen, const struct node *n)
{
	if (!n)
		return true;
	if (!n->left && !n->right)
		return cigo_yield_item(ctx, gen, &n->name);
	return walk(ctx, gen, n->left) && walk(ctx, gen, n->right);
}

static int leaves(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	walk(ctx, gen, *(const struct node **)arg); /* false: the consumer has left; fine */
	return 0;
}

static cigo_iter *leaves_of(cigo_ctx *ctx, const struct node *tree)
{
	return cigo_generate(ctx, leaves, sizeof(const char *), &tree);
}

/* Stops at the first difference. */
static int same_fringe(cigo_ctx *ctx, const struct node *a, const struct node *b, bool *ret_same)
{
	cigo_iter *in_a = leaves_of(ctx, a), *in_b = leaves_of(ctx, b);
	const char *x, *y;
	bool more_a, more_b;

	do {
		more_a = cigo_next(ctx, in_a, &x);
		more_b = cigo_next(ctx, in_b, &y);
	} while (more_a && more_b && x == y);
	*ret_same = !more_a && !more_b;
	int err = cigo_iter_close(ctx, in_a), other = cigo_iter_close(ctx, in_b);
	return err ? err : other;
}

static int compare(cigo_ctx *ctx, const char *what, const struct node *a, const struct node *b)
{
	bool same;
	int err = same_fringe(ctx, a, b, &same);

	if (!err)
		printf("%s: %s\n", what, same ? "the same leaves" : "other leaves");
	return err;
}

int main(int argc, char **argv)
{
	help(argc, argv,
	     "A tree walk as a generator, and two trees compared leaf by leaf, without a loop.");
	cigo_ctx *ctx = cigo_ctx_background();
	static const char *const names[] = { "oak", "ash", "elm" };
	const struct node oak = { .name = names[0] }, ash = { .name = names[1] },
			  elm = { .name = names[2] };
	const struct node to_the_left = { .left = &oak, .right = &ash },
			  to_the_right = { .left = &ash, .right = &elm };
	const struct node a = { .left = &to_the_left, .right = &elm },
			  b = { .left = &oak, .right = &to_the_right },
			  c = { .left = &elm, .right = &to_the_left };

	cigo_iter *it = leaves_of(ctx, &a);
	for (const char *name; cigo_next(ctx, it, &name);)
		puts(name);
	cigo_must(cigo_iter_close(ctx, it));
	cigo_must(compare(ctx, "two trees, one leaning left, one right", &a, &b));
	cigo_must(compare(ctx, "two trees, one with its branches swapped", &a, &c));
	return 0;
}
