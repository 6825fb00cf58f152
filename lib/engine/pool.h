/* SPDX-License-Identifier: MIT
 * A loop's strands without a coroutine. All functions assume the baton.
 */
#pragma once

#include "engine/coroutine.h"

/* A strand with at least so much stack; it stays in the pool. NULL: none. */
struct ci_strand *ci_pool_find(const cigo_loop *loop, size_t stack_size);
/* Takes a strand out of the pool, or makes one; NULL: no thread can be made now. */
struct ci_coroutine *ci_pool_get(cigo_loop *loop, size_t stack_size);
/* If it is time, ends some strands that were idle for long. */
void ci_pool_trim(cigo_loop *loop);
/* When to call ci_pool_trim again, real clock; CIGO_NEVER: the pool is empty. */
int64_t ci_pool_next(const cigo_loop *loop);
/* Ends and joins all strands of the loop; all are idle. */
void ci_pool_dismiss(cigo_loop *loop);
