/* SPDX-License-Identifier: MIT
 * What every public header needs: attributes, the names of the opaque types, time.
 */
#ifndef CIGO_BASE_H
#define CIGO_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __GNUC__
#define CIGO_API		__attribute__((visibility("default")))
/* Ignoring such a result is nearly always a bug; cigo_ignore(call) says that it is meant. */
#define CIGO_CHECK		__attribute__((warn_unused_result))
#define CIGO_PRINTF(fmt, first) __attribute__((__format__(__printf__, fmt, first)))
#else
#define CIGO_API
#define CIGO_CHECK
#define CIGO_PRINTF(fmt, first)
#endif

/* Discards a CIGO_CHECK result, visibly. */
#define cigo_ignore(call) ((void)!(call))
/* For an argument that a function does not use. */
#define CIGO_UNUSED(x)	  ((void)(x))

#ifdef __cplusplus
#define CIGO_NS_(n) (static_cast<int64_t>(n))
#else
#define CIGO_NS_(n) ((int64_t)(n))
#endif
/* n milliseconds, n seconds in nanoseconds; fractions are fine: CIGO_S(1.5). */
#define CIGO_MS(n) CIGO_NS_((n)*INT64_C(1000000))
#define CIGO_S(n)  CIGO_NS_((n)*INT64_C(1000000000))
#define CIGO_NEVER INT64_MAX

typedef struct cigo_ctx cigo_ctx;
typedef struct cigo_loop cigo_loop;
typedef struct cigo_future cigo_future;
typedef struct cigo_future cigo_task; /* one struct: no casts */
typedef struct cigo_group cigo_group;
typedef struct cigo_stream cigo_stream;
typedef struct cigo_queue cigo_queue;
typedef struct cigo_mutex cigo_mutex;
typedef struct cigo_iter cigo_iter;
typedef struct cigo_gen cigo_gen;
typedef struct cigo_semaphore cigo_semaphore;
typedef struct cigo_event cigo_event;
typedef struct cigo_condition cigo_condition;
typedef struct cigo_barrier cigo_barrier;
typedef struct cigo_channel cigo_channel;
typedef struct cigo_ticker cigo_ticker;

/*
 * Lent bytes; data[size] is 0 and not counted in size. NULL, 0: none. This struct never changes: it is
 * an item of iterators and a result, and its size is in every program.
 */
typedef struct cigo_bytes {
	char *data;
	size_t size;
} cigo_bytes;

/*
 * The body of a coroutine; it may be called directly too. ret points at ret_size zeroed bytes; NULL
 * if ret_size is 0. A result < 0 is the error of the task; every result >= 0 is success and counts
 * as 0.
 */
typedef int cigo_coro_fn(cigo_ctx *ctx, void *arg, void *ret);

#endif
