/* SPDX-License-Identifier: MIT
 * Where the kernel does not record switches for us: once a tick the state of each thread is looked at. Of
 * those that could run, one on each CPU does: the one that has run the longest since the last look.
 * What is shorter than a tick is missed.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "loop/trace_kernel.h"

struct look {
	pid_t tid;
	struct ci_proc_stat stat;
	uint64_t ran; /* since the last look */
};

struct looks {
	struct look *all;
	size_t n, size;
};

struct sampler {
	struct looks last, spare; /* spare: room for the next look */
};

static bool open_sampler(struct ci_kernel *k)
{
	struct ci_proc_stat stat;

	if (!ci_proc_stat(gettid(), &stat))
		return false;
	k->data = calloc(1, sizeof(struct sampler));
	return k->data != NULL;
}

static void close_sampler(struct ci_kernel *k)
{
	struct sampler *s = k->data;

	free(s->last.all);
	free(s->spare.all);
	free(s);
	k->data = NULL;
}

/* Both lists are in the order of ci_kernel_next, so the search begins where the last one ended. */
static uint64_t ran_before(const struct looks *before, pid_t tid, size_t *at)
{
	for (size_t i = 0; i < before->n; i++, (*at)++) {
		const struct look *l = &before->all[*at % before->n];

		if (l->tid == tid)
			return l->stat.ran;
	}
	return 0;
}

static void look(struct ci_kernel *k, struct looks *now, const struct looks *before)
{
	struct ci_kernel_thread *place = NULL;
	size_t at = 0;
	pid_t tid;

	now->n = 0;
	while ((tid = ci_kernel_next(k, &place))) {
		struct look l = { .tid = tid };

		if (!ci_proc_stat(tid, &l.stat) ||
		    !ci_array_reserve(&now->all, &now->size, now->n + 1, sizeof l))
			continue;
		l.ran = l.stat.ran - ran_before(before, tid, &at);
		now->all[now->n++] = l;
	}
}

static bool is_runner(const struct looks *now, size_t i)
{
	const struct look *me = &now->all[i];

	for (size_t j = 0; j < now->n; j++) {
		const struct look *l = &now->all[j];

		if (j != i && l->stat.state == 'R' && l->stat.cpu == me->stat.cpu &&
		    (l->ran > me->ran || (l->ran == me->ran && j < i)))
			return false;
	}
	return true;
}

static void drain(struct ci_kernel *k)
{
	struct sampler *s = k->data;
	struct looks now = s->spare;
	int64_t when = ci_clock_now();

	look(k, &now, &s->last);
	for (size_t i = 0; i < now.n; i++) {
		const struct ci_proc_stat *stat = &now.all[i].stat;
		enum ci_kernel_state to = stat->state != 'R'   ? CI_KERNEL_BLOCKED
					  : is_runner(&now, i) ? CI_KERNEL_ON_CPU
							       : CI_KERNEL_PREEMPTED;

		ci_kernel_switched(k, when, now.all[i].tid, to, stat->cpu);
	}
	s->spare = s->last;
	s->last = now;
}

const struct ci_kernel_source ci_kernel_sampled = { "sampled", open_sampler, drain, close_sampler,
						    NULL };
