/* SPDX-License-Identifier: MIT
 * Generators: a function that walks a tree and yields each leaf, at whatever depth it is, while its
 * consumer pulls one leaf after the other. Two of them side by side: do two trees have the same leaves?
 */
#include "demos/kit/kit.h"

#include <stdlib.h>

enum { WITHOUT_LOOP = 10 }; /* a model of this demo: generators are for plain threads, too */

static int leaves = 1000;

struct node {
	struct node *left, *right; /* both or none */
	int leaf;
};

/* --- the lesson --------------------------------------------------------------------------------- */

static bool walk(cigo_ctx *ctx, cigo_gen *gen, const struct node *n)
{
	if (!n->left)
		return cigo_yield_item(ctx, gen, &n->leaf);
	return walk(ctx, gen, n->left) && walk(ctx, gen, n->right);
}

static int fringe(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	walk(ctx, gen, *(const struct node **)arg); /* false: the consumer has left; fine */
	return 0;
}

static cigo_iter *fringe_of(cigo_ctx *ctx, const struct node *tree)
{
	return cigo_generate(ctx, fringe, sizeof(int), &tree);
}

/* Looks no further than the first difference; *ret_pairs: how far that was. */
static int same_fringe(cigo_ctx *ctx, const struct node *a, const struct node *b, bool *ret_same,
		       int *ret_pairs)
{
	cigo_iter *in_a = fringe_of(ctx, a), *in_b = fringe_of(ctx, b);
	bool more_a, more_b;
	int x, y;

	*ret_pairs = 0;
	do {
		more_a = cigo_next(ctx, in_a, &x);
		more_b = cigo_next(ctx, in_b, &y);
		*ret_pairs += more_a && more_b;
	} while (more_a && more_b && x == y);
	*ret_same = !more_a && !more_b;
	int err = cigo_iter_close(ctx, in_a), other = cigo_iter_close(ctx, in_b);
	return err ? err : other;
}

/* --- trees -------------------------------------------------------------------------------------- */

/* Leaves from .. from + n - 1; the left branch gets share of 8 of them. A whole tree or an abort. */
static struct node *grow(int from, int n, int share)
{
	struct node *node = calloc(1, sizeof *node);
	int on_the_left = n * share / 8;

	if (!node)
		abort();
	if (n == 1) {
		node->leaf = from;
		return node;
	}
	on_the_left = on_the_left < 1 ? 1 : on_the_left;
	node->left = grow(from, on_the_left, share);
	node->right = grow(from + on_the_left, n - on_the_left, share);
	return node;
}

static struct node *leaf_at(struct node *n, int leaf)
{
	while (n->left) {
		const struct node *first = n->right;
		while (first->left)
			first = first->left;
		n = leaf < first->leaf ? n->left : n->right;
	}
	return n;
}

static void fell(struct node *n)
{
	if (!n)
		return;
	fell(n->left);
	fell(n->right);
	free(n);
}

/* --- the runs ----------------------------------------------------------------------------------- */

static int walk_tree(cigo_ctx *ctx, void *arg, void *ret)
{
	int n = kit_picture() ? 6 : leaves, expected = 0, err;
	struct node *tree = grow(0, n, 3);
	int64_t start = kit_now();

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_iter *it = fringe_of(ctx, tree);
	for (int leaf; cigo_next(ctx, it, &leaf) && leaf == expected;)
		expected++;
	err = cigo_iter_close(ctx, it);
	kit_of("leaves visited in order", expected, n, "leaves");
	kit_time("time per leaf", (kit_now() - start) / n);
	kit_verdict(expected == n, "%d of %d leaves came in order", expected, n);
	fell(tree);
	return err;
}

static int compare_trees(cigo_ctx *ctx, void *arg, void *ret)
{
	int n = kit_picture() ? 6 : leaves, pairs, other_pairs;
	struct node *a = grow(0, n, 2), *b = grow(0, n, 6);
	bool same, other;
	int err = same_fringe(ctx, a, b, &same, &pairs);

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	leaf_at(b, n / 10)->leaf = -1;
	if (!err)
		err = same_fringe(ctx, a, b, &other, &other_pairs);
	if (!err) {
		kit_yes("same leaves in both trees", same);
		kit_yes("same after one has changed", other);
		kit_of("leaves until they differ", other_pairs, n, "leaves");
		kit_verdict(same && !other && pairs == n && other_pairs == n / 10 + 1,
			    "the first difference is leaf %d", other_pairs);
	}
	fell(a);
	fell(b);
	return err;
}

static int in_model(int model, void *arg)
{
	cigo_coro_fn *const *lesson = arg;
	cigo_loop_options o = { .size = sizeof o, .model = model };

	return model == WITHOUT_LOOP ? (*lesson)(cigo_ctx_background(), NULL, NULL)
				     : cigo_run_with(&o, cigo_ctx_background(), *lesson, NULL);
}

static const struct kit_variant variants[] = {
	{ "walk", "every leaf of a tree, pulled one by one",
	  "The walk is recursive and yields from inside the recursion: a generator has a thread, and so "
	  "a stack, of its own. In all three columns the generator runs only while its consumer waits "
	  "for the next leaf. Each leaf costs two switches: to the generator, and back.",
	  NULL, in_model, &(cigo_coro_fn *){ walk_tree }, NULL, 3, false },
	{ "fringe", "two trees of different shape, leaf by leaf",
	  "Two generators, stopped in the middle of two recursions, and a loop that compares their "
	  "leaves. The first difference ends the comparison: the rest of the trees is never walked.",
	  NULL, in_model, &(cigo_coro_fn *){ compare_trees }, NULL, 3, false },
	{ 0 },
};

static const struct kit_column columns[] = {
	{ "cooperative", CIGO_COOPERATIVE },
	{ "preemptive", CIGO_PREEMPTIVE },
	{ "without-loop", WITHOUT_LOOP },
	{ 0 },
};

static const struct kit_option options[] = {
	{ "leaves", "leaves of each tree", &leaves, 10, 0 },
	{ 0 },
};

int main(int argc, char **argv)
{
	static const struct kit_demo demo = {
		.name = "generators",
		.title = "Generators: recursive functions walk two trees, leaf by leaf",
		.lesson =
			"A generator is a function that stops in the middle, keeps its stack, and goes on "
			"when the next item is asked for.",
		.variants = variants,
		.columns = columns,
		.options = options,
	};

	return kit_main(&demo, argc, argv);
}
