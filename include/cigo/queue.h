/* SPDX-License-Identifier: MIT
 *
 * Queues between coroutines: FIFO, LIFO or by priority; bounded or not, closable. No item is lost
 * to a cancellation.
 *
 *                     asyncio.Queue                   here
 * LIFO, priority      classes of their own            kinds; items are compared by a function
 * equal priorities    compared by what else is in     first in, first out
 *                     the items
 * put when room is    the first putter is woken, and  the item is inside in that moment; likewise
 * made                puts when it runs               the first getter has it
 * cancelled while     CancelledError, the next is     0 if the item was moved first, the next call
 * being woken         woken                           has the cause; else it was not moved
 * put_nowait,         QueueFull, QueueEmpty           try_put, try_get: -EAGAIN
 * get_nowait
 * timeouts            wait_for(q.get(), t)            get_timeout, put_timeout
 * shutdown            3.13; with immediate join ends  close; join waits till all is done
 * task_done too often ValueError                      misuse
 */
#ifndef CIGO_QUEUE_H
#define CIGO_QUEUE_H

#include <cigo/base.h>
#include <cigo/ctx.h>
#include <cigo/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cigo_queue_kind {
	CIGO_QUEUE_FIFO,
	CIGO_QUEUE_LIFO,    /* the last put is got first */
	CIGO_QUEUE_PRIORITY /* the first by compare; of equal ones the first put */
} cigo_queue_kind;

/* < 0: a is got before b; 0: they are equal. Called by put, try_put and get; may not use the queue. In
 * the preemptive model, too, nobody else is inside the library meanwhile. */
typedef int cigo_queue_compare_fn(const void *a, const void *b, void *arg);

typedef struct cigo_queue_options {
	size_t size;	  /* sizeof this struct; 0 is misuse */
	size_t item_size; /* bytes; 0 is misuse */
	size_t capacity;  /* items; 0: unbounded */
	cigo_queue_kind kind;
	cigo_queue_compare_fn *compare; /* PRIORITY: needed, and called with arg */
	void *arg;
} cigo_queue_options;

/* Of items of item_size bytes; capacity 0: unbounded. Suspends: no. Owns: yours. Fails: NULL. */
CIGO_CHECK CIGO_API cigo_queue *cigo_queue_new(size_t item_size, size_t capacity);

/* As new, with options. Suspends: no. Owns: yours, free it. Fails: NULL, no memory. */
CIGO_CHECK CIGO_API cigo_queue *cigo_queue_new_with(const cigo_queue_options *o);

/*
 * Waits while full. Suspends: yes. Fails: CIGO_ECLOSED; ctx's cause (the item is not in the queue
 * then); -ENOMEM.
 */
CIGO_CHECK CIGO_API int cigo_queue_put(cigo_ctx *ctx, cigo_queue *q, const void *item, size_t size);

/*
 * As put, but waits ns at most; zero or negative: not at all. Suspends: yes. Fails: as put;
 * -ETIMEDOUT: still full (the item is not in the queue then).
 */
CIGO_CHECK CIGO_API int cigo_queue_put_timeout(cigo_ctx *ctx, cigo_queue *q, const void *item,
					       size_t size, int64_t ns);

/* Never waits; for clean-up. Suspends: no. Fails: -EAGAIN: full; CIGO_ECLOSED; -ENOMEM. */
CIGO_CHECK CIGO_API int cigo_queue_try_put(cigo_queue *q, const void *item, size_t size);

/*
 * Waits while empty. Suspends: yes. Fails: CIGO_ECLOSED: closed and empty; ctx's cause (no item is
 * taken then); -ENOMEM: q is NULL.
 */
CIGO_CHECK CIGO_API int cigo_queue_get(cigo_ctx *ctx, cigo_queue *q, void *ret, size_t size);

/*
 * As get, but waits ns at most; zero or negative: not at all. Suspends: yes. Fails: as get;
 * -ETIMEDOUT: still empty.
 */
CIGO_CHECK CIGO_API int cigo_queue_get_timeout(cigo_ctx *ctx, cigo_queue *q, void *ret, size_t size,
					       int64_t ns);

/* Never waits. Suspends: no. Fails: -EAGAIN: empty; CIGO_ECLOSED: closed and empty. */
CIGO_CHECK CIGO_API int cigo_queue_try_get(cigo_queue *q, void *ret, size_t size);

/*
 * What was got is dealt with: to be called once for each item got, if somebody joins. More often
 * than items were put is misuse. Suspends: no.
 */
CIGO_API void cigo_queue_task_done(cigo_queue *q);

/*
 * Waits until task_done was called for every item put so far, or put meanwhile. Suspends: yes.
 * Fails: ctx's cause; -ENOMEM: q is NULL.
 */
CIGO_CHECK CIGO_API int cigo_queue_join(cigo_ctx *ctx, cigo_queue *q);

/* No more puts; what is in it can still be got. Wakes those who wait, but to join. Suspends: no. */
CIGO_API void cigo_queue_close(cigo_queue *q);

/* Items inside now. Suspends: no. */
CIGO_API size_t cigo_queue_count(const cigo_queue *q);

/* NULL is fine; while somebody waits it is misuse. Suspends: no. */
CIGO_API void cigo_queue_free(cigo_queue *q);

#define cigo_put(ctx, q, item) cigo_queue_put(CIGO_AT(ctx), (q), (item), sizeof *(item))
#define cigo_get(ctx, q, ret)  cigo_queue_get(CIGO_AT(ctx), (q), (ret), sizeof *(ret))

#ifdef __cplusplus
}
#endif
#endif
