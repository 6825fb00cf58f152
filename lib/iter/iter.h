/* SPDX-License-Identifier: MIT
 *
 * Iterators, from inside.
 * Invariants: the first error ends it and is kept; what it took over is closed with it; a maker that
 * finds no memory hands back one of the iterators it was given, failed, which closes the others too:
 * so nothing is lost though makers cannot suspend to close.
 */
#ifndef CI_ITER_H
#define CI_ITER_H

#include "cigo/iter.h"
#include "task/ctx.h"

struct ci_iter_ops {
	/* 1: *ret is an item (it was zeros before); 0: the end; < 0: an error. */
	int (*next)(cigo_ctx *ctx, cigo_iter *it, void *ret);
	/* Closes what it took over and frees it; the first error of those. */
	int (*close)(cigo_ctx *ctx, cigo_iter *it);
};

struct cigo_iter {
	const struct ci_iter_ops *ops;
	size_t item_size;
	int err;		  /* why it ended; 0: did not fail */
	bool ended;		  /* next gives no more */
	bool busy;		  /* somebody is inside */
	void (*drop)(void *item); /* frees what an item owns; NULL: nothing */
	cigo_iter *also;	  /* closed with it; see above */
};

/* The memory's first member is it. */
void ci_iter_init(cigo_iter *it, const struct ci_iter_ops *ops, size_t item_size);
/* A close for those that took nothing over. */
int ci_iter_free(cigo_ctx *ctx, cigo_iter *it);
/* An iterator that has failed with err. NULL for want of memory. */
cigo_iter *ci_iter_failed(int err, size_t item_size);
/* For makers without memory: the n iterators given as one that failed; NULL if all are. */
cigo_iter *ci_iter_no_memory(cigo_iter *const *its, size_t n);
/* next, for another iterator's own use: an item of it->item_size bytes. */
bool ci_iter_pull(cigo_ctx *ctx, cigo_iter *it, void *ret);
/* As cigo_iter_close. */
int ci_iter_close(cigo_ctx *ctx, cigo_iter *it);
/* Closes both and gives the first error. */
int ci_iter_close_both(cigo_ctx *ctx, cigo_iter *a, cigo_iter *b);

#endif
