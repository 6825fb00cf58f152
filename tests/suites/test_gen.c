/* SPDX-License-Identifier: MIT
 * Generators: yields, awaits between them, consumers that leave, cancellation, the run's end; in a
 * loop and on plain threads.
 */
#include "tests/tools/wire.h"

/* The next finished task of g; NULL: none is left, or an error came. */
static cigo_task *next_of(cigo_ctx *ctx, cigo_group *g)
{
	cigo_task *t;

	return cigo_group_next(ctx, g, &t) > 0 ? t : NULL;
}

int __real_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*fn)(void *), void *arg);
int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*fn)(void *), void *arg);

static bool no_threads; /* written while nobody else makes one */

int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*fn)(void *), void *arg)
{
	return no_threads ? EAGAIN : __real_pthread_create(t, a, fn, arg);
}

/* The same test with and without a loop: NAME_in_a_loop and NAME_without. */
#define BOTH_TESTS(name, ...)                    \
	static void name##_both(cigo_ctx *ctx);  \
	LOOP_TEST(name##_in_a_loop, __VA_ARGS__) \
	{                                        \
		name##_both(ctx);                \
	}                                        \
	PLAIN_TEST(name##_without, __VA_ARGS__)  \
	{                                        \
		name##_both(ctx);                \
	}                                        \
	static void name##_both(cigo_ctx *ctx)

/* ---- bodies ---- */

/* Gives from, from + 1, ...; n of them, or without end. */
struct counter {
	int from, n;
	int64_t pause;	 /* sleeps so long before each */
	int err;	 /* ends with it */
	int64_t cleanup; /* when the consumer has left, or a pause failed: sleeps so long */
	int *given, *ended;
};

static int counter(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	struct counter *c = arg;
	int err = 0, i;

	for (i = 0; !c->n || i < c->n; i++) {
		if (c->pause && (err = cigo_sleep(ctx, c->pause)))
			break;
		if (c->given)
			++*c->given;
		if (!cigo_yield_item(ctx, gen, &(int){ c->from + i }))
			break;
	}
	if (c->cleanup) {
		cigo_ctx *clean = cigo_ctx_without_cancel(ctx, CIGO_S(3600));

		ok(cigo_sleep(clean, c->cleanup));
		cigo_ctx_unref(clean);
	}
	if (c->ended)
		++*c->ended;
	return err ? err : c->err;
}

#define count(...) cigo_generate(ctx, counter, sizeof(int), &(struct counter){ __VA_ARGS__ })

/* The next item must be this one. */
#define next_is(it, expected)                                             \
	do {                                                              \
		int got_ = -1;                                            \
		ck_assert_msg(cigo_next(ctx, (it), &got_), "no item: %s", \
			      cigo_strerror(cigo_iter_error(it)));        \
		equal(got_, (expected));                                  \
	} while (0)
#define at_end(it, err)                                  \
	do {                                             \
		int got_ = -1;                           \
		ck_assert(!cigo_next(ctx, (it), &got_)); \
		equal(got_, 0);                          \
		equal(cigo_iter_error(it), (err));       \
	} while (0)

TEST_CASE("items");

BOTH_TESTS(the_consumer_gets_what_is_yielded)
{
	cigo_iter *it = count(.from = 5, .n = 3);

	for (int i = 5; i < 8; i++)
		next_is(it, i);
	at_end(it, 0);
	at_end(it, 0);
	ok(cigo_iter_close(ctx, it));
}

BOTH_TESTS(a_body_may_yield_nothing)
{
	int ended = 0;
	cigo_iter *it = count(.from = 1, .n = 1, .pause = -1, .ended = &ended);

	next_is(it, 1);
	at_end(it, 0);
	equal(ended, 1);
	ok(cigo_iter_close(ctx, it));
}

static int yields_bytes(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	static char big[100000];

	CIGO_UNUSED(arg);
	for (int i = 1; i < 4; i++) {
		memset(big, i, sizeof big);
		if (!cigo_yield_item(ctx, gen, &big))
			break;
	}
	return 5; /* >= 0 is success */
}

BOTH_TESTS(items_may_be_large_and_are_copies)
{
	static char big[100000];
	cigo_iter *it = cigo_iter_generate(ctx, NULL, yields_bytes, sizeof big, NULL, 0);

	for (int i = 1; i < 4; i++) {
		ck_assert(cigo_next(ctx, it, &big));
		equal(big[0], i);
		equal(big[sizeof big - 1], i);
	}
	ck_assert(!cigo_next(ctx, it, &big));
	equal(big[sizeof big - 1], 0);
	ok(cigo_iter_close(ctx, it));
}

BOTH_TESTS(a_body_that_returns_an_error_fails_its_iterator)
{
	cigo_iter *it = count(.n = 2, .err = -EIO);

	next_is(it, 0);
	next_is(it, 1);
	at_end(it, -EIO);
	at_end(it, -EIO);
	fails(cigo_iter_close(ctx, it), -EIO);
}

BOTH_TESTS(between_the_yields_the_body_may_await)
{
	cigo_iter *it = count(.n = 3, .pause = CIGO_MS(2));
	int64_t start = cigo_now(ctx);

	for (int i = 0; i < 3; i++) {
		next_is(it, i);
		ck_assert_int_ge(cigo_now(ctx) - start, CIGO_MS(2 * (i + 1)));
	}
	at_end(it, 0);
	if (cigo_ctx_loop(ctx))
		equal(cigo_now(ctx) - start, CIGO_MS(6));
	ok(cigo_iter_close(ctx, it));
}

BOTH_TESTS(the_argument_is_copied)
{
	struct counter c = { .from = 7, .n = 1 };
	cigo_iter *it = cigo_generate(ctx, counter, sizeof(int), &c);

	memset(&c, 0xff, sizeof c);
	next_is(it, 7);
	at_end(it, 0);
	ok(cigo_iter_close(ctx, it));
}

BOTH_TESTS(the_body_begins_at_the_first_next)
{
	int given = 0, ended = 0, threads;
	cigo_iter *it = count(.n = 2, .given = &given, .ended = &ended);

	if (cigo_ctx_loop(ctx))
		ok(cigo_yield(ctx));
	equal(given, 0);
	threads = t_count_threads();
	ok(cigo_iter_close(ctx, it)); /* never begun, it never ends */
	equal(given + ended, 0);
	it = count(.n = 2, .given = &given);
	equal(t_count_threads(), threads);
	next_is(it, 0);
	equal(given, 1);
	equal(t_count_threads(), threads + 1);
	ok(cigo_iter_close(ctx, it));
}

TEST_CASE("leaving");

struct stubborn {
	int falses, extra;
};

static int stubborn(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	struct stubborn *s = *(struct stubborn **)arg;

	for (int i = 0; i < 5; i++)
		s->falses += !cigo_yield_item(ctx, gen, &i);
	s->extra = cigo_gen_yield_all(ctx, gen, cigo_iter_array((int[]){ 1, 2 }, 2, 4), NULL);
	return 0;
}

BOTH_TESTS(yield_is_false_for_ever_when_the_consumer_has_left)
{
	struct stubborn s = { 0, 7 }, *arg = &s;
	cigo_iter *it = cigo_generate(ctx, stubborn, sizeof(int), &arg);

	next_is(it, 0);
	next_is(it, 1);
	equal(s.falses, 0);
	ok(cigo_iter_close(ctx, it));
	equal(s.falses, 4);
	equal(s.extra, 0);
}

BOTH_TESTS(breaking_out_runs_the_body_to_its_end)
{
	int given = 0, ended = 0;
	cigo_iter *it = count(.given = &given, .ended = &ended); /* endless */

	next_is(it, 0);
	next_is(it, 1);
	ok(cigo_iter_close(ctx, it));
	equal(given, 2);
	equal(ended, 1);
}

BOTH_TESTS(the_clean_up_of_a_body_may_await_and_fail)
{
	int ended = 0;
	int64_t start = cigo_now(ctx);
	cigo_iter *it = count(.cleanup = CIGO_MS(3), .err = -EIO, .ended = &ended);

	next_is(it, 0);
	equal(cigo_iter_error(it), 0);
	fails(cigo_iter_close(ctx, it), -EIO);
	equal(ended, 1);
	ck_assert_int_ge(cigo_now(ctx) - start, CIGO_MS(3));
}

static int sleeps_at_the_end(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	cigo_yield_item(ctx, gen, (int *)arg);
	return cigo_sleep(ctx, CIGO_MS(4));
}

LOOP_TEST(close_returns_when_the_body_has_and_its_context_bounds_the_wait)
{
	int64_t start = cigo_now(ctx);
	cigo_iter *it = cigo_generate(ctx, sleeps_at_the_end, 4, &(int){ 1 });
	cigo_ctx *timed;

	next_is(it, 1);
	ok(cigo_iter_close(ctx, it));
	equal(cigo_now(ctx) - start, CIGO_MS(4));

	it = cigo_generate(ctx, sleeps_at_the_end, 4, &(int){ 1 });
	next_is(it, 1);
	timed = cigo_ctx_with_timeout(ctx, CIGO_MS(1));
	fails(cigo_iter_close(timed, it), -ETIMEDOUT);
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	cigo_ctx_unref(timed);
}

static int ignores_and_yields_lines(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	cigo_iter *lines = cigo_stream_lines(*(cigo_stream **)arg);

	while (cigo_gen_yield_all(ctx, gen, lines, NULL))
		;
	lines = cigo_stream_lines(*(cigo_stream **)arg); /* though nobody listens */
	ck_assert(!cigo_gen_yield_all(ctx, gen, lines, NULL));
	return 0;
}

BOTH_TESTS(yield_all_takes_nothing_when_nobody_is_there)
{
	cigo_stream *s;
	cigo_bytes line;
	int raw = stream_pair(&s);

	raw_say(raw, "one\ntwo\nthree\n");
	cigo_iter *it = cigo_generate(ctx, ignores_and_yields_lines, sizeof line, &s);
	ck_assert(cigo_next(ctx, it, &line));
	ck_assert_str_eq(line.data, "one\n");
	ok(cigo_iter_close(ctx, it));
	equal(cigo_stream_read_line(ctx, s, &line), 4);
	ck_assert_str_eq(line.data, "two\n");
	cigo_stream_close(s);
	close(raw);
}

TEST_CASE("nested");

struct node {
	const struct node *left, *right;
	int key;
};

static int walk(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	const struct node *n = *(const struct node **)arg;
	int err = 0;

	if (n->left &&
	    !cigo_gen_yield_all(ctx, gen, cigo_generate(ctx, walk, sizeof(int), &n->left), &err))
		return err;
	if (!cigo_yield_item(ctx, gen, &n->key))
		return 0;
	if (n->right)
		cigo_gen_yield_all(ctx, gen, cigo_generate(ctx, walk, sizeof(int), &n->right),
				   &err);
	return err;
}

/* A search tree of the keys from..from + 2^depth - 2. */
static const struct node *grow(struct node **pool, int depth, int from)
{
	struct node *n = depth ? (*pool)++ : NULL;
	int half = (1 << depth) / 2;

	if (n)
		*n = (struct node){ grow(pool, depth - 1, from), grow(pool, depth - 1, from + half),
				    from + half - 1 };
	return n;
}

BOTH_TESTS(a_recursive_walk_gives_a_tree_s_keys_in_order)
{
	struct node pool[127], *end = pool;
	const struct node *root = grow(&end, 7, 0);
	cigo_iter *it = cigo_generate(ctx, walk, sizeof(int), &root);

	for (int i = 0; i < 127; i++)
		next_is(it, i);
	at_end(it, 0);
	ok(cigo_iter_close(ctx, it));

	it = cigo_generate(ctx, walk, sizeof(int), &root);
	for (int i = 0; i < 20; i++)
		next_is(it, i);
	ok(cigo_iter_close(ctx, it)); /* in the midst of all of them */
}

static bool leaves(cigo_ctx *ctx, cigo_gen *gen, const struct node *n)
{
	if (!n)
		return true;
	if (!n->left && !n->right)
		return cigo_yield_item(ctx, gen, &n->key);
	return leaves(ctx, gen, n->left) && leaves(ctx, gen, n->right);
}

static int fringe(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	leaves(ctx, gen, *(const struct node **)arg);
	return 0;
}

static bool same_fringe(cigo_ctx *ctx, const struct node *a, const struct node *b)
{
	cigo_iter *x = cigo_generate(ctx, fringe, sizeof(int), &a);
	cigo_iter *y = cigo_generate(ctx, fringe, sizeof(int), &b);
	bool more_x, more_y;
	int i, j;

	do {
		more_x = cigo_next(ctx, x, &i);
		more_y = cigo_next(ctx, y, &j);
	} while (more_x && more_y && i == j);
	ok(cigo_iter_close(ctx, x));
	ok(cigo_iter_close(ctx, y));
	return !more_x && !more_y;
}

BOTH_TESTS(two_trees_have_the_same_fringe_or_not)
{
	struct node n[] = { { 0, 0, 1 },	 { 0, 0, 2 },	      { 0, 0, 3 },
			    { &n[0], &n[1], 0 }, { &n[3], &n[2], 0 }, { &n[1], &n[2], 0 },
			    { &n[0], &n[5], 0 }, { &n[2], &n[3], 0 } };

	ck_assert(same_fringe(ctx, &n[4], &n[6]));
	ck_assert(!same_fringe(ctx, &n[4], &n[7]));
	ck_assert(!same_fringe(ctx, &n[4], &n[3]));
	ck_assert(same_fringe(ctx, NULL, NULL));
}

static int passes_on(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	cigo_iter *inner = *(cigo_iter **)arg;
	int err;

	cigo_gen_yield_all(ctx, gen, inner, &err);
	return err;
}

BOTH_TESTS(errors_climb_through_nested_generators)
{
	cigo_iter *it = count(.n = 2, .err = -EIO);

	for (int i = 0; i < 10; i++)
		it = cigo_generate(ctx, passes_on, sizeof(int), &it);
	next_is(it, 0);
	next_is(it, 1);
	at_end(it, -EIO);
	fails(cigo_iter_close(ctx, it), -EIO);
}

BOTH_TESTS(leaving_the_outermost_ends_all_nested_ones)
{
	int ended = 0;
	cigo_iter *it = count(.ended = &ended, .cleanup = CIGO_MS(1));

	for (int i = 0; i < 10; i++)
		it = cigo_generate(ctx, passes_on, sizeof(int), &it);
	next_is(it, 0);
	next_is(it, 1);
	ok(cigo_iter_close(ctx, it));
	equal(ended, 1);
}

LOOP_TEST(yield_all_of_nothing_made_is_an_error)
{
	cigo_iter *none = NULL, *it = cigo_generate(ctx, passes_on, sizeof(int), &none);

	at_end(it, -ENOMEM);
	fails(cigo_iter_close(ctx, it), -ENOMEM);
}

TEST_CASE("consumers", .seconds = 30);

struct taker {
	cigo_iter *it;
	int *sum, n;
};

CORO(takes)
{
	struct taker *t = arg;

	for (int i = 0, item; i < t->n; i++) {
		ck_assert(cigo_next(ctx, t->it, &item));
		*t->sum += item;
		equal(cigo_sleep(ctx, CIGO_MS(2)), 0);
	}
	return 0;
}

CORO(makes)
{
	cigo_iter *it = count(.from = 3);

	next_is(it, 3);
	*(cigo_iter **)ret = it;
	return 0;
}

LOOP_TEST(a_generator_outlives_its_maker)
{
	cigo_iter *it = NULL;

	ok(cigo_take(ctx, cigo_spawn(ctx, makes, sizeof it, NULL), &it));
	next_is(it, 4);
	next_is(it, 5);
	ok(cigo_iter_close(ctx, it));
}

THREAD(takes_one_plainly)
{
	int item = 0;

	ck_assert(cigo_next(cigo_ctx_background(), (cigo_iter *)arg, &item));
	return (void *)(intptr_t)item;
}

PLAIN_TEST(plain_threads_may_consume_a_generator_in_turn)
{
	cigo_iter *it = count(.from = 1);

	for (int i = 1; i < 6; i += 2) {
		equal((intptr_t)on_thread(takes_one_plainly, it), i);
		next_is(it, i + 1);
	}
	ok(cigo_iter_close(ctx, it));
}

TEST_CASE("cancellation");

LOOP_TEST(the_context_of_a_next_reaches_the_innermost_await)
{
	int64_t start = cigo_now(ctx);
	int ended = 0, i;
	cigo_iter *it = count(.pause = CIGO_NEVER, .ended = &ended);

	for (int n = 0; n < 3; n++)
		it = cigo_generate(ctx, passes_on, sizeof(int), &it);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	ck_assert(!cigo_next(timed, it, &i));
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	fails(cigo_iter_error(it), -ETIMEDOUT);
	equal(ended, 1);
	equal(cigo_ctx_error(ctx), 0);
	fails(cigo_iter_close(ctx, it), -ETIMEDOUT);
	cigo_ctx_unref(timed);
}

CALLBACK(cancel_it)
{
	cigo_ctx_cancel(arg, -EXDEV);
}

LOOP_TEST(the_context_of_the_maker_reaches_the_innermost_await)
{
	cigo_ctx *own = cigo_ctx_with_cancel(ctx);
	cigo_iter *it =
		cigo_generate(own, counter, sizeof(int), &(struct counter){ .pause = CIGO_NEVER });

	ck_assert_int_gt(cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_MS(5), cancel_it, own), 0);
	at_end(it, -EXDEV);
	fails(cigo_iter_close(ctx, it), -EXDEV);
	cigo_ctx_unref(own);
}

LOOP_TEST(a_maker_s_context_that_ended_between_two_items_is_heeded_by_the_next_await)
{
	cigo_ctx *own = cigo_ctx_with_cancel(ctx);
	cigo_iter *it =
		cigo_generate(own, counter, sizeof(int), &(struct counter){ .pause = CIGO_MS(1) });

	next_is(it, 0);
	cigo_ctx_cancel(own, -EXDEV);
	at_end(it, -EXDEV);
	fails(cigo_iter_close(ctx, it), -EXDEV);
	cigo_ctx_unref(own);
}

CORO(consumes)
{
	cigo_iter *it = arg;
	int i;

	while (cigo_next(ctx, it, &i))
		;
	return cigo_iter_error(it);
}

LOOP_TEST(cancelling_the_consuming_task_reaches_the_innermost_await)
{
	int ended = 0;
	cigo_iter *it = count(.pause = CIGO_NEVER, .cleanup = CIGO_MS(7), .ended = &ended);
	int64_t start = cigo_now(ctx);

	it = cigo_generate(ctx, passes_on, sizeof(int), &it);
	cigo_task *t = cigo_spawn(ctx, consumes, 0, it);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	cigo_future_cancel(t, -EXDEV);
	fails(cigo_join(ctx, t), -EXDEV);
	cigo_future_unref(t);
	equal(ended, 1);
	equal(cigo_now(ctx) - start, CIGO_MS(8)); /* it waited for the clean-up */
	fails(cigo_iter_close(ctx, it), -EXDEV);
}

/* Its task is cancelled, but the next has a context of the loop's main coroutine. */
struct other {
	cigo_ctx *ctx;
	cigo_iter *it;
};

CORO(consumes_by_another_context)
{
	struct other *o = arg;

	return consumes(o->ctx, o->it, ret);
}

LOOP_TEST(the_running_task_s_own_cancellation_counts_as_well_as_the_given_context_s)
{
	struct other o = { ctx, count(.pause = CIGO_NEVER) };
	cigo_task *t = cigo_spawn(ctx, consumes_by_another_context, 0, &o);

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	fails(cigo_task_stop(ctx, t), -ECANCELED);
	fails(cigo_iter_close(ctx, o.it), -ECANCELED);
}

LOOP_TEST(a_next_under_a_dead_context_begins_nothing)
{
	int given = 0, i;
	cigo_iter *it = count(.given = &given);
	cigo_ctx *dead = t_dead(ctx, -EXDEV);

	ck_assert(!cigo_next(dead, it, &i));
	equal(given, 0);
	fails(cigo_iter_close(ctx, it), -EXDEV);
	cigo_ctx_unref(dead);
}

LOOP_TEST(clean_up_in_a_cancelled_task_may_await_in_close)
{
	int ended = 0;
	cigo_iter *it = count(.cleanup = CIGO_MS(3), .ended = &ended);
	cigo_ctx *dead = t_dead(ctx, 0);

	next_is(it, 0);
	ok(cigo_iter_close(dead, it));
	equal(ended, 1);
	cigo_ctx_unref(dead);
}

/* A plain thread, and contexts without a loop. */
THREAD(cancels_soon)
{
	nap(20);
	cigo_ctx_cancel(arg, -EXDEV);
	return NULL;
}

PLAIN_TEST(without_a_loop_too_the_context_of_a_next_reaches_the_await)
{
	int ended = 0, i;
	cigo_iter *it = count(.pause = CIGO_NEVER, .ended = &ended);
	cigo_ctx *own = cigo_ctx_with_cancel(ctx);

	it = cigo_generate(ctx, passes_on, sizeof(int), &it);
	pthread_t t = thread_start(cancels_soon, own);
	ck_assert(!cigo_next(own, it, &i));
	thread_join(t);
	equal(ended, 1);
	fails(cigo_iter_close(ctx, it), -EXDEV);
	cigo_ctx_unref(own);
}

PLAIN_TEST(without_a_loop_too_the_context_of_the_maker_reaches_the_await)
{
	cigo_ctx *own = cigo_ctx_with_cancel(ctx);
	cigo_iter *it =
		cigo_generate(own, counter, sizeof(int), &(struct counter){ .pause = CIGO_NEVER });
	pthread_t t = thread_start(cancels_soon, own);

	at_end(it, -EXDEV);
	thread_join(t);
	fails(cigo_iter_close(ctx, it), -EXDEV);
	cigo_ctx_unref(own);
}

PLAIN_TEST(without_a_loop_too_a_timeout_of_the_maker_reaches_the_await)
{
	cigo_ctx *own = cigo_ctx_with_timeout(ctx, CIGO_MS(20));
	cigo_iter *it =
		cigo_generate(own, counter, sizeof(int), &(struct counter){ .pause = CIGO_NEVER });

	at_end(it, -ETIMEDOUT);
	fails(cigo_iter_close(ctx, it), -ETIMEDOUT);
	cigo_ctx_unref(own);
}

PLAIN_TEST(without_a_loop_too_a_timeout_of_a_next_reaches_the_await)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(20));
	cigo_iter *it = count(.pause = CIGO_NEVER);
	int i;

	ck_assert(!cigo_next(timed, it, &i));
	fails(cigo_iter_close(ctx, it), -ETIMEDOUT);
	cigo_ctx_unref(timed);
}

TEST_CASE("streams");

static int lengths(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	cigo_stream *s = *(cigo_stream **)arg;
	cigo_bytes line;
	ssize_t n;

	while ((n = cigo_stream_read_line(ctx, s, &line)) > 0)
		if (!cigo_yield_item(ctx, gen, &(int){ (int)n - 1 }))
			return 0;
	return (int)n;
}

struct script {
	cigo_stream *s;
	int first;
	int64_t pause;
};

/* Lines of first, first + 2, ... letters, in two pieces each. */
CORO(writes_lines)
{
	struct script *w = arg;

	for (int i = 0; i < 5; i++) {
		ck_assert_int_ge(cigo_stream_printf(ctx, w->s, "%.*s", w->first + 2 * i,
						    "xxxxxxxxxxxxxxxxxxxxxxxx"),
				 0);
		ok(cigo_sleep(ctx, w->pause));
		ck_assert_int_ge(cigo_stream_printf(ctx, w->s, "\n"), 0);
		ok(cigo_sleep(ctx, w->pause));
	}
	cigo_stream_close(w->s);
	return 0;
}

struct twins {
	int a, b;
};

SEED_TEST(two_generators_that_read_streams_can_be_zipped, .seeds = t_scale(200, 50))
{
	cigo_stream *in[2], *out[2];
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	struct twins t;
	int n = 0;

	for (int i = 0; i < 2; i++) {
		ok(cigo_pipe(&in[i], &out[i]));
		cigo_spawn_copy_in(g, writes_lines, 0,
				   (&(struct script){ out[i], 1 + i, CIGO_MS(1 + 2 * i) }));
	}
	cigo_iter *it = cigo_zip(struct twins, a, cigo_generate(ctx, lengths, 4, &in[0]), b,
				 cigo_generate(ctx, lengths, 4, &in[1]));
	for (; cigo_next(ctx, it, &t); n++) {
		equal(t.a, 1 + 2 * n);
		equal(t.b, 2 + 2 * n);
	}
	equal(n, 5);
	ok(cigo_iter_close(ctx, it));
	ok(cigo_group_wait(ctx, g));
	ok(cigo_group_close(ctx, g));
	cigo_stream_close(in[0]);
	cigo_stream_close(in[1]);
}

TEST_CASE("end");

static int ended_at_the_end, yields_true_at_the_end;
static cigo_iter *left_open[3];

static int waits_for_its_end(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	while (cigo_yield_item(ctx, gen, (int *)arg))
		yields_true_at_the_end++;
	cigo_ctx *clean = cigo_ctx_without_cancel(ctx, CIGO_S(5));
	ok(cigo_sleep(clean, CIGO_MS(1)));
	cigo_ctx_unref(clean);
	ended_at_the_end++;
	t_say("g");
	return -EIO;
}

CORO(leaves_them_open)
{
	for (int i = 0; i < 3; i++) {
		left_open[i] = cigo_generate(ctx, waits_for_its_end, sizeof(int), &i);
		if (i < 2)
			next_is(left_open[i], i);
	}
	cigo_detach(t_job(ctx, .ns = CIGO_S(60), .cleanup = CIGO_MS(30), .word = "t"));
	ok(cigo_yield(ctx));
	return 0;
}

TEST(generators_left_open_are_ended_after_everything_else)
{
	int threads = t_count_threads();

	ok(t_run(leaves_them_open, NULL));
	t_expect_said("tgg");
	equal(ended_at_the_end, 2);
	equal(yields_true_at_the_end, 0);
	equal(t_wait_threads(threads), threads);
	fails(cigo_iter_close(NULL, left_open[0]), -ECANCELED); /* as every task left over */
	fails(cigo_iter_close(NULL, left_open[1]), -ECANCELED);
	ok(cigo_iter_close(NULL, left_open[2])); /* it had never begun */
}

CORO(closes_late)
{
	cigo_iter *it = count(.from = 4);

	next_is(it, 4);
	fails(cigo_sleep(ctx, CIGO_NEVER), -ECANCELED);
	cigo_ctx *clean = cigo_ctx_without_cancel(ctx, CIGO_S(5));
	ok(cigo_sleep(clean, CIGO_MS(5)));
	{
		cigo_ctx *old = ctx;

		ctx = clean;
		next_is(it, 5); /* still there */
		ctx = old;
	}
	fails(cigo_iter_close(clean, it), -ECANCELED); /* it was cancelled, too */
	cigo_ctx_unref(clean);
	t_say("closed");
	return 0;
}

CORO(leaves_that_one_open)
{
	cigo_detach(cigo_spawn(ctx, closes_late, 0, NULL));
	return cigo_yield(ctx);
}

TEST(a_cancelled_task_s_clean_up_still_finds_its_generator)
{
	ok(t_run(leaves_that_one_open, NULL));
	t_expect_said("closed");
}

CORO(leaves_nested)
{
	int *ended = arg;
	cigo_iter *it = count(.ended = ended);

	for (int i = 0; i < 5; i++)
		it = cigo_generate(ctx, passes_on, sizeof(int), &it);
	next_is(it, 0);
	left_open[0] = it;
	return -EIO;
}

/* The innermost takes its time; whoever holds it open finds it ended. */
CORO(leaves_slow_nested)
{
	cigo_iter *it = cigo_generate(ctx, waits_for_its_end, sizeof(int), &(int){ 0 });

	for (int i = 0; i < 3; i++)
		it = cigo_generate(ctx, passes_on, sizeof(int), &it);
	next_is(it, 0);
	left_open[0] = it;
	return 0;
}

TEST(nested_generators_left_open_end_from_the_inside)
{
	ok(t_run(leaves_slow_nested, NULL));
	equal(ended_at_the_end, 1);
	ck_assert_int_lt(cigo_iter_close(NULL, left_open[0]), 0);
}

TEST(nested_generators_left_open_are_ended_too)
{
	int ended = 0;

	fails(t_run(leaves_nested, &ended), -EIO);
	equal(ended, 1);
	fails(cigo_iter_close(NULL, left_open[0]), -ECANCELED);
}

TEST_CASE("counts", .seconds = 60);

LOOP_TEST(an_item_costs_two_handoffs)
{
	enum { ITEMS = 1000 };
	cigo_iter *it = count(.from = 0);

	next_is(it, 0);
	cigo_stats before = counts(ctx);
	for (int i = 1; i <= ITEMS; i++)
		next_is(it, i);
	cigo_stats after = counts(ctx);
	equal(after.handoffs - before.handoffs, 2 * ITEMS);
	equal(after.strands - before.strands, 0);
	equal(after.tasks - before.tasks, 0);
	ok(cigo_iter_close(ctx, it));
	equal(counts(ctx).handoffs - after.handoffs, 2);
}

LOOP_TEST(a_generator_uses_the_thread_of_one_that_ended)
{
	cigo_iter *it = count(.n = 1);

	next_is(it, 0);
	at_end(it, 0);
	ok(cigo_iter_close(ctx, it));
	cigo_stats before = counts(ctx);
	for (int i = 0; i < 20; i++) {
		it = count(.from = i, .n = 1);
		next_is(it, i);
		ok(cigo_iter_close(ctx, it));
	}
	equal(counts(ctx).strands, before.strands);
	equal(counts(ctx).tasks - before.tasks, 20);
}

BOTH_TESTS(many_generators_can_be_open_at_once)
{
	long n = t_scale(1000, 200);
	cigo_iter **its = calloc((size_t)n, sizeof *its);
	int ended = 0;

	for (long i = 0; i < n; i++)
		its[i] = count(.from = (int)i, .ended = &ended);
	for (int round = 0; round < 3; round++)
		for (long i = 0; i < n; i++)
			next_is(its[i], (int)i + round);
	for (long i = 0; i < n; i++)
		ok(cigo_iter_close(ctx, its[i]));
	equal(ended, n);
	free(its);
}

TEST_CASE("bodies");

static int looks_around(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	cigo_task *consumer = *(cigo_task **)arg, *me = cigo_task_current(ctx);
	int same = me == consumer;

	ck_assert_ptr_nonnull(me);
	ck_assert_str_eq(cigo_task_name(me), "looks_around");
	cigo_yield_item(ctx, gen, &same);
	ck_assert_ptr_eq(cigo_task_current(ctx), me);
	return 0;
}

LOOP_TEST(a_body_is_a_task_of_its_own_named_after_its_function)
{
	cigo_task *me = cigo_task_current(ctx);
	cigo_iter *it = cigo_generate(ctx, looks_around, sizeof(int), &me);

	next_is(it, 0);
	ck_assert_ptr_eq(cigo_task_current(ctx), me);
	at_end(it, 0);
	ok(cigo_iter_close(ctx, it));
}

static int as_they_finish(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	int err, value;

	for (int i = *(int *)arg; i; i--)
		t_group_job(g, .ns = CIGO_MS(i), .value = i);
	for (cigo_task *t; (t = next_of(ctx, g));) {
		ok(cigo_result(t, &value));
		if (!cigo_yield_item(ctx, gen, &value))
			break;
	}
	err = cigo_group_close(ctx, g);
	return err == -ECANCELED ? 0 : err;
}

LOOP_TEST(a_body_may_have_a_group_open_while_it_yields)
{
	cigo_iter *it = cigo_generate(ctx, as_they_finish, sizeof(int), &(int){ 5 });

	for (int i = 1; i <= 5; i++)
		next_is(it, i);
	at_end(it, 0);
	ok(cigo_iter_close(ctx, it));
	it = cigo_generate(ctx, as_they_finish, sizeof(int), &(int){ 5 });
	next_is(it, 1);
	next_is(it, 2);
	ok(cigo_iter_close(ctx, it));
}

static int holds_a_lock(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	cigo_mutex *m = *(cigo_mutex **)arg;
	int err = cigo_mutex_lock(ctx, m);

	if (err)
		return err;
	for (int i = 0; i < 2 && cigo_yield_item(ctx, gen, &i); i++)
		;
	cigo_mutex_unlock(m);
	return 0;
}

LOOP_TEST(a_lock_taken_in_a_body_is_the_body_s)
{
	cigo_mutex *m = cigo_mutex_new();
	cigo_iter *it = cigo_generate(ctx, holds_a_lock, sizeof(int), &m);

	next_is(it, 0);
	ck_assert(!cigo_mutex_try_lock(m));
	next_is(it, 1);
	ck_assert(!cigo_mutex_try_lock(m));
	ok(cigo_iter_close(ctx, it));
	ck_assert(cigo_mutex_try_lock(m));
	cigo_mutex_unlock(m);
	cigo_mutex_free(m);
}

static int waits_for_its_consumer(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	int err = cigo_join(ctx, *(cigo_task **)arg);

	cigo_yield_item(ctx, gen, &err);
	return err;
}

LOOP_TEST(a_body_that_awaits_its_consumer_is_told)
{
	cigo_task *me = cigo_task_current(ctx);
	cigo_iter *it = cigo_generate(ctx, waits_for_its_consumer, sizeof(int), &me);

	it = cigo_generate(ctx, passes_on, sizeof(int), &it); /* through another one */
	next_is(it, -EDEADLK);
	at_end(it, -EDEADLK);
	fails(cigo_iter_close(ctx, it), -EDEADLK);
}

static int sections(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	for (int i = 0; i < *(int *)arg; i++) {
		cigo_blocking_begin(ctx);
		nap(1);
		cigo_blocking_end(ctx);
		if (!cigo_yield_item(ctx, gen, &i))
			break;
	}
	return 0;
}

LOOP_TEST(a_body_may_have_blocking_sections)
{
	cigo_iter *it = cigo_generate(ctx, sections, sizeof(int), &(int){ 5 });

	for (int i = 0; i < 5; i++)
		next_is(it, i);
	at_end(it, 0);
	ok(cigo_iter_close(ctx, it));
}

static int keeps_errno(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	CIGO_UNUSED(arg);
	for (int i = 1; i < 5; i++) {
		errno = i;
		if (!cigo_yield_item(ctx, gen, &i))
			break;
		equal(errno, i);
	}
	return 0;
}

BOTH_TESTS(errno_is_each_one_s_own)
{
	cigo_iter *it = cigo_generate(ctx, keeps_errno, sizeof(int), &(int){ 0 });
	int i;

	errno = 99;
	while (cigo_next(ctx, it, &i))
		equal(errno, 99);
	ok(cigo_iter_close(ctx, it));
	equal(errno, 99);
}

TEST_CASE("beside", .seconds = 30);

CORO(counts_turns)
{
	while (!cigo_yield(ctx))
		++*(int *)arg;
	return 0;
}

CALLBACK(set_flag)
{
	*(int *)arg = 1;
}

REAL_TEST(an_endless_generator_starves_neither_tasks_nor_timers_nor_callbacks)
{
	int turns = 0, called = 0, timed = 0, i = 0;
	cigo_iter *it = count(.from = 0);
	cigo_task *t = cigo_spawn(ctx, counts_turns, 0, &turns);

	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), set_flag, &called), 0);
	ck_assert_int_gt(cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_MS(1), set_flag, &timed), 0);
	while ((turns < 10 || !called || !timed) && cigo_next(ctx, it, &i))
		ck_assert_int_lt(i, 10000000);
	ok(cigo_iter_close(ctx, it));
	fails(cigo_task_stop(ctx, t), -ECANCELED);
}

CORO(ticks)
{
	while (!cigo_sleep(ctx, CIGO_MS(1)))
		++*(int *)arg;
	return 0;
}

LOOP_TEST(others_run_while_a_generator_awaits)
{
	int n = 0;
	cigo_task *t = cigo_spawn(ctx, ticks, 0, &n);
	cigo_iter *it = count(.n = 2, .pause = CIGO_MS(10.4));

	next_is(it, 0);
	equal(n, 10);
	next_is(it, 1);
	equal(n, 20);
	at_end(it, 0);
	ok(cigo_iter_close(ctx, it));
	fails(cigo_task_stop(ctx, t), -ECANCELED);
}

/* Many of them, of all kinds, in random order; what each gives is known. */
SEED_TEST(every_order_of_events_gives_the_same_items, .seeds = t_scale(200, 50))
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	int sums[8] = { 0 }, ended = 0;
	cigo_iter *its[8];

	for (int i = 0; i < 8; i++) {
		its[i] = count(.from = i, .pause = i % 3 ? CIGO_MS(i) : 0, .ended = &ended,
			       .cleanup = i % 2 ? CIGO_MS(1) : 0);
		for (int depth = i % 4; depth; depth--)
			its[i] = cigo_generate(ctx, passes_on, sizeof(int), &its[i]);
		cigo_spawn_copy_in(g, takes, 0, (&(struct taker){ its[i], &sums[i], 10 }));
	}
	ok(cigo_group_wait(ctx, g));
	for (int i = 0; i < 8; i++) {
		equal(sums[i], 10 * i + 45);
		ok(cigo_iter_close(ctx, its[i]));
	}
	equal(ended, 8);
	ok(cigo_group_close(ctx, g));
}

TEST_CASE("failures");

BOTH_TESTS(no_thread_to_be_had_is_the_iterator_s_error)
{
	int ended = 0;
	cigo_iter *it = count(.n = 3, .ended = &ended), *other = count(.n = 3);

	no_threads = true;
	at_end(it, -EAGAIN);
	no_threads = false;
	fails(cigo_iter_close(ctx, it), -EAGAIN);
	equal(ended, 0);
	next_is(other, 0);
	ok(cigo_iter_close(ctx, other));
}

PLAIN_TEST(without_a_context_there_is_none)
{
	ck_assert_ptr_null(cigo_iter_generate(NULL, "x", counter, 4, NULL, 0));
	ck_assert(!cigo_gen_yield_item(NULL, NULL, &(int){ 1 }, 4));
	ck_assert(!cigo_gen_yield_item(ctx, NULL, &(int){ 1 }, 4));
}

TEST_CASE("misuse");

static cigo_gen *smuggled;

static int smuggles(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	smuggled = gen;
	cigo_yield_item(ctx, gen, (int *)arg);
	return 0;
}

#define OWN_BODY "only a generator's own body may yield"

MISUSE_TEST(yielding_from_outside_is_misuse, OWN_BODY)
{
	cigo_iter *it = cigo_generate(ctx, smuggles, sizeof(int), &(int){ 1 });

	next_is(it, 1);
	cigo_yield_item(ctx, smuggled, &(int){ 2 });
}

static int yields_for_another(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	CIGO_UNUSED(gen);
	cigo_yield_item(ctx, smuggled, (int *)arg);
	return 0;
}

MISUSE_TEST(yielding_for_another_generator_is_misuse, OWN_BODY)
{
	cigo_iter *it = cigo_generate(ctx, smuggles, sizeof(int), &(int){ 1 });

	next_is(it, 1);
	it = cigo_generate(ctx, yields_for_another, sizeof(int), &(int){ 1 });
	next_is(it, 1);
}

CORO(helper)
{
	cigo_yield_item(ctx, smuggled, &(int){ 3 });
	return 0;
}

static int yields_in_a_child(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	CIGO_UNUSED(arg);
	smuggled = gen;
	return cigo_future_take(ctx, cigo_spawn(ctx, helper, 0, NULL), NULL, 0);
}

MISUSE_TEST(yielding_in_a_child_of_the_body_is_misuse, OWN_BODY)
{
	cigo_iter *it = cigo_generate(ctx, yields_in_a_child, sizeof(int), &(int){ 1 });

	next_is(it, 3);
}

static int yields_in_a_section(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	cigo_blocking_begin(ctx);
	cigo_yield_item(ctx, gen, (int *)arg);
	cigo_blocking_end(ctx);
	return 0;
}

MISUSE_TEST(yielding_in_a_blocking_section_is_misuse, "blocking")
{
	cigo_iter *it = cigo_generate(ctx, yields_in_a_section, sizeof(int), &(int){ 1 });

	next_is(it, 1);
}

static int yields_long(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	CIGO_UNUSED(arg);
	cigo_yield_item(ctx, gen, &(int64_t){ 1 });
	return 0;
}

MISUSE_TEST(yielding_another_size_is_misuse, "items have 4 bytes, not 8")
{
	cigo_iter *it = cigo_generate(ctx, yields_long, sizeof(int), &(int){ 1 });

	next_is(it, 1);
}

MISUSE_TEST(two_consumers_at_once_are_misuse, "two consumers of one iterator at the same moment")
{
	cigo_iter *it = count(.pause = CIGO_MS(1));

	cigo_detach(cigo_spawn(ctx, consumes, 0, it));
	cigo_detach(cigo_spawn(ctx, consumes, 0, it));
	cigo_ignore(cigo_sleep(ctx, CIGO_S(1)));
}

CORO(closes)
{
	return cigo_iter_close(ctx, arg);
}

MISUSE_TEST(closing_while_another_asks_is_misuse, "somebody is inside its next", COOPERATIVE)
{
	cigo_iter *it = count(.pause = CIGO_MS(1));

	cigo_detach(cigo_spawn(ctx, closes, 0, it));
	consumes(ctx, it, NULL);
}

static cigo_iter *plain_one;

MISUSE_TEST(a_generator_made_without_a_loop_is_not_for_coroutines, "made without a loop")
{
	int i;

	plain_one = cigo_generate(cigo_ctx_background(), counter, 4, &(struct counter){ .n = 1 });
	cigo_next(ctx, plain_one, &i);
}

MISUSE_TEST(a_generator_of_a_loop_is_not_for_contexts_without_one, "loop")
{
	cigo_iter *it = count(.n = 1);
	int i;

	cigo_next(cigo_ctx_background(), it, &i);
}

static int leaves_a_group(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	CIGO_UNUSED(gen), CIGO_UNUSED(arg);
	return g ? 0 : -ENOMEM;
}

MISUSE_TEST(a_body_that_returns_with_an_open_group_is_misuse, "leaves_a_group")
{
	cigo_iter *it = cigo_generate(ctx, leaves_a_group, 4, &(int){ 1 });

	next_is(it, 1);
}
