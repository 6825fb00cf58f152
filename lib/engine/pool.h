/* SPDX-License-Identifier: MIT
 *
 * A loop's strands without a coroutine.
 */
#ifndef CI_POOL_H
#define CI_POOL_H

#include "engine/coroutine.h"

/* One whose stack has so many bytes; it stays in the pool. NULL: none. */
struct ci_strand *ci_pool_find(const cigo_loop *loop, size_t stack_size);
/* One out of the pool, or a new one; NULL: there is none to be had now. */
struct ci_coroutine *ci_pool_get(cigo_loop *loop, size_t stack_size);
/* Ends some of those that were idle for long, if it is time. */
void ci_pool_trim(cigo_loop *loop);
/* When trim wants to be called again, real clock; CIGO_NEVER: the pool is empty. */
int64_t ci_pool_next(const cigo_loop *loop);
/* Ends and joins the loop's strands, all idle. */
void ci_pool_dismiss(cigo_loop *loop);

#endif
