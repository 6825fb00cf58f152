/* SPDX-License-Identifier: MIT
 * The home CPU: choosing, settling, leaving.
 */
#include "engine/affinity.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"

#define OFTEN \
	CIGO_MS(CI_AFFINITY_WINDOW) /* handoffs are frequent: a window lasts at most so long */
#define SELDOM CIGO_MS(2 * CI_AFFINITY_WINDOW) /* handoffs are rare: it lasts at least so long */
#define LONG   INT64_C(500000) /* ns */	       /* a receiver that waits so long shares its CPU */
#define REST   CIGO_MS(10)
#define MOST   CIGO_S(1)

/* A child of fork gets the whole mask back. Its thread holds the baton, so it may read its loop. */
static void in_child(void)
{
	const cigo_loop *loop = ci_self.held;

	if (loop && loop->affinity.on)
		sched_setaffinity(0, sizeof loop->affinity.mask, &loop->affinity.mask);
}

static void watch_forks(void)
{
	pthread_atfork(NULL, NULL, in_child);
}

void ci_affinity_open(cigo_loop *loop)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct ci_affinity *c = &loop->affinity;

	c->home = loop->home.strand.cpu = CI_AFFINITY_ANY;
	c->rest = REST;
	loop->home.strand.tid = gettid();
	bool several = !sched_getaffinity(0, sizeof c->mask, &c->mask) && CPU_COUNT(&c->mask) > 1;
	c->on = several && loop->options.home == CIGO_HOME_ON;
	c->spins = c->on && loop->options.spin == CIGO_SPIN_ON;
	if (c->on)
		pthread_once(&once, watch_forks);
	c->since = ci_clock_now();
}

void ci_affinity_close(cigo_loop *loop)
{
	if (loop->home.strand.cpu != CI_AFFINITY_ANY)
		ci_affinity_release(loop, &loop->home.strand);
	loop->affinity.on = loop->affinity.spins = false;
}

/* The kernel refused to move s. EINVAL: none of these CPUs is left (a cpuset has shrunk, a CPU was
 * removed). Any other error, as a filter's EPERM, is permanent. */
static void refused(struct ci_affinity *c, struct ci_strand *s, int where)
{
	if (errno != EINVAL)
		c->refused = true;
	if (c->refused || where < CI_AFFINITY_ANY)
		c->spins = false;
	c->home = CI_AFFINITY_ANY;
	if (where == CI_AFFINITY_ANY)
		s->cpu = where; /* else each handoff would ask the kernel again */
}

static void set(cigo_loop *loop, struct ci_strand *s, int where)
{
	struct ci_affinity *c = &loop->affinity;
	cpu_set_t set = c->mask;

	if (where < CI_AFFINITY_ANY)
		CPU_CLR(CI_AFFINITY_BESIDE(where), &set);
	else if (where != CI_AFFINITY_ANY) {
		CPU_ZERO(&set);
		CPU_SET(where, &set);
	}
	if (sched_setaffinity(s->tid, sizeof set, &set)) {
		refused(c, s, where);
		return;
	}
	s->cpu = where;
	loop->stats.moves++;
}

void ci_affinity_settle(cigo_loop *loop, struct ci_strand *to, int where)
{
	if (to->tid) /* else it has not run yet, and has inherited its place */
		set(loop, to, where);
}

void ci_affinity_release(cigo_loop *loop, struct ci_strand *me)
{
	if (me->cpu != CI_AFFINITY_ANY)
		set(loop, me, CI_AFFINITY_ANY);
}

void ci_affinity_roam(const cigo_loop *loop)
{
	if (loop->affinity.on)
		sched_setaffinity(0, sizeof loop->affinity.mask, &loop->affinity.mask);
}

void ci_affinity_review(cigo_loop *loop)
{
	struct ci_affinity *c = &loop->affinity;
	int64_t now = ci_clock_now(), took = now - c->since;

	c->handoffs = 0;
	c->since = c->passed = now;
	if (took <= OFTEN && c->home == CI_AFFINITY_ANY && !c->refused) {
		int cpu = sched_getcpu();

		c->home = cpu >= 0 && CPU_ISSET(cpu, &c->mask) ? cpu : CI_AFFINITY_ANY;
	} else if (took >= SELDOM) {
		c->home = CI_AFFINITY_ANY;
	}
}

void ci_affinity_look(cigo_loop *loop, struct ci_strand *me)
{
	struct ci_affinity *c = &loop->affinity;

	if (me->cpu == CI_AFFINITY_ANY)
		return;
	int64_t now = ci_clock_now();
	if (now - c->since >= SELDOM) {
		c->home = CI_AFFINITY_ANY;
		c->handoffs = 0;
		c->since = now;
	}
	if (c->home == CI_AFFINITY_ANY)
		ci_affinity_release(loop, me);
}

void ci_affinity_arrived(cigo_loop *loop)
{
	struct ci_affinity *c = &loop->affinity;
	int64_t now = ci_clock_now(), waited = now - c->passed;

	c->passed = 0;
	if (waited < LONG || c->home == CI_AFFINITY_ANY || now - c->moved < c->rest)
		return;
	c->rest = now - c->moved > 8 * c->rest ? REST : c->rest < MOST ? 2 * c->rest : c->rest;
	c->moved = now;
	c->home = CI_AFFINITY_ANY;
	c->handoffs = 0;
	c->since = now;
}

int ci_affinity_wanted(void)
{
	char text[128];
	int fd = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	int err = errno;

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return n ? -err : -EINVAL;
	text[n] = '\0';
	const char *slash = strchr(text, '/'); /* "0.42 1.18 2.26 3/345 6789": 3 of 345 */
	if (!slash)
		return -EINVAL;
	while (slash > text && slash[-1] != ' ')
		slash--;
	return atoi(slash);
}
