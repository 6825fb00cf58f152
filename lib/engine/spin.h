/* SPDX-License-Identifier: MIT
 *
 * Two strands that pass the baton to each other and nobody else (a generator and its consumer, two
 * coroutines that send messages): each on a CPU of its own, and the waiting one spins for a moment before
 * it sleeps. A handoff then costs the way of a cache line, 150 to 350 ns, instead of a sleep and a wake,
 * 2 us; and less CPU time in total.
 *
 * It begins after CI_SPIN_BEGIN handoffs in strict alternation, if the machine has a CPU that nobody
 * wants at that moment, and ends when the alternation does, when every second spin is in vain, or
 * somebody else wants to run; then it must be earned again, by more. At most one strand of a
 * loop spins: the other holds the baton. Never with one CPU; off by option.
 *
 * Both begin asleep, and to wake a CPU takes longer than a handoff on the same one: the first CI_SPIN_WARM
 * spins may last that long and do not count, for both must be awake at once before it can pay; so
 * may CI_SPIN_AGAIN after each that was in vain.
 *
 * The spinner looks with sem_getvalue, then takes with sem_wait: TSan, helgrind and DRD follow that.
 */
#ifndef CI_SPIN_H
#define CI_SPIN_H

#include "thread/strand.h"

enum {
	CI_SPIN_WARM = 8,
	CI_SPIN_AGAIN = 2,
	CI_SPIN_BEGIN = 64,
	CI_SPIN_RETRY = 1024,
	CI_SPIN_CHECK = 2048
};

struct ci_spin {
	struct ci_strand *from, *to; /* of the last handoff; compared only: they may be gone */
	unsigned run;		     /* handoffs in strict alternation so far */
	unsigned need;		     /* when they are paired: CI_SPIN_BEGIN or more */
	bool on;
	struct ci_strand *beside; /* on: the one that is not on the home CPU */
	unsigned warm; /* on: how many spins may last until a CPU has woken, and don't count */
	unsigned spins, lost; /* since the last look: all, those in vain */
	bool crowded;	      /* on: there was no room when we last looked */
};

void ci_spin_open(cigo_loop *loop);
/* me is about to pass the baton to `to`. Returns how long me should spin for its return, ns; 0: not. */
int64_t ci_spin_pass(cigo_loop *loop, struct ci_strand *me, struct ci_strand *to);
/* Spins for so long, or until the baton has come. True: it has come. */
bool ci_spin_wait(struct ci_strand *me, int64_t ns);
/* It has come back; how that went. */
void ci_spin_done(cigo_loop *loop, bool won);

#endif
