/* SPDX-License-Identifier: MIT
 * The baton of one loop: N strands and the home thread. Whoever holds it and has nothing to run
 * drives on its own stack: it takes the next from the ready queue and passes the baton straight to
 * it, or keeps it, if it is itself the next. With nothing ready, the home thread gets it back.
 *
 * Proved: never two hold it (assert); no deadlock (no invalid end state); no post is lost or
 * doubled (every semaphore ends at 0); all finish (ltl).
 * Bugs, each of which must be found: BUG_POST_BEFORE_LEAVE, BUG_DOUBLE_POST, BUG_LOST_POST,
 * BUG_SELF_POST. */
#ifndef N
#define N 3
#endif
#ifndef ROUNDS
#define ROUNDS 2
#endif
#define HOME N

byte sem[N + 1];	/* each thread's semaphore */
byte running;		/* ghost: threads that believe they hold the baton */
chan ready = [N] of { byte };
byte live = N;

inline take(me)
{
	atomic { sem[me] > 0 -> sem[me]-- }
	atomic { running++; assert(running == 1) }
}

/* Nothing is touched between the post and one's own wait. */
inline pass(to)
{
#ifdef BUG_POST_BEFORE_LEAVE
	sem[to]++;
	running--;
#else
	running--;
#ifndef BUG_LOST_POST
	sem[to]++;
#endif
#endif
#ifdef BUG_DOUBLE_POST
	sem[to]++;
#endif
}

proctype strand(byte me)
{
	byte r, next;

	take(me);
	do
	:: r < ROUNDS ->
		r++;
		ready!me;		/* suspend: made ready at once, as by a yield */
		ready?next;		/* drive */
		if
		:: next == me ->	/* the next is myself: no handoff */
#ifdef BUG_SELF_POST
			sem[me]++
#else
			skip
#endif
		:: else ->
			pass(next);
			take(me)
		fi
	:: true -> break		/* a body may return at any time */
	od;
	live--;
	if				/* the last act of a strand is a post */
	:: ready?next -> pass(next)
	:: empty(ready) -> pass(HOME)
	fi
}

active proctype home()
{
	byte i;

	atomic { running++; assert(running == 1) }
	for (i : 0 .. N - 1) {
		ready!i;
		run strand(i)
	}
	do
	:: live == 0 -> break
	:: else ->
		ready?i;
		pass(i);
		take(HOME)
	od;
	assert(running == 1);
	for (i : 0 .. N) {
		assert(sem[i] == 0)
	}
}

ltl finishes { <> (live == 0) }
