/* SPDX-License-Identifier: MIT
 * The door for outsiders: foreign threads post to the inbox under its mutex, and write the eventfd
 * there too, if the driver polls. The driver, before it waits, says under the mutex that it polls,
 * unless something has come in; woken, it takes the eventfd's event first and drains then.
 *
 * Proved: everything posted arrives, so no wake-up is lost (ltl; no invalid end state).
 * Bugs, each of which must be found: BUG_POLLING_UNCHECKED, BUG_WAKE_OUTSIDE, BUG_DRAIN_LAST. */
#ifndef K
#define K 2
#endif
#define FOREIGNERS 2

byte inbox, got;
bool polling, eventfd, mutex;

#define LOCK atomic { !mutex -> mutex = true }
#define UNLOCK mutex = false

active [FOREIGNERS] proctype foreigner()
{
	byte k;
	bool wake;

	do
	:: k < K ->
#ifdef BUG_WAKE_OUTSIDE		/* asks whether the driver polls before it posts */
		wake = polling;
		LOCK;
		inbox++;
		UNLOCK;
		if
		:: wake -> eventfd = true
		:: else -> skip
		fi;
#else
		LOCK;
		inbox++;
		if
		:: polling -> eventfd = true
		:: else -> skip
		fi;
		UNLOCK;
#endif
		k++
	:: else -> break
	od
}

active proctype driver()
{
	bool wait;

	do
	:: got == FOREIGNERS * K -> break
	:: else ->
#ifdef BUG_POLLING_UNCHECKED	/* goes to sleep on an inbox it has not looked at */
		polling = true;
		wait = true;
#else
		LOCK;
		polling = (inbox == 0);
		wait = polling;
		UNLOCK;
#endif
		if
		:: wait ->
			eventfd;	/* epoll_wait: until it is readable */
#ifndef BUG_DRAIN_LAST
			eventfd = false
#endif
		:: else -> skip
		fi;
		LOCK;
		polling = false;
		got = got + inbox;
		inbox = 0;
		UNLOCK;
#ifdef BUG_DRAIN_LAST		/* throws away the wake-up for what came in since */
		LOCK;
		polling = true;
		UNLOCK;
		eventfd = false;
		if
		:: got == FOREIGNERS * K -> break
		:: else -> eventfd
		fi
#endif
	od
}

ltl all_arrive { <> (got == FOREIGNERS * K) }
