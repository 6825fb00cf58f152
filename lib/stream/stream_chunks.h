/* SPDX-License-Identifier: MIT
 * Pieces of a stream in a buffer of the iterator's own.
 */
#pragma once

#include "iter/iter.h"

/* ci_stream_read, ci_stream_read_chunk */
typedef ssize_t ci_read_fn(cigo_ctx *ctx, cigo_stream *s, void *buf, size_t n);

/* Pieces of at most n bytes, each one call of read. */
cigo_iter *ci_stream_pieces(cigo_stream *s, size_t n, ci_read_fn *read);
