/* SPDX-License-Identifier: MIT
 * Is walk() right?
 */
#include "exercises.h"
#include "trial.h"

enum { DEEP = 500 };

/*        4
 *    2       6
 *  1   3   5   7   */
static const struct node one = { .value = 1 }, three = { .value = 3 }, five = { .value = 5 },
			 seven = { .value = 7 }, two = { &one, &three, 2 },
			 six = { &five, &seven, 6 }, four = { &two, &six, 4 };

TRIAL(of_nothing_there_is_nothing)
{
	cigo_iter *it = walk(ctx, NULL);
	int value;

	cigo_check(!cigo_next(ctx, it, &value), "a tree without nodes has a value");
	return cigo_iter_close(ctx, it);
}

/* The values are 1, 2, ... n; returns the iterator's error. */
static int is_in_order(cigo_ctx *ctx, const struct node *tree, int n)
{
	cigo_iter *it = walk(ctx, tree);
	int value, expected = 1;

	for (; cigo_next(ctx, it, &value); expected++)
		cigo_check(value == expected, "the value is %d, not %d", value, expected);
	cigo_check(expected == n + 1, "there were %d values, not %d", expected - 1, n);
	return cigo_iter_close(ctx, it);
}

TRIAL(left_then_the_node_then_right)
{
	return is_in_order(ctx, &four, 7);
}

TRIAL(one_may_leave_early)
{
	cigo_iter *it = walk(ctx, &four);
	int value = 0;

	while (value < 3)
		cigo_check(cigo_next(ctx, it, &value), "there is nothing after %d", value);
	return cigo_iter_close(ctx, it);
}

/* One step of one, one step of the other. */
TRIAL(two_may_walk_at_once)
{
	cigo_iter *a = walk(ctx, &four), *b = walk(ctx, &four);
	int va = 0, vb = 0;

	for (int expected = 1; expected <= 7; expected++) {
		cigo_check(cigo_next(ctx, a, &va) && cigo_next(ctx, b, &vb),
			   "there is nothing after %d", expected - 1);
		cigo_check(va == expected && vb == expected,
			   "one is at %d and the other at %d, not both at %d", va, vb, expected);
	}
	EXPECT(0, cigo_iter_close(ctx, a));
	return cigo_iter_close(ctx, b);
}

TRIAL(trees_may_be_deep)
{
	static struct node nodes[DEEP];

	for (int i = 0; i < DEEP; i++)
		nodes[i] = (struct node){ i ? &nodes[i - 1] : NULL, NULL, i + 1 };
	return is_in_order(ctx, &nodes[DEEP - 1], DEEP);
}

TRIALS(T(of_nothing_there_is_nothing), T(left_then_the_node_then_right), T(one_may_leave_early),
       T(two_may_walk_at_once), T(trees_may_be_deep));
