/* SPDX-License-Identifier: MIT
 * Where the kernel does not record switches for us: once a tick the state of each thread is looked at. Of
 * those that could run, one on each CPU does: the one that has run the longest since the last look.
 * What is shorter than a tick is missed.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "loop/trace_kernel.h"

struct look {
	pid_t tid;
	struct ci_proc_stat stat;
	uint64_t ran; /* since the last look */
};

struct sampler {
	struct look *looks; /* of this tick, and of the one before it */
	size_t n, size, before_n;
	struct look *before;
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

	free(s->looks);
	free(s->before);
	free(s);
	k->data = NULL;
}

/* Both lists are in the order of ci_kernel_next, so the search begins where the last one ended. */
static uint64_t ran_before(const struct sampler *s, pid_t tid, size_t *at)
{
	for (size_t i = 0; i < s->before_n; i++, (*at)++) {
		const struct look *l = &s->before[*at % s->before_n];

		if (l->tid == tid)
			return l->stat.ran;
	}
	return 0;
}

static bool grow(struct sampler *s)
{
	size_t size = s->size ? 2 * s->size : 64;
	struct look *looks = realloc(s->looks, size * sizeof *looks), *before;

	if (!looks)
		return false;
	s->looks = looks;
	before = realloc(s->before, size * sizeof *before);
	if (!before)
		return false;
	s->before = before;
	s->size = size;
	return true;
}

static void look(struct ci_kernel *k, struct sampler *s)
{
	struct ci_kernel_thread *place = NULL;
	size_t at = 0;
	pid_t tid;

	s->n = 0;
	while ((tid = ci_kernel_next(k, &place))) {
		struct look l = { .tid = tid };

		if (!ci_proc_stat(tid, &l.stat) || (s->n == s->size && !grow(s)))
			continue;
		l.ran = l.stat.ran - ran_before(s, tid, &at);
		s->looks[s->n++] = l;
	}
}

static bool is_runner(const struct sampler *s, size_t i)
{
	const struct look *me = &s->looks[i];

	for (size_t j = 0; j < s->n; j++) {
		const struct look *l = &s->looks[j];

		if (j != i && l->stat.state == 'R' && l->stat.cpu == me->stat.cpu &&
		    (l->ran > me->ran || (l->ran == me->ran && j < i)))
			return false;
	}
	return true;
}

static void drain(struct ci_kernel *k)
{
	struct sampler *s = k->data;
	int64_t now = ci_clock_now();

	look(k, s);
	for (size_t i = 0; i < s->n; i++) {
		enum ci_kernel_state to = s->looks[i].stat.state != 'R' ? CI_KERNEL_BLOCKED
					  : is_runner(s, i)		? CI_KERNEL_ON_CPU
									: CI_KERNEL_PREEMPTED;

		ci_kernel_switched(k, now, s->looks[i].tid, to, s->looks[i].stat.cpu);
	}
	struct look *looks = s->looks;
	s->looks = s->before;
	s->before = looks;
	s->before_n = s->n;
}

const struct ci_kernel_source ci_kernel_sampled = { "sampled", open_sampler, drain, close_sampler,
						    NULL };
