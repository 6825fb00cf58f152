/* SPDX-License-Identifier: MIT
 *
 * Spinning for the baton, where it pays.
 */
#include "engine/spin.h"

#include <unistd.h>

#include "engine/engine.h"

/* About what a sleep and a wake on another CPU cost. */
#define SPIN INT64_C(8000) /* ns */
/* What it may take to wake a CPU that idles. */
#define WAKE INT64_C(100000) /* ns */

enum {
	LOOKS = 32, /* at the semaphore, between looks at the clock */
	MOST_NEEDED = 8192
};

void ci_spin_open(cigo_loop *loop)
{
	loop->spin = (struct ci_spin){ .need = CI_SPIN_BEGIN };
}

static void stop(struct ci_spin *p)
{
	p->on = false;
	p->beside = NULL;
	p->run = 0;
}

/* In vain: the next time it must be earned by more. */
static void give_up(struct ci_spin *p)
{
	stop(p);
	if (p->need < MOST_NEEDED)
		p->need *= 2;
}

/* Asking costs 6 us: not too often. */
static void no_room(struct ci_spin *p)
{
	stop(p);
	if (p->need < CI_SPIN_RETRY)
		p->need = CI_SPIN_RETRY;
}

/* Besides the two of us, is there a CPU for which nobody waits? The last passer of the baton may have been
 * preempted by its receiver, before it slept: so it counts as one that wants to run. */
static bool room(void)
{
	int wanted = ci_affinity_wanted();

	return wanted >= 0 && wanted - 2 < (int)sysconf(_SC_NPROCESSORS_ONLN) - 1;
}

static void begin(cigo_loop *loop, struct ci_strand *beside)
{
	struct ci_spin *p = &loop->spin;

	p->run = 0;
	p->spins = p->lost = 0;
	p->warm = CI_SPIN_WARM;
	if (loop->affinity.home == CI_AFFINITY_ANY)
		return;
	if (!room()) {
		no_room(p);
		return;
	}
	p->on = true;
	p->crowded = false;
	p->beside = beside;
}

/* Being crowded once may be something that just passes by: twice in a row counts. */
static void look_round(struct ci_spin *p)
{
	bool crowded = !room();

	if (crowded && p->crowded)
		no_room(p);
	else
		p->need = CI_SPIN_BEGIN;
	p->crowded = crowded;
}

int64_t ci_spin_pass(cigo_loop *loop, struct ci_strand *me, struct ci_strand *to)
{
	struct ci_spin *p = &loop->spin;
	bool alternates = me == p->to && to == p->from;

	p->from = me;
	p->to = to;
	if (ci_unlikely(!alternates)) {
		stop(p);
		return 0;
	}
	if (ci_unlikely(!p->on) && ++p->run >= p->need)
		begin(loop, to);
	if (p->on && loop->affinity.home == CI_AFFINITY_ANY)
		stop(p);
	return !p->on ? 0 : p->warm ? WAKE : SPIN;
}

static inline void relax(void)
{
#if defined __x86_64__ || defined __i386__
	__builtin_ia32_pause();
#elif defined __aarch64__
	__asm__ volatile("yield");
#endif
}

bool ci_spin_wait(struct ci_strand *me, int64_t ns)
{
	int64_t end = ci_clock_now() + ns;

	do {
		for (int i = 0; i < LOOKS; i++) {
			int value = 0;

			sem_getvalue(&me->baton.sem, &value);
			if (value > 0)
				return true;
			relax();
		}
	} while (ci_clock_now() < end);
	return false;
}

void ci_spin_done(cigo_loop *loop, bool won)
{
	struct ci_spin *p = &loop->spin;

	loop->stats.spins++;
	if (!p->on)
		return;
	bool counts = p->warm == 0;
	if (!counts)
		p->warm--;
	else if (!won) /* I slept: waking me takes the other's patience */
		p->warm = CI_SPIN_AGAIN;
	p->spins += counts;
	p->lost += counts && !won;
	if (p->spins < CI_SPIN_CHECK && (p->spins < CI_SPIN_BEGIN || p->lost < p->spins / 2))
		return;
	if (p->lost >= p->spins / 2)
		give_up(p);
	else
		look_round(p);
	p->spins = p->lost = 0;
}
