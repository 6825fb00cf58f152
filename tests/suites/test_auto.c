/* SPDX-License-Identifier: MIT
 * Handles that are given back at the end of their block.
 */
#include "tests/tools/kit.h"

TEST_CASE("handles that end with their block");

LOOP_TEST(handles_are_given_back_at_the_end_of_their_block)
{
	for (int i = 0; i < 3; i++) {
		CIGO_AUTO(cigo_queue) q = cigo_queue_new(sizeof(int), 2);
		CIGO_AUTO(cigo_mutex) m = cigo_mutex_new();
		CIGO_AUTO(cigo_ctx) c = cigo_ctx_with_cancel(ctx);
		CIGO_AUTO(cigo_task) t = t_job(c, .value = i);
		CIGO_AUTO(cigo_event) none = NULL;

		ck_assert(q && m && c && t && !none);
		ok(cigo_join(ctx, t));
		if (i == 1)
			continue;
		ok(cigo_put(ctx, q, &i));
	}
}

static cigo_queue *make_queue(int item)
{
	CIGO_AUTO(cigo_queue) q = cigo_queue_new(sizeof(int), 2);

	ck_assert_int_eq(cigo_queue_try_put(q, &item, sizeof item), 0);
	return cigo_steal(cigo_queue, &q);
}

LOOP_TEST(a_handle_taken_out_lives_on)
{
	CIGO_AUTO(cigo_queue) q = make_queue(5);
	int item = 0;

	ok(cigo_get(ctx, q, &item));
	equal(item, 5);
}
