/* SPDX-License-Identifier: MIT
 * Queues between coroutines: FIFO, LIFO or by priority; bounded or not; closable. No item is lost
 * to a cancellation.
 *
 *                     asyncio.Queue                   here
 * LIFO, priority      classes of their own            kinds; items are compared by a function
 * equal priorities    compared by what else is in     first in, first out
 *                     the items
 * put when room is    the first putter is woken, and  the first putter's item is in, in that
 * made                puts when it runs               moment; likewise the first getter has one
 * cancelled while     CancelledError, the next is     0 if the item was moved first, the next call
 * being woken         woken                           fails; else the item was not moved
 * put_nowait,         QueueFull, QueueEmpty           try_put, try_get: -EAGAIN
 * get_nowait
 * timeouts            wait_for(q.get(), t)            get_timeout, put_timeout
 * shutdown            3.13; with immediate join ends  close; join waits until all is done
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

/*
 * Compares two items. < 0: a is got before b; 0: they are equal. Called inside put, try_put and
 * get. It may not use the queue, nor (in the preemptive model) wait for another coroutine.
 */
typedef int cigo_queue_compare_fn(const void *a, const void *b, void *arg);

typedef struct cigo_queue_options {
	size_t size;			/* sizeof this struct; 0 is misuse */
	size_t item_size;		/* bytes of an item; 0 is misuse */
	size_t capacity;		/* items; 0: unbounded */
	int kind;			/* CIGO_QUEUE_...; 0: FIFO */
	cigo_queue_compare_fn *compare; /* PRIORITY: needed; else ignored */
	void *arg;			/* for compare; may be NULL */
} cigo_queue_options;

/*
 * A FIFO of items of item_size bytes (0 is misuse); capacity 0: unbounded. Suspends: no. Owns:
 * yours, free it. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_queue *cigo_queue_new(size_t item_size, size_t capacity);

/* As cigo_queue_new, with options. Suspends: no. Owns: yours, free it. Fails: NULL, no memory. */
CIGO_CHECK CIGO_API cigo_queue *cigo_queue_new_with(const cigo_queue_options *o);

/*
 * Waits while the queue is full, then puts the item in. Suspends: yes. Fails, and then the item is
 * not in the queue: the context's error, also if the queue is closed too; CIGO_ECLOSED; -ENOMEM: no
 * memory, or q is NULL.
 */
CIGO_CHECK CIGO_API int cigo_queue_put(cigo_ctx *ctx, cigo_queue *q, const void *item, size_t size);

/*
 * As cigo_queue_put, but waits ns nanoseconds at most; zero or negative: not at all. Suspends: yes.
 * Fails: as cigo_queue_put; -ETIMEDOUT: still full.
 */
CIGO_CHECK CIGO_API int cigo_queue_put_timeout(cigo_ctx *ctx, cigo_queue *q, const void *item,
					       size_t size, int64_t ns);

/*
 * Puts if there is room; for clean-up, it heeds no context. Suspends: no. Fails: -EAGAIN: full;
 * CIGO_ECLOSED; -ENOMEM.
 */
CIGO_CHECK CIGO_API int cigo_queue_try_put(cigo_queue *q, const void *item, size_t size);

/*
 * Waits while the queue is empty, then takes an item. Suspends: yes. Fails, and then no item is
 * taken: the context's error, also if the queue is closed too; CIGO_ECLOSED: closed and empty;
 * -ENOMEM: q is NULL.
 */
CIGO_CHECK CIGO_API int cigo_queue_get(cigo_ctx *ctx, cigo_queue *q, void *ret, size_t size);

/*
 * As cigo_queue_get, but waits ns nanoseconds at most; zero or negative: not at all. Suspends: yes.
 * Fails: as cigo_queue_get; -ETIMEDOUT: still empty; -ENOMEM: no memory.
 */
CIGO_CHECK CIGO_API int cigo_queue_get_timeout(cigo_ctx *ctx, cigo_queue *q, void *ret, size_t size,
					       int64_t ns);

/*
 * Takes an item if there is one. Suspends: no. Fails: -EAGAIN: empty; CIGO_ECLOSED: closed and
 * empty; -ENOMEM: q is NULL.
 */
CIGO_CHECK CIGO_API int cigo_queue_try_get(cigo_queue *q, void *ret, size_t size);

/*
 * Says that an item got before has been dealt with: to be called once for each, if a coroutine
 * joins. Calling it more often than items were put is misuse. Suspends: no.
 */
CIGO_API void cigo_queue_task_done(cigo_queue *q);

/*
 * Waits until task_done was called for every item put so far, or put meanwhile. Suspends: yes.
 * Fails: the context's error; -ENOMEM: q is NULL.
 */
CIGO_CHECK CIGO_API int cigo_queue_join(cigo_ctx *ctx, cigo_queue *q);

/*
 * Refuses further puts; items inside can still be got. Waiting putters and getters get
 * CIGO_ECLOSED; joins go on. May be repeated. Suspends: no.
 */
CIGO_API void cigo_queue_close(cigo_queue *q);

/* The number of items inside. Suspends: no. */
CIGO_API size_t cigo_queue_count(const cigo_queue *q);

/* Drops the items inside. NULL is fine; while a coroutine waits it is misuse. Suspends: no. */
CIGO_API void cigo_queue_free(cigo_queue *q);

#define cigo_put(ctx, q, item) cigo_queue_put(CIGO_AT(ctx), (q), (item), sizeof *(item))
#define cigo_get(ctx, q, ret)  cigo_queue_get(CIGO_AT(ctx), (q), (ret), sizeof *(ret))

#ifdef __cplusplus
}
#endif
#endif
