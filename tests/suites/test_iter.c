/* SPDX-License-Identifier: MIT
 * Iterators: every maker, errors, breaking out early, who owns what.
 */
#include "tests/tools/wire.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

static int until_none = -1; /* so many allocations from now one fails; -1: none does */

static bool none_left(void)
{
	return until_none >= 0 && !until_none--;
}

void *__wrap_malloc(size_t size)
{
	return none_left() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return none_left() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return none_left() ? NULL : __real_realloc(p, size);
}

#define ITEMS(a) cigo_iter_array((a), sizeof(a) / sizeof *(a), sizeof *(a))
#define INTS(...)                                                                             \
	cigo_iter_array((int[]){ __VA_ARGS__ }, sizeof((int[]){ __VA_ARGS__ }) / sizeof(int), \
			sizeof(int))

/* What is still to come of size 4 or 8, in words; closes it. An error comes last: "1 2 !5". */
static const char *text_of(cigo_ctx *ctx, cigo_iter *it, size_t size)
{
	static char text[2048];
	int64_t item = 0;
	size_t n = 0;

	text[0] = 0;
	while (cigo_iter_next(ctx, it, &item, size) && n < sizeof text - 32) {
		int small;

		memcpy(&small, &item, sizeof small);
		n += (size_t)sprintf(text + n, "%s%lld", n ? " " : "",
				     size == sizeof small ? (long long)small : (long long)item);
	}
	equal(item, 0); /* zeros at the end */
	int err = cigo_iter_error(it);
	ck_assert(!cigo_iter_next(ctx, it, &item, size)); /* it stays ended */
	equal(cigo_iter_error(it), err);
	int closed = cigo_iter_close(ctx, it);
	if (err)
		equal(closed, err);
	if (closed)
		sprintf(text + n, "%s!%d", n ? " " : "", -closed);
	return text;
}

#define gives_long(it, text) ck_assert_str_eq(text_of(ctx, (it), sizeof(int64_t)), (text))
#define gives(it, text)	     ck_assert_str_eq(text_of(ctx, (it), sizeof(int)), (text))

/* ---- sources that tell what happens to them ---- */

struct probe {
	int from, n, err; /* gives n ints, then fails with err */
	int given, closed;
};

static int probing(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	struct probe *p = *(struct probe **)arg;

	for (int i = 0; i < p->n; i++) {
		p->given++;
		if (!cigo_yield_item(ctx, gen, &(int){ p->from + i }))
			break;
	}
	p->closed++;
	return p->err;
}

static cigo_iter *probe(cigo_ctx *ctx, struct probe *p)
{
	return cigo_generate(ctx, probing, sizeof(int), &p);
}

static int failing(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	for (int i = 0; i < 2; i++)
		if (!cigo_yield_item(ctx, gen, &i))
			return 0;
	return *(int *)arg;
}

/* 0 1, then the error. */
static cigo_iter *fails_with(cigo_ctx *ctx, int err)
{
	return cigo_generate(ctx, failing, sizeof(int), &err);
}

/* An iterator that failed before it began, with -EINVAL; its items are cigo_bytes. */
static cigo_iter *failed(cigo_stream *s)
{
	return cigo_stream_chunks(s, 0);
}

TEST_CASE("makers");

PLAIN_TEST(a_range_counts_from_0)
{
	gives_long(cigo_iter_range(5), "0 1 2 3 4");
	gives_long(cigo_iter_range(1), "0");
	gives_long(cigo_iter_range(0), "");
	gives_long(cigo_iter_range(-3), "");
	gives_long(cigo_iter_range(INT64_MIN), "");
}

PLAIN_TEST(count_counts_up_to_the_largest_number_and_ends_there)
{
	cigo_iter *it = cigo_iter_count(-2);

	for (int64_t i, n = -2; n < 1000; n++) {
		ck_assert(cigo_next(ctx, it, &i));
		equal(i, n);
	}
	ok(cigo_iter_close(ctx, it));
	gives_long(cigo_iter_count(INT64_MAX), "9223372036854775807");
	gives_long(cigo_iter_count(INT64_MAX - 2),
		   "9223372036854775805 9223372036854775806 9223372036854775807");
	it = cigo_iter_count(INT64_MIN);
	int64_t first;
	ck_assert(cigo_next(ctx, it, &first));
	equal(first, INT64_MIN);
	ok(cigo_iter_close(ctx, it));
}

PLAIN_TEST(an_array_s_items_are_of_any_size)
{
	static const char letters[] = { 'a', 'b' };
	struct big {
		char bytes[1000];
	} *big = calloc(3, sizeof *big), item;
	cigo_iter *it = ITEMS(letters);
	char c;

	ck_assert(cigo_next(ctx, it, &c) && c == 'a');
	ck_assert(cigo_next(ctx, it, &c) && c == 'b');
	ck_assert(!cigo_next(ctx, it, &c) && !c);
	ok(cigo_iter_close(ctx, it));

	for (int i = 0; i < 3; i++)
		memset(&big[i], i + 1, sizeof *big);
	it = cigo_iter_array(big, 3, sizeof *big);
	for (int i = 0; i < 3; i++) {
		ck_assert(cigo_next(ctx, it, &item));
		equal(memcmp(&item, &big[i], sizeof item), 0);
	}
	ck_assert(!cigo_next(ctx, it, &item));
	equal(item.bytes[999], 0);
	ok(cigo_iter_close(ctx, it));
	free(big);
	gives(cigo_iter_array(NULL, 0, sizeof(int)), "");
	gives(INTS(7, -8, 9), "7 -8 9");
}

static int square_of_even(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	int n = *(const int *)item;

	CIGO_UNUSED(ctx);
	ck_assert_str_eq(arg, "arg");
	equal(*(int64_t *)ret, 0);
	*(int64_t *)ret = (int64_t)n * n; /* also where it is skipped */
	return n < 0 ? n : n % 2 == 0;
}

PLAIN_TEST(map_maps_skips_and_fails_as_its_function_says)
{
	static char arg[] = "arg";

	gives_long(cigo_iter_map(INTS(1, 2, 3, 4, 5), square_of_even, arg, 8), "4 16");
	gives_long(cigo_iter_map(INTS(2, -EIO, 4), square_of_even, arg, 8), "4 !5");
	gives_long(cigo_iter_map(INTS(1, 3), square_of_even, arg, 8), "");
	gives_long(cigo_iter_map(fails_with(ctx, -EXDEV), square_of_even, arg, 8), "0 !18");
}

static int is_even(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	int n = *(const int *)item;

	CIGO_UNUSED(ctx);
	if (arg)
		++*(int *)arg;
	return ret ? -EPROTO : n < 0 ? n : n % 2 == 0;
}

PLAIN_TEST(fault_32_a_filter_skips_what_it_rejects_and_goes_on)
{
	int calls = 0;

	gives(cigo_iter_filter(INTS(1, 2, 3, 5, 4, 7, 6, 9), is_even, &calls), "2 4 6");
	equal(calls, 8);
	gives(cigo_iter_filter(INTS(1, 3, 5), is_even, NULL), "");
	gives(cigo_iter_filter(INTS(2, 4, -EIO, 6), is_even, NULL), "2 4 !5");
	gives(cigo_iter_filter(fails_with(ctx, -EXDEV), is_even, NULL), "0 !18");
}

static int up_to(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg);
	*(cigo_iter **)ret = cigo_iter_range(*(const int *)item);
	return 1;
}

static int gives_null(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	return *(const int *)item ? up_to(ctx, item, ret, arg) : 1;
}

static int gives_failing(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	CIGO_UNUSED(arg);
	*(cigo_iter **)ret = fails_with(ctx, *(const int *)item);
	return 1;
}

PLAIN_TEST(flat_map_gives_the_items_of_the_iterators_one_after_the_other)
{
	gives_long(cigo_iter_flat_map(INTS(1, 0, 3, 0, 0, 2), up_to, NULL, 8), "0 0 1 2 0 1");
	gives_long(cigo_iter_flat_map(INTS(0, 0), up_to, NULL, 8), "");
	gives_long(cigo_iter_flat_map(cigo_iter_array(NULL, 0, 4), up_to, NULL, 8), "");
	gives_long(cigo_iter_flat_map(INTS(2, 0, 3), gives_null, NULL, 8), "0 1 !12");
	gives(cigo_iter_flat_map(INTS(0, -EIO, 0), gives_failing, NULL, 4), "0 1 0 1 !5");
	gives_long(cigo_iter_flat_map(fails_with(ctx, -EIO), up_to, NULL, 8), "0 !5");
}

PLAIN_TEST(flatten_takes_over_the_iterators_it_is_given)
{
	cigo_iter *its[] = { INTS(1, 2), INTS(3), cigo_iter_array(NULL, 0, 4), INTS(4, 5) };

	gives(cigo_iter_flatten(ITEMS(its), sizeof(int)), "1 2 3 4 5");
}

PLAIN_TEST(a_chain_gives_one_after_the_other)
{
	gives(cigo_chain(INTS(1, 2), INTS(3), cigo_iter_array(NULL, 0, 4), INTS(4)), "1 2 3 4");
	gives(cigo_chain(INTS(1)), "1");
	gives(cigo_iter_chain(NULL, 0), "");
	gives(cigo_chain(INTS(8), fails_with(ctx, -EIO), INTS(9)), "8 0 1 !5");
	gives(cigo_chain(INTS(8), NULL, INTS(9)), "8 !12");
	gives(cigo_chain(NULL, INTS(9)), "!12");
	gives(cigo_chain(NULL, NULL), "!12");
}

struct pair {
	int a;
	const char *b;
};

static const char *const letters[] = { "a", "b", "c" };

static const char *pairs(cigo_ctx *ctx, cigo_iter *it)
{
	static char text[512];
	size_t n = 0;

	text[0] = 0;
	for (struct pair p; cigo_next(ctx, it, &p);)
		n += (size_t)sprintf(text + n, "%d%s ", p.a, p.b ? p.b : "-");
	int err = cigo_iter_close(ctx, it);
	if (err)
		sprintf(text + n, "!%d", -err);
	return text;
}

#define ZIP(x, y)  pairs(ctx, cigo_zip(struct pair, a, (x), b, (y)))
#define LONG(x, y) pairs(ctx, cigo_zip_longest(struct pair, a, (x), b, (y)))

PLAIN_TEST(zip_pairs_and_ends_with_the_shorter)
{
	ck_assert_str_eq(ZIP(INTS(1, 2, 3), ITEMS(letters)), "1a 2b 3c ");
	ck_assert_str_eq(ZIP(INTS(1, 2), ITEMS(letters)), "1a 2b ");
	ck_assert_str_eq(ZIP(INTS(1, 2, 3, 4, 5), ITEMS(letters)), "1a 2b 3c ");
	ck_assert_str_eq(ZIP(cigo_iter_array(NULL, 0, 4), ITEMS(letters)), "");
	ck_assert_str_eq(ZIP(INTS(1), cigo_iter_array(NULL, 0, sizeof(char *))), "");
	ck_assert_str_eq(ZIP(fails_with(ctx, -EIO), ITEMS(letters)), "0a 1b !5");
}

PLAIN_TEST(zip_longest_pairs_and_ends_with_the_longer)
{
	ck_assert_str_eq(LONG(INTS(1, 2, 3), ITEMS(letters)), "1a 2b 3c ");
	ck_assert_str_eq(LONG(INTS(1), ITEMS(letters)), "1a 0b 0c ");
	ck_assert_str_eq(LONG(INTS(1, 2, 3, 4, 5), ITEMS(letters)), "1a 2b 3c 4- 5- ");
	ck_assert_str_eq(LONG(cigo_iter_array(NULL, 0, 4), ITEMS(letters)), "0a 0b 0c ");
	ck_assert_str_eq(LONG(fails_with(ctx, -EIO), ITEMS(letters)), "0a 1b !5");
}

struct twins {
	char c;
	int a;
	short gap;
	int b;
};

PLAIN_TEST(an_error_of_either_part_ends_a_zip)
{
	struct twins t;

	for (int longest = 0; longest < 2; longest++) {
		cigo_iter *it = (longest ? cigo_iter_zip_longest : cigo_iter_zip)(
			sizeof t, (cigo_zip_part){ INTS(7, 8, 9), offsetof(struct twins, a), 4 },
			(cigo_zip_part){ fails_with(ctx, -EIO), offsetof(struct twins, b), 4 });
		for (int i = 0; i < 2; i++) {
			ck_assert(cigo_next(ctx, it, &t));
			equal(t.a, 7 + i);
			equal(t.b, i);
		}
		ck_assert(!cigo_next(ctx, it, &t));
		equal(t.a, 0);
		equal(cigo_iter_error(it), -EIO);
		fails(cigo_iter_close(ctx, it), -EIO);
	}
}

PLAIN_TEST(zip_asks_the_first_first_and_the_second_only_if_there_was_an_item)
{
	struct probe a = { .n = 1 }, b = { .from = 10, .n = 5 };
	cigo_iter *it = cigo_zip(struct twins, a, probe(ctx, &a), b, probe(ctx, &b));
	struct twins t;

	ck_assert(cigo_next(ctx, it, &t));
	equal(t.b, 10);
	ck_assert(!cigo_next(ctx, it, &t));
	equal(b.given, 1); /* nothing lost of the second */
	ok(cigo_iter_close(ctx, it));
	equal(a.closed + b.closed, 2);
}

struct numbered {
	int64_t i;
	const char *s;
};

PLAIN_TEST(enumerate_counts_from_a_start)
{
	cigo_iter *it = cigo_enumerate(struct numbered, i, 5, s, ITEMS(letters));
	int64_t i = 5;

	for (struct numbered p; cigo_next(ctx, it, &p); i++) {
		equal(p.i, i);
		ck_assert_str_eq(p.s, letters[i - 5]);
	}
	equal(i, 8);
	ok(cigo_iter_close(ctx, it));
}

PLAIN_TEST(uniq_gives_each_item_the_first_time_only)
{
	gives(cigo_iter_uniq(INTS(1, 3, 5, 5, 8, 5, 2, 3, 9, 7, 3, 3, 4, 1)), "1 3 5 8 2 9 7 4");
	gives(cigo_iter_uniq(INTS(0, 0, 0)), "0");
	gives(cigo_iter_uniq(cigo_chain(INTS(1), fails_with(ctx, -EIO))), "1 0 !5");
}

static int modulo(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	CIGO_UNUSED(ctx);
	*(int64_t *)ret = *(const int64_t *)item * 7919 % *(const int *)arg;
	return 1;
}

PLAIN_TEST(uniq_is_quick_with_many_items)
{
	int n = 20000;
	int64_t *items;
	ssize_t found = cigo_collect(
		ctx, cigo_iter_uniq(cigo_iter_map(cigo_iter_range(3 * n), modulo, &n, 8)), &items);

	equal(found, n);
	for (int i = 0; i < n; i++)
		equal(items[i], (int64_t)i * 7919 % n);
	free(items);
}

static char one[] = "one", none[] = "", three[] = "th\0ee", four[] = "four";
static const cigo_bytes bytes[] = { { one, 3 }, { none, 0 }, { three, 5 }, { four, 3 } };

PLAIN_TEST(strings_are_copies_of_their_own)
{
	char **s;

	equal(cigo_collect(ctx, cigo_iter_strings(ITEMS(bytes)), &s), 4);
	ck_assert_str_eq(s[0], "one");
	ck_assert_str_eq(s[1], "");
	equal(memcmp(s[2], "th\0ee", 6), 0);
	ck_assert_str_eq(s[3], "fou");
	for (int i = 0; i < 4; i++)
		free(s[i]);
	free(s);
}

static int bytes_then_fail(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	for (int i = 0; i < 4; i++)
		if (!cigo_yield_item(ctx, gen, &bytes[i]))
			return 0;
	return *(int *)arg;
}

static int only_long_ones(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(ret), CIGO_UNUSED(arg);
	return strlen(*(char *const *)item) > 2;
}

PLAIN_TEST(strings_nobody_gets_are_freed)
{
	char **s = (void *)1, *got;
	cigo_iter *it;

	it = cigo_generate(ctx, bytes_then_fail, sizeof *bytes, &(int){ -EIO });
	fails(cigo_collect(ctx, cigo_iter_strings(it), &s), -EIO);
	ck_assert_ptr_null(s);

	it = cigo_iter_filter(cigo_iter_strings(ITEMS(bytes)), only_long_ones, NULL);
	ck_assert(cigo_next(ctx, it, &got));
	ck_assert_str_eq(got, "one");
	free(got);
	ck_assert(cigo_next(ctx, it, &got));
	ck_assert_str_eq(got, "fou");
	free(got);
	ck_assert(!cigo_next(ctx, it, &got));
	ck_assert_ptr_null(got);
	ok(cigo_iter_close(ctx, it));

	it = cigo_generate(ctx, bytes_then_fail, sizeof *bytes, &(int){ -EIO });
	it = cigo_chain(cigo_iter_strings(ITEMS(bytes)), cigo_iter_strings(it));
	fails(cigo_collect(ctx, it, &s), -EIO);

	struct pair p;
	it = cigo_iter_zip(sizeof p,
			   (cigo_zip_part){ cigo_iter_strings(ITEMS(bytes)),
					    offsetof(struct pair, b), sizeof(char *) },
			   (cigo_zip_part){ INTS(1), offsetof(struct pair, a), 4 });
	ck_assert(cigo_next(ctx, it, &p));
	free((char *)(uintptr_t)p.b);
	ck_assert(!cigo_next(ctx, it, &p)); /* the second string found no partner */
	ok(cigo_iter_close(ctx, it));
}

struct line {
	int64_t number;
	char *text;
};

struct two_lines {
	struct line a, b;
};

static cigo_iter *lines(cigo_iter *of_bytes)
{
	return cigo_enumerate(struct line, number, 1, text, cigo_iter_strings(of_bytes));
}

static cigo_iter *some_bytes(cigo_ctx *ctx, int err)
{
	static int errs[2];

	errs[err != 0] = err;
	return cigo_generate(ctx, bytes_then_fail, sizeof *bytes, &errs[err != 0]);
}

static int odd_lines(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(ret), CIGO_UNUSED(arg);
	return ((const struct line *)item)->number % 2;
}

static int gives_lines_twice(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	CIGO_UNUSED(arg);
	*(cigo_iter **)ret = lines(some_bytes(ctx, *(const int64_t *)item ? -EIO : 0));
	return 1;
}

PLAIN_TEST(strings_in_pairs_nobody_gets_are_freed)
{
	struct line *got = NULL;
	struct two_lines *both = NULL;
	cigo_iter *it;

	fails(cigo_collect(ctx, lines(some_bytes(ctx, -EIO)), &got), -EIO);
	ck_assert_ptr_null(got);
	it = cigo_zip(struct two_lines, a, lines(some_bytes(ctx, -EIO)), b,
		      lines(some_bytes(ctx, 0)));
	fails(cigo_collect(ctx, it, &both), -EIO);
	it = cigo_iter_filter(lines(some_bytes(ctx, -EIO)), odd_lines, NULL);
	fails(cigo_collect(ctx, it, &got), -EIO);
	it = cigo_iter_flatten(cigo_iter_map(cigo_iter_range(2), gives_lines_twice, NULL,
					     sizeof(cigo_iter *)),
			       sizeof(struct line));
	fails(cigo_collect(ctx, cigo_iter_filter(it, odd_lines, NULL), &got), -EIO);
}

static char *lent[] = { one, four };

/* Some items of a chain own their text, and others do not. */
PLAIN_TEST(only_what_an_item_owns_is_freed)
{
	char **got;
	cigo_iter *it = cigo_chain(cigo_iter_array(lent, 2, sizeof *lent),
				   cigo_iter_strings(ITEMS(bytes)),
				   cigo_iter_array(lent, 2, sizeof *lent),
				   cigo_iter_strings(some_bytes(ctx, -EIO)));

	fails(cigo_collect(ctx, it, &got), -EIO);
	ck_assert_str_eq(lent[0], "one");
}

TEST_CASE("completed");

LOOP_TEST(completed_gives_futures_in_the_order_of_their_completion)
{
	cigo_task *t[] = { t_job(ctx, .ns = CIGO_MS(30), .value = 3),
			   t_job(ctx, .ns = CIGO_MS(10), .value = 1, .result = -EIO),
			   t_job(ctx, .ns = CIGO_MS(20), .value = 2) };
	cigo_iter *it = cigo_iter_completed(t, 3);
	cigo_future *f;
	int64_t start = cigo_now(ctx);

	for (int i = 1, value; i <= 3; i++) {
		ck_assert(cigo_next(ctx, it, &f));
		ck_assert(cigo_future_is_done(f));
		equal(cigo_result(f, &value), i == 1 ? -EIO : 0);
		equal(value, i);
		equal(cigo_now(ctx) - start, CIGO_MS(10 * i));
	}
	ck_assert(!cigo_next(ctx, it, &f));
	ck_assert_ptr_null(f);
	ok(cigo_iter_close(ctx, it));
	for (int i = 0; i < 3; i++)
		cigo_future_unref(t[i]);
}

LOOP_TEST(completed_knows_the_order_of_those_done_before_too)
{
	cigo_future *f[] = { cigo_future_new(4), cigo_future_new(4), cigo_future_new(4), NULL,
			     cigo_future_new(4) };
	static const int order[] = { 3, 4, 0, 2, 1 };
	cigo_future *got;

	ok(cigo_set(f[4], &(int){ 0 }));
	ok(cigo_set(f[0], &(int){ 0 }));
	cigo_iter *it = cigo_iter_completed(f, 5);
	ok(cigo_future_fail(f[2], -EIO));
	ok(cigo_future_cancel(f[1], 0));
	for (int i = 0; i < 5; i++) {
		ck_assert(cigo_next(ctx, it, &got));
		ck_assert_ptr_eq(got, f[order[i]]);
	}
	ck_assert(!cigo_next(ctx, it, &got));
	ok(cigo_iter_close(ctx, it));
	for (int i = 0; i < 5; i++)
		cigo_future_unref(f[i]);
}

LOOP_TEST(leaving_completed_early_leaves_the_futures_alone)
{
	cigo_task *t[] = { t_job(ctx, .ns = CIGO_MS(1), .value = 1),
			   t_job(ctx, .ns = CIGO_MS(2), .value = 2) };
	cigo_iter *it = cigo_iter_completed(t, 2);
	cigo_future *f;
	int value;

	ck_assert(cigo_next(ctx, it, &f));
	ck_assert_ptr_eq(f, t[0]);
	ok(cigo_iter_close(ctx, it));
	ok(cigo_take(ctx, t[1], &value));
	equal(value, 2);
	cigo_future_unref(t[0]);
}

LOOP_TEST(waiting_in_completed_ends_with_the_context)
{
	cigo_future *f = cigo_future_new(4), *got;
	cigo_iter *it = cigo_iter_completed(&f, 1);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));

	ck_assert(!cigo_next(timed, it, &got));
	fails(cigo_iter_close(ctx, it), -ETIMEDOUT);
	ck_assert(!cigo_future_is_done(f));
	cigo_ctx_unref(timed);
	cigo_future_unref(f);
}

PLAIN_TEST(completed_needs_no_loop_for_what_is_done)
{
	cigo_future *f[] = { t_done(1), t_done(2) }, *got;
	cigo_iter *it = cigo_iter_completed(f, 2);

	ck_assert(cigo_next(ctx, it, &got));
	ck_assert(cigo_next(ctx, it, &got));
	ck_assert(!cigo_next(ctx, it, &got));
	ok(cigo_iter_close(ctx, it));
	it = cigo_iter_completed(NULL, 0);
	ck_assert(!cigo_next(ctx, it, &got));
	ok(cigo_iter_close(ctx, it));
	cigo_future_unref(f[0]);
	cigo_future_unref(f[1]);
}

TEST_CASE("all of it");

PLAIN_TEST(collect_gives_all_items_as_an_array)
{
	int64_t *items = NULL;

	equal(cigo_collect(ctx, cigo_iter_range(10000), &items), 10000);
	for (int i = 0; i < 10000; i++)
		equal(items[i], i);
	free(items);
	equal(cigo_collect(ctx, cigo_iter_range(0), &items), 0);
	free(items);
	items = (void *)1;
	fails(cigo_collect(ctx, NULL, &items), -ENOMEM);
	ck_assert_ptr_null(items);
	int *ints = (void *)1;
	fails(cigo_collect(ctx, fails_with(ctx, -EIO), &ints), -EIO);
	ck_assert_ptr_null(ints);
}

struct each {
	int sum, enough, err;
};

static int add_up(cigo_ctx *ctx, const void *item, void *arg)
{
	struct each *e = arg;

	CIGO_UNUSED(ctx);
	e->sum += *(const int *)item;
	return *(const int *)item == e->enough ? 1 : *(const int *)item == e->err ? -EIO : 0;
}

PLAIN_TEST(for_each_calls_until_the_end_or_enough_or_an_error)
{
	struct each e = { 0, -1, -1 };
	struct probe p = { .from = 1, .n = 100 };

	ok(cigo_iter_for_each(ctx, INTS(1, 2, 3), add_up, &e));
	equal(e.sum, 6);
	e = (struct each){ 0, 3, -1 };
	ok(cigo_iter_for_each(ctx, probe(ctx, &p), add_up, &e));
	equal(e.sum, 6);
	equal(p.given, 3);
	equal(p.closed, 1);
	e = (struct each){ 0, -1, 2 };
	p = (struct probe){ .from = 1, .n = 100, .err = -EXDEV };
	fails(cigo_iter_for_each(ctx, probe(ctx, &p), add_up, &e), -EIO);
	equal(e.sum, 3);
	equal(p.closed, 1);
	e = (struct each){ 0, -1, -1 };
	fails(cigo_iter_for_each(ctx, fails_with(ctx, -EXDEV), add_up, &e), -EXDEV);
	equal(e.sum, 1);
	fails(cigo_iter_for_each(ctx, NULL, add_up, &e), -ENOMEM);
}

TEST_CASE("errors");

PLAIN_TEST(an_error_is_kept_and_close_returns_it)
{
	cigo_iter *it = fails_with(ctx, -EIO);
	int i = 7;

	equal(cigo_iter_error(it), 0);
	ck_assert(cigo_next(ctx, it, &i));
	ck_assert(cigo_next(ctx, it, &i));
	equal(cigo_iter_error(it), 0);
	for (int n = 0; n < 3; n++) {
		i = 7;
		ck_assert(!cigo_next(ctx, it, &i));
		equal(i, 0);
		equal(cigo_iter_error(it), -EIO);
	}
	fails(cigo_iter_close(ctx, it), -EIO);
}

PLAIN_TEST(an_error_climbs_through_all_layers)
{
	cigo_iter *it = cigo_iter_filter(
		cigo_iter_uniq(cigo_chain(INTS(4),
					  cigo_iter_filter(fails_with(ctx, -EIO), is_even, NULL))),
		is_even, NULL);

	gives(it, "4 0 !5");
}

PLAIN_TEST(the_error_of_an_early_close_is_returned_too)
{
	struct probe p = { .n = 5, .err = -EXDEV };
	cigo_iter *it = cigo_iter_filter(probe(ctx, &p), is_even, NULL);
	int i;

	ck_assert(cigo_next(ctx, it, &i));
	equal(cigo_iter_error(it), 0);
	fails(cigo_iter_close(ctx, it), -EXDEV); /* said by its clean-up */
}

PLAIN_TEST(null_is_an_iterator_that_failed)
{
	int i = 7;

	ck_assert(!cigo_next(ctx, (cigo_iter *)NULL, &i));
	equal(i, 0);
	fails(cigo_iter_error(NULL), -ENOMEM);
	fails(cigo_iter_close(ctx, NULL), -ENOMEM);
	ck_assert_ptr_null(cigo_iter_map(NULL, up_to, NULL, 4));
	ck_assert_ptr_null(cigo_iter_filter(NULL, is_even, NULL));
	ck_assert_ptr_null(cigo_iter_flatten(NULL, 4));
	ck_assert_ptr_null(cigo_iter_flat_map(NULL, up_to, NULL, 8));
	ck_assert_ptr_null(cigo_iter_uniq(NULL));
	ck_assert_ptr_null(cigo_iter_strings(NULL));
	ck_assert_ptr_null(cigo_zip(struct twins, a, NULL, b, NULL));
	ck_assert_ptr_null(cigo_stream_lines(NULL));
	ck_assert_ptr_null(cigo_stream_chunks(NULL, 5));
	ck_assert_ptr_null(cigo_stream_pieces(NULL, 5));
}

PLAIN_TEST(a_zip_with_half_missing_closes_the_other_half)
{
	struct probe p = { .n = 5 };

	for (int half = 0; half < 2; half++) {
		cigo_iter *source = probe(ctx, &p), *it;
		struct twins t;
		int i;

		p.closed = 0;
		ck_assert(cigo_next(ctx, source, &i));
		it = half ? cigo_zip(struct twins, a, source, b, NULL)
			  : cigo_zip(struct twins, a, NULL, b, source);
		ck_assert(!cigo_next(ctx, it, &t));
		fails(cigo_iter_error(it), -ENOMEM);
		fails(cigo_iter_close(ctx, it), -ENOMEM);
		equal(p.closed, 1);
	}
}

PLAIN_TEST(a_missing_context_ends_it_for_want_of_memory)
{
	int64_t *items;
	int64_t i = 7;
	cigo_iter *it = cigo_iter_range(5);
	struct each e = { 0, -1, -1 };

	ck_assert(!cigo_iter_next(NULL, it, &i, sizeof i));
	equal(i, 0);
	fails(cigo_iter_error(it), -ENOMEM);
	fails(cigo_iter_close(ctx, it), -ENOMEM);
	fails(cigo_collect(NULL, cigo_iter_range(5), &items), -ENOMEM);
	fails(cigo_iter_for_each(NULL, INTS(1, 2), add_up, &e), -ENOMEM);
	equal(e.sum, 0);
	ok(cigo_iter_close(NULL, cigo_iter_range(5)));
}

PLAIN_TEST(makers_take_failed_iterators_like_any)
{
	cigo_stream *s;
	int raw = stream_pair(&s);
	cigo_bytes b = { NULL, 7 };
	char *string = (char *)1;
	cigo_iter *it = cigo_chain(failed(s), cigo_stream_lines(s));

	ck_assert(!cigo_next(ctx, it, &b));
	equal(b.size, 0);
	fails(cigo_iter_close(ctx, it), -EINVAL);
	it = cigo_iter_strings(cigo_iter_uniq(failed(s)));
	ck_assert(!cigo_next(ctx, it, &string));
	ck_assert_ptr_null(string);
	fails(cigo_iter_close(ctx, it), -EINVAL);
	gives_long(cigo_iter_flatten(cigo_iter_map(failed(s), up_to, NULL, sizeof(cigo_iter *)), 8),
		   "!22");
	cigo_stream_close(s);
	close(raw);
}

static int to_int(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg);
	*(int *)ret = (int)*(const int64_t *)item;
	return 1;
}

/* All makers at once. */
static ssize_t collect_all(cigo_ctx *ctx, struct twins **ret)
{
	cigo_iter *flat = cigo_iter_flat_map(INTS(3, 2), up_to, NULL, 8);
	cigo_iter *a = cigo_chain(cigo_iter_filter(cigo_iter_uniq(INTS(2, 2, 4)), is_even, NULL),
				  cigo_iter_map(flat, to_int, NULL, 4));
	cigo_iter *b = cigo_iter_map(cigo_iter_count(7), to_int, NULL, 4);

	return cigo_collect(ctx, cigo_zip(struct twins, a, a, b, b), ret);
}

PLAIN_TEST(wherever_memory_ends_it_is_the_error_and_nothing_is_lost)
{
	struct twins *all;
	ssize_t n = -ENOMEM;
	int fail;

	for (fail = 0; n == -ENOMEM; fail++) {
		until_none = fail;
		n = collect_all(ctx, &all);
		if (n < 0) {
			equal(until_none, -1);
			ck_assert_ptr_null(all);
		}
	}
	until_none = -1;
	equal(n, 7);
	equal(all[6].a, 1);
	equal(all[6].b, 13);
	free(all);
	ck_assert_int_gt(fail, 14); /* as many makers there are */
}

PLAIN_TEST(strings_and_for_each_lose_nothing_for_want_of_memory_either)
{
	char **s;
	ssize_t n = -ENOMEM;
	struct each e = { 0, -1, -1 };
	int err = -ENOMEM;

	for (int fail = 0; n == -ENOMEM; fail++) {
		until_none = fail;
		n = cigo_collect(ctx, cigo_iter_strings(ITEMS(bytes)), &s);
	}
	for (int fail = 0; err == -ENOMEM; fail++) {
		until_none = fail;
		err = cigo_iter_for_each(ctx, cigo_iter_uniq(INTS(1, 2)), add_up, &e);
	}
	until_none = -1;
	equal(n, 4);
	for (int i = 0; i < 4; i++)
		free(s[i]);
	free(s);
	equal(err, 0);
}

TEST_CASE("owners");

PLAIN_TEST(closing_an_outer_closes_all_it_owns)
{
	struct probe p[6] = {
		{ .n = 9 }, { .n = 9 }, { .n = 9 }, { .n = 9 }, { .n = 9 }, { .n = 9 }
	};
	struct twins t;
	int i;
	cigo_iter *it = cigo_zip(struct twins, a,
				 cigo_chain(cigo_iter_filter(probe(ctx, &p[0]), is_even, NULL),
					    probe(ctx, &p[1])),
				 b, cigo_iter_uniq(probe(ctx, &p[2])));

	ck_assert(cigo_next(ctx, it, &t));
	ok(cigo_iter_close(ctx, it));
	equal(p[0].closed, 1);
	equal(p[1].closed, 0); /* it had never begun */
	equal(p[2].closed, 1);

	cigo_iter *its[] = { probe(ctx, &p[3]), probe(ctx, &p[4]) };
	for (int n = 0; n < 2; n++)
		ck_assert(cigo_next(ctx, its[n], &i));
	it = cigo_iter_chain(its, 2);
	ok(cigo_iter_close(ctx, it)); /* never asked */
	equal(p[3].closed, 1);
	equal(p[4].closed, 1);
}

PLAIN_TEST(a_chain_closes_each_part_before_it_begins_the_next)
{
	struct probe a = { .from = 1, .n = 2 }, b = { .from = 3, .n = 2 };
	cigo_iter *it = cigo_chain(probe(ctx, &a), probe(ctx, &b));
	int i;

	for (int n = 1; n <= 3; n++) {
		ck_assert(cigo_next(ctx, it, &i));
		equal(i, n);
		equal(a.closed, n == 3);
	}
	ok(cigo_iter_close(ctx, it));
	equal(b.closed, 1);
}

/* Items of a source that stays the test's: map over counting, as a stream's lines would be. */
static int from_shared(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(item);
	*(int *)ret = ++*(int *)arg;
	return 1;
}

PLAIN_TEST(breaking_out_takes_no_item_more_of_the_source_than_was_asked_for)
{
	int taken = 0, i;
	struct twins t;
	cigo_iter *it = cigo_iter_uniq(cigo_iter_map(cigo_iter_count(0), from_shared, &taken, 4));

	ck_assert(cigo_next(ctx, it, &i));
	ck_assert(cigo_next(ctx, it, &i));
	ok(cigo_iter_close(ctx, it));
	equal(taken, 2);
	it = cigo_chain(cigo_iter_map(cigo_iter_count(0), from_shared, &taken, 4));
	ck_assert(cigo_next(ctx, it, &i));
	equal(i, 3);
	ok(cigo_iter_close(ctx, it));
	it = cigo_zip(struct twins, a, INTS(1), b,
		      cigo_iter_map(cigo_iter_count(0), from_shared, &taken, 4));
	ck_assert(cigo_next(ctx, it, &t));
	ck_assert(!cigo_next(ctx, it, &t));
	ok(cigo_iter_close(ctx, it));
	equal(taken, 4);
}

PLAIN_TEST(layers_may_be_hundreds_deep)
{
	cigo_iter *it = INTS(1, 2, 3);

	for (int i = 0; i < 300; i++)
		it = i % 2 ? cigo_chain(it) : cigo_iter_uniq(it);
	gives(it, "1 2 3");
}

TEST_CASE("loop");

static int slow_double(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	CIGO_UNUSED(arg);
	int err = cigo_sleep(ctx, CIGO_MS(1));

	*(int64_t *)ret = *(const int64_t *)item * 2;
	return err ? err : 1;
}

LOOP_TEST(functions_of_iterators_may_await)
{
	int64_t start = cigo_now(ctx);

	gives_long(cigo_iter_map(cigo_iter_range(5), slow_double, NULL, 8), "0 2 4 6 8");
	equal(cigo_now(ctx) - start, CIGO_MS(5));

	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(2.5));
	int64_t *items;
	fails(cigo_collect(timed, cigo_iter_map(cigo_iter_count(0), slow_double, NULL, 8), &items),
	      -ETIMEDOUT);
	cigo_ctx_unref(timed);
}

CORO(counts_turns)
{
	while (!cigo_yield(ctx))
		++*(int *)arg;
	return 0;
}

LOOP_TEST(an_endless_iterator_starves_nobody, COOPERATIVE)
{
	int turns = 0;
	cigo_task *t = cigo_spawn(ctx, counts_turns, 0, &turns);
	cigo_iter *it = cigo_iter_count(0);
	int64_t n = 0;

	while (turns < 10 && cigo_next(ctx, it, &n))
		ck_assert_int_lt(n, 100000);
	ok(cigo_iter_close(ctx, it));
	fails(cigo_task_stop(ctx, t), -ECANCELED);
}

LOOP_TEST(two_tasks_may_use_one_iterator_in_turn)
{
	cigo_iter *it = cigo_iter_map(cigo_iter_range(3), slow_double, NULL, 8);
	int64_t i;

	ck_assert(cigo_next(ctx, it, &i));
	equal(i, 0);
	ck_assert(cigo_next(ctx, it, &i));
	equal(i, 2);
	gives_long(it, "4");
}

TEST_CASE("misuse");

PLAIN_MISUSE_TEST(an_item_of_another_size_is_misuse, "items have 8 bytes, not 4")
{
	cigo_iter *it = cigo_iter_range(5);
	int i;

	cigo_next(ctx, it, &i);
}

PLAIN_MISUSE_TEST(collecting_another_size_is_misuse, "items have 8 bytes, not 4")
{
	int *items;

	cigo_ignore(cigo_collect(ctx, cigo_iter_range(5), &items));
}

PLAIN_MISUSE_TEST(a_chain_of_two_sizes_is_misuse, "iterators of 8 and of 4 bytes")
{
	cigo_ignore(cigo_chain(cigo_iter_range(5), INTS(1)));
}

PLAIN_MISUSE_TEST(a_zip_of_a_wrong_part_is_misuse, "an iterator of 8 bytes for a part of 4")
{
	cigo_ignore(cigo_zip(struct twins, a, cigo_iter_range(5), b, INTS(1)));
}

PLAIN_MISUSE_TEST(a_zip_s_part_outside_of_the_item_is_misuse,
		  "a part of 4 bytes at 6, in an item of 8")
{
	cigo_ignore(cigo_iter_zip(8, (cigo_zip_part){ INTS(1), 0, 4 },
				  (cigo_zip_part){ INTS(1), 6, 4 }));
}

PLAIN_MISUSE_TEST(flattening_what_is_no_iterator_is_misuse, "its items are no iterators")
{
	cigo_ignore(cigo_iter_flatten(INTS(1), 4));
}

PLAIN_MISUSE_TEST(flattening_to_another_size_is_misuse, "an iterator of 8 bytes, not 4")
{
	int i;

	cigo_next(ctx, cigo_iter_flat_map(INTS(3), up_to, NULL, 4), &i);
}

PLAIN_MISUSE_TEST(strings_of_what_is_no_bytes_is_misuse, "its items are no cigo_bytes")
{
	cigo_ignore(cigo_iter_strings(INTS(1)));
}

PLAIN_MISUSE_TEST(a_map_without_a_function_is_misuse, "no function")
{
	cigo_ignore(cigo_iter_map(INTS(1), NULL, NULL, 4));
}

static int asks_itself(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	CIGO_UNUSED(item), CIGO_UNUSED(ret);
	int64_t i;

	return cigo_next(ctx, *(cigo_iter **)arg, &i);
}

PLAIN_MISUSE_TEST(asking_from_inside_is_misuse, "two consumers of one iterator at the same moment")
{
	cigo_iter *it = NULL;
	int64_t i;

	it = cigo_iter_filter(cigo_iter_range(5), asks_itself, &it);
	cigo_next(ctx, it, &i);
}

CORO(asks_once)
{
	int64_t i;

	cigo_next(ctx, (cigo_iter *)arg, &i);
	return 0;
}

MISUSE_TEST(two_consumers_at_once_are_misuse, "two consumers of one iterator at the same moment")
{
	cigo_iter *it = cigo_iter_map(cigo_iter_range(5), slow_double, NULL, 8);

	cigo_detach(cigo_spawn(ctx, asks_once, 0, it));
	asks_once(ctx, it, NULL);
}

CORO(closes)
{
	return cigo_iter_close(ctx, arg);
}

MISUSE_TEST(closing_while_somebody_asks_is_misuse, "somebody is inside its next", COOPERATIVE)
{
	cigo_iter *it = cigo_iter_map(cigo_iter_range(5), slow_double, NULL, 8);

	cigo_detach(cigo_spawn(ctx, closes, 0, it));
	asks_once(ctx, it, NULL);
}

PLAIN_MISUSE_TEST(waiting_in_completed_without_a_loop_is_misuse, "a future is pending")
{
	cigo_future *f = cigo_future_new(4), *got;

	cigo_next(ctx, cigo_iter_completed(&f, 1), &got);
}

/* ---- completed of one ---- */

static int awaits_it(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	return cigo_future_await(ctx, arg, NULL, 0);
}

TEST_CASE("completed of one");

LOOP_TEST(a_circle_through_completed_of_one_is_told, COOPERATIVE)
{
	cigo_task *t = cigo_spawn(ctx, awaits_it, 0, cigo_task_current(ctx)), *f;
	cigo_iter *it = cigo_iter_completed(&t, 1);

	ck_assert_int_eq(cigo_iter_next(ctx, it, &f, sizeof f), 1);
	ck_assert_int_eq(cigo_future_error(f), -EDEADLK);
	cigo_future_unref(t);
	ck_assert_int_eq(cigo_iter_close(ctx, it), 0);
}

static int asks_for_who_awaits_it(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_iter *it = cigo_iter_completed(arg, 1);
	cigo_future *f;

	CIGO_UNUSED(ret);
	ck_assert(!cigo_iter_next(ctx, it, &f, sizeof f));
	return cigo_iter_close(ctx, it);
}

LOOP_TEST(completed_of_one_that_waits_for_the_caller_is_told, COOPERATIVE)
{
	cigo_task *me = cigo_task_current(ctx);
	cigo_task *t = cigo_spawn(ctx, asks_for_who_awaits_it, 0, &me);

	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -EDEADLK);
}
