/* SPDX-License-Identifier: MIT
 * Spinning: for two strands that pass the baton only to each other (a generator and its consumer,
 * two coroutines that send messages). Each runs on its own CPU, and the waiting strand spins for a
 * moment before it sleeps. A handoff then costs a cache miss between CPUs, 150 to 350 ns, instead
 * of a sleep and a wake-up, 2 us; and less CPU time in total.
 *
 * Spinning begins after CI_SPIN_BEGIN handoffs in strict alternation, if a CPU of the machine is
 * free. It ends with the alternation, when every second spin is in vain, or when other threads need
 * the CPU. The last two raise the number of handoffs after which it begins again. At most one
 * strand of a loop spins: the other holds the baton. Never with one CPU; off by option.
 *
 * Both strands begin asleep, and waking a CPU takes longer than a handoff on the same CPU. So the
 * first CI_SPIN_WARM spins last longer and do not count, and CI_SPIN_AGAIN after each spin in vain.
 *
 * The spinner polls with sem_getvalue, then takes with sem_wait: TSan, helgrind and DRD follow
 * that. Only the holder of the baton touches struct ci_spin.
 */
#pragma once

#include "thread/strand.h"

enum {
	CI_SPIN_WARM = 8,
	CI_SPIN_AGAIN = 2,
	CI_SPIN_BEGIN = 64,
	CI_SPIN_RETRY = 1024,
	CI_SPIN_CHECK = 2048
};

struct ci_spin {
	struct ci_strand *from, *to; /* of the last handoff; only compared, as both may be freed */
	unsigned run;		     /* handoffs in strict alternation so far */
	unsigned need;		     /* spinning begins at so many: CI_SPIN_BEGIN or more */
	bool on;
	struct ci_strand *beside; /* valid if on: the strand that is not on the home CPU */
	unsigned warm; /* valid if on: how many of the next spins last longer and do not count */
	unsigned spins, lost; /* since the last check: all that count; those in vain */
	bool crowded;	      /* valid if on: no CPU was free at the last check */
};

void ci_spin_open(cigo_loop *loop);
/* Before me passes the baton to `to`: how many ns me should spin afterwards; 0: do not. */
int64_t ci_spin_pass(cigo_loop *loop, struct ci_strand *me, struct ci_strand *to);
/* Spins for ns, or until the baton is here. True: it is here. Without the baton. */
bool ci_spin_wait(struct ci_strand *me, int64_t ns);
/* After me has the baton again; won: the spin was not in vain. */
void ci_spin_done(cigo_loop *loop, bool won);
