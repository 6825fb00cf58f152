/* SPDX-License-Identifier: MIT
 * The interface of the execution models: what the baton is, and how coroutines get it and give it
 * up. Implementations: cooperative.c and preemptive.c.
 *
 * The engine keeps the queue, the ticks and the states of coroutines; a model moves threads. All
 * but `open`, `come_back` and `strand_main` are called with the baton held. All but `close`,
 * `leave` and `strand_main` return with it held.
 */
#pragma once

#include "engine/coroutine.h"

struct ci_model_ops {
	const char *name;
	/* True: one coroutine runs at a time, until it suspends. So it is published in loop->holder, and
	 * must give others a turn. False: they run beside each other, counted in loop->beside. */
	bool exclusive;

	/* Around the run, on the home thread, which gets the baton and gives it back. -errno. */
	int (*open)(cigo_loop *loop);
	void (*close)(cigo_loop *loop);

	/* Lets c, which is suspended or about to suspend, resume in its turn. */
	void (*wake)(struct ci_coroutine *c);
	/* Other coroutines run until me was woken and has the baton. */
	void (*suspend)(struct ci_coroutine *me);
	/* Whether me->own may be set: then the thread of me waits for that descriptor itself, until it
	 * is ready or me is woken, and the driver has no part in it. NULL: never. */
	bool (*waits_itself)(struct ci_coroutine *me);
	/* Lets the other coroutines run that can. */
	void (*yield)(struct ci_coroutine *me);
	/* A blocking section of me begins, and ends: come_back makes me ready and gets the baton. */
	void (*leave)(struct ci_coroutine *me);
	void (*come_back)(struct ci_coroutine *me);

	/* The body of a strand: runs me->start each time it is woken; ends when that is NULL. */
	void (*strand_main)(struct ci_coroutine *me);
	/* By home, which drives: lets `to` run, which is to resume or has something to start. */
	void (*dispatch)(cigo_loop *loop, struct ci_coroutine *to);
	/* By the driver, when a tick begins. True: coroutines resume that are not in loop->ready, so the
	 * driver may not sleep. NULL: the model has none. */
	bool (*tick)(cigo_loop *loop);

	/* Home has returned from a callback. A coroutine beside home waits until that happens. */
	void (*callback_over)(cigo_loop *loop);
	void (*await_callback)(cigo_loop *loop);
};

extern const struct ci_model_ops ci_cooperative, ci_preemptive;
