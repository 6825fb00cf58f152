/* SPDX-License-Identifier: MIT
 * Channels, as in Go: items pass from a sender to a receiver, directly (capacity 0: both wait for
 * each other) or through a buffer. cigo_select waits for several channels and does one thing.
 *
 * asyncio has none. Its nearest relative, and where ours differ:
 *
 *                     asyncio.Queue                   here
 * capacity 0          no limit                        none: send returns when the item is received
 * waiting for several wait(FIRST_COMPLETED) over get  cigo_select; an item is taken only from the
 *                     tasks; the losers may have      channel chosen
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
 * For items of item_size bytes (0 is misuse), with a buffer for capacity items (0: no buffer).
 * Suspends: no. Owns: yours, free it. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_channel *cigo_channel_new(size_t item_size, size_t capacity);

/*
 * Waits until the item is received or buffered. Suspends: yes. Fails, and then it is neither: the
 * context's error, also if the channel is closed too; CIGO_ECLOSED; -ENOMEM: c is NULL.
 */
CIGO_CHECK CIGO_API int cigo_channel_send(cigo_ctx *ctx, cigo_channel *c, const void *item,
					  size_t size);

/*
 * Waits for an item. Suspends: yes. Fails, and then no item is taken: the context's error, also if
 * the channel is closed too; CIGO_ECLOSED: closed and empty; -ENOMEM: c is NULL.
 */
CIGO_CHECK CIGO_API int cigo_channel_recv(cigo_ctx *ctx, cigo_channel *c, void *ret, size_t size);

/*
 * Sends if that needs no wait. Suspends: no. Fails: -EAGAIN: no receiver waits and the buffer is
 * full; CIGO_ECLOSED; -ENOMEM: c is NULL.
 */
CIGO_CHECK CIGO_API int cigo_channel_try_send(cigo_channel *c, const void *item, size_t size);

/*
 * Receives if that needs no wait. Suspends: no. Fails: -EAGAIN: no sender waits and the buffer is
 * empty; CIGO_ECLOSED: closed and empty; -ENOMEM: c is NULL.
 */
CIGO_CHECK CIGO_API int cigo_channel_try_recv(cigo_channel *c, void *ret, size_t size);

/*
 * Refuses further sends; buffered items can still be received. Waiting senders and receivers get
 * CIGO_ECLOSED. May be repeated. Suspends: no.
 */
CIGO_API void cigo_channel_close(cigo_channel *c);

/* The number of buffered items. Suspends: no. */
CIGO_API size_t cigo_channel_count(const cigo_channel *c);

/* Drops buffered items. NULL is fine; while a coroutine waits it is misuse. Suspends: no. */
CIGO_API void cigo_channel_free(cigo_channel *c);

#define cigo_send(ctx, c, item) cigo_channel_send(CIGO_AT(ctx), (c), (item), sizeof *(item))
#define cigo_recv(ctx, c, ret)	cigo_channel_recv(CIGO_AT(ctx), (c), (ret), sizeof *(ret))

typedef enum cigo_select_op {
	CIGO_SELECT_SKIP, /* never ready; the other fields are ignored */
	CIGO_SELECT_SEND,
	CIGO_SELECT_RECV
} cigo_select_op;

typedef struct cigo_select_case {
	cigo_channel *channel;
	int op;		      /* CIGO_SELECT_... */
	const void *item;     /* SEND: the item */
	void *ret;	      /* RECV: its destination */
	size_t size;	      /* bytes of item or *ret */
	int err;	      /* written: CIGO_ECLOSED if done on a closed channel, else 0 */
	uint64_t reserved[2]; /* zeros; anything else is misuse, for a later version may mean it */
} cigo_select_case;

/*
 * A case that sends or receives, as an initializer: cigo_select_case k[] = { CIGO_CASE_RECV(c, &x),
 * CIGO_CASE_SEND(d, &y) }.
 */
#define CIGO_CASE_SEND(c, item)                                         \
	{                                                               \
		(c), CIGO_SELECT_SEND, (item), NULL, sizeof *(item), 0, \
		{                                                       \
			0, 0                                            \
		}                                                       \
	}
#define CIGO_CASE_RECV(c, ret)                                        \
	{                                                             \
		(c), CIGO_SELECT_RECV, NULL, (ret), sizeof *(ret), 0, \
		{                                                     \
			0, 0                                          \
		}                                                     \
	}

/*
 * Waits until one of n cases can happen, does it, and returns its index. The first case that
 * becomes ready is done; of several that are ready at once, the one that was done longest ago. A
 * closed channel is ready, with CIGO_ECLOSED in err. Two cases of one select never meet each other.
 * Only the ret of the case done is written; if the call fails, all are zeroed. n 0: waits until ctx
 * ends. Suspends: yes. Fails, and then no case happened: the context's error; -ENOMEM: no memory,
 * or a case's channel is NULL.
 */
CIGO_CHECK CIGO_API int cigo_select(cigo_ctx *ctx, cigo_select_case *cases, size_t n);

/*
 * As cigo_select, but never waits. Suspends: no. Fails: -EAGAIN: no case can happen now; -ENOMEM: a
 * channel is NULL.
 */
CIGO_CHECK CIGO_API int cigo_select_try(cigo_select_case *cases, size_t n);

#ifdef __cplusplus
}
#endif
#endif
