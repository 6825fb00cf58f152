/* SPDX-License-Identifier: MIT
 * The inbox: foreign threads post to it under its mutex, and write the eventfd there too, if the driver
 * is asleep. The driver, before it waits, says under the mutex that it sleeps, unless something has come
 * in; woken, it takes the eventfd's event first and drains then.
 *
 * Proved: everything posted arrives, so no wake-up is lost (ltl; no invalid end state).
 * Bugs, each of which must be found: BUG_POLLING_UNCHECKED, BUG_WAKE_OUTSIDE, BUG_DRAIN_LAST. */
#ifndef K
#define K 2
#endif
#define FOREIGNERS 2

byte inbox, got;
bool asleep, eventfd, mutex;

#define LOCK atomic { !mutex -> mutex = true }
#define UNLOCK mutex = false

active [FOREIGNERS] proctype foreigner()
{
	byte k;
	bool wake;

	do
	:: k < K ->
#ifdef BUG_WAKE_OUTSIDE		/* asks whether the driver sleeps before it posts */
		wake = asleep;
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
		:: asleep -> eventfd = true; asleep = false
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
		asleep = true;
		wait = true;
#else
		LOCK;
		asleep = (inbox == 0);
		wait = asleep;
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
		asleep = false;
		got = got + inbox;
		inbox = 0;
		UNLOCK;
#ifdef BUG_DRAIN_LAST		/* throws away the wake-up for what came in since */
		LOCK;
		asleep = true;
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
