/* SPDX-License-Identifier: MIT
 * Small tools that several suites share: short forms of definitions, raw descriptors as the other
 * side of a stream, plain threads, counters.
 */
#ifndef CIGO_TESTS_KIT_H
#define CIGO_TESTS_KIT_H

#include "tests/tools/harness.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define T_UNUSED __attribute__((unused))

/* The body of a coroutine, a callback, a plain thread. */
#define CORO(name) static int name(cigo_ctx *ctx T_UNUSED, void *arg T_UNUSED, void *ret T_UNUSED)
#define CALLBACK(name) \
	static void name(const cigo_ctx *ctx T_UNUSED, int status T_UNUSED, void *arg T_UNUSED)
#define THREAD(name) static void *name(void *arg T_UNUSED)
#define MISUSE(name) static void name(void *arg T_UNUSED)

/* A test that is the main coroutine of a loop on the virtual (REAL: on the real) clock. */
#define LOOP_TEST(name) LOOP_TEST_(name, t_run)
#define REAL_TEST(name) LOOP_TEST_(name, t_run_real)
#define LOOP_TEST_(name, run)                                        \
	static int name##_main(cigo_ctx *ctx, void *arg, void *ret); \
	T_TEST(name)                                                 \
	{                                                            \
		ck_assert_int_eq(run(name##_main, NULL), 0);         \
	}                                                            \
	CORO(name##_main)

#define ok(call)	 ck_assert_int_eq((call), 0)
#define fails(call, err) ck_assert_int_eq((call), (err))
#define equal(a, b)	 ck_assert_int_eq((intmax_t)(a), (intmax_t)(b))

/* What a loop of ctx has counted so far. */
static inline cigo_stats counts(const cigo_ctx *ctx)
{
	cigo_stats s = { .size = sizeof s };

	ck_assert_int_eq(cigo_loop_stats(cigo_ctx_loop(ctx), &s), 0);
	return s;
}

/* Blocks the calling thread, whoever it is. */
static inline void nap(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

static inline pthread_t thread_start(void *(*fn)(void *), void *arg)
{
	pthread_t t;

	ck_assert_int_eq(pthread_create(&t, NULL, fn, arg), 0);
	return t;
}

static inline void *thread_join(pthread_t t)
{
	void *result;

	ck_assert_int_eq(pthread_join(t, &result), 0);
	return result;
}

/* Two ends of one connection; raw ends do not block and are not inherited. */
static inline void raw_pair(int ends[2])
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends),
			 0);
}

static inline void raw_pipe(int ends[2])
{
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
}

static inline void set_blocking(int fd)
{
	ck_assert_int_eq(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK), 0);
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

/* The raw end takes or gives all of it at once, or the test fails. */
static inline void raw_write(int fd, const void *data, size_t n)
{
	ck_assert_int_eq(write(fd, data, n), (ssize_t)n);
}

static inline void raw_say(int fd, const char *text)
{
	raw_write(fd, text, strlen(text));
}

/* Nothing is there to be read now, nor is it the end. */
static inline void raw_silent(int fd)
{
	char c;

	ck_assert_int_eq(read(fd, &c, 1), -1);
	ck_assert_int_eq(errno, EAGAIN);
}

static inline void raw_end(int fd)
{
	char c;

	ck_assert_int_eq(read(fd, &c, 1), 0);
}

static inline void raw_expect(int fd, const char *text)
{
	char got[4096];
	ssize_t n = read(fd, got, sizeof got - 1);

	ck_assert_int_ge(n, 0);
	got[n] = 0;
	ck_assert_str_eq(got, text);
}

/* Reads a blocking descriptor to its end; how much it was. */
static inline size_t raw_drain(int fd)
{
	static __thread char buf[65536];
	size_t all = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof buf)) > 0)
		all += (size_t)n;
	ck_assert_int_eq(n, 0);
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

/* What stderr says while it is caught (a file takes it). */
struct caught {
	int saved;
	FILE *file;
	char text[8192];
};

static inline void catch_stderr(struct caught *c)
{
	fflush(stderr);
	c->saved = dup(STDERR_FILENO);
	c->file = tmpfile();
	ck_assert_int_ge(c->saved, 0);
	ck_assert_ptr_nonnull(c->file);
	ck_assert_int_ge(dup2(fileno(c->file), STDERR_FILENO), 0);
}

static inline const char *caught_stderr(struct caught *c)
{
	size_t n;

	fflush(stderr);
	dup2(c->saved, STDERR_FILENO);
	close(c->saved);
	rewind(c->file);
	n = fread(c->text, 1, sizeof c->text - 1, c->file);
	c->text[n] = 0;
	fclose(c->file);
	return c->text;
}

#endif
