/* SPDX-License-Identifier: MIT
 * Failures on demand; see faults.h. */
#include <config.h>

#include "tests/tools/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* Every call: its name, the errno it usually fails with, whether "any" means it too. The waits of a
 * poller are not meant: they fail by EINTR only, which is no failure. mprotect and munmap fail only
 * where the kernel runs out of maps. */
#define FOR_CALLS(X)                        \
	X(malloc, ENOMEM, 1)                \
	X(calloc, ENOMEM, 1)                \
	X(realloc, ENOMEM, 1)               \
	X(reallocarray, ENOMEM, 1)          \
	X(aligned_alloc, ENOMEM, 1)         \
	X(posix_memalign, ENOMEM, 1)        \
	X(strdup, ENOMEM, 1)                \
	X(strndup, ENOMEM, 1)               \
	X(vasprintf, ENOMEM, 1)             \
	X(mmap, ENOMEM, 1)                  \
	X(mprotect, ENOMEM, 1)              \
	X(madvise, EINVAL, 1)               \
	X(pthread_create, EAGAIN, 1)        \
	X(pthread_attr_setstack, EINVAL, 1) \
	X(pthread_mutex_init, ENOMEM, 1)    \
	X(sem_init, EINVAL, 1)              \
	X(epoll_create1, EMFILE, 1)         \
	X(epoll_ctl, ENOSPC, 1)             \
	X(epoll_wait, EINTR, 0)             \
	X(epoll_pwait2, EINTR, 0)           \
	X(poll, EINTR, 0)                   \
	X(ppoll, EINTR, 0)                  \
	X(eventfd, EMFILE, 1)               \
	X(pipe2, EMFILE, 1)                 \
	X(fcntl, EINVAL, 1)                 \
	X(fstat, EIO, 1)                    \
	X(read, EIO, 1)                     \
	X(write, EIO, 1)                    \
	X(readv, EIO, 1)                    \
	X(writev, EIO, 1)                   \
	X(send, ECONNRESET, 1)              \
	X(sendmsg, ECONNRESET, 1)           \
	X(recv, ECONNRESET, 1)              \
	X(socket, EMFILE, 1)                \
	X(connect, ECONNREFUSED, 1)         \
	X(bind, EADDRINUSE, 1)              \
	X(listen, EADDRINUSE, 1)            \
	X(accept4, ECONNABORTED, 1)         \
	X(getsockopt, ENOBUFS, 1)           \
	X(setsockopt, ENOBUFS, 1)           \
	X(shutdown, ENOTCONN, 1)            \
	X(getaddrinfo, EAI_AGAIN, 1)        \
	X(sigaction, EINVAL, 1)

#define ENUM_ENTRY(name, err, any) CALL_##name,
#define NAME_ENTRY(name, err, any) #name,
#define ERR_ENTRY(name, err, any)  err,
#define ANY_ENTRY(name, err, any)  any,

enum call { FOR_CALLS(ENUM_ENTRY) N_CALLS };
static const char *const names[] = { FOR_CALLS(NAME_ENTRY) };
static const int usual_errs[] = { FOR_CALLS(ERR_ENTRY) };
static const unsigned char in_any[] = { FOR_CALLS(ANY_ENTRY) };

_Static_assert(N_CALLS <= 64, "the armed calls are the bits of one word");

static _Atomic unsigned long long armed; /* a bit for each call; 0: disarmed */
static atomic_long total;		 /* armed calls since arming */
static atomic_long counts[N_CALLS];	 /* of each, armed or not */
static atomic_long hits;
static atomic_int last = -1;
/* Written while nothing is armed, read only where something is. */
static long fail_nth;
static int fail_all_after, fail_err;

static int find(const char *name, size_t length)
{
	for (int i = 0; i < N_CALLS; i++)
		if (strlen(names[i]) == length && !memcmp(names[i], name, length))
			return i;
	fprintf(stderr, "faults: no call named %.*s is wrapped\n", (int)length, name);
	abort();
}

static void arm(const char *call, long nth, int err, int from)
{
	unsigned long long bits = 0;

	atomic_store(&armed, 0);
	if (!strcmp(call, "any")) {
		for (int i = 0; i < N_CALLS; i++)
			bits |= (unsigned long long)in_any[i] << i;
	} else {
		for (const char *p = call; *p; p += *p == ',') {
			size_t length = strcspn(p, ",");

			bits |= 1ull << find(p, length);
			p += length;
		}
	}
	fail_nth = nth;
	fail_err = err;
	fail_all_after = from;
	atomic_store(&total, 0);
	atomic_store(&hits, 0);
	atomic_store(&last, -1);
	for (int i = 0; i < N_CALLS; i++)
		atomic_store(&counts[i], 0);
	atomic_store(&armed, bits);
}

void fault_arm(const char *call, long nth, int err)
{
	arm(call, nth, err, 0);
}

void fault_arm_from(const char *call, long nth, int err)
{
	arm(call, nth, err, 1);
}

void fault_disarm(void)
{
	atomic_store(&armed, 0);
}

long fault_hits(void)
{
	return atomic_load(&hits);
}

long fault_calls(const char *call)
{
	return call ? atomic_load(&counts[find(call, strlen(call))]) : atomic_load(&total);
}

const char *fault_last(void)
{
	int i = atomic_load(&last);

	return i < 0 ? "none" : names[i];
}

/* 0, or the error this call is to fail with. */
static int fault(enum call call)
{
	unsigned long long bits = atomic_load(&armed);
	long n;

	if (!bits)
		return 0;
	atomic_fetch_add(&counts[call], 1);
	if (!(bits >> call & 1))
		return 0;
	n = atomic_fetch_add(&total, 1) + 1;
	if (n != fail_nth && !(fail_all_after && n > fail_nth))
		return 0;
	atomic_fetch_add(&hits, 1);
	atomic_store(&last, (int)call);
	return fail_err ? fail_err : usual_errs[call];
}

/* A call that fails by a value and errno, and one that returns its error. */
#define WRAP(type, name, failed, params, args) \
	type __real_##name params;             \
	type __wrap_##name params;             \
	type __wrap_##name params              \
	{                                      \
		int err = fault(CALL_##name);  \
                                               \
		if (err) {                     \
			errno = err;           \
			return failed;         \
		}                              \
		return __real_##name args;     \
	}
#define WRAP_CODE(name, params, args)                  \
	int __real_##name params;                      \
	int __wrap_##name params;                      \
	int __wrap_##name params                       \
	{                                              \
		int err = fault(CALL_##name);          \
                                                       \
		return err ? err : __real_##name args; \
	}

/* clang-format off */
WRAP(void *, malloc, NULL, (size_t n), (n))
WRAP(void *, calloc, NULL, (size_t n, size_t size), (n, size))
WRAP(void *, realloc, NULL, (void *p, size_t n), (p, n))
WRAP(void *, reallocarray, NULL, (void *p, size_t n, size_t size), (p, n, size))
WRAP(void *, aligned_alloc, NULL, (size_t align, size_t n), (align, n))
WRAP_CODE(posix_memalign, (void **p, size_t align, size_t n), (p, align, n))
WRAP(char *, strdup, NULL, (const char *s), (s))
WRAP(char *, strndup, NULL, (const char *s, size_t n), (s, n))
WRAP(void *, mmap, MAP_FAILED, (void *a, size_t n, int p, int f, int fd, off_t o), (a, n, p, f, fd, o))
WRAP(int, mprotect, -1, (void *a, size_t n, int prot), (a, n, prot))
WRAP(int, madvise, -1, (void *a, size_t n, int advice), (a, n, advice))
WRAP_CODE(pthread_create, (pthread_t *t, const pthread_attr_t *a, void *(*f)(void *), void *arg), (t, a, f, arg))
WRAP_CODE(pthread_attr_setstack, (pthread_attr_t *a, void *p, size_t n), (a, p, n))
WRAP_CODE(pthread_mutex_init, (pthread_mutex_t *m, const pthread_mutexattr_t *a), (m, a))
WRAP(int, sem_init, -1, (sem_t *s, int shared, unsigned n), (s, shared, n))
WRAP(int, epoll_create1, -1, (int flags), (flags))
WRAP(int, epoll_ctl, -1, (int ep, int op, int fd, struct epoll_event *e), (ep, op, fd, e))
WRAP(int, epoll_wait, -1, (int ep, struct epoll_event *e, int n, int ms), (ep, e, n, ms))
WRAP(int, epoll_pwait2, -1, (int ep, struct epoll_event *e, int n, const struct timespec *t, const sigset_t *s), (ep, e, n, t, s))
WRAP(int, poll, -1, (struct pollfd *p, nfds_t n, int ms), (p, n, ms))
WRAP(int, ppoll, -1, (struct pollfd *p, nfds_t n, const struct timespec *t, const sigset_t *s), (p, n, t, s))
WRAP(int, eventfd, -1, (unsigned n, int flags), (n, flags))
WRAP(int, pipe2, -1, (int ends[2], int flags), (ends, flags))
WRAP(ssize_t, read, -1, (int fd, void *p, size_t n), (fd, p, n))
WRAP(ssize_t, write, -1, (int fd, const void *p, size_t n), (fd, p, n))
WRAP(ssize_t, readv, -1, (int fd, const struct iovec *v, int n), (fd, v, n))
WRAP(ssize_t, writev, -1, (int fd, const struct iovec *v, int n), (fd, v, n))
WRAP(ssize_t, send, -1, (int fd, const void *p, size_t n, int flags), (fd, p, n, flags))
WRAP(ssize_t, sendmsg, -1, (int fd, const struct msghdr *m, int flags), (fd, m, flags))
WRAP(ssize_t, recv, -1, (int fd, void *p, size_t n, int flags), (fd, p, n, flags))
WRAP(int, socket, -1, (int domain, int type, int protocol), (domain, type, protocol))
WRAP(int, connect, -1, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n))
WRAP(int, bind, -1, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n))
WRAP(int, listen, -1, (int fd, int backlog), (fd, backlog))
WRAP(int, fstat, -1, (int fd, struct stat *st), (fd, st))
WRAP(int, accept4, -1, (int fd, struct sockaddr *a, socklen_t *n, int flags), (fd, a, n, flags))
WRAP(int, getsockopt, -1, (int fd, int level, int name, void *p, socklen_t *n), (fd, level, name, p, n))
WRAP(int, setsockopt, -1, (int fd, int level, int name, const void *p, socklen_t n), (fd, level, name, p, n))
WRAP(int, shutdown, -1, (int fd, int how), (fd, how))
WRAP_CODE(getaddrinfo, (const char *n, const char *s, const struct addrinfo *h, struct addrinfo **r), (n, s, h, r))
WRAP(int, sigaction, -1, (int sig, const struct sigaction *a, struct sigaction *old), (sig, a, old))
/* clang-format on */

/* vasprintf leaves its pointer undefined where it fails: give the caller a bad one to find out. */
int __real_vasprintf(char **ret, const char *format, va_list ap);
int __wrap_vasprintf(char **ret, const char *format, va_list ap);
int __wrap_vasprintf(char **ret, const char *format, va_list ap)
{
	int err = fault(CALL_vasprintf);

	if (err) {
		*ret = (char *)1;
		errno = err;
		return -1;
	}
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	return __real_vasprintf(ret, format, ap);
#pragma GCC diagnostic pop
}

/* fcntl's third argument is a number or a pointer: a word in either case. */
int __real_fcntl(int fd, int cmd, void *arg);
int __wrap_fcntl(int fd, int cmd, ...);
int __wrap_fcntl(int fd, int cmd, ...)
{
	int err = fault(CALL_fcntl);
	va_list ap;
	void *arg;

	if (err) {
		errno = err;
		return -1;
	}
	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	return __real_fcntl(fd, cmd, arg);
}
