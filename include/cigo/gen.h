/* SPDX-License-Identifier: MIT
 *
 * Generators: iterators written as functions that yield, each on a thread of its own. Between the
 * yields they may await. The baton passes straight between a generator and its consumer.
 */
#ifndef CIGO_GEN_H
#define CIGO_GEN_H

#include <cigo/base.h>
#include <cigo/ctx.h>
#include <cigo/iter.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The body; what it returns < 0 is the iterator's error. */
typedef int cigo_gen_fn(cigo_ctx *ctx, cigo_gen *gen, void *arg);

/*
 * An iterator over what fn yields, items of item_size bytes. fn gets a copy of arg_size bytes at arg
 * and begins at the first next; if there is none, never. Its context descends from ctx, and ends too
 * when that of a waiting next or close does. Works without a loop as well, on a plain thread; then it
 * is for plain threads only. A close while fn is in a yield makes that and all later yields return
 * false, and returns when fn has. One still open when the run ends is ended last, with -ECANCELED.
 * Suspends: no. Owns: yours. Fails: NULL, no memory; no thread to be
 * had is the iterator's error, -EAGAIN.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_generate(const cigo_ctx *ctx, const char *name,
						  cigo_gen_fn *fn, size_t item_size,
						  const void *arg, size_t arg_size);

/*
 * Hands an item to the consumer and waits for it to come back. Only in the generator's own body.
 * Suspends: yes. Fails: false, for ever: the consumer has left, return.
 */
CIGO_API bool cigo_gen_yield_item(cigo_ctx *ctx, cigo_gen *gen, const void *item, size_t size);

/*
 * Yields all items of it and closes it. Suspends: yes. Fails: false: the consumer has left, or it
 * ended with an error, then *ret_err (if not NULL) has that.
 */
CIGO_API bool cigo_gen_yield_all(cigo_ctx *ctx, cigo_gen *gen, cigo_iter *it, int *ret_err);

/* Named after fn. The last argument: &arg, or &(struct a){ 1, 2 }. */
#define cigo_generate(ctx, fn, item_size, ...) \
	cigo_iter_generate((ctx), #fn, (fn), (item_size), (__VA_ARGS__), sizeof *(__VA_ARGS__))
#define cigo_yield_item(ctx, gen, item) \
	cigo_gen_yield_item(CIGO_AT(ctx), (gen), (item), sizeof *(item))

#ifdef __cplusplus
}
#endif
#endif
