/* SPDX-License-Identifier: MIT
 * Pipes as streams.
 */
#include "cigo/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/misuse.h"
#include "stream/stream.h"

int cigo_pipe(cigo_stream **ret_read, cigo_stream **ret_write)
{
	CI_ENTRY;
	int fds[2];

	ci_expect(ret_read && ret_write, "nowhere to put the streams");
	*ret_read = *ret_write = NULL;
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	cigo_stream *r = ci_stream_new(fds[0], true), *w = ci_stream_new(fds[1], true);
	if (!r || !w) {
		ci_stream_close(r);
		ci_stream_close(w);
		return -ENOMEM;
	}
	r->gathers = false; /* a write to it fails */
	*ret_read = r;
	*ret_write = w;
	return 0;
}
