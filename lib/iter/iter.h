/* SPDX-License-Identifier: MIT
 * Iterators, from inside. Invariants: the first error ends an iterator, which keeps it. Closing an
 * iterator closes those it took over. A maker that finds no memory cannot close the iterators it
 * was given, as a close may suspend. So it returns the first of them as failed; closing that one
 * closes the others.
 */
#pragma once

#include "cigo/iter.h"
#include "iter/owned.h"
#include "task/ctx.h"

struct ci_iter_ops {
	/* 1: *ret is an item (*ret was zeros before); 0: the end; < 0: an error. */
	int (*next)(cigo_ctx *ctx, cigo_iter *it, void *ret);
	/* Closes what `it` took over, and frees `it`. The first error of those closes. */
	int (*close)(cigo_ctx *ctx, cigo_iter *it);
};

struct cigo_iter {
	const struct ci_iter_ops *ops;
	size_t item_size;
	int err;		/* why it failed; 0: it has not */
	bool ended;		/* next gives no more */
	bool busy;		/* a call of next is inside */
	struct ci_owned *owned; /* in the item that it gave last */
	cigo_iter *also;	/* closed with it; see above */
};

/* `it` is the first member of its allocation. */
void ci_iter_init(cigo_iter *it, const struct ci_iter_ops *ops, size_t item_size);
/* One in a new allocation of `size` bytes, zeros but for what ci_iter_init sets. NULL: no memory. */
void *ci_iter_new(size_t size, const struct ci_iter_ops *ops, size_t item_size);
/* The close of iterators that took nothing over. */
int ci_iter_free(cigo_ctx *ctx, cigo_iter *it);
/* An iterator that has failed with err. NULL for want of memory. */
cigo_iter *ci_iter_failed(int err, size_t item_size);
/* For makers without memory: the n iterators as one that has failed; NULL if all are NULL. */
cigo_iter *ci_iter_no_memory(cigo_iter *const *its, size_t n);
/* cigo_iter_next for another iterator's use: an item of it->item_size bytes. */
bool ci_iter_pull(cigo_ctx *ctx, cigo_iter *it, void *ret);
/* As cigo_iter_close. */
int ci_iter_close(cigo_ctx *ctx, cigo_iter *it);

/* An iterator of what a function makes of another one's items. */
struct ci_iter_over {
	cigo_iter it;
	cigo_iter *inner;
	cigo_map_fn *fn;
	void *arg;
	char item[] __attribute__((aligned(CI_ALIGN)));
};
/* A new one, with `room` bytes at item; inner itself, failed, for want of memory. inner may be NULL. */
cigo_iter *ci_iter_over(const struct ci_iter_ops *ops, cigo_iter *inner, size_t item_size,
			cigo_map_fn *fn, void *arg, size_t room);
/* Its close. */
int ci_iter_over_close(cigo_ctx *ctx, cigo_iter *it);
/* Closes both and gives the first error. */
int ci_iter_close_both(cigo_ctx *ctx, cigo_iter *a, cigo_iter *b);
