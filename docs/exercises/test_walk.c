/* SPDX-License-Identifier: MIT
 * Is walk() right?
 */
#include "tests/tools/kit.h"
#include "exercises.h"

enum { DEEP = 500 };

/*        4
 *    2       6
 *  1   3   5   7   */
static const struct node one = { .value = 1 }, three = { .value = 3 }, five = { .value = 5 },
			 seven = { .value = 7 }, two = { &one, &three, 2 },
			 six = { &five, &seven, 6 }, four = { &two, &six, 4 };

TEST_CASE("walk");

LOOP_TEST(of_nothing_there_is_nothing)
{
	cigo_iter *it = walk(ctx, NULL);
	int value;

	ck_assert(!cigo_next(ctx, it, &value));
	ok(cigo_iter_close(ctx, it));
}

LOOP_TEST(left_then_the_node_then_right)
{
	cigo_iter *it = walk(ctx, &four);
	int value, expected = 1;

	for (; cigo_next(ctx, it, &value); expected++)
		equal(value, expected);
	equal(expected, 8);
	ok(cigo_iter_close(ctx, it));
}

LOOP_TEST(one_may_leave_early)
{
	cigo_iter *it = walk(ctx, &four);
	int value = 0;

	while (value < 3)
		ck_assert(cigo_next(ctx, it, &value));
	ok(cigo_iter_close(ctx, it));
}

LOOP_TEST(trees_may_be_deep)
{
	static struct node nodes[DEEP];
	int value, expected = DEEP;

	for (int i = 0; i < DEEP; i++)
		nodes[i] = (struct node){ i + 1 < DEEP ? &nodes[i + 1] : NULL, NULL, i + 1 };
	cigo_iter *it = walk(ctx, nodes);
	for (; cigo_next(ctx, it, &value); expected--)
		equal(value, expected);
	equal(expected, 0);
	ok(cigo_iter_close(ctx, it));
}
