/* SPDX-License-Identifier: MIT
 * Context switches as perf_event_open(2) records them, in a buffer for each CPU: of the thread of the
 * loop and of all threads that descend from it. Needs no privilege while
 * /proc/sys/kernel/perf_event_paranoid is 2 or less.
 */
#include "loop/trace_perf.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "loop/trace_kernel.h"

enum { MOST_PAGES = 64, LEAST_PAGES = 4 };

struct buffer {
	struct perf_event_mmap_page *page; /* NULL: no such CPU */
	size_t size;
	int fd;
};

struct perf {
	int cpus;
	struct buffer buffers[];
};

/* What follows the header of a record: by sample_type below. */
struct sample_id {
	uint32_t pid, tid;
	uint64_t time;
	uint32_t cpu, unused;
};

static int open_event(struct perf_event_attr *attr, int cpu)
{
	return (int)syscall(SYS_perf_event_open, attr, 0, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

int (*ci_perf_open_event)(struct perf_event_attr *attr, int cpu) = open_event;

static void describe(struct perf_event_attr *attr)
{
	memset(attr, 0, sizeof *attr);
	attr->size = sizeof *attr;
	attr->type = PERF_TYPE_SOFTWARE;
	attr->config = PERF_COUNT_SW_DUMMY;
	attr->sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU;
	attr->sample_id_all = 1;
	attr->context_switch = 1;
	attr->inherit = 1;
	attr->exclude_kernel = 1;
	attr->exclude_hv = 1;
	attr->use_clockid = 1;
	attr->clockid = CLOCK_MONOTONIC;
}

/* The kernel limits the memory of all buffers. */
static bool map(struct buffer *b)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (size_t n = MOST_PAGES; n >= LEAST_PAGES; n /= 2) {
		b->size = (n + 1) * page;
		void *p = mmap(NULL, b->size, PROT_READ | PROT_WRITE, MAP_SHARED, b->fd, 0);
		if (p != MAP_FAILED) {
			madvise(p, b->size, MADV_DONTFORK);
			b->page = p;
			return true;
		}
	}
	return false;
}

/* False: perf is not there for us, or a CPU that is there is not for perf. */
static bool open_buffer(struct buffer *b, int cpu)
{
	struct perf_event_attr attr;

	describe(&attr);
	b->fd = ci_perf_open_event(&attr, cpu);
	if (b->fd < 0)
		return false;
	if (map(b))
		return true;
	close(b->fd);
	errno = ENOMEM;
	return false;
}

static void close_buffers(struct ci_kernel *k)
{
	struct perf *p = k->data;

	for (int i = 0; i < p->cpus; i++)
		if (p->buffers[i].page) {
			munmap(p->buffers[i].page, p->buffers[i].size);
			close(p->buffers[i].fd);
		}
	free(p);
	k->data = NULL;
}

/* A CPU that is configured and not online is left out: ENODEV. All others must do. */
static bool open_buffers(struct ci_kernel *k)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF), online = sysconf(_SC_NPROCESSORS_ONLN), n = 0;

	if (online < 1)
		return false;
	struct perf *p = cpus < 1 ? NULL
				  : calloc(1, sizeof *p + (size_t)cpus * sizeof p->buffers[0]);

	if (!p)
		return false;
	p->cpus = (int)cpus;
	k->data = p;
	for (int i = 0; i < p->cpus; i++)
		if (open_buffer(&p->buffers[i], i))
			n++;
		else if (errno != ENODEV)
			break;
	if (n >= online)
		return true;
	close_buffers(k);
	return false;
}

/* --- reading --------------------------------------------------------------------------------- */

/* Copies n bytes at position `at` of the ring. */
static void copy(const struct buffer *b, uint64_t at, void *ret, size_t n)
{
	const char *data = (const char *)b->page + b->page->data_offset;
	uint64_t size = b->page->data_size, from = at % size;
	size_t first = from + n > size ? (size_t)(size - from) : n;

	memcpy(ret, data + from, first);
	memcpy((char *)ret + first, data, n - first);
}

static void read_switch(struct ci_kernel *k, const struct buffer *b, uint64_t at, uint16_t misc)
{
	struct sample_id id;
	enum ci_kernel_state to = CI_KERNEL_ON_CPU;

	copy(b, at + sizeof(struct perf_event_header), &id, sizeof id);
	if (misc & PERF_RECORD_MISC_SWITCH_OUT)
		to = misc & PERF_RECORD_MISC_SWITCH_OUT_PREEMPT ? CI_KERNEL_PREEMPTED
								: CI_KERNEL_BLOCKED;
	ci_kernel_switched(k, (int64_t)id.time, (pid_t)id.tid, to, (int)id.cpu);
}

static void read_lost(struct ci_kernel *k, const struct buffer *b, uint64_t at)
{
	uint64_t id_and_lost[2];

	copy(b, at + sizeof(struct perf_event_header), id_and_lost, sizeof id_and_lost);
	k->lost += id_and_lost[1];
}

static void drain_buffer(struct ci_kernel *k, const struct buffer *b)
{
	uint64_t head = __atomic_load_n(&b->page->data_head, __ATOMIC_ACQUIRE);
	uint64_t tail = b->page->data_tail;
	struct perf_event_header h;

	for (; tail < head; tail += h.size) {
		copy(b, tail, &h, sizeof h);
		if (h.type == PERF_RECORD_SWITCH)
			read_switch(k, b, tail, h.misc);
		else if (h.type == PERF_RECORD_LOST)
			read_lost(k, b, tail);
		if (!h.size)
			break;
	}
	__atomic_store_n(&b->page->data_tail, head, __ATOMIC_RELEASE);
}

static void drain(struct ci_kernel *k)
{
	const struct perf *p = k->data;

	for (int i = 0; i < p->cpus; i++)
		if (p->buffers[i].page)
			drain_buffer(k, &p->buffers[i]);
}

static bool is_full(const struct ci_kernel *k)
{
	const struct perf *p = k->data;
	bool full = false;

	for (int i = 0; i < p->cpus && !full; i++) {
		const struct perf_event_mmap_page *page = p->buffers[i].page;

		full = page &&
		       __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE) - page->data_tail >
			       page->data_size / 2;
	}
	return full;
}

const struct ci_kernel_source ci_kernel_perf = { "perf", open_buffers, drain, close_buffers,
						 is_full };
