/* SPDX-License-Identifier: MIT
 * What /proc/self/task tells of a thread: where perf does not say it, and in which system call it is
 * blocked.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "loop/trace_kernel.h"

/* Reads a file of the thread. False: it is gone, or its file is not for us. */
static bool read_file(pid_t tid, const char *name, char *ret, size_t size)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/self/task/%d/%s", (int)tid, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, ret, size - 1);
	close(fd);
	ret[n > 0 ? n : 0] = 0;
	return n > 0;
}

/* Calls that a program is likely to wait in. */
static const struct {
	long number;
	const char *name;
} calls[] = {
#define CALL(name) { SYS_##name, #name },
	CALL(futex) CALL(read) CALL(write) CALL(readv) CALL(writev) CALL(pread64) CALL(pwrite64)
		CALL(recvfrom) CALL(recvmsg) CALL(sendto) CALL(sendmsg) CALL(accept) CALL(accept4)
			CALL(connect) CALL(epoll_pwait) CALL(ppoll) CALL(pselect6) CALL(nanosleep)
				CALL(clock_nanosleep) CALL(wait4) CALL(waitid) CALL(fsync) CALL(
					fdatasync) CALL(openat) CALL(flock) CALL(fcntl) CALL(ioctl)
					CALL(rt_sigtimedwait) CALL(rt_sigsuspend)
#ifdef SYS_epoll_wait
						CALL(epoll_wait)
#endif
#ifdef SYS_epoll_pwait2
							CALL(epoll_pwait2)
#endif
#ifdef SYS_poll
								CALL(poll) CALL(select) CALL(pause)
									CALL(open)
#endif
#undef CALL
};

static void name_call(long number, char ret[CI_KERNEL_TEXT])
{
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (calls[i].number == number) {
			snprintf(ret, CI_KERNEL_TEXT, "%s", calls[i].name);
			return;
		}
	snprintf(ret, CI_KERNEL_TEXT, "system call %ld", number);
}

/* The call in which a thread waits for an object that the program has named: known by the object's size, and by
 * the way in which the GNU C library waits there. NULL: not known. */
static const char *call_on(uint64_t size, uint64_t offset, uint64_t op, uint64_t value)
{
	bool bitset = (op & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET;

	if (size == sizeof(pthread_mutex_t) && !bitset && !offset && value == 2)
		return "pthread_mutex_lock";
	if (size == sizeof(sem_t) && bitset && offset < sizeof(uint64_t))
		return "sem_wait";
	if (size == sizeof(pthread_cond_t) && bitset && offset)
		return "pthread_cond_wait";
	return NULL;
}

static void name_futex(const struct ci_kernel *k, const uint64_t arguments[3],
		       char ret[CI_KERNEL_TEXT])
{
	uint64_t offset, size;
	const char *name = ci_kernel_name_of(k, arguments[0], &offset, &size);
	const char *call = name ? call_on(size, offset, arguments[1], arguments[2]) : NULL;

	if (name)
		snprintf(ret, CI_KERNEL_TEXT, "%s on %s", call ? call : "futex", name);
}

/* The file says "running", or "-1 ...", as in a page fault, or the number and the arguments. Where it may not
 * be read, wchan names a function of the kernel. */
bool ci_proc_blocked_in(const struct ci_kernel *k, pid_t tid, char ret[CI_KERNEL_TEXT])
{
	char text[256];
	uint64_t arguments[3] = { 0 };
	long number = -1;

	ret[0] = 0;
	if (!read_file(tid, "syscall", text, sizeof text)) {
		if (!read_file(tid, "wchan", text, sizeof text) || !strcmp(text, "0"))
			return false;
		snprintf(ret, CI_KERNEL_TEXT, "%.60s", text);
		return true;
	}
	if (sscanf(text, "%ld %" SCNx64 " %" SCNx64 " %" SCNx64, &number, &arguments[0],
		   &arguments[1], &arguments[2]) < 1 ||
	    number < 0)
		return false;
	name_call(number, ret);
	if (number == SYS_futex)
		name_futex(k, arguments, ret);
	return true;
}

/* The name in parentheses may hold anything; the fields that count follow the last ')'. */
bool ci_proc_stat(pid_t tid, struct ci_proc_stat *ret)
{
	char text[1024];
	const char *at;

	if (!read_file(tid, "stat", text, sizeof text) || !(at = strrchr(text, ')')) || !at[1])
		return false;
	ret->state = at[2];
	ret->cpu = 0;
	for (int field = 2; at && field < 39; field++) /* 3 is the state, 39 the processor */
		at = strchr(at + 1, ' ');
	if (at)
		ret->cpu = atoi(at);
	ret->ran = 0;
	if (read_file(tid, "schedstat", text, sizeof text))
		ret->ran = strtoull(text, NULL, 10);
	return true;
}
