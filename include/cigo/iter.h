/* SPDX-License-Identifier: MIT
 *
 * Iterators, pull-style: while (cigo_next(ctx, it, &item)) ..., then close. An error ends an iterator,
 * is kept, and is returned by its close. A maker that is given iterators takes them over: they are
 * closed with what it made, also when it failed. Breaking out early is closing early: nothing leaks,
 * and an item not asked for is not taken from its source.
 *
 *	for (int64_t i; cigo_next(ctx, it, &i); )
 *		...
 *	err = cigo_iter_close(ctx, it);
 */
#ifndef CIGO_ITER_H
#define CIGO_ITER_H

#include <cigo/base.h>
#include <cigo/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The next item, size bytes to *ret. Two consumers in turn are fine, at the same moment they are
 * misuse. Suspends: yes. Fails: false, at the end or for an error (cigo_iter_error tells); *ret is
 * zeros then.
 */
CIGO_API bool cigo_iter_next(cigo_ctx *ctx, cigo_iter *it, void *ret, size_t size);

/* The error that ended it; 0: none so far. NULL: -ENOMEM. Suspends: no. */
CIGO_API int cigo_iter_error(const cigo_iter *it);

/* Frees it and what it took over. Suspends: yes, while a generator cleans up. Fails: its error. */
CIGO_CHECK CIGO_API int cigo_iter_close(cigo_ctx *ctx, cigo_iter *it);

/*
 * What fn says of an item: > 0: *ret is an item of the result; 0: skip it; < 0: the error that ends
 * the iterator. May suspend.
 */
typedef int cigo_map_fn(cigo_ctx *ctx, const void *item, void *ret, void *arg);
/* 0: go on; > 0: enough; < 0: the error that ends it. May suspend. */
typedef int cigo_each_fn(cigo_ctx *ctx, const void *item, void *arg);

/* 0 .. n - 1, of int64_t. Suspends: no. Owns: yours. Fails: NULL, no memory. */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_range(int64_t n);
/* start, start + 1, ... up to INT64_MAX, of int64_t. Suspends: no. Fails: NULL. */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_count(int64_t start);
/* The n items at items, which stay yours and must live on. Suspends: no. Fails: NULL. */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_array(const void *items, size_t n, size_t item_size);
/* fn of every item; items of item_size bytes. Suspends: no. Owns: takes it over. Fails: NULL. */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_map(cigo_iter *it, cigo_map_fn *fn, void *arg,
					     size_t item_size);
/* The items fn (whose ret is NULL) keeps; rejected ones are skipped. Suspends: no. Fails: NULL. */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_filter(cigo_iter *it, cigo_map_fn *fn, void *arg);
/* its gives cigo_iter *, each taken over: their items, one after the other. Fails: NULL. */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_flatten(cigo_iter *its, size_t item_size);
/* The items of n iterators, of one size, one after the other. Suspends: no. Fails: NULL. */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_chain(cigo_iter *const *its, size_t n);
/* Each item the first time only; compared byte by byte. Suspends: no. Fails: NULL. */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_uniq(cigo_iter *it);
/* A part of an item that cigo_iter_zip makes: the items of it, size bytes at offset at. */
typedef struct cigo_zip_part {
	cigo_iter *it;
	size_t at, size;
} cigo_zip_part;

/*
 * Pairs: items of item_size bytes, with a's and b's as their parts; see cigo_zip. Ends with the shorter;
 * a is asked first, so when b has ended, a's last item is lost. Suspends: no. Owns: takes both over.
 * Fails: NULL.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_zip(size_t item_size, cigo_zip_part a, cigo_zip_part b);
/* As zip, but ends with the longer; the other part is zeros then. Suspends: no. Fails: NULL. */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_zip_longest(size_t item_size, cigo_zip_part a,
						     cigo_zip_part b);
/*
 * cigo_bytes to char *: copied, each for free() by who gets it from next or collect; for_each lends
 * them, filter and uniq free what they leave out. Suspends: no. Owns: takes it over. Fails: NULL.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_strings(cigo_iter *it);
/*
 * The futures as they are done, of cigo_future *, lent; in the order of completion. NULL ones come
 * first. Suspends: no. Owns: the futures stay yours. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_completed(cigo_future *const *futures, size_t n);

/*
 * All items as an array, for free(), and how many; closes it. ret_array: the address of a pointer.
 * Suspends: yes. Fails: the iterator's error, *ret_array is NULL then; -ENOMEM.
 */
CIGO_CHECK CIGO_API ssize_t cigo_iter_collect(cigo_ctx *ctx, cigo_iter *it, void *ret_array,
					      size_t item_size);
/* fn of every item; closes it. Suspends: yes. Fails: fn's error, else the iterator's. */
CIGO_API int cigo_iter_for_each(cigo_ctx *ctx, cigo_iter *it, cigo_each_fn *fn, void *arg);

#define cigo_next(ctx, it, ret) cigo_iter_next(CIGO_AT(ctx), (it), (ret), sizeof *(ret))
#define cigo_collect(ctx, it, ret_array) \
	cigo_iter_collect((ctx), (it), (ret_array), sizeof **(ret_array))
#define cigo_iter_flat_map(it, fn, arg, item_size) \
	cigo_iter_flatten(cigo_iter_map((it), (fn), (arg), sizeof(cigo_iter *)), (item_size))

static inline cigo_zip_part cigo_zip_part_(cigo_iter *it, size_t at, size_t size)
{
	cigo_zip_part part = { it, at, size };

	return part;
}
#define CIGO_PART_(T, m, it) cigo_zip_part_((it), offsetof(T, m), sizeof((T *)0)->m)
/* Of T, whose members ma and mb take a's and b's items. */
#define cigo_zip(T, ma, a, mb, b) \
	cigo_iter_zip(sizeof(T), CIGO_PART_(T, ma, a), CIGO_PART_(T, mb, b))
#define cigo_zip_longest(T, ma, a, mb, b) \
	cigo_iter_zip_longest(sizeof(T), CIGO_PART_(T, ma, a), CIGO_PART_(T, mb, b))
/* ma, an int64_t, counts from start. */
#define cigo_enumerate(T, ma, start, mb, b) cigo_zip(T, ma, cigo_iter_count(start), mb, b)
#ifndef __cplusplus
#define cigo_chain(...)                                      \
	cigo_iter_chain((cigo_iter *const[]){ __VA_ARGS__ }, \
			sizeof((cigo_iter *const[]){ __VA_ARGS__ }) / sizeof(cigo_iter *))
#endif

#ifdef __cplusplus
}
#endif
#endif
