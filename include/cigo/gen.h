/* SPDX-License-Identifier: MIT
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

/* The body of a generator; a result < 0 is the iterator's error. */
typedef int cigo_gen_fn(cigo_ctx *ctx, cigo_gen *gen, void *arg);

/*
 * An iterator over the items of item_size bytes that fn yields. fn gets a copy of the arg_size
 * bytes at arg. It begins at the first next; without a next it never runs. Its context descends
 * from ctx, and also ends when the context of a waiting next or close ends. A next that is called
 * after its context has ended fails the iterator, and fn is not resumed until the close.
 *
 * Closing while fn is in a yield makes that and all later yields return false; close returns when
 * fn has returned. Generators that are still open when the run ends are ended last, one after
 * another, with -ECANCELED. Without a loop fn runs on a plain thread; then all calls must come from
 * plain threads.
 *
 * Suspends: no. Owns: yours, close it. Fails: NULL, no memory; -EAGAIN, no thread, is the
 * iterator's error.
 */
CIGO_CHECK CIGO_API cigo_iter *cigo_iter_generate(const cigo_ctx *ctx, const char *name,
						  cigo_gen_fn *fn, size_t item_size,
						  const void *arg, size_t arg_size);

/*
 * Passes an item to the consumer and waits for its next call. Only in the generator's own body.
 * Suspends: yes. Fails: false, then and for ever: the consumer has closed the iterator, or the run
 * ends; fn should return.
 */
CIGO_API bool cigo_gen_yield_item(cigo_ctx *ctx, cigo_gen *gen, const void *item, size_t size);

/*
 * Yields all items of it, then closes it; nobody else may use it meanwhile. In a loop the consumer
 * takes the items without this generator: from a generator directly, two handoffs an item through
 * any depth of such calls; from any other iterator in its own coroutine (functions of cigo_iter_map
 * and the like run there, with ctx), without a handoff. Errors, cancellations and a close reach the
 * innermost generator first. Suspends: yes. Owns: takes `it` over. Fails: false: the consumer has
 * closed the iterator, or `it` failed; *ret_err (if not NULL) is the error of `it` or 0; ctx's
 * cause, if ctx ends before all were yielded.
 */
CIGO_API bool cigo_gen_yield_all(cigo_ctx *ctx, cigo_gen *gen, cigo_iter *it, int *ret_err);

/* The name is fn. The last argument: &arg, or &(struct a){ 1, 2 }. */
#define cigo_generate(ctx, fn, item_size, ...) \
	cigo_iter_generate((ctx), #fn, (fn), (item_size), (__VA_ARGS__), sizeof *(__VA_ARGS__))
#define cigo_yield_item(ctx, gen, item) \
	cigo_gen_yield_item(CIGO_AT(ctx), (gen), (item), sizeof *(item))

#ifdef __cplusplus
}
#endif
#endif
