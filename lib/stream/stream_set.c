/* SPDX-License-Identifier: MIT
 * Settings of a stream and of its socket.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "stream/stream.h"

enum { LONGEST_IDLE = 32767, INTERVAL = 15 }; /* seconds; the kernel's limit; between probes */

void cigo_stream_set_timeout(cigo_stream *s, int64_t ns)
{
	CI_ENTRY;
	if (s)
		s->timeout = ns < 0 ? 0 : ns;
}

void cigo_stream_set_limit(cigo_stream *s, size_t limit)
{
	CI_ENTRY;
	if (s)
		s->limit = limit ? limit : CI_STREAM_LIMIT;
}

void cigo_stream_set_cork(cigo_stream *s, bool on)
{
	CI_ENTRY;
	if (!s)
		return;
	ci_stream_check(s);
	s->cork = on;
	if (!on && ci_list_linked(&s->burst.link))
		s->burst.send(&s->burst);
}

static int set(const cigo_stream *s, int level, int option, int value)
{
	return setsockopt(s->fd, level, option, &value, sizeof value) ? -errno : 0;
}

int cigo_stream_set_nodelay(cigo_stream *s, bool on)
{
	CI_ENTRY;
	return s ? set(s, IPPROTO_TCP, TCP_NODELAY, on) : -ENOMEM;
}

int cigo_stream_set_keepalive(cigo_stream *s, int64_t idle_ns)
{
	CI_ENTRY;
	if (!s)
		return -ENOMEM;
	if (idle_ns <= 0 || idle_ns == CIGO_NEVER)
		return set(s, SOL_SOCKET, SO_KEEPALIVE, 0);
	int64_t whole = (idle_ns - 1) / CIGO_S(1) + 1;
	int idle = whole < LONGEST_IDLE ? (int)whole : LONGEST_IDLE;
	int err = set(s, IPPROTO_TCP, TCP_KEEPIDLE, idle);
	if (!err)
		err = set(s, IPPROTO_TCP, TCP_KEEPINTVL, idle < INTERVAL ? idle : INTERVAL);
	return err ? err : set(s, SOL_SOCKET, SO_KEEPALIVE, 1);
}

void ci_stream_tune(cigo_stream *s, bool no_nodelay, int64_t keepalive_ns)
{
	if (no_nodelay)
		cigo_stream_set_nodelay(s, false);
	if (keepalive_ns)
		cigo_stream_set_keepalive(s, keepalive_ns);
}
