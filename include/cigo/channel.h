/* SPDX-License-Identifier: MIT
 *
 * Channels, as in Go: items pass from a sender to a receiver, who meet (capacity 0), or by way of a
 * buffer; and select, which waits for several channels and does exactly one thing.
 *
 * asyncio has none. Its nearest twins, and where ours differ:
 *
 *                     asyncio.Queue                   here
 * capacity 0          no limit                        none: send returns when the item is received
 * waiting for several wait(FIRST_COMPLETED) over get  cigo_select; nothing is taken but the one
 *                     tasks; the losers may have      chosen
 *                     taken an item
 * closing             3.13's shutdown                 close
 *
 *                     Go's channels                   here
 * send to a closed    panic                           CIGO_ECLOSED
 * close while         panics the senders              they get CIGO_ECLOSED
 * senders wait
 * nil channel         waits for ever                  -ENOMEM; CIGO_SELECT_SKIP is never ready
 * several are ready   chosen at random                chosen in turn; with a shuffle seed at
 *                                                     random, reproducibly
 */
#ifndef CIGO_CHANNEL_H
#define CIGO_CHANNEL_H

#include <cigo/base.h>
#include <cigo/ctx.h>
#include <cigo/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * For items of item_size bytes; buffers capacity of them, 0: none. Suspends: no. Owns: yours, free
 * it. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_channel *cigo_channel_new(size_t item_size, size_t capacity);

/*
 * Waits till the item is received or buffered. Suspends: yes. Fails, and then it is neither:
 * CIGO_ECLOSED; ctx's cause; -ENOMEM: c is NULL.
 */
CIGO_CHECK CIGO_API int cigo_channel_send(cigo_ctx *ctx, cigo_channel *c, const void *item,
					  size_t size);

/*
 * Waits for an item. Suspends: yes. Fails: CIGO_ECLOSED: closed and empty; ctx's cause (no item is
 * taken then); -ENOMEM: c is NULL.
 */
CIGO_CHECK CIGO_API int cigo_channel_recv(cigo_ctx *ctx, cigo_channel *c, void *ret, size_t size);

/*
 * Never waits. Suspends: no. Fails: -EAGAIN: nobody waits to receive and the buffer is full;
 * CIGO_ECLOSED; -ENOMEM.
 */
CIGO_CHECK CIGO_API int cigo_channel_try_send(cigo_channel *c, const void *item, size_t size);

/*
 * Never waits. Suspends: no. Fails: -EAGAIN: nobody waits to send and the buffer is empty;
 * CIGO_ECLOSED: closed and empty; -ENOMEM.
 */
CIGO_CHECK CIGO_API int cigo_channel_try_recv(cigo_channel *c, void *ret, size_t size);

/*
 * No more sends; what is buffered can still be received. All who wait get CIGO_ECLOSED. Suspends:
 * no.
 */
CIGO_API void cigo_channel_close(cigo_channel *c);

/* Items buffered now. Suspends: no. */
CIGO_API size_t cigo_channel_count(const cigo_channel *c);

/* NULL is fine; while somebody waits it is misuse. Suspends: no. */
CIGO_API void cigo_channel_free(cigo_channel *c);

#define cigo_send(ctx, c, item) cigo_channel_send(CIGO_AT(ctx), (c), (item), sizeof *(item))
#define cigo_recv(ctx, c, ret)	cigo_channel_recv(CIGO_AT(ctx), (c), (ret), sizeof *(ret))

typedef enum cigo_select_op {
	CIGO_SELECT_SKIP, /* never ready; the rest is not looked at */
	CIGO_SELECT_SEND,
	CIGO_SELECT_RECV
} cigo_select_op;

typedef struct cigo_select_case {
	cigo_channel *channel;
	cigo_select_op op;
	const void *item; /* SEND: what */
	void *ret;	  /* RECV: where to */
	size_t size;	  /* bytes at item or ret */
	int err;	  /* written for the case chosen: 0, or CIGO_ECLOSED; for the others 0 */
} cigo_select_case;

/* For arrays of cases: cigo_select_case k[] = { CIGO_CASE_RECV(c, &x), CIGO_CASE_SEND(d, &y) }; */
#define CIGO_CASE_SEND(c, item)                                        \
	{                                                              \
		(c), CIGO_SELECT_SEND, (item), NULL, sizeof *(item), 0 \
	}
#define CIGO_CASE_RECV(c, ret)                                       \
	{                                                            \
		(c), CIGO_SELECT_RECV, NULL, (ret), sizeof *(ret), 0 \
	}

/*
 * Waits until one of n cases can happen, does that one, and returns its index: the first that
 * becomes ready; of several that are ready at once the one whose turn it is. A closed channel is
 * ready, with CIGO_ECLOSED in err. A select does not meet itself. Only the ret of the case chosen
 * is written; if the call fails, all are zeroed. Without cases it waits till ctx ends. Suspends:
 * yes. Fails, and then none happened: ctx's cause; -ENOMEM: no memory, or a case's channel is
 * NULL.
 */
CIGO_CHECK CIGO_API int cigo_select(cigo_ctx *ctx, cigo_select_case *cases, size_t n);

/* As select, but never waits. Suspends: no. Fails: -EAGAIN: none can happen now; -ENOMEM. */
CIGO_CHECK CIGO_API int cigo_select_try(cigo_select_case *cases, size_t n);

#ifdef __cplusplus
}
#endif
#endif
