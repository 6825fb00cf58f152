/* SPDX-License-Identifier: MIT
 * Iterators, without a loop: a generator, and what can be made of iterators.
 */
#include <cigo.h>
#include <stdio.h>
#include <stdlib.h>

#include "demos/kit/help.h"

#define ARRAY(a) cigo_iter_array((a), sizeof(a) / sizeof *(a), sizeof *(a))

static void print_all(cigo_ctx *ctx, const char *what, cigo_iter *it)
{
	int *items;
	ssize_t n = cigo_must(cigo_collect(ctx, it, &items));

	printf("%s:", what);
	for (ssize_t i = 0; i < n; i++)
		printf(" %d", items[i]);
	puts("");
	free(items);
}

/* --- generators ------------------------------------------------------------------------------ */

static int fibonacci(cigo_ctx *ctx, cigo_gen *gen, void *limit)
{
	for (int a = 0, b = 1, sum; a < *(int *)limit; a = b, b = sum) {
		if (!cigo_yield_item(ctx, gen, &a))
			break;
		sum = a + b;
	}
	return 0;
}

static int count_then_fail(cigo_ctx *ctx, cigo_gen *gen, void *n)
{
	for (int i = 0; i < *(int *)n; i++)
		if (!cigo_yield_item(ctx, gen, &i))
			return 0;
	return cigo_error_new("oops");
}

/* --- functions of items ---------------------------------------------------------------------- */

static int is_odd(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(ret), CIGO_UNUSED(arg);
	return *(const int *)item % 2; /* 0: not this one */
}

static int square(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	int n = *(const int *)item;

	CIGO_UNUSED(ctx), CIGO_UNUSED(arg);
	*(int *)ret = n * n;
	return 1;
}

static int up_to(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg);
	*(cigo_iter **)ret = cigo_iter_range(*(const int64_t *)item + 1);
	return 1;
}

/* --- pairs ----------------------------------------------------------------------------------- */

struct row {
	int n;
	const char *s;
};

struct numbered {
	int64_t i;
	const char *s;
};

static void print_rows(cigo_ctx *ctx, const char *what, cigo_iter *it)
{
	printf("%s:", what);
	for (struct row r; cigo_next(ctx, it, &r);)
		printf(" %d%s", r.n, r.s ? r.s : "-");
	puts("");
	cigo_must(cigo_iter_close(ctx, it));
}

static void print_numbered(cigo_ctx *ctx, const char *what, cigo_iter *it)
{
	printf("%s:", what);
	for (struct numbered p; cigo_next(ctx, it, &p);)
		printf(" %d%s", (int)p.i, p.s);
	puts("");
	cigo_must(cigo_iter_close(ctx, it));
}

int main(int argc, char **argv)
{
	help(argc, argv,
	     "Iterators, without a loop: a generator, and what can be made of iterators.");
	cigo_ctx *ctx = cigo_ctx_background();
	static const int four[] = { 1, 2, 3, 4 }, three[] = { 5, 6, 7 },
			 five[] = { 8, 9, 10, 11, 12 },
			 again[] = { 1, 3, 5, 5, 8, 5, 2, 3, 9, 7, 3, 3, 4, 1 };
	static const char *const letters[] = { "a", "b", "c", "d", "e" };
	cigo_iter *it;

	print_all(ctx, "fibonacci", cigo_generate(ctx, fibonacci, sizeof(int), &(int){ 20 }));
	print_all(ctx, "chain", cigo_chain(ARRAY(four), ARRAY(three), ARRAY(five)));
	print_all(ctx, "uniq", cigo_iter_uniq(ARRAY(again)));
	print_all(ctx, "filter", cigo_iter_filter(ARRAY(five), is_odd, NULL));
	print_all(ctx, "map", cigo_iter_map(ARRAY(four), square, NULL, sizeof(int)));

	print_rows(ctx, "zip", cigo_zip(struct row, n, ARRAY(four), s, ARRAY(letters)));
	print_rows(ctx, "zip_longest",
		   cigo_zip_longest(struct row, n, ARRAY(four), s, ARRAY(letters)));
	print_numbered(ctx, "enumerate", cigo_enumerate(struct numbered, i, 5, s, ARRAY(letters)));

	printf("flat_map:");
	it = cigo_iter_flat_map(cigo_iter_range(4), up_to, NULL, sizeof(int64_t));
	for (int64_t i; cigo_next(ctx, it, &i);)
		printf(" %d", (int)i);
	puts("");
	cigo_must(cigo_iter_close(ctx, it));

	printf("ended by an error:");
	it = cigo_generate(ctx, count_then_fail, sizeof(int), &(int){ 5 });
	for (int i; cigo_next(ctx, it, &i);)
		printf(" %d", i);
	printf(" %s\n", cigo_strerror(cigo_iter_close(ctx, it)));

	printf("ended by its consumer:");
	it = cigo_iter_count(1);
	for (int64_t i; cigo_next(ctx, it, &i) && i <= 3;)
		printf(" %d", (int)i);
	puts("");
	cigo_must(cigo_iter_close(ctx, it));
	return 0;
}
