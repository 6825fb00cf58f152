/* SPDX-License-Identifier: MIT
 * Raw descriptors as the other side of streams: pairs, pipes, TCP sockets, and what they say.
 */
#ifndef CIGO_TESTS_WIRE_H
#define CIGO_TESTS_WIRE_H

#include "tests/tools/kit.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ADDRESS = 128 }; /* bytes that an address takes as a text, at most */

/* Two ends of one connection; raw ends do not block and are not inherited. */
static inline void raw_pair(int ends[2])
{
	equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
}

static inline void raw_pipe(int ends[2])
{
	ok(pipe2(ends, O_CLOEXEC | O_NONBLOCK));
}

static inline void set_blocking(int fd)
{
	equal(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK), 0);
}

/* A stream whose peer is the raw descriptor returned. */
static inline int stream_pair(cigo_stream **ret)
{
	int ends[2];

	raw_pair(ends);
	*ret = cigo_stream_open(ends[0]);
	ck_assert_ptr_nonnull(*ret);
	return ends[1];
}

/* Hangs up; its number stays taken, so that it can be closed as if nothing had happened. */
static inline void raw_hang_up(int fd)
{
	int none = open("/dev/null", O_RDONLY | O_CLOEXEC);

	equal(dup3(none, fd, O_CLOEXEC), fd);
	ok(close(none));
}

/* STREAM_TEST(name) { ... }: a LOOP_TEST with a stream (s) whose peer is a raw descriptor (raw). Both
 * are closed behind it. */
#define STREAM_TEST(name, ...)                                           \
	static void name##_over(cigo_ctx *ctx, cigo_stream *s, int raw); \
	LOOP_TEST(name, __VA_ARGS__)                                     \
	{                                                                \
		cigo_stream *s;                                          \
		int raw = stream_pair(&s);                               \
                                                                         \
		name##_over(ctx, s, raw);                                \
		cigo_stream_close(s);                                    \
		ok(close(raw));                                          \
	}                                                                \
	static void name##_over(cigo_ctx *ctx T_UNUSED, cigo_stream *s, int raw T_UNUSED)

/* PIPE_TEST(name) { ... }: a LOOP_TEST with a pipe, to read from (r) and to write to (w). Both are closed
 * behind it. */
#define PIPE_TEST(name, ...)                                                       \
	static void name##_through(cigo_ctx *ctx, cigo_stream *r, cigo_stream *w); \
	LOOP_TEST(name, __VA_ARGS__)                                               \
	{                                                                          \
		cigo_stream *r, *w;                                                \
                                                                                   \
		ok(cigo_pipe(&r, &w));                                             \
		name##_through(ctx, r, w);                                         \
		cigo_stream_close(r);                                              \
		cigo_stream_close(w);                                              \
	}                                                                          \
	static void name##_through(cigo_ctx *ctx T_UNUSED, cigo_stream *r T_UNUSED, cigo_stream *w)

static inline cigo_listener *must_listen(cigo_ctx *ctx, const char *network, const char *address)
{
	cigo_listener *l = NULL;

	ok(cigo_listen(ctx, network, address, NULL, &l));
	ck_assert_ptr_nonnull(l);
	return l;
}

/* Connects without the loop's help. */
static inline int raw_client(const cigo_listener *l)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_port = htons((uint16_t)atoi(strrchr(cigo_listener_address(l), ':') + 1));
	ok(connect(fd, (struct sockaddr *)&a, sizeof a));
	return fd;
}

/* LISTENER_TEST(name) { ... }: a LOOP_TEST with a listener (l) at a TCP port of this machine. It is closed
 * behind it. */
#define LISTENER_TEST(name, ...)                                           \
	static void name##_at(cigo_ctx *ctx, cigo_listener *l);            \
	LOOP_TEST(name, __VA_ARGS__)                                       \
	{                                                                  \
		cigo_listener *l = must_listen(ctx, "tcp", "127.0.0.1:0"); \
                                                                           \
		name##_at(ctx, l);                                         \
		cigo_listener_close(l);                                    \
	}                                                                  \
	static void name##_at(cigo_ctx *ctx, cigo_listener *l)

/* The raw end takes or gives all of it at once, or the test fails. */
static inline void raw_write(int fd, const void *data, size_t n)
{
	equal(write(fd, data, n), (ssize_t)n);
}

static inline void raw_say(int fd, const char *text)
{
	raw_write(fd, text, strlen(text));
}

/* Nothing is there to be read now, nor is it the end. */
static inline void raw_silent(int fd)
{
	char c;

	equal(read(fd, &c, 1), -1);
	equal(errno, EAGAIN);
}

static inline void raw_end(int fd)
{
	char c;

	equal(read(fd, &c, 1), 0);
}

static inline void raw_expect(int fd, const char *text)
{
	char got[4096];
	ssize_t n = read(fd, got, sizeof got - 1);

	ck_assert_int_ge(n, 0);
	got[n] = 0;
	ck_assert_str_eq(got, text);
}

/* Writes as much as the descriptor takes without waiting; reads all there is to be read now. */
static inline void raw_fill(int fd)
{
	static char mass[65536];

	while (write(fd, mass, sizeof mass) > 0)
		;
}

static inline void raw_empty(int fd)
{
	char buf[4096];

	while (read(fd, buf, sizeof buf) > 0)
		;
}

/* Reads a blocking descriptor to its end; how much it was. */
static inline size_t raw_drain(int fd)
{
	static __thread char buf[65536];
	size_t all = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof buf)) > 0)
		all += (size_t)n;
	equal(n, 0);
	return all;
}

/* A listening TCP socket on addr ("127.0.0.1", "::1"), at port (0: any); the port is returned. */
static inline int tcp_listen(const char *addr, int port, int backlog, int *ret_port)
{
	bool v6 = strchr(addr, ':');
	struct sockaddr_in a4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
	struct sockaddr *a = v6 ? (struct sockaddr *)&a6 : (struct sockaddr *)&a4;
	socklen_t n = v6 ? sizeof a6 : sizeof a4;
	int on = 1, fd;

	if (ret_port)
		*ret_port = port;
	inet_pton(v6 ? AF_INET6 : AF_INET, addr, v6 ? (void *)&a6.sin6_addr : (void *)&a4.sin_addr);
	fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, a, n) || (backlog >= 0 && listen(fd, backlog)) || getsockname(fd, a, &n)) {
		close(fd);
		return -1;
	}
	if (ret_port)
		*ret_port = ntohs(v6 ? a6.sin6_port : a4.sin_port);
	return fd;
}

static inline bool have_v6(void)
{
	int fd = tcp_listen("::1", 0, -1, NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

#endif
