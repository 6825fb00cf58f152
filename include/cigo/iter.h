/* SPDX-License-Identifier: MIT
 * Iterators, pull-style: while (cigo_next(ctx, it, &item)) ..., then close. An error, also the
 * context's, ends an iterator for good; it is kept, and returned by the close. Breaking out early
 * is closing early: nothing leaks, and an item that was not asked for stays in its source. Items of
 * 0 bytes are misuse, except for generators.
 *
 * A maker that is given iterators takes them over: they are closed with what it made. For want of
 * memory it returns one of them, failed with -ENOMEM, so that all can still be closed; NULL only if
 * all that it was given are NULL. ("Fails: -ENOMEM" below.)
 *
 * 	for (int64_t i; cigo_next(ctx, it, &i); )
 * 		...
 * 	err = cigo_iter_close(ctx, it);
 */
#ifndef CIGO_ITER_H
#define CIGO_ITER_H

#include <cigo/base.h>
#include <cigo/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The next item, size bytes to *ret. Several consumers may take turns; two at the same moment are
 * misuse. Suspends: yes. Fails: false at the end or for an error (cigo_iter_error tells); *ret is
 * zeros then.
 */
CIGO_API bool cigo_iter_next(cigo_ctx *ctx, cigo_iter *it, void *ret, size_t size);

/* The error that ended it; 0: none so far. NULL: -ENOMEM. Suspends: no. */
CIGO_API int cigo_iter_error(const cigo_iter *it);

/*
 * Frees it and the iterators it took over. Suspends: yes, while a generator cleans up. Fails: the
 * iterator's error; an error of that clean-up; -ENOMEM: it is NULL.
 */
CIGO_CHECK CIGO_API int cigo_iter_close(cigo_ctx *ctx, cigo_iter *it);

/*
 * Judges an item. > 0: *ret (zeroed before) is an item of the result; 0: the item is skipped; < 0:
 * this error ends the iterator. May suspend.
 */
typedef int cigo_map_fn(cigo_ctx *ctx, const void *item, void *ret, void *arg);
/* 0: go on; > 0: enough, no error; < 0: this error ends the loop. May suspend. */
typedef int cigo_each_fn(cigo_ctx *ctx, const void *item, void *arg);

/* 0 .. n - 1, of int64_t; empty if n <= 0. Suspends: no. Owns: yours. Fails: NULL, no memory. */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_range(int64_t n);
/*
 * start, start + 1, ... INT64_MAX, of int64_t. Suspends: no. Owns: yours. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_count(int64_t start);
/*
 * The n items at items, which stay yours and must outlive it. Suspends: no. Owns: yours. Fails:
 * NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_array(const void *items, size_t n, size_t item_size);
/*
 * fn of every item; its results have item_size bytes. Suspends: no. Owns: yours; takes over `it`.
 * Fails: -ENOMEM.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_map(cigo_iter *it, cigo_map_fn *fn, void *arg,
					     size_t item_size);
/*
 * The items that fn (whose ret is NULL) answers with > 0. Suspends: no. Owns: yours; takes over
 * `it`. Fails: -ENOMEM.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_filter(cigo_iter *it, cigo_map_fn *fn, void *arg);
/*
 * The items of the iterators (cigo_iter *) that its yields, one after the other; each is taken
 * over. Suspends: no. Owns: yours. Fails: -ENOMEM.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_flatten(cigo_iter *its, size_t item_size);
/*
 * The items of n iterators, of one size, one after the other. Suspends: no. Owns: yours; takes them
 * over. Fails: -ENOMEM.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_chain(cigo_iter *const *its, size_t n);
/*
 * Each item the first time only; compared byte by byte, padding too. Suspends: no. Owns: yours;
 * takes over `it`. Fails: -ENOMEM.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_uniq(cigo_iter *it);
/*
 * A part of an item that cigo_iter_zip makes: the items of it, size bytes at offset at (in bytes).
 * It is passed by value, and never changes.
 */
typedef struct cigo_zip_part {
	cigo_iter *it;
	size_t at, size;
} cigo_zip_part;

/*
 * Pairs: items of item_size bytes, with a's and b's items as their parts; see cigo_zip. Ends with
 * the shorter. a is asked first, so when b has ended, a's last item is lost. Suspends: no. Owns:
 * yours; takes both over. Fails: -ENOMEM.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_zip(size_t item_size, cigo_zip_part a, cigo_zip_part b);
/*
 * As cigo_iter_zip, but ends with the longer; the part of the shorter is zeros then. Suspends: no.
 * Owns: as cigo_iter_zip. Fails: -ENOMEM.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_zip_longest(size_t item_size, cigo_zip_part a,
						     cigo_zip_part b);
/*
 * The items of `it`, cigo_bytes, as char *: copies with a 0 at the end. The caller of next or
 * collect frees each with free(); for_each frees them itself, filter and uniq free those they leave
 * out. Suspends: no. Owns: yours; takes over `it`. Fails: -ENOMEM.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_strings(cigo_iter *it);
/*
 * The futures (cigo_future *) as they complete, in that order, as asyncio.as_completed; NULL ones
 * come first. Waiting for a pending one needs a loop; the iterator fails with -EDEADLK where each
 * one left waits for its consumer. Suspends: no. Owns: yours; the futures stay yours, and each item
 * is lent until the close. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_completed(cigo_future *const *futures, size_t n);

/*
 * All items as an array for free(); returns how many; closes `it`. ret_array is the address of a
 * pointer. Suspends: yes. Fails: the iterator's error; -ENOMEM; *ret_array is NULL then.
 */
CIGO_CHECK CIGO_API ssize_t cigo_iter_collect(cigo_ctx *ctx, cigo_iter *it, void *ret_array,
					      size_t item_size);
/*
 * Calls fn with every item, which is lent for the call; closes `it`. Suspends: yes. Fails: fn's
 * error, else the iterator's; -ENOMEM.
 */
CIGO_API int cigo_iter_for_each(cigo_ctx *ctx, cigo_iter *it, cigo_each_fn *fn, void *arg);

#define cigo_next(ctx, it, ret) cigo_iter_next(CIGO_AT(ctx), (it), (ret), sizeof *(ret))
#define cigo_collect(ctx, it, ret_array) \
	cigo_iter_collect((ctx), (it), (ret_array), sizeof **(ret_array))
/* cigo_iter_flatten of cigo_iter_map: fn makes an iterator (cigo_iter *) of each item. */
#define cigo_iter_flat_map(it, fn, arg, item_size) \
	cigo_iter_flatten(cigo_iter_map((it), (fn), (arg), sizeof(cigo_iter *)), (item_size))

static inline cigo_zip_part cigo_zip_part_(cigo_iter *it, size_t at, size_t size)
{
	cigo_zip_part part = { it, at, size };

	return part;
}
#ifdef __cplusplus
#define CIGO_PART_(T, m, it) \
	cigo_zip_part_((it), offsetof(T, m), sizeof(static_cast<T *>(nullptr)->m))
#else
#define CIGO_PART_(T, m, it) cigo_zip_part_((it), offsetof(T, m), sizeof((T *)0)->m)
#endif
/* Items are structs T; the members ma and mb take a's and b's items. */
#define cigo_zip(T, ma, a, mb, b) \
	cigo_iter_zip(sizeof(T), CIGO_PART_(T, ma, a), CIGO_PART_(T, mb, b))
/* As cigo_zip, but ends with the longer; the part of the shorter is zeros then. */
#define cigo_zip_longest(T, ma, a, mb, b) \
	cigo_iter_zip_longest(sizeof(T), CIGO_PART_(T, ma, a), CIGO_PART_(T, mb, b))
/* As cigo_zip; the member ma, an int64_t, counts from start. */
#define cigo_enumerate(T, ma, start, mb, b) cigo_zip(T, ma, cigo_iter_count(start), mb, b)

#ifdef __cplusplus
}

/* For the macro below; each argument is evaluated once. */
template <class... I> inline cigo_iter *cigo_chain_list_(I... it)
{
	cigo_iter *const list[] = { it... };

	return cigo_iter_chain(list, sizeof...(I));
}
/* cigo_iter_chain of the iterators that are given. */
#define cigo_chain(...) cigo_chain_list_(__VA_ARGS__)
#else
#define cigo_chain(...)                                      \
	cigo_iter_chain((cigo_iter *const[]){ __VA_ARGS__ }, \
			sizeof((cigo_iter *const[]){ __VA_ARGS__ }) / sizeof(cigo_iter *))
#endif

#endif
