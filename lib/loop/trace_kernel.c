/* SPDX-License-Identifier: MIT
 * From switches of threads to spans of lanes. Switches come from several buffers, one for each CPU, so
 * they are sorted by time; and only those that lie a little back are judged, since an earlier one
 * may still be on its way. That a thread serves a lane is such a record, too.
 */
#include "loop/trace_kernel.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/misuse.h"

enum { TICK_NS = 1000000, LAG_NS = 200000, MOST_RECORDS = 1 << 20, MOST_NAMES = 1 << 12 };
enum { STACK = 64 * 1024 };

enum kind { ON_CPU, PREEMPTED, BLOCKED, SERVES };

struct ci_kernel_record {
	int64_t when;
	pid_t tid;
	enum kind kind;
	int cpu;
	uint64_t lane; /* SERVES */
};

struct ci_kernel_thread {
	struct ci_kernel_thread *next; /* in its bucket */
	pid_t tid;
	uint64_t lane;
	enum ci_kernel_state state;
	int64_t since;
	int cpu;
	unsigned pending; /* its records that were not judged yet, */
	enum kind last;	  /* and the last one */
	int last_cpu;
	bool asked;		 /* `in` was looked for in this span, */
	bool fresh;		 /* and just now */
	char in[CI_KERNEL_TEXT]; /* blocked */
};

struct ci_kernel_name {
	uint64_t begin, end;
	char text[CI_KERNEL_TEXT / 2];
};

/* --- threads --------------------------------------------------------------------------------- */

static struct ci_kernel_thread *find(const struct ci_kernel *k, pid_t tid)
{
	struct ci_kernel_thread *t = k->threads[tid & 255];

	while (t && t->tid != tid)
		t = t->next;
	return t;
}

static struct ci_kernel_thread *find_or_add(struct ci_kernel *k, pid_t tid)
{
	struct ci_kernel_thread *t = find(k, tid), **bucket = &k->threads[tid & 255];

	if (t || !(t = malloc(sizeof *t)))
		return t;
	*t = (struct ci_kernel_thread){
		.next = *bucket, .tid = tid, .lane = CI_KERNEL_NO_LANE, .state = CI_KERNEL_BLOCKED
	};
	*bucket = t;
	return t;
}

static struct ci_kernel_thread *next_thread(const struct ci_kernel *k, struct ci_kernel_thread *t)
{
	size_t i = t ? (size_t)(t->tid & 255) + 1 : 0;

	if (t && t->next)
		return t->next;
	while (i < 256 && !k->threads[i])
		i++;
	return i < 256 ? k->threads[i] : NULL;
}

pid_t ci_kernel_next(const struct ci_kernel *k, struct ci_kernel_thread **place)
{
	do
		*place = next_thread(k, *place);
	while (*place && (*place)->lane == CI_KERNEL_NO_LANE);
	return *place ? (*place)->tid : 0;
}

/* --- names ----------------------------------------------------------------------------------- */

const char *ci_kernel_name_of(const struct ci_kernel *k, uint64_t address, uint64_t *ret_offset,
			      uint64_t *ret_size)
{
	size_t i = k->names_n;

	while (i > 0 && (address < k->names[i - 1].begin || address >= k->names[i - 1].end))
		i--;
	if (!i) /* else the latest counts */
		return NULL;
	*ret_offset = address - k->names[i - 1].begin;
	*ret_size = k->names[i - 1].end - k->names[i - 1].begin;
	return k->names[i - 1].text;
}

void ci_kernel_names(struct ci_kernel *k, const void *object, size_t size, const char *name)
{
	uint64_t begin = (uintptr_t)object;
	size_t kept = 0;

	for (size_t i = 0; i < k->names_n; i++) /* what lay there before is gone */
		if (k->names[i].end <= begin || k->names[i].begin >= begin + size)
			k->names[kept++] = k->names[i];
	k->names_n = kept;
	if (!name || k->names_n >= MOST_NAMES ||
	    !ci_array_reserve(&k->names, &k->names_size, kept + 1, sizeof *k->names))
		return;
	struct ci_kernel_name *n = &k->names[k->names_n++];
	n->begin = begin;
	n->end = begin + size;
	snprintf(n->text, sizeof n->text, "%s", name);
}

/* --- records --------------------------------------------------------------------------------- */

static void add(struct ci_kernel *k, const struct ci_kernel_record *r)
{
	struct ci_kernel_thread *t = find(k, r->tid);

	if (k->n >= MOST_RECORDS ||
	    !ci_array_reserve(&k->records, &k->size, k->n + 1, sizeof *k->records)) {
		k->lost++;
		return;
	}
	k->records[k->n++] = *r;
	if (t)
		t->pending++;
}

void ci_kernel_switched(struct ci_kernel *k, int64_t when, pid_t tid, enum ci_kernel_state to,
			int cpu)
{
	static const enum kind kinds[] = { ON_CPU, PREEMPTED, BLOCKED };
	struct ci_kernel_thread *t = find(k, tid);

	if (!t || (t->last == kinds[to] && t->last_cpu == cpu))
		return;
	t->last = kinds[to];
	t->last_cpu = cpu;
	add(k, &(struct ci_kernel_record){ when, tid, kinds[to], cpu, 0 });
}

void ci_kernel_serves(struct ci_kernel *k, uint64_t lane)
{
	pid_t tid = gettid();

	struct ci_kernel_thread *t = k->over ? NULL : find_or_add(k, tid);

	if (!t)
		return;
	t->last = SERVES;
	add(k, &(struct ci_kernel_record){ ci_clock_now(), tid, SERVES, sched_getcpu(), lane });
}

void ci_kernel_leaves(struct ci_kernel *k, pid_t tid, int64_t when)
{
	if (!k->over && find(k, tid))
		add(k, &(struct ci_kernel_record){ when, tid, SERVES, 0, CI_KERNEL_NO_LANE });
}

/* --- judging --------------------------------------------------------------------------------- */

/* Tells what the thread has done until then. */
static void tell(const struct ci_kernel *k, struct ci_kernel_thread *t, int64_t until)
{
	struct ci_kernel_span s = { t->lane, t->tid, t->state, t->since, until, t->cpu, "" };

	if (t->lane == CI_KERNEL_NO_LANE || until <= t->since)
		return;
	if (t->state == CI_KERNEL_BLOCKED)
		memcpy(s.in, t->in, sizeof s.in);
	k->sink.span(k->sink.arg, &s);
	t->since = until;
}

/* t is on the CPU. Between two samples another may seem to be there still. */
static void occupy(struct ci_kernel *k, struct ci_kernel_thread *t, int cpu, int64_t when)
{
	t->state = CI_KERNEL_ON_CPU;
	t->cpu = cpu;
	if (k->source != &ci_kernel_sampled)
		return;
	for (struct ci_kernel_thread *o = NULL; (o = next_thread(k, o));)
		if (o != t && o->state == CI_KERNEL_ON_CPU && o->cpu == cpu) {
			tell(k, o, when);
			o->state = CI_KERNEL_PREEMPTED;
		}
}

static void judge(struct ci_kernel *k, const struct ci_kernel_record *r)
{
	struct ci_kernel_thread *t = find(k, r->tid);

	if (!t)
		return;
	if (t->pending)
		t->pending--;
	tell(k, t, r->when);
	t->asked = false;
	t->in[0] = 0;
	switch (r->kind) {
	case SERVES:
		t->lane = r->lane;
		t->since = r->when;
		if (t->state != CI_KERNEL_ON_CPU) /* its switch was not seen */
			occupy(k, t, r->cpu, r->when);
		break;
	case ON_CPU: occupy(k, t, r->cpu, r->when); break;
	case PREEMPTED: t->state = CI_KERNEL_PREEMPTED; break;
	case BLOCKED: t->state = CI_KERNEL_BLOCKED; break;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct ci_kernel_record *x = a, *y = b;

	return x->when < y->when ? -1 : x->when > y->when;
}

/* Judges what has happened before `until`. */
static void judge_until(struct ci_kernel *k, int64_t until)
{
	size_t i = 0;

	if (k->n)
		qsort(k->records, k->n, sizeof *k->records, by_time);
	while (i < k->n && k->records[i].when < until)
		judge(k, &k->records[i++]);
	k->n -= i;
	memmove(k->records, k->records + i, k->n * sizeof *k->records);
}

static bool may_be_asked(const struct ci_kernel *k, const struct ci_kernel_thread *t)
{
	return t->state == CI_KERNEL_BLOCKED && !t->asked && !t->pending &&
	       t->lane != CI_KERNEL_NO_LANE && k->sink.asks(k->sink.arg, t->lane);
}

/* What each thread is blocked in counts only if it was still the same span when it was looked for. */
static void drain(struct ci_kernel *k)
{
	for (struct ci_kernel_thread *t = NULL; (t = next_thread(k, t));)
		if (may_be_asked(k, t)) {
			ci_proc_blocked_in(k, t->tid, t->in);
			t->asked = t->fresh = true;
		}
	int64_t before = ci_clock_now();
	k->source->drain(k);
	for (struct ci_kernel_thread *t = NULL; (t = next_thread(k, t));) {
		if (t->fresh && t->pending)
			t->in[0] = 0;
		t->fresh = false;
	}
	judge_until(k, before - LAG_NS);
}

void ci_kernel_keep_up(struct ci_kernel *k)
{
	if (k->over || !k->source || !k->source->is_full || !k->source->is_full(k))
		return;
	int64_t before = ci_clock_now();
	k->source->drain(k);
	judge_until(k, before - LAG_NS);
}

void ci_kernel_end(struct ci_kernel *k)
{
	if (k->over || !k->source)
		return;
	drain(k);
	judge_until(k, CIGO_NEVER);
	int64_t now = ci_clock_now();
	for (struct ci_kernel_thread *t = NULL; (t = next_thread(k, t));)
		tell(k, t, now);
	k->over = true;
}

/* --- its thread ------------------------------------------------------------------------------ */

/* True: it is to end. */
static bool rest(struct ci_kernel *k)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += TICK_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	while (sem_timedwait(&k->stop, &until))
		if (errno == ETIMEDOUT)
			return false;
	return true;
}

static void *collect(void *arg)
{
	struct ci_kernel *k = arg;

	ci_strand_name("cigo trace");
	while (!rest(k)) {
		pthread_mutex_lock(k->lock);
		if (!k->over && k->source)
			drain(k);
		pthread_mutex_unlock(k->lock);
	}
	return NULL;
}

/* The thread is made first: so it is no descendant that would be looked at. */
struct ci_kernel *ci_kernel_open(pthread_mutex_t *lock, const struct ci_kernel_sink *sink,
				 bool sampled)
{
	struct ci_kernel *k = calloc(1, sizeof *k);

	if (!k)
		return NULL;
	k->lock = lock;
	k->sink = *sink;
	sem_init(&k->stop, 0, 0);
	k->threaded = !ci_strand_thread(&k->thread, STACK, collect, k);
	if (!k->threaded)
		return k;
	if (!sampled && ci_kernel_perf.open(k))
		k->source = &ci_kernel_perf;
	else if (ci_kernel_sampled.open(k))
		k->source = &ci_kernel_sampled;
	if (k->source)
		ci_kernel_serves(k, 0);
	return k;
}

void ci_kernel_stop(struct ci_kernel *k)
{
	if (!k || !k->threaded)
		return;
	sem_post(&k->stop);
	ci_strand_thread_join(&k->thread);
}

void ci_kernel_close(struct ci_kernel *k)
{
	if (!k)
		return;
	if (k->source)
		k->source->close(k);
	for (size_t i = 0; i < 256; i++)
		for (struct ci_kernel_thread *t = k->threads[i], *next; t; t = next) {
			next = t->next;
			free(t);
		}
	sem_destroy(&k->stop);
	free(k->records);
	free(k->names);
	free(k);
}
