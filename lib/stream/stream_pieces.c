/* SPDX-License-Identifier: MIT
 * The bytes as they come, at most max at a time.
 */
#include "stream/stream.h"
#include "stream/stream_chunks.h"

cigo_iter *cigo_stream_pieces(cigo_stream *s, size_t max)
{
	CI_ENTRY;
	return ci_stream_pieces(s, max, ci_stream_read);
}
