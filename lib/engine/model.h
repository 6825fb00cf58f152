/* SPDX-License-Identifier: MIT
 *
 * The interface of the execution models: what the baton is, and how coroutines get it and give it up.
 * Two implementations keep it honest: cooperative.c and preemptive.c.
 *
 * The engine keeps the queue, the ticks and the states of coroutines; a model moves threads. All but
 * `come_back` and `strand_main` are called with the baton held, and return with it held, unless
 * something else is said.
 */
#ifndef CI_MODEL_H
#define CI_MODEL_H

#include "engine/coroutine.h"

struct ci_model_ops {
	const char *name;
	/* One coroutine at a time runs, until it suspends. So it can be named, it can hog the loop, and
	 * it must give others a turn. Else they run beside each other, counted in loop->beside. */
	bool exclusive;

	/* Around the run, on the home thread, which gets the baton and gives it back. -errno. */
	int (*open)(cigo_loop *loop);
	void (*close)(cigo_loop *loop);

	/* c, which was suspended or is about to be, goes on when the model lets it. */
	void (*wake)(struct ci_coroutine *c);
	/* Returns when me was woken and has the baton; others run until then. */
	void (*suspend)(struct ci_coroutine *me);
	/* Lets all run that can. */
	void (*yield)(struct ci_coroutine *me);
	/* A blocking section begins: returns without the baton; ends: returns with it, me being ready. */
	void (*leave)(struct ci_coroutine *me);
	void (*come_back)(struct ci_coroutine *me);

	/* The life of a strand: runs what it finds in me->start until it is told to end. */
	void (*strand_main)(struct ci_coroutine *me);
	/* Home drives, and `to` is to run: its coroutine goes on, or it has something to start. */
	void (*dispatch)(cigo_loop *loop, struct ci_coroutine *to);
	/* The driver begins a tick. True: coroutines go on that are in no queue, so it may not sleep.
	 * NULL: there are none, ever. */
	bool (*tick)(cigo_loop *loop);

	/* Home has returned from a callback; a coroutine that runs beside home waits until it does. */
	void (*callback_over)(cigo_loop *loop);
	void (*await_callback)(cigo_loop *loop);
};

extern const struct ci_model_ops ci_cooperative, ci_preemptive;

#endif
