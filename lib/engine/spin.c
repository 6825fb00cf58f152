/* SPDX-License-Identifier: MIT
 * Spinning for the baton: when it begins and ends.
 */
#include "engine/spin.h"

#include <unistd.h>

#include "engine/engine.h"

/* About the cost of a sleep and a wake-up on another CPU. */
#define SPIN INT64_C(8000) /* ns */
/* The longest time to wake an idle CPU. */
#define WAKE INT64_C(100000) /* ns */

enum {
	LOOKS = 32, /* reads of the semaphore between reads of the clock */
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

/* Spinning did not pay: the next time it begins after twice as many handoffs. */
static void give_up(struct ci_spin *p)
{
	stop(p);
	if (p->need < MOST_NEEDED)
		p->need *= 2;
}

/* No CPU is free. Asking costs 6 us, so the next try is far off. */
static void no_room(struct ci_spin *p)
{
	stop(p);
	if (p->need < CI_SPIN_RETRY)
		p->need = CI_SPIN_RETRY;
}

/* Whether there is a CPU beyond those that runnable threads need. Two runnable threads are not
 * counted: the caller, and the other strand, which may have been preempted right after it passed
 * the baton. */
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

/* Ends spinning if there was no room twice in a row: once may be chance. */
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
	else if (!won) /* I slept: until my CPU is awake again, the other strand spins longer */
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
