/* SPDX-License-Identifier: MIT
 * The turns of a loop under a simulated schedule (schedule/serial.h). In the cooperative model the loop
 * takes part as one thread, home's; in the preemptive model home and each strand do. All of these do
 * nothing, and cost a look at loop->home.turn, for a loop without such a schedule.
 */
#pragma once

#include "engine/engine.h"
#include "schedule/serial.h"

/* By home, when the run begins and ends. -errno. */
int ci_turn_open(cigo_loop *loop);
void ci_turn_close(cigo_loop *loop);
/* Makes the turn of a strand that is about to be created; *ret NULL: it needs none. -errno. */
int ci_turn_make(cigo_loop *loop, struct ci_turn **ret);
/* The new strand takes part from here on, when its baton is first posted. */
void ci_turn_adopt(struct ci_coroutine *c);
/* As ci_coroutine_create; the thread is the schedule's own. */
int ci_turn_create(struct ci_coroutine **ret, cigo_loop *loop, size_t stack_size,
		   struct ci_turn *turn);
/* The coroutine is about to come back from a blocking section: its thread could be switched here. */
void ci_turn_come_back(struct ci_coroutine *c);
/* The strand was told to end. */
void ci_turn_leave(struct ci_coroutine *c);
/* When its thread has ended; NULL is fine. */
void ci_turn_free(struct ci_turn *t);
/* Before the baton is taken: waits until it lies there. */
void ci_turn_await_baton(struct ci_coroutine *c);
/* By the driver, which would sleep until the next timer or until a descriptor is ready. */
void ci_turn_sleep(cigo_loop *loop);
