/* SPDX-License-Identifier: MIT
 * What the kernel does with the threads of a run: on which CPU each one is, when it is preempted, when
 * and in what it is blocked. A thread of its own collects that once a millisecond.
 *
 * Invariant: `lock` guards all below, and is held by the caller unless it is said otherwise.
 */
#pragma once

#include <pthread.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/base.h"
#include "thread/strand.h"

enum { CI_KERNEL_TEXT = 96 };
#define CI_KERNEL_NO_LANE UINT64_MAX

enum ci_kernel_state { CI_KERNEL_ON_CPU, CI_KERNEL_PREEMPTED, CI_KERNEL_BLOCKED };

/* A thread was in one state from begin to end, for the lane that it served. */
struct ci_kernel_span {
	uint64_t lane;
	pid_t tid;
	enum ci_kernel_state state;
	int64_t begin, end;	 /* CLOCK_MONOTONIC */
	int cpu;		 /* on CPU */
	char in[CI_KERNEL_TEXT]; /* blocked: the system call, and the object's name; empty: not known */
};

/* What becomes of it. */
struct ci_kernel_sink {
	void (*span)(void *arg, const struct ci_kernel_span *s);
	bool (*asks)(void *arg, uint64_t lane); /* whether it matters what the lane is blocked in */
	void *arg;
};

/* Where the kernel tells it. open: on the thread of the loop; false: it does not. drain: hands over what
 * has happened by ci_kernel_switched. */
struct ci_kernel;
struct ci_kernel_source {
	const char *name;
	bool (*open)(struct ci_kernel *k);
	void (*drain)(struct ci_kernel *k);
	void (*close)(struct ci_kernel *k);
	bool (*is_full)(const struct ci_kernel *k); /* a buffer is half full; NULL: it has none */
};
extern const struct ci_kernel_source ci_kernel_perf, ci_kernel_sampled;

struct ci_kernel_record;
struct ci_kernel_thread;
struct ci_kernel_name;

struct ci_kernel {
	pthread_mutex_t *lock; /* of the owner; final */
	struct ci_kernel_sink sink;
	const struct ci_kernel_source *source; /* NULL: there is none */
	void *data;			       /* of the source */
	struct ci_thread thread;
	bool threaded;			  /* the thread was made; final */
	sem_t stop;			  /* posted when it is to end */
	bool over;			  /* the last span was told */
	struct ci_kernel_record *records; /* drained, not yet judged; sorted by time when judged */
	size_t n, size;
	uint64_t lost;			       /* records that found no room */
	struct ci_kernel_thread *threads[256]; /* by tid */
	struct ci_kernel_name *names;
	size_t names_n, names_size;
};

/* From now on spans are told, of threads that serve a lane. On the thread of the loop, whose descendants
 * are looked at. sampled: does not ask perf. NULL: no memory. Without any source, there are no spans. */
struct ci_kernel *ci_kernel_open(pthread_mutex_t *lock, const struct ci_kernel_sink *sink,
				 bool sampled);
/* The calling thread serves the lane from now on. */
void ci_kernel_serves(struct ci_kernel *k, uint64_t lane);
/* Nobody serves the lane from `when` on; its thread was tid. */
void ci_kernel_leaves(struct ci_kernel *k, pid_t tid, int64_t when);
/* size bytes at `object` have that name; NULL: have none. */
void ci_kernel_names(struct ci_kernel *k, const void *object, size_t size, const char *name);
/* Called often: empties the buffers if the collecting thread, which may wait for a CPU, is late. */
void ci_kernel_keep_up(struct ci_kernel *k);
/* Tells the last spans. */
void ci_kernel_end(struct ci_kernel *k);
/* Ends its thread: without the lock, before the lock is destroyed. k may be NULL here and below. */
void ci_kernel_stop(struct ci_kernel *k);
/* Frees it: after ci_kernel_stop. */
void ci_kernel_close(struct ci_kernel *k);

/* For sources: at `when`, the thread tid was put on a CPU, or taken from it. */
void ci_kernel_switched(struct ci_kernel *k, int64_t when, pid_t tid, enum ci_kernel_state to,
			int cpu);
/* For sources: the next thread that serves a lane after *place, NULL: the first. 0: no more. */
pid_t ci_kernel_next(const struct ci_kernel *k, struct ci_kernel_thread **place);

/* trace_proc.c: what a thread of this process is blocked in, as text; names from k. False: not known, or it
 * is not blocked. */
bool ci_proc_blocked_in(const struct ci_kernel *k, pid_t tid, char ret[CI_KERNEL_TEXT]);
/* The program's name for what lies there, and where in the object, of which size, that is. NULL: it has none. */
const char *ci_kernel_name_of(const struct ci_kernel *k, uint64_t address, uint64_t *ret_offset,
			      uint64_t *ret_size);
/* trace_proc.c: state ('R', 'S', ...), CPU, and time on CPUs in ns (0: not known). False: no such thread. */
struct ci_proc_stat {
	char state;
	int cpu;
	uint64_t ran;
};
bool ci_proc_stat(pid_t tid, struct ci_proc_stat *ret);
