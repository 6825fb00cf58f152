/* SPDX-License-Identifier: MIT
 * Generators that yield all of another iterator: what an item costs, who may take it, and what
 * reaches the innermost first.
 */
#include "tests/tools/wire.h"

enum { DEEP = 1000 };

/* The next item must be this one. */
#define next_is(it, expected)                                             \
	do {                                                              \
		int64_t got_ = -1;                                        \
		ck_assert_msg(cigo_next(ctx, (it), &got_), "no item: %s", \
			      cigo_strerror(cigo_iter_error(it)));        \
		equal(got_, (expected));                                  \
	} while (0)
#define at_end(it, err)                                  \
	do {                                             \
		int64_t got_ = -1;                       \
		ck_assert(!cigo_next(ctx, (it), &got_)); \
		equal(cigo_iter_error(it), (err));       \
	} while (0)

/* ---- bodies ---- */

/* Gives 0, 1, ...; n of them, or without end. */
struct counter {
	int64_t n, pause;
	int err;	  /* ends with it */
	const char *word; /* says so at its end */
};

static int counter(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	const struct counter *c = arg;
	int err = 0;

	for (int64_t i = 0; !err && (!c->n || i < c->n); i++) {
		if (c->pause)
			err = cigo_sleep(ctx, c->pause);
		if (!err && !cigo_yield_item(ctx, gen, &i))
			break;
	}
	if (c->word)
		t_say(c->word);
	return err ? err : c->err;
}

#define count(...) cigo_generate(ctx, counter, sizeof(int64_t), &(struct counter){ __VA_ARGS__ })

struct pass {
	cigo_iter *it;
	const char *word;
};

static int passes_on(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	const struct pass *p = arg;
	int err;

	cigo_gen_yield_all(ctx, gen, p->it, &err);
	if (p->word)
		t_say(p->word);
	return err;
}

#define pass_saying(word, ...) \
	cigo_generate(ctx, passes_on, sizeof(int64_t), &(struct pass){ __VA_ARGS__, word })
#define pass(...) pass_saying(NULL, __VA_ARGS__)

static cigo_iter *pass_deep(cigo_ctx *ctx, cigo_iter *it, int depth)
{
	while (depth--)
		it = pass(it);
	return it;
}

/* How many handoffs the next n items cost. */
static uint64_t handoffs_of(cigo_ctx *ctx, cigo_iter *it, int n)
{
	int64_t item;
	uint64_t before = counts(ctx).handoffs;

	for (int i = 0; i < n; i++)
		ck_assert(cigo_next(ctx, it, &item));
	return counts(ctx).handoffs - before;
}

TEST_CASE("counts", .seconds = 60);

LOOP_TEST(an_item_costs_two_handoffs_at_any_depth, BOTH_POLLERS)
{
	static const int depths[] = { 1, 2, 10, DEEP };

	for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
		cigo_iter *it = pass_deep(ctx, count(0), depths[i]);

		next_is(it, 0);
		equal(handoffs_of(ctx, it, 500), 2 * 500);
		next_is(it, 501);
		ok(cigo_iter_close(ctx, it));
	}
}

LOOP_TEST(items_of_an_iterator_that_is_no_generator_cost_none, BOTH_POLLERS)
{
	cigo_iter *it = pass_deep(ctx, cigo_iter_count(0), DEEP);

	next_is(it, 0);
	equal(handoffs_of(ctx, it, 50), 0);
	next_is(it, 51);
	ok(cigo_iter_close(ctx, it));
}

static int adds_one(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	CIGO_UNUSED(arg);
	cigo_ignore(cigo_yield(ctx));
	*(int64_t *)ret = *(const int64_t *)item + 1;
	return 1;
}

/* Each level has a stack of its own for what it does between the generators. */
LOOP_TEST(deep_levels_of_generators_and_maps_need_no_deep_stack, BOTH_POLLERS)
{
	cigo_iter *it = count(0);

	for (int i = 0; i < DEEP; i++)
		it = pass(cigo_iter_map(it, adds_one, NULL, sizeof(int64_t)));
	for (int i = 0; i < 5; i++)
		next_is(it, DEEP + i);
	ok(cigo_iter_close(ctx, it));
}

/* 0, 1, ... n - 1 by a recursion of depth n. */
static int unrolls(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	int64_t i = *(int64_t *)arg, less = i - 1;
	int err = 0;

	if (i > 0)
		cigo_gen_yield_all(ctx, gen, cigo_generate(ctx, unrolls, sizeof i, &less), &err);
	cigo_yield_item(ctx, gen, &i);
	return err;
}

LOOP_TEST(a_deep_recursion_comes_back_level_by_level, BOTH_POLLERS)
{
	int64_t n = DEEP;
	cigo_iter *it = cigo_generate(ctx, unrolls, sizeof n, &n);

	for (int64_t i = 0; i <= n; i++)
		next_is(it, i);
	at_end(it, 0);
	ok(cigo_iter_close(ctx, it));
}

TEST_CASE("order");

static int yields_between(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	cigo_iter **its = *(cigo_iter ***)arg;

	for (int64_t i = 100; *its; its++, i++) {
		int err = 1;
		ck_assert(cigo_gen_yield_all(ctx, gen, *its, &err));
		equal(err, 0);
		if (!cigo_yield_item(ctx, gen, &i))
			break;
	}
	return 0;
}

LOOP_TEST(generators_and_iterators_take_turns)
{
	cigo_iter *its[] = { count(.n = 2), cigo_iter_range(2), cigo_iter_range(0),
			     pass(count(.n = 1)), NULL },
		  **arg = its;
	cigo_iter *it = cigo_generate(ctx, yields_between, sizeof(int64_t), &arg);
	static const int64_t expected[] = { 0, 1, 100, 0, 1, 101, 102, 0, 103 };

	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		next_is(it, expected[i]);
	at_end(it, 0);
	ok(cigo_iter_close(ctx, it));
}

static int takes_some_first(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	cigo_iter *it = *(cigo_iter **)arg;
	int64_t item;
	int err;

	ck_assert(cigo_next(ctx, it, &item));
	cigo_gen_yield_all(ctx, gen, it, &err);
	return err;
}

LOOP_TEST(a_chain_that_has_begun_may_be_passed_on)
{
	cigo_iter *it = pass_deep(ctx, count(.n = 40, .err = -EIO), 3);

	for (int i = 0; i < 10; i++) {
		it = cigo_generate(ctx, takes_some_first, sizeof(int64_t), &it);
		next_is(it, 2 * i + 1);
	}
	equal(handoffs_of(ctx, it, 20), 40);
	at_end(it, -EIO);
	fails(cigo_iter_close(ctx, it), -EIO);
}

TEST_CASE("ends", .seconds = 30);

LOOP_TEST(an_error_ends_the_innermost_first)
{
	cigo_iter *it = pass_saying("3", pass_saying("2", count(.n = 1, .err = -EIO, .word = "1")));

	next_is(it, 0);
	at_end(it, -EIO);
	t_expect_said("123");
	fails(cigo_iter_close(ctx, it), -EIO);
}

LOOP_TEST(a_close_ends_the_innermost_first)
{
	cigo_iter *it = pass_saying("3", pass_saying("2", count(.word = "1")));

	next_is(it, 0);
	ok(cigo_iter_close(ctx, it));
	t_expect_said("123");
}

LOOP_TEST(a_cancellation_ends_the_innermost_first)
{
	cigo_iter *it = pass_saying("3", pass_saying("2", count(.pause = CIGO_S(9), .word = "1")));
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	int64_t start = cigo_now(ctx), item;

	ck_assert(!cigo_next(timed, it, &item));
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	t_expect_said("123");
	fails(cigo_iter_close(ctx, it), -ETIMEDOUT);
	cigo_ctx_unref(timed);
}

LOOP_TEST(a_deep_chain_can_be_cancelled_and_closed)
{
	cigo_iter *it = pass_deep(ctx, count(.pause = CIGO_S(9)), DEEP);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_S(10));
	int64_t item;

	next_is(it, 0);
	ck_assert(!cigo_next(timed, it, &item));
	fails(cigo_iter_close(ctx, it), -ETIMEDOUT);
	cigo_ctx_unref(timed);
	it = pass_deep(ctx, count(0), DEEP);
	next_is(it, 0);
	ok(cigo_iter_close(ctx, it));
}

static int gives_it_5_ms(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	int err = 0;

	ck_assert(!cigo_gen_yield_all(timed, gen, *(cigo_iter **)arg, &err));
	cigo_ctx_unref(timed);
	cigo_yield_item(ctx, gen, &(int64_t){ err });
	return 0;
}

/* The counter awaits nothing, so only the next that follows can refuse it. */
LOOP_TEST(a_context_that_ends_between_two_items_ends_the_inner_and_not_the_outer)
{
	cigo_iter *it = pass_saying("2", count(.word = "1"));

	it = pass_saying("3", cigo_generate(ctx, gives_it_5_ms, sizeof(int64_t), &it));
	next_is(it, 0);
	next_is(it, 1);
	ok(cigo_sleep(ctx, CIGO_MS(6)));
	t_expect_said("");
	next_is(it, -ETIMEDOUT);
	t_expect_said("12");
	at_end(it, 0);
	ok(cigo_iter_close(ctx, it));
}

LOOP_TEST(a_context_that_ends_while_the_inner_awaits_ends_that_await)
{
	cigo_iter *it = pass(count(.pause = CIGO_MS(3)));
	int64_t start = cigo_now(ctx);

	it = cigo_generate(ctx, gives_it_5_ms, sizeof(int64_t), &it);
	next_is(it, 0);
	next_is(it, -ETIMEDOUT);
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	at_end(it, 0);
	ok(cigo_iter_close(ctx, it));
}

static int passes_on_under_a_dead_one(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	cigo_ctx *dead = t_dead(ctx, -EXDEV);
	int err = 0;

	ck_assert(!cigo_gen_yield_all(dead, gen, *(cigo_iter **)arg, &err));
	cigo_ctx_unref(dead);
	return err;
}

LOOP_TEST(under_a_dead_context_nothing_begins)
{
	cigo_iter *it = count(.word = "1");

	it = cigo_generate(ctx, passes_on_under_a_dead_one, sizeof(int64_t), &it);
	at_end(it, -EXDEV);
	t_expect_said("");
	fails(cigo_iter_close(ctx, it), -EXDEV);
}

TEST_CASE("lent iterators");

static int passes_lines(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	int err;

	cigo_gen_yield_all(ctx, gen, cigo_stream_lines(*(cigo_stream **)arg), &err);
	t_say("1");
	return err;
}

STREAM_TEST(a_consumer_that_waits_in_a_lent_iterator_can_be_cancelled)
{
	cigo_iter *it = cigo_generate(ctx, passes_lines, sizeof(cigo_bytes), &s);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_bytes line;

	raw_say(raw, "one\ntw");
	ck_assert(cigo_next(ctx, it, &line));
	ck_assert_str_eq(line.data, "one\n");
	ck_assert(!cigo_next(timed, it, &line));
	t_expect_said("1");
	fails(cigo_iter_close(ctx, it), -ETIMEDOUT);
	cigo_ctx_unref(timed);
	raw_say(raw, "o\n");
	equal(cigo_stream_read_line(ctx, s, &line), 4);
	ck_assert_str_eq(line.data, "two\n");
}

STREAM_TEST(closing_ends_the_one_that_has_lent)
{
	cigo_iter *it = cigo_generate(ctx, passes_lines, sizeof(cigo_bytes), &s);
	cigo_bytes line;

	raw_say(raw, "one\ntwo\n");
	ck_assert(cigo_next(ctx, it, &line));
	ok(cigo_iter_close(ctx, it));
	t_expect_said("1");
	equal(cigo_stream_read_line(ctx, s, &line), 4);
}

CORO(takes_a_line)
{
	cigo_iter *it = arg;
	cigo_bytes line;

	ck_assert(!cigo_next(ctx, it, &line));
	return cigo_iter_error(it);
}

STREAM_TEST(cancelling_the_consumer_s_task_reaches_what_it_awaits_in_a_lent_iterator)
{
	cigo_iter *it = cigo_generate(ctx, passes_lines, sizeof(cigo_bytes), &s);
	cigo_task *t = cigo_spawn(ctx, takes_a_line, 0, it);

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	cigo_future_cancel(t, -EXDEV);
	fails(cigo_future_take(ctx, t, NULL, 0), -EXDEV);
	t_expect_said("1");
	fails(cigo_iter_close(ctx, it), -EXDEV);
}

static int fails_at_3(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg);
	*(int64_t *)ret = *(const int64_t *)item;
	return *(int64_t *)ret == 3 ? -EIO : 1;
}

LOOP_TEST(an_error_of_a_lent_iterator_is_told)
{
	cigo_iter *it = cigo_iter_map(cigo_iter_count(0), fails_at_3, NULL, sizeof(int64_t));

	it = pass_deep(ctx, it, 3);
	for (int i = 0; i < 3; i++)
		next_is(it, i);
	at_end(it, -EIO);
	fails(cigo_iter_close(ctx, it), -EIO);
}

TEST_CASE("the run's end");

static cigo_iter *left_open[2];

CORO(leaves_chains_open)
{
	left_open[0] = pass_saying("3", pass_saying("2", count(.word = "1")));
	left_open[1] = pass_saying("5", pass_saying("4", cigo_iter_count(0)));
	next_is(left_open[0], 0);
	next_is(left_open[1], 0);
	return 0;
}

TEST(chains_left_open_end_from_the_inside)
{
	ok(t_run(leaves_chains_open, NULL));
	t_expect_said("12345");
	for (int i = 0; i < 2; i++)
		fails(cigo_iter_close(NULL, left_open[i]), -ECANCELED);
}

TEST_CASE("others");

struct user {
	cigo_iter *it;
	int64_t sum;
};

CORO(uses)
{
	struct user *u = arg;

	for (int64_t i = 0, item; i < 20; i++) {
		ck_assert(cigo_next(ctx, u->it, &item));
		u->sum += item;
		ok(cigo_sleep(ctx, CIGO_MS(i % 3)));
	}
	return 0;
}

/* Many chains at once, of all kinds; what each gives is known. */
SEED_TEST(every_order_of_events_gives_the_same_items, .seeds = t_scale(200, 50))
{
	enum { MANY = 8 };
	struct user users[MANY] = { { 0 } };
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < MANY; i++) {
		cigo_iter *it = i % 4 == 0 ? cigo_iter_count(0)
					   : count(.pause = i % 4 == 1 ? CIGO_MS(i) : 0);

		if (i % 4 == 3)
			it = cigo_iter_map(it, adds_one, NULL, sizeof(int64_t));
		users[i].it = pass_deep(ctx, it, i);
		cigo_spawn_in(g, uses, 0, &users[i]);
	}
	ok(cigo_group_wait(ctx, g));
	for (int i = 0; i < MANY; i++) {
		equal(users[i].sum, i % 4 == 3 ? 210 : 190);
		ok(cigo_iter_close(ctx, users[i].it));
	}
	ok(cigo_group_close(ctx, g));
}

MISUSE_TEST(taking_from_what_another_passes_on_is_misuse, "two consumers of one iterator")
{
	cigo_iter *inner = count(0), *it = pass(inner);

	next_is(it, 0);
	next_is(inner, 1);
}

static int yields_itself(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	cigo_gen_yield_all(ctx, gen, **(cigo_iter ***)arg, NULL);
	return 0;
}

MISUSE_TEST(yielding_all_of_oneself_is_misuse, "two consumers of one iterator")
{
	cigo_iter *it = NULL, **arg = &it;

	it = cigo_generate(ctx, yields_itself, sizeof(int64_t), &arg);
	next_is(it, 0);
}

static int passes_ints(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	CIGO_UNUSED(arg);
	cigo_gen_yield_all(ctx, gen, cigo_iter_array((int[]){ 1 }, 1, sizeof(int)), NULL);
	return 0;
}

MISUSE_TEST(passing_on_items_of_another_size_is_misuse, "items have 8 bytes, not 4")
{
	next_is(cigo_generate(ctx, passes_ints, sizeof(int64_t), &(int){ 0 }), 1);
}
