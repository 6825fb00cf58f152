/* SPDX-License-Identifier: MIT
 * What the record of a schedule says of those that cannot go on, where the explorer asks for them (`wide`):
 * the game shows them. Behind the candidates of a choice stand those that wait; at a deadlock all that are left.
 */
#include "tests/tools/kit.h"

#include "schedule/schedule.h"

BEFORE_ALL
{
	unsetenv("CIGO_SCHEDULE");
	unsetenv("CIGO_CLOCK");
}

/* Runs the body explored, with the first candidate at each choice. The record is for ci_record_unmap. */
static struct ci_record *explored(bool wide, int model, cigo_coro_fn *body, int result)
{
	cigo_loop_options o = { .size = sizeof o, .model = model };
	struct ci_record *r = ci_record_map(CI_RECORD_PRIVATE);

	ck_assert_ptr_nonnull(r);
	r->wide = wide;
	struct ci_schedule *s = ci_schedule_explored(r, NULL, 0);
	ci_schedule_set_current(s);
	equal(cigo_run_with(&o, cigo_ctx_background(), body, NULL), result);
	ci_schedule_set_current(NULL);
	ci_schedule_unref(s);
	return r;
}

/* "main cigo_yield:23, ann": names, and what of each is known: the call, the line. */
static const char *options(const struct ci_record *r, uint32_t first, uint32_t n)
{
	static char text[512];
	size_t at = 0;

	*text = '\0';
	for (uint32_t i = first; i < first + n; i++) {
		const struct ci_record_option *o = &r->options[i];

		at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", i == first ? "" : ", ",
				       &r->text[o->name]);
		if (o->call)
			at += (size_t)snprintf(text + at, sizeof text - at, " %s",
					       &r->text[o->call]);
		if (o->file)
			at += (size_t)snprintf(text + at, sizeof text - at, ":%u", o->line);
	}
	return text;
}

/* Of the nth choice. */
static const char *candidates(const struct ci_record *r, uint32_t n)
{
	ck_assert_uint_lt(n, r->steps_n);
	return options(r, r->steps[n].options, r->steps[n].n);
}

static const char *waiting(const struct ci_record *r, uint32_t n)
{
	ck_assert_uint_lt(n, r->steps_n);
	return options(r, r->steps[n].options + r->steps[n].n, r->steps[n].waiting);
}

/* ---- choices ---- */

TEST_CASE("waiting");

static cigo_future *key;
enum { WAITS_AT = __LINE__ + 6 };

CORO(waits)
{
	int got;

	ok(cigo_await(CIGO_AT(ctx), key, &got));
	return 0;
}

CORO(ends)
{
	return 0;
}

/* Ann waits for the key; then Ben and Cleo could go on. */
CORO(one_waits_two_can)
{
	key = cigo_future_new(sizeof(int));
	cigo_task *ann = cigo_task_spawn(ctx, "ann", waits, 0, NULL);

	ok(cigo_yield(ctx));
	cigo_task *ben = cigo_task_spawn(ctx, "ben", ends, 0, NULL);
	cigo_task *cleo = cigo_task_spawn(ctx, "cleo", ends, 0, NULL);
	ok(cigo_future_take(ctx, ben, NULL, 0));
	ok(cigo_future_take(ctx, cleo, NULL, 0));
	ok(cigo_set(key, &(int){ 1 }));
	ok(cigo_future_take(ctx, ann, NULL, 0));
	cigo_future_unref(key);
	return 0;
}

TEST(those_that_wait_stand_behind_the_candidates)
{
	struct ci_record *r = explored(true, CIGO_COOPERATIVE, one_waits_two_can, 0);
	char ann[64];

	snprintf(ann, sizeof ann, "ann cigo_future_await:%d", WAITS_AT);
	ck_assert_str_eq(candidates(r, 0), "ben, cleo");
	contains(waiting(r, 0), ann);
	contains(waiting(r, 0), "main cigo_future_take");
	equal(r->steps[0].waiting, 2);
	ck_assert_str_eq(candidates(r, 1), "cleo, main cigo_future_take"); /* Ben has woken main */
	ck_assert_str_eq(waiting(r, 1), ann);
	equal(r->left_n, 0);
	ci_record_unmap(r);
}

TEST(nobody_who_waits_is_noted_unless_asked_for)
{
	struct ci_record *r = explored(false, CIGO_COOPERATIVE, one_waits_two_can, 0);

	ck_assert_str_eq(candidates(r, 0), "ben, cleo");
	for (uint32_t i = 0; i < r->steps_n; i++)
		equal(r->steps[i].waiting, 0);
	equal(r->options_n, 4); /* of two choices, and no more */
	ci_record_unmap(r);
}

TEST(the_candidates_are_the_same_either_way)
{
	struct ci_record *wide = explored(true, CIGO_COOPERATIVE, one_waits_two_can, 0);
	struct ci_record *narrow = explored(false, CIGO_COOPERATIVE, one_waits_two_can, 0);

	ck_assert_uint_eq(wide->steps[0].ids, narrow->steps[0].ids);
	ck_assert_uint_eq(wide->steps[0].n, narrow->steps[0].n);
	ci_record_unmap(narrow);
	ci_record_unmap(wide);
}

/* Main yields: it is ready, but cannot go on before the others have. */
CORO(one_yields_two_can)
{
	cigo_detach(cigo_task_spawn(ctx, "ann", ends, 0, NULL));
	cigo_detach(cigo_task_spawn(ctx, "ben", ends, 0, NULL));
	return cigo_yield(ctx);
}

TEST(one_that_yields_waits_for_the_others)
{
	struct ci_record *r = explored(true, CIGO_COOPERATIVE, one_yields_two_can, 0);

	ck_assert_str_eq(candidates(r, 0), "ann, ben");
	ck_assert_str_eq(waiting(r, 0), "main cigo_yield");
	ci_record_unmap(r);
}

TEST(of_threads_too)
{
	struct ci_record *r = explored(true, CIGO_PREEMPTIVE, one_waits_two_can, 0);
	bool found = false;

	for (uint32_t i = 0; i < r->steps_n; i++) {
		const char *who = waiting(r, i);

		found |= strstr(who, "ann cigo_future_await") && !strstr(candidates(r, i), "ann");
	}
	ck_assert(found);
	ci_record_unmap(r);
}

/* ---- what is left ---- */

TEST_CASE("left");

CORO(never)
{
	cigo_ignore(cigo_await(CIGO_AT(ctx), key, &(int){ 0 }));
	return 0;
}

CORO(all_wait)
{
	key = cigo_future_new(sizeof(int));
	cigo_task *ann = cigo_task_spawn(ctx, "ann", never, 0, NULL);
	int err = cigo_future_take(ctx, ann, NULL, 0);

	cigo_future_unref(key);
	return err;
}

static void deadlocks(bool wide, int model)
{
	struct ci_record *r = explored(wide, model, all_wait, -EDEADLK);

	equal(r->ending, CI_ENDING_DEADLOCK);
	if (wide) {
		contains(options(r, r->left, r->left_n), "ann cigo_future_await:");
		contains(options(r, r->left, r->left_n), "main cigo_future_take");
	}
	equal(r->left_n, wide ? 2 : 0);
	ci_record_unmap(r);
}

TEST(at_a_deadlock_all_are_left)
{
	deadlocks(true, CIGO_COOPERATIVE);
}

TEST(nobody_is_noted_as_left_unless_asked_for)
{
	deadlocks(false, CIGO_COOPERATIVE);
}

TEST(a_record_that_is_cleared_has_nobody_left)
{
	struct ci_record *r = explored(true, CIGO_COOPERATIVE, all_wait, -EDEADLK);

	ck_assert_uint_gt(r->left_n, 0);
	ci_record_clear(r);
	equal(r->left_n, 0);
	equal(r->steps_n, 0);
	ck_assert_uint_eq(r->wide, 1); /* that is the explorer's wish */
	ci_record_unmap(r);
}

/* ---- what is shown ---- */

TEST_CASE("shown");

CORO(shows)
{
	cigo_show(ctx, "n", "%d", *(int *)arg);
	return 0;
}

CORO(shows_around_a_choice)
{
	cigo_show(ctx, "before", "%d", 1);
	cigo_task *ann = cigo_task_spawn(ctx, "ann", shows, 0, &(int){ 7 });
	cigo_task *ben = cigo_task_spawn(ctx, "ben", shows, 0, &(int){ 8 });
	ok(cigo_future_take(ctx, ann, NULL, 0));
	ok(cigo_future_take(ctx, ben, NULL, 0));
	return 0;
}

TEST(values_know_the_choice_before_them_and_who_showed_them)
{
	struct ci_record *r = explored(true, CIGO_COOPERATIVE, shows_around_a_choice, 0);
	static const struct {
		const char *name, *value, *by;
		uint32_t step;
	} wanted[] = { { "before", "1", "main", 0 },
		       { "n", "7", "ann", 1 },
		       { "n", "8", "ben", 2 } };

	equal(r->shown_n, 3);
	for (uint32_t i = 0; i < 3; i++) {
		ck_assert_str_eq(&r->text[r->shown[i].name], wanted[i].name);
		ck_assert_str_eq(&r->text[r->shown[i].value], wanted[i].value);
		ck_assert_str_eq(&r->text[r->shown[i].by], wanted[i].by);
		ck_assert_uint_eq(r->shown[i].step, wanted[i].step);
	}
	ci_record_unmap(r);
}
